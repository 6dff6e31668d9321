"""Dynamic registration: the token once, the metadata checked, and the tool usable afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from lti_tool.demo.platform import DemoLms
from lti_tool.demo.vocabulary import LINEITEM, SCORE

from .conftest import Browser, MovableClock, RelyingParty, StartLms, http

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"


def metadata(rp: RelyingParty, **changes: Any) -> dict[str, Any]:
    document = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{rp.base}/lti/login",
        "redirect_uris": [f"{rp.base}/lti/launch"],
        "client_name": "CME tool",
        "jwks_uri": f"{rp.base}/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{SCORE} {LINEITEM} unknown",
        TOOL: {
            "domain": urlsplit(rp.base).netloc,
            "target_link_uri": f"{rp.base}/lti/launch",
            "custom_parameters": {"history": "$ResourceLink.id.history"},
            "claims": ["sub", "name"],
            "messages": [{"type": "LtiDeepLinkingRequest", "target_link_uri": f"{rp.base}/pick"}],
        },
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def register(lms: DemoLms, document: dict[str, Any], token: str | None) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    endpoint = http().get(lms.addresses.openid_configuration, headers=headers, timeout=5).json()
    url = endpoint.get("registration_endpoint", lms.addresses.registration)
    return http().post(url, json=document, headers=headers, timeout=5)


def test_the_configuration_names_every_address_under_the_issuer(lms: DemoLms) -> None:
    document = http().get(lms.addresses.openid_configuration, timeout=5).json()
    assert document["issuer"] == lms.issuer
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"):
        assert document[name].startswith(lms.issuer)
    assert document[PLATFORM]["product_family_code"] == "demo-lms"


def test_a_tool_registers_and_is_served(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(tool=None)
    assert Browser(lms, "nurse").get("/course/placements/3/open").status_code == 503
    answer = register(lms, metadata(rp), lms.new_registration_token())
    document = answer.json()
    assert answer.status_code == 200 and document["scope"] == f"{LINEITEM} {SCORE}"
    assert document[TOOL]["deployment_id"] == "1"
    client = document["client_id"]
    assert rp.ask_token(rp.assertion(iss=client, sub=client)).status_code == 200
    claims = Browser(lms, "nurse").launch("/course/placements/3/open")
    assert claims["aud"] == client
    assert claims["https://purl.imsglobal.org/spec/lti/claim/custom"]["history"] == ""


def test_a_token_works_once_and_for_an_hour(start_lms: StartLms, rp: RelyingParty) -> None:
    clock = MovableClock()
    lms = start_lms(tool=None, clock=clock)
    token = lms.new_registration_token()
    assert register(lms, metadata(rp, client_name=""), token).status_code == 400
    assert register(lms, metadata(rp), token).status_code == 200
    assert register(lms, metadata(rp), token).status_code == 401
    assert register(lms, metadata(rp), None).status_code == 401
    late = lms.new_registration_token()
    clock.ahead = timedelta(minutes=61)
    assert register(lms, metadata(rp), late).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"application_type": "native"},
        {"response_types": ["code"]},
        {"response_types": 5},
        {"grant_types": [["implicit"]]},
        {"grant_types": ["implicit"]},
        {"initiate_login_uri": None},
        {"initiate_login_uri": "https://tool.example/login"},
        {"redirect_uris": []},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"jwks_uri": "file:///etc/passwd"},
        {"client_name": None},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {TOOL: None},
        {TOOL: {"domain": "elsewhere.invalid", "target_link_uri": "http://127.0.0.1:1/x"}},
    ],
    ids=str,
)
def test_bad_metadata_is_refused(start_lms: StartLms, rp: RelyingParty, changes: dict[str, Any]) -> None:
    lms = start_lms(tool=None)
    answer = register(lms, metadata(rp, **changes), lms.new_registration_token())
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_client_metadata" and lms.tool is None


def test_canvas_wants_the_token_twice_and_answers_422(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(tool=None, family="canvas")
    assert http().get(lms.addresses.openid_configuration, timeout=5).status_code == 422
    answer = register(lms, metadata(rp, client_name=None), lms.new_registration_token())
    assert answer.status_code == 422 and "client_name" in answer.json()["errors"][0]
    assert "deployment_id" not in register(lms, metadata(rp), lms.new_registration_token()).json()[TOOL]


def test_brightspace_gives_no_token_but_waits_for_an_administrator(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(tool=None, family="brightspace")
    assert register(lms, metadata(rp), None).status_code == 401
    lms.new_registration_token()
    assert register(lms, metadata(rp), None).status_code == 200


def test_open_edx_has_none(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(tool=None, family="openedx")
    assert register(lms, metadata(rp), lms.new_registration_token()).status_code == 404


def test_the_page_opens_the_tools_page_with_a_fresh_token(lms: DemoLms, rp: RelyingParty) -> None:
    admin = Browser(lms, "admin")
    page = admin.post("/settings/register", url=f"{rp.base}/register")
    assert "registration_token=" in page.text and f"frame-src 'self' {rp.base}" in page.headers[
        "Content-Security-Policy"
    ].replace(f" {lms.issuer}", "")
    assert len(lms.registration_tokens) == 1
    assert "on this machine" in admin.post("/settings/register", url="https://tool.example/register").text
