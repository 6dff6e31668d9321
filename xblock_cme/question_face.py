"""Questions as the templates take them. Until they may be shown, keys and rationales never come near a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lti_tool.domain.answer_form import Fields, field_of
from lti_tool.domain.assessment import Answer, Entry, FormItem, Question, QuestionKind, choices_of, points
from lti_tool.domain.native import ActivityCopy, text_key
from lti_tool.domain.response import CHOSEN, OTHER, RIGHT, Tally
from xblock_cme.render import finished
from xblock_cme.words import TRUE_FALSE

KINDS = {QuestionKind.MATCHING: "matching", QuestionKind.ORDERING: "ordering", QuestionKind.NUMERIC: "numeric"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What showing a question needs: the copy's texts, addresses of files, the reader's words, ids of this page."""

    copy: ActivityCopy
    media_url: Callable[[str], str]
    translate: Callable[[str], str]
    prefix: str

    def line(self, text: str) -> Any:
        return finished(self.copy.lines.get(text_key(text)), text, self.media_url)

    def blocks(self, text: str) -> Any:
        return finished(self.copy.texts.get(text_key(text)), text, self.media_url) if text else ""

    def id_of(self, name: str) -> str:
        return f"{self.prefix}-{name.replace('.', '-').replace(':', '-')}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form now: stored answers, or what was posted and not accepted."""

    answers: Mapping[str, Answer]
    fields: Fields | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    def text(self, question: Question) -> str:
        if self.fields is not None:
            return next(iter(self.fields.get(field_of(question.key), ())), "")
        answer = self.answers.get(question.key, "")
        return answer if isinstance(answer, str) else ""

    def chosen(self, question: Question) -> tuple[str, ...]:
        if self.fields is not None:
            return tuple(self.fields.get(field_of(question.key), ()))
        answer = self.answers.get(question.key, ())
        return (answer,) if isinstance(answer, str) else tuple(answer)

    def rows(self, question: Question) -> dict[str, str]:
        """Matching: entry to option. Ordering: entry to place."""
        if self.fields is not None:
            names = {entry.key: f"{field_of(question.key)}.{entry.key}" for entry in question.entries}
            return {key: self.fields[name][0] for key, name in names.items() if self.fields.get(name)}
        answer = self.answers.get(question.key, ())
        if isinstance(answer, Mapping):
            return dict(answer)
        return {key: str(place) for place, key in enumerate(answer, start=1)}


def _text(shelf: Shelf, question: Question, entry: Entry) -> str:
    is_plain = question.kind is not QuestionKind.TRUE_FALSE
    return entry.text if is_plain else shelf.translate(TRUE_FALSE[entry.key])


def _ordered(shelf: Shelf, question: Question, entries: tuple[Entry, ...], keys: tuple[str, ...]) -> list[Any]:
    known = {entry.key: entry for entry in entries}
    return [{"key": key, "text": _text(shelf, question, known[key])} for key in keys]


def _choices(question: Question, rows: list[Any], typed: Typed, is_review: bool) -> list[Any]:
    chosen = typed.chosen(question)
    marked = [{**row, "is_chosen": row["key"] in chosen} for row in rows]
    if not is_review:
        return marked
    return [
        {**row, "is_right": row["key"] in question.correct, "is_wrong": row["is_chosen"] and not _is_key(question, row)}
        for row in marked
    ]


def _is_key(question: Question, row: Mapping[str, Any]) -> bool:
    return row["key"] in question.correct


def _pairs(question: Question, item: FormItem, rows: list[Any], typed: Typed, is_review: bool) -> list[Any]:
    labels = {option.key: option.text for option in question.options}
    given = typed.rows(question)
    shown = []
    for row in rows:
        chosen = given.get(row["key"], "")
        options = [{"value": key, "label": labels[key], "is_chosen": key == chosen} for key in item.options]
        right = question.pairs.get(row["key"], "")
        review = {"answer": labels.get(right, ""), "is_right": chosen == right} if is_review else {}
        shown.append({**row, "options": options, "given": labels.get(chosen, ""), **review})
    return shown


def _places(question: Question, rows: list[Any], typed: Typed, is_review: bool) -> list[Any]:
    given = typed.rows(question)
    right = {entry.key: str(place) for place, entry in enumerate(question.entries, start=1)}
    shown = []
    for row in rows:
        place = given.get(row["key"], "")
        places = [{"value": str(n), "is_chosen": str(n) == place} for n in range(1, len(rows) + 1)]
        review = {"answer": right[row["key"]], "is_right": place == right[row["key"]]} if is_review else {}
        shown.append({**row, "places": places, "given": place, **review})
    return sorted(shown, key=lambda row: int(row["answer"])) if is_review else shown


def _rows(shelf: Shelf, question: Question, item: FormItem, typed: Typed, is_review: bool) -> list[Any]:
    rows = _ordered(shelf, question, choices_of(question), item.order)
    match question.kind:
        case QuestionKind.MATCHING:
            rows = _pairs(question, item, rows, typed, is_review)
        case QuestionKind.ORDERING:
            rows = _places(question, rows, typed, is_review)
        case QuestionKind.NUMERIC:
            return []
        case _:
            rows = _choices(question, rows, typed, is_review)
    base = shelf.id_of(field_of(question.key))
    return [{**row, "id": base if place == 1 else f"{base}-{place}"} for place, row in enumerate(rows, start=1)]


def question_face(
    shelf: Shelf, item: FormItem, number: int, total: int, typed: Typed, question: Question, *, is_review: bool = False
) -> dict[str, Any]:
    """For ``question.html``; with ``is_review`` key, rationale and references stand in it too."""
    image = question.image
    figure = image and {"src": shelf.media_url(image.file), "alt": image.alt, "caption": image.caption}
    face = {
        "key": question.key,
        "field": field_of(question.key),
        "id": shelf.id_of(field_of(question.key)),
        "kind": KINDS.get(question.kind, "choices"),
        "is_multiple": question.kind is QuestionKind.MULTIPLE,
        "number": number,
        "total": total,
        "stem": shelf.line(question.stem),
        "vignette": shelf.blocks(question.vignette),
        "figure": figure,
        "rows": _rows(shelf, question, item, typed, is_review),
        "value": typed.text(question),
        "unit": question.unit,
        "error": typed.errors.get(question.key, ""),
        "is_review": is_review,
    }
    return {**face, **_revealed(shelf, question, typed)} if is_review else face


def _revealed(shelf: Shelf, question: Question, typed: Typed) -> dict[str, Any]:
    earned = points(question, typed.answers.get(question.key))
    references = shelf.copy.activity.references
    return {
        "verdict": "correct" if earned == 1 else "partial" if earned > 0 else "incorrect",
        "answer": f"{question.number:f}" if question.number is not None else "",
        "rationale": shelf.blocks(question.rationale),
        "references": [references.get(key, key) for key in question.references],
    }


def poll_face(shelf: Shelf, item: FormItem, typed: Typed, question: Question) -> dict[str, Any]:
    """What was answered to a question without a right answer."""
    face = question_face(shelf, item, 0, 0, typed, question)
    return {**face, "is_review": True, "verdict": ""}


def tally_rows(shelf: Shelf, question: Question, found: Tally, mine: Answer) -> list[dict[str, Any]]:
    """What people chose, in the author's order, each with its words; one's own choices are marked."""
    has_choices = question.kind in CHOSEN
    words = {RIGHT: shelf.translate("The right answer"), OTHER: shelf.translate("Another answer")}
    if has_choices:
        words = {entry.key: _text(shelf, question, entry) for entry in choices_of(question)}
    own = (mine,) if isinstance(mine, str) else tuple(mine)
    return [
        {"text": words[one.key], "count": one.count, "percent": one.percent, "is_mine": has_choices and one.key in own}
        for one in found.choices
    ]
