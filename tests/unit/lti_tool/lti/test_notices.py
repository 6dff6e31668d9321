"""Notices: what is taken as one, and every fence on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput, CmeError, LaunchRefused
from lti_tool.domain.launch import NoticeType
from lti_tool.domain.notice import MAX_NOTICES, Notice
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.login import digest
from lti_tool.lti.notices import NoticeReader
from tests.unit.lti_tool.lti.edge import (
    ABSENT,
    CLIENT,
    DEPLOYMENT,
    ISSUER,
    LTI,
    NOW,
    Edge,
    claims,
    platform,
    sign,
    unsigned,
)
from tests.unit.lti_tool.lti.memory_ports import MemoryRegistrations
from tests.unit.lti_tool.lti.test_hostile_input import JSON


def copy_claims(**changes: Any) -> dict[str, Any]:
    """As Canvas words it; keys of ``changes`` may be short names of LTI claims."""
    full: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "azp": CLIENT,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
        "nonce": "n-1",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": DEPLOYMENT,
        LTI + "notice": {"id": "notice-1", "timestamp": "2026-11-24T08:59:00Z", "type": "LtiContextCopyNotice"},
        LTI + "context": {
            "id": "course-2",
            "label": "CME2",
            "title": "Critical care, 2027",
            "type": ["CourseOffering"],
        },
        LTI + "origin_contexts": ["course-1"],
    }
    for name, value in changes.items():
        full[LTI + name if LTI + name in full else name] = value
    return {name: value for name, value in full.items() if value is not ABSENT}


def about(**changes: Any) -> dict[str, Any]:
    return {**copy_claims()[LTI + "notice"], **changes}


def reader(edge: Edge | None = None) -> NoticeReader:
    edge = edge or Edge()
    return NoticeReader(edge.settings, MemoryRegistrations(edge.platforms), KeysetReader(edge.session, edge.cache))


def body(*tokens: Any) -> bytes:
    return json.dumps({"notices": [{"jwt": token} for token in tokens]}).encode()


def read(token: Any, now: datetime = NOW, edge: Edge | None = None) -> Notice | CmeError:
    (found,) = reader(edge).read(body(token), now)
    return found


def code_of(token: Any, now: datetime = NOW, edge: Edge | None = None) -> str:
    found = read(token, now, edge)
    assert isinstance(found, LaunchRefused), found
    return found.code


def test_a_copied_course_is_told() -> None:
    found = read(sign(copy_claims()))
    assert isinstance(found, Notice)
    assert (found.type, found.platform.id, found.deployment_id) == (NoticeType.CONTEXT_COPY, "p1", DEPLOYMENT)
    assert (found.id, found.nonce_hash) == ("notice-1", digest("n-1"))
    assert found.context is not None and found.context.id == "course-2"
    assert found.origins == ("course-1",)
    assert found.happened_at == datetime(2026, 11, 24, 8, 59, tzinfo=UTC)
    assert found.expires_at == NOW + timedelta(hours=1)


def test_hello_needs_no_course_and_a_copy_may_have_no_known_origin() -> None:
    hello = read(sign(copy_claims(notice=about(type="LtiHelloWorldNotice"), context=ABSENT, origin_contexts=ABSENT)))
    assert isinstance(hello, Notice) and hello.type is NoticeType.HELLO
    from_file = read(sign(copy_claims(origin_contexts=ABSENT)))
    assert isinstance(from_file, Notice) and from_file.origins == ()


def test_a_notice_may_be_held_back_for_an_hour() -> None:
    token = sign(copy_claims(exp=int(NOW.timestamp()) + 7200))
    assert isinstance(read(token, NOW + timedelta(minutes=60)), Notice)
    assert code_of(token, NOW + timedelta(minutes=62)) == "token_too_old"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://other.example"}, "issuer_unknown"),
        ({"iss": ABSENT}, "issuer_missing"),
        ({"iss": "x\x00"}, "issuer_malformed"),
        ({"aud": "client-9", "azp": "client-9"}, "client_unknown"),
        ({"aud": ABSENT, "azp": ABSENT}, "client_unknown"),
        ({"aud": [CLIENT, "other"], "azp": ABSENT}, "azp_wrong"),
        ({"aud": ["other"]}, "audience_wrong"),
        ({"aud": {"a": 1}, "azp": ABSENT}, "client_id_malformed"),
        ({"exp": ABSENT}, "token_time_missing"),
        ({"iat": ABSENT}, "token_time_missing"),
        ({"exp": int(NOW.timestamp()) - 61}, "token_expired"),
        ({"iat": int(NOW.timestamp()) + 90}, "token_from_future"),
        ({"exp": int(NOW.timestamp()) + 90_000}, "token_lifetime"),
        ({"exp": 1e300}, "token_time_malformed"),
        ({"nonce": ABSENT}, "nonce_missing"),
        ({"nonce": 7}, "nonce_malformed"),
        ({"version": "1.2"}, "version_wrong"),
        ({"deployment_id": "elsewhere"}, "deployment_unknown"),
        ({"notice": ABSENT}, "notice_missing"),
        ({"notice": "x"}, "notice_malformed"),
        ({"notice": about(id="")}, "notice_id_missing"),
        ({"notice": about(id="x" * 256)}, "notice_id_too_long"),
        ({"notice": about(type="LtiAssetProcessorSubmissionNotice")}, "notice_type_unsupported"),
        ({"notice": about(type=["LtiContextCopyNotice"])}, "notice_type_unsupported"),
        ({"notice": about(timestamp="2026-11-24T08:59:00")}, "notice_time_malformed"),
        ({"notice": about(timestamp=1764000000)}, "notice_time_malformed"),
        ({"notice": about(timestamp="0001-01-01T00:00:00+14:00")}, "notice_time_malformed"),
        ({"context": ABSENT}, "context_id_missing"),
        ({"context": {"id": 2}}, "context_id_malformed"),
        ({"origin_contexts": "course-1"}, "origin_contexts_malformed"),
        ({"origin_contexts": [{"id": "course-1"}]}, "origin_contexts_malformed"),
        ({"origin_contexts": ["a\x00b"]}, "origin_contexts_malformed"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], code: str) -> None:
    assert code_of(sign(copy_claims(**changes))) == code


def test_the_signature_decides() -> None:
    good = copy_claims()
    assert code_of(sign(good, 1, {"kid": "k0"})) == "token_signature"
    assert code_of(sign(good, 1)) == "key_unknown"
    assert code_of(sign(good, header={"kid": ABSENT})) == "key_id_missing"
    assert code_of(unsigned(good, {"alg": "none", "kid": "k0"})) == "token_algorithm"
    head, payload, signature = sign(good).split(".")
    other = sign(copy_claims(origin_contexts=["course-9"])).split(".")[1]
    assert payload != other
    assert code_of(f"{head}.{other}.{signature}") == "token_signature"


def test_before_the_registration_is_approved_nothing_is_taken() -> None:
    assert code_of(sign(copy_claims()), edge=Edge([platform(is_approved=False)])) == "registration_pending"


def test_of_two_clients_of_one_issuer_each_is_told_its_own() -> None:
    edge = Edge([platform(), platform(id="p2", client_id="client-2")])
    found = read(sign(copy_claims(aud="client-2", azp="client-2")), edge=edge)
    assert isinstance(found, Notice) and found.platform.id == "p2"


def test_a_launch_is_no_notice_and_a_notice_is_no_launch() -> None:
    assert code_of(sign(claims("n-1"))) == "notice_missing"
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused, match="message type"):
        edge.post(begun, sign(copy_claims(nonce=begun.nonce, target_link_uri="https://tool.example/lti/launch")))


def test_one_bad_notice_does_not_spoil_the_others() -> None:
    second = copy_claims(nonce="n-2", notice=about(id="notice-2"))
    found = reader().read(body(sign(copy_claims()), "garbage", sign(second)), NOW)
    assert [type(one) for one in found] == [Notice, LaunchRefused, Notice]


NO_DELIVERIES = (
    b"",
    b"\xff",
    b"[]",
    b"{}",
    b'{"notices": {}}',
    b'{"notices": []}',
    b'{"notices": [1]}',
    b'{"notices": [{}]}',
    b'{"notices": [{"jwt": null}]}',
    b"[" * 100_000,
)


@pytest.mark.parametrize("sent", NO_DELIVERIES)
def test_a_delivery_that_is_none_is_refused_whole(sent: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        reader().read(sent, NOW)
    assert refused.value.code == "notices_malformed"


def test_a_delivery_of_a_thousand_is_refused_unread() -> None:
    token = sign(copy_claims())
    assert len(reader().read(body(*[token] * MAX_NOTICES), NOW)) == MAX_NOTICES
    with pytest.raises(BadInput) as refused:
        reader().read(body(*["not even looked at"] * 1000), NOW)
    assert refused.value.code == "notices_too_many"


@given(name=st.sampled_from([*copy_claims(), "nbf"]), value=JSON)
@settings(max_examples=60, deadline=None)
def test_any_claims(name: str, value: Any) -> None:
    """Everything that comes out is a notice or a refusal by name."""
    found = read(sign(copy_claims() | {name: value}))
    assert isinstance(found, (Notice, LaunchRefused))


@given(sent=st.binary(max_size=200) | JSON.map(lambda one: json.dumps({"notices": one}).encode()))
@settings(max_examples=60, deadline=None)
def test_any_body(sent: bytes) -> None:
    try:
        found = reader().read(sent, NOW)
    except BadInput:
        return
    assert all(isinstance(one, CmeError) for one in found)
