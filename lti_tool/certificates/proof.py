"""Proof-reading a laid-out page: everything that must be said is there, can be seen, and stands as its body wants it.

For pages whose look is a provider's own. A style sheet cannot change the words, but it could hide them, make them tiny,
push them off the page or take their italics (AMA PRA: the phrase stands in italics with its trademark sign). On a page
of the provider's own making all that is written must be seen: whether it says enough, and nothing else, is known by
then (``page_check``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from weasyprint.formatting_structure.boxes import BlockBox, ReplacedBox, TextBox

from lti_tool.certificates.legible import legibility_faults
from lti_tool.certificates.page import QR_ADDRESS, texts
from lti_tool.certificates.page_check import GROUP_ATTRIBUTE, PARAGRAPHS, line_of
from lti_tool.certificates.paint import Area, ink
from lti_tool.certificates.wording import tidied
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput
from lti_tool.domain.page_markup import MarkupFault, MarkupRule, unusable
from lti_tool.domain.text import RichText

LEAST_SIZE = 6.0
"""CSS pixels, i.e. 4.5 points: what the smallest shipped text shrinks to, and still printed legibly."""
_NOT_SHOWN = frozenset({"verify_url", "number"})
"""Replaced by other words on a specimen."""
_LEAST_GAP = 4.0
"""CSS pixels between a credit and what stands on its left or right."""
_OF_ROOM = frozenset({MarkupRule.HIDDEN, MarkupRule.COVERED, MarkupRule.MINGLED})
"""What may be wrong because there is too little room."""
_IN_LINE = frozenset({"span", "em", "a"})


class Illegible(BadInput):
    """A page that says everything, but not so that it can be read; smaller type may help."""


@dataclass(frozen=True, slots=True)
class _Seen:
    text: str
    is_italic: bool
    is_generated: bool
    element: Any
    area: Area
    block: Any
    """The paragraph in whose lines it stands."""


def proof_read(document: Any, certificate: Certificate) -> None:
    """Raises ``BadInput("certificate.hides_text")`` naming each field whose words are not all there to be seen."""
    page = document.pages[0]
    seen = list(_seen(page._page_box, (page.width, page.height), _Shown()))
    faults = dict(_faults(seen, certificate)) | _size_fault(page, certificate)
    faults |= {rule.value: rule.value for _, rule in legibility_faults(page, QR_ADDRESS)}
    if faults:
        listed = ", ".join(faults)
        raise BadInput("certificate.hides_text", f"the style sheet hides or changes: {listed}", faults=faults)


def proof_read_page(document: Any, certificate: Certificate) -> None:
    """For a page of the provider's own making: each character of it can be read, in its place.

    Raises ``BadInput("certificate.markup_unusable")`` naming each fault with the line of the template, as
    :class:`Illegible` where there may only be too little room.
    """
    page, places = document.pages[0], _Paragraphs(document.root)
    seen = list(_seen(page._page_box, (page.width, page.height), _Shown()))
    faults = [*_reading_faults(places, seen), *_mingled(places, seen), *_code_faults(page)]
    for box, rule in legibility_faults(page, QR_ADDRESS):
        faults.append(MarkupFault(places.line(box.element), places.thing(box.element), rule))
    if _size_fault(page, certificate):
        faults.append(MarkupFault(0, "@page", MarkupRule.PAGE_SIZE))
    if faults:
        error = unusable(faults)
        if any(fault.rule not in _OF_ROOM for fault in faults):
            raise error
        raise Illegible(error.code, str(error), faults=error.faults, **error.facts)


class _Paragraphs:
    """The paragraphs of a page, and which of them each element is in."""

    def __init__(self, root: Any) -> None:
        self.all = [one for one in root.iter() if one.tag in PARAGRAPHS and line_of(one)]
        self._of = {id(inside): one for one in self.all for inside in one.iter()}

    def of(self, element: Any) -> Any:
        """``None`` for what is in no paragraph of the provider's."""
        return self._of.get(id(element))

    def line(self, element: Any) -> int:
        """The template's line, 0 for what no element of it holds."""
        one = self.of(element)
        return line_of(element if one is None and element is not None else one) if element is not None else 0

    def thing(self, element: Any) -> str:
        """What stands there, for people to find it."""
        one = self.of(element)
        words = "" if one is None else tidied("".join(one.itertext())).strip()
        return words[:60] or ("" if element is None else f"<{element.tag}>")


def _reading_faults(places: _Paragraphs, seen: list[_Seen]) -> Iterator[MarkupFault]:
    """Every paragraph is seen character by character, phrases in italics, and nothing else is."""
    parts: dict[int, list[str]] = {}
    for one in seen:
        if one.block is places.of(one.element):
            parts.setdefault(id(one.block), []).append(one.text)
        if one.is_generated and one.text.strip():
            yield MarkupFault(places.line(one.element), one.text.strip()[:60], MarkupRule.GENERATED)
        if not one.is_italic and _is_phrase(one.element):
            yield MarkupFault(places.line(one.element), one.text[:60], MarkupRule.NOT_ITALIC)
    for one in places.all:
        if _joined(parts.get(id(one), ())) != _joined(one.itertext()):
            yield MarkupFault(line_of(one), places.thing(one), MarkupRule.HIDDEN)


def _is_phrase(element: Any) -> bool:
    """Whether the engine wrote it in italics."""
    return element is not None and (element.tag == "em" or element.get("class") == "i")


def _mingled(places: _Paragraphs, seen: list[_Seen]) -> Iterator[MarkupFault]:
    """Each credit and each fact has a place of its own: an amount beside another's phrase would be read as its, and a
    figure right before it as part of it."""
    areas: dict[str, Area] = {}
    lines: dict[str, int] = {}
    for one in seen:
        place = places.of(one.element)
        group = "" if place is None else place.get(GROUP_ATTRIBUTE, "")
        if group:
            areas[group] = areas[group].with_area(one.area) if group in areas else one.area
            lines.setdefault(group, line_of(place))
    for first, second in combinations(areas, 2):
        kinds = {first.partition("[")[0], second.partition("[")[0]}
        if ("credits" in kinds or kinds == {"facts"}) and areas[first].widened(_LEAST_GAP).meets(areas[second]):
            yield MarkupFault(lines[second], f"{first}, {second}", MarkupRule.MINGLED)


def _code_faults(page: Any) -> Iterator[MarkupFault]:
    """The code that cameras read stands on the paper, as a whole."""
    edges = _Shown(0, 0, page.height, page.width)
    found = [(box, around) for box, around in _boxes(page._page_box, _Shown()) if _is_code(box)]
    if not any(around.shows_whole(box) and edges.shows_whole(box) for box, around in found):
        yield MarkupFault(0, "verify.code", MarkupRule.HIDDEN)


def _is_code(box: Any) -> bool:
    return isinstance(box, ReplacedBox) and box.element is not None and box.element.get("src") == QR_ADDRESS


def _size_fault(page: Any, certificate: Certificate) -> dict[str, str]:
    size = (792.0, 612.0) if certificate.design is None else certificate.design.size
    is_same = all(
        abs(found * 0.75 - wanted) < 0.5 for found, wanted in zip((page.width, page.height), size, strict=True)
    )
    return {} if is_same else {"page": "size_changed"}


def _faults(seen: list[_Seen], certificate: Certificate) -> Iterator[tuple[str, str]]:
    """A name also stands in its sentence: each text is looked for as often as it is printed."""
    whole = _joined(one.text for one in seen)
    printed = [(field, _joined(text)) for field, text in _printed(certificate)]
    for field, text in printed:
        if whole.count(text) < sum(other.count(text) for _, other in printed):
            yield field, "hidden"
    italic = _joined(one.text for one in seen if one.is_italic)
    runs = [(field, _joined(run.text)) for field, rich in _protected(certificate) for run in rich.runs if run.is_italic]
    for field, text in runs:
        if italic.count(text) < sum(other.count(text) for _, other in runs):
            yield field, "not_italic"
    if any(one.is_generated and one.text.strip() for one in seen):
        yield "content", "generated_text"


def _printed(certificate: Certificate) -> Iterator[tuple[str, str]]:
    """Every text on its own."""
    absent = _NOT_SHOWN if certificate.is_specimen else frozenset()
    for field, text in texts(certificate).items():
        if field not in absent | {"credits", "statements", "notes"} and text:
            yield field, text
    for credit in certificate.credits:
        yield "credits", format(credit.amount, "f")
        yield from (("credits", text.plain) for text in (credit.label, *credit.details))
    yield from (("statements", text.plain) for text in certificate.statements)
    yield from (("notes", text.plain) for text in certificate.notes)


def _protected(certificate: Certificate) -> Iterator[tuple[str, RichText]]:
    yield "sentence", certificate.sentence
    for credit in certificate.credits:
        yield from (("credits", text) for text in (credit.label, *credit.details))
    for statement in (*certificate.statements, *certificate.notes):
        yield "statements", statement


def _joined(parts: Iterable[str]) -> str:
    """Without blanks: a line may break at each, and several become one."""
    return "".join(tidied("".join(parts)).split())


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the boxes around leave to be seen: a rectangle in pixels, whether anything, and in which direction."""

    top: float = float("-inf")
    left: float = float("-inf")
    bottom: float = float("inf")
    right: float = float("inf")
    is_visible: bool = True
    direction: str = "ltr"
    block: Any = None

    def within(self, box: Any) -> _Shown:
        """Narrowed by a box that is around."""
        style, element = box.style, box.element
        is_visible = self.is_visible and style["opacity"] >= 1 and not style["transform"] and not style["clip"]
        is_straight = element is None or element.tag not in _IN_LINE or _is_in_line(style)
        around = replace(self, is_visible=is_visible and is_straight)
        if box.element_tag in PARAGRAPHS and isinstance(box, BlockBox):
            around = replace(around, block=element)
        if element is not None and element.get("dir"):
            around = replace(around, direction=element.get("dir"))
        if style["overflow"] == "visible":
            return around
        left, top = box.position_x, box.position_y
        right, bottom = left + box.margin_width(), top + box.margin_height()
        return replace(
            around,
            top=max(self.top, top),
            left=max(self.left, left),
            bottom=min(self.bottom, bottom),
            right=min(self.right, right),
        )

    def shows(self, box: Any) -> bool:
        """A little over the edge is allowed: lines are higher than their letters."""
        slack = box.style["font_size"] / 2
        return (
            self.is_visible
            and box.style["visibility"] == "visible"
            and box.style["font_size"] >= LEAST_SIZE
            and box.style["color"][3] == 1
            and box.style["direction"] == self.direction
            and self._holds(box, slack)
        )

    def shows_whole(self, box: Any) -> bool:
        """For a picture."""
        return self.is_visible and box.style["visibility"] == "visible" and self._holds(box, 1)

    def _holds(self, box: Any, slack: float) -> bool:
        return bool(
            self.left - slack <= box.position_x
            and box.position_x + box.width <= self.right + slack
            and self.top - slack <= box.position_y
            and box.position_y + box.height <= self.bottom + slack
        )


def _is_in_line(style: Any) -> bool:
    """Parts of a text stand where the text has them."""
    return bool(style["position"] == "static" and style["float"] == "none" and style["display"] == ("inline", "flow"))


def _boxes(parent: Any, around: _Shown) -> Iterator[tuple[Any, _Shown]]:
    """Every box with what is around it, in the order in which it is read."""
    for child in getattr(parent, "children", ()):
        box = getattr(child, "_box", child)
        yield box, around
        yield from _boxes(box, around.within(box))


def _seen(parent: Any, size: tuple[float, float], around: _Shown) -> Iterator[_Seen]:
    page = _Shown(0, 0, size[1], size[0])
    for box, shown in _boxes(parent, around):
        if isinstance(box, TextBox) and shown.shows(box) and replace(page, direction=shown.direction).shows(box):
            is_generated = box.element is None or "::" in str(box.element_tag)
            is_italic = box.style["font_style"] == "italic"
            yield _Seen(box.text, is_italic, is_generated, box.element, ink(box), shown.block)
