"""PDF/A-3a and PDF/UA-1, judged by veraPDF: unsigned and signed, with and without badges, in every design."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lti_tool.certificates.picture import read_picture
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design
from lti_tool.services.picture import clean_picture
from tests.unit.lti_tool.certificates.designs import DESIGNS, named, picture
from tests.unit.lti_tool.certificates.own_pages import SHIPPED, design_of
from tests.unit.lti_tool.certificates.sealing import NUMBER, sealed
from tests.unit.lti_tool.certificates.test_designs import SIX
from tests.unit.lti_tool.certificates.test_own_page import LAYOUT, OTHER
from tests.unit.lti_tool.certificates.test_render import JOINT, LONG_NAME, NAMES
from tests.unit.lti_tool.certificates.uploads import UPLOADS
from tests.unit.lti_tool.certificates.verapdf import FLAVOURS, violations

pytestmark = pytest.mark.xdist_group("verapdf")
"""One virtual machine for all: it judges the tenth file five times faster than the first."""
Make = Callable[..., Certificate]
TEMPLATES = tuple(dict.fromkeys(design.template for design in DESIGNS))
SCRIPTS = ["arabic", "hebrew", "devanagari", "thai", "japanese", "korean", "kazakh", "georgian"]


def faults(pdf: bytes) -> dict[str, list[str]]:
    return {standard: violations(pdf, standard) for standard in FLAVOURS}


NONE: dict[str, list[str]] = {standard: [] for standard in FLAVOURS}


@pytest.mark.parametrize("design", DESIGNS, ids=named)
def test_a_sealed_certificate_of_every_design_conforms(
    design: Design, renderer: CertificateRenderer, make: Make
) -> None:
    logo = picture()
    shown = {"logo": logo.sha256, "seal": logo.sha256, "signature": logo.sha256}
    full = Design(design.template, design.paper, design.orientation, **shown)
    values = make(
        LONG_NAME, number=NUMBER, template=design.template, design=full, credits=SIX, statements=(JOINT,), location="X"
    )
    assert faults(sealed(values, renderer, **{logo.sha256: logo.png})) == NONE


@pytest.mark.parametrize("place", range(0, len(UPLOADS), 3))
def test_whatever_picture_was_uploaded_a_sealed_certificate_conforms(
    place: int, renderer: CertificateRenderer, make: Make
) -> None:
    """Three kinds of file as logo, seal and signature, from the settings and from the designs, in own colours."""
    files = [UPLOADS[name]() for name in [*UPLOADS, *UPLOADS][place : place + 3]]
    seal, (logo, signature) = read_picture(files[1]), map(clean_picture, files[::2])
    shown = {seal.sha256: seal.png, logo.content_hash: logo.body, signature.content_hash: signature.body}
    template = TEMPLATES[place // 3 % len(TEMPLATES)]
    design = Design(
        template,
        ink="#3b0a45",
        accent="#8a5a00",
        logo=logo.content_hash,
        seal=seal.sha256,
        signature=signature.content_hash,
    )
    values = make(number=NUMBER, template=template, design=design, statements=(JOINT,))
    assert faults(sealed(values, renderer, **shown)) == NONE


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_certificate_in_every_script_conforms(script: str, renderer: CertificateRenderer, make: Make) -> None:
    values = make(NAMES[script][0], template="formal-v1", design=Design("formal-v1"))
    assert faults(renderer.render(values).pdf) == NONE


def test_a_specimen_and_another_language_conform(renderer: CertificateRenderer, make: Make) -> None:
    for changes in ({"is_specimen": True}, {"language": "de"}, {"language": "pt"}):
        values = make(template="classic-v2", design=Design("classic-v2"), **changes)
        assert faults(renderer.render(values).pdf) == NONE


@pytest.mark.parametrize(("source", "css"), [(SHIPPED, ""), (OTHER, LAYOUT)], ids=["shipped", "other"])
def test_a_page_of_the_providers_own_conforms(source: str, css: str, renderer: CertificateRenderer, make: Make) -> None:
    design, kept = design_of(source, css)
    for name in (LONG_NAME, NAMES["arabic"][0], NAMES["japanese"][0]):
        values = make(name, template="modern-v1", design=design, credits=SIX, location="X", language="de")
        assert faults(renderer.render(values, kept).pdf) == NONE


def test_the_validator_finds_what_is_wrong(renderer: CertificateRenderer, make: Make) -> None:
    """The first template is kept as it was: it does not describe the property that marks PDF/UA."""
    found = faults(renderer.render(make()).pdf)
    assert {clause.split(" ")[0] for clause in found["PDFA-3A"]} == {"6.6.2.3.1"}
    assert found["PDFUA-1"] == []
