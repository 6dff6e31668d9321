"""Each family's login initiation and claims carry its own oddities."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.vocabulary import INSTITUTION, MEMBERSHIP

from .conftest import Browser, P, StartLms

OPEN = "/course/placements/3/open"
BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


@pytest.mark.parametrize("family", sorted(BEHAVIOURS))
def test_every_family_launches(start_lms: StartLms, family: str) -> None:
    lms = start_lms(family=family)
    for person in lms.people:
        claims = lms.mint_launch(person, 3, nonce="n").claims
        assert ("name" in claims) == person.shares_name
    claims = Browser(lms, "nurse").launch(OPEN)
    assert claims[P + "version"] == "1.3.0" and claims["sub"] == lms.subject(lms.person("nurse"))
    assert lms.person_by_subject(claims["sub"]) == lms.person("nurse")


def claims_in(start_lms: StartLms, family: str, person: str = "nurse") -> dict[str, Any]:
    return dict(start_lms(family=family).mint_launch(person, 3, nonce="n").claims)


def test_moodle(start_lms: StartLms) -> None:
    claims = claims_in(start_lms, "moodle")
    assert claims["sub"] == "10" and claims[P + "resource_link"]["id"] == "3" and "azp" not in claims
    assert claims[P + "context"]["type"] == ["CourseSection"] and claims[P + "context"]["id"] == "2"
    assert claims[AGS]["lineitem"].endswith("/lineitem?type_id=1")
    assert claims[P + "ext"] == {"user_username": "nurse", "lms": "moodle-2"}
    assert set(claims[BASIC_OUTCOME]) == {"lis_result_sourcedid", "lis_outcome_service_url"}
    assert claims[NRPS]["service_versions"] == ["1.0", "2.0"]
    assert claims[P + "custom"]["context_memberships_url"] == claims[NRPS]["context_memberships_url"]


def test_moodle_keeps_the_user_name_of_whoever_shares_no_name(start_lms: StartLms) -> None:
    assert claims_in(start_lms, "moodle", "no-name")[P + "ext"] == {"lms": "moodle-2"}


def test_open_edx(start_lms: StartLms) -> None:
    claims = claims_in(start_lms, "openedx")
    assert "title" not in claims[P + "resource_link"] and "+" in claims[P + "resource_link"]["id"]
    assert "given_name" not in claims and claims["name"] == "Joy Mensah"
    assert claims[P + "custom"]["who"] == "$User.id"
    assert "return_url" not in claims[P + "launch_presentation"]
    assert P + "lis" not in claims and "product_family_code" not in claims[P + "tool_platform"]


def test_old_open_edx_sends_no_course_role(start_lms: StartLms) -> None:
    assert claims_in(start_lms, "openedx-9.14")[P + "roles"] == [INSTITUTION + "Student"]


def test_programmatic_open_edx_sends_no_line_item(start_lms: StartLms) -> None:
    assert "lineitem" not in claims_in(start_lms, "openedx-programmatic")[AGS]


def test_canvas_calls_a_learner_an_administrator_too(start_lms: StartLms) -> None:
    roles = claims_in(start_lms, "canvas")[P + "roles"]
    assert {INSTITUTION + "Administrator", MEMBERSHIP + "Learner"} <= set(roles)


def test_a_second_line_item_takes_the_claim_away(start_lms: StartLms) -> None:
    lms = start_lms()
    with lms.store.change() as state:
        first = next(item for item in state.line_items if item.placement_id == 3)
        state.line_items.append(type(first)(99, "Second", 10.0, 3))
    assert "lineitem" not in lms.mint_launch("nurse", 3, nonce="n").claims[AGS]


@pytest.mark.parametrize(
    ("family", "storage"),
    [("generic", "_parent"), ("canvas", "post_message_forwarding"), ("moodle", None), ("openedx", None)],
)
def test_storage_is_announced_only_where_there_is_some(start_lms: StartLms, family: str, storage: str | None) -> None:
    lms = start_lms(family=family)
    login = Browser(lms, "nurse").begin(OPEN)
    assert login.get("lti_storage_target") == storage
    page = Browser(lms, "nurse").get("/course/placements/3").text
    assert (f'name="{storage}"' in page) == (storage == "post_message_forwarding")


def test_login_initiations(start_lms: StartLms) -> None:
    lms = start_lms(family="moodle")
    nurse = Browser(lms, "nurse")
    moodle = nurse.begin(OPEN)
    assert json.loads(moodle["lti_message_hint"])["cmid"] == 3 and moodle["login_hint"] == "10"
    assert moodle["lti_deployment_id"] == "1"
    lms.set_behaviour("canvas")
    assert nurse.begin(OPEN)["deployment_id"] == "1"
    lms.set_behaviour("blackboard")
    answer = nurse.get(OPEN, allow_redirects=False)
    assert answer.status_code == 302 and re.search(r"/lti/login\?iss=", answer.headers["Location"])
    assert "lti_storage_target" not in answer.headers["Location"]


def test_a_submission_review_names_the_learner(start_lms: StartLms) -> None:
    lms = start_lms()
    claims = Browser(lms, "instructor").launch("/course/placements/3/review/nurse")
    assert claims[P + "message_type"] == "LtiSubmissionReviewRequest"
    assert claims[P + "for_user"] == {"user_id": lms.subject(lms.person("nurse"))}
    assert Browser(lms, "physician-md").get("/course/placements/3/review/nurse").status_code == 404


def test_unknown_families_are_refused(start_lms: StartLms) -> None:
    with pytest.raises(ValueError, match="Unknown LMS family"):
        start_lms().set_behaviour("webct")


@pytest.mark.parametrize(
    ("members", "reason"),
    [({"family": "webct"}, "Unknown LMS family"), ({"seed": ({"type": "link"},)}, "Seed item 1: type 'link'")],
)
def test_a_bad_beginning_is_refused(start_lms: StartLms, members: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        start_lms(**members)
