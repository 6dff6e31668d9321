"""The editor's form: from a question to its fields, and back from what a browser posts. Works without scripts.

Fields of rows are numbered from 1: ``entry.1``, ``match.1``, ``feedback.1``; ``right`` names the rows that are right.
Empty rows are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Image, Question, QuestionKind, choices_of
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import CHOSEN, MAX_ENTRIES, BankQuestion, QuestionFault

SPARE_ROWS = 2
FEWEST_ROWS = 5
MORE_ROWS = 4
_DIGITS = re.compile(r"[0-9]{1,6}")
Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of choices, pairs or things to order."""

    number: int
    text: str = ""
    match: str = ""
    feedback: str = ""
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What the editor shows: every value as text."""

    kind: QuestionKind
    values: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[FormRow, ...] = ()
    image: str = ""
    has_partial_credit: bool = False

    def value(self, name: str) -> str:
        return self.values.get(name, "")


def _rows(rows: Sequence[FormRow], more: int = 0) -> tuple[FormRow, ...]:
    """The rows that are filled in, and empty ones below them."""
    count = min(MAX_ENTRIES, max(FEWEST_ROWS, len(rows) + SPARE_ROWS) + more)
    return (*rows, *(FormRow(number) for number in range(len(rows) + 1, count + 1)))


def _matches(question: Question) -> list[tuple[str, str]]:
    """Prompts with their matches, then spare matches."""
    texts = {option.key: option.text for option in question.options}
    used = set(question.pairs.values())
    pairs = [(entry.text, texts.get(question.pairs.get(entry.key, ""), "")) for entry in question.entries]
    return pairs + [("", text) for key, text in texts.items() if key not in used]


def _shown_rows(bank: BankQuestion) -> list[FormRow]:
    question = bank.question
    if question.kind is QuestionKind.MATCHING:
        return [FormRow(number, prompt, match) for number, (prompt, match) in enumerate(_matches(question), 1)]
    return [
        FormRow(number, entry.text, "", bank.feedback.get(entry.key, ""), entry.key in question.correct)
        for number, entry in enumerate(choices_of(question), 1)
    ]


def shown_form(bank: BankQuestion) -> QuestionForm:
    """The form for a question that is there."""
    question, image = bank.question, bank.question.image
    rows = _shown_rows(bank)
    return QuestionForm(
        kind=question.kind,
        values={
            "key": question.key,
            "stem": question.stem,
            "vignette": question.vignette,
            "image_alt": image.alt if image else "",
            "image_caption": image.caption if image else "",
            "rationale": question.rationale,
            "references": "\n".join(bank.references),
            "objective": bank.objective,
            "level": bank.level.value if bank.level else "",
            "tags": "\n".join(bank.tags),
            "number": f"{question.number:f}" if question.number is not None else "",
            "tolerance": f"{question.tolerance:f}",
            "unit": question.unit,
        },
        rows=tuple(rows) if question.kind is QuestionKind.TRUE_FALSE else _rows(rows),
        image=image.file if image else "",
        has_partial_credit=question.has_partial_credit,
    )


def empty_form(kind: QuestionKind) -> QuestionForm:
    """The form for a new question."""
    return shown_form(BankQuestion(Question("", kind, "")))


def _first(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "").replace("\r\n", "\n").replace("\r", "\n")


def kind_of(word: str) -> QuestionKind:
    """Raises ``BadInput("kind_unknown")``."""
    try:
        return QuestionKind(word)
    except ValueError as error:
        raise BadInput("kind_unknown", faults={"kind": "kind_unknown"}) from error


def whole_number(word: str) -> int:
    """A number that this tool wrote itself. Raises ``BadInput("form_number_wrong")``."""
    if not _DIGITS.fullmatch(word):
        raise BadInput("form_number_wrong", faults={"number": "form_number_wrong"})
    return int(word)


def posted_form(posted: Posted, more: bool = False) -> QuestionForm:
    """The form as it was sent, with more empty rows if they were asked for. Raises ``BadInput("kind_unknown")``."""
    kind = kind_of(_first(posted, "kind"))
    names = ("key", "stem", "vignette", "image_alt", "image_caption", "rationale", "references", "objective")
    values = {name: _first(posted, name) for name in (*names, "level", "tags", "number", "tolerance", "unit", "reason")}
    right = set(posted.get("right", ()))
    found = []
    for number in range(1, MAX_ENTRIES + 1):
        texts = [_first(posted, f"{name}.{number}").strip("\n") for name in ("entry", "match", "feedback")]
        is_row = any(texts) or str(number) in right
        if is_row or kind is QuestionKind.TRUE_FALSE:
            found.append(FormRow(number, texts[0].strip(), texts[1].strip(), texts[2], str(number) in right))
    is_fixed = kind is QuestionKind.TRUE_FALSE
    rows = tuple(found[:2]) if is_fixed else _filled(found, MORE_ROWS if more else 0)
    image = "" if "remove_image" in posted else _first(posted, "image")
    return QuestionForm(kind, values, rows, image, "partial_credit" in posted)


def _filled(found: Sequence[FormRow], more: int) -> tuple[FormRow, ...]:
    """Rows keep their numbers, so that faults lead to them."""
    last = max((row.number for row in found), default=0)
    count = min(MAX_ENTRIES, max(FEWEST_ROWS, last + SPARE_ROWS) + more)
    known = {row.number: row for row in found}
    return tuple(known.get(number, FormRow(number)) for number in range(1, count + 1))


def _number(text: str, name: str, faults: list[QuestionFault]) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        faults.append(QuestionFault(name, "number_wrong"))
        return None
    return value


def _entries(form: QuestionForm) -> tuple[Entry, ...]:
    return tuple(Entry(str(row.number), row.text) for row in form.rows if row.text)


def _right(form: QuestionForm) -> frozenset[str]:
    return frozenset(str(row.number) for row in form.rows if row.is_right)


def _matching(form: QuestionForm) -> dict[str, Any]:
    options: dict[str, str] = {}
    for row in form.rows:
        if row.match:
            options.setdefault(row.match, f"o{row.number}")
    pairs = {str(row.number): options[row.match] for row in form.rows if row.text and row.match}
    listed = tuple(Entry(key, text) for text, key in options.items())
    return {"entries": _entries(form), "options": listed, "pairs": pairs}


def _answers(form: QuestionForm, faults: list[QuestionFault]) -> dict[str, Any]:
    match form.kind:
        case QuestionKind.TRUE_FALSE:
            words = {"1": "true", "2": "false"}
            return {"correct": frozenset(words[number] for number in _right(form) if number in words)}
        case QuestionKind.MATCHING:
            return _matching(form)
        case QuestionKind.ORDERING:
            return {"entries": _entries(form)}
        case QuestionKind.NUMERIC:
            reach = _number(form.value("tolerance"), "tolerance", faults)
            return {
                "number": _number(form.value("number"), "number", faults),
                "tolerance": Decimal(0) if reach is None else reach,
                "unit": form.value("unit").strip(),
            }
        case _:
            partial = form.has_partial_credit and form.kind is QuestionKind.MULTIPLE
            return {"entries": _entries(form), "correct": _right(form), "has_partial_credit": partial}


def _feedback(form: QuestionForm) -> dict[str, str]:
    names = {1: "true", 2: "false"} if form.kind is QuestionKind.TRUE_FALSE else {}
    if form.kind not in (*CHOSEN, QuestionKind.TRUE_FALSE):
        return {}
    return {names.get(row.number, str(row.number)): row.feedback for row in form.rows if row.feedback.strip()}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def question_of(form: QuestionForm) -> tuple[BankQuestion, list[QuestionFault]]:
    """The question that a form describes, with keys by row, and faults that only the form knows."""
    faults: list[QuestionFault] = []
    level = form.value("level")
    caption = form.value("image_caption").strip()
    image = Image(form.image, form.value("image_alt").strip(), caption) if form.image else None
    question = Question(
        key=form.value("key").strip(),
        kind=form.kind,
        stem=form.value("stem").strip("\n"),
        vignette=form.value("vignette").strip("\n"),
        image=image,
        rationale=form.value("rationale").strip("\n"),
        **_answers(form, faults),
    )
    bank = BankQuestion(
        question,
        objective=form.value("objective").strip(),
        level=Level(level) if level in {one.value for one in Level} else None,
        tags=_lines(form.value("tags")),
        references=_lines(form.value("references")),
        feedback=_feedback(form),
    )
    return bank, faults


def fields_of_faults(form: QuestionForm, faults: Sequence[QuestionFault]) -> list[QuestionFault]:
    """Faults named by the fields of the form: lists are numbered without the empty rows, the form with them."""
    filled = [row.number for row in form.rows if row.text] or [1]
    first = {"correct": "right", "entries": "entry.1", "options": "match.1", "pairs": "match.1"}
    first |= {"image": "picture"}
    found = []
    for fault in faults:
        name, _, place = fault.field.partition(".")
        if name in ("entries", "options") and place.isdigit():
            rows = filled if name == "entries" else [row.number for row in form.rows if row.match] or [1]
            field_name = f"{'entry' if name == 'entries' else 'match'}.{rows[min(int(place), len(rows)) - 1]}"
        elif name == "feedback":
            field_name = f"feedback.{_feedback_row(form, place)}"
        else:
            field_name = first.get(name, name)
        found.append(QuestionFault(field_name, fault.code, fault.facts))
    return found


def _feedback_row(form: QuestionForm, key: str) -> int:
    """Feedback is named by the canonical key of its choice: a letter by place, or true and false."""
    if key in ("true", "false"):
        return 1 if key == "true" else 2
    if key.isdigit():
        return int(key)
    filled = [row.number for row in form.rows if row.text] or [1]
    return filled[min(max(ord(key[:1] or "a") - ord("a"), 0), len(filled) - 1)]
