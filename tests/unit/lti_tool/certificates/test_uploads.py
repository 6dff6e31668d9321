"""Uploaded pictures keep what they show, whatever kind of PNG or JPEG they are; anything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from lti_tool.certificates.picture import read_picture
from lti_tool.domain.errors import BadInput
from lti_tool.services.picture import clean_picture
from tests.unit.lti_tool.certificates.uploads import UPLOADS, sample

READERS: dict[str, Callable[[bytes], bytes]] = {
    "designs": lambda data: read_picture(data).png,
    "settings": lambda data: clean_picture(data).body,
}
INSIDE, OUTSIDE = (24, 24), (80, 24)
DARK = {"png-one-bit": (0, 0, 0), "png-16-bit-grey": (25, 25, 25), "png-16-bit-grey-alpha": (25, 25, 25)}
GREY = frozenset({"png-grey-alpha", "jpeg-grey"})


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", UPLOADS)
def test_every_kind_of_file_keeps_its_picture(name: str, reader: str) -> None:
    with Image.open(BytesIO(READERS[reader](UPLOADS[name]()))) as kept:
        assert (kept.format, kept.info, getattr(kept, "is_animated", False)) == ("PNG", {}, False)
        assert kept.mode in ("RGB", "RGBA") and kept.size == (120, 48)
        image = kept.convert("RGBA")
    expected = DARK.get(name) or ((66, 66, 66) if name in GREY else (25, 75, 130))
    found, beside = image.getpixel(INSIDE), image.getpixel(OUTSIDE)
    assert isinstance(found, tuple) and isinstance(beside, tuple)
    assert found[3] == 255 and all(abs(one - other) <= 2 for one, other in zip(found, expected, strict=False))
    assert beside[:3] == (255, 255, 255) and (beside[3] == 0) is ("alpha" in name or "transparent" in name)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["svg", "GIF", "WEBP", "TIFF"])
def test_anything_else_is_refused(kind: str, reader: str) -> None:
    buffer = BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>')
    if kind != "svg":
        sample("RGB").save(buffer, kind)
    with pytest.raises(BadInput) as caught:
        READERS[reader](buffer.getvalue())
    assert caught.value.code in ("picture_unusable", "fields_unusable")
