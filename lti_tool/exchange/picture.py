"""Pictures that come from outside: looked at whole, and written anew without whatever else was in them.

PNG is decoded and encoded again. JPEG would lose by that; of a sound one only the segments that draw the picture are
kept (no comments, no places and cameras, nothing behind its end), unless it has to be turned upright.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

MAX_IMAGE_BYTES = 2_000_000
MAX_PIXELS = 25_000_000
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".png"}
"""Kinds that are read, and what they are kept as."""
_UPRIGHT = 1
_ORIENTATION = 0x0112
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_UNSOUND = (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError)
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_DRAWING_APPS = frozenset({0xE0, 0xE2, 0xEE})
"""JFIF, colour profile, and Adobe's colour transform: without them colours change."""


def is_picture(data: bytes) -> bool:
    """A whole PNG or JPEG of a size that a browser can show."""
    try:
        with warnings.catch_warnings(action="error"), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as image:
            image.verify()
            return image.width * image.height <= MAX_PIXELS
    except _UNSOUND:
        return False


def clean_picture(data: bytes) -> tuple[str, bytes] | None:
    """A name made of its content and the bytes to keep; ``None`` unless it is a sound PNG, JPEG or GIF of these sizes.

    Cleaning twice gives the same as cleaning once.
    """
    if len(data) > MAX_IMAGE_BYTES:
        return None
    try:
        with warnings.catch_warnings(action="error"), Image.open(BytesIO(data), formats=tuple(SUFFIXES)) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            body = _jpeg(image, data) if image.format == "JPEG" else _png(image)
            suffix = SUFFIXES[str(image.format)]
    except _UNSOUND:
        return None
    return sha256(body).hexdigest()[:24] + suffix, body


def _png(image: Image.Image) -> bytes:
    image.load()
    plain = image if image.mode in _PLAIN_MODES else image.convert("RGBA")
    bare = Image.new(plain.mode, plain.size)
    if plain.mode == "P":
        bare.putpalette(plain.getpalette() or [])
    bare.paste(plain)
    out = BytesIO()
    transparency = plain.info.get("transparency")
    bare.save(out, "PNG", **({} if transparency is None else {"transparency": transparency}))
    return out.getvalue()


def _jpeg(image: Image.Image, data: bytes) -> bytes:
    is_upright = image.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT
    image.load()
    if is_upright:
        return b"".join(_segments(data))
    out = BytesIO()
    ImageOps.exif_transpose(image).convert("RGB").save(out, "JPEG", quality=95)
    return b"".join(_segments(out.getvalue()))


def _segments(data: bytes) -> Iterator[bytes]:
    """What draws the picture, from its start to its end. Raises ``ValueError`` for a file without either."""
    yield data[:2]
    at = 2
    while data[at] == 0xFF and data[at + 1] != _SCAN:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if size < 2 or marker in (_START, _END):
            raise ValueError("not a segment of a JPEG")
        if not 0xE0 <= marker <= 0xFE or marker in _DRAWING_APPS:
            yield data[at : at + 2 + size]
        at += 2 + size
        if at + 4 > len(data):
            raise ValueError("a JPEG without a picture")
    end = data.find(b"\xff\xd9", at)
    if end < 0 or data[at] != 0xFF:
        raise ValueError("a JPEG without an end")
    yield data[at : end + 2]
