"""What of a message an administrator may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.lti.masking import LTI, MASK, masked

SECRET = "Škoda-Müller"
CLAIMS: dict[str, Any] = {
    "iss": "https://lms.example",
    "sub": SECRET,
    "name": SECRET,
    "email": f"{SECRET}@example.org",
    LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
    LTI + "context": {"id": "2", "title": "Critical care", "other": SECRET},
    LTI + "launch_presentation": {"return_url": f"https://lms.example/return?sesskey={SECRET}", "locale": "de"},
    LTI + "custom": {"link_history": "$ResourceLink.id.history", "user_username": SECRET},
    LTI + "lis": {"person_sourcedid": SECRET},
    LTI + "ext": {"user_username": SECRET},
}


def test_persons_are_masked_and_connections_are_not() -> None:
    shown = masked(CLAIMS)
    assert SECRET not in json.dumps(shown, ensure_ascii=False)
    assert shown["iss"] == "https://lms.example" and shown["sub"] == shown["name"] == MASK
    assert shown[LTI + "roles"] == CLAIMS[LTI + "roles"]
    assert shown[LTI + "context"] == {"id": "2", "title": "Critical care", "other": MASK}
    assert shown[LTI + "launch_presentation"] == {"return_url": "https://lms.example", "locale": "de"}
    assert shown[LTI + "custom"] == {"link_history": "$ResourceLink.id.history", "user_username": MASK}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def texts(value: Any) -> Iterator[str]:
    """Every text in it, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        yield from (text for one in value.values() for text in texts(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in texts(one))


@given(claims=st.dictionaries(st.sampled_from([*CLAIMS, "a claim nobody thought of"]), JSON))
def test_anything_can_be_masked_and_stored(claims: dict[str, Any]) -> None:
    shown = masked(claims)
    assert set(shown) == set(claims)
    assert all(text.isprintable() for text in texts(shown))
    for name in ("sub", "name", "email", "a claim nobody thought of"):
        assert shown.get(name, MASK) == MASK
