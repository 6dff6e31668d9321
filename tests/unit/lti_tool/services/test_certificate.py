"""Certificates: frozen at issue, printed once, found by their code, kept from everybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import NotFound, ServiceUnavailable
from lti_tool.domain.learner import Profile
from lti_tool.services.certificate import (
    IssuedCertificate,
    is_unaltered,
    issued_certificates,
    new_code,
    own_certificate,
    tidy_code,
    verify,
    written_date,
)
from lti_tool.services.press import printed_pdf
from lti_tool.services.session import Visit
from lti_tool.services.specimen import specimen
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world, press


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url) as made:
        yield made


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **changes))


def first_of(world: World, visit: Visit) -> IssuedCertificate:
    with transaction(world.sessions) as db:
        return issued_certificates(db, visit)[0]


def test_every_required_field_is_frozen(make_world: Callable[..., World]) -> None:
    world = make_world(location="Chicago")
    certificate = world.claim(world.learner(), "0.50").certificates[0].certificate
    assert certificate.sentence.plain == (
        "The Example Medical School certifies that Ada Byron, MD has participated in the enduring material titled "
        "Hypertension in the Elderly at Chicago on March 2, 2026 and is awarded 0.50 AMA PRA Category 1 Credits™."
    )
    assert [run.text for run in certificate.credits[0].label.runs if run.is_italic] == ["AMA PRA Category 1 Credits"]
    assert (certificate.released_on, certificate.expires_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (certificate.signatory_name, certificate.provider_contact) == ("Dr. A. Dean", "cme@school.example")
    assert len(certificate.statements) == 2 and "designates this enduring material" in certificate.statements[1].plain
    assert not certificate.is_specimen


def test_a_new_name_or_version_changes_no_issued_certificate(world: World) -> None:
    visit = world.learner()
    world.claim(visit)
    before = first_of(world, visit)
    with transaction(world.sessions) as db:
        db.get_one(models.Learner, visit.learner_id).printed_name = "Somebody Else"
    assert first_of(world, visit) == before


def test_the_first_printed_file_stays(world: World) -> None:
    visit, printer = world.learner(), PrinterDouble()
    world.claim(visit)
    issued = first_of(world, visit)
    first = printed_pdf(press(world.sessions, printer), issued)
    assert printed_pdf(press(world.sessions, printer), issued) == first and len(printer.printed) == 1
    assert first_of(world, visit).pdf_hash == first.sha256
    assert is_unaltered(first_of(world, visit), first.sha256) and not is_unaltered(issued, first.sha256)


def test_two_first_downloads_give_the_same_file(world: World) -> None:
    visit, printer = world.learner(), PrinterDouble()
    world.claim(visit)
    issued = first_of(world, visit)
    with ThreadPoolExecutor(6) as pool:
        files = set(pool.map(lambda _: printed_pdf(press(world.sessions, printer), issued).pdf, range(12)))
    assert len(files) == 1


def test_a_closed_printer_loses_nothing(world: World) -> None:
    visit, printer = world.learner(), PrinterDouble(ServiceUnavailable("certificate.renderer_missing"))
    world.claim(visit)
    issued = first_of(world, visit)
    with pytest.raises(ServiceUnavailable):
        printed_pdf(press(world.sessions, printer), issued)
    assert world.counts() == (1, 1, 1) and first_of(world, visit).pdf_hash is None
    printer.error = None
    assert printed_pdf(press(world.sessions, printer), issued).pdf


def test_somebody_elses_certificate_does_not_exist(world: World) -> None:
    visit, other = world.learner(), world.learner("Other")
    world.claim(visit)
    issued = first_of(world, visit)
    for stranger in (
        other,
        replace(visit, activity_id="0" * 32),
        replace(visit, activity_id=None),
        replace(visit, provider_id="0" * 32),
    ):
        with pytest.raises(NotFound), transaction(world.sessions) as db:
            own_certificate(db, stranger, issued.id)
        with transaction(world.sessions) as db:
            assert issued_certificates(db, stranger) == ()
    for guess in ("", "0" * 32, "\x00", issued.code, f"{issued.id}\n"):
        with pytest.raises(NotFound), transaction(world.sessions) as db:
            own_certificate(db, visit, guess)


def test_verification_by_code(world: World) -> None:
    visit = world.learner()
    world.claim(visit)
    issued = first_of(world, visit)
    with transaction(world.sessions) as db:
        assert verify(db, issued.code) == issued
        assert verify(db, f" {issued.code[:9].upper()} - {issued.code[9:]}") == issued
        for unknown in ("", new_code(), issued.code[:-1], issued.code + "0", "x" * 9999, "\x00", "' or 1=1"):
            assert verify(db, unknown) is None
        db.scalars(select(models.Certificate)).one().status = "revoked"
    with transaction(world.sessions) as db:
        found = verify(db, issued.code)
    assert found is not None and found.status is CertificateStatus.REVOKED


def test_codes_hold_at_least_128_bits_and_can_be_typed() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200 and all(32 ** len(code) >= 2**128 for code in codes)
    assert all(tidy_code(code.upper()) == code for code in codes)
    assert tidy_code("O0-Il 1" + "z" * 21) == "00111" + "z" * 21
    assert tidy_code("u" * 26) == tidy_code("0" * 25) == tidy_code("") == ""


def test_number_and_days_follow_the_activitys_time_zone(make_world: Callable[..., World]) -> None:
    world = make_world(time_zone="America/Chicago", expires_on=date(2027, 12, 31))
    now = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
    certificate = world.claim(world.learner(), now=now).certificates[0].certificate
    assert certificate.issued_on == date(2026, 12, 31) and certificate.number.startswith("2026-")
    later = world.claim(world.learner("B"), now=datetime(2027, 1, 1, 6, 0, tzinfo=UTC)).certificates[0].certificate
    assert later.number.startswith("2027-") and later.number.endswith("-000001")
    assert later.completed_on == date(2026, 3, 2)


def test_a_specimen_carries_no_number(make_world: Callable[..., World]) -> None:
    world = make_world()
    ada = Profile("Ada Byron", Degree.MD, "US")
    for is_awarded, title in ((True, "Certificate of Credit"), (False, "Certificate of Participation")):
        made = specimen(world.activity, ada, NOW.date(), is_awarded=is_awarded, link=link)
        assert made.is_specimen and made.number == "SPECIMEN" and made.title == title
    assert world.counts() == (0, 0, 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "November 24, 2026"), ("en-US", "November 24, 2026"), ("en-GB", "24 November 2026")],
)
def test_dates_in_words(language: str, words: str) -> None:
    assert written_date(date(2026, 11, 24), language) == words


@pytest.mark.parametrize(
    ("country", "locale", "tag"),
    [("JP", "en", "ja"), ("TW", "zh", "zh-Hant"), ("CN", "zh_CN", "zh-CN"), ("US", "<script>", ""), ("US", "", "")],
)
def test_the_language_of_the_name(make_world: Callable[..., World], country: str, locale: str, tag: str) -> None:
    world = make_world()
    visit = world.learner("田中 太郎", country=country, locale=locale)
    assert world.claim(visit).certificates[0].certificate.learner_language == tag
