"""Files of an activity on their way to a browser: whole, or in the pieces that players ask for (RFC 9110, section 14).

A block keeps files as base64. Of a piece only its part of the text is decoded, and no piece is larger than ``PIECE``:
players go on asking.
"""

from __future__ import annotations

import base64
import mimetypes
from typing import Any

from webob import Response

PIECE = 2 * 1024 * 1024
"""Bytes."""
CACHE = "private, max-age=3600"


def size_of(text: str) -> int:
    """Bytes of the file."""
    return len(text) // 4 * 3 - text[-2:].count("=")


def part_of(text: str, start: int, end: int) -> bytes:
    """The bytes from ``start`` up to, without, ``end``: every four characters hold three bytes."""
    group = start // 3
    body = base64.b64decode(text[group * 4 : -(-end // 3) * 4])
    return body[start - group * 3 : end - group * 3]


def file_answer(request: Any, name: str, text: str, digest: str) -> Response:
    """200 with the file, 206 with a piece of it, 304 if the browser has it, 416 for a piece that there is not."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = [("Cache-Control", CACHE), ("X-Content-Type-Options", "nosniff"), ("Accept-Ranges", "bytes")]
    answer = Response(content_type=kind, headerlist=[*headers, ("Content-Type", kind)])
    if digest:
        answer.etag = digest
        if digest in request.if_none_match:
            answer.status = 304
            return answer
    size = size_of(text)
    if request.range is None or not _is_same(request, digest):
        answer.body = base64.b64decode(text)
        return answer
    found = request.range.range_for_length(size)
    if found is None:
        answer.status, answer.content_range = 416, (None, None, size)
        return answer
    start, end = found[0], min(found[1], found[0] + PIECE)
    answer.status, answer.content_range = 206, (start, end, size)
    answer.body = part_of(text, start, end)
    return answer


def _is_same(request: Any, digest: str) -> bool:
    """A piece is asked for only of the file that the browser has the rest of, if it says of which."""
    return not request.headers.get("If-Range") or bool(digest and request.headers["If-Range"] == f'"{digest}"')
