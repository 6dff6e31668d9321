"""A learner gets not one byte of what is behind a closed gate, by any route; and all of it at once when it opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from lti_tool.domain.activity import Step
from lti_tool.domain.record import Acknowledgement, Record
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.platform import Block, Group, Lms, Store, UserPartition, step_fields, user
from xblock_cme import compat, course, partition, receivers, store
from xblock_cme.facts import LearnerFacts
from xblock_cme.gating import FIRST_ID, OPEN_GROUP, GateRule, wanted_access

NAME = "hypertension-2026"
SECRET = "What only those may read who have read the disclosure."
ADA = user("7")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A course with a unit, and Studio's receivers at work."""
    made = Store()
    for module in (compat, course, receivers):
        monkeypatch.setattr(module, "modulestore", lambda: made)
    for module in (compat, partition):
        monkeypatch.setattr(module, "partition_classes", lambda: (UserPartition, Group))
    course.forget()
    with override_settings(SERVICE_VARIANT="cms"):
        receivers.connect()
    yield made
    for name, signal in compat.content_events().items():
        assert signal.disconnect(dispatch_uid=f"xblock_cme.{name}")
    course.forget()


@pytest.fixture
def gated(world: Store) -> dict[str, Block]:
    """A unit with a gate: its disclosure, a problem, and a problem within a container."""
    unit = world.add("vertical")
    gate = world.add("cme_gate", unit, activity="", steps=["information"])
    world.add("cme_step", gate, **step_fields(NAME, "information"))
    near = world.add("problem", gate, text=SECRET, student_view_data=SECRET)
    inner = world.add("vertical", gate, text="")
    deep = world.add("problem", inner, text=SECRET, student_view_data=SECRET)
    return {"unit": unit, "gate": gate, "near": near, "inner": inner, "deep": deep}


def acknowledge(world: Store, who: Any, fingerprint: str | None = None) -> None:
    mark = Acknowledgement(fingerprint or copy_of(NAME).page.fingerprint, NOW)
    facts = LearnerFacts(version=1, record=Record(acknowledgements=(mark,)))
    store.keep_facts(store.Place(str(who.id), str(world.course_key), NAME), "some-step-block", facts, NOW)


def seen(lms: Lms, route: str, blocks: dict[str, Block], name: str) -> list[str]:
    """What ``ADA`` gets of a block by a route."""
    asks_unit = route in ("unit_page", "blocks_api", "mobile_api")
    found: list[str] = getattr(lms, route)(ADA, blocks["unit"] if asks_unit else blocks[name])
    return [text for text in found if SECRET in text]


ROUTES = ["unit_page", "child_page", "child_handler", "blocks_api", "mobile_api"]
WITHOUT = {"unit_page": "both", "child_page": "both", "child_handler": "both"}


@pytest.mark.parametrize("name", ["near", "deep"])
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_before_the_gate_opens_and_all_at_once_after(
    world: Store, gated: dict[str, Block], route: str, name: str
) -> None:
    lms = Lms(world)
    assert seen(lms, route, gated, name) == []
    acknowledge(world, ADA)
    assert seen(lms, route, gated, name)


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_leaks_without_the_guards(world: Store, gated: dict[str, Block], route: str) -> None:
    """The test above can fail: this is what the same routes give without our locks."""
    assert seen(Lms(world, has_partition=False, has_override=False), route, gated, "deep")


@pytest.mark.parametrize("route", ["unit_page", "child_page", "child_handler"])
def test_each_lock_holds_alone_where_both_reach(world: Store, gated: dict[str, Block], route: str) -> None:
    assert not seen(Lms(world, has_override=False), route, gated, "deep")
    assert not seen(Lms(world, has_partition=False), route, gated, "deep")


def test_a_stamp_on_the_gate_alone_would_leave_its_children_open(world: Store, gated: dict[str, Block]) -> None:
    """The platform's hole that makes us stamp every descendant."""
    rule = GateRule(NAME, ("information",))
    for block in world.below(gated["unit"]):
        block.group_access = {}
    gated["inner"].group_access = {rule.partition_id: [OPEN_GROUP]}
    assert seen(Lms(world, has_override=False), "child_page", gated, "deep")


def test_the_gates_own_step_stays_open(world: Store, gated: dict[str, Block]) -> None:
    (step,) = world.get_items(world.course_key, {"category": "cme_step"})
    assert step.group_access == {}
    assert all(block.group_access for block in (gated["near"], gated["inner"], gated["deep"]))


def test_strangers_and_nobody_are_outside(world: Store, gated: dict[str, Block]) -> None:
    acknowledge(world, ADA)
    for who in (user("8"), user("")):
        assert not Lms(world).child_page(who, gated["deep"])
    assert Lms(world).child_page(user("9", is_staff=True), gated["deep"])


def test_a_changed_text_closes_the_gate_again(world: Store, gated: dict[str, Block]) -> None:
    acknowledge(world, ADA, fingerprint="0" * 64)
    assert not seen(Lms(world), "child_page", gated, "near")


def test_a_gate_without_its_activity_stays_closed(world: Store) -> None:
    unit = world.add("vertical")
    gate = world.add("cme_gate", unit, activity="unknown", steps=["information"])
    problem = world.add("problem", gate, text=SECRET)
    acknowledge(world, ADA)
    assert problem.group_access
    assert not Lms(world).child_page(ADA, problem)


def test_what_is_moved_in_and_out_is_followed(world: Store, gated: dict[str, Block]) -> None:
    outside = world.add("vertical")
    problem = world.add("problem", outside, text=SECRET)
    assert problem.group_access == {}
    world.move(problem, gated["inner"])
    assert problem.group_access == gated["deep"].group_access
    world.move(problem, outside)
    assert problem.group_access == {}


def test_what_is_duplicated_is_followed(world: Store, gated: dict[str, Block]) -> None:
    world_outside = world.add("vertical")
    made = world.duplicate(gated["inner"], world_outside)
    assert made.group_access == {} and not any(block.group_access for block in world.below(made))
    again = world.duplicate(made, gated["gate"])
    assert again.group_access and all(block.group_access for block in world.below(again))


def test_a_change_of_the_gates_steps_changes_every_stamp(world: Store, gated: dict[str, Block]) -> None:
    before = dict(gated["deep"].group_access)
    gated["gate"].fields["steps"] = ["information", "pre-test"]
    world.update_item(gated["gate"], 1)
    assert gated["deep"].group_access != before and gated["deep"].group_access == gated["near"].group_access
    acknowledge(world, ADA)
    assert not seen(Lms(world), "child_page", gated, "deep")


def test_nested_gates_ask_for_both(world: Store, gated: dict[str, Block]) -> None:
    nested = world.add("cme_gate", gated["inner"], activity=NAME, steps=["pre-test"])
    problem = world.add("problem", nested, text=SECRET)
    assert len(problem.group_access) == 2
    acknowledge(world, ADA)
    assert not Lms(world).child_page(ADA, problem)


def test_what_was_not_stamped_when_published_is_stamped_and_published_again(
    world: Store, gated: dict[str, Block]
) -> None:
    gated["deep"].group_access = {}
    world.publish(gated["unit"].usage_id, 1)
    assert gated["deep"].group_access
    assert world.published == [gated["unit"].usage_id, gated["unit"].usage_id]
    world.publish(gated["unit"].usage_id, 1)
    assert len(world.published) == 3


def test_an_author_s_own_groups_are_kept() -> None:
    rule = GateRule(NAME, ("information",))
    stale = GateRule("other", ("claim",)).partition_id
    assert wanted_access({"50": [2], stale: [1]}, [rule]) == {50: [2], rule.partition_id: [OPEN_GROUP]}
    assert rule.partition_id >= FIRST_ID
    assert rule == replace(rule) and GateRule(NAME, ("pre-test",)).partition_id != rule.partition_id


def test_gates_of_a_course_are_read_once_for_each_version(
    world: Store, gated: dict[str, Block], monkeypatch: pytest.MonkeyPatch
) -> None:
    course.forget()
    reads = []
    original = course.read_course
    monkeypatch.setattr(course, "read_course", lambda *args: reads.append(1) or original(*args))
    made = world.get_course(world.course_key)
    for _ in range(5):
        partition.gate_partitions(made)
    assert len(reads) == 1
    assert Step.INFORMATION.value in partition.gate_partitions(made)[0].description
