"""``cme-tool platform block-key``: registering, listing and revoking, as an operator types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import root
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.launch import LmsFamily
from lti_tool.services.platform import Connection, add_platform
from tests.functional.native import key_pair
from tests.functional.world import SECRET, START

ISSUER = "https://lms.example.org"
PLACE = ("--issuer", ISSUER, "--client-id", "client", "--deployment", "1")


@pytest.fixture(autouse=True)
def _installed(migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("CME_BASE_URL", "https://cme.example.org"),
        ("CME_DATABASE_URL", migrated_sqlite_url),
        ("CME_SECRET_KEY", SECRET),
    ):
        monkeypatch.setenv(name, value)
    here = f"{ISSUER}/x"
    made = Connection("Provider", ISSUER, "client", ("1",), here, here, here, family=LmsFamily.OPEN_EDX)
    engine = make_engine(migrated_sqlite_url)
    with transaction(make_sessions(engine)) as db:
        add_platform(db, made, lambda address: address, START)
    engine.dispose()


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "block-key.pub"
    path.write_text(key_pair(0)[1])
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(root, ["platform", "block-key", *arguments])


def test_a_key_is_registered_listed_and_revoked(pem: Path) -> None:
    added = run("add", *PLACE, "--public-key", str(pem))
    assert added.exit_code == 0, added.output
    assert "https://cme.example.org" in added.output and "client_id" in added.output
    kid = added.output.rsplit(" ", 1)[-1].strip()
    assert f"{kid}  client" in run("list").output and "in use" in run("list").output
    assert run("revoke", kid).exit_code == 0
    assert "revoked" in run("list").output


def test_refusals_are_named(pem: Path, tmp_path: Path) -> None:
    run("add", *PLACE, "--public-key", str(pem))
    assert isinstance(run("add", *PLACE, "--public-key", str(pem)).exception, Conflict)
    bad = tmp_path / "bad.pem"
    bad.write_text("no key")
    assert isinstance(run("add", *PLACE, "--public-key", str(bad)).exception, BadInput)
    elsewhere = ("--issuer", "https://other.example", "--client-id", "client", "--deployment", "1")
    assert isinstance(run("add", *elsewhere, "--public-key", str(pem)).exception, NotFound)
    assert isinstance(run("revoke", "unknown").exception, NotFound)
