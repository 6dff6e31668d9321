"""One certificate for all credit types of a claim, one for each, or one for each and session: as the provider chose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.badge import badge_types
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import StatusReason
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.division import Division
from lti_tool.domain.errors import BadInput, Forbidden
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.certificate_division import choose_division, current_division
from lti_tool.services.certificate_status import correct_name, revoke
from lti_tool.services.merge import Confirmed, merge_learners
from lti_tool.services.override import adjust_by_staff, award_by_staff, expire_by_staff, revoke_by_staff
from lti_tool.services.session import Visit
from lti_tool.services.transcript import own_transcript
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world
from tests.unit.lti_tool.services.dividing import (
    REVOKED,
    SUPERSEDED,
    VALID,
    WHY,
    act,
    amounts,
    choose,
    issued,
    sequence,
)
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.test_credit_several import ABIM, ANCC, BOARD, PHYSICIANS_AND_NURSES, claim, give


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


def physician(world: World) -> Visit:
    """Has claimed AMA credit and MOC points at once."""
    visit = world.learner()
    give(world, visit, **BOARD)
    claim(world, visit, ama_pra_category_1="0.75", moc_abim="0.50")
    return visit


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
        who, printer = officer(quick.provider_id), PrinterDouble()
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


def test_an_activity_without_sessions_is_divided_by_type(quick: World) -> None:
    choose(quick, Division.BY_SESSION)
    visit = physician(quick)
    assert [one.certificate.credits[0].credit_type for one in issued(quick, visit)] == [AMA, ABIM]
    nurse = quick.learner("Nina", Degree.RN)
    claim(quick, nurse, ancc="1.00")
    assert amounts(issued(quick, nurse)) == [(ANCC, Decimal("1.00"))]
