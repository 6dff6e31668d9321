"""Recordings in both faces: the same reports make the same facts, and the tool believes no more than can have been."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import CmeError
from lti_tool.domain.native import ActivityCopy, NativeAnswer, NativeClaim, read_message, write_message
from lti_tool.domain.playback import Playback, Stretch, in_seconds
from lti_tool.domain.record import Record
from lti_tool.domain.replay import beside
from lti_tool.services.activity import import_activity
from lti_tool.services.content import Report, open_item, report_view
from lti_tool.services.native_activity import activity_copy
from lti_tool.services.native_claim import Desk, receive_claim, visit_of
from lti_tool.services.native_facts import native_course, native_learner, native_participation, write_facts
from lti_tool.services.native_record import native_record
from lti_tool.services.participation import progress
from lti_tool.services.session import Visit
from tests.functional.api_calls import fits
from tests.functional.native import COURSE, NativeLearner
from tests.functional.test_native_parity import TEXTS, client_of
from tests.functional.two_faces import link
from tests.functional.world import World, sample
from tests.xblock.samples import FILM, RECORDINGS, TALK, with_recordings
from xblock_cme import studying

NUMBERS = itertools.count()
WHOLE = in_seconds(60, [(0, 60)])


@pytest.fixture
def world(sqlite_world: World) -> World:
    found = sample("hypertension-2026")
    assert found.activity is not None
    activity, media = with_recordings(found.activity)
    with sqlite_world.db() as db:
        import_activity(db, sqlite_world.provider_id, activity, media, sqlite_world.clock())
    return sqlite_world


def copy_of(world: World) -> ActivityCopy:
    with world.db() as db:
        return activity_copy(db, world.provider_id, RECORDINGS, 1, TEXTS)


class Listener(NativeLearner):
    """Plays every recording to its end before the next is opened."""

    def __init__(self, world: World, told: Playback = WHOLE) -> None:
        super().__init__(copy_of(world), world.clock() - timedelta(days=1))
        self.told = told
        self.subject = f"listener-{next(NUMBERS)}"

    def report(self, key: str, told: Playback, seconds: int = 60) -> None:
        reading = self.facts.reading
        view = reading.view if reading is not None else ""
        self.do(lambda here: studying.report_play(here, studying.Report(key, view, seconds, told)))

    def study(self) -> None:
        for item in self.copy.activity.content.items if self.copy.activity.content else ():
            self.do(lambda here, key=item.key: studying.open_item(here, key))  # type: ignore[misc]
            if item.is_recording:
                self.report(item.key, self.told)
            self.do(lambda here, key=item.key: studying.confirm_reading(here, key))  # type: ignore[misc]
        self.do(studying.finish_content)

    def to_the_claim(self) -> None:
        self.take(TestKind.POST)
        self.evaluate()

    def walked(self) -> Listener:
        self.acknowledge()
        self.study()
        self.to_the_claim()
        return self


def deliver(world: World, claim: NativeClaim) -> NativeAnswer:
    desk = Desk(link, world.deps.printer, world.deps.sealer)
    with world.db() as db:
        data = receive_claim(db, client_of(world), f"key-{next(NUMBERS)}", write_message(claim), desk, world.clock())
    return read_message(NativeAnswer, data)


def claim_of(who: Listener, world: World, **more: Any) -> NativeClaim:
    return who.claim(subject=who.subject, at=world.clock(), **more)


def visit_for(world: World, who: Listener) -> Visit:
    """As an LTI launch, with what the learner has done in the block so far."""
    client = client_of(world)
    with world.db() as db:
        learner = native_learner(db, client, who.subject, "", who.now)
        activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key == RECORDINGS)).one()
        row = native_participation(db, learner.id, activity_id, 1, who.now)
        write_facts(db, row, who.facts.record, Record(), who.now)
        course = native_course(db, client, COURSE, "", who.now)
        return visit_of(client, learner.id, course.id, activity_id, "")


def test_the_claim_carries_what_was_played_and_credit_is_given(world: World) -> None:
    who = Listener(world).walked()
    sent = claim_of(who, world)
    message = write_message(sent)
    assert message["version"] == "native-claim/3" and read_message(NativeClaim, message) == sent
    fits("NativeClaim", message)
    for version in ("native-claim/1", "native-claim/2"):
        with pytest.raises(Exception, match="is not valid"):
            fits("NativeClaim", {**message, "version": version})
    assert deliver(world, sent).is_awarded
    with world.db() as db:
        rows = db.scalars(select(models.StudyView).where(models.StudyView.item == TALK)).all()
        assert [(row.duration, row.ranges) for row in rows] == [(60.0, [[0.0, 60.0]])]


def test_whoever_has_not_played_enough_is_told_so(world: World) -> None:
    who = Listener(world, in_seconds(60, [(0, 53)]))
    who.acknowledge()
    with pytest.raises(CmeError) as refused:
        who.study()
    assert [(each.code, each.facts["title"]) for each in refused.value.facts["blockers"]] == [
        ("content_coverage", "A talk")
    ]


PART = in_seconds(60, [(0, 20)])
HOURS = in_seconds(100 * 3600, [(0, 100 * 3600)])


@pytest.mark.parametrize(
    "changes",
    [
        {"playback": None},
        {"playback": PART},
        {"playback": PART, "coverage": PART.coverage},
        {"playback": HOURS},
        {"playback": Playback(60_000, (Stretch(-90 * 3_600_000, 60_000),))},
        {"first_opened_at": None},
    ],
    ids=["of nothing", "beyond its stretches", "too little", "hours in a day", "before its beginning", "not opened"],
)
def test_a_coverage_that_cannot_have_been_is_not_believed(world: World, changes: dict[str, Any]) -> None:
    who = Listener(world).walked()
    sent = claim_of(who, world)
    study = replace(sent.record.studies[TALK], **changes)
    record = replace(sent.record, studies={**sent.record.studies, TALK: study})
    answer = deliver(world, replace(sent, record=record))
    assert not answer.is_awarded and [reason.code for reason in answer.reasons] == ["facts_impossible"]
    with world.db() as db:
        assert not db.scalars(select(models.StudyView)).all(), "nothing of a refused claim is kept"


def test_time_that_has_not_passed_is_not_believed(world: World) -> None:
    who = Listener(world).walked()
    sent = claim_of(who, world)
    studies = {key: replace(study, seconds=10**6) for key, study in sent.record.studies.items()}
    answer = deliver(world, replace(sent, record=replace(sent.record, studies=studies)))
    assert [(reason.code, reason.facts["what"]) for reason in answer.reasons] == [
        ("facts_impossible", "more time was spent on the content than has passed")
    ]


def test_the_content_is_not_finished_before_it_could_be_played(world: World) -> None:
    who = Listener(world).walked()
    sent = claim_of(who, world)
    finished = sent.record.content_finished_at
    assert finished is not None
    study = replace(sent.record.studies[TALK], first_opened_at=finished - timedelta(seconds=20))
    record = replace(sent.record, studies={**sent.record.studies, TALK: study})
    (reason,) = deliver(world, replace(sent, record=record)).reasons
    assert "before a recording could be played" in reason.facts["what"]


def test_halves_in_both_faces_are_one(world: World) -> None:
    who = Listener(world, in_seconds(60, [(30, 60)]))
    who.acknowledge()
    visit = visit_for(world, who)
    for key in (TALK, FILM):
        with world.db() as db:
            view = open_item(db, visit, key, who.now).view_id
            report_view(db, visit, key, view, Report(30, in_seconds(60, [(0, 30)])), who.now + timedelta(minutes=1))
        who.now += timedelta(minutes=2)
    with world.db() as db:
        found = native_record(db, client_of(world), RECORDINGS, who.subject, COURSE, link, who.now)
    assert found.record.studies[TALK].coverage == Decimal("0.5")
    with pytest.raises(CmeError):
        who.study()
    who.hear(found)
    who.do(studying.finish_content)
    assert who.here.record.studies[TALK].coverage == 1
    assert who.facts.record.studies[TALK].coverage == Decimal("0.5"), "what was done there is the tool's own"
    who.to_the_claim()
    assert deliver(world, claim_of(who, world)).is_awarded


def test_time_by_a_link_counts_once(world: World) -> None:
    who = Listener(world)
    who.acknowledge()
    visit = visit_for(world, who)
    with world.db() as db:
        view = open_item(db, visit, TALK, who.now).view_id
        report_view(db, visit, TALK, view, Report(50), who.now + timedelta(minutes=1))
    who.now += timedelta(minutes=2)
    with world.db() as db:
        who.hear(native_record(db, client_of(world), RECORDINGS, who.subject, COURSE, link, who.now))
    who.do(lambda here: studying.open_item(here, TALK))
    who.do(lambda here: studying.confirm_reading(here, TALK))
    assert who.facts.record.studies[TALK].seconds == 60 and who.here.record.seconds_studied == 110


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.sampled_from([TALK, FILM])),
        st.tuples(
            st.just("report"),
            st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=4),
            st.integers(0, 200),
            st.sampled_from([None, 30.04, 60, 61, 0, 1e9]),
        ),
        st.tuples(st.just("wait"), st.integers(0, 40)),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_block_and_tool_make_the_same_of_the_same_reports(world: World, steps: list[Any]) -> None:
    """One opening at a time, as the block has it."""
    who = Listener(world)
    who.pace = timedelta(0)
    who.acknowledge()
    visit, key, view = visit_for(world, who), "", ""
    for step in [("open", TALK), *steps]:
        match step:
            case ("open", wanted):
                key = wanted
                who.do(lambda here, wanted=wanted: studying.open_item(here, wanted))  # type: ignore[misc]
                with world.db() as db:
                    view = open_item(db, visit, wanted, who.now).view_id
            case ("wait", seconds):
                who.now += timedelta(seconds=seconds)
            case ("report", ranges, seconds, duration):
                told = in_seconds(duration, ranges)
                who.report(key, told, seconds)
                with world.db() as db:
                    report_view(db, visit, key, view, Report(seconds, told), who.now)
        # Two openings in one moment would be one to the block.
        who.now += timedelta(milliseconds=1)
    with world.db() as db:
        theirs = progress(db, visit, who.now).record
    mine = who.facts.record
    assert mine.studies.keys() == theirs.studies.keys()
    for item, study in mine.studies.items():
        there = theirs.studies[item]
        assert (study.coverage, study.playback) == (there.coverage, there.playback)
        assert study.first_opened_at == there.first_opened_at
    assert mine.seconds_studied == theirs.seconds_studied
    copied = beside(who.copy.activity, theirs, mine)
    assert all(copied.studies[item].coverage == study.coverage for item, study in mine.studies.items())
