"""Every shipped design prints every certificate on one page, says the same things and keeps its look for ever."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pikepdf
import pytest

from lti_tool.certificates.look import credit_rows, look_of, mixed
from lti_tool.certificates.picture import read_picture
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.certificates.template import TEMPLATES, Template, shipped_templates
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.design import Design, Orientation, Paper, contrast
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText
from tests.unit.lti_tool.certificates.designs import DESIGNS, drawn, named, picture
from tests.unit.lti_tool.certificates.test_render import (
    JOINT,
    LONG_NAME,
    LONG_TITLE,
    NAMES,
    font_names,
    opened,
    read_aloud,
    structure,
)

Make = Callable[..., Certificate]
TYPES = (
    "*AMA PRA Category 1 Credit(s)*™",
    "ANCC contact hours",
    "ACPE contact hours (0.125 CEUs)",
    "*AAPA Category 1 CME* credits",
    "ABIM MOC points",
    "IPCE credits",
)
SIX = tuple(
    PrintedCredit(f"type-{number}", RichText.parse(label), Decimal("1.25"), number % 2 == 0)
    for number, label in enumerate(TYPES)
)


@pytest.fixture(params=DESIGNS, ids=named)
def design(request: pytest.FixtureRequest) -> Design:
    """Each template, paper and orientation in turn."""
    found: Design = request.param
    return found


def images_of(pdf: pikepdf.Pdf) -> list[Any]:
    return [each for each in pdf.pages[0].Resources.XObject.values() if each.Subtype == "/Image"]


def test_several_designs_are_shipped() -> None:
    names = [template.folder.name for template in shipped_templates()]
    assert names == ["classic-v2", "formal-v1", "minimal-v1", "modern-v1"]
    assert len(DESIGNS) == 16


def test_a_design_prints_on_its_paper(design: Design, renderer: CertificateRenderer, make: Make) -> None:
    pdf = opened(renderer.render(make(template=design.template, design=design)))
    box = [float(number) for number in pdf.pages[0].mediabox]
    assert box[2:] == pytest.approx(design.size, abs=0.1)
    assert (box[2] > box[3]) is (design.orientation is Orientation.LANDSCAPE)


def test_a_design_says_everything_in_order(design: Design, renderer: CertificateRenderer, make: Make) -> None:
    values = make(template=design.template, design=design, location="Northlake, Illinois", statements=(JOINT,))
    spoken = read_aloud(opened(renderer.render(values)))
    words = [
        "Northlake Academy of Medicine", "Certificate of Credit", "Elena M. Vasquez", "MD", "certifies that", "1.25",
        "awarded", "Recognizing Sepsis Early", "Enduring material", "Northlake, Illinois", "November 20, 2026",
        "December 1, 2025", "November 30, 2028", "jointly accredited", "Margaret O’Connell, MD", "Chair",
        "NAM-2026-7F3K-92QX", "November 24, 2026",
    ]  # fmt: skip
    position = 0
    for word in words:
        assert word in spoken[position:], f"{word!r} is missing or out of order"
        position = spoken.index(word, position)


@pytest.mark.parametrize("script", sorted(set(NAMES) - {"latin", "mixed"}))
@pytest.mark.parametrize("template", [template.folder.name for template in shipped_templates()])
def test_a_design_prints_every_script(template: str, script: str, renderer: CertificateRenderer, make: Make) -> None:
    name, font = NAMES[script]
    pdf = opened(renderer.render(make(name, template=template, design=Design(template))))
    assert len(pdf.pages) == 1
    assert font in font_names(pdf)


def test_a_design_holds_six_credits_and_long_texts(design: Design, renderer: CertificateRenderer, make: Make) -> None:
    detailed = replace(SIX[1], details=(RichText.of("0.50 pharmacotherapeutic hours"),))
    lines = (SIX[0], detailed, *SIX[2:])
    pictures = {picture().sha256: picture().png}
    full = replace(design, logo=picture().sha256, seal=picture().sha256, signature=picture().sha256)
    changes = {"credits": lines, "activity_title": LONG_TITLE, "statements": (JOINT,)}
    values = make(LONG_NAME, template=design.template, design=full, **changes)
    pdf = opened(renderer.render(values, pictures))
    spoken = read_aloud(pdf).replace(" ", "")
    for credit in lines:
        assert credit.label.plain.replace(" ", "") in spoken
    assert "0.50pharmacotherapeutichours" in spoken
    assert len(pdf.pages) == 1
    alternatives = [str(element.Alt) for element in structure(pdf) if element.S == "/Figure"]
    assert alternatives[0] == "Logo of Northlake Academy of Medicine"
    assert "Signature of Margaret O’Connell, MD" in alternatives


def test_a_design_is_the_same_bytes_again(design: Design, renderer: CertificateRenderer, make: Make) -> None:
    values = make(template=design.template, design=design)
    assert renderer.render(values) == CertificateRenderer().render(values)


@pytest.mark.parametrize("count", range(8))
@pytest.mark.parametrize("orientation", Orientation)
def test_every_credit_stands_in_one_row(count: int, orientation: Orientation, make: Make) -> None:
    design = Design("classic-v2", orientation=orientation)
    rows = credit_rows(make(design=design, credits=(SIX + SIX)[:count]))
    assert [place for row in rows for place in row] == list(range(count))


def test_pictures_are_printed_as_pdf_a_allows(renderer: CertificateRenderer, make: Make) -> None:
    """ISO 19005-3, 6.2.8: an image is never interpolated."""
    design = Design("modern-v1", logo=picture().sha256, seal=picture("RGB").sha256)
    shown = {one.sha256: one.png for one in (picture(), picture("RGB"))}
    pdf = opened(renderer.render(make(template="modern-v1", design=design), shown))
    images = images_of(pdf)
    assert len(images) == 2
    assert not any(bool(image.get("/Interpolate", False)) for image in images)


def test_a_missing_or_damaged_picture_refuses_the_print(renderer: CertificateRenderer, make: Make) -> None:
    values = make(template="modern-v1", design=Design("modern-v1", logo=picture().sha256))
    for pictures in ({}, {picture().sha256: picture().png + b"x"}):
        with pytest.raises(BadInput) as refusal:
            renderer.render(values, pictures)
        assert refusal.value.code == "certificate.picture_missing"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK", "I;16", "1"])
def test_an_uploaded_picture_becomes_a_plain_png(mode: str) -> None:
    read = read_picture(drawn(mode if mode != "I;16" else "L", kind="PNG" if mode != "CMYK" else "JPEG"))
    assert read.png.startswith(b"\x89PNG")
    assert (read.width, read.height) == (300, 90)
    assert read.sha256 == hashlib.sha256(read.png).hexdigest()
    assert read_picture(read.png) == read


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", drawn()[:200], drawn(size=(300, 20)), b"GIF89a" + b"0" * 50],
)
def test_what_is_no_sound_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        read_picture(data)
    assert refusal.value.code == "picture_unusable"


def test_an_oversized_picture_is_refused() -> None:
    with pytest.raises(BadInput, match="1 MB"):
        read_picture(b"\x89PNG" + b"0" * 1_000_001)
    with pytest.raises(BadInput, match="megapixels"):
        read_picture(drawn("L", (3000, 2000)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"design": None}, "design"),
        ({"template": "classic-v2"}, "design.template"),
        ({"design": Design("modern-v1", ink="red; }")}, "design.ink"),
        ({"design": Design("modern-v1", ink="#ffff00")}, "design.ink"),
        ({"design": Design("modern-v1", accent="#fefefe")}, "design.accent"),
        ({"design": Design("modern-v1", logo="../x")}, "design.logo"),
    ],
)
def test_an_unusable_design_is_refused(
    changes: dict[str, object], field: str, renderer: CertificateRenderer, make: Make
) -> None:
    with pytest.raises(BadInput) as refusal:
        renderer.render(make(**({"template": "modern-v1", "design": Design("modern-v1")} | changes)))
    assert refusal.value.code == "certificate.unprintable"
    assert field in refusal.value.faults


def test_the_chosen_colours_are_printed(renderer: CertificateRenderer, make: Make) -> None:
    design = Design("modern-v1", Paper.A4, ink="#5a0f3c")
    pdf = opened(renderer.render(make(template="modern-v1", design=design)))
    painted = pikepdf.unparse_content_stream(pikepdf.parse_content_stream(pdf.pages[0]))
    assert b"0.352941 0.058824 0.235294 rg" in painted


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda template: str(template.folder.name))
def test_shipped_colours_can_be_read(template: Template) -> None:
    look = look_of(Design(template.folder.name), template)
    assert contrast(look.ink) >= 7
    assert contrast(look.label) >= 4.5
    assert contrast(look.accent) >= 3


def test_labels_exist_in_every_language_alike() -> None:
    meta = Template.named("classic-v2").meta
    english = set(meta["labels"]["en"])
    assert {language: set(labels) for language, labels in meta["labels"].items()} == dict.fromkeys(
        ("en", "es", "fr", "de"), english
    )
    assert all(len(meta["months"][language]) == 12 and meta["dates"][language] for language in meta["labels"])


def test_a_shared_folder_is_no_template(make: Make, renderer: CertificateRenderer) -> None:
    assert (TEMPLATES / "shared-v1").is_dir()
    with pytest.raises(BadInput, match="template"):
        renderer.render(make(template="shared-v1"))


def test_colours_mix() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#102030", "#102030", 0.3) == "#102030"


def test_a_stored_picture_is_read_from_memory_alone(renderer: CertificateRenderer, make: Make) -> None:
    shown = picture()
    design = Design("minimal-v1", signature=shown.sha256)
    pdf = renderer.render(make(template="minimal-v1", design=design), {shown.sha256: shown.png}).pdf
    assert len(images_of(pikepdf.open(io.BytesIO(pdf)))) == 1
