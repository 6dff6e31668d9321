"""A question of a provider's bank: more than a test needs to ask it, and in one form only.

*One form*: the keys of choices, prompts, options and things to order say nothing about what is right (learners can
read them in a page) and depend on the texts alone. So a question that leaves in a file which has no place for keys
comes back with the keys it had.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from string import ascii_lowercase
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Question, QuestionKind, choices_of

MAX_STEM = 2000
MAX_TEXT = 100_000
"""Vignette and rationale, in characters."""
MAX_LINE = 500
MAX_ALT = 2000
MAX_REFERENCE = 2000
MAX_UNIT = 40
MAX_TAG = 60
MAX_TAGS = 30
MAX_ENTRIES = len(ascii_lowercase)
MAX_DIGITS = 12
"""Before and after the point of a number."""
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
LEAST_ENTRIES = {
    QuestionKind.SINGLE: 2,
    QuestionKind.MULTIPLE: 2,
    QuestionKind.MATCHING: 2,
    QuestionKind.ORDERING: 3,
    QuestionKind.TRUE_FALSE: 0,
    QuestionKind.NUMERIC: 0,
}
CHOSEN = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})
"""Kinds with choices of their own."""


class QuestionStatus(StrEnum):
    """How far a question of the bank has come."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"
    """Kept for its past, offered to no new test."""


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """``question`` carries neither objective nor references: those are keys of an activity, here they are words."""

    question: Question
    objective: str = ""
    level: Level | None = None
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Full citations."""
    feedback: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Key of a choice to the words about it, shown with the rationale."""

    @property
    def key(self) -> str:
        return self.question.key


@dataclass(frozen=True, slots=True)
class QuestionFault:
    """What is wrong with one field. Codes: see ``faults_of``."""

    field: str
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _by_place(entries: tuple[Entry, ...]) -> dict[str, str]:
    return {entry.key: letter for entry, letter in zip(entries, ascii_lowercase, strict=False)}


def _by_text(entries: tuple[Entry, ...]) -> dict[str, str]:
    ranked = sorted(entries, key=lambda entry: sha256(entry.text.encode("utf-8", "replace")).digest())
    return _by_place(tuple(ranked))


def _renamed(entries: tuple[Entry, ...], names: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(names.get(entry.key, entry.key), entry.text) for entry in entries)


def canonical(bank: BankQuestion) -> BankQuestion:
    """The same question with the bank's keys: choices by their place, everything that is moved by its text.

    Options of a matching question are always shown shuffled, so their order is no part of it: they stand by key.
    """
    question = bank.question
    if question.kind is QuestionKind.TRUE_FALSE:
        return bank
    entries = _by_place(question.entries) if question.kind in CHOSEN else _by_text(question.entries)
    options = _by_text(question.options)
    renamed = replace(
        question,
        entries=_renamed(question.entries, entries),
        options=tuple(sorted(_renamed(question.options, options), key=lambda option: option.key)),
        correct=frozenset(entries.get(key, key) for key in question.correct),
        pairs={entries.get(key, key): options.get(value, value) for key, value in question.pairs.items()},
    )
    return replace(
        bank, question=renamed, feedback={entries.get(key, key): text for key, text in bank.feedback.items()}
    )


def _text(
    name: str, text: str, limit: int, *, is_line: bool = True, is_needed: bool = False
) -> Iterator[QuestionFault]:
    if not text.strip():
        if is_needed or text:
            yield QuestionFault(name, "text_missing")
    elif len(text) > limit:
        yield QuestionFault(name, "text_too_long", {"length": len(text), "limit": limit})
    elif _CONTROL.search(text):
        yield QuestionFault(name, "control_character")
    elif is_line and ("\n" in text or "\t" in text or text != text.strip()):
        yield QuestionFault(name, "not_one_line")
    elif text != text.strip("\r\n"):
        yield QuestionFault(name, "blank_lines_around")


def _entries(name: str, entries: tuple[Entry, ...], least: int) -> Iterator[QuestionFault]:
    if len(entries) < least:
        yield QuestionFault(name, "too_few", {"count": len(entries), "least": least})
    if len(entries) > MAX_ENTRIES:
        yield QuestionFault(name, "too_many", {"count": len(entries), "most": MAX_ENTRIES})
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        yield from _text(f"{name}.{number}", entry.text, MAX_LINE, is_needed=True)
        folded = entry.text.casefold()
        if folded in seen:
            yield QuestionFault(f"{name}.{number}", "text_twice", {"text": entry.text[:60]})
        seen.add(folded)


def _key_of(question: Question) -> Iterator[QuestionFault]:
    """Whether the right answer is there, and only once where there can be but one."""
    keys = {entry.key for entry in choices_of(question)}
    match question.kind:
        case QuestionKind.SINGLE if len(question.correct) != 1:
            yield QuestionFault("correct", "one_must_be_right", {"count": len(question.correct)})
        case QuestionKind.MULTIPLE if not question.correct:
            yield QuestionFault("correct", "none_is_right")
        case QuestionKind.TRUE_FALSE if len(question.correct) != 1:
            yield QuestionFault("correct", "answer_missing")
        case QuestionKind.NUMERIC:
            yield from _numeric(question)
        case QuestionKind.MATCHING:
            options = {option.key for option in question.options}
            if set(question.pairs) != keys or not options.issuperset(question.pairs.values()):
                yield QuestionFault("pairs", "pair_missing")
    if not keys.issuperset(question.correct):
        yield QuestionFault("correct", "choice_unknown")


def _is_measure(number: Decimal) -> bool:
    digits = number.as_tuple().exponent
    return number.is_finite() and abs(number) < 10**MAX_DIGITS and isinstance(digits, int) and digits >= -MAX_DIGITS


def _numeric(question: Question) -> Iterator[QuestionFault]:
    if question.number is None:
        yield QuestionFault("number", "answer_missing")
    elif not _is_measure(question.number):
        yield QuestionFault("number", "number_out_of_range", {"digits": MAX_DIGITS})
    if not _is_measure(question.tolerance):
        yield QuestionFault("tolerance", "number_out_of_range", {"digits": MAX_DIGITS})
    elif question.tolerance < 0:
        yield QuestionFault("tolerance", "tolerance_negative")


def _image(question: Question) -> Iterator[QuestionFault]:
    image = question.image
    if image is None:
        return
    if not FILE.fullmatch(image.file):
        yield QuestionFault("image", "file_name_wrong")
    if not image.alt.strip():
        yield QuestionFault("image_alt", "alt_missing")
    yield from _text("image_alt", image.alt, MAX_ALT)
    yield from _text("image_caption", image.caption, MAX_LINE)


def _words(bank: BankQuestion) -> Iterator[QuestionFault]:
    yield from _text("objective", bank.objective, MAX_LINE)
    if len(bank.tags) > MAX_TAGS:
        yield QuestionFault("tags", "too_many", {"count": len(bank.tags), "most": MAX_TAGS})
    for tag in bank.tags:
        yield from _text("tags", tag, MAX_TAG, is_needed=True)
    if len({tag.casefold() for tag in bank.tags}) < len(bank.tags):
        yield QuestionFault("tags", "text_twice", {"text": ""})
    for reference in bank.references:
        yield from _text("references", reference, MAX_REFERENCE, is_needed=True)
    known = {entry.key for entry in choices_of(bank.question)}
    for key, text in bank.feedback.items():
        yield from _text(f"feedback.{key}", text, MAX_REFERENCE, is_line=False, is_needed=True)
        if key not in known:
            yield QuestionFault(f"feedback.{key}", "choice_unknown")


def _foreign(bank: BankQuestion) -> Iterator[QuestionFault]:
    """Answer fields of another kind: they would be carried along and never seen."""
    question, kind = bank.question, bank.question.kind
    is_listed = LEAST_ENTRIES[kind] > 0
    foreign = {
        "entries": bool(question.entries) and not is_listed,
        "options": bool(question.options) and kind is not QuestionKind.MATCHING,
        "correct": bool(question.correct) and kind not in {*CHOSEN, QuestionKind.TRUE_FALSE},
        "pairs": bool(question.pairs) and kind is not QuestionKind.MATCHING,
        "number": question.number is not None and kind is not QuestionKind.NUMERIC,
        "unit": bool(question.unit) and kind is not QuestionKind.NUMERIC,
        "partial_credit": question.has_partial_credit and kind is not QuestionKind.MULTIPLE,
        "feedback": bool(bank.feedback) and kind not in {*CHOSEN, QuestionKind.TRUE_FALSE},
    }
    return (QuestionFault(name, "not_of_this_kind") for name, is_wrong in foreign.items() if is_wrong)


def faults_of(bank: BankQuestion) -> tuple[QuestionFault, ...]:
    """Everything that keeps a question out of the bank; nothing if it may come in.

    Codes: ``key_wrong``, ``text_missing``, ``text_too_long`` (length, limit), ``control_character``, ``not_one_line``,
    ``blank_lines_around``, ``too_few`` (count, least), ``too_many`` (count, most), ``text_twice`` (text),
    ``one_must_be_right`` (count), ``none_is_right``, ``answer_missing``, ``pair_missing``, ``choice_unknown``,
    ``number_out_of_range`` (digits), ``tolerance_negative``, ``file_name_wrong``, ``alt_missing``,
    ``not_of_this_kind``.
    """
    question = bank.question
    least = LEAST_ENTRIES[question.kind]
    found: list[QuestionFault] = [] if KEY.fullmatch(question.key) else [QuestionFault("key", "key_wrong")]
    found += _text("stem", question.stem, MAX_STEM, is_line=False, is_needed=True)
    found += _text("vignette", question.vignette, MAX_TEXT, is_line=False)
    found += _text("rationale", question.rationale, MAX_TEXT, is_line=False)
    found += _text("unit", question.unit, MAX_UNIT)
    found += _entries("entries", question.entries, least)
    found += _entries("options", question.options, least if question.kind is QuestionKind.MATCHING else 0)
    return (*found, *_key_of(question), *_image(question), *_foreign(bank), *_words(bank))


def as_question(bank: BankQuestion, source: str, objective: str = "", references: tuple[str, ...] = ()) -> Question:
    """The question as a test of an activity asks it. ``objective`` and ``references`` are keys of that activity.

    ``source``: ``<question>/<version>`` of the bank. Words about single choices join the rationale.
    """
    return replace(bank.question, objective=objective, references=references, rationale=explained(bank), source=source)


def explained(bank: BankQuestion) -> str:
    """The rationale with the words about single choices below it, as Markdown: what learners read."""
    texts = {entry.key: entry.text for entry in choices_of(bank.question)}
    lines = [
        f"- **{_literal(texts[key])}:** " + bank.feedback[key].replace("\n", "\n  ")
        for key in texts
        if bank.feedback.get(key)
    ]
    return "\n\n".join(part for part in (bank.question.rationale, "\n".join(lines)) if part)


def _literal(text: str) -> str:
    """Words as Markdown that shows just these words."""
    return re.sub(r"([\\`*_{}\[\]<>#+.!|~()&-])", r"\\\1", text)
