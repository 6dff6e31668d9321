"""The authorization endpoint lets through one shape of request and refuses every other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.errors import JoseError

from lti_tool.demo.authorization import PageRefusal, follow_redirect
from lti_tool.demo.launches import Minted
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.tampering import TAMPERINGS
from lti_tool.demo.vocabulary import MEMBERSHIP

from .conftest import Browser, MovableClock, P, StartLms, claims_of, form_of

OPEN = "/course/placements/3/open"


def test_a_good_request_is_answered_with_a_form_to_the_redirect_address(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    answer = ana.authorize(ana.begin(OPEN), nonce="n-1", state="s-1")
    action, fields = form_of(answer.text)
    assert lms.tool is not None and action == lms.tool.launch
    claims = claims_of(fields["id_token"], lms)
    assert set(fields) == {"id_token", "state"} and fields["state"] == "s-1"
    assert claims["nonce"] == "n-1" and claims["exp"] - claims["iat"] == 60
    assert claims[P + "roles"] == [MEMBERSHIP + "Learner"]
    assert claims[P + "custom"] == {"activity": "htn", "who": claims["sub"], "odd": "$No.such"}


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": ""},
        {"nonce": None},
        {"scope": "openid email"},
        {"scope": None},
        {"response_type": "code"},
        {"lti_message_hint": "made-up"},
        {"lti_message_hint": None},
        {"login_hint": None},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "http://elsewhere.invalid/"},
    ],
    ids=str,
)
def test_what_cannot_be_told_to_the_tool_is_a_page(lms: DemoLms, changes: dict[str, Any]) -> None:
    ana = Browser(lms, "physician-md")
    answer = ana.authorize(ana.begin(OPEN), **changes)
    assert answer.status_code == 404 and "Invalid request" in answer.text and 'name="id_token"' not in answer.text
    assert lms.requests_received("authorize")[-1].reason


@pytest.mark.parametrize("ending", ["/", "?x=1", "#x"])
def test_the_redirect_address_is_compared_letter_for_letter(lms: DemoLms, ending: str) -> None:
    ana = Browser(lms, "physician-md")
    assert lms.tool is not None
    answer = ana.authorize(ana.begin(OPEN), redirect_uri=lms.tool.launch + ending)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_mode": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"client_id": "somebody-else"}, "unauthorized_client"),
        ({"login_hint": "6"}, "access_denied"),
    ],
    ids=str,
)
def test_other_refusals_are_posted_to_the_tool(lms: DemoLms, changes: dict[str, Any], error: str) -> None:
    ana = Browser(lms, "physician-md")
    _, fields = form_of(ana.authorize(ana.begin(OPEN), **changes).text)
    assert fields["error"] == error and fields["state"] == "state-1" and "id_token" not in fields


def test_a_hint_works_once_even_if_the_first_request_was_bad(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    login = ana.begin(OPEN)
    ana.authorize(login, prompt="login")
    assert ana.authorize(login).status_code == 404


def test_open_edx_takes_a_hint_again(start_lms: StartLms) -> None:
    """A new window begins the login anew with the hint of the first; lti-consumer-xblock keeps it until it is old."""
    lms = start_lms(family="openedx")
    ana = Browser(lms, "physician-md")
    login = ana.begin(OPEN)
    assert ana.authorize(login, nonce="first").status_code == ana.authorize(login, nonce="second").status_code == 200


def test_a_nonce_works_once(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    ana.authorize(ana.begin(OPEN), nonce="same")
    _, fields = form_of(ana.authorize(ana.begin(OPEN), nonce="same").text)
    assert fields["error"] == "invalid_request"


def test_a_hint_grows_old(start_lms: StartLms) -> None:
    clock = MovableClock()
    lms = start_lms(clock=clock)
    ana = Browser(lms, "physician-md")
    login = ana.begin(OPEN)
    clock.ahead = timedelta(minutes=11)
    assert ana.authorize(login).status_code == 404


def test_another_persons_hint_is_denied(lms: DemoLms) -> None:
    login = Browser(lms, "physician-md").begin(OPEN)
    _, fields = form_of(Browser(lms, "nurse").authorize(login).text)
    assert fields["error"] == "access_denied"


def test_without_a_session_the_lms_reposts_once_and_then_refuses(lms: DemoLms) -> None:
    login = Browser(lms, "physician-md").begin(OPEN)
    stranger = Browser(lms)
    action, fields = form_of(stranger.authorize(login).text)
    assert action == lms.addresses.authorize and fields["repost"] == "true"
    assert stranger.session.post(action, data=fields, timeout=10).status_code == 404


def test_the_repost_brings_a_lost_cookie_back(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    action, fields = form_of(Browser(lms).authorize(ana.begin(OPEN)).text)
    answer = ana.session.post(action, data=fields, timeout=10)
    assert "id_token" in form_of(answer.text)[1]


def test_a_parameter_given_twice_is_refused(lms: DemoLms) -> None:
    ana = Browser(lms, "physician-md")
    assert ana.authorize(ana.begin(OPEN), nonce=["a", "b"]).status_code == 404


def test_rotation_keeps_or_drops_the_old_keys(lms: DemoLms) -> None:
    before = {key["kid"] for key in lms.jwks()["keys"]}
    new = lms.rotate_keys()
    assert {key["kid"] for key in lms.jwks()["keys"]} == before | {new} and len(before) == 2
    assert Browser(lms, "nurse").launch(OPEN)["sub"]
    last = lms.rotate_keys(keep_old=False)
    assert [key["kid"] for key in lms.jwks()["keys"]] == [last]
    assert lms.mint_launch("nurse", 3, nonce="n").header["kid"] == last


def test_the_clock_of_the_id_token_can_be_moved(lms: DemoLms) -> None:
    before = Browser(lms, "nurse").launch(OPEN)["iat"]
    lms.skew(300)
    assert 295 <= Browser(lms, "nurse").launch(OPEN)["iat"] - before <= 310


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_every_tampering_spoils_one_launch(lms: DemoLms, name: str) -> None:
    assert is_good(lms.mint_launch("nurse", 3, nonce="n"), lms)
    assert not is_good(lms.mint_launch("nurse", 3, nonce="n", tampering=name), lms)
    lms.tamper_next(name)
    nurse = Browser(lms, "nurse")
    nurse.authorize(nurse.begin(OPEN))
    assert not lms.waiting_tamperings


def is_good(minted: Minted, lms: DemoLms) -> bool:
    """The strictest reading: published key, RS256, and the very claims of a good launch."""
    try:
        claims = claims_of(minted.jwt, lms)
    except (JoseError, ValueError):
        return False
    plain = lms.mint_launch("nurse", 3, nonce="n").claims
    is_fresh = all(abs(claims.get(name, 0) - plain[name]) < 30 for name in ("iat", "exp"))
    return is_fresh and {**claims, "iat": 0, "exp": 0} == {**plain, "iat": 0, "exp": 0}


def test_overrides_of_one_launch(lms: DemoLms) -> None:
    minted = lms.mint_launch("nurse", 3, nonce="n", claims={"aud": ["a", "b"]}, without=("azp",))
    assert minted.claims["aud"] == ["a", "b"] and "azp" not in minted.claims


def test_a_launch_without_a_browser(lms: DemoLms) -> None:
    tool, login = lms.tool, lms.begin("nurse", 3)
    assert tool is not None
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "client_id": tool.client_id,
        "redirect_uri": tool.launch,
        "login_hint": login.parameters["login_hint"],
        "lti_message_hint": login.parameters["lti_message_hint"],
        "nonce": "n",
        "state": "s",
    }
    url = f"{lms.addresses.authorize}?{urlencode(parameters)}"
    form = follow_redirect(lms, url, "nurse")
    assert form.url == tool.launch and claims_of(form.fields["id_token"], lms)["nonce"] == "n"
    with pytest.raises(PageRefusal):
        follow_redirect(lms, url, "nurse")
    with pytest.raises(ValueError, match="is not"):
        follow_redirect(lms, "http://elsewhere.invalid/?a=b", "nurse")
