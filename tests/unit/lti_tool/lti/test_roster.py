"""NRPS over real loopback HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.launch import Role, RosterEndpoint
from lti_tool.domain.roster import MemberStatus
from lti_tool.lti.roster import CONTAINER_TYPE, MEMBERSHIP_SCOPE
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import MEMBERSHIP, NOW
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, as_json


def serve(fake: FakePlatform, route: Any) -> RosterEndpoint:
    fake.routes[("GET", "/members")] = fake.guarded(MEMBERSHIP_SCOPE, CONTAINER_TYPE, route)
    return RosterEndpoint(f"{fake.base}/members")


def container(*members: Any) -> dict[str, Any]:
    return {"id": "x", "context": {"id": "c"}, "members": list(members)}


def test_members_of_all_pages_are_read_once_each(fake: FakePlatform, clients: Clients) -> None:
    ana = {"user_id": "5", "roles": ["Learner"], "name": "Ana  Álvarez", "email": "a@example.org", "status": "Active"}
    ben = {"user_id": "6", "roles": [MEMBERSHIP + "Instructor"], "given_name": "Ben", "status": "Inactive"}

    def page(request: Request) -> Answer:
        if request.query.get("page") == ["bookmark:WyJB"]:
            return as_json(container(ana, ben))
        return as_json(container(ana), Link=f'<{fake.base}/members?page=bookmark:WyJB>; rel="next"')

    members = clients.roster.members(fake.registration(), serve(fake, page), NOW)
    assert [(m.user_id, set(m.roles), m.status) for m in members] == [
        ("5", {Role.LEARNER}, MemberStatus.ACTIVE),
        ("6", {Role.INSTRUCTOR}, MemberStatus.INACTIVE),
    ]
    assert (members[0].name.display, members[0].email) == ("Ana Álvarez", "a@example.org")
    assert list(fake.tokens.values()) == [{MEMBERSHIP_SCOPE}]


def test_entries_that_name_nobody_are_left_out(fake: FakePlatform, clients: Clients) -> None:
    odd = [
        "x",
        {},
        {"user_id": 5},
        {"user_id": "x" * 256},
        {"user_id": "ok", "roles": "Learner", "status": 5, "name": None},
    ]
    (member,) = clients.roster.members(fake.registration(), serve(fake, lambda _: as_json(container(*odd))), NOW)
    assert (member.user_id, member.roles, member.status) == ("ok", frozenset(), MemberStatus.ACTIVE)


def test_a_resource_link_can_be_named(fake: FakePlatform, clients: Clients) -> None:
    endpoint = serve(fake, lambda _: as_json(container()))
    clients.roster.members(fake.registration(), endpoint, NOW, resource_link_id="block-v1:a+b")
    assert fake.calls("/members")[0].query == {"rlid": ["block-v1:a+b"]}


@pytest.mark.parametrize(
    "answer", [as_json([]), as_json({"members": {}}), Answer(200, b"<html>"), Answer(403, b"above_response_limit")]
)
def test_an_answer_without_members_is_unavailable(fake: FakePlatform, clients: Clients, answer: Answer) -> None:
    with pytest.raises(ServiceUnavailable):
        clients.roster.members(fake.registration(), serve(fake, lambda _: answer), NOW)
