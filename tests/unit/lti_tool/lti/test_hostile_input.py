"""Whatever arrives, the edge accepts it or refuses it by name; nothing else ever comes out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput, LaunchRefused, ServiceUnavailable
from lti_tool.domain.launch import Launch
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keyset import parse_keyset
from lti_tool.lti.launch import NeedsBrowserProof
from lti_tool.lti.links import next_page
from lti_tool.lti.service import cleaned
from tests.unit.lti_tool.lti.edge import (
    AGS,
    CLIENT,
    DL_SETTINGS,
    ISSUER,
    LTI,
    NOW,
    NRPS,
    TARGET,
    Edge,
    claims,
    deep_linking_changes,
    sign,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["https://lms.example/x", "$A.b"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "scope", "lineitem", "user_id", "a"]), inner, max_size=4)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "name", "email", "locale", AGS, NRPS, DL_SETTINGS]
    + [
        LTI + name
        for name in (
            "message_type",
            "version",
            "deployment_id",
            "target_link_uri",
            "roles",
            "resource_link",
            "context",
            "custom",
            "launch_presentation",
            "tool_platform",
            "for_user",
        )
    ]
)
EDGE = Edge()
KINDS: list[dict[str, Any]] = [
    {},
    deep_linking_changes(),
    {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": "u"}, AGS: {"lineitem": ISSUER}},
]


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(NAMES, JSON, min_size=1, max_size=3), kind=st.sampled_from(KINDS))
def test_any_claims(changes: dict[str, Any], kind: dict[str, Any]) -> None:
    begun = EDGE.begin()
    try:
        result = EDGE.post(begun, sign(claims(begun.nonce, **kind) | changes))
    except LaunchRefused:
        return
    assert isinstance(result, Launch)
    assert result.tenant == (ISSUER, CLIENT, "dep-1")
    assert result.target_link_uri.lower().startswith("https://tool.example")


@settings(max_examples=100, deadline=None)
@given(
    settings_claim=st.dictionaries(
        st.sampled_from(["deep_link_return_url", "accept_types", "data", "accept_multiple", "title"]), JSON
    )
)
def test_any_deep_linking_settings(settings_claim: dict[str, Any]) -> None:
    begun = EDGE.begin()
    try:
        result = EDGE.post(begun, sign(claims(begun.nonce, **deep_linking_changes(**settings_claim))))
    except LaunchRefused:
        return
    assert isinstance(result, Launch)
    assert result.deep_linking is not None
    assert result.deep_linking.return_url.startswith("https://lms.example/")


@settings(max_examples=100, deadline=None)
@given(
    form=st.dictionaries(
        st.sampled_from(["state", "id_token", "error", "error_description", "browser_proof"]), st.text()
    ),
    cookies=st.dictionaries(st.text(), st.text(), max_size=2),
)
def test_any_post(form: dict[str, str], cookies: dict[str, str]) -> None:
    with pytest.raises(LaunchRefused):
        EDGE.launch_endpoint.receive(form, cookies, NOW)


@settings(max_examples=100, deadline=None)
@given(token=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")), dots=st.integers(0, 4))
def test_any_token_for_a_good_login(token: str, dots: int) -> None:
    begun = EDGE.begin()
    for id_token in (token + "." * dots, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImswIn0." + token + ".x"):
        with pytest.raises(LaunchRefused):
            EDGE.post(begun, id_token or "x")


@settings(max_examples=100, deadline=None)
@given(
    params=st.dictionaries(
        st.sampled_from(
            ["iss", "client_id", "login_hint", "lti_message_hint", "lti_deployment_id", "lti_storage_target"]
        ),
        st.text(max_size=50) | st.sampled_from([ISSUER, CLIENT, "dep-1"]),
    )
)
def test_any_login(params: dict[str, str]) -> None:
    try:
        start = EDGE.login_endpoint.start({"target_link_uri": TARGET, **params}, NOW)
    except LaunchRefused:
        return
    assert start.redirect_url.startswith(f"{ISSUER}/auth?scope=openid&")
    assert all(" " < character < "\x7f" for character in start.redirect_url)


@settings(max_examples=100, deadline=None)
@given(target=st.text(max_size=60) | st.text(max_size=20).map(lambda tail: f"https://tool.example{tail}"))
def test_any_target(target: str) -> None:
    try:
        EDGE.begin(target_link_uri=target)
    except LaunchRefused:
        return
    assert EDGE.settings.is_own_target(target)


@settings(max_examples=100, deadline=None)
@given(document=st.text(max_size=200) | JSON.map(lambda value: f'{{"keys":{value!r}}}'.replace("'", '"')))
def test_any_keyset(document: str) -> None:
    try:
        keys = parse_keyset(document)
    except ServiceUnavailable:
        return
    assert all(keys.values())


@settings(max_examples=100, deadline=None)
@given(url=st.text(max_size=60) | st.text(max_size=30).map(lambda tail: "https://" + tail))
def test_any_address(url: str) -> None:
    try:
        checked = GuardedSession().check(url)
    except BadInput:
        return
    assert checked.lower().startswith("https://")


@settings(max_examples=100, deadline=None)
@given(header=st.text(alphabet='<>;,= "relnxt“”&', max_size=80))
def test_any_link_header(header: str) -> None:
    assert next_page(header) is None or "<" in header


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=2000))
def test_words_are_always_one_short_plain_line(text: str) -> None:
    said = cleaned(text)
    assert len(said) <= 500
    assert "<" not in said
    assert said == "" or said.isprintable()


def test_a_launch_without_proof_is_a_value_not_an_error() -> None:
    begun = EDGE.begin()
    assert isinstance(EDGE.post(begun, "x", cookies={}), NeedsBrowserProof)
