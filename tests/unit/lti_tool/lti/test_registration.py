"""What a registration asks for, and how an LMS's answer is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.registration import PlatformConfiguration
from lti_tool.lti.http import GuardedSession, Reply
from lti_tool.lti.registration import (
    CANVAS_PRIVACY,
    SCOPES,
    TOOL_CONFIGURATION,
    RegistrationEndpoint,
    metadata,
    refusal_words,
    registered,
)
from lti_tool.lti.settings import EdgeSettings

LMS = "https://lms.example"
SETTINGS = EdgeSettings("https://example.org/cme")
FOUND = PlatformConfiguration(LMS, f"{LMS}/auth", f"{LMS}/token", f"{LMS}/keys", f"{LMS}/register")


def tool(found: PlatformConfiguration = FOUND) -> dict[str, Any]:
    document: dict[str, Any] = metadata(found, SETTINGS, "Example CME")
    inner: dict[str, Any] = document[TOOL_CONFIGURATION]
    return inner


def test_addresses_keep_the_sub_path() -> None:
    document = metadata(FOUND, SETTINGS, "Example CME")
    assert document["initiate_login_uri"] == "https://example.org/cme/lti/login"
    assert document["redirect_uris"][0] == "https://example.org/cme/lti/launch"
    assert document["jwks_uri"] == "https://example.org/cme/lti/jwks"
    assert document["logo_uri"] == "https://example.org/cme/static/icon.svg"
    assert (tool()["domain"], tool()["target_link_uri"]) == ("example.org", "https://example.org/cme/lti/launch")


def test_no_email_is_asked_for() -> None:
    assert "email" not in tool()["claims"]
    assert {"sub", "name", "given_name", "family_name"} <= set(tool()["claims"])


def test_only_scopes_that_are_offered_are_asked_for() -> None:
    assert metadata(FOUND, SETTINGS, "x")["scope"].split() == list(SCOPES)
    offered = replace(FOUND, scopes=frozenset({SCOPES[3], "openid", "https://lms.example/everything"}))
    assert metadata(offered, SETTINGS, "x")["scope"] == SCOPES[3]


def test_messages_and_placements_are_those_that_the_lms_knows() -> None:
    prefix = "https://canvas.instructure.com/lti/"
    messages = {
        "LtiResourceLinkRequest": ("course_navigation",),
        "LtiDeepLinkingRequest": ("assignment_selection", f"{prefix}module_menu_modal", "editor_button"),
        "LtiSubmissionReviewRequest": (),
        "LtiAssetProcessorSettingsRequest": (),
    }
    asked = tool(replace(FOUND, messages=messages, family=LmsFamily.CANVAS))
    assert asked[CANVAS_PRIVACY] == "name_only"
    kinds = {one["type"]: one for one in asked["messages"]}
    assert set(kinds) == {"LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiSubmissionReviewRequest"}
    assert kinds["LtiDeepLinkingRequest"]["placements"] == ["assignment_selection", f"{prefix}module_menu_modal"]
    assert all(one["icon_uri"].endswith("/static/icon.svg") for one in kinds.values())


def test_without_a_list_of_messages_the_basic_two_are_asked_for() -> None:
    assert [one["type"] for one in tool()["messages"]] == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]


@pytest.mark.parametrize("token", ["a b", "a\nb", "ü", "x" * 9000])
def test_a_token_that_cannot_stand_in_a_header_is_refused_unsent(token: str) -> None:
    endpoint = RegistrationEndpoint(SETTINGS, GuardedSession())
    with pytest.raises(BadInput) as refused:
        endpoint.look_up(f"{LMS}/configuration", token)
    assert refused.value.code == "registration_token_malformed"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": "invalid_redirect_uri", "error_description": "no"}', "invalid_redirect_uri: no"),
        (b'{"errors": ["client_name is missing", "domain"]}', "client_name is missing: domain"),
        (b"missing_domain", "missing_domain"),
        (b"<h1>Sorry</h1>", "Sorry"),
        (b"[]", "Bad Request"),
    ],
)
def test_the_lmss_own_words_are_found(body: bytes, words: str) -> None:
    assert refusal_words(Reply(400, {}, body, "Bad Request")) == words


def test_answers_of_known_lmss() -> None:
    moodle = registered({"client_id": "AbC", "scope": "a b", TOOL_CONFIGURATION: {"deployment_id": "16"}})
    assert (moodle.client_id, moodle.deployment_id, moodle.scopes) == ("AbC", "16", frozenset({"a", "b"}))
    canvas = registered({"client_id": 10000000000042, TOOL_CONFIGURATION: {}})
    assert (canvas.client_id, canvas.deployment_id) == ("10000000000042", None)


@given(answer=st.one_of(st.none(), st.text(), st.lists(st.integers()), st.dictionaries(st.text(), st.booleans())))
def test_an_answer_without_client_id_registers_nothing(answer: Any) -> None:
    with pytest.raises(ServiceUnavailable) as refused:
        registered(answer)
    assert refused.value.code == "registration_malformed"
