"""Sealing: readable again with the same secret only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import CmeError

SEALER = Sealer("a secret of at least thirty-two characters")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_can_be_opened(value: str) -> None:
    assert SEALER.open(SEALER.seal(value)) == value


def test_a_sealed_value_does_not_show_what_it_holds_and_differs_each_time() -> None:
    first, second = SEALER.seal("token-value"), SEALER.seal("token-value")
    assert b"token-value" not in first and first != second


def test_another_secret_says_what_to_do() -> None:
    sealed = Sealer("another secret that is long enough to count").seal("x")
    with pytest.raises(CmeError, match="CME_SECRET_KEY") as caught:
        SEALER.open(sealed)
    assert caught.value.code == "secret_key_changed"


def test_a_damaged_value_is_not_opened() -> None:
    sealed = bytearray(SEALER.seal("x"))
    sealed[20] ^= 1
    with pytest.raises(CmeError):
        SEALER.open(bytes(sealed))
