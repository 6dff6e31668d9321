"""A filled page of a provider's own, held against what a certificate must say and against what a page may be made of.

It is parsed as XML. Elements and attributes are on a list; every text stands in a paragraph or heading; every value
that is owed stands there once, whole, beside what it belongs to and beside no other words. What can be seen of it on
paper is another question (``proof``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from lti_tool.certificates.own_style import costly_style
from lti_tool.certificates.page_document import whole_document
from lti_tool.certificates.page_values import (
    LINE_ATTRIBUTE,
    MEASURE_BEGINS,
    MEASURE_ENDS,
    VALUE_BEGINS,
    VALUE_ENDS,
    PageValues,
    Text,
    place_of,
)
from lti_tool.domain.page_markup import MarkupFault, MarkupRule, OwnWords, unusable

PARAGRAPHS = frozenset({"p", "h1", "h2"})
_INLINE = frozenset({"span", "em"})
_ROOT = "own"
_MAY_HOLD = {_ROOT: PARAGRAPHS | {"div"}, "div": PARAGRAPHS | {"div"}} | dict.fromkeys((*PARAGRAPHS, *_INLINE), _INLINE)
_ATTRIBUTES = {
    "class": re.compile(r"[\w -]*"),
    "lang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"),
    "dir": re.compile(r"ltr|rtl"),
    "style": re.compile(r"(?:[A-Za-z0-9\s:;.,%#+*/'!-]|(?:\b(?:rgba?|hsla?|calc)\([A-Za-z0-9\s.,%+*/-]*\)))*"),
    LINE_ATTRIBUTE: re.compile(r"[0-9]+"),
}
"""Nothing that names an address, and no text that a style could print."""
_MOST_ELEMENTS = 1500
_DEEPEST = 8
_REFERENCE = re.compile(r"<[!?][^>]{0,40}|&(?!(?:amp|lt|gt|quot|#34|#39);)[^;\s]{0,12};?")
_MEASURE_MARKS = re.compile(f"[{MEASURE_BEGINS}{MEASURE_ENDS}]")
_ANY_MARK = re.compile(f"[{MEASURE_BEGINS}{MEASURE_ENDS}{VALUE_BEGINS}{VALUE_ENDS}]")
_LINE = re.compile(rf'{LINE_ATTRIBUTE}="(\d+)"')
_PAUSES = frozenset(" \n\t\r\xa0,;:()/|·–—")
"""What may stand between values in one paragraph. Beside a credit only blanks may."""
_BLANKS = frozenset(" \n\t\r")


@dataclass(slots=True)
class _Paragraph:
    """A paragraph or heading with its values, and its own words with values left out."""

    element: ET.Element
    texts: list[Text]
    words: str = ""

    @property
    def line(self) -> int:
        return line_of(self.element)


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """A page that says everything. ``words``: those of its own, paragraph by paragraph."""

    markup: str
    words: tuple[OwnWords, ...]


def line_of(element: Any) -> int:
    """The template's line on which an element stands, 0 for one that the engine wrote."""
    return int(element.get(LINE_ATTRIBUTE, 0))


def checked_page(filled: str, values: PageValues) -> CheckedPage:
    """The page as it is printed. Raises ``BadInput("certificate.markup_unusable")`` naming each fault with its line."""
    root = _parsed(filled)
    if faults := list(_shape_faults(root, 0)):
        raise unusable(faults)
    paragraphs, strays = _taken_in(root, values.texts)
    faults = [*strays, *_heading_faults(paragraphs), *_company_faults(paragraphs), *_said_faults(paragraphs, values)]
    if faults:
        raise unusable(faults)
    _settle(root, paragraphs, values.head)
    words = tuple(OwnWords(one.line, one.words) for one in paragraphs if any(map(str.isalnum, one.words)))
    return CheckedPage(whole_document(root, values.head), words)


def _parsed(filled: str) -> ET.Element:
    if match := _REFERENCE.search(filled):
        raise unusable([MarkupFault(_line_before(filled, match.start()), match[0], MarkupRule.DECLARATION)])
    page = f"<{_ROOT}>{filled}</{_ROOT}>"
    try:
        return ET.fromstring(page)  # noqa: S314 - no document type, hence no entities: both are refused before
    except ET.ParseError as error:
        row, column = error.position
        before = sum(len(line) + 1 for line in page.split("\n")[: row - 1]) + column
        fault = MarkupFault(_line_before(page, before), str(error).partition(":")[0], MarkupRule.NOT_WELL_FORMED)
        raise unusable([fault]) from error


def _line_before(page: str, position: int) -> int:
    """The template's line of the last tag that begins before a place of the filled page."""
    lines = _LINE.findall(page, 0, position)
    return int(lines[-1]) if lines else 1


def _shape_faults(element: ET.Element, depth: int) -> Iterator[MarkupFault]:
    if depth == 0 and sum(1 for _ in element.iter()) > _MOST_ELEMENTS:
        yield MarkupFault(0, "", MarkupRule.TOO_MANY)
        return
    for child in element:
        line = line_of(child)
        if not line:
            continue
        if depth > _DEEPEST:
            yield MarkupFault(line, child.tag, MarkupRule.TOO_DEEP)
            return
        if child.tag not in _MAY_HOLD:
            yield MarkupFault(line, f"<{child.tag}>", MarkupRule.ELEMENT)
        elif child.tag not in _MAY_HOLD.get(element.tag, ()):
            yield MarkupFault(line, f"<{child.tag}>", MarkupRule.NESTING)
        else:
            yield from _attribute_faults(child)
            yield from _shape_faults(child, depth + 1)


def _attribute_faults(element: ET.Element) -> Iterator[MarkupFault]:
    for name, marked in element.items():
        value = _MEASURE_MARKS.sub("", marked)
        if name not in _ATTRIBUTES:
            yield MarkupFault(line_of(element), name, MarkupRule.ATTRIBUTE)
        elif not _is_allowed(element, name, value):
            yield MarkupFault(line_of(element), f"{name}={_ANY_MARK.sub('', value)[:60]}", MarkupRule.ATTRIBUTE_VALUE)
        else:
            element.set(name, value)


def _is_allowed(element: ET.Element, name: str, value: str) -> bool:
    """From right to left run words of the page's own in their paragraph; values bring their direction with them."""
    if name == "dir" and element.tag == "div":
        return False
    return _ATTRIBUTES[name].fullmatch(value) is not None and not (name == "style" and costly_style(value))


class _Intake:
    """Reads a page in order, and tells values from the page's own words by their marks."""

    def __init__(self, texts: Mapping[int, Text]) -> None:
        self.paragraphs: list[_Paragraph] = []
        self.faults: list[MarkupFault] = []
        self._texts = texts
        self._is_value = False

    def read(self, element: ET.Element, paragraph: _Paragraph | None) -> None:
        """An element with all that is in it. One that has no line is the engine's, and stands in a value."""
        if not self._is_value and not line_of(element) and element.tag != _ROOT:
            self._fault(element, f"<{element.tag}>", MarkupRule.ELEMENT)
        if element.tag in PARAGRAPHS:
            paragraph = _Paragraph(element, [])
            self.paragraphs.append(paragraph)
        element.text = self._text(element.text, paragraph, element)
        for child in element:
            self.read(child, paragraph)
            child.tail = self._text(child.tail, paragraph, element)

    def _text(self, marked: str | None, paragraph: _Paragraph | None, element: ET.Element) -> str:
        """Without its marks."""
        shown, rest = "", marked or ""
        if MEASURE_BEGINS in rest:
            self._fault(element, _ANY_MARK.sub("", rest), MarkupRule.NOT_TO_PRINT)
        while rest:
            words, begin, rest = rest.partition(VALUE_ENDS if self._is_value else VALUE_BEGINS)
            shown += words
            if not self._is_value:
                self._own(words, paragraph, element)
            if begin:
                self._is_value = not self._is_value
            if begin and self._is_value:
                self._value(self._texts.get(place_of(rest[0])), paragraph, element)
                rest = rest[1:]
        return shown

    def _own(self, words: str, paragraph: _Paragraph | None, element: ET.Element) -> None:
        if paragraph is not None:
            paragraph.words += words
        elif words.strip():
            self._fault(element, words.strip(), MarkupRule.STRAY_TEXT)

    def _value(self, text: Text | None, paragraph: _Paragraph | None, element: ET.Element) -> None:
        """An empty text is none."""
        if text is None:
            return
        if paragraph is None:
            self._fault(element, text.path, MarkupRule.STRAY_TEXT)
        else:
            paragraph.texts.append(text)

    def _fault(self, element: ET.Element, thing: str, rule: MarkupRule) -> None:
        self.faults.append(MarkupFault(line_of(element), thing[:60], rule))


def _taken_in(root: ET.Element, texts: tuple[Text, ...]) -> tuple[list[_Paragraph], list[MarkupFault]]:
    intake = _Intake({text.place: text for text in texts})
    intake.read(root, None)
    return intake.paragraphs, intake.faults


def _heading_faults(paragraphs: list[_Paragraph]) -> Iterator[MarkupFault]:
    """Readers of the screen find their way by headings: the title first, once (ISO 14289-1, 7.4)."""
    headings = [one for one in paragraphs if one.element.tag != "p"]
    first = [one for one in headings if one.element.tag == "h1"]
    if len(first) != 1 or headings[0] is not first[0]:
        yield MarkupFault(first[-1].line if first else 0, "<h1>", MarkupRule.HEADINGS)
    elif [text.path for text in first[0].texts] != ["title"]:
        yield MarkupFault(first[0].line, "<h1>", MarkupRule.HEADINGS)


def _company_faults(paragraphs: list[_Paragraph]) -> Iterator[MarkupFault]:
    """Nothing of the page's own is read with a value: no digit before an amount, no "not" before a sentence."""
    for one in paragraphs:
        if not one.texts:
            continue
        is_credit = any(text.is_credit for text in one.texts)
        if set(one.words) - (_BLANKS if is_credit else _PAUSES):
            yield MarkupFault(one.line, one.words.strip()[:60], MarkupRule.OWN_WORDS)
        if any(inside.get("dir") == "rtl" and line_of(inside) for inside in one.element.iter()):
            yield MarkupFault(one.line, "dir=rtl", MarkupRule.ATTRIBUTE_VALUE)
        if len(one.texts) > 1 and (alone := next((text for text in one.texts if text.is_alone), None)):
            yield MarkupFault(one.line, alone.path, MarkupRule.OWN_WORDS)
        if is_credit and len({text.group for text in one.texts}) > 1:
            yield MarkupFault(one.line, one.texts[0].group, MarkupRule.APART)


def _said_faults(paragraphs: list[_Paragraph], values: PageValues) -> Iterator[MarkupFault]:
    said = [(text, one.line) for one in paragraphs for text in one.texts]
    times: dict[int, int] = {}
    for text, line in said:
        times[text.place] = times.get(text.place, 0) + 1
        if times[text.place] == 2:
            yield MarkupFault(line, text.path, MarkupRule.TWICE)
    for text in values.texts:
        if text.is_owed and text.place not in times:
            yield MarkupFault(0, text.path, MarkupRule.LEFT_OUT)
    yield from _order_faults(said)


def _order_faults(said: list[tuple[Text, int]]) -> Iterator[MarkupFault]:
    """What belongs together follows each other in its own order; several of a kind keep theirs."""
    left: set[str] = set()
    for (before, _), (text, line) in pairwise(said):
        if before.group != text.group:
            left.add(before.group)
        if text.group and (text.group in left or (text.group == before.group and text.place < before.place)):
            yield MarkupFault(line, text.path, MarkupRule.APART)
    for kind in ("credits[", "facts[", "statements[", "notes["):
        places = [(text.place, line, text.path) for text, line in said if text.group.startswith(kind)]
        for (earlier, _, _), (later, line, path) in pairwise(places):
            if later < earlier:
                yield MarkupFault(line, path, MarkupRule.APART)


GROUP_ATTRIBUTE = "data-group"


def _settle(root: ET.Element, paragraphs: list[_Paragraph], head: Mapping[str, Any]) -> None:
    """Languages that are the page's own need not be said; what belongs together is named for the proof."""
    own = {head["language"], head["language"].split("-")[0].lower()}
    for element in root.iter():
        if element.get("lang") in own and element.get("dir") is None:
            del element.attrib["lang"]
    for at, one in enumerate(paragraphs):
        groups = {text.group for text in one.texts if text.group.startswith(("credits[", "facts["))}
        one.element.set(GROUP_ATTRIBUTE, groups.pop() if len(groups) == 1 else f"p[{at}]")
