"""Cast or printed as a whole, a certificate is the same file; and never shows what another one said."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.certificates.markup import Markup
from lti_tool.certificates.mould import Copy
from lti_tool.certificates.moulds import Moulds
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design
from tests.unit.lti_tool.certificates.conftest import make_certificate
from tests.unit.lti_tool.certificates.designs import DESIGNS, named, picture
from tests.unit.lti_tool.certificates.test_designs import SIX
from tests.unit.lti_tool.certificates.test_render import LONG_NAME, NAMES, read_aloud

Make = Callable[..., Certificate]
LOOKS = [*DESIGNS, None]
SAMPLES = (("Ana Vidal", "A-1"), ("Eva Molin", "B-2"), ("Ida Nyman", "C-3"))
"""Names of about the same width: one shape."""


@pytest.fixture(name="casters", scope="module")
def _casters() -> CertificateRenderer:
    """One for all: whatever was cast before must not show."""
    return CertificateRenderer()


def looked(design: Design | None, **changes: object) -> dict[str, object]:
    return changes | ({} if design is None else {"template": design.template, "design": design})


def differing(name: str, number: str, **changes: object) -> Certificate:
    """Everything that differs between two learners of one activity, from the number."""
    days = ord(number[0])
    return make_certificate(
        name,
        number=number,
        verify_url=f"https://cme.northlake.example/verify/0M3kq7vT9xZLr2Wc{number}",
        completed_on=date(2026, 3, 1) + timedelta(days),
        issued_on=date(2026, 6, 1) + timedelta(days),
        **changes,
    )


def both(values: Certificate, caster: CertificateRenderer, whole: CertificateRenderer, badge: str = "") -> bytes:
    """The file, which does not depend on how it came to be."""
    badges = {"ama-pra-1": badge} if badge else {}
    shown = {picture().sha256: picture().png}
    cast, printed = caster.render(values, shown, badges), whole.render(values, shown, badges)
    assert cast == printed
    return cast.pdf


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: named(look) if look else "classic-v1")
def test_every_design_is_cast_as_it_is_printed(
    look: Design | None, casters: CertificateRenderer, whole: CertificateRenderer
) -> None:
    """With one to six credits, an amount that changes, with and without a badge inside."""
    before = casters.moulds.casts
    count = LOOKS.index(look) % 6 + 1
    for turn, (name, number) in enumerate(SAMPLES):
        lines = tuple(replace(one, amount=Decimal(turn + 1)) for one in SIX[:count])
        values = differing(name, number, **looked(look, credits=lines))
        both(values, casters, whole, f"header.{number}.signature" if count % 2 else "")
    assert casters.moulds.casts > before


@pytest.mark.parametrize("script", sorted(NAMES))
def test_every_script_is_cast_as_it_is_printed(
    script: str, casters: CertificateRenderer, whole: CertificateRenderer
) -> None:
    look, before = (Design("formal-v1"), None)[sorted(NAMES).index(script) % 2], casters.moulds.casts
    for _, number in SAMPLES:
        both(differing(NAMES[script][0], number, **looked(look)), casters, whole)
    assert casters.moulds.casts > before


def test_pictures_stay_where_they_are(whole: CertificateRenderer) -> None:
    caster, shown = CertificateRenderer(), picture().sha256
    look = Design("classic-v2", logo=shown, seal=shown, signature=shown)
    for name, number in SAMPLES:
        both(differing(name, number, **looked(look)), caster, whole)
    assert caster.moulds.casts == 1


TEXTS = st.text(st.sampled_from("abcdefgoABMV éőß&<>\"'-.()\\%{}АЖ王田"), min_size=1, max_size=24)
WORDS = TEXTS.filter(lambda text: any(map(str.isalnum, text)))
VALUES = st.tuples(
    WORDS, st.sampled_from(("Sepsis", "Heart Failure & <Care>", "50% (or more)")), st.integers(0, 9999), st.booleans()
)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(VALUES, min_size=2, max_size=2))
def test_two_templates_in_turn_say_what_is_asked_of_them(
    values: list[tuple[str, str, int, bool]], casters: CertificateRenderer, whole: CertificateRenderer
) -> None:
    for (name, activity, number, is_long), look in zip(values, (Design("modern-v1"), None), strict=True):
        printed = make_certificate(
            f"Ana {name}" if is_long else name,
            number=f"NAM-{number:04d}",
            activity_title=activity,
            verify_url=f"https://cme.northlake.example/verify/{number:022d}",
            **looked(look),
        )
        both(printed, casters, whole)


def test_nothing_of_another_certificate_is_left(whole: CertificateRenderer) -> None:
    caster = CertificateRenderer()
    files = [both(differing(name, number), caster, whole) for name, number in SAMPLES]
    for place, file in enumerate(files):
        said = read_aloud(pikepdf.open(io.BytesIO(file)))
        for other, (name, number) in enumerate(SAMPLES):
            assert (name in said) is (number in said) is (other == place)


def test_a_name_that_takes_more_lines_is_printed_as_a_whole(whole: CertificateRenderer) -> None:
    caster = CertificateRenderer()
    for name, number in SAMPLES[:2]:
        both(differing(name, number), caster, whole)
    for number in ("D-4", "E-5", "F-6"):
        both(differing(LONG_NAME, number), caster, whole)
        both(differing("Al", number), caster, whole)
    assert 0 < caster.moulds.casts < 6


def test_no_more_moulds_are_kept_than_memory_should_hold(make: Make) -> None:
    caster = CertificateRenderer(most_moulds=2)
    for title in ("Credit", "Certificate of Credit", "Attendance"):
        for language in ("en", "es", "fr"):
            for _ in range(2):
                caster.render(make(title=title, language=language))
    assert len(caster.moulds) == 2


def test_a_design_with_its_own_style_is_never_cast(make: Make) -> None:
    """A style sheet may make anything depend on anything."""
    css = b".name { letter-spacing: 0.01em; }"
    look = Design("modern-v1", style=hashlib.sha256(css).hexdigest())
    caster = CertificateRenderer()
    for name, _ in SAMPLES:
        caster.render(make(name, template="modern-v1", design=look), {look.style: css})
    assert caster.moulds.casts == len(caster.moulds) == 0


class Wrong:
    """A mould that sets its texts otherwise than the page was printed."""

    def cast(self, _copy: object) -> bytes:
        return b"%PDF"


def test_a_mould_that_gives_another_file_is_not_kept() -> None:
    """Pages of that shape are printed as a whole from then on."""
    moulds, printer, one = Moulds(), object(), copied()
    assert [moulds.wants(printer, one) for _ in range(2)] == [False, True]
    moulds.keep(printer, one, lambda: Wrong(), b"%PDF-1.7")  # type: ignore[arg-type, return-value]
    assert len(moulds) == 0
    assert not moulds.wants(printer, one)
    moulds.keep(printer, one, lambda: Wrong(), b"%PDF")  # type: ignore[arg-type, return-value]
    assert moulds.cast(printer, one) == b"%PDF"


def copied() -> Copy:
    return Copy(Markup("<html><head></head><body><p>Ana</p></body></html>"), "https://a", {}, date(2026, 1, 1), b"1")
