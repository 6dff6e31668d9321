"""The application with a course in it, and browsers that are signed in already: for tests of the staff pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.app import create_app, make_dependencies
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity
from lti_tool.domain.launch import (
    CourseContext,
    DeepLinkingSettings,
    Launch,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
    Role,
)
from lti_tool.domain.login import ToolKey
from lti_tool.lti.keys import generate_key
from lti_tool.services.activity import import_activity
from lti_tool.services.arrival import Target, arrive
from lti_tool.services.participation import take_up
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from lti_tool.services.session import Visit, find_visit, open_session
from lti_tool.settings import Settings
from lti_tool.web.dependencies import Dependencies
from tests.unit.lti_tool.domain.builders import activity

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BASE = "https://cme.example"
LMS = "https://lms.example"
RETURN = f"{LMS}/deep-link-return"
PROVIDER = "Example Medical School"


@lru_cache(maxsize=1)
def tool_key() -> ToolKey:
    """RSA keys are dear: one for the process."""
    return generate_key(NOW - timedelta(days=1), is_first=True)


@lru_cache(maxsize=1)
def printer() -> CertificateRenderer:
    """Fonts are read once for the process."""
    return CertificateRenderer()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Person:
    """A signed-in browser. ``get`` and ``post`` take paths below the session's own address."""

    client: FlaskClient
    session_id: str
    token: str
    visit: Visit

    def path(self, rule: str) -> str:
        return f"/s/{self.session_id}{rule}"

    def get(self, rule: str, **how: Any) -> TestResponse:
        return self.client.get(self.path(rule), base_url=BASE, headers={"Accept": "text/html"}, **how)

    def post(self, rule: str, token: str | None = None, **form: Any) -> TestResponse:
        """Sends the session's form token unless another is given."""
        data = {"csrf_token": self.form_token() if token is None else token, **form}
        headers = {"Accept": "text/html", "Origin": BASE}
        return self.client.post(self.path(rule), base_url=BASE, data=data, headers=headers)

    def form_token(self) -> str:
        from lti_tool.web.access import csrf_token

        with self.client.application.app_context():
            return csrf_token(self.session_id)


@dataclass
class World:
    app: Flask
    deps: Dependencies
    clock: Clock
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def close(self) -> None:
        self.deps.sessions.kw["bind"].dispose()

    @contextmanager
    def db(self) -> Iterator[Session]:
        with transaction(self.deps.sessions) as session:
            yield session

    def place(self, made: Activity | None = None, provider: str = PROVIDER) -> str:
        """Takes in an activity; gives its row key."""
        with self.db() as db:
            owner = provider_id_of(db, provider, NOW, is_created=True)
            return import_activity(db, owner, made or activity(), {}, NOW - timedelta(days=30)).activity_id

    def platform(self, provider: str = PROVIDER, deployment: str = "1") -> Platform:
        """Connects an LMS deployment to a provider."""
        urls = (f"{LMS}/auth", f"{LMS}/token", f"{LMS}/keys")
        with self.db() as db:
            row = add_platform(db, Connection(provider, LMS, "client", (deployment,), *urls), str, NOW)
            return Platform(row.id, LMS, "client", *urls, deployment_ids=frozenset({deployment}))

    def enter(
        self,
        role: Role = Role.LEARNER,
        *,
        subject: str = "",
        name: str = "",
        course: str = "course-1",
        link: str = "link-1",
        key: str = "hypertension",
        step: str = "",
        provider: str = PROVIDER,
        deployment: str = "1",
        deep_linking: DeepLinkingSettings | None = None,
    ) -> Person:
        """What a launch leaves behind: rows, a session, a cookie."""
        found = Launch(
            message_type=MessageType.DEEP_LINKING if deep_linking else MessageType.RESOURCE_LINK,
            platform=self.platform(provider, deployment),
            deployment_id=deployment,
            subject=subject or f"person-{next(self.numbers)}",
            roles=frozenset({role}),
            target_link_uri=f"{BASE}/lti/launch",
            name=PersonName(name),
            context=CourseContext(course, title="Critical care"),
            resource_link=None if deep_linking else ResourceLink(link, "Blood pressure"),
            deep_linking=deep_linking,
        )
        with self.db() as db:
            arrival = arrive(db, found, Target(key, step), self.clock.now)
            opened = open_session(db, found, arrival, (LMS,), self.clock.now, timedelta(hours=8))
            visit = find_visit(db, opened.session_id, opened.token, self.clock.now)
            if visit.activity_id:
                take_up(db, visit, self.clock.now)
        client = self.app.test_client()
        cookie = f"__Host-cme-{opened.session_id[:16]}"
        client.set_cookie(cookie, opened.token, domain="cme.example", secure=True)
        return Person(client, opened.session_id, opened.token, visit)

    def staff(self, **how: Any) -> Person:
        return self.enter(Role.INSTRUCTOR, **how)

    def picker(self, role: Role = Role.INSTRUCTOR, subject: str = "", **settings: Any) -> Person:
        """Somebody whom the LMS asked to choose."""
        wanted = {"return_url": RETURN, "accept_types": ("ltiResourceLink",), "accept_multiple": True, **settings}
        return self.enter(role, subject=subject, deep_linking=DeepLinkingSettings(**wanted))


def make_world(database_url: str) -> World:
    clock = Clock()
    settings = Settings(base_url=BASE, database_url=database_url, secret_key="s" * 40)
    deps = make_dependencies(settings, printer=printer(), clock=clock)
    deps.keys.add(tool_key(), {})
    app = create_app(settings, deps)
    app.testing = True
    return World(app, deps, clock)


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    """With one activity, on each engine."""
    made = make_world(migrated_database_url)
    made.place()
    yield made
    made.close()


@pytest.fixture(name="world")
def world_on_sqlite(migrated_sqlite_url: str) -> Iterator[World]:
    """The same on SQLite alone."""
    made = make_world(migrated_sqlite_url)
    made.place()
    yield made
    made.close()


def text_of(answer: TestResponse) -> str:
    """The page's words without tags, blanks joined."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def expired() -> Activity:
    made = activity(key="old-activity", title="Yesterday's medicine")
    return replace(made, expires_on=(NOW - timedelta(days=1)).date())


__all__ = [
    "BASE",
    "LMS",
    "NOW",
    "PROVIDER",
    "RETURN",
    "Person",
    "World",
    "expired",
    "make_world",
    "models",
    "text_of",
    "tool_key",
    "world",
    "world_on_sqlite",
]
