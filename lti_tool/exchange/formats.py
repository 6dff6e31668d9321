"""Formats of question files as one table, and the two doors: ``read_questions`` and ``write_questions``.

Nothing is lost on the way out: what was written is read back and compared before it is handed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import PurePosixPath

from lti_tool.domain.fault import Fault, Findings, Place, said
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange.archive import is_zip, unpack
from lti_tool.exchange.check import files_of
from lti_tool.exchange.gift_read import read_gift
from lti_tool.exchange.gift_write import gift_gap, write_gift
from lti_tool.exchange.markup import shown
from lti_tool.exchange.moodle_read import read_moodle
from lti_tool.exchange.moodle_write import moodle_gap, write_moodle
from lti_tool.exchange.package import is_package, read_loose_item, read_package
from lti_tool.exchange.qti_names import QTI_21, QTI_22, QTI_30, camel
from lti_tool.exchange.qti_write import write_qti
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.spreadsheet import is_workbook, read_xlsx
from lti_tool.exchange.table_read import read_csv
from lti_tool.exchange.table_write import table_gap, write_csv, write_xlsx

MAX_BYTES = 40_000_000
"""Of a whole file."""
_TOP = Place(1, 1)
_ROOT = re.compile(r"<\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif")
_TEXTS = (".csv", ".tsv", ".xlsx", ".xml", ".gift", ".txt")
_TABLE_HEAD = re.compile(r"\A\s*[^\n]*\bstem\b[^\n]*[,;\t]|\A\s*[^\n]*[,;\t][^\n]*\bstem\b")
Media = Mapping[str, bytes]


class QuestionFormat(StrEnum):
    """Formats that can be written; all of them are read too."""

    MOODLE_XML = "moodle-xml"
    GIFT = "gift"
    QTI_21 = "qti-2.1"
    QTI_22 = "qti-2.2"
    QTI_30 = "qti-3.0"
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ReadQuestions:
    """What a file holds. ``questions`` is empty when there are ``faults``: such a file brings nothing in."""

    questions: tuple[BankQuestion, ...] = ()
    media: Media = field(default_factory=dict)
    """Pictures by the names that the questions use."""
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    """What comes in other than it stood in the file."""


@dataclass(frozen=True, slots=True)
class WrittenQuestions:
    """A file, or the reasons why this format cannot hold these questions. ``suffix`` begins with a point."""

    body: bytes = b""
    suffix: str = ""
    media_type: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Format:
    write: Callable[[Sequence[BankQuestion], Media], bytes]
    suffix: str
    media_type: str
    gap: Callable[[BankQuestion], str] = field(default=lambda bank: "")


_ZIP = "application/zip"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {
    QuestionFormat.MOODLE_XML: _Format(write_moodle, ".xml", "application/xml", moodle_gap),
    QuestionFormat.GIFT: _Format(write_gift, ".gift.txt", "text/plain", gift_gap),
    QuestionFormat.QTI_21: _Format(partial(write_qti, version=QTI_21), ".zip", _ZIP),
    QuestionFormat.QTI_22: _Format(partial(write_qti, version=QTI_22), ".zip", _ZIP),
    QuestionFormat.QTI_30: _Format(partial(write_qti, version=QTI_30), ".zip", _ZIP),
    QuestionFormat.CSV: _Format(write_csv, ".csv", "text/csv"),
    QuestionFormat.XLSX: _Format(write_xlsx, ".xlsx", _SHEET, table_gap),
}


def _read_text(name: str, data: bytes, reading: Reading, media: Media) -> None:
    """A file that is no zip: by what it begins with, and by its name."""
    head = (
        data[:4000].decode("utf-8-sig", "replace") if data[1:2] != b"\x00" else data[:4000].decode("utf-16", "replace")
    )
    if head.lstrip().startswith("<"):
        _read_xml(head, data, reading, media)
    elif name.lower().endswith((".csv", ".tsv")) or _TABLE_HEAD.match(head.lower()):
        read_csv(data, reading, media)
    else:
        read_gift(data, reading, media)


def _read_xml(head: str, data: bytes, reading: Reading, media: Media) -> None:
    match = _ROOT.search(re.sub(r"<\?.*?\?>|<!--.*?-->|<!\w[^>]*>", "", head, flags=re.DOTALL))
    root = camel(match[1]) if match else ""
    if root == "quiz":
        read_moodle(data, reading, media)
    elif root == "assessmentItem":
        read_loose_item(data, reading, media)
    else:
        what = said("an XML file that begins with <{root}> is not known", root=root[:40])
        reading.fault(_TOP, "", what, "import Moodle XML (<quiz>), a QTI item or a QTI package")


def _read_zip(data: bytes, reading: Reading) -> None:
    files = unpack(data, reading)
    if files is None:
        return
    if is_workbook(files):
        read_xlsx(data, files, reading, {})
    elif is_package(files):
        read_package(files, reading)
    else:
        _read_beside(files, reading)


def _read_beside(files: Mapping[str, bytes], reading: Reading) -> None:
    """One file of questions with its images beside it."""
    texts = [name for name in files if name.lower().endswith(_TEXTS)]
    media = {PurePosixPath(name).name: body for name, body in files.items() if name.lower().endswith(_IMAGES)}
    if len(texts) != 1:
        what = said("{count} files with questions in the zip file, exactly one is expected", count=len(texts))
        reading.fault(
            _TOP, "", what, said("pack one of {list} with its images, or a QTI package", list=", ".join(_TEXTS))
        )
        return
    body = files[texts[0]]
    inner = unpack(body, reading) if is_zip(body) else None
    if inner is not None and is_workbook(inner):
        read_xlsx(body, inner, reading, media)
    elif is_zip(body):
        reading.fault(_TOP, texts[0], "not a workbook", "save it again as .xlsx")
    else:
        _read_text(texts[0], body, reading, media)


def read_questions(name: str, data: bytes) -> ReadQuestions:
    """Read a file called ``name``. Never raises for what it holds: it gives all questions, or every fault."""
    reading = Reading(Findings(name), Findings(name))
    if len(data) > MAX_BYTES:
        reading.fault(_TOP, "", said("larger than {megabytes} MB", megabytes=MAX_BYTES // 1_000_000), "split the file")
    elif is_zip(data):
        _read_zip(data, reading)
    else:
        _read_text(name, data, reading, {})
    if not reading.questions and not reading.findings.faults:
        reading.fault(_TOP, "", "no questions were found", "look at the examples in the documentation")
    if reading.findings.faults:
        return ReadQuestions(faults=reading.findings.sorted(), remarks=reading.remarks.sorted())
    used = frozenset().union(*(files_of(bank) for bank in reading.questions))
    media = {file: body for file, body in reading.media.items() if file in used}
    return ReadQuestions(tuple(reading.questions), media, remarks=reading.remarks.sorted())


def _seen(bank: BankQuestion) -> BankQuestion:
    """The question as readers see it: two ways of writing the same Markdown are the same."""
    question = bank.question
    return replace(
        bank,
        question=replace(
            question,
            stem=shown(question.stem, is_inline=True),
            vignette=shown(question.vignette),
            rationale=shown(question.rationale),
        ),
        feedback={key: shown(text) for key, text in bank.feedback.items()},
    )


def differences(bank: BankQuestion, other: BankQuestion) -> tuple[str, ...]:
    """Names of the fields in which readers see a difference."""
    first, second = _seen(bank), _seen(other)
    own = ("objective", "level", "tags", "references", "feedback")
    names = [name for name in own if getattr(first, name) != getattr(second, name)]
    inner = first.question.__dataclass_fields__
    return (*(name for name in inner if getattr(first.question, name) != getattr(second.question, name)), *names)


def _lost(name: str, written: bytes, questions: Sequence[BankQuestion]) -> list[tuple[str, str]]:
    """Key and reason for each question that would not come back."""
    read = read_questions(name, written)
    if read.faults:
        return [(fault.where, fault.message) for fault in read.faults]
    back = {bank.key: bank for bank in read.questions}
    found = [(bank, differences(bank, back[bank.key]) if bank.key in back else ("key",)) for bank in questions]
    return [
        (bank.key, f"this format cannot hold it as it stands: {', '.join(names)}") for bank, names in found if names
    ]


def write_questions(form: QuestionFormat, questions: Sequence[BankQuestion], media: Media) -> WrittenQuestions:
    """The questions as a file with their images. ``media`` holds every image that they name."""
    known = _FORMATS[form]
    findings = Findings(form.value)
    for bank in questions:
        gap = known.gap(bank)
        if gap:
            findings.add_at(
                Place(0, 0), bank.key, said("this format cannot hold {gap}", gap=gap), "choose another format"
            )
    if findings.faults:
        return WrittenQuestions(faults=findings.sorted())
    body = known.write(questions, media)
    suffix, media_type = known.suffix, known.media_type
    if is_zip(body) and form in (QuestionFormat.CSV, QuestionFormat.XLSX) and any(map(files_of, questions)):
        suffix, media_type = ".zip", _ZIP
    for where, reason in _lost(f"questions{suffix}", body, questions):
        findings.add_at(Place(0, 0), where, reason, "choose another format or change the question")
    return WrittenQuestions(b"" if findings.faults else body, suffix, media_type, findings.sorted())
