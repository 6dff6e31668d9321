"""A short piece of the long, mixed day; ``make soak`` runs more of it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.deployment import evidence
from tests.deployment.restless import Fate
from tests.deployment.siege import Siege
from tests.deployment.soak import own_siege

pytestmark = [pytest.mark.xdist_group("deployment"), pytest.mark.timeout(400)]
STRIKES = {"fail", "jump", "kill_web", "kill_worker", "crash_database", "intrude"}
TAMPERED = {
    "lost": "DELETE FROM evaluation_receipt",
    "failed": "UPDATE answer SET value = '\"b\"'",
    "parked": "UPDATE delivery SET state = 'parked'",
    "strange": "UPDATE learner SET issuer = 'https://elsewhere.example'",
}
"""Of each, one statement that makes the evidence speak."""


def test_nothing_is_lost_doubled_or_made_up() -> None:
    with own_siege(seed=1) as siege:
        found = siege.run(0)
        assert siege.done.keys() == STRIKES
        assert {each.status for each in siege.seen if each.is_failure} <= {502, 503}
        assert min(found.values()) >= 1 and found["awards"] == len(siege.journeys), found
        for statement in TAMPERED.values():
            tampered(siege, statement)
        siege.ledger.note("0" * 32, Fate.SUBMITTED, {"q.q1": "a"})
        with pytest.raises(AssertionError):
            evidence.check(siege.places, siege.ledger)


def tampered(siege: Siege, statement: str) -> None:
    """The same evidence, of records that somebody has changed, does not hold."""
    with siege.places[0].db() as db:
        db.execute(text(statement))
        with pytest.raises(AssertionError):
            evidence.check_database(db, siege.places, siege.ledger)
        db.rollback()
