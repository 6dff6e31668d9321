"""Attendance: marked by staff, sent as lists, and found again at a launch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Forbidden, NotFound, Refused
from lti_tool.domain.roll import ATTENDANCE, read_form
from lti_tool.domain.wire import write_activity
from lti_tool.services.attendance import (
    Mark,
    attendees,
    mark_attendance,
    match_attendance,
    series_activities,
    series_activity,
    session_rows,
)
from lti_tool.services.attendance_list import (
    EnteredAttendance,
    check_attendance,
    enter_attendance,
)
from lti_tool.services.learner_facts import learner_detail
from lti_tool.services.native_activity import ApprovedActivities, LinkActivity, LinkReason, approved_activities
from tests.unit.lti_tool.services.claiming import NOW, World, opened_world
from tests.unit.lti_tool.services.officers import officer
from tests.unit.lti_tool.services.rounds import (
    ADDRESS,
    JANUARY,
    SEALER,
    address_mark,
    attended,
    check,
    enter,
    mark,
    most,
)


def test_what_staff_took_back_is_not_claimed_again(rounds: World) -> None:
    ada = rounds.learner()
    mark(rounds, ada, "jan")
    mark(rounds, ada, "feb")
    assert mark(rounds, ada, "feb", is_present=False) == 1
    assert attended(rounds, ada) == {"jan": None}
    assert most(rounds, ada) == Decimal("1.00")
    with transaction(rounds.sessions) as db:
        last = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number.desc())).first()
        assert last is not None and list(last.detail["participations"].values()) == [["whole", "absent"]]


def test_marking_the_same_again_changes_and_notes_nothing(rounds: World) -> None:
    ada = rounds.learner()
    assert (mark(rounds, ada, "jan", "30"), mark(rounds, ada, "jan", "30")) == (1, 0)
    assert mark(rounds, ada, "jan", "45") == 1
    assert attended(rounds, ada) == {"jan": 45}
    bea = rounds.learner("Bea")
    assert mark(rounds, bea, "jan", is_present=False) == 0, "nobody was ever recorded there"
    with transaction(rounds.sessions) as db:
        assert len(db.scalars(select(models.Attendance)).all()) == 1


@pytest.mark.parametrize("minutes", ["61", "-1", "1.5", "x", "٣", "99999"])
def test_minutes_that_cannot_be(rounds: World, minutes: str) -> None:
    ada = rounds.learner()
    with pytest.raises(BadInput) as caught:
        mark(rounds, ada, "jan", minutes)
    assert caught.value.faults == {f"minutes.{ada.learner_id}": "minutes_wrong"}
    assert attended(rounds, ada) == {}


def test_no_attendance_before_the_day(rounds: World) -> None:
    ada = rounds.learner()
    with pytest.raises(Refused) as caught:
        mark(rounds, ada, "mar")
    assert caught.value.code == "session_not_held"


def test_who_may_mark_and_what(rounds: World) -> None:
    ada = rounds.learner()
    marks = [Mark(ada.learner_id, is_present=True)]
    with transaction(rounds.sessions) as db:
        reporter = officer(rounds.provider_id, Capability.REPORT)
        with pytest.raises(Forbidden):
            mark_attendance(db, reporter, rounds.activity_id, "jan", marks, NOW)
        assert series_activities(db, reporter) == ()
        stranger = officer("f" * 32)
        with pytest.raises(NotFound):
            mark_attendance(db, stranger, rounds.activity_id, "jan", marks, NOW)
        marker = officer(rounds.provider_id, Capability.MARK_ATTENDANCE)
        with pytest.raises(NotFound) as caught:
            mark_attendance(db, marker, rounds.activity_id, "dec", marks, NOW)
        assert caught.value.code == "activity_session_unknown"
        with pytest.raises(NotFound) as caught:
            mark_attendance(db, marker, rounds.activity_id, "jan", [Mark("0" * 32, is_present=True)], NOW)
        assert caught.value.code == "learner_unknown"
        assert [one.title for one in series_activities(db, marker)] == [rounds.activity.title]


def test_an_activity_without_sessions_has_no_attendance(migrated_sqlite_url: str) -> None:
    with opened_world(migrated_sqlite_url) as world, transaction(world.sessions) as db:
        who = officer(world.provider_id)
        assert series_activities(db, who) == ()
        with pytest.raises(NotFound):
            series_activity(db, who, world.activity_id)


def test_the_page_shows_whom_a_search_finds(either_rounds: World) -> None:
    ada, trial = either_rounds.learner(), either_rounds.learner("Terry Trial", is_trial=True)
    either_rounds.learner("Bea Bell")
    mark(either_rounds, ada, "jan", "45")
    with transaction(either_rounds.sessions) as db:
        series = series_activity(db, officer(either_rounds.provider_id), either_rounds.activity_id)
        everybody = attendees(db, series, "jan", "")
        assert [(one.name, one.is_present, one.minutes) for one in everybody] == [
            ("Ada Byron", True, 45),
            ("Bea Bell", False, None),
        ]
        assert trial.learner_id not in {one.learner_id for one in everybody}
        assert [one.name for one in attendees(db, series, "jan", "bell")] == ["Bea Bell"]
        rows = session_rows(db, series, NOW)
        assert [(row.session.key, row.present, row.awaited, row.is_held) for row in rows] == [
            ("jan", 1, 0, True),
            ("feb", 0, 0, True),
            ("mar", 0, 0, False),
        ]


def test_a_list_for_known_and_unknown_people(either_rounds: World) -> None:
    ada = either_rounds.learner()
    lines = (f"{ada.learner_id},,jan,", f",{ADDRESS},jan,45", f",{ADDRESS},feb,")
    assert enter(either_rounds, *lines) == EnteredAttendance(3, 2, 0)
    assert enter(either_rounds, *lines) == EnteredAttendance(0, 0, 3), "the same list again"
    assert attended(either_rounds, ada) == {"jan": None}
    with transaction(either_rounds.sessions) as db:
        assert ADDRESS not in str([vars(row) for row in db.scalars(select(models.Attendance))])


def test_an_address_finds_its_person_at_the_launch(either_rounds: World) -> None:
    enter(either_rounds, f",{ADDRESS},jan,45", f",{ADDRESS},feb,")
    grace = either_rounds.learner("Grace", is_ready=False)
    for visit in (replace(grace, is_staff=True), replace(grace, is_test_user=True)):
        with transaction(either_rounds.sessions) as db:
            match_attendance(db, visit, address_mark(visit), NOW)
    assert attended(either_rounds, grace) == {}
    mark(either_rounds, grace, "feb", "30")
    for email in ("", "other@example.org", ADDRESS.upper(), ADDRESS):
        with transaction(either_rounds.sessions) as db:
            match_attendance(db, grace, address_mark(grace, email), NOW)
    assert attended(either_rounds, grace) == {"jan": 45, "feb": 30}, "what staff marked themselves stays"
    assert enter(either_rounds, f",{ADDRESS},jan,0") == EnteredAttendance(1, 0, 0), "a list takes back what a list said"
    assert attended(either_rounds, grace) == {"feb": 30}


def test_one_fault_keeps_all_of_a_list_out(rounds: World) -> None:
    ada = rounds.learner()
    found = check(
        rounds,
        f"{ada.learner_id},,jan,",
        f"{'0' * 32},,jan,",
        ",no address,jan,",
        ",b@example.org,dec,",
        ",c@example.org,mar,",
        ",d@example.org,jan,61",
        ",d@example.org,jan,30",
        f"{ada.learner_id},{ADDRESS},feb,",
    )
    assert [(one.line, one.column, one.code) for one in found.faults] == [
        (3, "learner", "learner_unknown"),
        (4, "email", "email_wrong"),
        (5, "session", "activity_session_unknown"),
        (6, "session", "session_not_held"),
        (7, "minutes", "minutes_wrong"),
        (8, "email", "doubled_row"),
        (9, "email", "two_names"),
    ], "those of the list itself and those of what it names, together"
    with pytest.raises(Refused), transaction(rounds.sessions) as db:
        enter_attendance(db, officer(rounds.provider_id), rounds.activity_id, found, SEALER, NOW)
    assert attended(rounds, ada) == {}
    assert [one.code for one in check(rounds).faults] == ["empty"]


def test_a_wrong_heading_hides_no_fault_of_the_rows(rounds: World) -> None:
    text = "email,session,minuts\nno address,jan,61\nb@example.org,dec,\n"
    with transaction(rounds.sessions) as db:
        roll = read_form(text.encode(), ATTENDANCE)
        found = check_attendance(db, officer(rounds.provider_id), rounds.activity_id, roll, NOW)
    assert [(one.line, one.column, one.code) for one in found.faults] == [
        (1, "minuts", "unknown_column"),
        (2, "email", "email_wrong"),
        (3, "session", "activity_session_unknown"),
    ]
    assert found.rows == ()


def test_staff_of_the_course_see_it_among_the_facts(rounds: World) -> None:
    ada, tutor = rounds.learner(), rounds.learner("Tara", is_trial=True)
    with transaction(rounds.sessions) as db:
        db.add(
            models.CourseMember(course_id=rounds.course_id, learner_id=ada.learner_id, is_staff=False, last_seen_at=NOW)
        )
    mark(rounds, ada, "jan", "45")
    with transaction(rounds.sessions) as db:
        query = select(models.Participation.id).where(models.Participation.learner_id == ada.learner_id)
        found = learner_detail(db, tutor, db.scalars(query).one(), NOW)
        facts = {fact.code: dict(fact.facts) for fact in found.facts}
        assert facts["attended"] == {"title": JANUARY.title, "minutes": 45}


def test_native_faces_are_offered_no_series(rounds: World) -> None:
    """Nobody could be marked there before their claim."""
    with transaction(rounds.sessions) as db:
        row = db.get_one(models.Activity, rounds.activity_id)
        row.published_at = NOW
        db.flush()
        series = LinkActivity(rounds.activity.key, rounds.activity.title, LinkReason.SESSIONS)
        assert approved_activities(db, rounds.provider_id, NOW) == ApprovedActivities((), (series,))
        version = db.get_one(models.ActivityVersion, (row.id, 1))
        version.definition, version.content_hash = write_activity(replace(rounds.activity, sessions=())), "whole"
        db.flush()
        found = approved_activities(db, rounds.provider_id, NOW)
        assert len(found.activities) == 1 and found.by_link == ()
