"""Credit that was held before its column was there, told by the worker and by launches."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.errors import Conflict
from lti_tool.domain.ledger import EntryKind
from lti_tool.services import credit_catch_up, credit_switch
from lti_tool.services.credit_catch_up import LEASE, catch_up, note_arrived_credit, open_columns
from lti_tool.services.credit_column import NO_CREDIT
from lti_tool.services.credit_switch import credit_columns
from lti_tool.services.line_item import AGS
from lti_tool.services.redrive import redrive
from tests.functional.credit_columns import columns, credit_items, enter, shown, switch, walk
from tests.functional.gradebooks import NURSE, PHYSICIAN, TEACHER, School, opened_school
from tests.unit.lti_tool.services.at_once import together

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def holding(url: str) -> Iterator[School]:
    """Two learners who hold credit while the switch is off."""
    with opened_school(url, "moodle") as school:
        enter(school, EntryKind.AWARD, "0.75")
        enter(school, EntryKind.AWARD, "0.5", NURSE)
        yield school


@pytest.fixture
def school(migrated_sqlite_url: str) -> Iterator[School]:
    with holding(migrated_sqlite_url) as made:
        yield made


def crowd(school: School, number: int) -> None:
    """Further learners, who hold credit."""
    for one in range(number):
        school.ward.learner(f"crowd-{one}", "school")
        enter(school, EntryKind.AWARD, "0.25", f"crowd-{one}")


def unfinished(school: School) -> int:
    keys = school.ward.keys
    with transaction(school.ward.sessions) as db:
        return credit_columns(db, keys["provider"], keys["school.platform"])[0].unfinished


def test_what_was_held_before_the_switch_arrives(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        assert school.everything() == []
        switch(school, is_on=True)
        walk(school)
        assert school.deliver() == 2
        assert shown(school)[0] == 0.75 and shown(school, NURSE)[0] == 0.5
        walk(school)
        assert (school.deliver(), unfinished(school), len(school.everything())) == (0, 0, 2)


def test_it_goes_in_pages_and_from_where_it_was(migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_catch_up, "PAGE", 2)
    with holding(migrated_database_url) as school:
        crowd(school, 3)
        switch(school, is_on=True)
        open_columns(school.ward.sessions, school.clock.now)
        assert catch_up(school.ward.sessions, school.clock) == 2
        assert (len(school.everything()), unfinished(school)) == (2, 1)
        assert catch_up(school.ward.sessions, school.clock, lambda: True) == 2
        assert len(school.everything()) == 2, "a worker that is stopping begins nobody new"
        assert walk(school) == 2
        assert len(school.everything()) == 5
        assert {row.given for row in school.everything()} == {0.75, 0.5, 0.25}


def test_workers_side_by_side_tell_each_learner_once(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        crowd(school, 6)
        switch(school, is_on=True)
        open_columns(school.ward.sessions, school.clock.now)
        found = together(3, lambda: catch_up(school.ward.sessions, school.clock))
        assert sorted(str(one) for one in found) == ["0", "0", "8"]
        assert [row.state for row in school.everything()] == ["waiting"] * 8


DOOMED = """
import os, signal, sys
from datetime import datetime
from lti_tool.db.engine import make_engine, make_sessions
from lti_tool.services import credit_catch_up
told = credit_catch_up._tell_one
def deadly(*given):
    told(*given)
    os.kill(os.getpid(), signal.SIGKILL)
credit_catch_up._tell_one = deadly
moment = datetime.fromisoformat(sys.argv[2])
credit_catch_up.catch_up(make_sessions(make_engine(sys.argv[1])), lambda: moment)
"""


def test_a_killed_worker_loses_and_doubles_nothing(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        crowd(school, 2)
        switch(school, is_on=True)
        open_columns(school.ward.sessions, school.clock.now)
        command = [sys.executable, "-c", DOOMED, migrated_database_url, school.clock.now.isoformat()]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert len(school.everything()) == 1
        assert walk(school) == 0, "its lease holds"
        school.clock.now += LEASE + timedelta(seconds=1)
        assert walk(school) == 1
        assert len(school.everything()) == 4 == len({row.learner_id for row in school.everything()})


def test_a_claim_during_the_walk_is_told_once_and_last(school: School) -> None:
    switch(school, is_on=True)
    enter(school, EntryKind.ADJUST, "0.5")
    walk(school)
    physician = school.ward.keys[PHYSICIAN]
    assert [(row.given, row.state) for row in school.everything() if row.learner_id == physician] == [(0.5, "waiting")]
    assert len(school.everything()) == 2


def test_a_link_that_comes_later_has_its_column_too(school: School) -> None:
    switch(school, is_on=True)
    walk(school)
    school.ward.course("autumn", platform={"issuer": "https://other.example"})
    with transaction(school.ward.sessions) as db:
        course = db.get_one(models.Course, school.ward.keys["autumn"])
        course.deployment_id = school.ward.keys["school.deployment"]
    school.ward.learner(PHYSICIAN, "autumn")
    school.ward.place("later", "autumn")
    assert open_columns(school.ward.sessions, school.clock.now) == 1
    assert open_columns(school.ward.sessions, school.clock.now) == 0
    walk(school)
    later = next(one for one in columns(school) if one.course_id == school.ward.keys["autumn"])
    assert [row.given for row in school.everything() if row.placement_id == later.id] == [0.75]


def test_who_becomes_known_in_a_course_later_is_told_at_their_launch(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        switch(school, is_on=True)
        with transaction(school.ward.sessions) as db:
            key = (school.ward.keys["school"], school.ward.keys[PHYSICIAN])
            db.delete(db.get_one(models.CourseMember, key))
        walk(school)
        assert len(school.everything()) == 1
        school.ward.learner(PHYSICIAN, "school")
        for _ in range(2):
            with transaction(school.ward.sessions) as db:
                note_arrived_credit(db, school.ward.visit(PHYSICIAN, "test"), school.clock.now)
        school.deliver()
        assert len(school.everything()) == 2 and shown(school)[0] == 0.75


def test_staff_and_those_without_credit_are_told_of_nowhere(school: School) -> None:
    school.ward.learner(TEACHER, "school", is_staff=True)
    school.ward.learner("idle", "school")
    switch(school, is_on=True)
    walk(school)
    with transaction(school.ward.sessions) as db:
        note_arrived_credit(db, school.ward.visit(TEACHER, "test", is_staff=True), school.clock.now)
        note_arrived_credit(db, school.ward.visit("idle", "test"), school.clock.now)
    assert len(school.everything()) == 2


def test_a_deployment_that_wants_none_gets_none(school: School) -> None:
    walk(school)
    with transaction(school.ward.sessions) as db:
        note_arrived_credit(db, school.ward.visit(PHYSICIAN, "test"), school.clock.now)
    assert columns(school) == [] == school.everything()


def test_without_the_scope_no_column_is_opened_until_it_is_granted(school: School) -> None:
    school.ward.change("test", scopes=f"{AGS}score {AGS}lineitem.readonly")
    switch(school, is_on=True)
    assert (walk(school), columns(school)) == (0, [])
    school.ward.change("test", scopes=f"{AGS}score {AGS}lineitem")
    walk(school)
    assert len(school.everything()) == 2


def test_what_changed_while_it_was_off_is_told_when_it_is_on_again(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        switch(school, is_on=True)
        walk(school)
        school.deliver()
        switch(school, is_on=False)
        enter(school, EntryKind.ADJUST, "0.25")
        enter(school, EntryKind.REVOKE, "0", NURSE)
        assert (walk(school), school.deliver()) == (0, 0)
        assert shown(school)[0] == 0.75 and len(credit_items(school)) == 1
        school.clock.pass_by(minutes=1)
        switch(school, is_on=True)
        walk(school)
        school.deliver()
        assert shown(school)[0] == 0.25 and shown(school, NURSE) == (0, NO_CREDIT)
        assert len(credit_items(school)) == 1


def test_what_waits_is_taken_back_in_pieces(migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_switch, "AT_ONCE", 2)
    monkeypatch.setattr(credit_catch_up, "AT_ONCE", 2)
    with holding(migrated_database_url) as school:
        crowd(school, 3)
        switch(school, is_on=True)
        walk(school)
        switch(school, is_on=False)
        assert school.deliver() == 0, "what is not taken back yet is not sent either"
        assert unfinished(school) == 1
        with pytest.raises(Conflict, match="credit_being_withdrawn"):
            switch(school, is_on=True)
        assert catch_up(school.ward.sessions, school.clock) == 2
        walk(school)
        assert {row.state for row in school.everything()} == {"superseded"} and unfinished(school) == 0
        switch(school, is_on=True)
        walk(school)
        assert school.deliver() == 5


def test_a_switch_in_the_middle_of_a_page_is_heeded(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(school, is_on=True)
    open_columns(school.ward.sessions, school.clock.now)
    told = credit_catch_up._tell_one

    def after_the_switch(*given: object) -> None:
        if columns(school)[0].credit_leased_until is not None:
            switch(school, is_on=False)
        told(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(credit_catch_up, "_tell_one", after_the_switch)
    catch_up(school.ward.sessions, school.clock)
    assert school.everything() == [] and unfinished(school) == 0
    monkeypatch.setattr(credit_catch_up, "_tell_one", told)
    switch(school, is_on=True)
    walk(school)
    assert len(school.everything()) == 2


def test_a_column_that_was_deleted_and_made_anew_holds_everybodys_credit(migrated_database_url: str) -> None:
    with holding(migrated_database_url) as school:
        switch(school, is_on=True)
        walk(school)
        school.deliver()
        (old,) = credit_items(school)
        with school.lms.store.change() as state:
            state.line_items = [one for one in state.line_items if one.id != old.id]
            state.results = [one for one in state.results if one.line_item_id != old.id]
        school.clock.pass_by(minutes=1)
        enter(school, EntryKind.ADJUST, "0.25", NURSE)
        school.deliver()
        assert [row.outcome for row in school.everything() if row.state == "parked"] == ["gone"]
        walk(school)
        assert credit_items(school) == [], "somebody has to say that it was a mistake"
        with transaction(school.ward.sessions) as db:
            redrive(db, school.clock.now)
        school.deliver()
        walk(school)
        school.deliver()
        assert shown(school)[0] == 0.75 and shown(school, NURSE)[0] == 0.25
