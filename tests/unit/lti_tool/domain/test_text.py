"""Rich text: italics come from the catalogue's text, never from a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.text import RichText, Run


def test_plain_words_are_literal() -> None:
    assert RichText.of("*a* {b} <i>").runs == (Run("*a* {b} <i>"),)
    assert RichText.of("").runs == ()


@pytest.mark.parametrize(
    ("marked", "runs"),
    [
        ("plain", (Run("plain"),)),
        ("*AMA*™", (Run("AMA", is_italic=True), Run("™"))),
        ("a *b* c *d*", (Run("a "), Run("b", is_italic=True), Run(" c "), Run("d", is_italic=True))),
        ("", ()),
        ("one * star", (Run("one * star"),)),
        ("{{literal}}", (Run("{literal}"),)),
    ],
)
def test_marks(marked: str, runs: tuple[Run, ...]) -> None:
    assert RichText.parse(marked).runs == runs


VALUES = st.text(alphabet="*{}ab!:[]. ", max_size=20)


@given(VALUES, VALUES)
def test_values_are_never_marks(first: str, second: str) -> None:
    found = RichText.parse("x {first} *y {second}* z", first=first, second=second)
    assert found.plain == f"x {first} y {second} z"
    assert [run.text for run in found.runs if run.is_italic] == [f"y {second}"]


def test_a_slot_without_value_is_refused() -> None:
    with pytest.raises(KeyError, match="name"):
        RichText.parse("certifies that {name}")
