"""What a launch's claims may and may not say."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import LmsFamily, MessageType
from lti_tool.lti.addresses import AddressRules
from tests.unit.lti_tool.lti.edge import (
    ABSENT,
    AGS,
    BASE,
    DL_SETTINGS,
    ISSUER,
    LTI,
    MEMBERSHIP,
    NRPS,
    Edge,
    claims,
    deep_linking_changes,
    platform,
    rsa_key,
    sign,
)
from tests.unit.lti_tool.lti.test_launch import LONG, refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deployment_id": ABSENT}, "deployment_id_missing"),
        ({"deployment_id": "unknown"}, "deployment_unknown"),
        ({"deployment_id": 1}, "deployment_id_malformed"),
        ({"deployment_id": LONG}, "deployment_id_too_long"),
        ({"message_type": ABSENT}, "message_type_missing"),
        ({"message_type": "Unknown"}, "message_type_unsupported"),
        ({"message_type": ["LtiResourceLinkRequest"]}, "message_type_unsupported"),
        ({"message_type": "DataPrivacyLaunchRequest"}, "message_incomplete"),
        ({"message_type": "LtiStartProctoring"}, "message_type_unsupported"),
        ({"version": ABSENT}, "version_wrong"),
        ({"version": "1.2.0"}, "version_wrong"),
        ({"version": "11.3"}, "version_wrong"),
        ({"target_link_uri": ABSENT}, "target_link_uri_missing"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": f"{BASE}/lti/launch?activity=other"}, "target_link_uri_changed"),
        ({"target_link_uri": f"{BASE}/admin"}, "target_link_uri_foreign"),
        ({"target_link_uri": f"{BASE}:bad/lti/launch"}, "target_link_uri_foreign"),
        ({"resource_link": ABSENT}, "resource_link_missing"),
        ({"resource_link": {}}, "resource_link_missing"),
        ({"resource_link": {"id": ""}}, "resource_link_missing"),
        ({"resource_link": {"id": LONG}}, "resource_link_too_long"),
        ({"resource_link": {"id": 5}}, "resource_link_malformed"),
        ({"resource_link": "link"}, "message_incomplete"),
        ({"roles": ABSENT}, "roles_missing"),
        ({"roles": None}, "roles_missing"),
        ({"roles": MEMBERSHIP + "Instructor"}, "roles_malformed"),
        ({"roles": [5]}, "roles_malformed"),
        ({"roles": ["x"] * 101}, "roles_malformed"),
        ({"sub": ABSENT}, "subject_missing"),
        ({"sub": ""}, "subject_missing"),
        ({"sub": None}, "subject_missing"),
        ({"sub": 7}, "subject_malformed"),
        ({"sub": LONG}, "subject_too_long"),
        ({"sub": "a\nb"}, "subject_malformed"),
        ({"context": {}}, "context_id_missing"),
        ({"context": {"title": "no id"}}, "context_id_missing"),
        ({"context": {"id": LONG}}, "context_id_too_long"),
        ({"context": "course"}, "context_malformed"),
        ({"custom": ["a"]}, "custom_malformed"),
        ({"custom": {str(n): "" for n in range(201)}}, "custom_too_large"),
        ({"custom": {"a": "x" * 9000}}, "custom_too_large"),
        ({"launch_presentation": "iframe"}, "launch_presentation_malformed"),
        ({AGS: "https://lms.example/li"}, "endpoint_malformed"),
        ({AGS: {"scope": "score"}}, "endpoint_malformed"),
        ({AGS: {"scope": [], "lineitem": "javascript:alert(1)"}}, "endpoint_malformed"),
        ({NRPS: {"context_memberships_url": 5}}, "namesroleservice_malformed"),
    ],
)
def test_a_malformed_message_is_refused_by_name(changes: dict[str, Any], code: str) -> None:
    assert refused(Edge(), **changes).code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": []},
        {"roles": [""]},
        {"roles": ["urn:unknown"]},
        {"context": ABSENT},
        {"context": None},
        {"sub": "x" * 255},
        {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT, "email": ABSENT},
        {"name": 5, "email": ["a"]},
        {"target_link_uri": "HTTPS://TOOL.example:443/lti/launch?activity=%61%31#top"},
    ],
)
def test_what_may_be_missing_may_be_missing(changes: dict[str, Any]) -> None:
    launch = Edge().launch(**changes)
    assert launch.subject


def test_an_unsafe_way_back_is_dropped_not_refused() -> None:
    assert Edge().launch(launch_presentation={"return_url": "javascript:alert(1)"}).return_url is None


def test_the_test_user_is_recognised() -> None:
    roles = [MEMBERSHIP + "Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]
    assert Edge().launch(roles=roles).is_test_user


def test_the_family_comes_from_the_launch_where_the_registration_names_none() -> None:
    assert Edge().launch(tool_platform={"product_family_code": "moodle"}).platform.family is LmsFamily.MOODLE
    assert Edge().launch(tool_platform={"product_family_code": 3}).platform.family is LmsFamily.GENERIC


def test_a_deep_linking_request_is_accepted() -> None:
    launch = Edge().launch(**deep_linking_changes(data="a b", accept_multiple="true", title="Pick"))
    assert launch.message_type is MessageType.DEEP_LINKING
    assert launch.resource_link is None
    assert launch.deep_linking is not None
    assert launch.deep_linking.return_url == f"{ISSUER}/return"
    assert (launch.deep_linking.data, launch.deep_linking.accept_multiple) == ("a b", True)
    assert launch.deep_linking.accept_lineitem


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"deep_link_return_url": ABSENT}, "return_url_missing"),
        ({"deep_link_return_url": 5}, "return_url_missing"),
        ({"deep_link_return_url": "http://lms.example/return"}, "return_url_unsafe"),
        ({"deep_link_return_url": "javascript:alert(1)"}, "return_url_unsafe"),
        ({"deep_link_return_url": "https://u:p@lms.example/"}, "return_url_unsafe"),
        ({"deep_link_return_url": "https://[broken/"}, "return_url_unsafe"),
        ({"deep_link_return_url": "https://10.0.0.5/return"}, "return_url_foreign"),
        ({"deep_link_return_url": "https:///return"}, "return_url_unsafe"),
        ({"deep_link_return_url": "https://evil.test/return"}, "return_url_foreign"),
        ({"accept_types": ["link"]}, "accept_types_unsupported"),
        ({"accept_types": ABSENT}, "accept_types_unsupported"),
        ({"accept_presentation_document_targets": []}, "presentation_targets_missing"),
        ({"data": {"a": 1}}, "deep_linking_settings_malformed"),
    ],
)
def test_a_deep_linking_request_that_cannot_be_answered_is_refused(settings: dict[str, Any], code: str) -> None:
    assert refused(Edge(), **deep_linking_changes(**settings)).code == code


def test_deep_linking_settings_must_be_there() -> None:
    assert refused(Edge(), message_type="LtiDeepLinkingRequest").code == "deep_linking_settings_missing"


@pytest.mark.parametrize(
    ("address", "changes"),
    [
        ("https://www.lms.example/r", {}),
        ("https://school.test/r", {"family": LmsFamily.BLACKBOARD}),
        ("https://school.test/r", {"family": LmsFamily.CANVAS}),
        ("https://moodle.uni.ac.uk/r", {"token_url": "https://auth.uni.ac.uk/token"}),
    ],
)
def test_a_return_address_of_the_platform_is_accepted(address: str, changes: dict[str, Any]) -> None:
    launch = Edge(platforms=[platform(**changes)]).launch(**deep_linking_changes(deep_link_return_url=address))
    assert launch.deep_linking is not None


def test_a_second_level_domain_does_not_make_a_family() -> None:
    edge = Edge(platforms=[platform(token_url="https://auth.uni.ac.uk/token")])
    settings = deep_linking_changes(deep_link_return_url="https://other.ac.uk/r")
    assert refused(edge, **settings).code == "return_url_foreign"


def test_plain_http_is_for_allow_listed_hosts() -> None:
    local = platform(authorization_url="http://127.0.0.1:8081/auth")
    edge = Edge(platforms=[local], rules=AddressRules.parse(["127.0.0.1:8081"]))
    launch = edge.launch(**deep_linking_changes(deep_link_return_url="http://127.0.0.1:8081/return"))
    assert launch.deep_linking is not None
    other = deep_linking_changes(deep_link_return_url="http://127.0.0.1:9/return")
    assert refused(edge, **other).code == "return_url_unsafe"


def test_old_open_edx_sends_a_resource_link_with_deep_linking() -> None:
    changes = deep_linking_changes() | {"resource_link": {"id": "block-v1:a+b"}}
    launch = Edge().launch(**changes)
    assert launch.resource_link is not None
    assert launch.resource_link.id == "block-v1:a+b"


REVIEW: dict[str, Any] = {
    "message_type": "LtiSubmissionReviewRequest",
    "for_user": {"user_id": "u5"},
    AGS: {"scope": [], "lineitem": f"{ISSUER}/li"},
}


def test_a_submission_review_is_accepted() -> None:
    launch = Edge().launch(**REVIEW)
    assert (launch.message_type, launch.for_user) == (MessageType.SUBMISSION_REVIEW, "u5")


@pytest.mark.parametrize(
    "changes", [{"for_user": ABSENT}, {"for_user": {}}, {"for_user": "u5"}, {AGS: ABSENT}, {AGS: {"scope": []}}]
)
def test_an_incomplete_submission_review_is_refused(changes: dict[str, Any]) -> None:
    assert refused(Edge(), **(REVIEW | changes)).code in {"message_incomplete", "for_user_malformed"}


def test_refusals_hold_no_personal_data() -> None:
    error = refused(Edge(), deployment_id="unknown")
    told = json.dumps({"words": str(error), "facts": dict(error.facts)})
    assert "zoe" not in told.lower()
    assert "user-7" not in told
    told = json.dumps({name: value for name, value in error.facts.items() if name != "received"})
    assert LTI not in told
    assert DL_SETTINGS not in told


@pytest.mark.parametrize("payload", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_payload_that_is_not_json_is_refused(payload: bytes) -> None:
    token = jwt.PyJWS().encode(payload, rsa_key(0), algorithm="RS256", headers={"kid": "k0"})
    assert refused(Edge(), token).code in {"token_malformed", "token_too_large"}


def test_a_signature_that_is_no_base64_is_refused() -> None:
    edge = Edge()
    begun = edge.begin()
    head, body, _ = sign(claims(begun.nonce)).split(".")
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, f"{head}.{body}.a")
    assert caught.value.code == "token_signature"


@pytest.mark.parametrize("header", [{"jwk": "text"}, {"x5c": 5}])
def test_a_header_of_the_wrong_shape_is_refused(header: dict[str, Any]) -> None:
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce), 0, header))
    assert caught.value.code == "token_malformed"


def test_a_platform_that_is_disconnected_during_the_login_is_refused() -> None:
    edge = Edge()
    begun = edge.begin()
    edge.platforms.clear()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce)))
    assert caught.value.code == "registration_removed"
