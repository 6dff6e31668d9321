"""Authors' texts as HTML: what is kept between pages belongs to nobody's session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.web.markdown import LONGEST_KEPT, inline_markdown, markdown

TEXTS = st.text(st.sampled_from("aB 1.\n#*_-`|>!()[]<:/&\"'é"), max_size=60)


def never(name: str) -> str:
    raise AssertionError(f"{name} was asked for")


def mine(name: str) -> str:
    return f"/s/mine/media/{name}"


def yours(name: str) -> str:
    return f"/s/yours/media/{name}"


@given(text=TEXTS)
def test_a_text_without_brackets_asks_for_no_address(text: str) -> None:
    bare = text.replace("[", "").replace("<", "")
    long = bare + "\n\n" + "a" * LONGEST_KEPT
    for write in (markdown, inline_markdown):
        assert write(long, never)
        assert write(bare, never) == write(bare, mine)


@given(text=TEXTS)
def test_what_was_written_for_another_is_not_shown(text: str) -> None:
    for write in (markdown, inline_markdown):
        assert write(text, mine).replace("/s/mine/", "/s/yours/") == write(text, yours)


@pytest.mark.parametrize("text", ["![ECG](ecg.png)", "[paper](paper.pdf)", "[a]\n\n[a]: paper.pdf"])
def test_pictures_and_files_have_the_address_of_their_session(text: str) -> None:
    assert "/s/mine/media/" in markdown(text, mine)
    assert "/s/yours/media/" in markdown(text, yours)
    assert "/s/mine/" not in markdown(text, yours)
