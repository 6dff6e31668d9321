"""Questions as GIFT. Texts are Markdown, choices plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.check import files_of
from lti_tool.exchange.gift_read import RESERVED
from lti_tool.exchange.tags import tags_of
from lti_tool.exchange.texts import reasons, tell

_ESCAPES = str.maketrans({**{character: f"\\{character}" for character in RESERVED}, "\n": "\\n"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _label(name: str, value: str) -> str:
    shielded = value.replace("\\", "\\\\").replace("]", "\\]")
    return f"[{name}:{shielded}]"


def _feedback(text: str) -> str:
    return f"#[markdown]{_escaped(text)}" if text else ""


def _answer(sign: str, text: str, feedback: str = "") -> str:
    return f"{sign}[plain]{_escaped(text)}{_feedback(feedback)}"


def _single(bank: BankQuestion) -> list[str]:
    question = bank.question
    return [
        _answer("=" if entry.key in question.correct else "~", entry.text, bank.feedback.get(entry.key, ""))
        for entry in question.entries
    ]


def _multiple(bank: BankQuestion) -> list[str]:
    question = bank.question
    each = (Decimal(100) / len(question.correct)).quantize(Decimal("0.00001")).normalize()
    shares = {entry.key: each if entry.key in question.correct else -each for entry in question.entries}
    return [
        _answer(f"~%{shares[entry.key]:f}%", entry.text, bank.feedback.get(entry.key, "")) for entry in question.entries
    ]


def _true_false(bank: BankQuestion) -> list[str]:
    right, wrong = ("true", "false") if "true" in bank.question.correct else ("false", "true")
    told = [bank.feedback.get(key, "") for key in (wrong, right)]
    said = [f"#[markdown]{_escaped(text)}" for text in told] if any(told) else []
    return [right.upper() + "".join(said)]


def _matching(bank: BankQuestion) -> list[str]:
    question = bank.question
    texts = {option.key: option.text for option in question.options}
    pairs = [
        f"=[plain]{_escaped(entry.text)} -> {_escaped(texts[question.pairs[entry.key]])}" for entry in question.entries
    ]
    return pairs + [f"= -> {_escaped(text)}" for key, text in texts.items() if key not in question.pairs.values()]


def _numeric(bank: BankQuestion) -> list[str]:
    return [f"#{bank.question.number:f}:{bank.question.tolerance:f}"]


_WRITERS: dict[QuestionKind, Callable[[BankQuestion], list[str]]] = {
    QuestionKind.SINGLE: _single,
    QuestionKind.MULTIPLE: _multiple,
    QuestionKind.TRUE_FALSE: _true_false,
    QuestionKind.MATCHING: _matching,
    QuestionKind.NUMERIC: _numeric,
}


def _question(bank: BankQuestion) -> str:
    labels = " ".join([_label("id", bank.key), *(_label("tag", tag) for tag in tags_of(bank))])
    why = reasons(bank)
    body = [*_WRITERS[bank.question.kind](bank), *([f"####[markdown]{_escaped(why)}"] if why else [])]
    answers = "".join(f"\n  {line}" for line in body)
    return f"// {labels}\n::{_escaped(bank.key)}::[markdown]{_escaped(tell(bank))} {{{answers}\n}}\n"


def write_gift(questions: Sequence[BankQuestion], media: Mapping[str, bytes]) -> bytes:
    """A text file in UTF-8. ``media``: GIFT can hold none."""
    return "\n".join(map(_question, questions)).encode()


def gift_gap(bank: BankQuestion) -> str:
    """What GIFT cannot hold of a question, ``""`` if nothing."""
    question = bank.question
    if question.kind is QuestionKind.ORDERING:
        return "things to put in order"
    if question.kind is QuestionKind.MULTIPLE and not question.has_partial_credit:
        return "several right choices without partial credit"
    if question.unit:
        return "a unit"
    return "images" if files_of(bank) else ""
