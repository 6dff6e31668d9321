"""Log lines hold nothing personal, whatever a caller lets slip."""

import json
import logging
from collections.abc import Iterator

import pytest

from lti_tool.logs import redacted, set_up_logs


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("mail to ana.alvarez@example.org failed", "failed", "alvarez"),
        ("Authorization: Bearer abc.DEF-123", "Bearer", "abc.DEF"),
        ("id_token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI1In0.c2ln was refused", "refused", "eyJ"),
    ],
)
def test_personal_data_and_tokens_are_left_out(text: str, kept: str, gone: str) -> None:
    assert kept in redacted(text)
    assert gone not in redacted(text)


def test_a_line_is_one_json_object_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    logging.getLogger("cme_tool.web").warning("refused: %s", "state_unknown", extra={"code": "state_unknown"})
    line = json.loads(capsys.readouterr().err.strip())
    assert line["event"] == "refused: state_unknown"
    assert line["code"] == "state_unknown"
    assert line["level"] == "warning"
    assert line["timestamp"].endswith("Z")


def test_an_exception_is_logged_without_the_address_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    try:
        raise ValueError("no such user: dr.who@example.org")
    except ValueError as error:
        logging.getLogger("cme_tool").error("unexpected error", exc_info=error)
    line = capsys.readouterr().err
    assert "ValueError" in line
    assert "dr.who" not in line
