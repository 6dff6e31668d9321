"""Who arrived: tenant, staff, and the name that is shown."""

from __future__ import annotations

import pytest

from lti_tool.domain.launch import Launch, MessageType, PersonName, Platform, Role

PLATFORM = Platform(
    "p1",
    "https://lms.example",
    "client",
    "https://lms.example/auth",
    "https://lms.example/token",
    "https://lms.example/jwks",
    frozenset({"1"}),
)


def launch(*roles: Role) -> Launch:
    return Launch(MessageType.RESOURCE_LINK, PLATFORM, "1", "user", frozenset(roles), "https://cme.example/launch")


def test_a_tenant_is_issuer_client_and_deployment() -> None:
    """1EdTech LTI Core 1.3, 3.1.3: a deployment is identified within issuer and client."""
    assert launch().tenant == ("https://lms.example", "client", "1")


@pytest.mark.parametrize(
    ("roles", "is_staff"),
    [
        ((), False),
        ((Role.LEARNER,), False),
        ((Role.MENTOR,), False),
        ((Role.LEARNER, Role.INSTRUCTOR), True),
        ((Role.ADMINISTRATOR,), True),
        ((Role.CONTENT_DEVELOPER,), True),
        ((Role.TEACHING_ASSISTANT,), True),
    ],
)
def test_staff_by_role_in_the_course(roles: tuple[Role, ...], is_staff: bool) -> None:
    assert launch(*roles).is_staff is is_staff


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (PersonName(), ""),
        (PersonName("Sam Lee", "Samuel", "Lee"), "Sam Lee"),
        (PersonName(given="Sam", family="Lee"), "Sam Lee"),
        (PersonName(family="Lee"), "Lee"),
    ],
)
def test_the_name_shown(name: PersonName, shown: str) -> None:
    assert name.display == shown
