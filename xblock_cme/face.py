"""What each step shows: plain values for the templates, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields, evaluation_blocks
from lti_tool.domain.errors import CmeError
from lti_tool.domain.evaluation import MAX_TEXT, EvaluationAnswer, ItemKind
from lti_tool.domain.standing import Blocker, StepStanding, StepState
from lti_tool.domain.text import RichText
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf
from xblock_cme.render import direction_of, written
from xblock_cme.words import BLOCKERS, EVALUATION_FAULTS, HEADINGS, REFUSALS, STEP_NAMES, _

WRITTEN = frozenset({ItemKind.TEXT, ItemKind.COMMITMENT})
"""Answered in the learner's own words."""
LISTS = ("content_unfinished", "content_locked", "step_locked", "attempt_refused")
"""Refusals that are explained by their blockers."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of the last action, for the top of the page."""

    text: str
    kind: str = "bad"
    reasons: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    """Field to sentence."""
    fields: Fields | None = None
    """What was posted and could not be kept."""
    confirms: int = 0
    """Unanswered questions that the learner may leave unanswered."""


def blocker_text(shelf: Shelf, blocker: Blocker) -> str:
    """One sentence for one reason."""
    text = BLOCKERS.get(blocker.code)
    if text is None:
        return blocker.code
    return shelf.translate(text) % {key: written(value) for key, value in blocker.facts.items()}


def blocker_texts(shelf: Shelf, blockers: Iterable[Blocker]) -> list[dict[str, Any]]:
    """Sentences, and the step that clears each."""
    return [{"text": blocker_text(shelf, each), "step": each.step.value if each.step else ""} for each in blockers]


def refusal(shelf: Shelf, error: CmeError) -> Notice:
    """What to tell of a refusal."""
    text = shelf.translate(REFUSALS.get(error.code, _("This could not be done")))
    blockers = error.facts.get("blockers", ()) if error.code in LISTS else ()
    return Notice(text, reasons=tuple(blocker_text(shelf, blocker) for blocker in blockers))


def _state(standing: StepStanding, viewed: Step) -> str:
    if standing.state is StepState.DONE:
        return "done"
    if standing.blockers:
        return "locked"
    if standing.step is viewed:
        return "current"
    return "open" if standing.is_required else "optional"


STATE_WORDS = {
    "done": _("done"),
    "current": _("in progress"),
    "open": _("open"),
    "optional": _("optional"),
    "locked": _("locked"),
}


def step_bar(shelf: Shelf, here: Progress, viewed: Step, only: Step | None) -> list[dict[str, Any]]:
    """``only``: the block shows this single step; the others are context and lead nowhere."""
    bar = []
    for standing in here.standing.steps:
        state = _state(standing, viewed)
        is_linked = standing.state is not StepState.LOCKED and only is None and standing.step is not viewed
        bar.append(
            {
                "key": standing.step.value,
                "label": shelf.translate(STEP_NAMES[standing.step]),
                "state": state,
                "words": shelf.translate(STATE_WORDS[state]),
                "is_linked": is_linked,
                "is_viewed": standing.step is viewed,
                "reason": " · ".join(blocker_text(shelf, blocker) for blocker in standing.blockers),
            }
        )
    return bar


def onward(shelf: Shelf, here: Progress, step: Step, only: Step | None) -> dict[str, str] | None:
    """The next step; ``None`` where nothing waits here."""
    following = here.standing.after(step)
    if only is not None or following is step or here.standing.of(following).blockers:
        return None
    name = shelf.translate(STEP_NAMES[following])
    return {"step": following.value, "label": shelf.translate("Continue: %(step)s") % {"step": name}}


def runs(text: RichText) -> list[dict[str, Any]]:
    return [{"text": run.text, "is_italic": run.is_italic} for run in text.runs]


def information_face(shelf: Shelf, here: Progress) -> dict[str, Any]:
    marks = here.record.acknowledgements
    times = [mark.at for mark in marks if mark.fingerprint == here.page.fingerprint]
    sections = [
        {
            "heading": shelf.translate(HEADINGS[section.key]),
            "is_list": section.is_list,
            "paragraphs": [runs(paragraph) for paragraph in section.paragraphs],
        }
        for section in here.page.sections
    ]
    return {
        "sections": sections,
        "fingerprint": here.page.fingerprint,
        "acknowledged_at": written(min(times)) if times else "",
        "has_changed": bool(marks) and not times,
    }


def _item_error(shelf: Shelf, kind: ItemKind, fault: str) -> str:
    code = "required_text" if fault == "required" and kind in WRITTEN else fault
    return shelf.translate(EVALUATION_FAULTS[code]) % {"limit": MAX_TEXT}


def evaluation_face(
    shelf: Shelf, here: Progress, given: Mapping[str, EvaluationAnswer], faults: Mapping[str, str]
) -> dict[str, Any]:
    """The form, or that it was answered."""
    form = here.activity.evaluation
    if form is None or here.record.evaluated_at is not None:
        return {"is_answered": True, "is_anonymous": form is None or form.is_anonymous}
    blocks = evaluation_blocks(form.items)
    rows, summary = [], []
    for number, block in enumerate(blocks, start=1):
        first = block.items[0]
        row = {
            "number": number,
            "total": len(blocks),
            "is_scale": block.is_scale,
            "is_required": first.is_required,
            "kind": first.kind.value,
            "is_written": first.kind in WRITTEN,
            "text": first.text,
            "field": block.name,
            "id": shelf.id_of(block.name),
            "items": [_statement(shelf, block.field(item), block.anchor(item), item, given) for item in block.items],
        }
        errors = [(item, _item_error(shelf, item.kind, faults[item.key])) for item in block.items if item.key in faults]
        row["error"] = errors[0][1] if errors else ""
        summary += [{"id": shelf.id_of(block.anchor(item)), "text": f"{item.text} {words}"} for item, words in errors]
        rows.append(row)
    return {"rows": rows, "summary": summary, "is_anonymous": form.is_anonymous, "max_text": MAX_TEXT}


def _statement(
    shelf: Shelf, name: str, anchor: str, item: Any, given: Mapping[str, EvaluationAnswer]
) -> dict[str, Any]:
    answer = given.get(item.key, "")
    chosen = (answer,) if isinstance(answer, str) else answer
    base = shelf.id_of(anchor)
    return {
        "field": name,
        "text": item.text,
        "id": base,
        "value": answer if isinstance(answer, str) else "",
        "choices": [
            {
                "key": each.key,
                "text": each.text,
                "is_chosen": each.key in chosen,
                "id": base if n == 0 else f"{base}-o{n}",
            }
            for n, each in enumerate(item.choices)
        ],
    }


def points_text(value: Decimal) -> str:
    return str(written(f"{value.quantize(Decimal('0.01')).normalize():f}"))


def shell(shelf: Shelf, here: Progress, viewed: Step, only: Step | None) -> dict[str, Any]:
    """What every step has around its own part."""
    language = here.activity.language
    return {
        "prefix": shelf.prefix,
        "activity_title": here.activity.title,
        "provider_name": here.activity.provider.name,
        "contact": here.activity.provider.contact,
        "steps": step_bar(shelf, here, viewed, only),
        "step": viewed.value,
        "step_name": shelf.translate(STEP_NAMES[viewed]),
        "is_trial": here.facts.is_trial,
        "content_language": language,
        "content_direction": direction_of(language),
        "onward": onward(shelf, here, viewed, only),
    }
