"""A page laid out once, from which pages of the same shape are cast: only the paragraphs that differ are set again.

Most certificates of a day differ in a name and two numbers. A mould keeps a printed page: what is drawn between its
paragraphs, the place of each, and the objects of its file. A cast compares every text with those that were drawn
before, sets each other one anew (``typesetting``), and is given up for a whole print as soon as a paragraph takes other
lines. The file is the same, byte for byte, as a whole print gives: a mould proves it of itself before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from weasyprint.draw import draw_replacedbox
from weasyprint.formatting_structure.boxes import ParentBox, TextBox

from lti_tool.certificates import closed
from lti_tool.certificates.frame import POINTS, Frame, Mismatch
from lti_tool.certificates.markup import Markup, plain
from lti_tool.certificates.qr import QrImage
from lti_tool.certificates.typesetting import (
    DrawnStream,
    FontsInUse,
    Mark,
    Segment,
    Start,
    drawn,
    level,
    set_anew,
    shape,
    text_lines,
    worded,
)

_REMEMBERED = 4
"""Texts kept of each paragraph: several activities share a mould."""
_TEXT_TAGS = frozenset({"p", "h1", "h2"})


@dataclass(frozen=True)
class Copy:
    """What one certificate brings to a page."""

    markup: Markup
    address: str
    badges: Mapping[str, str]
    day: date
    identifier: bytes

    def attachments(self) -> list[Any]:
        """The badges as files, to be read once."""
        return [closed.attachment(*badge, self.day) for badge in sorted(self.badges.items())]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines on a laid-out page. ``place``: which of the markup's paragraphs."""

    place: int
    box: Any
    start: Start


@dataclass(slots=True)
class Paragraph:
    """A text on the page. ``mark``: the first of its boxes; ``after``: the stream's state behind the last."""

    block: TextBlock
    mark: Mark
    after: tuple[Any, ...]
    shape: tuple[Any, ...]
    known: dict[str, Segment] = field(default_factory=dict)

    def remember(self, markup: str, segment: Segment) -> None:
        """Keep it; the one that was longest of no use gives way."""
        self.known.pop(markup, None)
        self.known[markup] = segment
        if len(self.known) > _REMEMBERED:
            self.known.pop(next(iter(self.known)))


class Mould:
    """One printed page. Raises :class:`Mismatch` if such a page cannot be cast."""

    def __init__(self, document: Any, frame: Frame, copy: Copy, fonts: Callable[[], FontsInUse]) -> None:
        self._context, self._frame, self._fonts = document.context, frame, fonts
        self._page = document.pages[0]
        self._profiles, self._intent = document.color_profiles, document.output_intent
        self._pieces = self._taken_apart(_blocks(document, copy.markup))
        self.paragraphs = {one.block.place: one for one in self._pieces if isinstance(one, Paragraph)}
        places = range(len(copy.markup.paragraphs))
        self._wordless = tuple(place for place in places if place not in self.paragraphs)

    def cast(self, copy: Copy) -> bytes:
        """The file of a copy. Raises :class:`Mismatch` if its texts do not take the same lines."""
        if copy.markup.has_stray_text or any(plain(copy.markup.paragraphs[at]).strip() for at in self._wordless):
            raise Mismatch
        fonts = self._fonts()
        stream = self._stream(fonts)
        segments = [self._segment(piece, copy, stream, fonts) for piece in self._pieces]
        pairs = zip(self._pieces, segments, strict=True)
        places = {one.block.place: segment for one, segment in pairs if isinstance(one, Paragraph)}
        links = [link for _, segment in sorted(places.items()) for link in segment.links]
        content = [segment.content for segment in segments]
        return self._frame.written(content, fonts.shelf, links, copy.markup, copy.attachments(), copy.identifier)

    def has_shape(self, place: int, shape: tuple[Any, ...]) -> bool:
        """Whether a paragraph has that shape here; without a place: whether it is worth a trial."""
        return place < 0 or (place in self.paragraphs and self.paragraphs[place].shape == shape)

    def _stream(self, fonts: FontsInUse) -> DrawnStream:
        return DrawnStream(fonts, self._page, self._profiles, self._intent)

    def _segment(
        self, piece: Segment | Paragraph | Mark, copy: Copy, stream: DrawnStream, fonts: FontsInUse
    ) -> Segment:
        if isinstance(piece, Segment):
            return piece
        if isinstance(piece, Mark):
            return self._code(piece, copy.address, stream)
        markup = copy.markup.paragraphs[piece.block.place]
        segment = piece.known.get(markup)
        if segment is None:
            segment = self._set(piece, markup, stream, fonts)
        else:
            fonts.take(segment)
        piece.remember(markup, segment)
        return segment

    def _set(self, paragraph: Paragraph, markup: str, stream: DrawnStream, fonts: FontsInUse) -> Segment:
        old = paragraph.block.box
        worded(old.element, markup)
        block = set_anew(self._context, old.element, old, paragraph.block.start, self._page._page_box)
        found = shape(block.children)
        if found != paragraph.shape:
            raise Mismatch(paragraph.block.place, found)
        level(block, old)
        stream.begin_at(paragraph.mark)
        segment = drawn(block, stream, fonts)
        if stream.state != paragraph.after:
            raise Mismatch
        return segment

    def _code(self, mark: Mark, address: str, stream: DrawnStream) -> Segment:
        stream.begin_at(mark)
        box = mark.box.copy()
        box.replacement = QrImage(address)
        with stream.marked(box, "Figure"):
            draw_replacedbox(stream, box)
        return Segment(stream.written(0, len(stream.stream)))

    def _taken_apart(self, blocks: dict[int, TextBlock]) -> list[Segment | Paragraph | Mark]:
        """The page's content in the order in which it is drawn. ``blocks``: by id of a box on them."""
        stream = self._stream(self._fonts())
        stream.transform(d=-1, f=self._page.height * POINTS)
        self._page.paint(stream, POINTS)
        pieces: list[Segment | Paragraph | Mark] = []
        end = 0
        for group in _grouped(stream.marks, blocks):
            if group[0].start > end:
                pieces.append(Segment(stream.written(end, group[0].start)))
            pieces.append(_piece(group, blocks))
            end = group[-1].end
        pieces.append(Segment(stream.written(end, len(stream.stream))))
        return pieces


def _blocks(document: Any, markup: Markup) -> dict[int, TextBlock]:
    """The block on which each box is drawn, by the box's id."""
    elements = [one for one in document.root.iter() if one.tag in _TEXT_TAGS]
    places = {id(element): place for place, element in enumerate(elements)}
    if len(places) != len(markup.paragraphs):
        raise Mismatch
    blocks = list(_text_blocks(document.pages[0]._page_box, places, Start(0.0)))
    if len({block.place for block in blocks}) < len(blocks):
        raise Mismatch
    return {id(box): block for block in blocks for box in block.box.descendants()}


def _text_blocks(parent: Any, places: dict[int, int], start: Start) -> Iterator[TextBlock]:
    """Blocks of text in document order. ``start``: where the parent was laid out."""
    inside = Start(start.left + parent.margin_left + parent.padding_left + parent.border_left_width, start.ways)
    for child in parent.children:
        box = getattr(child, "_box", child)
        if not any(isinstance(one, TextBox) for one in box.descendants(placeholders=True)):
            continue
        begun = inside if box.is_in_normal_flow() else _moved(box, inside)
        if text_lines(box):
            if id(box.element) not in places:
                raise Mismatch
            yield TextBlock(places[id(box.element)], box, begun)
        elif isinstance(box, ParentBox):
            yield from _text_blocks(box, places, begun)


def _moved(box: Any, start: Start) -> Start:
    """The start of a floating or absolute box: its parent's, and then moved to its place. One that is as wide as its
    text wants would move with each text: no mould is taken of such a page."""
    if box.style["width"] == "auto":
        raise Mismatch
    at = box.position_x
    for way in reversed(start.ways):
        at -= way
    return Start(start.left, (at - start.left, *start.ways))


def _grouped(marks: list[Mark], blocks: dict[int, TextBlock]) -> list[list[Mark]]:
    """Marks of one paragraph together, codes on their own, other pictures left out."""
    groups: dict[int, list[Mark]] = {}
    for mark in marks:
        if isinstance(getattr(mark.box, "replacement", None), QrImage):
            groups[-mark.number - 1] = [mark]
        elif mark.box.element_tag != "img":
            groups.setdefault(blocks[id(mark.box)].place, []).append(mark)
    if any(mark.number != group[0].number + at for group in groups.values() for at, mark in enumerate(group)):
        raise Mismatch
    return list(groups.values())


def _piece(group: list[Mark], blocks: dict[int, TextBlock]) -> Paragraph | Mark:
    first = group[0]
    if (block := blocks.get(id(first.box))) is None:
        return first
    return Paragraph(block, first, group[-1].after, shape(block.box.children))
