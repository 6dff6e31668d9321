"""Files in pieces, as players ask for them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.xblock.inside.test_recording import at_the_content
from xblock_cme import serving
from xblock_cme.serving import part_of, size_of


def test_pieces_of_a_file() -> None:
    who = at_the_content("lea")
    whole = who.get("media", "talk.wav")
    assert whole.status_code == 200 and whole["Accept-Ranges"] == "bytes" and whole["Content-Type"] == "audio/x-wav"
    body, tag = whole.content, whole["ETag"]
    assert body.startswith(b"RIFF")

    def asked(wanted: str, **headers: str) -> Any:
        address = f"/handler/{who.usage}/media/talk.wav?student=lea"
        return who.client.get(address, headers={"Range": wanted, **headers})

    for wanted, start, end in (("0-", 0, len(body)), ("5-9", 5, 10), ("-7", len(body) - 7, len(body)), ("7-7", 7, 8)):
        piece = asked(f"bytes={wanted}")
        assert piece.status_code == 206 and piece.content == body[start:end]
        assert piece["Content-Range"] == f"bytes {start}-{end - 1}/{len(body)}"
    beyond = asked(f"bytes={len(body)}-")
    assert beyond.status_code == 416 and beyond["Content-Range"] == f"bytes */{len(body)}" and not beyond.content
    for nonsense in ("bytes=9-5", "lines=1-2", "x"):
        assert asked(nonsense).content == body
    assert asked("bytes=5-9", **{"If-Range": tag}).status_code == 206
    assert asked("bytes=5-9", **{"If-Range": '"of-another-version"'}).content == body
    assert asked("bytes=5-9", **{"If-None-Match": tag}).status_code == 304


def test_no_piece_is_larger_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PIECE", 1000)
    who = at_the_content("mo")
    piece = who.client.get(f"/handler/{who.usage}/media/talk.wav?student=mo", headers={"Range": "bytes=10-"})
    assert piece.status_code == 206 and len(piece.content) == 1000
    assert piece["Content-Range"].startswith("bytes 10-1009/")


def test_any_part_of_any_file() -> None:
    for size in range(12):
        body = bytes(range(size))
        text = base64.b64encode(body).decode()
        assert size_of(text) == size
        assert all(part_of(text, a, b) == body[a:b] for a in range(size + 1) for b in range(a, size + 1))
