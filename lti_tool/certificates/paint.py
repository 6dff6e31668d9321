"""What is painted on a laid-out page, and in which order: what lies behind each text, and what covers it.

The order is that of WeasyPrint's own drawing (CSS 2.2, appendix E), without the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.images import Gradient
from weasyprint.stacking import StackingContext

_WITH_GROUND = (
    boxes.BlockBox,
    boxes.MarginBox,
    boxes.InlineBlockBox,
    boxes.TableCellBox,
    boxes.FlexContainerBox,
    boxes.GridContainerBox,
    boxes.ReplacedBox,
)
_SIDES = ("top", "right", "bottom", "left")
Rgb = tuple[float, float, float]
WHITE: Rgb = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Whether they share more than a pixel's breadth."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 1
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 1
        )

    def holds(self, other: Area) -> bool:
        return (
            self.left <= other.left + 1
            and self.top <= other.top + 1
            and self.right >= other.right - 1
            and self.bottom >= other.bottom - 1
        )

    def widened(self, by: float) -> Area:
        """To the left and to the right."""
        return Area(self.left - by, self.top, self.right + by, self.bottom)

    def with_area(self, other: Area) -> Area:
        """The smallest that holds both."""
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """A coloured area. ``colours``: all that it may have at a place, as it comes to stand on white."""

    area: Area
    colours: tuple[Rgb, ...]
    is_opaque: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing that is painted: a text box, a picture, or what lies behind a box."""

    box: Any
    area: Area
    ground: Ground | None = None

    @property
    def is_text(self) -> bool:
        return isinstance(self.box, boxes.TextBox)


def layers(page: Any) -> list[Layer]:
    """From what is painted first to what is painted last."""
    everything, sheet = Area(0, 0, page.width, page.height), page._page_box
    found = [
        Layer(sheet, everything, Ground(everything, *_colours(background)))
        for background in (sheet.background, sheet.canvas_background)
        if background is not None and _colours(background)[0]
    ]
    found.extend(_context(StackingContext.from_page(sheet)))
    return found


def ink(box: Any) -> Area:
    """Where a text's letters stand: its box is as high as its line."""
    size, base = box.style["font_size"], box.position_y + box.baseline
    return Area(box.position_x, base - 0.68 * size, box.position_x + box.width, base + 0.2 * size)


def _context(context: StackingContext) -> Iterator[Layer]:
    box = context.box
    if isinstance(box, _WITH_GROUND):
        yield from _ground(box)
    for child in context.negative_z_contexts:
        yield from _context(child)
    for block in context.block_level_boxes:
        yield from _ground(block)
    for child in context.float_contexts:
        yield from _context(child)
    if isinstance(box, boxes.InlineBox):
        yield from _inline(box)
    yield from _blocks({box: context.blocks_and_cells})
    for child in (*context.zero_z_contexts, *context.positive_z_contexts):
        yield from _context(child)


def _blocks(blocks: dict[Any, Any]) -> Iterator[Layer]:
    for block, inside in blocks.items():
        if isinstance(block, boxes.ReplacedBox):
            yield Layer(block, _content(block))
        elif block.children and isinstance(block.children[-1], boxes.LineBox):
            for line in block.children:
                yield from _inline(line)
        yield from _blocks(inside)


def _inline(box: Any) -> Iterator[Layer]:
    if isinstance(box, StackingContext):
        yield from _context(box)
    elif isinstance(box, boxes.TextBox):
        yield Layer(box, ink(box))
    else:
        yield from _ground(box)
        if isinstance(box, boxes.InlineReplacedBox):
            yield Layer(box, _content(box))
        for child in getattr(box, "children", ()):
            yield from _inline(child)


def _content(box: Any) -> Area:
    left, top = box.content_box_x(), box.content_box_y()
    return Area(left, top, left + box.width, top + box.height)


def _ground(box: Any) -> Iterator[Layer]:
    left, top = box.border_box_x(), box.border_box_y()
    area = Area(left, top, left + box.border_width(), top + box.border_height())
    colours, is_opaque = _colours(getattr(box, "background", None))
    if colours:
        yield Layer(box, area, Ground(area, colours, is_opaque))
    for side, strip in zip(_SIDES, _strips(box, area), strict=True):
        colour = box.style[f"border_{side}_color"]
        if box.style[f"border_{side}_style"] not in ("none", "hidden") and strip is not None:
            colour = box.style["color"] if colour == "currentcolor" else colour
            yield Layer(box, strip, Ground(strip, (on_white(colour),), colour.alpha == 1))


def _strips(box: Any, area: Area) -> Iterator[Area | None]:
    top, right, bottom, left = (getattr(box, f"border_{side}_width") for side in _SIDES)
    yield Area(area.left, area.top, area.right, area.top + top) if top else None
    yield Area(area.right - right, area.top, area.right, area.bottom) if right else None
    yield Area(area.left, area.bottom - bottom, area.right, area.bottom) if bottom else None
    yield Area(area.left, area.top, area.left + left, area.bottom) if left else None


def _colours(background: Any) -> tuple[tuple[Rgb, ...], bool]:
    """Of a colour and of gradients over it; pictures of the engine's own are borders, and empty in the middle."""
    if background is None:
        return (), False
    found = [background.color] if background.color.alpha > 0 else []
    is_opaque = any(colour.alpha == 1 for colour in found)
    for layer in background.layers:
        if isinstance(layer.image, Gradient):
            found.extend(layer.image.colors)
    return tuple(on_white(colour) for colour in found), is_opaque


def on_white(colour: Any) -> Rgb:
    """A colour as it comes to stand on white paper."""
    red, green, blue = (min(1.0, max(0.0, part)) for part in colour.to("srgb")[:3])
    clear = 1 - colour.alpha
    return red + (1 - red) * clear, green + (1 - green) * clear, blue + (1 - blue) * clear
