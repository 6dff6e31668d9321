"""The files of an activity on their way into a block that has not room for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.author_shelf import AUTHORING, COPY, Shelf, author, block_of, shelf
from xblock_cme import client
from xblock_cme.copy_files import MOST_STORED

__all__ = ["shelf"]


@AUTHORING
def test_files_that_a_block_has_no_room_for_are_named(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Platforms keep a block's content in one document; what was taken before stays."""
    recordings = copy_of("recordings")
    shelf.copies = {2: replace(recordings, key=COPY.key, version=2)}
    monkeypatch.setattr(client.ToolClient, "media", lambda self, key, version, name: bytes(MOST_STORED))
    who = author()
    before = block_of(who).copies
    answer = who.post("studio_take", {"key": COPY.key})
    assert answer["code"] == "copy_too_large" and block_of(who).copies == before
    for words in ("“A talk”", "talk.", "11 MB", "https address", "LTI link"):
        assert words in answer["text"]
    monkeypatch.setattr(client.ToolClient, "media", lambda self, key, version, name: bytes(4_000_000))
    assert who.post("studio_take", {"key": COPY.key})["is_done"]
    shelf.copies[3] = replace(shelf.copies[2], version=3)
    assert who.post("studio_take", {})["code"] == "copy_too_large"
    assert "2" in block_of(who).copies and "3" not in block_of(who).copies


@AUTHORING
def test_a_file_that_the_tool_s_answer_cannot_hold_is_named(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> bytes:
        raise client.TooLarge("tool_refused")

    shelf.copies = {1: replace(copy_of("recordings"), key=COPY.key)}
    monkeypatch.setattr(client.ToolClient, "media", fail)
    assert author().post("studio_take", {"key": COPY.key})["code"] == "copy_too_large"
