"""An LMS in small, built after what a real one was seen to do (Teak): the routes by which a learner asks for a block.

Each route checks what the real one checks and no more. ``merged_group_access`` has the real one's hole: where a parent
is denied, a child falls back to its own value, and inherits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.xblock.inside.courses import Block, Branch, Store
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
class Lms:
    """The routes to what is published. ``has_partition`` and ``has_override`` switch each lock off, to see the test
    fail without it."""

    store: Store
    has_partition: bool = True
    has_override: bool = True

    @property
    def live(self) -> Branch:
        return self.store.live

    def _groups(self, user: Any, partition_id: int) -> int | None:
        from xblock_cme.partition import gate_partitions

        for partition in gate_partitions(self.live.get_course(self.store.course_key)):
            if partition.id == partition_id:
                group = partition.scheme.get_group_for_user(self.store.course_key, user, partition)
                return int(group.id)
        return None

    def _merged_access(self, user: Any, block: Block) -> dict[int, list[int]]:
        """The platform's own way, hole and all."""
        parent_key = self.live.get_parent_location(block.usage_id)
        parent = self.live.blocks[parent_key] if parent_key is not None else None
        if parent is None or not self._may_load(user, parent):
            return block.own_access or {}
        return {**self._merged_access(user, parent), **(block.own_access or {})}

    def _has_group_access(self, user: Any, block: Block) -> bool:
        if not self.has_partition or user.is_staff:
            return True
        return self._is_in_groups(user, self._merged_access(user, block))

    def _is_in_groups(self, user: Any, access: dict[int, list[int]]) -> bool:
        return not self.has_partition or all(self._groups(user, each) in groups for each, groups in access.items())

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
        for key in self.live.blocks[unit.usage_id].children:
            child = self.live.blocks[key]
            if self._may_load(user, child):
                shown += [child.values.get("text", ""), *self.unit_page(user, child)]
        return shown

    def child_page(self, user: Any, block: Block) -> list[str]:
        """``/xblock/<key>``: asks about this block alone."""
        found = self.live.blocks.get(block.usage_id)
        if found is None or not self._may_load(user, found):
            return []
        return [found.values.get("text", ""), *self.unit_page(user, found)]

    def child_handler(self, user: Any, block: Block) -> list[str]:
        """``/courses/…/handler/problem_get``: asks about this block alone, not about enrolment or any gate."""
        return self.child_page(user, block)

    def blocks_api(self, user: Any, unit: Block) -> list[str]:
        """``/api/courses/v2/blocks/``: from the cached structure; obeys partitions, knows no field overrides."""
        found = []
        for child in map(self.live.get_item, self.live.blocks[unit.usage_id].children):
            if self._is_in_groups(user, child.own_access or {}):
                found.append(str(child.values.get("student_view_data", child.values.get("text", ""))))
                found += self.blocks_api(user, child)
        return found

    def mobile_api(self, user: Any, unit: Block) -> list[str]:
        """``/api/mobile/…/course_info/blocks/``: the blocks API in other clothes."""
        return self.blocks_api(user, unit)


def step_fields(name: str, step: str) -> dict[str, Any]:
    return {"copies": fields_of(name)["copies"], "step": step}


def user(user_id: str, *, is_staff: bool = False) -> Any:
    return SimpleNamespace(id=user_id, is_staff=is_staff)
