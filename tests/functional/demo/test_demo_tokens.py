"""Client assertions: each rule refuses, the good one passes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lti_tool.demo.platform import DemoLms
from lti_tool.demo.vocabulary import LINEITEM, LINEITEM_READ, SCORE

from .conftest import MovableClock, RelyingParty, StartLms, http

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"


def test_a_good_assertion_gets_the_scopes_asked_for(lms: DemoLms, rp: RelyingParty) -> None:
    answer = rp.ask_token(scope=f"{SCORE} {LINEITEM_READ} openid")
    document = answer.json()
    assert answer.status_code == 200 and document["expires_in"] == 3600 and document["token_type"] == "Bearer"
    assert set(document["scope"].split()) == {SCORE, LINEITEM_READ}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"iss": None},
        {"aud": "http://127.0.0.1:1/token"},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": 9_999_999_999},
        {"exp": "soon"},
        {"iat": None},
        {"iat": 9_999_999_000},
        {"jti": None},
        {"jti": ""},
    ],
    ids=str,
)
def test_a_bad_claim_is_refused(lms: DemoLms, rp: RelyingParty, claims: dict[str, Any]) -> None:
    answer = rp.ask_token(rp.assertion(**claims))
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_client"
    assert lms.requests_received("token")[-1].reason.startswith("invalid_client")


def test_the_audience_may_not_stand_in_a_list_with_others(lms: DemoLms, rp: RelyingParty) -> None:
    assert rp.ask_token(rp.assertion(aud=[lms.token_audience])).status_code == 200
    assert rp.ask_token(rp.assertion(aud=[lms.token_audience, "x"])).status_code == 400


def test_an_iat_a_few_seconds_ahead_is_refused(lms: DemoLms, rp: RelyingParty) -> None:
    assert rp.ask_token(rp.assertion(iat=int(lms.now().timestamp()) + 4)).status_code == 400


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": "unknown"}, {"alg": "RS512"}], ids=str)
def test_a_bad_header_is_refused(lms: DemoLms, rp: RelyingParty, header: dict[str, Any]) -> None:
    assert rp.ask_token(rp.assertion(header=header)).json()["error"] == "invalid_client"


def test_a_foreign_key_is_refused(lms: DemoLms, rp: RelyingParty, pems: tuple[str, str, str]) -> None:
    stranger = RelyingParty(pems[1], rp.base, lms=lms)
    assert "signature" in rp.ask_token(stranger.assertion()).json()["error_description"]


@pytest.mark.parametrize("junk", ["junk", "a.b", "a.b.c", "..", "é.é.é"])
def test_what_is_no_jwt_is_refused(lms: DemoLms, rp: RelyingParty, junk: str) -> None:
    assert rp.ask_token(junk).json()["error"] == "invalid_client"


def test_a_jti_works_once(lms: DemoLms, rp: RelyingParty) -> None:
    assertion = rp.assertion()
    assert rp.ask_token(assertion).status_code == 200
    assert "jti" in rp.ask_token(assertion).json()["error_description"]


@pytest.mark.parametrize("name", ["grant_type", "client_assertion_type", "client_assertion", "scope"])
def test_every_field_is_needed(lms: DemoLms, rp: RelyingParty, name: str) -> None:
    answer = rp.ask_token(**{name: ""} if name != "client_assertion" else {"client_assertion": None})
    assert answer.json()["error"] == "invalid_request"


def test_other_grants_and_scopes_are_refused(lms: DemoLms, rp: RelyingParty) -> None:
    assert rp.ask_token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert rp.ask_token(client_assertion_type="x").json()["error"] == "invalid_request"
    assert rp.ask_token(scope="openid").json()["error"] == "invalid_scope"


def test_get_and_json_are_refused(lms: DemoLms, rp: RelyingParty) -> None:
    assert http().get(lms.addresses.token, timeout=5).json()["error"] == "invalid_request"
    assert http().post(lms.addresses.token, json={"grant_type": "x"}, timeout=5).json()["error"] == "invalid_request"


def test_a_key_set_that_is_down_is_said(lms: DemoLms, rp: RelyingParty) -> None:
    rp.is_down = True
    assert "cannot fetch the tool's JWKS" in rp.ask_token().json()["error_description"]


def test_moodle_remembers_the_tools_keys(start_lms: StartLms, rp: RelyingParty) -> None:
    start_lms(family="moodle")
    answer = rp.ask_token()
    assert answer.headers["Content-Type"].startswith("text/html") and answer.json()["access_token"]
    rp.is_down = True
    assert rp.ask_token().status_code == 200 and len(rp.fetches) == 1
    assert rp.ask_token(rp.assertion(header={"kid": "new"})).status_code == 400 and len(rp.fetches) == 2


def test_brightspace_wants_its_own_audience(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="brightspace")
    assert rp.ask_token(rp.assertion(aud=lms.addresses.token)).status_code == 400
    assert rp.ask_token(rp.assertion(aud="https://api.brightspace.com/auth/token")).status_code == 200


def test_a_declarative_open_edx_gives_no_line_item_scope(start_lms: StartLms, rp: RelyingParty) -> None:
    start_lms(family="openedx")
    assert LINEITEM not in rp.ask_token().json()["scope"].split()


def test_tokens_expire(start_lms: StartLms, rp: RelyingParty) -> None:
    clock = MovableClock()
    lms = start_lms(clock=clock, token_seconds=100)
    token = rp.token()
    assert rp.call("GET", lms.addresses.line_items, token=token, accept=CONTAINER).status_code == 200
    clock.ahead = timedelta(seconds=101)
    assert rp.call("GET", lms.addresses.line_items, token=token, accept=CONTAINER).status_code == 401


def test_tokens_can_be_forgotten(lms: DemoLms, rp: RelyingParty) -> None:
    token = rp.token()
    lms.tokens.forget_all()
    assert rp.call("GET", lms.addresses.line_items, token=token, accept=CONTAINER).status_code == 401
