"""Questions as rows of a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO

import xlsxwriter

from lti_tool.domain.assessment import QuestionKind, choices_of
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.archive import pack
from lti_tool.exchange.check import files_of
from lti_tool.exchange.columns import header

_RISKY = re.compile(r"[=+\-@\t]|'[=+\-@\t']")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
SHEET = "questions"
MOST_CHARACTERS = 32_000
"""A cell of a spreadsheet holds 32 767 characters; some programs count differently."""


def _numbered(name: str, texts: Sequence[str]) -> dict[str, str]:
    return {f"{name}_{number}": text for number, text in enumerate(texts, 1) if text}


def _matches(bank: BankQuestion) -> list[str]:
    """The match of each prompt in turn, then the spare ones."""
    question = bank.question
    texts = {option.key: option.text for option in question.options}
    spare = [text for key, text in texts.items() if key not in question.pairs.values()]
    return [*(texts[question.pairs[entry.key]] for entry in question.entries), *spare]


def _answers(bank: BankQuestion) -> dict[str, str]:
    question = bank.question
    choices = _numbered("choice", [entry.text for entry in question.entries])
    match question.kind:
        case QuestionKind.TRUE_FALSE:
            return {"correct": "".join(question.correct)}
        case QuestionKind.NUMERIC:
            numbers = {"correct": f"{question.number:f}", "tolerance": f"{question.tolerance:f}"}
            return {**numbers, "unit": question.unit}
        case QuestionKind.MATCHING:
            return choices | _numbered("match", _matches(bank))
        case QuestionKind.ORDERING:
            return choices
        case _:
            right = [str(number) for number, entry in enumerate(question.entries, 1) if entry.key in question.correct]
            partial = {"partial_credit": "yes"} if question.has_partial_credit else {}
            return choices | {"correct": ", ".join(right)} | partial


def row_of(bank: BankQuestion) -> dict[str, str]:
    """The cells of a question by column; empty ones may be missing."""
    question, image = bank.question, bank.question.image
    pictured = {"image": image.file, "image_alt": image.alt, "image_caption": image.caption} if image else {}
    return {
        "key": question.key,
        "kind": question.kind.value,
        "vignette": question.vignette,
        **pictured,
        "stem": question.stem,
        **_answers(bank),
        "rationale": question.rationale,
        **_numbered("feedback", [bank.feedback.get(entry.key, "") for entry in choices_of(question)]),
        "references": "\n".join(bank.references),
        "objective": bank.objective,
        "level": bank.level.value if bank.level else "",
        "tags": "\n".join(bank.tags),
    }


def _table(questions: Sequence[BankQuestion]) -> list[list[str]]:
    rows = [row_of(bank) for bank in questions]
    widest: dict[str, int] = {"choice": 4, "match": 0, "feedback": 0}
    for name in (name for row in rows for name in row):
        column, _, number = name.rpartition("_")
        if number.isdigit():
            widest[column] = max(widest[column], int(number))
    names = header(widest)
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def guarded(text: str) -> str:
    """A cell that no spreadsheet reads as a formula."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def _with_images(name: str, body: bytes, questions: Sequence[BankQuestion], media: Mapping[str, bytes]) -> bytes:
    """The table, or a zip file with it and the images that it names."""
    needed = sorted({file for bank in questions for file in files_of(bank)})
    return pack({name: body} | {file: media[file] for file in needed}) if needed else body


def write_csv(questions: Sequence[BankQuestion], media: Mapping[str, bytes]) -> bytes:
    """Comma-separated, in UTF-8 with the mark that spreadsheets need; with images a zip file around it."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in _table(questions))
    return _with_images("questions.csv", out.getvalue().encode("utf-8-sig"), questions, media)


def write_xlsx(questions: Sequence[BankQuestion], media: Mapping[str, bytes]) -> bytes:
    """A workbook whose cells are all texts; with images a zip file around it."""
    out = BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, settings) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(_table(questions)):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
    return _with_images("questions.xlsx", out.getvalue(), questions, media)


def table_gap(bank: BankQuestion) -> str:
    """What a cell cannot hold of a question, ``""`` if nothing."""
    longest = max((len(text) for text in row_of(bank).values()), default=0)
    return f"a text of more than {MOST_CHARACTERS} characters" if longest > MOST_CHARACTERS else ""
