"""What was sent and not read before a refusal: read and thrown away, so that the refusal arrives.

A server that closes a connection over unread bytes resets it, and the proxy in front shows an error of its own (502) in
place of the tool's words.
"""

from __future__ import annotations

from contextlib import suppress
from typing import IO

from flask import Flask, Response, request

MOST_BYTES = 64 * 1024 * 1024
"""More than any proxy of ours lets through; who sends more is cut off."""
CHUNK_BYTES = 64 * 1024


def discard(body: IO[bytes], most: int = MOST_BYTES) -> int:
    """Read to the end, or somewhat over ``most`` bytes; gives how many were read."""
    count = 0
    while count < most and (chunk := body.read(CHUNK_BYTES)):
        count += len(chunk)
    return count


def _discard_unread(response: Response) -> Response:
    # Only where the server marks the end of the body: elsewhere reading on would wait for ever.
    if response.status_code >= 400 and request.environ.get("wsgi.input_terminated"):
        with suppress(OSError):  # whoever sent it has gone, or sent no HTTP
            discard(request.environ["wsgi.input"])
    return response


def set_up_unread(app: Flask) -> None:
    app.after_request(_discard_unread)
