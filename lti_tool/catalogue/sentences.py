"""Filling a catalogue text. Marks are read from the text, never from a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lti_tool.catalogue.texts import slots_of
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText, Run

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def provider_slots(name: str) -> dict[str, str]:
    """``{provider}`` and, to begin a sentence, ``{the_provider}``: the article is never doubled."""
    name = name.strip()
    has_article = name.casefold().startswith("the ")
    return {"provider": name, "the_provider": f"The {name[4:] if has_article else name}" if name else ""}


def joined(names: tuple[str, ...]) -> str:
    """``A``, ``A and B``, ``A, B, and C``."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def fill(text: str, slots: Mapping[str, str], phrase: str = "") -> RichText:
    """A catalogue text with its slots filled; ``[…]`` goes when a slot inside it is empty.

    ``phrase`` is catalogue text too, so its marks count. Raises ``BadInput("nothing_to_fill")`` naming each
    slot without value: a sentence is never printed with a hole.
    """
    given = {slot for slot, value in slots.items() if value.strip()}
    kept = _OPTIONAL.sub(lambda part: part[1] if slots_of(part[1]) <= given else "", text)
    kept = kept.replace("{phrase}", phrase) if phrase else kept
    empty = sorted(slots_of(kept) - given)
    if empty:
        raise BadInput("nothing_to_fill", f"no value for {', '.join(empty)}", faults=dict.fromkeys(empty, "missing"))
    return RichText.parse(kept, **slots)


def continued(sentence: RichText, more: Sequence[RichText], *, has_commas: bool = False) -> RichText:
    """A sentence whose last word is followed by more of the same: "… is awarded A, B, and C.".

    ``has_commas``: what it ends with holds commas itself, so that semicolons stand between: "… A, including B; and C.".
    Raises ``ValueError`` for a text that is not one sentence to its end.
    """
    *runs, last = sentence.runs
    if not last.text.endswith("."):
        raise ValueError("a sentence to be continued ends with a full stop")
    shortened = [*runs, replace(last, text=last.text[:-1])]
    for place, item in enumerate(more, 1):
        separator = ("; " if has_commas else ", ") if place < len(more) else _last_separator(len(more), has_commas)
        shortened += [Run(separator), *item.runs]
    return RichText((*(run for run in shortened if run.text), Run(".")))


def _last_separator(count: int, has_commas: bool) -> str:
    if has_commas:
        return "; and "
    return " and " if count == 1 else ", and "
