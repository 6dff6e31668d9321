"""Logins under way: used once, whatever the number of threads and processes; and the registrations they go through."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.errors import CmeError
from lti_tool.domain.launch import Platform
from lti_tool.domain.login import KnownLogin, PendingLogin
from lti_tool.services.launch_state import LoginStore, Registrations
from lti_tool.services.platform import remove_platform
from tests.unit.lti_tool.services.arrivals import ISSUER, NOW, connected, opened
from tests.unit.lti_tool.services.at_once import together

MINUTE = timedelta(minutes=1)
CONSUMER = """
import sys
from datetime import datetime
from lti_tool.db.engine import make_engine, make_sessions
from lti_tool.services.launch_state import LoginStore
store = LoginStore(make_sessions(make_engine(sys.argv[1])))
now = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    if store.consume(f"state-{number}", now):
        print(number, flush=True)
"""


def login(state: str = "state", platform_id: str = "p") -> PendingLogin:
    return PendingLogin(
        state_hash=state,
        nonce_hash="nonce",
        browser_hash="browser",
        platform_id=platform_id,
        target_link_uri="https://tool.example/lti/launch?cme_activity=x",
        expires_at=NOW + 10 * MINUTE,
        storage_target="_parent",
        restart={"iss": ISSUER, "login_hint": "äöü"},
    )


def begun(sessions: Sessions, platform: Platform, state: str = "state") -> KnownLogin:
    """What was kept of a login through this platform."""
    pending = login(state, platform.id)
    assert LoginStore(sessions).begin(ISSUER, platform.client_id, lambda found: (pending, found)) == [platform]
    return KnownLogin(pending, platform)


def test_a_login_is_given_out_once_and_whole(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        store, kept = LoginStore(sessions), begun(sessions, connected(sessions))
        assert store.peek("state", NOW) == kept
        assert store.peek("state", NOW) == kept
        assert store.consume("state", NOW) == kept
        assert store.consume("state", NOW) is None and store.peek("state", NOW) is None


def test_an_unknown_login_is_nothing(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        assert LoginStore(sessions).consume("state", NOW) is None
        assert LoginStore(sessions).peek("state", NOW) is None


@pytest.mark.parametrize(("late", "is_given"), [(timedelta(microseconds=-1), True), (timedelta(0), False)])
def test_a_login_ends_at_its_time_and_is_used_up_all_the_same(
    migrated_database_url: str, late: timedelta, is_given: bool
) -> None:
    with opened(migrated_database_url) as sessions:
        store = LoginStore(sessions)
        begun(sessions, connected(sessions))
        moment = login().expires_at + late
        assert (store.peek("state", moment) is not None) is is_given
        assert (store.consume("state", moment) is not None) is is_given
        assert store.consume("state", NOW) is None


def test_sixteen_threads_get_a_login_once(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        kept = begun(sessions, connected(sessions))
        found = together(16, lambda: LoginStore(sessions).consume("state", NOW))
    assert found.count(None) == 15 and found.count(kept) == 1


def test_two_processes_share_logins_out_without_doubles(migrated_database_url: str) -> None:
    count = 40
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        for number in range(count):
            begun(sessions, platform, f"state-{number}")
    command = [sys.executable, "-c", CONSUMER, migrated_database_url, NOW.isoformat(), str(count)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    taken: list[int] = []
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:  # type: ignore[call-overload]
        for process in (first, second):
            assert process.stdout.readline() == "ready\n"
        for process in (first, second):
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in (first, second):
            taken += [int(line) for line in process.stdout]
    assert first.returncode == second.returncode == 0
    assert sorted(taken) == list(range(count))


def test_the_table_does_not_hold_what_finishes_a_login(migrated_database_url: str) -> None:
    """Hashes only: they are given by the edge; here nothing else is added."""
    with opened(migrated_database_url) as sessions:
        begun(sessions, connected(sessions))
        with sessions() as session:
            body = session.scalars(select(models.PendingLogin.body)).one()
    assert set(body) == set(PendingLogin.__dataclass_fields__)


def test_registrations_are_told_apart_by_client_id(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        first, second = connected(sessions), connected(sessions, client_id="client-2", deployment_ids=("9",))
        found = Registrations(sessions)
        assert {row.id for row in found.candidates(ISSUER, None)} == {first.id, second.id}
        assert list(found.candidates(ISSUER, "client-2")) == [second]
        assert list(found.candidates(ISSUER, "nobody")) == list(found.candidates("https://other", None)) == []


def test_a_login_is_made_of_the_registrations_that_are_meant(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        first, second = connected(sessions), connected(sessions, client_id="client-2", deployment_ids=("9",))
        store, asked = LoginStore(sessions), list[set[str]]()

        def make(found: Sequence[Platform]) -> tuple[PendingLogin, str]:
            asked.append({row.id for row in found})
            return login(f"state-{len(asked)}", first.id), "made"

        assert store.begin(ISSUER, None, make) == store.begin(ISSUER, "client-2", make) == "made"
        assert store.begin(ISSUER, "nobody", make) is None and store.begin("https://other", None, make) is None
        assert asked == [{first.id, second.id}, {second.id}]


def test_a_login_that_is_refused_leaves_nothing(migrated_database_url: str) -> None:
    def refuse(found: Sequence[Platform]) -> tuple[PendingLogin, None]:
        raise CmeError("client_ambiguous", "several")

    with opened(migrated_database_url) as sessions:
        connected(sessions)
        with pytest.raises(CmeError, match="several"):
            LoginStore(sessions).begin(ISSUER, None, refuse)
        with sessions() as session:
            assert session.scalars(select(models.PendingLogin)).all() == []


def test_a_login_outlives_its_platform_by_name_only(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        kept = begun(sessions, connected(sessions))
        with transaction(sessions) as session:
            remove_platform(session, ISSUER, "client-1")
        store = LoginStore(sessions)
        assert store.peek("state", NOW) == store.consume("state", NOW) == KnownLogin(kept.login, None)
