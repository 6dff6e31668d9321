"""Logos, seals and signatures: checked once, re-encoded, and printed from memory."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from lti_tool.domain.errors import BadInput
from lti_tool.domain.picture import eight_bit

MAX_BYTES = 1_000_000
MAX_PIXELS = 4_000_000
LEAST_SIDE = 40
"""Pixels; less is a spacer, not a picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is printed, named by its own SHA-256."""

    sha256: str
    png: bytes
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """An uploaded PNG or JPEG as a plain 8-bit PNG without metadata: what is printed is what was looked at.

    Raises ``BadInput("picture_unusable")`` for anything else, for more than 1 MB or 4 megapixels.
    """
    if len(data) > MAX_BYTES:
        raise BadInput("picture_unusable", "a picture may have up to 1 MB")
    if not _is_whole(data):
        raise BadInput("picture_unusable", "this is not a whole PNG or JPEG")
    try:
        with warnings.catch_warnings(action="error"), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS or min(image.size) < LEAST_SIDE:
                raise BadInput("picture_unusable", "a picture needs 40 pixels a side, and at most 4 megapixels")
            plain = eight_bit(image).convert("RGBA" if _is_transparent(image) else "RGB")
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError) as error:
        raise BadInput("picture_unusable", "this is not a sound PNG or JPEG") from error
    buffer = BytesIO()
    Image.frombytes(plain.mode, plain.size, plain.tobytes()).save(buffer, "PNG", optimize=True)
    png = buffer.getvalue()
    return Picture(hashlib.sha256(png).hexdigest(), png, *plain.size)


def _is_whole(data: bytes) -> bool:
    """Whether the file's end is there. WeasyPrint tells Pillow to fill in what is missing, for the whole process."""
    return b"IEND\xaeB`\x82" in data or data.rstrip(b"\0\r\n").endswith(b"\xff\xd9")


def _is_transparent(image: Any) -> bool:
    return "A" in image.getbands() or ("transparency" in image.info and image.mode != "I;16")
