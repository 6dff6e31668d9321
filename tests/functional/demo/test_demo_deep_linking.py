"""The picker's answer: every rule of the response refuses, a good one places links and columns."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests

from lti_tool.demo.platform import DemoLms

from .conftest import DL, Browser, P, RelyingParty, StartLms, form_of, http

PICK = "/course/add/open"
SETTINGS = DL + "deep_linking_settings"
ITEM = {
    "type": "ltiResourceLink",
    "title": "Sepsis",
    "custom": {"activity": "sepsis"},
    "lineItem": {"scoreMaximum": 10, "label": "Sepsis post-test", "resourceId": "sepsis", "tag": "post-test"},
}


class Picker:
    """An instructor with an open picker."""

    def __init__(self, lms: DemoLms, rp: RelyingParty) -> None:
        self.lms, self.rp = lms, rp
        self.helen = Browser(lms, "instructor")
        assert lms.tool is not None
        self.request = self.helen.launch(PICK, redirect_uri=lms.tool.deep_link)

    def response(self, **changes: Any) -> dict[str, Any]:
        now = int(self.lms.now().timestamp())
        settings = self.request[SETTINGS]
        claims = {
            "iss": self.request["aud"],
            "aud": self.request["iss"],
            "iat": now - 5,
            "exp": now + 60,
            "nonce": secrets.token_hex(8),
            P + "deployment_id": self.request[P + "deployment_id"],
            P + "message_type": "LtiDeepLinkingResponse",
            P + "version": "1.3.0",
            DL + "content_items": [ITEM],
            DL + "data": settings.get("data"),
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def answer(self, token: str, field: str = "JWT", browser: Browser | None = None) -> requests.Response:
        session = (browser or self.helen).session
        return session.post(self.request[SETTINGS]["deep_link_return_url"], data={field: token}, timeout=10)


@pytest.fixture
def picker(lms: DemoLms, rp: RelyingParty) -> Picker:
    return Picker(lms, rp)


def test_a_good_answer_places_links_and_columns(lms: DemoLms, rp: RelyingParty, picker: Picker) -> None:
    assert P + "resource_link" not in picker.request
    answer = picker.answer(rp.sign(picker.response()))
    placed = lms.placements()[-1]
    column = lms.line_items(placed)[0]
    assert answer.status_code == 200 and placed.title == "Sepsis" and placed.custom == {"activity": "sepsis"}
    assert (column.label, column.score_maximum, column.resource_id) == ("Sepsis post-test", 10, "sepsis")
    launch = Browser(lms, "nurse").launch(f"/course/placements/{placed.id}/open")
    assert launch[P + "custom"] == {"activity": "sepsis"} and launch[P + "resource_link"]["title"] == "Sepsis"


def test_a_picker_is_answered_once(rp: RelyingParty, picker: Picker) -> None:
    assert picker.answer(rp.sign(picker.response())).status_code == 200
    assert picker.answer(rp.sign(picker.response())).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"aud": "http://other.invalid"},
        {"aud": None},
        {"exp": None},
        {"exp": 5},
        {"iat": None},
        {"iat": 9_999_999_999},
        {"nonce": None},
        {P + "deployment_id": "2"},
        {P + "deployment_id": None},
        {P + "message_type": "LtiDeepLinkingRequest"},
        {P + "version": "1.3"},
        {DL + "data": None},
        {DL + "data": "other"},
        {DL + "content_items": "x"},
        {DL + "content_items": [{"type": "link", "url": "http://x.invalid"}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "url": "http://elsewhere.invalid/x"}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "url": "javascript:alert(1)"}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "custom": {"n": 1}}]},
        {DL + "content_items": [{"type": "ltiResourceLink", "lineItem": {"label": "x"}}]},
    ],
    ids=str,
)
def test_a_bad_answer_is_refused(lms: DemoLms, rp: RelyingParty, picker: Picker, changes: dict[str, Any]) -> None:
    answer = picker.answer(rp.sign(picker.response(**changes)))
    assert answer.status_code == 400 and len(lms.placements()) == 2
    assert lms.requests_received("deep-link")[-1].reason


def test_a_nonce_works_once(lms: DemoLms, rp: RelyingParty, picker: Picker) -> None:
    picker.answer(rp.sign(picker.response(nonce="same")))
    again = Picker(lms, rp)
    assert again.answer(rp.sign(again.response(nonce="same"))).status_code == 400


def test_signature_kid_and_field_name(rp: RelyingParty, picker: Picker, pems: tuple[str, str, str]) -> None:
    stranger = RelyingParty(pems[2], rp.base)
    assert picker.answer(stranger.sign(picker.response())).status_code == 400
    assert picker.answer(rp.sign(picker.response(), kid=None)).status_code == 400
    assert picker.answer(rp.sign(picker.response()), field="jwt").status_code == 400


def test_only_the_instructor_who_asked_may_answer(lms: DemoLms, rp: RelyingParty, picker: Picker) -> None:
    token = rp.sign(picker.response())
    assert picker.answer(token, browser=Browser(lms, "admin")).status_code == 403
    action, fields = form_of(picker.answer(token, browser=Browser(lms)).text)
    assert fields["repost"] == "true"
    assert http().post(action, data=fields, timeout=5).status_code == 403
    assert picker.helen.session.post(action, data=fields, timeout=5).status_code == 200


def test_a_cancel_and_an_error_place_nothing(lms: DemoLms, rp: RelyingParty, picker: Picker) -> None:
    assert "Nothing was chosen" in picker.answer(rp.sign(picker.response(**{DL + "content_items": []}))).text
    failing = Picker(lms, rp)
    page = failing.answer(rp.sign(failing.response(**{DL + "errormsg": "<b>Sorry</b>"}))).text
    assert "&lt;b&gt;Sorry" in page and len(lms.placements()) == 2


def test_learners_cannot_pick(lms: DemoLms) -> None:
    assert Browser(lms, "nurse").get(PICK).status_code == 403


def test_moodle_sends_no_data_and_wants_none_back(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="moodle")
    picker = Picker(lms, rp)
    assert "data" not in picker.request[SETTINGS]
    assert picker.answer(rp.sign(picker.response(**{DL + "data": "x"}))).status_code == 400
    assert picker.answer(rp.sign(picker.response())).status_code == 200
