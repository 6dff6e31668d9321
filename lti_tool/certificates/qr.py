"""The QR code of the verification page, drawn as vector modules."""

from __future__ import annotations

import re
from typing import Any

import segno

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004)."""

_MASK = 0
"""Any of the eight masks decodes alike; trying all of them costs as much as laying out a third of the page."""
_DARK = re.compile(rb"\x01+")


class QrImage:
    """An image for WeasyPrint that paints its modules itself: one rectangle per stretch of a row."""

    def __init__(self, address: str) -> None:
        matrix = segno.make_qr(address, error="m", boost_error=False, mask=_MASK).matrix
        self._size = len(matrix) + 2 * QUIET_ZONE
        self._path = b"\n".join(rectangle for row, modules in enumerate(matrix) for rectangle in _row(row, modules))

    def get_intrinsic_size(self, image_resolution: Any, font_size: Any) -> tuple[float, float, float]:
        """Width, height and ratio; the style sheet sets the printed size."""
        return self._size, self._size, 1

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _style: Any) -> None:
        """Paint in black at the given size."""
        stream.transform(a=concrete_width / self._size, d=concrete_height / self._size)
        stream.set_color_rgb(0, 0, 0)
        stream.stream.append(self._path)
        stream.fill()


def _row(number: int, modules: bytearray) -> list[bytes]:
    """The dark stretches of one row as PDF rectangles."""
    return [
        b"%d %d %d 1 re" % (dark.start() + QUIET_ZONE, number + QUIET_ZONE, dark.end() - dark.start())
        for dark in _DARK.finditer(modules)
    ]
