"""Embedded fonts and written streams without doing the same work for every certificate.

A text face is embedded as one of its fixed subsets whenever the page needs no glyph beyond it. The choice
depends on the page alone, so the bytes are the same whether the subset was made for this page or before.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from types import MethodType
from typing import Any

import pydyf

from lti_tool.certificates.faces import Face

_LEVEL = 9


class Shelf(dict[Any, Any]):
    """The fonts of one page; each font put here is cut from the shipped face's fixed subsets if that is enough."""

    def __init__(self, faces: tuple[Face, ...], cuts: dict[tuple[str, int], bytes]) -> None:
        super().__init__()
        self._faces = {(face.family, face.is_italic): face for face in faces}
        self._cuts = cuts

    def __setitem__(self, key: Any, font: Any) -> None:
        face = self._faces.get((font.family, bool(font.style)))
        if face is not None and face.subsets:
            font.clean = MethodType(self._cleaner(face), font)
        super().__setitem__(key, font)

    def _cleaner(self, face: Face) -> Any:
        def clean(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
            used = set(to_unicode)
            tier = next((i for i, glyphs in enumerate(face.subset_glyphs) if used <= glyphs), None)
            if tier is None or font.missing:
                type(font).clean(font, to_unicode, hinting)
                return
            if (face.file, tier) not in self._cuts:
                type(font).clean(font, dict.fromkeys(face.subset_glyphs[tier], ""), hinting)
                self._cuts[face.file, tier] = font.file_content
            font.file_content = self._cuts[face.file, tier]

        return clean


class WrittenObject(pydyf.Object):
    """An object as it stands in the file; pydyf would write it, and compress it, each time it looks at it."""

    def __init__(self, item: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation = item.number, item.generation
        self._data = _written(item) if isinstance(item, pydyf.Stream) else item.data
        self._is_stream = not item.compressible

    @property
    def compressible(self) -> bool:
        """Streams may not stand inside object streams (ISO 32000-1, 7.5.7)."""
        return not self._is_stream

    @property
    def data(self) -> bytes:
        """The complete object without its number."""
        return self._data


def write_streams_once(pdf: pydyf.PDF) -> None:
    """Replaces every stream of the file by its written form."""
    pdf.objects[:] = [WrittenObject(item) if isinstance(item, pydyf.Stream) else item for item in pdf.objects]


def _written(stream: pydyf.Stream) -> bytes:
    content = b"\n".join(map(as_bytes, stream.stream))
    extra = pydyf.Dictionary(dict(stream.extra))
    if stream.compress:
        extra["Filter"] = "/FlateDecode"
        content = (
            _compressed_before(content)
            if len(content) > 2000 and len(stream.stream) == 1
            else zlib.compress(content, _LEVEL)
        )
    extra["Length"] = len(content)
    return b"\n".join((extra.data, b"stream", content, b"endstream"))


def as_bytes(part: Any) -> bytes:
    """One operator or value of a stream as it stands in the file."""
    if isinstance(part, bytes):
        return part
    return part.data if isinstance(part, pydyf.Object) else str(part).encode()


@lru_cache(maxsize=16)
def _compressed_before(content: bytes) -> bytes:
    """Fonts and the colour profile recur from page to page."""
    return zlib.compress(content, _LEVEL)
