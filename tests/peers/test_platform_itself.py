"""The peer platform behaves as Open edX does, seen by a bare relying party.

The tests of the tool itself stand on this.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey

from tests.peers.browser import TIMEOUT_SECONDS, Browser
from tests.peers.openedx import Block, Component, PeerPlatform, Person
from tests.peers.relying_party import (
    AGS_CLAIM,
    AGS_SCOPE,
    CLAIM,
    LINE_ITEM_TYPE,
    SCORE_TYPE,
    Claims,
    RelyingParty,
)

pytestmark = pytest.mark.peers

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
NOW = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)


def place(openedx: PeerPlatform, party: RelyingParty, course: str, **settings: Any) -> Block:
    return party.know(openedx.create_block(course, party.addresses, Component(**settings)))


def launched(openedx: PeerPlatform, party: RelyingParty, block: Block, person: Person, **options: Any) -> Claims:
    with Browser() as browser:
        page = openedx.launch(browser, block, person, **options)
    assert page.status == 200, page.text
    return party.launches[-1]


def score(person: Person, given: float, at: datetime = NOW, **changes: object) -> dict[str, object]:
    return {
        "userId": person.sub,
        "scoreGiven": given,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": at.isoformat(),
    } | changes


def post_score(party: RelyingParty, block: Block, line_item: str, body: object) -> requests.Response:
    return party.call(block, "POST", f"{line_item}/scores", f"{AGS_SCOPE}score", body=body, media_type=SCORE_TYPE)


def test_the_login_request_names_the_client_and_the_deployment(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    block = place(openedx, party, course)
    url = openedx.launch_url(block, openedx.create_person(course))
    assert url.startswith(f"{party.root_url}/login?")
    assert f"client_id={block.registration.client_id}" in url
    assert "lti_deployment_id=1" in url


def test_a_launch_says_who_where_and_what(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block = place(openedx, party, course, shares=frozenset({"full_name", "email"}), custom={"activity": "af-2026"})
    learner = openedx.create_person(course, "Ирина Петрова")
    claims = launched(openedx, party, block, learner)
    assert claims["sub"] == learner.sub
    assert (claims["name"], claims["email"]) == ("Ирина Петрова", learner.email)
    assert claims[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{CLAIM}deployment_id"] == "1"
    assert claims[f"{CLAIM}resource_link"] == {"id": block.usage_key}
    assert claims[f"{CLAIM}context"]["id"] == course
    assert claims[f"{CLAIM}custom"] == {"activity": "af-2026"}


def test_no_name_leaves_without_the_component_asking(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    claims = launched(openedx, party, place(openedx, party, course), openedx.create_person(course))
    assert claims.keys().isdisjoint({"name", "email", "preferred_username"})


def test_no_name_leaves_when_the_course_forbids_it(openedx: PeerPlatform, party: RelyingParty) -> None:
    course = openedx.create_course(may_share_names=False)
    block = place(openedx, party, course, shares=frozenset({"full_name", "email"}))
    claims = launched(openedx, party, block, openedx.create_person(course))
    assert claims.keys().isdisjoint({"name", "email"})


@pytest.mark.parametrize(
    ("role", "release", "expected"),
    [
        ("student", None, {"membership#Learner", "system/person#None", "institution/person#None"}),
        (
            "staff",
            None,
            {
                "system/person#Administrator",
                "institution/person#Administrator",
                "institution/person#Staff",
                "institution/person#Faculty",
                "institution/person#Instructor",
                "membership#Administrator",
                "membership#Instructor",
            },
        ),
        ("student", "9.14", {"institution/person#Student"}),
        ("instructor", "9.14", {"institution/person#Instructor"}),
        ("staff", "9.14", {"system/person#Administrator", "institution/person#Instructor"}),
    ],
)
def test_roles_differ_by_release(
    openedx: PeerPlatform, party: RelyingParty, course: str, role: Any, release: Any, expected: set[str]
) -> None:
    person = openedx.create_person(course, role=role)
    claims = launched(openedx, party, place(openedx, party, course), person, release=release)
    assert set(claims[f"{CLAIM}roles"]) == {LIS + name for name in expected}


def test_each_placement_has_its_own_client_unless_shared(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    first, second = (place(openedx, party, course) for _ in range(2))
    third = openedx.create_block(course, party.addresses, shares_client_with=first)
    assert first.registration.client_id != second.registration.client_id
    assert first.registration == third.registration


def test_a_rotated_key_signs_the_next_launch(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    before = requests.get(block.registration.keyset_url, timeout=TIMEOUT_SECONDS).json()
    kid = openedx.rotate_key(block)
    after = requests.get(block.registration.keyset_url, timeout=TIMEOUT_SECONDS).json()
    assert [key["kid"] for key in after["keys"]] == [kid]
    assert before != after
    assert launched(openedx, party, block, learner)["sub"] == learner.sub


def test_a_token_is_given_for_our_key_only(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block = place(openedx, party, course)
    assert party.token(block, f"{AGS_SCOPE}score").json()["token_type"].lower() == "bearer"
    refused = party.token(block, f"{AGS_SCOPE}score", key=RSAKey.generate_key(2048))
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_client"})


def test_declarative_grades_reach_the_gradebook(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    endpoint = launched(openedx, party, block, learner)[AGS_CLAIM]
    assert f"{AGS_SCOPE}lineitem" not in endpoint["scope"]
    assert post_score(party, block, endpoint["lineitem"], score(learner, 85)).status_code == 201
    grade = openedx.grade(block, learner)
    assert grade is not None
    assert (grade.value, grade.max_value) == (8.5, 10)


def test_a_tool_cannot_create_a_line_item_in_declarative_mode(
    openedx: PeerPlatform, party: RelyingParty, course: str
) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    endpoint = launched(openedx, party, block, learner)[AGS_CLAIM]
    body = {"label": "Another", "scoreMaximum": 100, "resourceId": "x"}
    party_answer = party.call(
        block, "POST", endpoint["lineitems"], f"{AGS_SCOPE}score", body=body, media_type=LINE_ITEM_TYPE
    )
    assert party_answer.status_code == 403
    assert len(openedx.line_items(block)) == 1


def test_zero_counts_and_the_last_score_wins(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    line_item = launched(openedx, party, block, learner)[AGS_CLAIM]["lineitem"]
    post_score(party, block, line_item, score(learner, 90))
    post_score(party, block, line_item, score(learner, 0, NOW + timedelta(milliseconds=1)))
    assert [grade.value for grade in openedx.grade_events(block)] == [9.0, 0.0]


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(seconds=-1)])
def test_a_score_must_be_newer_than_the_last(
    openedx: PeerPlatform, party: RelyingParty, course: str, shift: timedelta
) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    line_item = launched(openedx, party, block, learner)[AGS_CLAIM]["lineitem"]
    post_score(party, block, line_item, score(learner, 90))
    assert post_score(party, block, line_item, score(learner, 95, NOW + shift)).status_code == 400
    assert [grade.value for grade in openedx.grade_events(block)] == [9.0]


def test_only_a_final_grade_is_published(openedx: PeerPlatform, party: RelyingParty, course: str) -> None:
    block, learner = place(openedx, party, course), openedx.create_person(course)
    line_item = launched(openedx, party, block, learner)[AGS_CLAIM]["lineitem"]
    post_score(party, block, line_item, score(learner, 50, gradingProgress="Pending"))
    assert openedx.grade_events(block) == []
    assert [row["grading_progress"] for row in openedx.scores(block)] == ["Pending"]
