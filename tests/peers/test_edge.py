"""The tool's LTI edge against a real Open edX platform: launch, keyset, token, grades, roster, deep linking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.grade import Delivery, LineItemSpec, Score
from lti_tool.domain.launch import GradebookEndpoint, Launch, MessageType, Role
from lti_tool.lti.deep_linking import DeepLinkItem, respond
from tests.peers.browser import Browser
from tests.peers.edge_tool import EdgeTool, now, running
from tests.peers.openedx import Block, Component, PeerPlatform, Person

pytestmark = pytest.mark.peers

ADMINISTRATOR_OF_THE_SITE = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"


@pytest.fixture
def tool(openedx: PeerPlatform) -> Iterator[EdgeTool]:
    with running(urlsplit(openedx.root_url).netloc) as one:
        yield one


@pytest.fixture
def course(openedx: PeerPlatform) -> str:
    return openedx.create_course()


def place(openedx: PeerPlatform, tool: EdgeTool, course: str, **settings: Any) -> Block:
    return tool.know(openedx.create_block(course, tool.addresses, Component(**settings)))


def gradebook_of(launch: Launch) -> GradebookEndpoint:
    assert launch.gradebook is not None
    return launch.gradebook


def points(openedx: PeerPlatform, block: Block, person: Person) -> float | None:
    grade = openedx.grade(block, person)
    return grade.value if grade else None


def test_a_learner_arrives(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block = place(openedx, tool, course, shares=frozenset({"full_name", "email"}), custom={"activity": "af-2026"})
    learner = openedx.create_person(course, "王小明")
    launch = tool.launched(openedx, block, learner)
    assert launch.message_type is MessageType.RESOURCE_LINK
    assert launch.tenant == (openedx.issuer, block.registration.client_id, "1")
    assert (launch.subject, launch.name.display, launch.email) == (learner.sub, "王小明", learner.email)
    assert launch.context is not None
    assert launch.context.id == course
    assert launch.resource_link is not None
    assert launch.resource_link.id == block.usage_key
    assert launch.custom["activity"] == "af-2026"
    assert launch.roles == {Role.LEARNER}
    assert not launch.is_staff


def test_a_learner_without_a_name_arrives(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    launch = tool.launched(openedx, place(openedx, tool, course), openedx.create_person(course))
    assert (launch.name.display, launch.email) == ("", "")


def test_course_staff_arrive_as_staff_though_sent_as_site_administrators(
    openedx: PeerPlatform, tool: EdgeTool, course: str
) -> None:
    launch = tool.launched(openedx, place(openedx, tool, course), openedx.create_person(course, role="staff"))
    assert ADMINISTRATOR_OF_THE_SITE in launch.raw_roles
    assert launch.is_staff


@pytest.mark.parametrize(
    ("role", "expected"), [("student", Role.LEARNER), ("instructor", Role.INSTRUCTOR), ("staff", Role.INSTRUCTOR)]
)
def test_release_9_14_sends_institution_roles_only_which_stand_in_for_course_roles(
    openedx: PeerPlatform, tool: EdgeTool, course: str, role: Any, expected: Role
) -> None:
    person = openedx.create_person(course, role=role)
    launch = tool.launched(openedx, place(openedx, tool, course), person, release="9.14")
    assert not any("/membership" in name for name in launch.raw_roles)
    assert launch.roles == {expected}


def test_placements_with_a_client_each_and_with_a_shared_one(
    openedx: PeerPlatform, tool: EdgeTool, course: str
) -> None:
    first, second = place(openedx, tool, course), place(openedx, tool, course)
    third = openedx.create_block(course, tool.addresses, shares_client_with=first)
    learner = openedx.create_person(course)
    launches = [tool.launched(openedx, block, learner) for block in (first, second, third)]
    clients = [launch.platform.client_id for launch in launches]
    assert clients[0] == clients[2] != clients[1]
    links = [launch.resource_link.id for launch in launches if launch.resource_link]
    assert links == [first.usage_key, second.usage_key, third.usage_key]


def test_a_rotated_platform_key_is_fetched(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block, learner = place(openedx, tool, course), openedx.create_person(course)
    tool.launched(openedx, block, learner)
    openedx.rotate_key(block)
    assert tool.launched(openedx, block, learner).subject == learner.sub


def test_a_declarative_grade_reaches_the_gradebook(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block, learner = place(openedx, tool, course), openedx.create_person(course)
    launch = tool.launched(openedx, block, learner)
    line_item = gradebook_of(launch).lineitem
    assert line_item is not None
    outcome = tool.gradebook.post_score(launch.platform, line_item, Score(learner.sub, 85, 100, now()), now())
    assert (outcome.delivery, points(openedx, block, learner)) == (Delivery.DELIVERED, 8.5)
    (result,) = tool.gradebook.get_results(launch.platform, line_item, now(), user_id=learner.sub)
    assert result.user_id == learner.sub


def test_a_zero_score_is_a_grade(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block, learner = place(openedx, tool, course), openedx.create_person(course)
    launch = tool.launched(openedx, block, learner)
    line_item = gradebook_of(launch).lineitem
    assert line_item is not None
    tool.gradebook.post_score(launch.platform, line_item, Score(learner.sub, 0, 10, now()), now())
    assert points(openedx, block, learner) == 0


def test_two_scores_in_one_second_and_a_repeat(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block, learner = place(openedx, tool, course), openedx.create_person(course)
    launch = tool.launched(openedx, block, learner)
    line_item = gradebook_of(launch).lineitem
    assert line_item is not None
    first = now().replace(microsecond=0)
    scores = [Score(learner.sub, given, 10, first + timedelta(milliseconds=given)) for given in (5, 7, 7)]
    deliveries = [tool.gradebook.post_score(launch.platform, line_item, s, now()).delivery for s in scores]
    assert deliveries == [Delivery.DELIVERED, Delivery.DELIVERED, Delivery.STALE]
    assert points(openedx, block, learner) == 7


def test_a_programmatic_grade_needs_a_line_item_of_ours(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block, learner = place(openedx, tool, course, ags="programmatic"), openedx.create_person(course)
    launch = tool.launched(openedx, block, learner)
    endpoint = gradebook_of(launch)
    assert endpoint.lineitem is None
    assert endpoint.lineitems is not None
    spec = LineItemSpec("Post-test", 10, resource_id="af-2026:post_test", resource_link_id=block.usage_key)
    made = tool.gradebook.create_line_item(launch.platform, endpoint.lineitems, spec, now())
    outcome = tool.gradebook.post_score(launch.platform, made.url, Score(learner.sub, 9, 10, now()), now())
    assert (outcome.delivery, points(openedx, block, learner)) == (Delivery.DELIVERED, 9)
    (listed,) = tool.gradebook.list_line_items(launch.platform, endpoint.lineitems, now())
    assert (listed.url, listed.resource_link_id) == (made.url, block.usage_key)


def test_the_roster_names_the_people_of_the_launches(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block = place(openedx, tool, course)
    learner, teacher = openedx.create_person(course, "Ada"), openedx.create_person(course, "Grace", role="staff")
    launch = tool.launched(openedx, block, learner)
    assert launch.roster is not None
    members = {member.user_id: member for member in tool.roster.members(launch.platform, launch.roster, now())}
    assert {sub: member.name.display for sub, member in members.items()} == {learner.sub: "Ada", teacher.sub: "Grace"}
    assert Role.INSTRUCTOR in members[teacher.sub].roles
    assert members[learner.sub].roles == {Role.LEARNER}


def test_a_refused_roster_is_told_in_the_platforms_words(openedx: PeerPlatform, tool: EdgeTool) -> None:
    course = openedx.create_course(member_limit=0)
    block, learner = place(openedx, tool, course), openedx.create_person(course)
    launch = tool.launched(openedx, block, learner)
    assert launch.roster is not None
    with pytest.raises(ServiceUnavailable, match="403"):
        tool.roster.members(launch.platform, launch.roster, now())


def test_a_selection_is_stored_and_launched(openedx: PeerPlatform, tool: EdgeTool, course: str) -> None:
    block = place(openedx, tool, course, has_deep_linking=True)
    author, learner = openedx.create_person(course, role="staff"), openedx.create_person(course)
    request = tool.launched(openedx, block, author, message="deep_linking", from_studio=True)
    assert request.message_type is MessageType.DEEP_LINKING
    assert request.is_staff
    item = DeepLinkItem(
        "Post-test",
        tool.settings.redirect_uri,
        {"activity": "af-2026"},
        LineItemSpec("Post-test", 10, resource_id="af-2026:post_test"),
    )
    answer = respond(request, [item], tool.keys.signing(now()), tool.settings, now())
    with Browser() as browser:
        openedx.log_in(browser, author)
        assert browser.send(answer.return_url, {"JWT": answer.jwt}).status == 200
    (stored,) = openedx.content_items(block)
    assert (stored["title"], stored["custom"]) == ("Post-test", {"activity": "af-2026"})
    launch = tool.launched(openedx, block, learner)
    assert launch.message_type is MessageType.RESOURCE_LINK
    assert launch.custom["activity"] == "af-2026"
