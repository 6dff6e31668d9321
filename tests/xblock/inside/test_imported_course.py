"""Gates in a course that was written elsewhere: its files bring blocks, and no event for any of them."""

from __future__ import annotations

from dataclasses import replace

from openedx_events.content_authoring.data import CourseData
from openedx_events.content_authoring.signals import COURSE_IMPORT_COMPLETED

from tests.xblock.inside.courses import Block, Store
from tests.xblock.inside.gated_course import ADA, SECRET, acknowledge, live, seen
from tests.xblock.inside.platform import Lms


def imported(gated: dict[str, Block]) -> list[Block]:
    """The unit as a course that was written elsewhere: without a stamp."""
    found = [gated["unit"], *gated["unit"].branch.below(gated["unit"])]
    return [replace(block, own_access=None) for block in found]


def test_an_imported_course_is_stamped_though_no_block_of_it_tells(world: Store, gated: dict[str, Block]) -> None:
    world.import_course(imported(gated))
    assert not seen(Lms(world, has_override=False), "blocks_api", gated, "unit")
    acknowledge(world, ADA)
    assert seen(Lms(world), "blocks_api", gated, "unit")


def test_an_import_publishes_no_draft(world: Store, gated: dict[str, Block]) -> None:
    """Studio's own drafts of a gate wait for their author; the second lock holds meanwhile."""
    late = world.add("problem", gated["gate"], text=SECRET)
    COURSE_IMPORT_COMPLETED.send_event(course=CourseData(course_key=world.course_key))
    assert late.usage_id not in world.live.blocks
    assert late.own_access


def test_an_import_frees_what_bears_a_stamp_outside_every_gate(world: Store, gated: dict[str, Block]) -> None:
    """The platform exports a component that was pasted from a gate with the stamp that it had there."""
    free, draft = (world.add("problem", gated["unit"], text=SECRET) for _ in range(2))
    world.go_live(free)
    stale = dict(live(world, gated["near"]).own_access or {})
    assert stale
    world.import_course([replace(free, own_access={**stale, 50: [1]})])
    draft.own_access = stale
    COURSE_IMPORT_COMPLETED.send_event(course=CourseData(course_key=world.course_key))
    assert live(world, free).own_access == {50: [1]}, "what authors have set stays"
    assert draft.own_access is None and draft.usage_id not in world.live.blocks
    assert live(world, gated["near"]).own_access == stale
