"""Which id_tokens are accepted: every row of the acceptance table, each with the verdict that it should have."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import MessageType, Role
from lti_tool.lti.settings import EdgeSettings
from tests.unit.lti_tool.lti.edge import (
    ABSENT,
    AGS,
    BASE,
    CLIENT,
    ISSUER,
    NOW,
    NRPS,
    Edge,
    claims,
    jwk,
    platform,
    rsa_key,
    sign,
    unsigned,
)

CLOCK = int(NOW.timestamp())
LONG = "x" * 256


def refused(edge: Edge, id_token: str | None = None, **changes: Any) -> LaunchRefused:
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, id_token if id_token is not None else sign(claims(begun.nonce, **changes)))
    return caught.value


def test_a_valid_launch_arrives_whole() -> None:
    launch = Edge().launch(
        custom={"activity": "a1", "n": 3, "unfilled": "$ResourceLink.id.history", "nothing": None, "yes": True},
        launch_presentation={"locale": "fr-CA", "document_target": "iframe", "return_url": f"{ISSUER}/back"},
        **{AGS: {"scope": ["s"], "lineitem": f"{ISSUER}/li"}, NRPS: {"context_memberships_url": f"{ISSUER}/m"}},
    )
    assert (launch.message_type, launch.subject, launch.deployment_id) == (MessageType.RESOURCE_LINK, "user-7", "dep-1")
    assert launch.roles == {Role.LEARNER}
    assert launch.tenant == (ISSUER, CLIENT, "dep-1")
    assert launch.name.display == "Zoë Škoda"
    assert launch.email == "zoe@example.org"
    assert launch.context is not None
    assert launch.context.title == "Critical care"
    assert launch.resource_link is not None
    assert launch.resource_link.id == "link-1"
    assert launch.custom == {"activity": "a1", "n": "3", "unfilled": "", "nothing": "", "yes": "true"}
    assert (launch.locale, launch.document_target, launch.return_url) == ("fr-CA", "iframe", f"{ISSUER}/back")
    assert launch.gradebook is not None
    assert launch.gradebook.lineitem == f"{ISSUER}/li"
    assert launch.roster is not None
    assert launch.roster.url == f"{ISSUER}/m"


def test_one_context_text_is_cut_and_control_characters_go() -> None:
    launch = Edge().launch(context={"id": "c", "title": "a\x00b" + "t" * 2000})
    assert launch.context is not None
    assert launch.context.title.startswith("a bttt")
    assert len(launch.context.title) == 1000


# --- signature, algorithm, key ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members", [{"alg": ABSENT}, {"use": ABSENT}, {"alg": None, "use": None}, {"key_ops": ["verify"]}]
)
def test_a_key_that_leaves_members_out_verifies(members: dict[str, Any]) -> None:
    assert Edge(jwks=[jwk(**members)]).launch().subject == "user-7"


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"alg": "HS256"},
        {"alg": "RS512"},
        {"kty": "EC"},
        {"kid": ABSENT},
        {"n": "!!"},
        {"n": "é" * 400},
        {"e": "AQ"},
        {"n": 5},
        {"e": ABSENT},
        {"key_ops": ["encrypt"]},
    ],
)
def test_a_key_that_is_not_for_this_is_as_good_as_absent(members: dict[str, Any]) -> None:
    assert refused(Edge(jwks=[jwk(**members)])).code == "key_unknown"


def test_a_private_key_in_the_key_set_is_used_as_its_public_half() -> None:
    assert Edge(jwks=[jwk(d="AQAB", p="AQAB")]).launch().subject == "user-7"


def test_two_keys_with_one_kid_are_both_tried() -> None:
    assert Edge(jwks=[jwk(1, kid="k0"), jwk(0)]).launch().subject == "user-7"


def test_alg_none_is_refused() -> None:
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, unsigned(claims(begun.nonce), {"alg": "none", "kid": "k0"}))
    assert caught.value.code == "token_algorithm"


@pytest.mark.parametrize("members", [{}, {"alg": ABSENT}, {"alg": "HS256"}])
def test_hs256_with_the_public_key_as_secret_is_refused(members: dict[str, Any]) -> None:
    public = (
        rsa_key(0)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    edge = Edge(jwks=[jwk(**members)])
    begun = edge.begin()
    signed = unsigned(claims(begun.nonce), {"alg": "HS256", "kid": "k0"})[:-1]
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
    token = f"{signed}.{signature}"
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, token)
    assert caught.value.code == "token_algorithm"


def test_rs512_is_refused_whatever_the_key_set_says() -> None:
    edge = Edge(jwks=[jwk(alg=ABSENT)])
    begun = edge.begin()
    token = jwt.encode(claims(begun.nonce), rsa_key(0), algorithm="RS512", headers={"kid": "k0"})
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, token)
    assert caught.value.code == "token_algorithm"


def test_a_key_offered_in_the_header_is_ignored() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce), 1, {"kid": "k0", "jwk": jwk(1), "jku": "https://evil.example/jwks"})
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, token)
    assert caught.value.code == "token_signature"


def test_a_changed_payload_is_refused() -> None:
    edge = Edge()
    begun = edge.begin()
    genuine = sign(claims(begun.nonce)).split(".")
    forged = sign(claims(begun.nonce, sub="somebody-else")).split(".")
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, ".".join((genuine[0], forged[1], genuine[2])))
    assert caught.value.code == "token_signature"


@pytest.mark.parametrize(
    ("header", "code"),
    [({"kid": ABSENT}, "key_id_missing"), ({"kid": "other"}, "key_unknown"), ({"crit": ["exp"]}, "token_malformed")],
)
def test_a_header_that_names_no_known_key_is_refused(header: dict[str, Any], code: str) -> None:
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce), 0, header))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "token", ["a.b", "a.b.c.d", "...", "a.b.c", "e30.e30.e30", "é.ü.ö", "." * 2, "W10.W10.W10", "a" * 200_000]
)
def test_what_is_not_a_jwt_is_refused(token: str) -> None:
    assert refused(Edge(), token).code in {"token_malformed", "token_algorithm", "token_too_large"}


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_claims_that_are_no_object_are_refused(body: Any) -> None:
    assert refused(Edge(), sign(body)).code == "token_malformed"


# --- parties ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "other"], "azp": CLIENT},
        {"aud": ["other", CLIENT], "azp": CLIENT},
        {"azp": CLIENT},
    ],
)
def test_an_audience_that_holds_us_is_accepted(changes: dict[str, Any]) -> None:
    assert Edge().launch(**changes).subject == "user-7"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "other"}, "audience_wrong"),
        ({"aud": ABSENT}, "audience_wrong"),
        ({"aud": []}, "audience_wrong"),
        ({"aud": {"client-1": 1}}, "audience_wrong"),
        ({"aud": [CLIENT, 5], "azp": CLIENT}, "audience_wrong"),
        ({"aud": [CLIENT, "other"]}, "azp_wrong"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "azp_wrong"),
        ({"azp": "other"}, "azp_wrong"),
        ({"azp": None}, "azp_wrong"),
        ({"iss": ABSENT}, "issuer_wrong"),
        ({"iss": "https://other.example"}, "issuer_wrong"),
        ({"iss": ISSUER + "/"}, "issuer_wrong"),
    ],
)
def test_a_token_for_or_from_somebody_else_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(Edge(), **changes).code == code


def test_a_genuine_token_of_another_client_of_the_same_issuer_is_refused() -> None:
    edge = Edge(platforms=[platform(), platform(id="p2", client_id="client-2")])
    assert refused(edge, aud="client-2").code == "audience_wrong"


# --- times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": CLOCK - 59, "iat": CLOCK - 119},
        {"iat": CLOCK + 60},
        {"iat": CLOCK + 3},
        {"iat": CLOCK - 600},
        {"nbf": CLOCK + 60},
        {"iat": CLOCK + 0.15},
        {"exp": CLOCK + 3600},
    ],
)
def test_clocks_may_differ_by_the_leeway(changes: dict[str, Any]) -> None:
    assert Edge().launch(**changes).subject == "user-7"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": CLOCK - 3600, "iat": CLOCK - 3660}, "token_expired"),
        ({"exp": CLOCK - 60}, "token_expired"),
        ({"exp": ABSENT}, "token_time_missing"),
        ({"iat": ABSENT}, "token_time_missing"),
        ({"exp": None}, "token_time_missing"),
        ({"exp": CLOCK + 10 * 365 * 86400}, "token_lifetime"),
        ({"iat": CLOCK - 86400, "exp": CLOCK + 60}, "token_too_old"),
        ({"iat": CLOCK - 661}, "token_too_old"),
        ({"iat": CLOCK + 3600, "exp": CLOCK + 7200}, "token_from_future"),
        ({"iat": CLOCK + 61}, "token_from_future"),
        ({"nbf": CLOCK + 61}, "token_not_yet_valid"),
        ({"nbf": "soon"}, "token_time_malformed"),
        ({"iat": "11111"}, "token_time_malformed"),
        ({"exp": True}, "token_time_malformed"),
        ({"exp": float("nan")}, "token_time_malformed"),
        ({"exp": 10**400}, "token_time_malformed"),
        ({"iat": 11111, "exp": 22222}, "token_expired"),
    ],
)
def test_a_token_that_is_not_of_now_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refused(Edge(), **changes).code == code


def test_leeway_can_be_set() -> None:
    strict = Edge(settings=EdgeSettings(BASE, leeway=timedelta(0)))
    assert refused(strict, iat=CLOCK + 3).code == "token_from_future"


# --- nonce, state, replay, browser ------------------------------------------------------------------------------
