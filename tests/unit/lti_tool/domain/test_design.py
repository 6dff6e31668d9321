"""A design's rules: measures, colours that can be read, and a wire form that old certificates still fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.design import Design, Orientation, Paper, contrast, design_faults
from lti_tool.domain.wire import read_certificate, read_value, write_certificate, write_value
from tests.unit.lti_tool.certificates.conftest import make_certificate

HASH = "0" * 64


def test_paper_has_its_measures() -> None:
    assert Design("modern-v1").size == (792.0, 612.0)
    assert Design("modern-v1", Paper.A4, Orientation.PORTRAIT).size == (595.28, 841.89)


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#ff0000", 4.0)]
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast(colour) == pytest.approx(ratio, abs=0.01)


@given(st.integers(0, 0xFFFFFF))
def test_a_colour_is_refused_exactly_if_it_cannot_be_read(number: int) -> None:
    colour = f"#{number:06x}"
    faults = design_faults(Design("modern-v1", ink=colour, accent=colour))
    assert ("ink" in faults) is (contrast(colour) < 4.5)
    assert ("accent" in faults) is (contrast(colour) < 3)


@pytest.mark.parametrize("colour", ["red", "#FFF", "#12345", "#1234567", "#12345G", "#123456;", " #123456"])
def test_a_colour_is_six_hexadecimal_digits(colour: str) -> None:
    assert design_faults(Design("modern-v1", ink=colour)) == {"ink": "colour_wrong"}


@pytest.mark.parametrize("template", ["", "modern", "../x-v1", "modern-v1/..", "Modern-v1"])
def test_a_template_is_a_name_with_its_version(template: str) -> None:
    assert design_faults(Design(template)) == {"template": "template_unknown"}


def test_each_picture_is_named_once() -> None:
    design = Design("modern-v1", logo=HASH, seal=HASH, signature="1" * 64)
    assert design.pictures == (HASH, "1" * 64)
    assert design_faults(design) == {}
    assert design_faults(Design("modern-v1", seal="x")) == {"seal": "picture_unknown"}


@given(st.builds(Design, st.just("modern-v1"), st.sampled_from(Paper), st.sampled_from(Orientation)))
def test_a_design_survives_storage(design: Design) -> None:
    assert read_value(Design, write_value(design)) == design
    certificate = make_certificate(template="modern-v1", design=design)
    assert read_certificate(write_certificate(certificate)) == certificate


def test_a_certificate_from_before_designs_is_still_read() -> None:
    stored = write_certificate(make_certificate())
    del stored["body"]["design"]
    for credit in stored["body"]["credits"]:
        del credit["details"]
    assert read_certificate(stored) == make_certificate()
