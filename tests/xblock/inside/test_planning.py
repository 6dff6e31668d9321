"""From Studio's form to the tool's authoring, by a launch of the platform's LTI consumer.

The consumer is stood in for here; the real one is asked in ``tests/peers/test_tool.py``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.test import override_settings
from opaque_keys.edx.locator import LibraryLocatorV2

from tests.xblock.inside.author_shelf import TOOL, Shelf, author, learning, shelf
from tests.xblock.inside.learner import Learner
from tests.xblock.site.identity import lti_id
from xblock_cme import compat, lti_launch, studio
from xblock_cme.compat import Course

__all__ = ["shelf"]
AUTHORING = override_settings(SERVICE_VARIANT="cms", XBLOCK_SETTINGS={"cme": {**TOOL, "lti_config_id": "the-tool"}})
START = "https://lms.example.org/api/lti_consumer/start"


@dataclass
class LaunchData:
    """The consumer's class as far as it is used here: it refuses members that it does not have."""

    user_id: Any
    user_role: str
    config_id: str
    resource_link_id: str
    external_user_id: str
    name: str | None
    launch_presentation_document_target: str
    context_id: str
    context_type: list[str]
    context_label: str
    custom_parameters: dict[str, str]


@dataclass
class Consumer:
    """Begins launches as it is told to."""

    launches: list[LaunchData] = field(default_factory=list)
    fault: Exception | None = None

    def start(self, launch: LaunchData) -> str:
        if self.fault is not None:
            raise self.fault
        self.launches.append(launch)
        return START


@pytest.fixture
def consumer(monkeypatch: pytest.MonkeyPatch) -> Consumer:
    made = Consumer()
    rooms = {name: ModuleType(name) for name in ("lti_consumer", "lti_consumer.data", "lti_consumer.api")}
    rooms["lti_consumer.data"].Lti1p3LaunchData = LaunchData  # type: ignore[attr-defined]
    rooms["lti_consumer.api"].get_lti_1p3_launch_start_url = made.start  # type: ignore[attr-defined]
    for name, room in rooms.items():
        monkeypatch.setitem(sys.modules, name, room)
    return made


@AUTHORING
def test_an_author_is_sent_on_by_lti(consumer: Consumer, shelf: Shelf) -> None:
    who = author()
    answer = who.get("planning")
    assert (answer.status_code, answer["Location"]) == (302, START)
    who.post("studio_take", {"key": "hypertension-2026"})
    assert who.get("planning").status_code == 302
    first, second = consumer.launches
    assert (first.external_user_id, first.user_role, first.config_id) == (lti_id("staff-author"), "staff", "the-tool")
    assert first.custom_parameters == {"cme_open": "planning"}
    assert second.custom_parameters == {"cme_open": "planning", "cme_activity": "hypertension-2026"}
    assert first.name is None, "no course here says that names may be shared"


@pytest.mark.parametrize("fault", [ObjectDoesNotExist("no such row"), ValidationError("no UUID"), ValueError("no row")])
@AUTHORING
def test_a_configuration_that_is_not_there_is_said_to_be(consumer: Consumer, fault: Exception) -> None:
    consumer.fault = fault
    answer = author().get("planning")
    assert answer.status_code == 503 and "is not connected" in answer.content.decode()


@AUTHORING
def test_a_platform_without_its_lti_consumer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lti_consumer", "lti_consumer.data", "lti_consumer.api"):
        monkeypatch.setitem(sys.modules, name, None)
    assert author().get("planning").status_code == 503


@AUTHORING
def test_whoever_is_no_author_is_sent_nowhere(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The LMS serves the same handlers, and Studio serves them to whoever is signed in there."""
    with learning():
        assert Learner("empty", "staff-author").get("planning").status_code == 403
    authors = ModuleType("common.djangoapps.student.auth")
    authors.has_studio_write_access = lambda user, course_key: user == "staff-author"  # type: ignore[attr-defined]
    for name in ("common", "common.djangoapps", "common.djangoapps.student"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "common.djangoapps.student.auth", authors)
    assert Learner("empty", "ada").get("planning").status_code == 403 and consumer.launches == []
    assert author().get("planning").status_code == 302


@dataclass
class Library:
    """The platform's rights in content libraries: a table of its own, and an exception for whoever is not in it."""

    editors: tuple[str, ...] = ()

    def require(self, key: Any, user: str, permission: str) -> str:
        if user not in self.editors or permission != "content_libraries.edit_library":
            raise PermissionDenied
        return str(key)


def in_a_library(monkeypatch: pytest.MonkeyPatch, rights: Library) -> None:
    """Blocks stand in a content library, of which the platform's functions for courses want to know nothing."""
    key = LibraryLocatorV2("CME", "shelf")
    for module in (compat, lti_launch, studio):
        monkeypatch.setattr(module, "course_of", lambda block: Course(str(key), "CME", key))
    rooms = {
        "common.djangoapps.student.auth": {"has_studio_write_access": lambda user, course_key: False},
        "openedx.core.djangoapps.content_libraries.api": {"require_permission_for_library_key": rights.require},
    }
    for name, members in rooms.items():
        room = ModuleType(name)
        vars(room).update(members)
        parents = name.split(".")
        for depth in range(1, len(parents)):
            parent = ".".join(parents[:depth])
            monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
        monkeypatch.setitem(sys.modules, name, room)


def only_courses(course_key: Any) -> bool:
    assert course_key.is_course, "the table of courses that share names refuses other keys"
    return True


@AUTHORING
def test_editors_of_a_content_library_are_authors(
    consumer: Consumer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = sys.modules["lti_consumer.api"]
    api.get_lti_pii_sharing_state_for_course = only_courses  # type: ignore[attr-defined]
    in_a_library(monkeypatch, Library(("staff-author",)))
    assert author().post("studio_take", {"key": "hypertension-2026"})["is_done"]
    assert author().get("planning").status_code == 302
    (launch,) = consumer.launches
    assert (launch.context_id, launch.name) == ("lib:CME:shelf", None)
    ada = Learner("empty", "ada")
    assert ada.post("studio_take", {"key": "hypertension-2026"})["code"] == "not_authoring"
    assert ada.get("planning").status_code == 403


def test_the_form_offers_the_way_where_it_is_connected() -> None:
    address = "/scenario/empty/studio_view/?student=staff-author"
    with AUTHORING:
        connected = author().client.get(address).content.decode()
    with override_settings(SERVICE_VARIANT="cms", XBLOCK_SETTINGS={"cme": TOOL}):
        plain = author().client.get(address).content.decode()
    assert "in the CME tool" in connected and "data-studio-planning" in connected
    assert "data-studio-planning" not in plain.partition("<script")[0] and "connects it by LTI" in plain
