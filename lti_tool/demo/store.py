"""What the LMS remembers: one JSON document, written whole and atomically, or memory only."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import Course, LineItem, Placement, Result, ScoreReceived

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ToolRegistration:
    """What the LMS knows of the one tool it serves."""

    client_id: str
    deployment_ids: tuple[str, ...]
    login: str
    launch: str
    deep_link: str
    jwks: str
    redirect_uris: tuple[str, ...]
    custom: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_config(cls, tool: ToolAddresses, config: LmsConfig) -> ToolRegistration:
        return cls(
            config.client_id,
            config.deployment_ids,
            tool.login,
            tool.launch,
            tool.deep_link,
            tool.jwks,
            tool.registered_redirects,
            dict(config.custom),
        )


@dataclass(slots=True)
class SigningKey:
    """``is_published``: in the JWKS. The newest published key signs."""

    kid: str
    pem: str
    is_published: bool = True


@dataclass(slots=True)
class State:
    """Everything that survives a restart."""

    family: str = "generic"
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    shares_names: bool = True
    is_seeded: bool = False
    gate_line_item: int | None = None
    next_id: int = 1
    tool: ToolRegistration | None = None
    keys: list[SigningKey] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    line_items: list[LineItem] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    scores: list[ScoreReceived] = field(default_factory=list)
    copies: list[Course] = field(default_factory=list)
    notice_handlers: dict[str, str] = field(default_factory=dict)
    """Deployment and type of notice, joined by a blank, to the address that wants it."""

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1


class Store:
    """Guards the state with one lock; every ``change`` is on disk before it returns."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "demo-lms.json" if folder else None
        self._lock = RLock()
        self._state = self._load()

    @contextmanager
    def read(self) -> Iterator[State]:
        with self._lock:
            yield self._state

    @contextmanager
    def change(self) -> Iterator[State]:
        with self._lock:
            yield self._state
            self._save()

    def _load(self) -> State:
        if self._file is None or not self._file.exists():
            return State()
        document = json.loads(self._file.read_text(encoding="utf-8"))
        if document.pop("schema", None) != SCHEMA:
            raise ValueError(f"{self._file} was written by another edition of the demo LMS; delete it to start again.")
        return _state_from(document)

    def _save(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"schema": SCHEMA, **asdict(self._state)}, file, ensure_ascii=False)
        fresh.replace(self._file)


def _state_from(document: dict[str, Any]) -> State:
    tool = document.pop("tool", None)
    kinds: dict[str, Any] = {
        "keys": SigningKey,
        "placements": Placement,
        "line_items": LineItem,
        "results": Result,
        "scores": ScoreReceived,
        "copies": Course,
    }
    for name, kind in kinds.items():
        document[name] = [kind(**row) for row in document.get(name, [])]
    return State(**{**document, "tool": _registration_from(tool)})


def _registration_from(document: dict[str, Any] | None) -> ToolRegistration | None:
    if document is None:
        return None
    tuples = {name: tuple(document[name]) for name in ("deployment_ids", "redirect_uris")}
    return ToolRegistration(**{**document, **tuples})
