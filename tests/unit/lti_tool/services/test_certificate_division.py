"""One certificate for all credit types of a claim, one for each, or one for each and session: as the provider chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.certificates.render import CertificateRenderer
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import accounts
from lti_tool.domain.badge import badge_types
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.division import Division
from lti_tool.domain.errors import BadInput, Forbidden
from lti_tool.domain.ledger import balance
from lti_tool.services.certificate import IssuedCertificate, issued_certificates
from lti_tool.services.certificate_division import choose_division, current_division
from lti_tool.services.certificate_status import correct_name, revoke
from lti_tool.services.merge import Confirmed, merge_learners
from lti_tool.services.override import adjust_by_staff, award_by_staff, expire_by_staff, revoke_by_staff
from lti_tool.services.session import Visit
from lti_tool.services.transcript import own_transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import SERIES, mark
from tests.unit.lti_tool.services.test_credit_several import ABIM, ANCC, BOARD, PHYSICIANS_AND_NURSES, claim, give

VALID, SUPERSEDED, REVOKED = (one for one in CertificateStatus)
WHY = "Sign-in sheet 14"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    with opened_world(migrated_database_url, credits=PHYSICIANS_AND_NURSES) as made:
        choose(made, Division.BY_TYPE)
        yield made


@pytest.fixture(name="quick")
def _quick(migrated_sqlite_url: str) -> Iterator[World]:
    with opened_world(migrated_sqlite_url, credits=PHYSICIANS_AND_NURSES) as made:
        choose(made, Division.BY_TYPE)
        yield made


@pytest.fixture(name="series")
def _series(rounds: World) -> World:
    choose(rounds, Division.BY_SESSION)
    return rounds


def choose(world: World, division: Division | str) -> None:
    with transaction(world.sessions) as db:
        choose_division(db, officer(world.provider_id), str(division), NOW)


def physician(world: World) -> Visit:
    """Has claimed AMA credit and MOC points at once."""
    visit = world.learner()
    give(world, visit, **BOARD)
    claim(world, visit, ama_pra_category_1="0.75", moc_abim="0.50")
    return visit


def issued(world: World, visit: Visit, *statuses: CertificateStatus) -> list[IssuedCertificate]:
    """By number; every one must agree with the ledger."""
    with transaction(world.sessions) as db:
        found = list(issued_certificates(db, visit))
        chains = accounts(db, visit.learner_id, world.activity_id)
    for code, chain in chains.items():
        valid = [line for one in found if one.status is VALID for line in one.certificate.credits]
        assert sum(line.amount for line in valid if line.credit_type == code) == balance(chain)
    return [one for one in found if not statuses or one.status in statuses]


def amounts(found: list[IssuedCertificate]) -> list[tuple[str, Decimal]]:
    return [(line.credit_type, line.amount) for one in found for line in one.certificate.credits]


def act(world: World, visit: Visit, what: Any, code: str, *values: str, **how: Any) -> None:
    with transaction(world.sessions) as db:
        what(db, officer(world.provider_id), visit.learner_id, world.activity_id, code, *values, link, NOW, **how)


def sequence(found: list[IssuedCertificate]) -> list[int]:
    return [int(one.certificate.number.rpartition("-")[2]) for one in found]


def test_the_choice_is_kept_told_and_open_to_those_alone_who_manage_certificates(quick: World) -> None:
    choose(quick, Division.BY_TYPE)
    choose(quick, Division.BY_SESSION)
    with transaction(quick.sessions) as db:
        assert current_division(db, quick.provider_id) is Division.BY_SESSION
        assert current_division(db, "f" * 32) is Division.TOGETHER, "nobody has chosen anything there"
        told = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number)).all()
        assert [(row.action, row.detail) for row in told] == [
            ("certificate-division.chosen", {"division": ["together", "by-type"]}),
            ("certificate-division.chosen", {"division": ["by-type", "by-session"]}),
        ]
        with pytest.raises(Forbidden):
            choose_division(db, officer(quick.provider_id, Capability.REPORT), "together", NOW)
        with pytest.raises(BadInput, match="division_unknown"):
            choose_division(db, officer(quick.provider_id), "apart", NOW)


def test_each_credit_type_has_a_certificate_that_says_nothing_of_the_other(world: World) -> None:
    visit = physician(world)
    ama, moc = issued(world, visit)
    assert sequence([ama, moc]) == [1, 2] and ama.code != moc.code and world.counts() == (2, 2, 2)
    assert amounts([ama]) == [(AMA, Decimal("0.75"))] and amounts([moc]) == [(ABIM, Decimal("0.50"))]
    for one, own, other in ((ama, "AMA PRA Category 1", "MOC"), (moc, "MOC", "is awarded 0.75")):
        values = one.certificate
        words = " ".join(text.plain for text in (values.sentence, *values.statements, *values.notes))
        assert own in words and other not in words
        assert badge_types(values) == (values.credits[0].credit_type,)
    with transaction(world.sessions) as db:
        lines = {line.credit_type: line for line in own_transcript(db, visit)}
    assert [one.number for one in lines[AMA].certificates] == [ama.certificate.number]
    assert [one.code for one in lines[ABIM].certificates] == [moc.code]


def test_claiming_again_issues_nothing_and_a_credit_left_is_claimed_as_the_provider_wants_then(quick: World) -> None:
    visit = quick.learner()
    give(quick, visit, **BOARD)
    claim(quick, visit, ama_pra_category_1="0.75", moc_abim="none")
    claim(quick, visit, ama_pra_category_1="0.75", moc_abim="none")
    assert quick.counts() == (1, 1, 1)
    choose(quick, Division.TOGETHER)
    claim(quick, visit, moc_abim="0.50")
    assert [len(one.certificate.credits) for one in issued(quick, visit, VALID)] == [1, 1]
    assert quick.counts() == (2, 2, 2)


def test_an_entry_of_one_type_leaves_the_certificate_of_the_other_alone(quick: World) -> None:
    visit = physician(quick)
    ama, moc = issued(quick, visit)
    choose(quick, Division.TOGETHER)
    act(quick, visit, adjust_by_staff, AMA, "1.00", WHY)
    old, kept, new = issued(quick, visit)
    assert (old.id, old.status, old.successor_code) == (ama.id, SUPERSEDED, new.code) and kept == moc
    assert amounts([new]) == [(AMA, Decimal("1.00"))], "divided as it was when it was claimed"
    act(quick, visit, revoke_by_staff, ABIM, WHY)
    assert [one.status for one in issued(quick, visit)] == [SUPERSEDED, REVOKED, VALID]
    act(quick, visit, expire_by_staff, AMA, "No longer counts", "Board decision 4")
    last = issued(quick, visit)
    assert [one.status for one in last] == [REVOKED] * 3
    assert [one.status_reason for one in last] == [
        StatusReason.CREDIT_EXPIRED,
        StatusReason.CREDIT_WITHDRAWN,
        StatusReason.CREDIT_EXPIRED,
    ]


def test_a_corrected_name_stands_on_all_certificates_of_the_claim_and_stays(quick: World) -> None:
    visit = physician(quick)
    _, moc = issued(quick, visit)
    with transaction(quick.sessions) as db:
        who, printer = officer(quick.provider_id), CertificateRenderer()
        fresh = correct_name(db, who, moc.id, "Ada King", "Married", printer, link, NOW)
    valid = issued(quick, visit, VALID)
    assert {one.certificate.learner_name for one in valid} == {"Ada King"} and sequence(valid) == [3, 4]
    assert amounts([fresh]) == [(ABIM, Decimal("0.50"))] and fresh in valid
    assert {one.status_reason for one in issued(quick, visit, SUPERSEDED)} == {StatusReason.NAME_CORRECTED}
    act(quick, visit, adjust_by_staff, ABIM, "0.75", WHY)
    newest = issued(quick, visit, VALID)[-1].certificate
    assert newest.learner_name == "Ada King" and newest.credits[0].credit_type == ABIM


def test_a_single_certificate_is_withdrawn_alone(quick: World) -> None:
    visit = physician(quick)
    with transaction(quick.sessions) as db:
        ama, moc = issued_certificates(db, visit)
        revoke(db, officer(quick.provider_id), moc.id, "issued-in-error", "Wrong board", NOW)
        lines = {line.credit_type: line for line in own_transcript(db, visit)}
        assert [one.number for one in lines[AMA].certificates] == [ama.certificate.number]
        assert lines[ABIM].certificates == () and lines[ABIM].amount == Decimal("0.50")


def test_of_two_identities_each_certificate_leads_to_the_one_of_its_own_type(quick: World) -> None:
    kept, absorbed = physician(quick), physician(quick)
    before = issued(quick, absorbed)
    with transaction(quick.sessions) as db:
        actor = officer(quick.provider_id)
        confirmed = Confirmed(actor, f"officer:{actor.person_id}", "Showed a passport")
        merge_learners(db, confirmed, kept.learner_id, absorbed.learner_id, link, NOW)
    found = issued(quick, kept)
    stand = {one.certificate.credits[0].credit_type: one for one in found if one.status is VALID}
    ended = [one for one in found if one.status is SUPERSEDED]
    assert len(stand) == len(ended) == len(before) == 2
    for one in ended:
        assert one.status_reason is StatusReason.HELD_TWICE
        assert one.successor_code == stand[one.certificate.credits[0].credit_type].code


@pytest.mark.parametrize(
    ("degree", "code", "words"),
    [
        (Degree.MD, AMA, "is awarded 1.00 AMA PRA Category 1 Credit™"),
        (Degree.RN, AMA, "was designated for 1.00 AMA PRA Category 1 Credit™"),
        (Degree.RN, "ancc", "nursing contact hour"),
        (Degree.PHARMACIST, "acpe", "This is not an official statement of credit."),
        (Degree.NP, "aanp", "of pharmacology"),
    ],
)
def test_what_the_bodies_ask_for_is_on_the_certificate_of_their_own_credit(
    migrated_sqlite_url: str, degree: Degree, code: str, words: str
) -> None:
    offer = CreditOffer(code, Decimal("1.00"), Decimal("0.25"))
    if code == "acpe":
        offer = replace(offer, variant="Knowledge", reference="0798-9999-26-246-H04-P")
    if code == "aanp":
        offer = replace(offer, reference="26-1234", parts={"pharmacology": Decimal("0.50")})
    with opened_world(migrated_sqlite_url, credits=(offer,)) as world:
        choose(world, Division.BY_SESSION)
        visit = world.learner(degree=degree, is_ready=False)
        act(world, visit, award_by_staff, code, "1.00", WHY)
        (one,) = issued(world, visit)
        values = one.certificate
        assert words in " ".join(text.plain for text in (values.sentence, *values.statements, *values.notes))


def attend(world: World, visit: Visit, *keys: str) -> None:
    for key in keys:
        mark(world, visit, key)


def test_each_session_has_a_certificate_of_its_own_day_and_amount(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "feb", "jan")
    series.claim(ada, "2.00")
    first, second = issued(series, ada)
    assert amounts([first, second]) == [(AMA, Decimal("1.00"))] * 2 and sequence([first, second]) == [1, 2]
    assert [one.certificate.completed_on for one in (first, second)] == [date(2026, 1, 20), date(2026, 2, 17)]
    assert [note.plain for note in first.certificate.notes] == [
        "For the session Grand rounds in January, January 20, 2026."
    ]
    assert "is awarded 1.00 AMA PRA Category 1 Credit™" in first.certificate.sentence.plain
    assert "January 20, 2026" in first.certificate.sentence.plain
    assert "maximum of 2.50" in " ".join(text.plain for text in first.certificate.statements)
    with transaction(series.sessions) as db:
        (line,) = own_transcript(db, ada)
    assert [one.number for one in line.certificates] == [one.certificate.number for one in (first, second)]
    assert (line.amount, line.earned_on) == (Decimal("2.00"), date(2026, 2, 17))


@pytest.mark.parametrize(("claimed", "first"), [("1.00", 1), ("0.75", 1)])
def test_later_sessions_get_certificates_for_these_only(either_rounds: World, claimed: str, first: int) -> None:
    choose(either_rounds, Division.BY_SESSION)
    ada = either_rounds.learner()
    attend(either_rounds, ada, "jan")
    either_rounds.claim(ada, claimed)
    before = issued(either_rounds, ada)
    assert len(before) == first
    choose(either_rounds, Division.TOGETHER)
    attend(either_rounds, ada, "feb")
    either_rounds.claim(ada, str(Decimal(claimed) + 1))
    assert not either_rounds.claim(ada, str(Decimal(claimed) + 1)).is_new
    *kept, new = issued(either_rounds, ada)
    assert kept == before and {one.status for one in [*kept, new]} == {VALID}
    assert amounts([new]) == [(AMA, Decimal("1.00"))]
    assert new.certificate.completed_on == date(2026, 2, 17)
    assert new.certificate.notes[-1].plain == "For the session Grand rounds in February, February 17, 2026."


def test_what_was_claimed_of_less_than_the_sessions_give_is_not_divided_among_them(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "1.50")
    (one,) = issued(series, ada)
    assert amounts([one]) == [(AMA, Decimal("1.50"))]
    assert one.certificate.notes[-1].plain.endswith(
        "Claimed of the 2.00 AMA PRA Category 1 Credits™ of these sessions: 1.50."
    )


def test_a_session_that_staff_take_back_loses_its_certificate_and_no_other_is_touched(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "2.00")
    mark(series, ada, "feb", is_present=False)
    act(series, ada, adjust_by_staff, AMA, "1.00", WHY, beyond="")
    january, february = issued(series, ada)[:2]
    assert january.certificate.completed_on == date(2026, 1, 20)
    assert [one.status for one in issued(series, ada, VALID)] == [VALID]
    assert february.status in (REVOKED, SUPERSEDED)


def test_credit_beyond_the_sessions_stands_on_one_certificate_that_replaces_theirs(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "2.00")
    act(series, ada, adjust_by_staff, AMA, "2.50", WHY, beyond="Chaired the panel")
    *old, new = issued(series, ada)
    assert [one.status for one in old] == [SUPERSEDED] * 2 and {one.successor_code for one in old} == {new.code}
    assert amounts([new]) == [(AMA, Decimal("2.50"))]
    act(series, ada, revoke_by_staff, AMA, WHY)
    assert {one.status for one in issued(series, ada)} == {REVOKED}


def test_a_name_is_corrected_on_the_certificates_of_all_sessions(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "2.00")
    with transaction(series.sessions) as db:
        first = issued_certificates(db, ada)[0]
        who, printer = officer(series.provider_id), CertificateRenderer()
        correct_name(db, who, first.id, "Ada King", "Married", printer, link, NOW)
    valid = issued(series, ada, VALID)
    assert [one.certificate.learner_name for one in valid] == ["Ada King"] * 2
    assert [one.certificate.completed_on for one in valid] == [date(2026, 1, 20), date(2026, 2, 17)]


def test_who_only_took_part_gets_one_certificate_of_participation(series: World) -> None:
    nina = series.learner("Nina", Degree.RN)
    attend(series, nina, "jan", "feb")
    series.claim(nina)
    (one,) = issued(series, nina)
    assert not one.certificate.credits[0].is_awarded and "was designated for 2.50" in one.certificate.sentence.plain
    assert one.certificate.notes[-1].plain.startswith("Sessions attended: Grand rounds in January")


def test_hours_that_no_session_gives_alone_keep_the_credit_on_one_certificate(migrated_sqlite_url: str) -> None:
    """Whoever attended all of it holds every hour of pharmacotherapeutics; of single sessions nobody knows."""
    offer = CreditOffer("aanp", Decimal("2.00"), Decimal("0.25"), reference="26-1", parts={"pharmacology": Decimal(1)})
    with opened_world(migrated_sqlite_url, **{**SERIES, "credits": (offer,), "estimated_minutes": 120}) as world:
        choose(world, Division.BY_SESSION)
        pat = world.learner("Pat", Degree.NP)
        attend(world, pat, "jan")
        claim(world, pat, aanp="1.00")
        (one,) = issued(world, pat, VALID)
        assert (
            one.certificate.completed_on == date(2026, 1, 20) and "pharmacology" not in one.certificate.sentence.plain
        )
        attend(world, pat, "feb")
        claim(world, pat, aanp="2.00")
        (whole,) = issued(world, pat, VALID)
        assert amounts([whole]) == [("aanp", Decimal("2.00"))]
        assert "1.00 hour of pharmacology" in whole.certificate.sentence.plain


def test_an_activity_without_sessions_is_divided_by_type(quick: World) -> None:
    choose(quick, Division.BY_SESSION)
    visit = physician(quick)
    assert [one.certificate.credits[0].credit_type for one in issued(quick, visit)] == [AMA, ABIM]
    nurse = quick.learner("Nina", Degree.RN)
    claim(quick, nurse, ancc="1.00")
    assert amounts(issued(quick, nurse)) == [(ANCC, Decimal("1.00"))]
