"""The Open edX platform that the tests talk to: a real LTI consumer in a process of its own.

``PeerPlatform`` builds courses and reads the gradebook over the platform's control room; launches and services go
through the consumer's own addresses, by ``Browser`` and by the tool.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import requests

from tests.peers.browser import TIMEOUT_SECONDS, Browser, Page

AgsMode = Literal["declarative", "programmatic", "disabled"]
Message = Literal["resource_link", "deep_linking", "planning"]
CourseRole = Literal["student", "staff", "instructor", "limited_staff"]
Release = Literal["9.14"]
Pii = Literal["username", "full_name", "email"]


class PeerFault(AssertionError):
    """The platform refused what the test asked of its control room; carries its words."""


@dataclass(frozen=True, slots=True)
class ToolAddresses:
    """Where the tool under test answers. Exactly one of ``keyset_url`` and ``public_key`` (PEM) is set."""

    login_url: str
    launch_url: str
    deep_linking_url: str = ""
    keyset_url: str = ""
    public_key: str = ""
    redirect_uris: tuple[str, ...] = ()
    """Registered redirect addresses; empty means the launch and deep linking addresses."""


@dataclass(frozen=True, slots=True)
class Component:
    """What an author sets on the LTI component in Studio."""

    title: str = "Atrial fibrillation update"
    points: float = 10
    ags: AgsMode = "declarative"
    has_roster: bool = True
    has_deep_linking: bool = False
    shares: frozenset[Pii] = frozenset()
    custom: Mapping[str, str] = field(default_factory=dict)
    due: str | None = None
    """ISO 8601 date and time of the due date."""
    accepts_late_grades: bool = True
    is_graded: bool = True


@dataclass(frozen=True, slots=True)
class Registration:
    """What Studio shows for the tool's side of the registration."""

    issuer: str
    client_id: str
    deployment_id: str
    authorization_url: str
    token_url: str
    keyset_url: str


@dataclass(frozen=True, slots=True)
class Block:
    """A placed component; ``usage_key`` is the resource link id."""

    usage_key: str
    course_key: str
    registration: Registration


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; ``sub`` is the id by which tools know them."""

    username: str
    sub: str
    full_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade event as the gradebook took it, in points of the block's weight."""

    sub: str
    value: float
    max_value: float


class PeerPlatform:
    """Typed access to a running platform. Names are unique by counting, so tests can share it."""

    def __init__(self, root_url: str) -> None:
        self.root_url = root_url
        self._http = requests.Session()
        self._http.trust_env = False
        self._counter = itertools.count(1)

    @property
    def issuer(self) -> str:
        return self.root_url

    def close(self) -> None:
        self._http.close()

    def create_course(
        self, name: str = "Cardiology 101", *, may_share_names: bool | None = True, member_limit: int | None = None
    ) -> str:
        """A new course run, by its key. ``may_share_names`` is the course flag without which no name leaves."""
        body = {"name": name, "may_share_names": may_share_names, "member_limit": member_limit}
        number = f"CARD{next(self._counter)}"
        return str(self._make("courses", org="CME", number=number, **body)["key"])

    def create_person(
        self,
        course_key: str,
        full_name: str = "Ada Learner",
        *,
        role: CourseRole = "student",
        is_enrolled: bool = True,
        is_superuser: bool = False,
    ) -> Person:
        """A new account with a place in the course."""
        username = f"person{next(self._counter)}"
        email = f"{username}@example.org"
        made = self._make(
            "people",
            course=course_key,
            username=username,
            full_name=full_name,
            email=email,
            role=role,
            is_enrolled=is_enrolled,
            is_superuser=is_superuser,
        )
        return Person(username, made["sub"], full_name, email)

    def create_block(
        self,
        course_key: str,
        tool: ToolAddresses,
        component: Component | None = None,
        *,
        shares_client_with: Block | None = None,
    ) -> Block:
        """Place the tool in a course. Each placement has its own client id unless it shares that of another."""
        made = self._make(
            "blocks",
            course=course_key,
            fields=_fields(tool, component or Component()),
            shares_client_with=shares_client_with.usage_key if shares_client_with else None,
        )
        return Block(made.pop("usage_key"), course_key, Registration(**made))

    def launch_url(
        self,
        block: Block,
        person: Person,
        *,
        message: Message = "resource_link",
        from_studio: bool = False,
        release: Release | None = None,
    ) -> str:
        """Where a click on the component sends the person's browser: the tool's login address as a rule.

        After deep linking with several items it is the platform's page of items, which needs ``log_in``.
        ``release`` sends the role set that an older release sent.
        """
        face = "studio" if from_studio else "lms"
        made = self._make(
            "launches", block=block.usage_key, username=person.username, message=message, face=face, release=release
        )
        return str(made["url"])

    def log_in(self, browser: Browser, person: Person) -> None:
        """Give the browser the person's LMS session, which saving a deep linking selection needs."""
        _result(browser.json(self._control("sessions"), {"username": person.username}))

    def launch(self, browser: Browser, block: Block, person: Person, **options: Any) -> Page:
        """Click on the component, go through login and authorization, and post the message to the tool."""
        authorized = browser.open(self.launch_url(block, person, **options))
        return browser.submit(authorized, authorized.form("id_token"))

    def rotate_key(self, block: Block) -> str:
        """Give the block's client a new platform key; returns its ``kid``. The old key is gone at once."""
        return str(self._make("keys", block=block.usage_key)["kid"])

    def grade_events(self, block: Block) -> list[Grade]:
        """Every grade that the gradebook took for the block, oldest first."""
        return [Grade(**row) for row in self._look("grades", block)]

    def grade(self, block: Block, person: Person) -> Grade | None:
        """The grade that stands: the last one."""
        own = [grade for grade in self.grade_events(block) if grade.sub == person.sub]
        return own[-1] if own else None

    def line_items(self, block: Block) -> list[dict[str, Any]]:
        """Rows of ``id, label, score_maximum, resource_id, resource_link_id, tag``."""
        return self._look("line-items", block)

    def scores(self, block: Block) -> list[dict[str, Any]]:
        """Rows of ``line_item, sub, given, maximum, activity_progress, grading_progress, comment, timestamp``."""
        return self._look("scores", block)

    def content_items(self, block: Block) -> list[dict[str, Any]]:
        """The content items that deep linking stored for the block."""
        return self._look("content-items", block)

    def _control(self, noun: str) -> str:
        return f"{self.root_url}/control/{noun}"

    def _make(self, noun: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = _result(self._http.post(self._control(noun), json=body, timeout=TIMEOUT_SECONDS))
        return answer

    def _look(self, noun: str, block: Block) -> list[dict[str, Any]]:
        query = {"block": block.usage_key}
        rows: list[dict[str, Any]] = _result(self._http.get(self._control(noun), params=query, timeout=TIMEOUT_SECONDS))
        return rows


def _result(response: requests.Response) -> Any:
    if response.status_code != requests.codes.ok:
        raise PeerFault(f"{response.url} answered {response.status_code}: {response.text[:2000]}")
    return response.json()["result"]


def _fields(tool: ToolAddresses, component: Component) -> dict[str, Any]:
    """The component's settings under the names of the LTI consumer's fields."""
    fields: dict[str, Any] = {
        "display_name": component.title,
        "has_score": component.is_graded,
        "weight": component.points,
        "lti_1p3_oidc_url": tool.login_url,
        "lti_1p3_launch_url": tool.launch_url,
        "lti_1p3_redirect_uris": list(tool.redirect_uris),
        "lti_1p3_tool_key_mode": "keyset_url" if tool.keyset_url else "public_key",
        "lti_1p3_tool_keyset_url": tool.keyset_url,
        "lti_1p3_tool_public_key": tool.public_key,
        "lti_1p3_enable_nrps": component.has_roster,
        "lti_advantage_ags_mode": component.ags,
        "lti_advantage_deep_linking_enabled": component.has_deep_linking,
        "lti_advantage_deep_linking_launch_url": tool.deep_linking_url,
        "custom_parameters": [f"{name}={value}" for name, value in component.custom.items()],
        "accept_grades_past_due": component.accepts_late_grades,
        "due": component.due,
    }
    return fields | {f"ask_to_send_{name}": True for name in component.shares}
