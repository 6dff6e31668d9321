"""Whether each text of a laid-out page can be read as it was written: not covered, not faint, not distorted.

For pages whose look is a provider's own. Colours are held against what lies behind them (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lti_tool.certificates.page_values import LINE_ATTRIBUTE
from lti_tool.certificates.paint import WHITE, Area, Ground, Layer, Rgb, layers, on_white
from lti_tool.domain.page_markup import MarkupRule

_LEAST_CONTRAST, _LEAST_CONTRAST_LARGE, _LARGE = 4.5, 3.0, 24.0
_LEAST_CODE_CONTRAST = 12.0
"""A camera reads dark modules on what is nearly white (ISO/IEC 18004, symbol contrast)."""
_LEAST_CODE = 68.0
"""CSS pixels: the smallest that a shipped design prints, a little less."""
_TIGHTEST = -0.06
"""Em between letters, or words, below which they run into each other."""
_FEATURES = frozenset({"smcp", "c2sc", "lnum", "onum", "pnum", "tnum", "kern", "liga", "clig", "calt", "case", "cpsp"})
_FIGURES = frozenset({"normal", "lining-nums", "oldstyle-nums", "proportional-nums", "tabular-nums"})
Fault = tuple[Any, MarkupRule]


def legibility_faults(page: Any, code: str) -> Iterator[Fault]:
    """Boxes that cannot be read as they were written, and why. ``code``: address of the picture that cameras read."""
    painted = layers(page)
    texts = [one for one in painted if one.is_text and not is_mark(one.box) and one.box.text.strip()]
    for at, one in enumerate(painted):
        if one.ground is None and not is_mark(one.box):
            yield from _seen_faults(one, painted[:at], painted[at + 1 :], code)
    for one in texts:
        if _is_distorted(one.box):
            yield one.box, MarkupRule.DISTORTED
    yield from _overlaps(texts)
    for box in page._page_box.descendants(placeholders=True):
        if not is_mark(box) and _is_out_of_bounds(getattr(box, "_box", box).style):
            yield getattr(box, "_box", box), MarkupRule.DISTORTED


def is_mark(box: Any) -> bool:
    """Whether it is the engine's own mark of a specimen, which lies across the page."""
    element = box.element
    return element is not None and element.get("class") == "specimen" and not element.get(LINE_ATTRIBUTE)


def _seen_faults(one: Layer, before: Sequence[Layer], after: Sequence[Layer], code: str) -> Iterator[Fault]:
    is_code = one.box.element is not None and one.box.element.get("src") == code
    if not one.is_text and not is_code:
        return
    covers = (other for other in after if not other.is_text and other.area.meets(one.area))
    behind = (other for other in before if other.ground is None and not other.is_text and other.area.meets(one.area))
    if any(True for _ in (*covers, *behind)):
        yield one.box, MarkupRule.COVERED
    if is_code and _is_unreadable_code(one):
        yield one.box, MarkupRule.DISTORTED
    colour = (0.0, 0.0, 0.0) if is_code else on_white(one.box.style["color"])
    is_large = one.is_text and one.box.style["font_size"] >= _LARGE
    least = _LEAST_CODE_CONTRAST if is_code else _LEAST_CONTRAST_LARGE if is_large else _LEAST_CONTRAST
    grounds = [other.ground for other in before if other.ground is not None]
    if any(_contrast(colour, ground) < least for ground in _behind(one.area, grounds)):
        yield one.box, MarkupRule.FAINT


def _behind(area: Area, grounds: Sequence[Ground]) -> Iterator[Rgb]:
    """The colours that lie behind an area: down to the first that fills it, or the paper's white."""
    for ground in reversed(grounds):
        if ground.area.meets(area):
            yield from ground.colours
            if ground.is_opaque and ground.area.holds(area):
                return
    yield WHITE


def _contrast(one: Rgb, other: Rgb) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _is_unreadable_code(one: Layer) -> bool:
    width, height = one.area.right - one.area.left, one.area.bottom - one.area.top
    is_square = min(width, height) >= _LEAST_CODE and max(width, height) <= 1.05 * min(width, height)
    style = one.box.style
    return not is_square or style["object_fit"] not in ("fill", "contain") or style["image_orientation"] != "from-image"


def _is_distorted(box: Any) -> bool:
    style, tightest = box.style, _TIGHTEST * box.style["font_size"]
    return (
        (style["letter_spacing"] != "normal" and style["letter_spacing"] < tightest)
        or style["word_spacing"] < tightest
        or bool(_words(style["text_decoration_line"]) - {"none", "underline"})
        or style["font_variant_position"] != "normal"
        or bool(_words(style["font_variant_numeric"]) - _FIGURES)
        or any(name not in _FEATURES for name, _ in _features(style["font_feature_settings"]))
    )


def _words(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def _features(value: Any) -> Sequence[tuple[str, int]]:
    return () if value == "normal" else value


def _is_out_of_bounds(style: Any) -> bool:
    """What no certificate needs, and what could lay itself over it or cut it off unseen."""
    return bool(
        style["transform"]
        or style["clip"]
        or style["box_shadow"]
        or style["border_image_source"][0] != "none"
        or style["mask_border_source"][0] != "none"
        or style["outline_style"] != "none"
        or style["text_overflow"] != "clip"
        or style["block_ellipsis"] != "none"
        or style["bookmark_level"] != "none"
    )


def _overlaps(texts: Sequence[Layer]) -> Iterator[Fault]:
    """Two texts that stand over each other."""
    ordered = sorted((one for one in texts), key=lambda one: one.area.top)
    for at, one in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.area.top >= one.area.bottom:
                break
            if one.area.meets(other.area):
                yield other.box, MarkupRule.COVERED
