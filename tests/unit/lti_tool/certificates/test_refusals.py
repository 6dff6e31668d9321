"""What is never printed: refused by name before, or instead of, a bad page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText

Make = Callable[..., Certificate]


def test_texts_that_can_never_fit_are_refused(renderer: CertificateRenderer, make: Make) -> None:
    with pytest.raises(BadInput) as refusal:
        renderer.render(make(statements=(RichText.of("Accredited to provide education for the team. " * 8),) * 60))
    assert refusal.value.code == "certificate.too_long"


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("Ana \U0001f600", "U+1F600"),
        ("A\u202enna", "U+202E"),
        ("A\x00b", "U+0000"),
        ("ᏣᎳᎩ", "U+13E3"),
        ("A\ue000", "U+E000"),
        ("Za" + "\u0301\u0302" * 5, "U+0302"),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused_by_character(
    name: str, point: str, renderer: CertificateRenderer, make: Make
) -> None:
    with pytest.raises(BadInput) as refusal:
        renderer.render(make(name))
    assert refusal.value.code == "certificate.unprintable"
    assert point in refusal.value.faults["learner_name"]


@pytest.mark.parametrize("field", ["learner_name", "provider_name", "activity_title", "learning_format", "number"])
def test_a_required_value_may_not_be_empty(field: str, renderer: CertificateRenderer, make: Make) -> None:
    with pytest.raises(BadInput) as refusal:
        renderer.render(make(**{field: " "}))
    assert refusal.value.faults[field] == "missing"


@pytest.mark.parametrize("template", ["classic-v9", "../fonts", "", "classic-v1/../classic-v1"])
def test_an_unknown_template_is_refused(template: str, renderer: CertificateRenderer, make: Make) -> None:
    with pytest.raises(BadInput, match="template"):
        renderer.render(make(template=template))


def test_a_language_tag_cannot_carry_style(renderer: CertificateRenderer, make: Make) -> None:
    with pytest.raises(BadInput) as refusal:
        renderer.render(make(language='en"; display: none; "'))
    assert refusal.value.faults == {"language": "language_tag"}
