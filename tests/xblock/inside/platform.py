"""A platform in small, built after what a real LMS was seen to do (Teak): a store of courses that sends the authoring
events, and an LMS with the routes by which a learner can ask for a block.

Each route checks what the real one checks and no more. ``merged_group_access`` has the real one's hole: where a parent
is denied, a child falls back to its own value.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from opaque_keys.edx.locator import CourseLocator
from openedx_events.content_authoring.data import DuplicatedXBlockData, XBlockData
from openedx_events.content_authoring.signals import (
    XBLOCK_CREATED,
    XBLOCK_DUPLICATED,
    XBLOCK_PUBLISHED,
    XBLOCK_UPDATED,
)

from tests.xblock.site.scenarios import fields_of

ROUTES = ("unit_page", "child_page", "child_handler", "blocks_api", "mobile_api")


@dataclass
class Group:
    id: int
    name: str


@dataclass
class UserPartition:
    """The platform's class as far as it is used here."""

    id: int
    name: str
    description: str
    groups: list[Group]
    scheme: Any
    parameters: dict[str, Any] = field(default_factory=dict)
    active: bool = True

    @staticmethod
    def get_scheme(name: str) -> Any:
        from xblock_cme.partition import CmeGateScheme

        assert name == "cme_gate"
        return CmeGateScheme

    def get_group(self, group_id: int) -> Group:
        return next(group for group in self.groups if group.id == group_id)


@dataclass
class Block:
    """A stored block; learners' state is elsewhere."""

    usage_id: Any
    children: list[Any] = field(default_factory=list)
    group_access: dict[int, list[int]] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def scope_ids(self) -> Any:
        return SimpleNamespace(usage_id=self.usage_id, block_type=self.usage_id.block_type)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None


class Store:
    """The modulestore: blocks by key, and what Studio does to them."""

    def __init__(self) -> None:
        self.course_key = CourseLocator("CME", "C1", "R1")
        self.blocks: dict[Any, Block] = {}
        self.version = 1
        self.published: list[Any] = []
        self._numbers = itertools.count(1)

    # ---- reading ---------------------------------------------------------------------------------------------------

    def get_items(self, course_key: Any, qualifiers: dict[str, str]) -> list[Block]:
        return [block for key, block in self.blocks.items() if key.block_type == qualifiers["category"]]

    def get_item(self, key: Any) -> Block:
        return self.blocks[key]

    def get_parent_location(self, key: Any) -> Any:
        return next((parent for parent, block in self.blocks.items() if key in block.children), None)

    def get_course(self, course_key: Any, depth: int = 0) -> Any:
        return SimpleNamespace(id=self.course_key, course_version=self.version)

    # ---- writing, with the events that the platform sends ----------------------------------------------------------

    def _event(self, signal: Any, key: Any) -> None:
        signal.send_event(xblock_info=XBlockData(usage_key=key, block_type=key.block_type))

    def update_item(self, block: Block, user_id: int) -> None:
        self.version += 1
        self._event(XBLOCK_UPDATED, block.usage_id)

    def publish(self, key: Any, user_id: int) -> None:
        self.published.append(key)
        self.version += 1
        self._event(XBLOCK_PUBLISHED, key)

    def add(self, kind: str, parent: Block | None = None, **fields: Any) -> Block:
        """Studio: the block is made, then its parent is saved."""
        key = self.course_key.make_usage_key(kind, f"{kind}{next(self._numbers)}")
        block = self.blocks[key] = Block(key, fields=fields)
        self._event(XBLOCK_CREATED, key)
        if parent is not None:
            parent.children.append(key)
            self.update_item(parent, 1)
        return block

    def move(self, block: Block, target: Block) -> None:
        source = self.blocks[self.get_parent_location(block.usage_id)]
        source.children.remove(block.usage_id)
        target.children.append(block.usage_id)
        self.update_item(target, 1)
        self.update_item(source, 1)

    def duplicate(self, block: Block, target: Block) -> Block:
        """With all below it; the platform sends one event for the root."""
        made = self._copied(block)
        target.children.append(made.usage_id)
        data = DuplicatedXBlockData(
            usage_key=made.usage_id, block_type=made.usage_id.block_type, source_usage_key=block.usage_id
        )
        XBLOCK_DUPLICATED.send_event(xblock_info=data)
        self.update_item(target, 1)
        return made

    def _copied(self, block: Block) -> Block:
        key = self.course_key.make_usage_key(block.usage_id.block_type, f"copy{next(self._numbers)}")
        children = [self._copied(self.blocks[child]).usage_id for child in block.children]
        self.blocks[key] = Block(key, children, copy.deepcopy(block.group_access), dict(block.fields))
        return self.blocks[key]

    def below(self, block: Block) -> Iterator[Block]:
        for key in block.children:
            yield self.blocks[key]
            yield from self.below(self.blocks[key])


@dataclass
class Lms:
    """The routes. ``has_partition`` and ``has_override`` switch each lock off, to see the test fail without it."""

    store: Store
    has_partition: bool = True
    has_override: bool = True

    def _groups(self, user: Any, partition_id: int) -> int | None:
        from xblock_cme.partition import gate_partitions

        for partition in gate_partitions(self.store.get_course(self.store.course_key)):
            if partition.id == partition_id:
                group = partition.scheme.get_group_for_user(self.store.course_key, user, partition)
                return int(group.id)
        return None

    def _merged_access(self, user: Any, block: Block) -> dict[int, list[int]]:
        """The platform's own way, hole and all."""
        parent_key = self.store.get_parent_location(block.usage_id)
        parent = self.store.blocks[parent_key] if parent_key is not None else None
        if parent is None or not self._has_group_access(user, parent):
            return block.group_access
        return {**self._merged_access(user, parent), **block.group_access}

    def _has_group_access(self, user: Any, block: Block) -> bool:
        if not self.has_partition or user.is_staff:
            return True
        merged = self._merged_access(user, block)
        return all(self._groups(user, partition) in groups for partition, groups in merged.items())

    def _is_for_staff_only(self, user: Any, block: Block) -> bool:
        from xblock_cme.override import CmeGateOverride

        if not self.has_override:
            return False
        return bool(CmeGateOverride(user).get(block, "visible_to_staff_only", False))

    def _may_load(self, user: Any, block: Block) -> bool:
        return user.is_staff or (self._has_group_access(user, block) and not self._is_for_staff_only(user, block))

    def unit_page(self, user: Any, unit: Block) -> list[str]:
        """What a unit's page holds: blocks drop the children that a learner may not load."""
        shown = []
        for key in unit.children:
            child = self.store.blocks[key]
            if self._may_load(user, child):
                shown += [child.fields.get("text", ""), *self.unit_page(user, child)]
        return shown

    def child_page(self, user: Any, block: Block) -> list[str]:
        """``/xblock/<key>``: asks about this block alone."""
        return [block.fields.get("text", ""), *self.unit_page(user, block)] if self._may_load(user, block) else []

    def child_handler(self, user: Any, block: Block) -> list[str]:
        """``/courses/…/handler/problem_get``: asks about this block alone, not about enrolment or any gate."""
        return self.child_page(user, block)

    def blocks_api(self, user: Any, unit: Block) -> list[str]:
        """``/api/courses/v2/blocks/``: from the cached structure; obeys partitions, knows no field overrides."""
        found = []
        for child in self.store.below(unit):
            if self._has_group_access(user, child):
                found.append(str(child.fields.get("student_view_data", child.fields.get("text", ""))))
        return found

    def mobile_api(self, user: Any, unit: Block) -> list[str]:
        """``/api/mobile/…/course_info/blocks/``: the blocks API in other clothes."""
        return self.blocks_api(user, unit)


def step_fields(name: str, step: str) -> dict[str, Any]:
    return {"copies": fields_of(name)["copies"], "step": step}


def user(user_id: str, *, is_staff: bool = False) -> Any:
    return SimpleNamespace(id=user_id, is_staff=is_staff)
