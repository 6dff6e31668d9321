"""Question tables: the rows of a CSV file or of a spreadsheet as questions."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Image, Question, QuestionKind
from lti_tool.domain.fault import Place, said
from lti_tool.domain.question import MAX_ENTRIES, BankQuestion
from lti_tool.exchange.columns import EXAMPLES, is_column
from lti_tool.exchange.gift_read import decoded_text
from lti_tool.exchange.html import Source
from lti_tool.exchange.moodle_read import number_of
from lti_tool.exchange.reading import Reading, unique
from lti_tool.exchange.texts import with_pictures

NEEDED = ("kind", "stem")
GUARDED = re.compile(r"'(?=[=+\-@\t'])")
"""An apostrophe that keeps a spreadsheet from reading a text as a formula (OWASP, CSV injection)."""
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"", "no", "false", "0"})
_CELL = 200_000
_DELIMITERS = ",;\t"
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    """One row while it is read."""

    row: Row
    number: int
    places: Mapping[str, int]
    reading: Reading
    media: Mapping[str, bytes]

    def place(self, name: str = "") -> Place:
        return Place(self.number, self.places.get(name, 1))

    def where(self, name: str) -> str:
        return f"{self.row.get('key') or f'row {self.number}'}.{name}"

    def fault(self, name: str, what: str, remedy: str) -> None:
        self.reading.fault(self.place(name), self.where(name), what, remedy)

    def text(self, name: str) -> str:
        """A cell with nothing around it but what Markdown may mean."""
        return self.row.get(name, "").strip("\r\n")

    def line(self, name: str) -> str:
        return self.row.get(name, "").strip()

    def markdown(self, name: str) -> str:
        return with_pictures(self.text(name), Source(self.reading, self.place(name), self.where(name), self.image))

    def image(self, name: str) -> bytes | None:
        return self.media.get(PurePosixPath(name).name)

    def numbered(self, name: str) -> dict[int, str]:
        cells = ((number, self.line(f"{name}_{number}")) for number in range(1, MAX_ENTRIES + 1))
        return {number: text for number, text in cells if text}


def _word(line: _Line, name: str, words: Iterable[str]) -> str:
    known = list(words)
    found = line.line(name).lower().replace("-", "_" if name == "kind" else "-")
    if found in known:
        return found
    near = get_close_matches(found[:40], known, 1)
    remedy = said("perhaps you mean {near!r}", near=near[0]) if near else said("known: {list}", list=", ".join(known))
    line.fault(name, said("{value!r} is not one of the words for this column", value=line.line(name)[:40]), remedy)
    return ""


def _flag(line: _Line, name: str) -> bool:
    found = line.line(name).lower()
    if found not in YES | NO:
        line.fault(name, said("{found!r} is neither yes nor no", found=found[:40]), "write yes or leave it empty")
    return found in YES


def _number(line: _Line, name: str, default: Decimal | None) -> Decimal | None:
    text = line.line(name)
    if not text:
        return default
    value = number_of(text)
    if value is None:
        line.fault(name, said("{text!r} is not a number", text=text[:40]), "write digits with a point")
    return value


def _entries(texts: Mapping[int, str]) -> tuple[Entry, ...]:
    return tuple(Entry(str(number), text) for number, text in texts.items())


def _right(line: _Line, choices: Mapping[int, str]) -> frozenset[str]:
    right = set()
    for word in re.split(r"[,;\s]+", line.line("correct").lower()):
        number = (
            ord(word) - ord("a") + 1
            if re.fullmatch(r"[a-z]", word)
            else int(word)
            if re.fullmatch(r"\d{1,2}", word)
            else 0
        )
        if number in choices:
            right.add(str(number))
        elif word:
            what = said("there is no choice {word!r}", word=word[:20])
            line.fault("correct", what, "write the numbers of the right choices")
    return frozenset(right)


def _choices(line: _Line, kind: QuestionKind) -> dict[str, Any]:
    choices = line.numbered("choice")
    fields = {"entries": _entries(choices), "correct": _right(line, choices)}
    return fields | ({"has_partial_credit": _flag(line, "partial_credit")} if kind is QuestionKind.MULTIPLE else {})


def _matching(line: _Line) -> dict[str, Any]:
    prompts, matches = line.numbered("choice"), line.numbered("match")
    options = {text: f"o{number}" for number, text in reversed(matches.items())}
    return {
        "entries": _entries(prompts),
        "options": tuple(Entry(key, text) for text, key in options.items()),
        "pairs": {str(number): options[matches[number]] for number in prompts if number in matches},
    }


def _true_false(line: _Line) -> dict[str, Any]:
    word = _word(line, "correct", ("true", "false"))
    return {"correct": frozenset({word} if word else ())}


def _answers(line: _Line, kind: QuestionKind) -> dict[str, Any]:
    match kind:
        case QuestionKind.TRUE_FALSE:
            return _true_false(line)
        case QuestionKind.MATCHING:
            return _matching(line)
        case QuestionKind.ORDERING:
            return {"entries": _entries(line.numbered("choice"))}
        case QuestionKind.NUMERIC:
            reach = _number(line, "tolerance", Decimal(0))
            return {
                "number": _number(line, "correct", None),
                "tolerance": reach or Decimal(0),
                "unit": line.line("unit"),
            }
        case _:
            return _choices(line, kind)


_USED = {
    QuestionKind.SINGLE: {"choice", "correct", "feedback"},
    QuestionKind.MULTIPLE: {"choice", "correct", "feedback", "partial_credit"},
    QuestionKind.TRUE_FALSE: {"correct", "feedback"},
    QuestionKind.MATCHING: {"choice", "match"},
    QuestionKind.ORDERING: {"choice"},
    QuestionKind.NUMERIC: {"correct", "tolerance", "unit"},
}
_ANSWER_COLUMNS = frozenset().union(*_USED.values())


def _hear_unused(line: _Line, kind: QuestionKind) -> None:
    """A cell that the kind has no use for would be lost."""
    for name, text in line.row.items():
        column = re.sub(r"_\d+$", "", name)
        if text.strip() and column in _ANSWER_COLUMNS and column not in _USED[kind]:
            what = said("does not belong to a question of the kind {kind!r}", kind=kind.value)
            line.fault(name, what, "leave it empty")


def _feedback(line: _Line, kind: QuestionKind) -> dict[str, str]:
    names = {1: "true", 2: "false"} if kind is QuestionKind.TRUE_FALSE else {}
    texts = {number: line.markdown(f"feedback_{number}") for number in range(1, MAX_ENTRIES + 1)}
    return {names.get(number, str(number)): text for number, text in texts.items() if text.strip()}


def _image(line: _Line) -> Image | None:
    name = line.line("image")
    if not name:
        for other in ("image_alt", "image_caption"):
            if line.line(other):
                line.fault(other, "words for an image that is not there", "name its file in the column image")
        return None
    kept = line.reading.picture(line.place("image"), line.where("image"), name, line.image(name))
    return Image(kept, line.line("image_alt"), line.line("image_caption")) if kept else None


def _question(line: _Line) -> None:
    kind_word = _word(line, "kind", [kind.value for kind in QuestionKind])
    if not kind_word:
        return
    kind = QuestionKind(kind_word)
    _hear_unused(line, kind)
    level = _word(line, "level", [level.value for level in Level]) if line.line("level") else ""
    question = Question(
        key=line.line("key"),
        kind=kind,
        stem=line.markdown("stem"),
        vignette=line.markdown("vignette"),
        image=_image(line),
        rationale=line.markdown("rationale"),
        **_answers(line, kind),
    )
    bank = BankQuestion(
        question,
        objective=line.line("objective"),
        level=Level(level) if level else None,
        tags=unique(re.split(r"[;\n]", line.row.get("tags", ""))),
        references=tuple(text.strip() for text in line.row.get("references", "").split("\n") if text.strip()),
        feedback=_feedback(line, kind),
    )
    line.reading.take(line.place(), bank, line.row.get("key") or f"row {line.number}")


def _header(names: list[str], number: int, reading: Reading) -> dict[str, int] | None:
    """Column numbers by name, ``None`` after noting what is wrong with the first row."""
    places: dict[str, int] = {}
    is_sound = True
    for place, name in enumerate(names, 1):
        if not name:
            continue
        if not is_column(name) or name in places:
            what, remedy = said("there is no column {name!r}", name=name[:40]), "remove or rename it"
            if name in places:
                what = said("the column {name!r} stands twice", name=name[:40])
            elif near := get_close_matches(name[:40], EXAMPLES, 1):
                remedy = said("perhaps you mean {near!r}", near=near[0])
            reading.fault(Place(number, place), name, what, remedy)
            is_sound = False
        places.setdefault(name, place)
    for name in NEEDED:
        if name not in places:
            what = said("the column {name!r} is missing", name=name)
            reading.fault(Place(number, 1), name, what, "the first row names the columns")
            is_sound = False
    return places if is_sound else None


def read_rows(rows: Iterable[tuple[int, list[str]]], reading: Reading, media: Mapping[str, bytes]) -> None:
    """Questions from numbered rows, the first of which names the columns."""
    places: dict[str, int] | None = None
    for number, cells in rows:
        if reading.is_full:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if places is None:
            places = _header([cell.strip().lower() for cell in cells], number, reading)
            if places is None:
                return
            continue
        spare = [cell for cell in cells[max(places.values()) :] if cell.strip()]
        if spare:
            place = Place(number, len(cells))
            reading.fault(place, f"row {number}", "more cells than columns", "quote texts with commas")
        row = {name: cells[place - 1] for name, place in places.items() if place <= len(cells)}
        _question(_Line(row, number, places, reading, media))
    if places is None:
        reading.fault(Place(1, 1), "", "the table is empty", "the first row names the columns")


def _delimiter(text: str) -> str:
    first = text.lstrip("\n").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def read_csv(data: bytes, reading: Reading, media: Mapping[str, bytes]) -> None:
    """A table with commas, semicolons or tabs, in UTF-8. ``media``: images by name."""
    text = decoded_text(data, reading)
    if text is None:
        return
    csv.field_size_limit(_CELL)
    lines = csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=_delimiter(text), strict=True)
    rows = iter_rows(lines, reading)
    read_rows(rows, reading, media)


def iter_rows(lines: Any, reading: Reading) -> Iterable[tuple[int, list[str]]]:
    """Rows with the line in which each begins; stops with a fault where the file is no table any more."""
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            what = said("not a table any more: {error}", error=str(error))
            reading.fault(Place(max(1, lines.line_num), 1), "", what, "look at the quotes around this line")
            return
        yield number, [GUARDED.sub("", cell, count=1) if GUARDED.match(cell) else cell for cell in cells]
