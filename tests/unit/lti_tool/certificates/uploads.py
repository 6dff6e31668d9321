"""Files as providers upload them: every kind of PNG and JPEG that a program may write, of one picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw

SIZE = 120, 48
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""Of a PNG's colour types: grey, colour, grey and colour with transparency."""
PASSES = (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
"""Adam7: first column and row, steps to the right and down."""


def sample(mode: str = "RGBA") -> Image.Image:
    """A dark disc, on nothing where the mode has transparency, else on white."""
    image = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    ImageDraw.Draw(image).ellipse((4, 4, 44, 44), fill=(25, 75, 130, 255))
    if mode in ("RGBA", "LA", "PA"):
        return image.convert(mode)
    white = Image.new("RGBA", SIZE, "white")
    white.alpha_composite(image)
    return white.convert("RGB").convert(mode)


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _pixel(image: Image.Image, colour: int, depth: int, place: tuple[int, int]) -> bytes:
    red, green, blue, alpha = image.getpixel(place)  # type: ignore[misc]
    values = {0: (red,), 2: (red, green, blue), 4: (red, alpha), 6: (red, green, blue, alpha)}[colour]
    return b"".join(struct.pack(">H", value * 257) if depth == 16 else bytes([value]) for value in values)


def _lines(image: Image.Image, colour: int, depth: int, *, is_interlaced: bool) -> Iterator[bytes]:
    for left, top, right, down in PASSES if is_interlaced else ((0, 0, 1, 1),):
        for y in range(top, SIZE[1], down):
            yield b"\0" + b"".join(_pixel(image, colour, depth, (x, y)) for x in range(left, SIZE[0], right))


def png(colour: int, depth: int, *, is_interlaced: bool = False) -> bytes:
    """What Pillow does not write itself: 16 bits a channel, and interlaced."""
    image = sample() if colour in (4, 6) else sample("RGB").convert("RGBA")
    head = struct.pack(">IIBBBBB", *SIZE, depth, colour, 0, 0, int(is_interlaced))
    body = zlib.compress(b"".join(_lines(image, colour, depth, is_interlaced=is_interlaced)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


UPLOADS: dict[str, Callable[[], bytes]] = {
    "png-alpha": lambda: saved(sample("RGBA"), "PNG"),
    "png-grey-alpha": lambda: saved(sample("LA"), "PNG"),
    "png-indexed": lambda: saved(sample("RGB").quantize(8), "PNG"),
    "png-indexed-transparent": lambda: saved(sample("RGB").quantize(8), "PNG", transparency=0),
    "png-one-bit": lambda: saved(sample("1"), "PNG"),
    "png-interlaced-alpha": lambda: png(6, 8, is_interlaced=True),
    "png-16-bit": lambda: png(2, 16),
    "png-16-bit-alpha": lambda: png(6, 16),
    "png-16-bit-grey": lambda: png(0, 16),
    "png-16-bit-grey-alpha": lambda: png(4, 16, is_interlaced=True),
    "png-profile": lambda: saved(sample("RGB"), "PNG", icc_profile=_profile()),
    "jpeg": lambda: saved(sample("RGB"), "JPEG"),
    "jpeg-progressive": lambda: saved(sample("RGB"), "JPEG", progressive=True),
    "jpeg-grey": lambda: saved(sample("L"), "JPEG"),
    "jpeg-cmyk": lambda: saved(sample("CMYK"), "JPEG"),
    "jpeg-profile": lambda: saved(sample("RGB"), "JPEG", icc_profile=_profile()),
}
