"""What is owed to which gradebook, and when nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import make_engine, transaction
from lti_tool.db.migrate import differences
from lti_tool.domain.activity import Step
from lti_tool.services.grade import note_arrival, note_progress
from lti_tool.services.participation import progress
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.ward import ALL_SCOPES, LMS, Ward


def test_models_and_migrations_agree(migrated_database_url: str) -> None:
    engine = make_engine(migrated_database_url)
    assert differences(engine) == []
    engine.dispose()


def test_a_score_is_queued_as_per_cent_with_the_fact(ward: Ward) -> None:
    ward.post_test(right=2)
    (row,) = ward.deliveries()
    assert (row.given, row.maximum, row.state, row.next_at, row.submitted_at) == (66.67, 100, "waiting", NOW, NOW)
    assert row.stamp == NOW


def test_zero_is_a_score(ward: Ward) -> None:
    ward.post_test(right=0)
    assert ward.states() == [("waiting", 0)]


def test_a_better_score_takes_the_place_of_the_unsent_one(ward: Ward) -> None:
    ward.post_test(right=1)
    ward.post_test(right=3)
    assert ward.states() == [("superseded", 33.33), ("waiting", 100)]


def test_timestamps_rise_by_whole_seconds_even_within_one(ward: Ward) -> None:
    for right in (1, 2, 3):
        ward.post_test(right=right)
    stamps = [row.stamp for row in ward.deliveries()]
    assert stamps == [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]


def test_a_worse_attempt_changes_nothing(ward: Ward) -> None:
    ward.post_test(right=3)
    ward.post_test(right=1)
    assert ward.states() == [("waiting", 100)]


def test_every_placement_of_the_learner_hears_of_it(ward: Ward) -> None:
    ward.place("test", step=Step.POST_TEST)
    ward.place("gate", step=Step.INFORMATION)
    ward.course("elsewhere")
    ward.place("far", "elsewhere")
    ward.learner("lee", "elsewhere")
    ward.post_test()
    assert [ward.states(link=link) for link in ("link", "test", "far")] == [[("waiting", 100)]] * 3
    assert ward.states(link="gate") == []


def test_a_course_that_the_learner_never_came_from_hears_nothing(ward: Ward) -> None:
    ward.course("elsewhere")
    ward.place("far", "elsewhere")
    ward.post_test()
    assert ward.states(link="far") == []


def test_a_step_is_one_of_one_when_done(ward: Ward) -> None:
    ward.place("gate", step=Step.INFORMATION)
    ward.acknowledge()
    (row,) = ward.deliveries(link="gate")
    assert (row.given, row.maximum, row.submitted_at) == (1, 1, None)
    assert ward.states() == []


def test_a_test_run_by_staff_is_never_graded(ward: Ward) -> None:
    ward.learner("boss", is_staff=True)
    ward.post_test("boss", is_staff=True)
    assert ward.states("boss") == []


def test_where_the_learner_teaches_they_are_not_graded(ward: Ward) -> None:
    ward.course("taught")
    ward.place("far", "taught")
    ward.learner("lee", "taught", is_staff=True)
    ward.post_test()
    assert ward.states(link="far") == []


def test_without_score_scope_or_any_address_nothing_is_queued(ward: Ward) -> None:
    ward.change(scopes=ALL_SCOPES.replace("scope/score", "scope/other"))
    ward.place("nowhere", line_item=None, line_items=None)
    ward.post_test()
    assert ward.states() == ward.states(link="nowhere") == []


def test_a_list_of_line_items_is_enough(ward: Ward) -> None:
    ward.change(line_item=None)
    ward.post_test()
    assert ward.states() == [("waiting", 100)]


def test_another_provider_sharing_the_activity_key_is_out_of_reach(ward: Ward) -> None:
    visit = replace(ward.visit(), provider_id="f" * 32)
    ward.post_test(notes=False)

    with transaction(ward.sessions) as db:
        note_progress(db, progress(db, ward.visit(), NOW), visit, NOW)
    assert ward.states() == []


def test_a_launch_brings_what_was_earned_before_the_lms_took_grades(ward: Ward) -> None:
    ward.change(scopes="")
    ward.post_test()
    ward.change(scopes=ALL_SCOPES)
    ward.arrive()
    ward.arrive()
    assert ward.states() == [("waiting", 100)]


def test_a_new_placement_of_a_finished_activity_is_told_at_its_first_launch(ward: Ward) -> None:
    ward.post_test()
    ward.place("second")
    ward.arrive(link="second")
    assert ward.states(link="second") == [("waiting", 100)]


def test_somebody_elses_launch_brings_what_others_earned(ward: Ward) -> None:
    ward.learner("boss", is_staff=True)
    ward.learner("kim")
    ward.post_test()
    ward.post_test("kim", 1)
    ward.place("second")
    ward.arrive("boss", "second", is_staff=True)
    assert (ward.states(link="second"), ward.states("kim", "second")) == ([("waiting", 100)], [("waiting", 33.33)])
    assert ward.states("boss", "second") == []


def test_what_was_done_in_another_course_opens_the_pages_of_this_one(ward: Ward) -> None:
    ward.acknowledge()
    ward.course("copy")
    for link, step in (("whole", None), ("gate", Step.INFORMATION), ("test", Step.POST_TEST)):
        ward.place(link, "copy", step=step)
    ward.learner("lee", "copy")
    for _ in range(2):
        ward.arrive(link="whole")
    assert ward.states(link="gate") == [("waiting", 1)]
    assert ward.states(link="whole") == ward.states(link="test") == []


def test_a_grade_of_another_link_that_was_sent_is_left_alone(ward: Ward) -> None:
    ward.place("second")
    ward.post_test()
    with transaction(ward.sessions) as db:
        row = db.get_one(models.Delivery, ward.deliveries(link="second")[0].id)
        row.state, row.line_item = "parked", f"{LMS}/second/lineitem"
    ward.arrive()
    assert [state for state, _ in ward.states(link="second")] == ["parked"]


def test_a_launch_of_somebody_without_facts_queues_nothing(ward: Ward) -> None:
    ward.arrive()
    assert ward.states() == []


def test_a_link_that_opens_nothing_is_left_alone(ward: Ward) -> None:
    ward.post_test(notes=False)
    ward.change(activity_id=None)

    with transaction(ward.sessions) as db:
        note_arrival(db, ward.visit(), NOW)
        note_arrival(db, replace(ward.visit(), placement_id=None), NOW)
    assert ward.states() == []


def test_a_new_line_item_is_told_again(ward: Ward) -> None:
    ward.post_test()

    with transaction(ward.sessions) as db:
        row = db.get_one(models.Delivery, ward.deliveries()[0].id)
        row.state, row.line_item = "delivered", f"{LMS}/link/lineitem"
    ward.arrive()
    assert ward.states() == [("delivered", 100)]
    ward.change(line_item=f"{LMS}/link/lineitem/new")
    ward.arrive()
    assert ward.states() == [("delivered", 100), ("waiting", 100)]


def test_the_grade_of_a_merged_person_goes_to_the_identity_that_the_lms_knows(ward: Ward) -> None:
    ward.learner("twin")
    with transaction(ward.sessions) as db:
        row = db.get_one(models.Learner, ward.keys["lee"])
        row.merged_into = ward.keys["twin"]
        member = db.get_one(models.CourseMember, (ward.keys["course"], ward.keys["lee"]))
        db.delete(db.get_one(models.CourseMember, (ward.keys["course"], ward.keys["twin"])))
        db.flush()
        member.learner_id, member.seen_as = ward.keys["twin"], ward.keys["lee"]
    ward.post_test("twin", right=3)
    ward.arrive("twin")
    with transaction(ward.sessions) as db:
        (delivery,) = db.scalars(select(models.Delivery)).all()
        assert delivery.learner_id == ward.keys["lee"] and delivery.learner.subject == "lee"
