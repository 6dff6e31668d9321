"""Moodle XML: questions as Moodle's question bank exports them (``<quiz>``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lti_tool.domain.activity import Level
from lti_tool.domain.assessment import Entry, Question, QuestionKind
from lti_tool.domain.fault import said
from lti_tool.domain.question import KEY, BankQuestion
from lti_tool.exchange.answers import Choice, choice_fields, match_fields
from lti_tool.exchange.html import Source, decoded
from lti_tool.exchange.reading import Reading, unique
from lti_tool.exchange.tags import told_tags
from lti_tool.exchange.texts import Passage
from lti_tool.exchange.xml import Element, name_of, parse_xml, place_of

PLUGIN_FILE = "@@PLUGINFILE@@/"
_STANDARD_WORDS = re.compile(r"<[^>]*>|your answer is (partially )?(in)?correct\.?|\s", re.IGNORECASE)
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


@dataclass(frozen=True, slots=True)
class _Item:
    """One ``<question>`` while it is read."""

    element: Element
    reading: Reading
    where: str

    def source(self, element: Element) -> Source:
        files = {
            (file.get("path") or "/").strip("/") + "/" + (file.get("name") or ""): file
            for file in element
            if name_of(file) == "file"
        }
        by_name = {path.strip("/"): file for path, file in files.items()}

        def image(name: str) -> bytes | None:
            found = by_name.get(name.removeprefix(PLUGIN_FILE).strip("/"))
            return None if found is None else decoded(found.text or "")

        return Source(self.reading, place_of(element), self.where, image)

    def fault(self, what: str, remedy: str) -> None:
        self.reading.fault(place_of(self.element), self.where, what, remedy)

    def remark(self, what: str) -> None:
        self.reading.remark(place_of(self.element), self.where, what)

    def children(self, name: str) -> Iterator[Element]:
        return (child for child in self.element if name_of(child) == name)

    def value(self, name: str) -> str:
        """The text of a simple element, wherever Moodle puts it."""
        found = next(self.children(name), None)
        return "" if found is None else text_of(found).strip()


def text_of(element: Element) -> str:
    """What stands in an element or in its ``<text>``."""
    inner = next((child for child in element if name_of(child) == "text"), None)
    return str((element if inner is None else inner).text or "")


def _passage(element: Element | None) -> Passage:
    if element is None:
        return Passage("", "html")
    return Passage(text_of(element), element.get("format") or "html")


def _feedback(answer: Element, item: _Item) -> str:
    found = next((child for child in answer if name_of(child) == "feedback"), None)
    return "" if found is None else _passage(found).markdown(item.source(found))


def number_of(text: str) -> Decimal | None:
    """A decimal number, with a point or a comma; ``None`` if it is none."""
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _choices(item: _Item) -> list[Choice]:
    found = []
    for answer in item.children("answer"):
        share = number_of(answer.get("fraction") or "0")
        if share is None:
            item.fault(
                said("{fraction!r} is no share of a point", fraction=answer.get("fraction")),
                "write a number from -100 to 100",
            )
            share = Decimal(0)
        words = _passage(answer).words(item.source(answer))
        found.append(Choice(words, share, _feedback(answer, item)))
    return found


def _multichoice(item: _Item) -> dict[str, Any]:
    kind = item.element.get("type")
    is_single = kind == "multichoice" and item.value("single").lower() in ("", "true", "1")
    return choice_fields(_choices(item), item, is_single=is_single, is_strict=kind == "multichoiceset")


def _true_false(item: _Item) -> dict[str, Any]:
    correct, feedback = set(), {}
    for answer in item.children("answer"):
        word = text_of(answer).strip().lower()
        if word not in ("true", "false"):
            item.fault(said("{word!r} is neither true nor false", word=word[:40]), "write true or false")
            continue
        if (number_of(answer.get("fraction") or "0") or 0) > 0:
            correct.add(word)
        feedback[word] = _feedback(answer, item)
    told = {key: text for key, text in feedback.items() if text}
    return {"kind": QuestionKind.TRUE_FALSE, "correct": frozenset(correct), "feedback": told}


def _matching(item: _Item) -> dict[str, Any]:
    pairs = []
    for part in item.children("subquestion"):
        answer = next((child for child in part if name_of(child) == "answer"), None)
        option = "" if answer is None else " ".join(text_of(answer).split())
        pairs.append((_passage(part).words(item.source(part)), option))
    return match_fields(pairs)


def _ordering(item: _Item) -> dict[str, Any]:
    """Moodle notes an answer's place as its fraction: 1, 2, 3."""
    if item.value("gradingtype").upper() not in ("", "ALL_OR_NOTHING", "-1"):
        item.remark("only the whole order being right earns the point here")
    if item.value("selecttype").upper() not in ("", "ALL", "0"):
        item.remark("everything is put in order here, not a selection")
    answers = sorted(item.children("answer"), key=lambda answer: number_of(answer.get("fraction") or "0") or Decimal(0))
    texts = [_passage(answer).words(item.source(answer)) for answer in answers]
    if any(_feedback(answer, item) for answer in item.children("answer")):
        item.remark("feedback to single steps is left out")
    entries = tuple(Entry(str(number), text) for number, text in enumerate(texts))
    return {"kind": QuestionKind.ORDERING, "entries": entries}


def _numeric(item: _Item) -> dict[str, Any]:
    right: list[Element] = []
    for answer in item.children("answer"):
        share = number_of(answer.get("fraction") or "0") or Decimal(0)
        if share == 100:
            right.append(answer)
        elif share > 0 or text_of(answer).strip() != "*":
            item.fault("answers that earn only a part of the point are not taken", "keep the one that earns 100")
        elif _feedback(answer, item):
            item.remark("feedback to wrong numbers is left out")
    if len(right) != 1:
        item.fault(
            said("{count} numbers are right, exactly one must be", count=len(right)),
            "give one number and its tolerance",
        )
        return {"kind": QuestionKind.NUMERIC}
    tolerance = next((text_of(child) for child in right[0] if name_of(child) == "tolerance"), "0")
    number, reach = number_of(text_of(right[0])), number_of(tolerance or "0")
    if number is None or reach is None:
        item.fault("the answer or its tolerance is not a number", "write digits with a point")
    return {
        "kind": QuestionKind.NUMERIC,
        "number": number,
        "tolerance": reach or Decimal(0),
        "unit": _unit(item),
        "further": _feedback(right[0], item),
    }


def _unit(item: _Item) -> str:
    units = [unit for group in item.children("units") for unit in group if name_of(unit) == "unit"]
    names = [" ".join(text_of(child).split()) for unit in units for child in unit if name_of(child) == "unit_name"]
    if len(names) > 1:
        item.fault("more than one unit is not taken", "keep the unit in which the answer is given")
    return names[0] if names else ""


_KINDS = {
    "multichoice": _multichoice,
    "multichoiceset": _multichoice,
    "truefalse": _true_false,
    "matching": _matching,
    "ordering": _ordering,
    "numerical": _numeric,
}


def _tags(item: _Item, category: str) -> tuple[tuple[str, ...], Level | None]:
    words = [text_of(tag) for group in item.children("tags") for tag in group if name_of(tag) == "tag"]
    tags, level = told_tags(words)
    return unique((*tags, category)), level


def _remarks(item: _Item) -> None:
    for name in _COMBINED:
        found = next(item.children(name), None)
        if found is not None and _STANDARD_WORDS.sub("", text_of(found)):
            item.remark(said("the words for any answer ({name}) are left out", name=name))
    if any(text_of(hint).strip() for hint in item.children("hint")):
        item.remark("hints are left out")
    worth = number_of(item.value("defaultgrade") or "1")
    if worth != 1:
        item.remark(
            said(
                "worth {defaultgrade} points there, one point here like every question",
                defaultgrade=item.value("defaultgrade")[:20],
            )
        )


def _key(item: _Item) -> str:
    key = item.value("idnumber")
    if key and not KEY.fullmatch(key):
        item.remark(said("the ID number {key!r} cannot be a key here; the question gets a new one", key=key[:60]))
        return ""
    return key


def _question(item: _Item, category: str) -> None:
    kind = item.element.get("type") or ""
    reader = _KINDS.get(kind)
    if reader is None:
        what = said("questions of the type {kind!r} are not taken", kind=kind[:40])
        item.fault(what, "remove it, or ask it as a choice, matching, ordering or numerical question")
        return
    fields = reader(item)
    asked = next(item.children("questiontext"), None)
    told = _passage(asked).told(item.source(item.element if asked is None else asked))
    given = next(item.children("generalfeedback"), None)
    why = _passage(given).reasons(item.source(item.element if given is None else given))
    further, feedback = fields.pop("further", ""), fields.pop("feedback", {})
    tags, level = _tags(item, category)
    rationale = "\n\n".join(text for text in (why.rationale, further) if text)
    question = Question(
        key=_key(item), stem=told.stem, vignette=told.vignette, image=told.image, rationale=rationale, **fields
    )
    _remarks(item)
    bank = BankQuestion(question, why.objective, level, tags, why.references, feedback)
    item.reading.take(place_of(item.element), bank, item.where)


def _category(element: Element) -> str:
    path = next((text_of(child) for child in element if name_of(child) == "category"), "")
    return " ".join(path.rsplit("/", 1)[-1].split()) if "/" in path else ""


def read_moodle(data: bytes, reading: Reading, media: Mapping[str, bytes]) -> None:
    """Every question of a ``<quiz>``. ``media``: nothing lies beside such a file."""
    root = parse_xml(data, reading)
    if root is None:
        return
    category = ""
    questions = [child for child in root if name_of(child) == "question"]
    for number, element in enumerate(questions, 1):
        if reading.is_full:
            return
        if element.get("type") == "category":
            category = _category(element)
            continue
        item = _Item(element, reading, f"question {number}")
        _question(_Item(element, reading, (item.value("idnumber") or item.value("name") or item.where)), category)
