"""Members: scope, media type, paging, filters, and names only where shared."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lti_tool.demo.people import PEOPLE
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.vocabulary import SCORE

from .conftest import P, RelyingParty, StartLms

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def all_members(lms: DemoLms, rp: RelyingParty, query: str = "") -> list[dict[str, Any]]:
    members, url = [], lms.addresses.members + query
    while url:
        answer = rp.call("GET", url, accept=MEMBERS)
        members += answer.json()["members"]
        link = re.search(r"<([^>]+)>", answer.headers.get("Link", ""))
        url = link.group(1) if link else ""
    return members


def test_everybody_comes_over_several_pages(lms: DemoLms, rp: RelyingParty) -> None:
    assert len(rp.call("GET", lms.addresses.members, accept=MEMBERS).json()["members"]) < len(PEOPLE)
    members = all_members(lms, rp)
    assert [member["user_id"] for member in members] == [lms.subject(person) for person in PEOPLE]
    assert all(member["status"] == "Active" for member in members)


def test_names_only_where_shared(lms: DemoLms, rp: RelyingParty) -> None:
    named = {member["user_id"]: member.get("name") for member in all_members(lms, rp)}
    assert named[lms.subject(lms.person("physician-arabic"))] == "ليلى الحسيني"
    assert named[lms.subject(lms.person("no-name"))] is None
    lms.share_names(False)
    assert not any("name" in member or "email" in member for member in all_members(lms, rp))


def test_filters_by_role_and_link(lms: DemoLms, rp: RelyingParty) -> None:
    assert len(all_members(lms, rp, "?role=Instructor")) == 1
    learners = "?role=http%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Learner&limit=2"
    assert len(all_members(lms, rp, learners)) == 7
    link = lms.mint_launch("nurse", lms.placements()[1], nonce="n").claims[P + "resource_link"]["id"]
    assert all(member["message"] for member in all_members(lms, rp, f"?rlid={link}"))
    assert rp.call("GET", lms.addresses.members + "?rlid=none", accept=MEMBERS).status_code == 404


def test_scope_and_media_type(lms: DemoLms, rp: RelyingParty) -> None:
    url = lms.addresses.members
    assert rp.call("GET", url, token=rp.token(SCORE), accept=MEMBERS).status_code == 403
    assert rp.call("GET", url, accept="application/json").status_code == 406


@pytest.mark.parametrize(
    ("family", "role"),
    [
        ("moodle", "Learner"),
        ("openedx-9.14", "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"),
        ("canvas", "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"),
    ],
)
def test_roles_are_worded_as_the_family_does(start_lms: StartLms, rp: RelyingParty, family: str, role: str) -> None:
    lms = start_lms(family=family)
    learner = next(m for m in all_members(lms, rp) if m["user_id"] == lms.subject(lms.person("nurse")))
    assert learner["roles"][0] == role
