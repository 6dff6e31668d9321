"""The process is killed between any two steps of claim, issue and first download: nothing is lost, nothing doubled.

This file is also the program that gets killed: it runs the use-case on the database and sends itself SIGKILL before the
n-th thing that it tells the database, so that no clean-up of any kind can run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import undefer

from lti_tool.db import models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.roll import read_roll
from lti_tool.domain.wire import read_value, write_value
from lti_tool.services.bulk_award import check_roll
from lti_tool.services.bulk_entry import enter_roll
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.credit import ClaimForm, claim_credit
from lti_tool.services.override import adjust_by_staff
from lti_tool.services.press import printed_pdf
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, PrinterDouble, World, link, opened_world, press
from tests.unit.lti_tool.services.officers import officer

ROOT = Path(__file__).resolve().parents[2]
MOST_STEPS = 200


def count_down(engine: Any, steps: int) -> None:
    """Kill this process before statement or commit number ``steps``."""
    left = steps

    def step(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, step)


def claim(sessions: Any, visit: Visit, digest: str) -> None:
    with transaction(sessions) as db:
        claim_credit(db, visit, ClaimForm({AMA: "0.75"}, True, digest), link, NOW)


def download(sessions: Any, visit: Visit, digest: str) -> None:
    with transaction(sessions) as db:
        issued = issued_certificates(db, visit)[0]
    printed_pdf(press(sessions, PrinterDouble()), issued)


def several(sessions: Any, visit: Visit, digest: str) -> None:
    with transaction(sessions) as db:
        claim_credit(db, visit, ClaimForm({AMA: "0.75", "aafp": "1.00"}, True, digest), link, NOW)


def adjust(sessions: Any, visit: Visit, digest: str) -> None:
    staff = officer(visit.provider_id)
    with transaction(sessions) as db:
        adjust_by_staff(db, staff, visit.learner_id, str(visit.activity_id), AMA, "0.50", "Left early", link, NOW)


def enter_list(sessions: Any, visit: Visit, digest: str) -> None:
    lines = ["learner,email,credit_type,amount", f"{visit.learner_id},,{AMA},0.50", f",a@b.example,{AMA},1.00"]
    staff, activity_id = officer(visit.provider_id), str(visit.activity_id)
    with transaction(sessions) as db:
        roll = read_roll("\n".join(lines).encode())
        checked = check_roll(db, staff, activity_id, roll, "Workshop", Sealer("a secret for tests"))
        enter_roll(db, staff, activity_id, checked, link, NOW)


ACTIONS: dict[str, Callable[[Any, Visit, str], None]] = {
    "claim": claim,
    "download": download,
    "several": several,
    "adjust": adjust,
    "list": enter_list,
}


class Rehearsed(Exception):
    """It went as far as the first commit, which did not happen."""


def rehearse(engine: Any, action: str, visit: Visit, digest: str) -> None:
    """Compile the statements once, so that not every child does it anew; leaves no row and no connection."""

    def stop(*_: object) -> None:
        raise Rehearsed

    event.listen(engine, "commit", stop)
    with suppress(Rehearsed):
        ACTIONS[action](make_sessions(engine), visit, digest)
    event.remove(engine, "commit", stop)
    engine.dispose()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(url: str, action: str, visit: str, digest: str) -> None:
    """Try with ever more steps, each in a child that is killed, until one gets through. Says how many died."""
    visitor = read_value(Visit, json.loads(visit))
    engine = make_engine(url)
    rehearse(engine, action, visitor, digest)
    for steps in range(MOST_STEPS):
        child = os.fork()
        if child == 0:
            count_down(engine, steps)
            ACTIONS[action](make_sessions(engine), visitor, digest)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            say(f"{steps} {os.WEXITSTATUS(status)}")
            return
        say("killed")
        sys.stdin.readline()


def run(world: World, url: str, action: str, visit: Visit, check: Callable[[], None]) -> int:
    """Run the action through all its deaths, with ``check`` after each; gives their number."""
    sent = [url, action, json.dumps(write_value(visit)), world.form(visit).profile_digest]
    command = [sys.executable, "-m", "tests.functional.test_crash_claim", *sent]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for line in process.stdout:
            if line != "killed\n":
                deaths, status = line.split()
                assert status == "0"
                return int(deaths)
            check()
            process.stdin.write("\n")
            process.stdin.flush()
    raise AssertionError("the program ended without getting through")


def test_a_claim_is_whole_or_not_at_all(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url) as world:
        visit = world.learner()

        def check() -> None:
            assert world.counts() == (0, 0, 0)

        deaths = run(world, migrated_database_url, "claim", visit, check)
        assert deaths >= 12
        assert world.counts() == (1, 1, 1)
        again = world.claim(visit, "0.25")
        assert not again.is_new and again.certificates[0].certificate.number.endswith("-000001")


def test_a_first_download_is_whole_or_not_at_all(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url) as world:
        visit = world.learner()
        issued = world.claim(visit).certificates[0]
        stored: list[bytes] = []

        def pdf() -> bytes | None:
            with transaction(world.sessions) as db:
                row = db.scalars(select(models.Certificate).options(undefer(models.Certificate.pdf))).one()
                assert (row.pdf is None) == (row.pdf_hash is None) == (row.template is None)
                return row.pdf

        def check() -> None:
            found = pdf()
            assert found is None or not stored or stored[0] == found
            stored.extend([found] if found else [])
            assert world.counts() == (1, 1, 1)

        assert run(world, migrated_database_url, "download", visit, check) >= 4
        found = printed_pdf(press(world.sessions, PrinterDouble()), issued)
        assert found.pdf == pdf() and all(each == found.pdf for each in stored)


BOTH = (
    CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
    CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), variant="Prescribed"),
)


def test_a_claim_of_two_bodies_credit_is_whole_or_not_at_all(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url, credits=BOTH) as world:
        visit = world.learner()

        def check() -> None:
            assert world.counts() == (0, 0, 0)

        assert run(world, migrated_database_url, "several", visit, check) >= 15
        assert world.counts() == (2, 1, 1)


def test_an_adjustment_is_whole_or_not_at_all(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url) as world:
        visit = world.learner()
        world.claim(visit, "1.00")

        def check() -> None:
            assert world.counts() == (1, 1, 1)

        assert run(world, migrated_database_url, "adjust", visit, check) >= 12
        assert world.counts() == (2, 2, 2)


def test_a_list_is_whole_or_not_at_all(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url) as world:
        visit = world.learner(is_ready=False)

        def waiting() -> int:
            with transaction(world.sessions) as db:
                return len(db.scalars(select(models.PendingAward)).all())

        def check() -> None:
            assert world.counts() == (0, 0, 0) and waiting() == 0

        assert run(world, migrated_database_url, "list", visit, check) >= 15
        assert world.counts() == (1, 1, 1) and waiting() == 1


if __name__ == "__main__":
    main(*sys.argv[1:])
