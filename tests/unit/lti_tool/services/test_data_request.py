"""Restriction and erasure: what is kept and told, what goes at once, and that nobody comes back by accident."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability, Grant
from lti_tool.domain.data_request import RequestKind, RequestState
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from lti_tool.services.audit import ToolActor, first_break
from lti_tool.services.data_request import (
    ask,
    data_requests,
    decide,
    enter,
    own_requests,
    request_kind,
    requests_of,
    withdraw,
)
from lti_tool.services.erasure import kept_for
from lti_tool.services.legal_hold import place_hold
from lti_tool.services.outbox import claim as take_grade
from lti_tool.services.pseudonym import ERASED
from lti_tool.services.restriction import is_person_restricted
from lti_tool.services.session import Visit
from lti_tool.services.team import give
from tests.unit.lti_tool.services.claiming import NOW, World
from tests.unit.lti_tool.services.keeping import here, world
from tests.unit.lti_tool.services.officers import officer

__all__ = ["here", "world"]

ERASE, RESTRICT = RequestKind.ERASE, RequestKind.RESTRICT
SAID = "Verified by telephone."


def asked(world: World, visit: Visit, kind: RequestKind = ERASE, reason: str = "") -> str:
    with transaction(world.sessions) as db:
        return ask(db, visit, kind, reason, NOW)


def decided(world: World, request_id: str, *, is_granted: bool = True) -> dict[str, int]:
    with transaction(world.sessions) as db:
        return decide(db, officer(world.provider_id), request_id, is_granted=is_granted, answer=SAID, now=NOW)


def state(world: World, visit: Visit) -> RequestState:
    with transaction(world.sessions) as db:
        return own_requests(db, visit)[0].state


def is_restricted(world: World, visit: Visit) -> bool:
    with transaction(world.sessions) as db:
        return is_person_restricted(db, visit.learner_id)


def full_record(world: World) -> Visit:
    """Credit with a certificate, and everything else that may be known of a person."""
    visit = world.learner("Ada Byron")
    world.claim(visit)
    with transaction(world.sessions) as db:
        part = db.scalars(select(models.Participation).where(models.Participation.learner_id == visit.learner_id)).one()
        whose = {"participation_id": part.id}
        db.add_all(
            [
                models.Credential(learner_id=visit.learner_id, kind="npi", sealed=b"sealed", confirmed_at=NOW),
                models.CourseMember(
                    course_id=world.course_id, learner_id=visit.learner_id, is_staff=False, last_seen_at=NOW
                ),
                models.Commitment(**whose, item="1", text="I will.", made_at=NOW),
                models.Accommodation(
                    **whose, extra_minutes=10, reason="dyslexia", granted_by=visit.learner_id, granted_at=NOW
                ),
                models.StudyView(**whose, item="page", opened_at=NOW, ranges=[]),
                models.LateClaim(**whose, provider_id=world.provider_id, reason="I was ill", requested_at=NOW),
                models.EvaluationResponse(
                    activity_id=world.activity_id, version=1, course_id=world.course_id, **whose, answers={"1": "x"}
                ),
                models.Person(
                    provider_id=world.provider_id,
                    learner_id=visit.learner_id,
                    name="Ada Byron",
                    name_key="ada byron",
                    created_at=NOW,
                ),
                waiting_grade(world, visit),
            ]
        )
    return visit


def waiting_grade(world: World, visit: Visit) -> models.Delivery:
    return models.Delivery(
        learner_id=visit.learner_id,
        placement_id=world.placement_id,
        platform_id=world.platform_id,
        given=1,
        maximum=1,
        stamp=NOW,
        state="waiting",
        next_at=NOW,
        created_at=NOW,
        queued_at=NOW,
    )


def count(world: World, table: Any) -> int:
    with transaction(world.sessions) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def test_credit_is_kept_told_and_restricted_and_the_rest_is_gone(world: World) -> None:
    visit = full_record(world)
    with transaction(world.sessions) as db:
        (kept,) = kept_for(db, world.provider_id, visit.learner_id, NOW)
    assert (kept.activity_title, kept.keep_until) == (world.activity.title, date(2033, 12, 31))
    request_id = asked(world, visit, reason="I moved on.")
    counts = decided(world, request_id)
    assert world.counts()[:2] == (1, 1)
    gone = (
        models.Credential,
        models.CourseMember,
        models.Commitment,
        models.Accommodation,
        models.StudyView,
        models.LateClaim,
        models.EvaluationResponse,
        models.Delivery,
        models.Answer,
    )
    assert [table.__tablename__ for table in gone if count(world, table)] == []
    assert counts["credential"] == 1 and counts["delivery"] == 1
    with transaction(world.sessions) as db:
        row = db.get_one(models.Learner, visit.learner_id)
        assert (row.issuer, row.subject, row.lms_name, row.printed_name) == ("", ERASED + row.id, "", "")
        person = db.scalars(select(models.Person)).one()
        assert (person.learner_id, person.name) == (None, "Ada Byron")
        assert first_break(db, world.provider_id) is None
    assert is_restricted(world, visit), "what had to be kept is sent nowhere"


def test_the_audit_trail_names_nobody(here: World) -> None:
    visit = full_record(here)
    decided(here, asked(here, visit, reason="I moved on."))
    with transaction(here.sessions) as db:
        rows = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number)).all()
        assert [row.action for row in rows][-2:] == ["data_request.asked", "data_request.granted"]
        written = json.dumps([[row.actor_id, row.subject, row.detail] for row in rows])
        assert not any(word in written for word in ("Ada", "Byron", "moved on", SAID, "ill"))
        assert db.scalars(select(models.DataRequest.reason)).one() == ""


def test_without_credit_nothing_but_an_empty_row_is_left(here: World) -> None:
    visit = here.learner("Grace Hopper")
    decided(here, asked(here, visit))
    assert count(here, models.Participation) == 0 and count(here, models.Learner) == 1
    with transaction(here.sessions) as db:
        assert kept_for(db, here.provider_id, visit.learner_id, NOW) == ()


def test_a_later_arrival_is_a_new_person(here: World) -> None:
    visit = full_record(here)
    with transaction(here.sessions) as db:
        subject = db.get_one(models.Learner, visit.learner_id).subject
    decided(here, asked(here, visit))
    with transaction(here.sessions) as db:
        row = models.Learner(
            provider_id=here.provider_id, issuer="https://lms.example.org", subject=subject, created_at=NOW
        )
        db.add(row)
        db.flush()
        assert row.id != visit.learner_id and not is_person_restricted(db, row.id)


def test_nothing_is_sent_while_a_request_is_open(world: World) -> None:
    visit = world.learner()
    with transaction(world.sessions) as db:
        db.add(waiting_grade(world, visit))
    request_id = asked(world, visit, RESTRICT)
    with transaction(world.sessions) as db:
        assert take_grade(db, NOW) is None
    with transaction(world.sessions) as db:
        withdraw(db, visit, request_id, NOW)
    assert state(world, visit) is RequestState.WITHDRAWN and not is_restricted(world, visit)
    with transaction(world.sessions) as db:
        assert take_grade(db, NOW) is not None, "nothing was lost meanwhile"


def test_a_restriction_that_was_granted_lasts_until_the_learner_lifts_it(here: World) -> None:
    visit = here.learner()
    request_id = asked(here, visit, RESTRICT)
    assert decided(here, request_id) == {} and is_restricted(here, visit)
    with pytest.raises(Conflict):
        asked(here, visit, RESTRICT)
    with transaction(here.sessions) as db:
        withdraw(db, visit, request_id, NOW)
    assert state(here, visit) is RequestState.LIFTED and not is_restricted(here, visit)


def test_a_refusal_ends_the_restriction_and_says_why(here: World) -> None:
    visit = here.learner()
    request_id = asked(here, visit)
    with pytest.raises(BadInput), transaction(here.sessions) as db:
        decide(db, officer(here.provider_id), request_id, is_granted=False, answer=" ", now=NOW)
    decided(here, request_id, is_granted=False)
    with transaction(here.sessions) as db:
        (row,) = own_requests(db, visit)
    assert (row.state, row.answer) == (RequestState.REFUSED, SAID) and not is_restricted(here, visit)
    asked(here, visit)


def test_once_decided_nothing_is_undone(here: World) -> None:
    visit = full_record(here)
    request_id = asked(here, visit)
    with pytest.raises(Conflict):
        asked(here, visit)
    decided(here, request_id)
    with pytest.raises(Conflict):
        decided(here, request_id, is_granted=False)
    with pytest.raises(Conflict), transaction(here.sessions) as db:
        withdraw(db, visit, request_id, NOW)


@pytest.mark.parametrize("target", ["learner", "activity", "provider"])
def test_a_legal_hold_stands_above_an_erasure(here: World, target: str) -> None:
    visit = full_record(here)
    keys = {"learner": {"learner_id": visit.learner_id}, "activity": {"activity_id": here.activity_id}, "provider": {}}
    with transaction(here.sessions) as db:
        place_hold(db, officer(here.provider_id), "A claim is in court.", NOW, **keys[target])
    request_id = asked(here, visit)
    with pytest.raises(Refused) as caught:
        decided(here, request_id)
    assert caught.value.code == "legal_hold" and state(here, visit) is RequestState.WAITING
    assert count(here, models.Credential) == 1 and is_restricted(here, visit)


def test_staff_lose_their_powers_before_they_are_erased(here: World) -> None:
    visit = here.learner()
    with transaction(here.sessions) as db:
        give(db, ToolActor(here.provider_id), visit.learner_id, Grant(Capability.REPORT), NOW)
    request_id = asked(here, visit)
    with pytest.raises(Refused) as caught:
        decided(here, request_id)
    assert caught.value.code == "erasure_of_staff"


def test_staff_enter_what_was_asked_otherwise(here: World) -> None:
    visit = here.learner()
    who, other = officer(here.provider_id), officer("f" * 32)
    with transaction(here.sessions) as db:
        with pytest.raises(BadInput):
            enter(db, who, visit.learner_id, ERASE, "", NOW)
        request_id = enter(db, who, visit.learner_id, ERASE, "By letter.", NOW)
        (row,) = requests_of(db, who, visit.learner_id)
        assert (row.id, row.is_own, row.name, row.is_waiting) == (request_id, False, "Ada Byron", True)
        assert [one.id for one in data_requests(db, who)] == [request_id]
        assert data_requests(db, other) == []


@pytest.mark.parametrize("person", ["f" * 32, "\x00"])
def test_people_and_requests_of_others_do_not_exist(here: World, person: str) -> None:
    visit, stranger = here.learner("Ada"), here.learner("Eve")
    request_id = asked(here, visit)
    with transaction(here.sessions) as db:
        with pytest.raises(NotFound):
            enter(db, officer(here.provider_id), person, ERASE, "By letter.", NOW)
        with pytest.raises(NotFound):
            enter(db, officer("f" * 32), visit.learner_id, ERASE, "By letter.", NOW)
        with pytest.raises(NotFound):
            withdraw(db, stranger, request_id, NOW)
        with pytest.raises(NotFound):
            withdraw(db, visit, person, NOW)
        with pytest.raises(NotFound):
            decide(db, officer("f" * 32), request_id, is_granted=True, answer=SAID, now=NOW)
        reporter = officer(here.provider_id, Capability.REPORT)
        with pytest.raises(Forbidden):
            decide(db, reporter, request_id, is_granted=True, answer=SAID, now=NOW)
        with pytest.raises(BadInput):
            request_kind("dance")
