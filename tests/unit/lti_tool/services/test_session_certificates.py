"""A certificate for each session: of its own day and amount, and what becomes of it when the account changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lti_tool.db.engine import transaction
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.division import Division
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.certificate_status import correct_name
from lti_tool.services.override import adjust_by_staff, revoke_by_staff
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
    attend,
    choose,
    issued,
    sequence,
)
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import SERIES, mark
from tests.unit.lti_tool.services.test_credit_several import claim


@pytest.fixture(name="series")
def _series(rounds: World) -> World:
    choose(rounds, Division.BY_SESSION)
    return rounds


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
    january, february = issued(series, ada)
    mark(series, ada, "feb", is_present=False)
    act(series, ada, adjust_by_staff, AMA, "1.00", WHY)
    kept, ended = issued(series, ada)
    assert kept == january and (ended.id, ended.status, ended.successor_code) == (february.id, REVOKED, "")


def test_a_reduction_that_no_attendance_explains_is_not_divided(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "2.00")
    act(series, ada, adjust_by_staff, AMA, "1.00", WHY)
    *old, whole = issued(series, ada)
    assert [one.successor_code for one in old] == [whole.code] * 2 and amounts([whole]) == [(AMA, Decimal("1.00"))]
    assert "Claimed of the 2.00" in whole.certificate.notes[-1].plain


def test_only_the_session_whose_amount_was_corrected_gets_a_new_certificate(series: World) -> None:
    ada = series.learner()
    attend(series, ada, "jan", "feb")
    series.claim(ada, "2.00")
    january, february = issued(series, ada)
    mark(series, ada, "jan", "45")
    act(series, ada, adjust_by_staff, AMA, "1.75", WHY)
    old, kept, new = issued(series, ada)
    assert (old.id, old.status, old.successor_code) == (january.id, SUPERSEDED, new.code) and kept == february
    assert amounts([new]) == [(AMA, Decimal("0.75"))] and new.certificate.completed_on == date(2026, 1, 20)
    act(series, ada, adjust_by_staff, AMA, "2.50", WHY, beyond="Chaired the panel")
    (whole,) = issued(series, ada, VALID)
    assert whole.certificate.completed_on == date(2026, 2, 17), "the last of the sessions, whichever was printed last"


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
        who, printer = officer(series.provider_id), PrinterDouble()
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
