"""Bodies that nobody has read are out of the way before a refusal."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from lti_tool.web.unread import CHUNK_BYTES, discard, set_up_unread

BODY = b"x" * (3 * CHUNK_BYTES + 1)


class Broken(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError


def left(body: BytesIO, rule: str, **environ: Any) -> tuple[int, int]:
    """Status of a POST, and how many bytes of the body are still unread."""
    app = Flask(__name__)
    set_up_unread(app)
    app.add_url_rule("/taken", view_func=lambda: "Thanks", methods=["POST"])
    answer = app.test_client().post(rule, input_stream=body, environ_overrides=environ)
    return answer.status_code, len(body.getbuffer()) - body.tell()


def test_a_refusal_leaves_nothing_unread() -> None:
    assert left(BytesIO(BODY), "/unknown", **{"wsgi.input_terminated": True}) == (404, 0)


def test_only_where_the_server_marks_the_end() -> None:
    assert left(BytesIO(BODY), "/unknown") == (404, len(BODY))


def test_only_for_refusals() -> None:
    assert left(BytesIO(BODY), "/taken", **{"wsgi.input_terminated": True}) == (200, len(BODY))


def test_who_has_gone_is_no_fault() -> None:
    assert left(Broken(BODY), "/unknown", **{"wsgi.input_terminated": True})[0] == 404


@pytest.mark.parametrize(("most", "read"), [(len(BODY) + 1, len(BODY)), (1, CHUNK_BYTES), (0, 0)])
def test_not_without_end(most: int, read: int) -> None:
    assert discard(BytesIO(BODY), most) == read
