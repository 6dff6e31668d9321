"""Purging what is over: in batches, each whole or not at all, each with one entry in the audit trail.

A run that is killed has done the batches that it finished; the next one goes on with what is still there. Runs side by
side take turns, batch by batch, at the provider's row; a legal hold that was placed before a batch began is seen by it.
The append-only triggers of the audit trail stay in force: no batch touches it but to add its entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.retention import RecordClass, is_held
from lti_tool.services.audit import ToolActor, note
from lti_tool.services.platform import providers
from lti_tool.services.purge_awaited import AWAITED
from lti_tool.services.purge_tables import PURGES, Candidate, Purge
from lti_tool.services.retention import Ground, ground_of, has_set_periods
from lti_tool.services.row_count import Counts, added

ALL = (*AWAITED, *PURGES)
BATCH = 100
"""Records per transaction."""
EVERY = timedelta(hours=6)
"""How often a worker looks."""
SHORTEST_MONTH = 28
UNASKED = (RecordClass.MAIL, RecordClass.SIGN_IN)
"""What goes by itself. Records of credit and of planning go by a worker only after the provider has set its periods."""


@dataclass(frozen=True, slots=True)
class Due:
    """What stands to be purged of one class. ``oldest``: the earliest day until which any of it had to be kept."""

    record_class: RecordClass
    count: int
    held: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class Purged:
    """What one run did: records by class, and rows by table."""

    records: dict[RecordClass, int]
    rows: Counts


def _looked_at_before(ground: Ground, purge: Purge) -> datetime:
    """Nothing made later can be due."""
    day = ground.today - timedelta(days=SHORTEST_MONTH * purge.least_months)
    return datetime.combine(day, time.min, UTC)


def is_due(ground: Ground, one: Candidate) -> bool:
    """Its time is over and nothing holds it."""
    return one.retention.is_over(ground.today) and not _is_held(ground, one)


def _is_held(ground: Ground, one: Candidate) -> bool:
    return is_held(ground.holds, learner_ids=one.learner_ids, activity_ids=one.activity_ids)


def _page(session: Session, ground: Ground, purge: Purge, after: str) -> Sequence[Candidate]:
    return purge.candidates(session, ground, _looked_at_before(ground, purge), after, BATCH)


def due_now(session: Session, provider_id: str, now: datetime) -> tuple[Due, ...]:
    """What a run would purge, by class; nothing is changed."""
    ground = ground_of(session, provider_id, now)
    found = [_due(session, ground, purge) for purge in ALL]
    return tuple(_together(name, found) for name in dict.fromkeys(one.record_class for one in found))


def _together(record_class: RecordClass, found: Sequence[Due]) -> Due:
    """A class that goes in several steps, as one."""
    own = [one for one in found if one.record_class is record_class]
    oldest = min((one.oldest for one in own if one.oldest), default=None)
    return Due(record_class, sum(one.count for one in own), sum(one.held for one in own), oldest)


def _due(session: Session, ground: Ground, purge: Purge) -> Due:
    days: list[date] = []
    held, after = 0, ""
    while page := _page(session, ground, purge, after):
        over = [one for one in page if one.retention.is_over(ground.today)]
        free = [one for one in over if not _is_held(ground, one)]
        held += len(over) - len(free)
        days += [one.retention.keep_until for one in free if one.retention.keep_until]
        after = page[-1].key
    return Due(purge.record_class, len(days), held, min(days, default=None))


def purge_batch(session: Session, provider_id: str, purge: Purge, after: str, now: datetime) -> tuple[str, int, Counts]:
    """Purge what is due among the next records after the key ``after``; gives the key to go on from (``""``: the end),
    the number of records, and of rows by table."""
    chain = select(models.Provider.id).where(models.Provider.id == provider_id)
    session.execute(chain.with_for_update(key_share=True))
    ground = ground_of(session, provider_id, now)
    page = _page(session, ground, purge, after)
    keys = [one.key for one in page if is_due(ground, one)]
    counts = purge.remove(session, keys) if keys else {}
    if keys:
        detail = {"class": purge.record_class.value, "records": len(keys), "rows": counts}
        note(session, ToolActor(provider_id), "retention.purged", f"provider:{provider_id}", now, detail=detail)
    return page[-1].key if page else "", len(keys), counts


def purge_provider(
    sessions: Sessions,
    provider_id: str,
    now: datetime,
    is_stopping: Callable[[], bool] = lambda: False,
    classes: Collection[RecordClass] = tuple(RecordClass),
) -> Purged:
    """Purge all that is due at one provider, batch by batch, until done or told to stop."""
    done = Purged({}, {})
    for purge in (one for one in ALL if one.record_class in classes):
        after = ""
        while not is_stopping():
            with transaction(sessions) as session:
                after, number, counts = purge_batch(session, provider_id, purge, after, now)
            if number:
                done.records[purge.record_class] = done.records.get(purge.record_class, 0) + number
            done.rows.update(added(done.rows, counts))
            if not after:
                break
    return done


def purge_all(sessions: Sessions, now: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """The worker's part: every provider; gives how many records went.

    Where nobody has saved the provider's periods yet, only what no accreditor ever asks for.
    """
    with transaction(sessions) as session:
        found = {key: tuple(RecordClass) if has_set_periods(session, key) else UNASKED for key, _ in providers(session)}
    runs = (purge_provider(sessions, key, now, is_stopping, classes) for key, classes in found.items())
    return sum(sum(run.records.values()) for run in runs)
