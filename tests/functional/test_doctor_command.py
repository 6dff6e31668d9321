"""``cme-tool doctor`` with each thing broken in turn: it names what is wrong, says what helps, and never falls over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lti_tool.cli.setup import now
from lti_tool.db import engine, models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from tests.functional.commanding import Command, command, made_by_a_newer_release
from tests.functional.world import START

__all__ = ["command"]
KEYS = "https://lms.example.org/keys"
FINE = {"release", "database", "migrations", "signing keys", "certificates", "temporary files"}


@contextmanager
def keyset_server(drift: timedelta, status: int = 200) -> Iterator[str]:
    """A platform's keyset whose server's clock is off by ``drift``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Date", format_datetime(now() + drift, usegmt=True))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def findings(text: str) -> dict[str, tuple[str, str, str]]:
    """Verdict, state and remedy by the name of the check."""
    found = {}
    for line, following in zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True):
        if line[:5] in ("ok   ", "FIX  "):
            name, _, state = line[5:].partition(": ")
            found[name] = (line[:3].strip(), state, following.strip().removeprefix("-> "))
    return found


def connected(command: Command, url: str, base: str) -> None:
    place = ["--issuer", base, "--client-id", "client", "--deployment", "1"]
    addresses = [f"{base}/authorize", f"{base}/token", f"{base}/keys"]
    named = zip(("--authorization-url", "--token-url", "--keyset-url"), addresses, strict=True)
    options = [part for pair in named for part in pair]
    host = base.removeprefix("http://")
    arguments = ["platform", "add", "--provider", "Provider", *place, *options]
    added = command(*arguments, database_url=url, CME_ALLOWED_PRIVATE_HOSTS=host)
    assert added.code == 0, added.text


def test_all_is_well(command: Command, migrated_sqlite_url: str) -> None:
    assert command("keys", "rotate", database_url=migrated_sqlite_url).code == 0
    ended = command("doctor", database_url=migrated_sqlite_url)
    found = findings(ended.text)
    assert ended.code == 0, ended.text
    assert {name for name, (verdict, _, _) in found.items() if verdict == "ok"} == FINE | {"outgoing HTTP and clock"}
    assert "no platform is connected" in found["outgoing HTTP and clock"][1]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all/cme.db",
        "postgresql://cme:word@127.0.0.1:1/cme",
        "postgresql://cme:word@127.0.0.1:port/cme",
    ],
)
def test_no_database(command: Command, url: str) -> None:
    ended = command("doctor", database_url=url)
    found = findings(ended.text)
    assert ended.code == 1 and "word" not in ended.text
    assert found["database"][0] == "FIX" and found["database"][2].startswith("check CME_DATABASE_URL")
    assert found["signing keys"][2] == found["outgoing HTTP and clock"][2] == "put the database right first"
    assert found["certificates"][0] == "ok"


def test_a_database_that_is_empty_older_or_newer(command: Command, sqlite_url: str, migrated_sqlite_url: str) -> None:
    empty = findings(command("doctor", database_url=sqlite_url).text)
    assert empty["migrations"][2] == "run: cme-tool db upgrade"
    assert command("db", "downgrade", "0005", "--yes", database_url=migrated_sqlite_url).code == 0
    older = findings(command("doctor", database_url=migrated_sqlite_url).text)
    assert older["migrations"][0] == "FIX" and older["migrations"][2] == "run: cme-tool db upgrade"
    made_by_a_newer_release(migrated_sqlite_url)
    newer = findings(command("doctor", database_url=migrated_sqlite_url).text)
    assert newer["migrations"][0] == "ok" and "9999" in newer["migrations"][1]


def test_no_key_and_another_secret(command: Command, migrated_sqlite_url: str) -> None:
    without = findings(command("doctor", database_url=migrated_sqlite_url).text)
    assert without["signing keys"][2] == "run: cme-tool keys rotate"
    assert command("keys", "rotate", database_url=migrated_sqlite_url).code == 0
    other = findings(command("doctor", database_url=migrated_sqlite_url, CME_SECRET_KEY="y" * 40).text)
    assert other["signing keys"][2].startswith("set CME_SECRET_KEY to the one that this database was made with")


@pytest.mark.parametrize(("seconds", "verdict"), [(3, "ok"), (-90, "FIX"), (90, "FIX")])
def test_the_clock_is_held_against_the_platforms(
    command: Command, migrated_sqlite_url: str, seconds: int, verdict: str
) -> None:
    with keyset_server(timedelta(seconds=seconds)) as base:
        connected(command, migrated_sqlite_url, base)
        private = base.removeprefix("http://")
        ended = command("doctor", database_url=migrated_sqlite_url, CME_ALLOWED_PRIVATE_HOSTS=private)
    found = findings(ended.text)
    assert found["outgoing HTTP"][0] == "ok" and found["clock"][0] == verdict
    assert ("timedatectl set-ntp true" in found["clock"][2]) is (verdict == "FIX")


def test_no_way_out(command: Command, migrated_sqlite_url: str) -> None:
    with keyset_server(timedelta()) as base:
        connected(command, migrated_sqlite_url, base)
        forbidden = findings(command("doctor", database_url=migrated_sqlite_url).text)
    private = base.removeprefix("http://")
    silent = findings(command("doctor", database_url=migrated_sqlite_url, CME_ALLOWED_PRIVATE_HOSTS=private).text)
    for found in (forbidden, silent):
        assert found["outgoing HTTP"][0] == "FIX" and "firewall" in found["outgoing HTTP"][2]


def test_a_platform_that_answers_with_a_fault(command: Command, migrated_sqlite_url: str) -> None:
    with keyset_server(timedelta(), 503) as base:
        connected(command, migrated_sqlite_url, base)
        private = base.removeprefix("http://")
        ended = command("doctor", database_url=migrated_sqlite_url, CME_ALLOWED_PRIVATE_HOSTS=private)
    assert findings(ended.text)["outgoing HTTP"] == ("FIX", f"{base}/keys answers 503", "ask the LMS's admin")


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


def test_an_lms_with_many_registrations_is_asked_once(command: Command, migrated_sqlite_url: str) -> None:
    put_platforms(migrated_sqlite_url, 3)
    assert command("doctor", database_url=migrated_sqlite_url).text.count(KEYS) == 1


def test_a_role_that_passes_the_wall_is_a_fault(command: Command, migrated_postgres_url: str) -> None:
    assert "providers" not in findings(command("doctor", database_url=migrated_postgres_url).text)
    found = findings(command("doctor", database_url=migrated_postgres_url.replace("cme@/", "postgres@/")).text)
    assert found["providers"][0] == "FIX" and "without SUPERUSER and BYPASSRLS" in found["providers"][2]


def test_sqlite_on_a_network_disk(command: Command, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "network_file_system", lambda file, mounts: "nfs4")
    found = findings(command("doctor", database_url=sqlite_url).text)
    assert found["database"][0] == "FIX" and "local" not in found["database"][1]
    assert found["database"][2].startswith("put the file on a disk of this machine")
    assert found["signing keys"][2] == "put the database right first"
