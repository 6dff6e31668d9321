"""A store of courses in small, and what Studio does to it, after what the real ones were seen to do (Teak).

There is a draft and a published branch, blocks inherit ``group_access`` until they have one of their own, and Studio
works in bulk operations: what a receiver writes while one closes is lost.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

from opaque_keys.edx.locator import CourseLocator
from openedx_events.content_authoring.data import CourseData, DuplicatedXBlockData, XBlockData
from openedx_events.content_authoring.signals import (
    COURSE_IMPORT_COMPLETED,
    XBLOCK_CREATED,
    XBLOCK_DUPLICATED,
    XBLOCK_PUBLISHED,
    XBLOCK_UPDATED,
)


class GroupAccessField:
    """``block.fields["group_access"]``, as far as it is used here."""

    def is_set_on(self, block: Block) -> bool:
        return block.own_access is not None

    def delete_from(self, block: Block) -> None:
        block.own_access = None


@dataclass
class Block:
    """A stored block; learners' state is elsewhere."""

    usage_id: Any
    branch: Any = field(repr=False)
    children: list[Any] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    own_access: dict[int, list[int]] | None = None

    fields: ClassVar = {"group_access": GroupAccessField()}

    @property
    def scope_ids(self) -> Any:
        return SimpleNamespace(usage_id=self.usage_id, block_type=self.usage_id.block_type)

    @property
    def group_access(self) -> dict[int, list[int]]:
        """Its own, else what is inherited, for somebody who may load every block above."""
        if self.own_access is not None:
            return self.own_access
        parent_key = self.branch.get_parent_location(self.usage_id)
        return dict(self.branch.get_item(parent_key).group_access) if parent_key is not None else {}

    @group_access.setter
    def group_access(self, value: dict[int, list[int]]) -> None:
        self.own_access = value

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None

    def take(self, other: Block) -> None:
        """Become as another one."""
        self.children, self.values = list(other.children), copy.deepcopy(other.values)
        self.own_access = copy.deepcopy(other.own_access)


class Branch:
    """Blocks by key, for reading: of the draft or of what is published."""

    def __init__(self, course_key: Any) -> None:
        self.course_key = course_key
        self.blocks: dict[Any, Block] = {}
        self.version = 1

    def get_items(self, course_key: Any, qualifiers: dict[str, str] | None = None) -> list[Block]:
        wanted = (qualifiers or {}).get("category")
        return [block for key, block in self.blocks.items() if wanted in (None, key.block_type)]

    def get_item(self, key: Any) -> Block:
        return self.blocks[key]

    def get_parent_location(self, key: Any) -> Any:
        return next((parent for parent, block in self.blocks.items() if key in block.children), None)

    def get_course(self, course_key: Any, depth: int = 0) -> Any:
        return SimpleNamespace(id=self.course_key, course_version=self.version)

    def below(self, block: Block) -> Iterator[Block]:
        for key in block.children:
            yield self.blocks[key]
            yield from self.below(self.blocks[key])

    def put(self, block: Block) -> None:
        """Write a block as it is, and nothing below it."""
        self.blocks.setdefault(block.usage_id, Block(block.usage_id, self)).take(block)

    def written(self) -> dict[Any, Block]:
        """As it stands."""
        kept = {key: Block(key, self) for key in self.blocks}
        for key, block in kept.items():
            block.take(self.blocks[key])
        return kept


class Store(Branch):
    """The modulestore as Studio sees it, and what Studio does to it."""

    def __init__(self) -> None:
        super().__init__(CourseLocator("CME", "C1", "R1"))
        self.live = Branch(self.course_key)
        self.published: list[Any] = []
        self._numbers = itertools.count(1)
        self._depth = 0
        self._waiting: list[Callable[[], None]] = []

    # ---- operations ------------------------------------------------------------------------------------------------

    @contextmanager
    def bulk_operations(self, course_key: Any) -> Iterator[None]:
        """Everything is written at the end. Then come the events, while the operation is still there but over."""
        self._depth += 1
        yield
        self._depth -= 1
        if self._depth:
            return
        self.version, self.live.version = self.version + 1, self.live.version + 1
        written = [(branch, branch.written()) for branch in (self, self.live)]
        self._depth += 1
        while self._waiting:
            self._waiting.pop(0)()
        self._depth -= 1
        for branch, blocks in written:
            for key, block in blocks.items():
                branch.blocks[key].take(block)

    def _event(self, signal: Any, key: Any) -> None:
        def send() -> None:
            signal.send_event(xblock_info=XBlockData(usage_key=key, block_type=key.block_type))

        self._waiting.append(send) if self._depth else send()

    def update_item(self, block: Block, user_id: int) -> None:
        self.version += 1
        self._event(XBLOCK_UPDATED, block.usage_id)

    def publish(self, key: Any, user_id: int) -> None:
        """With all below it. The event comes at once, within the operation."""
        self.published.append(key)
        for block in (self.blocks[key], *self.below(self.blocks[key])):
            self.live.put(block)
        self.live.version += 1
        XBLOCK_PUBLISHED.send_event(xblock_info=XBlockData(usage_key=key, block_type=key.block_type))

    def has_changes(self, block: Block) -> bool:
        """Of the block or anything below it."""
        found = self.live.blocks.get(block.usage_id)
        names = ("children", "values", "own_access")
        if found is None or any(getattr(found, name) != getattr(block, name) for name in names):
            return True
        return any(self.has_changes(self.blocks[key]) for key in block.children)

    # ---- what authors do in Studio ---------------------------------------------------------------------------------

    def add(self, kind: str, parent: Block | None = None, **values: Any) -> Block:
        """The block is made, then its parent is saved."""
        with self.bulk_operations(self.course_key):
            key = self.course_key.make_usage_key(kind, f"{kind}{next(self._numbers)}")
            block = self.blocks[key] = Block(key, self, values=values)
            self._event(XBLOCK_CREATED, key)
            if parent is not None:
                parent.children.append(key)
                self.update_item(parent, 1)
        return block

    def edit(self, block: Block, **values: Any) -> None:
        """A block's own handler, without any operation around it."""
        block.values.update(values)
        self.update_item(block, 1)

    def go_live(self, block: Block) -> None:
        """Studio's button."""
        with self.bulk_operations(self.course_key):
            self.publish(block.usage_id, 1)

    def move(self, block: Block, target: Block) -> None:
        with self.bulk_operations(self.course_key):
            source = self.blocks[self.get_parent_location(block.usage_id)]
            source.children.remove(block.usage_id)
            target.children.append(block.usage_id)
            self.update_item(target, 1)
            self.update_item(source, 1)

    def duplicate(self, block: Block, target: Block) -> Block:
        """With all below it; the platform sends one event for the root, within the operation."""
        with self.bulk_operations(self.course_key):
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
        made = self.blocks[key] = Block(key, self)
        made.take(block)
        made.children = [self._copied(self.blocks[child]).usage_id for child in block.children]
        return made

    def import_course(self, blocks: list[Block]) -> None:
        """Both branches are written block by block, without an event for any; one comes at the end."""
        with self.bulk_operations(self.course_key):
            for block in blocks:
                self.put(block)
                self.live.put(block)
        COURSE_IMPORT_COMPLETED.send_event(course=CourseData(course_key=self.course_key))
