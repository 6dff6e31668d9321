"""What may be claimed of a series: what was attended, within every cap, and more when more was attended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.series import ActivitySession
from lti_tool.domain.wire import write_activity
from lti_tool.services.attendance import (
    Mark,
    mark_attendance,
)
from lti_tool.services.claimable import claimables
from lti_tool.services.credit import claim_view
from lti_tool.services.participation import progress
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import (
    SERIES,
    mark,
    most,
)


def test_nothing_can_be_claimed_before_somebody_was_there(rounds: World) -> None:
    ada = rounds.learner()
    with pytest.raises(Refused) as caught:
        rounds.claim(ada)
    assert [blocker.code for blocker in caught.value.facts["blockers"]] == ["not_attended"]
    nina = rounds.learner("Nina", Degree.RN)
    with pytest.raises(Refused):
        rounds.claim(nina)
    mark(rounds, nina, "jan")
    assert rounds.claim(nina).certificates[0].certificate.notes[-1].plain == (
        "Sessions attended: Grand rounds in January, January 20, 2026."
    )


def test_a_claim_holds_what_was_attended_and_no_more(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan")
    mark(rounds, ada, "feb", "40")
    assert most(rounds, ada) == Decimal("1.75")
    with transaction(rounds.sessions) as db:
        (one,) = claim_view(db, ada, NOW).claimable
        assert one.suggested is None and one.series is not None
        assert [(each.session.key, each.minutes, each.amount) for each in one.series.sessions] == [
            ("jan", 60, Decimal("1.00")),
            ("feb", 40, Decimal("0.75")),
        ]
    with pytest.raises(BadInput) as caught:
        rounds.claim(ada, "2.00")
    assert caught.value.faults == {f"amount.{AMA}": "claim_above_attended"}
    (issued,) = rounds.claim(ada, "1.75").certificates
    assert issued.certificate.completed_on == date(2026, 2, 17), "the last session, whenever the evaluation came"
    assert issued.certificate.notes[-1].plain == (
        "Sessions attended: Grand rounds in January, January 20, 2026 (1.00); "
        "Grand rounds in February, February 17, 2026 (0.75)."
    )
    with transaction(rounds.sessions) as db:
        entry = db.scalars(select(models.CreditEntry)).one()
        kept = entry.terms["evidence"]["sessions"]
        assert [(one["session"]["key"], one["minutes"], one["amount"]) for one in kept] == [
            ("jan", 60, "1.00"),
            ("feb", 40, "0.75"),
        ]


def test_a_smaller_claim_says_what_was_claimed_of_the_sessions(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan")
    (issued,) = rounds.claim(ada, "0.50").certificates
    assert issued.certificate.notes[-1].plain == (
        "Sessions attended: Grand rounds in January, January 20, 2026 (1.00). "
        "Claimed of the 1.00 AMA PRA Category 1 Credit™ of these sessions: 0.50."
    )


def test_the_provider_may_leave_the_sessions_out(migrated_sqlite_url: str) -> None:
    with opened_world(migrated_sqlite_url, **{**SERIES, "lists_sessions": False}) as world:
        ada = world.learner()
        mark(world, ada, "jan")
        assert world.claim(ada, "1.00").certificates[0].certificate.notes == ()


def test_the_maximum_of_the_activity_stands_above_all_sessions(rounds: World) -> None:
    ada, later = rounds.learner(), NOW + timedelta(days=20)
    for key in ("jan", "feb"):
        mark(rounds, ada, key)
    with transaction(rounds.sessions) as db:
        who = officer(rounds.provider_id)
        mark_attendance(db, who, rounds.activity_id, "mar", [Mark(ada.learner_id, is_present=True)], later)
    assert most(rounds, ada) == Decimal("2.50")


def test_too_little_attendance_gives_nothing_and_says_so(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan", "5")
    with transaction(rounds.sessions) as db:
        view = claim_view(db, ada, NOW)
        assert view.claimable == () and [one.bar.value for one in view.barred] == ["attendance"]
    with pytest.raises(Refused) as caught:
        rounds.claim(ada, "0.25")
    assert [blocker.code for blocker in caught.value.facts["blockers"]] == ["attended_too_little"]


def test_sessions_attended_later_can_be_claimed_later(either_rounds: World) -> None:
    ada = either_rounds.learner()
    mark(either_rounds, ada, "jan")
    either_rounds.claim(ada, "0.75")
    with transaction(either_rounds.sessions) as db:
        assert claimables(db, progress(db, ada, NOW)).credits == (), "what was left stays left"
    mark(either_rounds, ada, "feb")
    with transaction(either_rounds.sessions) as db:
        view = claim_view(db, ada, NOW)
        (one,) = view.claimable
        assert (one.held, one.amounts[0], one.amounts[-1]) == (Decimal("0.75"), Decimal("1.00"), Decimal("1.75"))
        assert view.barred == ()
    done = either_rounds.claim(ada, "1.75")
    assert done.is_new
    old, new = done.certificates
    assert (old.status.value, new.status.value) == ("superseded", "valid")
    assert new.certificate.credits[0].amount == Decimal("1.75")
    again = either_rounds.claim(ada, "1.75")
    assert not again.is_new, "a doubled submit adds nothing"
    with transaction(either_rounds.sessions) as db:
        rows = db.scalars(select(models.CreditEntry).order_by(models.CreditEntry.kind.desc())).all()
        assert sorted((row.kind, row.amount, row.actor) for row in rows) == [
            ("adjust", Decimal("1.00"), "learner"),
            ("award", Decimal("0.75"), "learner"),
        ]


def test_more_than_the_new_sessions_add_is_refused(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan")
    rounds.claim(ada, "0.50")
    mark(rounds, ada, "feb")
    with pytest.raises(BadInput) as caught:
        rounds.claim(ada, "1.75")
    assert caught.value.faults == {f"amount.{AMA}": "claim_not_in_steps"}


def test_a_test_run_needs_no_attendance(rounds: World) -> None:
    trial = rounds.learner("Terry Trial", is_trial=True)
    assert rounds.claim(trial, "2.50").certificates == ()


def test_everybody_attends_the_newest_programme(rounds: World) -> None:
    """A series goes on: somebody who began before a session was added attends it all the same."""
    ada = rounds.learner()
    extra = ActivitySession("extra", "Extra session", date(2026, 2, 24), 60)
    newer = replace(rounds.activity, sessions=(*rounds.activity.sessions, extra), estimated_minutes=240)
    with transaction(rounds.sessions) as db:
        db.get_one(models.Activity, rounds.activity_id).version = 2
        db.add(
            models.ActivityVersion(
                activity_id=rounds.activity_id,
                number=2,
                definition=write_activity(newer),
                content_hash="2",
                created_at=NOW,
            )
        )
    mark(rounds, ada, "extra")
    assert most(rounds, ada) == Decimal("1.00")
