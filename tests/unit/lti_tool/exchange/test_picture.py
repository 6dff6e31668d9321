"""Pictures are looked at whole, and nothing but the picture is kept."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lti_tool.exchange import clean_picture
from lti_tool.exchange.picture import is_picture
from tests.unit.lti_tool.exchange.questions import cleaned, jpeg, png


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


SOUND = {
    "grey": png(),
    "palette": saved(Image.new("P", (5, 5)), "PNG"),
    "alpha": saved(Image.new("RGBA", (5, 5), (1, 2, 3, 4)), "PNG"),
    "sixteen bits": saved(Image.new("I;16", (5, 5)), "PNG"),
    "gif": saved(Image.new("P", (5, 5)), "GIF"),
    "transparent gif": saved(Image.new("P", (5, 5)), "GIF", transparency=0),
    "jpeg": jpeg(),
    "progressive": jpeg(progressive=True),
    "with comment": jpeg(comment=b"<script>alert(1)</script>"),
    "cmyk": saved(Image.new("CMYK", (8, 8)), "JPEG"),
}


@pytest.mark.parametrize("name", SOUND)
def test_cleaning_twice_is_cleaning_once(name: str) -> None:
    file, body = cleaned(SOUND[name])
    assert cleaned(body) == (file, body)
    assert is_picture(body)
    with Image.open(BytesIO(SOUND[name])) as before, Image.open(BytesIO(body)) as after:
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()


def test_what_is_no_picture_of_ours_is_refused() -> None:
    too_large = saved(Image.effect_noise((1800, 1500), 90), "PNG")
    assert len(too_large) > 2_000_000
    for data in (b"", b"<svg/>", png()[:40], jpeg()[:60], saved(Image.new("RGB", (4, 4)), "BMP"), too_large):
        assert clean_picture(data) is None


def test_a_bomb_is_not_unpacked() -> None:
    assert clean_picture(saved(Image.new("1", (30_000, 30_000)), "PNG")) is None


def test_nothing_but_the_picture_stays() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Jane Doe, ward 7"
    for data in (jpeg(comment=b"Jane Doe, ward 7"), jpeg(exif=exif), jpeg() + b"Jane Doe, ward 7"):
        assert b"Jane" in data and b"Jane" not in cleaned(data)[1]


def test_a_turned_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(BytesIO(cleaned(jpeg(exif=exif))[1])) as found:
        assert found.size == (8, 16)
        assert not found.getexif()


@settings(max_examples=200, deadline=None)
@given(at=st.floats(0, 1), put=st.binary(min_size=1, max_size=4), name=st.sampled_from(sorted(SOUND)))
def test_damaged_pictures_give_none_or_a_picture(at: float, put: bytes, name: str) -> None:
    data = SOUND[name]
    place = int(at * len(data))
    found = clean_picture(data[:place] + put + data[place + len(put) :])
    assert found is None or is_picture(found[1])
