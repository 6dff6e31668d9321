"""A course with a gate in it, and what one learner gets of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from lti_tool.domain.record import Acknowledgement, Record
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.courses import Block, Store
from tests.xblock.inside.platform import Group, Lms, UserPartition, step_fields, user
from xblock_cme import compat, course, partition, receivers, store
from xblock_cme.facts import LearnerFacts

NAME = "hypertension-2026"
SECRET = "What only those may read who have read the disclosure."
ADA = user("7")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@contextmanager
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A course with a unit, and Studio's receivers at work."""
    made = Store()
    for module in (compat, course):
        monkeypatch.setattr(module, "modulestore", lambda: made.live)
    monkeypatch.setattr(receivers, "modulestore", lambda: made)
    for module in (compat, partition):
        monkeypatch.setattr(module, "partition_classes", lambda: (UserPartition, Group))
    course.forget()
    with override_settings(SERVICE_VARIANT="cms"):
        receivers.connect()
    yield made
    for name, signal in compat.content_events().items():
        assert signal.disconnect(dispatch_uid=f"xblock_cme.{name}")
    course.forget()


def gated_unit(world: Store) -> dict[str, Block]:
    """A published unit with a gate: its disclosure, a problem, and a problem within a container."""
    unit = world.add("vertical")
    gate = world.add("cme_gate", unit, activity="", steps=["information"])
    world.add("cme_step", gate, **step_fields(NAME, "information"))
    near = world.add("problem", gate, text=SECRET, student_view_data=SECRET)
    inner = world.add("vertical", gate, text="")
    deep = world.add("problem", inner, text=SECRET, student_view_data=SECRET)
    world.go_live(unit)
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


def live(world: Store, block: Block) -> Block:
    """As learners have it."""
    return world.live.blocks[block.usage_id]
