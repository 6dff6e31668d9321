"""One paragraph set anew in a page that is already laid out, by the same functions that laid the page out.

WeasyPrint builds the boxes, breaks the lines and draws them; what is left out is everything around the paragraph.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from weasyprint.anchors import gather_anchors
from weasyprint.draw import draw_inline_level
from weasyprint.formatting_structure.boxes import BlockBox, LineBox
from weasyprint.formatting_structure.build import create_anonymous_boxes, element_to_box
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.inline import iter_line_boxes
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import get_pango_font_key

from lti_tool.certificates.embedding import as_bytes

_STATE = ("_current_color", "_current_color_stroke", "_current_alpha", "_current_alpha_stroke", "_current_font")
"""What a stream remembers of its last operators, and does not write twice."""
_HAIR = 1e-6
"""CSS pixels: far less than a file tells."""
FontKey = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the page's content: its operators, its glyphs by font in the order of their use, its links."""

    content: bytes
    glyphs: tuple[tuple[FontKey, dict[int, str], dict[int, int]], ...] = ()
    """Per font: text and width in thousandths of an em by glyph."""
    links: tuple[tuple[str, tuple[float, float, float, float]], ...] = ()
    """Target and rectangle in CSS pixels from the page's top left."""


class FontsInUse:
    """The fonts of one page while it is drawn. ``known``: fonts as they are before any use, kept between pages."""

    def __init__(self, shelf: dict[Any, Any], known: dict[FontKey, Any]) -> None:
        self.shelf = shelf
        self._known = known
        self._here: dict[FontKey, Any] = {}

    def font(self, pango_font: Any) -> tuple[Any, float]:
        """The font of a run of glyphs, and its size."""
        number, description, size = get_pango_font_key(pango_font)
        key = number, size
        if key not in self._known:
            self._known[key] = Font(pango_font, description, size)
        font = self._fresh(key)
        self._here.setdefault(key, font)
        return font, size

    def _fresh(self, key: FontKey) -> Any:
        """Ascent and descent are rounded at the size of first use; all else is the same at every size."""
        if key[0] not in self.shelf:
            font = copy.copy(self._known[key])
            font.to_unicode, font.widths, font.missing = {}, {}, {}
            self.shelf[key[0]] = font
        return self.shelf[key[0]]

    @contextmanager
    def recorded(self) -> Iterator[list[tuple[FontKey, dict[int, str], dict[int, int]]]]:
        """Gives, at its end, the glyphs that were used meanwhile, as if nothing had been drawn before."""
        found: list[tuple[FontKey, dict[int, str], dict[int, int]]] = []
        before = {id(font): (font, font.to_unicode) for font in self.shelf.values()}
        for font, _ in before.values():
            font.to_unicode = {}
        self._here = {}
        yield found
        for key, font in self._here.items():
            texts = font.to_unicode
            found.append((key, texts, {glyph: font.widths[glyph] for glyph in texts}))
        for font, earlier in before.values():
            font.to_unicode = earlier | {g: text for g, text in font.to_unicode.items() if g not in earlier}

    def take(self, segment: Segment) -> None:
        """Count the glyphs of a segment that was drawn before."""
        for key, texts, widths in segment.glyphs:
            font = self._fresh(key)
            if not texts.keys() <= font.to_unicode.keys():
                font.to_unicode |= {glyph: text for glyph, text in texts.items() if glyph not in font.to_unicode}
                font.widths.update(widths)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a block was laid out, and how far to the right it was moved afterwards, with each box around it. Added in
    the same order, numbers are rounded alike. CSS pixels."""

    left: float
    ways: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a marked box stands in its stream: positions of operators, the number of the mark, the states around."""

    box: Any
    start: int
    end: int
    number: int
    before: tuple[Any, ...]
    after: tuple[Any, ...]


class DrawnStream(Stream):
    """A content stream that knows where each box was drawn."""

    def __init__(self, fonts: FontsInUse, page: Any, profiles: dict[str, Any], intent: str) -> None:
        rectangle = (0, 0, page.width, page.height)
        resources: dict[str, Any] = {"ExtGState": {}, "XObject": {}, "Pattern": {}, "Shading": {}, "ColorSpace": None}
        super().__init__(fonts.shelf, rectangle, resources, {}, {}, profiles, intent)
        self._in_use = fonts
        self.marks: list[Mark] = []

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        """The font, from those that are kept."""
        return self._in_use.font(pango_font)

    @property
    def state(self) -> tuple[Any, ...]:
        """What need not be written again."""
        return tuple(getattr(self, name) for name in _STATE)

    def begin_at(self, mark: Mark) -> None:
        """Continue as if all before the mark had just been drawn."""
        self.stream.clear()
        self.marks.clear()
        self._tags = dict.fromkeys(range(mark.number))
        for name, value in zip(_STATE, mark.before, strict=True):
            setattr(self, name, value)

    @contextmanager
    def marked(self, box: Any, tag: str) -> Iterator[None]:
        """Marked content, noted."""
        start, number, before = len(self.stream), len(self._tags), self.state
        with super().marked(box, tag):
            yield
        self.marks.append(Mark(box, start, len(self.stream), number, before, self.state))

    def written(self, start: int, end: int) -> bytes:
        """Operators as they stand in the file."""
        return b"\n".join(map(as_bytes, self.stream[start:end]))


def shape(lines: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the rest of the page and its structure see of a paragraph: its lines, their heights, the boxes on them."""
    return tuple((line.height, *map(_nesting, line.children)) for line in lines)


def _nesting(box: Any) -> tuple[Any, ...]:
    return (type(box), box.element_tag, *map(_nesting, getattr(box, "children", ())))


def text_lines(box: Any) -> tuple[Any, ...]:
    """The lines of a block of text; empty for any other box."""
    children = tuple(box.children) if isinstance(box, BlockBox) else ()
    return children if all(isinstance(child, LineBox) for child in children) else ()


def level(block: Any, other: Any) -> None:
    """Put the boxes of a block on the very heights of a block of the same shape. That one was moved after it was laid
    out, so its numbers are rounded otherwise in their last digit."""
    for box, twin in zip(block.descendants(), other.descendants(), strict=True):
        if abs(box.position_y - twin.position_y) < _HAIR:
            box.position_y = twin.position_y


def worded(element: Any, markup: str) -> None:
    """Give a page's element the texts and addresses of ``markup``, which has the same tags inside."""
    new = ET.fromstring(f"<p>{markup}</p>")  # noqa: S314 - our own template's output, values escaped, no entities
    element.text = new.text
    for old, other in zip(list(element.iter())[1:], list(new.iter())[1:], strict=True):
        old.text, old.tail = other.text, other.tail
        old.attrib.update(other.attrib)


def set_anew(context: Any, element: Any, block: Any, start: Start, page: Any) -> Any:
    """The block of ``element`` as its texts are now, where ``block`` stands on the page. ``start``: of that block."""
    made = context.style_for, context.get_image_from_uri, None, context.target_collector, context.counter_style
    (box,) = element_to_box(element, *made, [])
    box.process_whitespace()
    box.process_text_transform()
    insides = [line for one in create_anonymous_boxes(box).descendants() for line in text_lines(one)]
    if len(insides) != 1:
        return block.copy_with_children([])
    room = block.copy()
    room.position_x = start.left
    context.create_block_formatting_context(room)
    lines = iter_line_boxes(context, insides[0], block.children[0].position_y, 0, None, room, [], [], None, None)
    new = block.copy_with_children([line for line, _ in lines])
    context.finish_block_formatting_context()
    for line in new.children:
        for way in start.ways:
            line.translate(way)
        layout_box_backgrounds(page, line, context.get_image_from_uri)
    return new


def drawn(block: Any, stream: DrawnStream, fonts: FontsInUse) -> Segment:
    """Draw the lines of a block from the stream's present state on."""
    with fonts.recorded() as glyphs:
        for line in block.children:
            draw_inline_level(stream, None, line)
    start, end = stream.marks[0].start, stream.marks[-1].end
    links: list[Any] = []
    gather_anchors(block, {}, links, [], {None: []})
    return Segment(stream.written(start, end), tuple(glyphs), tuple((target, area) for _, target, area, _ in links))
