"""A world whose mail goes to an inbox, and the worker's chores to be run by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from lti_tool.app import chores, create_app, make_dependencies
from lti_tool.mail.voice import Voices
from lti_tool.services.worker import Chore
from lti_tool.settings import Settings
from tests.functional.staff_world import BASE, Clock, World, printer, tool_key
from tests.unit.lti_tool.mail.test_smtp import Inbox, serving


@dataclass
class Post:
    world: World
    inbox: Inbox
    chores: tuple[Chore, ...]

    def run(self, **later: float) -> list[tuple[str, str]]:
        """What arrives when the worker runs ``later``: address and text."""
        self.world.clock.now += timedelta(**later)
        before = len(self.inbox.letters)
        for chore in self.chores:
            chore()
        return [(letter["To"], letter.get_content()) for letter in self.inbox.letters[before:]]


@contextmanager
def mailing(database_url: str, voices: Voices | None = None, **more: Any) -> Iterator[Post]:
    """``more`` are further settings."""
    clock, inbox = Clock(), Inbox()
    with serving(inbox) as port:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_from": "cme@example.org"}
        known = {"base_url": BASE, "database_url": database_url, "secret_key": "s" * 40}
        deps = make_dependencies(Settings.model_validate(known | mail | more), printer=printer(), clock=clock)
        deps = replace(deps, voices=voices or deps.voices)
        deps.keys.add(tool_key(), {})
        app = create_app(deps.settings, deps)
        app.testing = True
        world = World(app, deps, clock)
        try:
            yield Post(world, inbox, chores(deps, threading.Event()))
        finally:
            world.close()
