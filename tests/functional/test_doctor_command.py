"""``cme-tool doctor``: every fault with what puts it right."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main, root
from lti_tool.db import models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.lti.keys import generate_key
from lti_tool.services.launch_state import KeyRing
from tests.functional.world import SECRET, START

Look = Callable[..., Result]
KEYS = "https://lms.example.org/keys"


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    def run(url: str, secret: str = SECRET) -> Result:
        monkeypatch.setenv("CME_BASE_URL", "https://cme.example.org")
        monkeypatch.setenv("CME_DATABASE_URL", url)
        monkeypatch.setenv("CME_SECRET_KEY", secret)
        return CliRunner().invoke(root, ["doctor"])

    return run


def put_keys(url: str) -> None:
    """The signing key of a tool that ran once."""
    KeyRing(make_sessions(make_engine(url)), Sealer(SECRET)).ensure(generate_key, START)


def put_platforms(url: str, number: int) -> None:
    """Registrations of one LMS, as Open edX has one for each block."""
    with transaction(make_sessions(make_engine(url))) as db:
        for each in range(number):
            db.add(
                models.Platform(
                    issuer="https://lms.example.org",
                    client_id=f"block-{each}",
                    authorization_url="https://lms.example.org/auth",
                    token_url="https://lms.example.org/token",
                    keyset_url=KEYS,
                    family="openedx",
                    approved_at=START,
                    created_at=START,
                )
            )


def test_another_secret_key_is_put_back_and_not_rotated_away(look: Look, migrated_sqlite_url: str) -> None:
    put_keys(migrated_sqlite_url)
    assert "ok   signing keys: signs with" in look(migrated_sqlite_url).output
    found = look(migrated_sqlite_url, secret="another " * 6)
    assert found.exit_code != 0
    assert "-> set CME_SECRET_KEY to the one that this database was made with" in found.output
    assert "rotate" not in found.output


def test_an_lms_with_many_registrations_is_asked_once(look: Look, migrated_sqlite_url: str) -> None:
    put_platforms(migrated_sqlite_url, 3)
    assert look(migrated_sqlite_url).output.count(KEYS) == 1


def test_a_role_that_passes_the_wall_is_a_fault(look: Look, migrated_postgres_url: str) -> None:
    wall = "providers: the database role passes the wall between providers"
    assert wall not in look(migrated_postgres_url).output
    found = look(migrated_postgres_url.replace("cme@/", "postgres@/"))
    assert f"FIX  {wall}" in found.output and "without SUPERUSER and BYPASSRLS" in found.output


def test_a_database_that_is_away_ends_a_command_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CME_BASE_URL", "https://cme.example.org")
    monkeypatch.setenv("CME_DATABASE_URL", "postgresql://cme@127.0.0.1:1/cme")
    monkeypatch.setenv("CME_SECRET_KEY", SECRET)
    monkeypatch.setattr(sys, "argv", ["cme-tool", "grades", "list"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Refused (database_unreachable): ") and "refused" in line
