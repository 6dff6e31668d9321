"""Refusals carry a code and facts; their text is for logs."""

from __future__ import annotations

import pytest

from lti_tool.domain import errors


@pytest.mark.parametrize(
    "kind",
    [
        errors.NotFound,
        errors.Forbidden,
        errors.Refused,
        errors.Conflict,
        errors.LaunchRefused,
        errors.ServiceUnavailable,
        errors.BadInput,
    ],
)
def test_every_refusal_is_one_family(kind: type[errors.CmeError]) -> None:
    made = kind("some_code", step="claim")
    assert isinstance(made, errors.CmeError)
    assert (made.code, made.facts, str(made)) == ("some_code", {"step": "claim"}, "some_code")
    assert str(kind("some_code", "Said in words")) == "Said in words"


def test_bad_input_names_each_fault() -> None:
    faults = {"name": "missing"}
    made = errors.BadInput("form", faults=faults)
    faults.clear()
    assert made.faults == {"name": "missing"}
    assert errors.BadInput("form").faults == {}
