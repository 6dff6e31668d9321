"""The engraved border of the formal design: waves that cross each other, as on securities, drawn as curves."""

from __future__ import annotations

from math import pi, sin
from typing import Any

INSET = 30.0
"""Points from the page's edge to the middle of the band."""
DEPTH = 9.0
"""Points that a wave swings to either side."""
PERIOD = 24.0
"""Points of one wave, stretched a little so that a whole number fits."""
_STRANDS = (0.0, 0.25, 0.5, 0.75)
"""Where in its period each wave begins."""


class BorderImage:
    """An image for WeasyPrint that paints the border of one page in the given colours."""

    def __init__(self, width: float, height: float, line: str, rule: str) -> None:
        self._size = (width, height)
        self._line, self._rule = _red_green_blue(line), _red_green_blue(rule)
        sides = (_side(width - 2 * INSET), _side(height - 2 * INSET))
        places = ((1, 0, 0, 1, INSET, INSET), (1, 0, 0, 1, INSET, height - INSET))
        turned = ((0, 1, -1, 0, INSET, INSET), (0, 1, -1, 0, width - INSET, INSET))
        self._paths = [(place, sides[0]) for place in places] + [(place, sides[1]) for place in turned]

    def get_intrinsic_size(self, image_resolution: Any, font_size: Any) -> tuple[float, float, float]:
        """Width, height and ratio."""
        return *self._size, self._size[0] / self._size[1]

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _style: Any) -> None:
        """Paint at the given size."""
        width, height = self._size
        stream.transform(a=concrete_width / width, d=concrete_height / height)
        stream.set_color_rgb(*self._line, stroke=True)
        stream.set_line_width(0.35)
        for (a, b, c, d, e, f), path in self._paths:
            with stream.stacked():
                stream.transform(a, b, c, d, e, f)
                stream.stream.append(path)
                stream.stroke()
        stream.set_color_rgb(*self._rule, stroke=True)
        for inset, line in ((INSET - DEPTH - 3.5, 1.1), (INSET + DEPTH + 3.5, 0.5)):
            stream.set_line_width(line)
            stream.rectangle(inset, inset, width - 2 * inset, height - 2 * inset)
            stream.stroke()


def _side(length: float) -> bytes:
    """All waves along one side, from corner to corner."""
    count = round(length / PERIOD)
    period = length / count
    strands = [_wave(count, period, start, sign) for start in _STRANDS for sign in (1, -1)]
    return b"\n".join(strands)


def _wave(count: int, period: float, start: float, sign: int) -> bytes:
    """A sine as cubic curves, four to a period, tangents from its derivative."""
    step = period / 4
    parts = [b"%.2f %.2f m" % (0, _swing(0, period, start, sign))]
    for piece in range(count * 4):
        left, right = piece * step, (piece + 1) * step
        third = step / 3
        first = _swing(left, period, start, sign) + third * _slope(left, period, start, sign)
        second = _swing(right, period, start, sign) - third * _slope(right, period, start, sign)
        end = _swing(right, period, start, sign)
        parts.append(b"%.2f %.2f %.2f %.2f %.2f %.2f c" % (left + third, first, right - third, second, right, end))
    return b"\n".join(parts)


def _swing(at: float, period: float, start: float, sign: int) -> float:
    return sign * DEPTH * sin(2 * pi * (at / period + start))


def _slope(at: float, period: float, start: float, sign: int) -> float:
    quarter = 0.25
    return sign * DEPTH * 2 * pi / period * sin(2 * pi * (at / period + start + quarter))


def _red_green_blue(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
