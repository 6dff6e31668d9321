"""The tool's keys: what is published, what signs, and the overlap between two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lti_tool.domain.errors import CmeError
from lti_tool.domain.login import SigningKey, ToolKey
from lti_tool.lti.keys import (
    ACTIVATION_DELAY,
    RETIREMENT_OVERLAP,
    generate_key,
    jwks_document,
    published,
    retirement_of_older,
    sign,
    signing_key,
)
from tests.unit.lti_tool.lti.edge import NOW

OLD = generate_key(NOW, is_first=True)
NEW = generate_key(NOW + timedelta(days=90))


def test_every_published_key_carries_kid_alg_and_use_and_no_private_part() -> None:
    document = jwks_document([OLD, NEW], NOW)
    assert [key["kid"] for key in document["keys"]] == [NEW.kid, OLD.kid]
    for key in document["keys"]:
        assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
        assert set(key) == {"kty", "alg", "use", "kid", "n", "e"}


def test_what_is_signed_verifies_with_what_is_published() -> None:
    token = sign({"iss": "client"}, signing_key([OLD], NOW))
    header = jwt.get_unverified_header(token)
    (published_key,) = jwks_document([OLD], NOW)["keys"]
    assert (header["alg"], header["kid"]) == ("RS256", published_key["kid"])
    assert jwt.decode(token, jwt.PyJWK(published_key), algorithms=["RS256"]) == {"iss": "client"}


def rotated() -> list[ToolKey]:
    ends = retirement_of_older([OLD, NEW], NEW)
    return [replace(OLD, retire_at=ends[OLD.kid]), NEW]


def test_a_new_key_is_published_before_it_signs_and_the_old_one_after() -> None:
    keys = rotated()
    made = NEW.created_at
    switch = made + ACTIVATION_DELAY
    end = switch + RETIREMENT_OVERLAP
    moments = (made, switch - timedelta(seconds=1), switch, end - timedelta(seconds=1), end)
    signing = [signing_key(keys, moment).kid for moment in moments]
    shown = [[key.kid for key in published(keys, moment)] for moment in moments]
    assert signing == [OLD.kid, OLD.kid, NEW.kid, NEW.kid, NEW.kid]
    assert shown == [[NEW.kid, OLD.kid]] * 4 + [[NEW.kid]]


def test_a_key_that_has_an_end_keeps_it() -> None:
    assert retirement_of_older([replace(OLD, retire_at=NOW)], NEW) == {}


def test_no_key_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(CmeError, match="keys rotate") as caught:
        signing_key([NEW], NOW)
    assert caught.value.code == "no_signing_key"


def test_private_keys_do_not_show_in_representations() -> None:
    assert "PRIVATE" not in repr(OLD)
    assert "PRIVATE" not in repr(signing_key([OLD], NOW))


def test_a_key_of_another_kind_cannot_sign() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(CmeError) as caught:
        sign({}, SigningKey("k", curve.decode()))
    assert caught.value.code == "signing_key_not_rsa"
