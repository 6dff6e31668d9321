"""A worker killed at any moment loses no grade, doubles none, and leaves none wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lti_tool.services.outbox import LEASE
from tests.functional.doomed_worker import POINTS
from tests.functional.gradebooks import NURSE, PHYSICIAN, School, opened_school, tool_key

ROOT = Path(__file__).resolve().parents[2]
SENDING = POINTS[2:]
CASES = [("openedx-programmatic", point) for point in POINTS] + [
    (family, point) for family in ("moodle", "canvas") for point in SENDING
]


def kill_worker(school: School, database: str, point: str) -> None:
    """Let a worker process run until it is killed at ``point``."""
    command = [sys.executable, "-m", "tests.functional.doomed_worker", database]
    lms, key = school.lms.issuer.removeprefix("http://"), tool_key()
    done = subprocess.run(
        [*command, lms, point, school.clock().isoformat(), key.kid, key.private_pem],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(("family", "point"), CASES)
def test_a_killed_worker_loses_and_doubles_nothing(family: str, point: str, migrated_database_url: str) -> None:
    with opened_school(migrated_database_url, family) as school:
        school.ward.post_test(PHYSICIAN, 2, "test")
        kill_worker(school, migrated_database_url, point)
        assert [row.state for row in school.everything()] == ["sending"]
        assert school.deliver() == 0
        school.clock.pass_by(seconds=LEASE.total_seconds())
        school.deliver_until_done()
        assert school.points() == 66.67
        assert [row.state for row in school.everything()] == ["delivered"]
        assert len({score.raw for score in school.lms.scores_received()}) == 1


@pytest.mark.parametrize("point", SENDING)
def test_a_better_score_overtakes_the_one_in_the_dead_hands(point: str, migrated_database_url: str) -> None:
    with opened_school(migrated_database_url, "moodle") as school:
        school.ward.post_test(PHYSICIAN, 1, "test")
        kill_worker(school, migrated_database_url, point)
        school.ward.post_test(PHYSICIAN, 3, "test")
        school.deliver()
        school.clock.pass_by(seconds=LEASE.total_seconds())
        school.deliver_until_done()
        assert school.points() == 100
        assert [row.state for row in school.everything()] == ["superseded", "delivered"]


def test_other_learners_do_not_wait_for_the_dead_worker(migrated_database_url: str) -> None:
    with opened_school(migrated_database_url, "moodle") as school:
        school.ward.post_test(PHYSICIAN, 1, "test")
        kill_worker(school, migrated_database_url, "before sending")
        school.ward.post_test(NURSE, 3, "test")
        school.deliver()
        assert (school.points(NURSE), school.points()) == (100, None)
