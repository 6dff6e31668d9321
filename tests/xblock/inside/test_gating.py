"""A learner gets not one byte of what is behind a closed gate, by any route; and all of it at once when it opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_tool.domain.activity import Step
from tests.xblock.inside.courses import Block, Store
from tests.xblock.inside.gated_course import ADA, NAME, SECRET, acknowledge, live, seen
from tests.xblock.inside.platform import Lms, step_fields, user
from xblock_cme import course, partition
from xblock_cme.gating import FIRST_ID, OPEN_GROUP, GateRule, foreign_access, wanted_access

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
    for block in world.live.below(world.live.blocks[gated["unit"].usage_id]):
        block.group_access = {}
    world.live.blocks[gated["inner"].usage_id].group_access = {rule.partition_id: [OPEN_GROUP]}
    assert seen(Lms(world, has_override=False), "child_page", gated, "deep")


def test_the_gates_own_step_stays_open(world: Store, gated: dict[str, Block]) -> None:
    (step,) = world.live.get_items(world.course_key, {"category": "cme_step"})
    assert step.group_access == {}
    assert all(live(world, gated[name]).group_access for name in ("near", "inner", "deep"))


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
    world.go_live(unit)
    acknowledge(world, ADA)
    assert live(world, problem).group_access
    assert not Lms(world).child_page(ADA, problem)


# ---- what authors do -------------------------------------------------------------------------------------------------


def test_what_is_added_is_stamped_when_it_is_published(world: Store, gated: dict[str, Block]) -> None:
    """What is written on the event of the addition itself would be lost: the store is closing its operation then."""
    late = world.add("problem", gated["gate"], text=SECRET, student_view_data=SECRET)
    world.go_live(gated["unit"])
    assert late.own_access and live(world, late).own_access == late.own_access
    assert not seen(Lms(world, has_override=False), "blocks_api", gated, "unit")


def test_publishing_leaves_no_changes_behind(world: Store, gated: dict[str, Block]) -> None:
    """An author who has published sees a published unit."""
    world.add("problem", gated["gate"], text=SECRET)
    assert world.has_changes(gated["unit"])
    world.go_live(gated["unit"])
    assert not world.has_changes(gated["unit"])


def test_what_is_moved_in_and_out_is_followed(world: Store, gated: dict[str, Block]) -> None:
    outside = world.add("vertical")
    problem = world.add("problem", outside, text=SECRET)
    world.go_live(outside)
    assert live(world, problem).group_access == {}
    world.move(problem, gated["gate"])
    world.go_live(gated["unit"])
    world.go_live(outside)
    assert live(world, problem).group_access == live(world, gated["near"]).group_access
    world.move(problem, outside)
    world.go_live(gated["unit"])
    world.go_live(outside)
    assert live(world, problem).own_access is None


def test_what_is_duplicated_is_followed(world: Store, gated: dict[str, Block]) -> None:
    outside = world.add("vertical")
    made = world.duplicate(gated["inner"], outside)
    world.go_live(outside)
    assert not live(world, made).group_access
    assert not any(block.group_access for block in world.live.below(live(world, made)))
    again = world.duplicate(made, gated["gate"])
    world.go_live(gated["unit"])
    assert live(world, again).group_access
    assert all(block.group_access for block in world.live.below(live(world, again)))


def test_a_change_of_the_gates_steps_changes_every_stamp(world: Store, gated: dict[str, Block]) -> None:
    before = dict(live(world, gated["deep"]).group_access)
    world.edit(gated["gate"], steps=["information", "pre-test"])
    world.go_live(gated["unit"])
    deep, near = (live(world, gated[name]).group_access for name in ("deep", "near"))
    assert deep != before and deep == near
    acknowledge(world, ADA)
    assert not seen(Lms(world), "child_page", gated, "deep")


def test_a_step_that_is_published_alone_brings_its_gate_along(world: Store) -> None:
    unit = world.add("vertical")
    gate = world.add("cme_gate", unit, activity="", steps=["information"])
    step = world.add("cme_step", gate, copies={}, step="information")
    problem = world.add("problem", gate, text=SECRET)
    world.go_live(unit)
    before = dict(problem.group_access)
    world.edit(step, **step_fields(NAME, "information"))
    world.go_live(step)
    assert problem.group_access != before


def test_nested_gates_ask_for_both(world: Store, gated: dict[str, Block]) -> None:
    nested = world.add("cme_gate", gated["inner"], activity=NAME, steps=["pre-test"])
    problem = world.add("problem", nested, text=SECRET)
    world.go_live(gated["unit"])
    assert len(live(world, problem).group_access) == 2
    acknowledge(world, ADA)
    assert not Lms(world).child_page(ADA, problem)


def test_what_was_not_stamped_when_published_is_published_once_more(world: Store, gated: dict[str, Block]) -> None:
    assert world.published == [gated["unit"].usage_id, gated["unit"].usage_id]
    world.go_live(gated["unit"])
    assert len(world.published) == 3


# ---- access that authors set themselves ------------------------------------------------------------------------------


def test_what_a_block_inherits_is_no_stamp(world: Store, gated: dict[str, Block]) -> None:
    """Authors see it on the block, but a learner who may not load what it comes from does not inherit it."""
    outer = world.add("vertical", gated["gate"])
    world.go_live(gated["unit"])
    deep = world.add("problem", outer, text=SECRET)
    assert deep.group_access and not deep.own_access
    world.go_live(gated["unit"])
    assert live(world, deep).own_access
    assert not Lms(world, has_override=False).child_page(ADA, deep)


def test_what_is_set_above_a_gate_is_not_copied_into_it(world: Store, gated: dict[str, Block]) -> None:
    """Else what is in the gate would be for a group that the unit no longer lets in."""
    gated["unit"].group_access = {50: [2]}
    late = world.add("problem", gated["gate"], text=SECRET)
    assert late.group_access == {50: [2]}
    world.go_live(gated["unit"])
    gated["unit"].own_access = None
    world.go_live(gated["unit"])
    assert foreign_access(live(world, late).group_access) == {}
    assert not world.has_changes(gated["unit"])


def test_what_an_author_sets_on_a_block_itself_stays(world: Store, gated: dict[str, Block]) -> None:
    gated["near"].group_access = {**gated["near"].group_access, 50: [2]}
    for _ in range(2):
        world.go_live(gated["unit"])
        assert foreign_access(live(world, gated["near"]).group_access) == {50: [2]}
        assert foreign_access(live(world, gated["inner"]).group_access) == {}


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
