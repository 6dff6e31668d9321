"""What several formats know in the same way: choices that earn shares of a point, and things that are paired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from lti_tool.domain.assessment import Entry, QuestionKind

WHOLE = Decimal(100)
NEARLY = Decimal("0.01")
"""Shares are written with few digits: 33.33 is a third."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``share``: per cent of the point, from -100 to 100."""

    text: str
    share: Decimal
    feedback: str = ""


class Ear(Protocol):
    """Who hears what is wrong."""

    def fault(self, what: str, remedy: str, /) -> None: ...

    def remark(self, what: str, /) -> None: ...


def _is(share: Decimal, wanted: Decimal) -> bool:
    return abs(share - wanted) <= NEARLY


def choice_fields(choices: Sequence[Choice], ear: Ear, *, is_single: bool, is_strict: bool = False) -> dict[str, Any]:
    """Fields of a question with these choices, and ``feedback``.

    ``is_strict``: the file says that only the whole set earns the point.
    """
    entries = tuple(Entry(str(number), choice.text) for number, choice in enumerate(choices))
    right = [number for number, choice in enumerate(choices) if choice.share > 0]
    fields: dict[str, Any] = {
        "kind": QuestionKind.SINGLE if is_single else QuestionKind.MULTIPLE,
        "entries": entries,
        "correct": frozenset(str(number) for number in right),
        "feedback": {str(number): choice.feedback for number, choice in enumerate(choices) if choice.feedback},
    }
    if is_single:
        _hear_single(choices, ear)
    elif not is_strict and right:
        fields["has_partial_credit"] = _has_partial_credit(choices, len(right), ear)
    return fields


def _hear_single(choices: Iterable[Choice], ear: Ear) -> None:
    shares = [choice.share for choice in choices]
    if any(0 < share < WHOLE for share in shares):
        ear.fault("a choice that earns a part of the point is not taken", "give it the whole point or none")
    if any(share < 0 for share in shares):
        ear.remark("a wrong choice takes nothing away here")


def _has_partial_credit(choices: Iterable[Choice], right: int, ear: Ear) -> bool:
    """Whether the shares are the product's own rule: each right one earns a share, each wrong one loses it."""
    choices = list(choices)
    each = WHOLE / right
    wrong = [choice.share for choice in choices if choice.share <= 0]
    if not all(_is(choice.share, each) for choice in choices if choice.share > 0):
        ear.fault("right choices that earn different shares are not taken", "let each earn the same")
        return False
    if all(_is(share, -each) for share in wrong):
        return True
    ear.remark("only the whole set of right choices earns the point here")
    return False


def match_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields of a matching question from (prompt, option) texts; spare options have no prompt."""
    options: dict[str, str] = {}
    prompts: list[Entry] = []
    matched: dict[str, str] = {}
    for prompt, option in pairs:
        if option:
            options.setdefault(option, f"o{len(options)}")
        if prompt:
            key = f"p{len(prompts)}"
            prompts.append(Entry(key, prompt))
            matched |= {key: options[option]} if option else {}
    return {
        "kind": QuestionKind.MATCHING,
        "entries": tuple(prompts),
        "options": tuple(Entry(key, text) for text, key in options.items()),
        "pairs": matched,
    }
