"""The peer platform's programmatic grades, roster and deep linking, seen by a bare tool."""

from __future__ import annotations

import pytest

from tests.peers.browser import Browser
from tests.peers.openedx import Block, PeerFault, PeerPlatform, Person
from tests.peers.relying_party import (
    AGS_CLAIM,
    AGS_SCOPE,
    CLAIM,
    DL_CLAIM,
    LINE_ITEM_TYPE,
    NRPS_CLAIM,
    ROSTER_SCOPE,
    RelyingParty,
)
from tests.peers.test_platform_itself import LIS, launched, place, post_score, score


def test_programmatic_grades_need_a_line_item_for_the_link(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    block, learner = place(openedx, party, course, ags="programmatic"), openedx.create_person(course)
    endpoint = launched(openedx, party, block, learner)[AGS_CLAIM]
    assert "lineitem" not in endpoint
    linked = create_line_item(party, block, endpoint["lineitems"], resourceLinkId=block.usage_key)
    loose = create_line_item(party, block, endpoint["lineitems"], resourceId="elsewhere")
    post_score(party, block, loose, score(learner, 10))
    assert openedx.grade_events(block) == []
    post_score(party, block, linked, score(learner, 70))
    assert [grade.value for grade in openedx.grade_events(block)] == [7.0]


def create_line_item(party: RelyingParty, block: Block, line_items: str, **ids: str) -> str:
    body = {"label": "Post-test", "scoreMaximum": 100, **ids}
    made = party.call(block, "POST", line_items, f"{AGS_SCOPE}lineitem", body=body, media_type=LINE_ITEM_TYPE)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_results_repeat_the_score(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    line_item = launched(openedx, party, block, learner)[AGS_CLAIM]["lineitem"]
    post_score(party, block, line_item, score(learner, 85, comment="Passed"))
    results = party.call(block, "GET", f"{line_item}/results", f"{AGS_SCOPE}result.readonly").json()
    assert [(row["userId"], row["resultScore"], row["resultMaximum"]) for row in results] == [(learner.sub, 85, 100)]


def test_the_roster_comes_in_pages_with_names(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block = place(openedx, party, course)
    people = [openedx.create_person(course, name) for name in ("Ada", "Grace", "Rosalind")]
    url = launched(openedx, party, block, people[0])[NRPS_CLAIM]["context_memberships_url"]
    names: list[str] = []
    pages = 0
    url = f"{url}?limit=2"
    while url:
        page = party.call(block, "GET", url, ROSTER_SCOPE)
        names += [member["name"] for member in page.json()["members"]]
        url, pages = page.links.get("next", {}).get("url", ""), pages + 1
    assert (names, pages) == (["Ada", "Grace", "Rosalind"], 2)


def test_the_roster_keeps_names_back_when_the_course_forbids_them(openedx: PeerPlatform, party: RelyingParty) -> None:
    course = openedx.create_course(may_share_names=False)
    block, learner = place(openedx, party, course), openedx.create_person(course)
    url = launched(openedx, party, block, learner)[NRPS_CLAIM]["context_memberships_url"]
    (member,) = party.call(block, "GET", url, ROSTER_SCOPE).json()["members"]
    assert (member["user_id"], member["roles"]) == (learner.sub, [f"{LIS}membership#Learner"])
    assert member.keys().isdisjoint({"name", "email"})


def test_the_roster_of_a_large_course_is_refused(openedx: PeerPlatform, party: RelyingParty) -> None:
    course = openedx.create_course(member_limit=1)
    block = place(openedx, party, course)
    people = [openedx.create_person(course) for _ in range(2)]
    url = launched(openedx, party, block, people[0])[NRPS_CLAIM]["context_memberships_url"]
    assert party.call(block, "GET", url, ROSTER_SCOPE).status_code == 403


def test_deep_linking_stores_the_item_and_launches_it(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block = place(openedx, party, course, has_deep_linking=True)
    author, learner = openedx.create_person(course, role="staff"), openedx.create_person(course)
    item = {
        "type": "ltiResourceLink",
        "title": "Post-test",
        "url": f"{party.root_url}/launch",
        "custom": {"activity": "af-2026", "step": "post_test"},
    }
    request = launched(openedx, party, block, author, message="deep_linking", from_studio=True)
    assert request[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    settings = request[f"{DL_CLAIM}deep_linking_settings"]
    with Browser() as browser:
        openedx.log_in(browser, author)
        jwt = party.deep_linking_response(request, [item])
        assert browser.send(settings["deep_link_return_url"], {"JWT": jwt}).status == 200
    assert openedx.content_items(block) == [item]
    claims = launched(openedx, party, block, learner)
    assert claims[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{CLAIM}custom"] == item["custom"]


def test_deep_linking_is_not_saved_without_the_authors_session(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    block = place(openedx, party, course, has_deep_linking=True)
    author = openedx.create_person(course, role="staff")
    request = launched(openedx, party, block, author, message="deep_linking", from_studio=True)
    jwt = party.deep_linking_response(request, [{"type": "ltiResourceLink", "title": "Post-test"}])
    with Browser() as stranger:
        url = request[f"{DL_CLAIM}deep_linking_settings"]["deep_link_return_url"]
        assert stranger.send(url, {"JWT": jwt}).status == 403
    assert openedx.content_items(block) == []


def test_deep_linking_is_refused_to_learners_and_from_the_lms(
    openedx: PeerPlatform, party: RelyingParty, course: str, browser: Browser
) -> None:
    block = place(openedx, party, course, has_deep_linking=True)
    learner, author = openedx.create_person(course), openedx.create_person(course, role="staff")
    for person in (learner, author):
        assert browser.open(openedx.launch_url(block, person, message="deep_linking")).status == 403


def test_a_late_grade_is_not_published_where_the_author_forbids_it(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    block = place(openedx, party, course, due="2020-01-01T00:00:00Z", accepts_late_grades=False)
    learner = openedx.create_person(course)
    line_item = launched(openedx, party, block, learner)[AGS_CLAIM]["lineitem"]
    assert post_score(party, block, line_item, score(learner, 90)).status_code == 201
    assert openedx.grade_events(block) == []


def test_the_control_room_says_what_is_wrong(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block = place(openedx, party, course)
    with pytest.raises(PeerFault, match="User matching query does not exist"):
        openedx.launch_url(block, Person("nobody", "", "", ""))
