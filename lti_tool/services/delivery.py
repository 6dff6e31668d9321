"""Delivering grades: take one from the queue, send it with no transaction open, write down what the LMS said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.errors import BadInput, CmeError, ServiceUnavailable
from lti_tool.domain.grade import Delivery, LineItem, ScoreOutcome
from lti_tool.logs import REQUEST_ID
from lti_tool.services.line_item import find, make
from lti_tool.services.outbox import Job, claim, hasten, note_line_item, note_maximum, recover, settle
from lti_tool.services.ports import GradebookPort
from lti_tool.services.retry import COLUMN_TOO_SMALL, NO_LINE_ITEM, Fate, PlatformRest, State, Tries, fate_of

T = TypeVar("T")
LOG = logging.getLogger(__name__)
MARGIN = timedelta(seconds=100)
"""What is left of a lease must cover one more call with its token; else the call is not begun."""
PASSING = frozenset({401, 408, 425, 429})
FOR_GOOD = frozenset({"scope_not_granted", "token_malformed"})
RACES = 5


@dataclass(frozen=True, slots=True)
class Courier:
    """What delivering needs. ``clock`` gives aware UTC times; ``jitter`` random numbers, 0 <= n < 1."""

    sessions: Sessions
    gradebook: GradebookPort
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    delivery_days: int = 14
    is_stopping: Callable[[], bool] = lambda: False
    rest: PlatformRest = field(default_factory=PlatformRest)


def deliver_due(courier: Courier, limit: int = 100) -> int:
    """Deliver what is due, at most ``limit`` rows; gives how many were tried. Any number of workers may do so at once.

    Raises only what the database raises: the rows taken are then taken again when their lease has run out.
    """
    while _transact(courier, lambda db: recover(db, courier.clock())):
        pass
    for number in range(limit):
        if courier.is_stopping():
            return number
        job = _transact(courier, lambda db: claim(db, courier.clock(), courier.rest.resting(courier.clock())))
        if job is None:
            return number
        _deliver(courier, job)
    return limit


def _transact(courier: Courier, work: Callable[[Session], T]) -> T | None:
    """``work`` in a transaction, again if somebody else was quicker; ``None`` if they always are."""
    for _ in range(RACES):
        try:
            with transaction(courier.sessions) as db:
                return work(db)
        except IntegrityError:
            continue
    return None


def _deliver(courier: Courier, job: Job) -> None:
    token = REQUEST_ID.set(f"delivery-{job.delivery_id}-{job.tries}")
    try:
        _deliver_one(courier, job)
    finally:
        REQUEST_ID.reset(token)


def _deliver_one(courier: Courier, job: Job) -> None:
    outcome = _tried(courier, job)
    now = courier.clock()
    if isinstance(outcome, Fate):
        fate = outcome
    else:
        courier.rest.note(job.platform.id, outcome, now)
        is_last = now - job.queued_at >= timedelta(days=courier.delivery_days)
        fate = fate_of(outcome, Tries(job.tries, job.is_doubtful, is_last, courier.jitter()))
    if not _transact(courier, lambda db: settle(db, job, fate, now)):
        LOG.warning("delivery %s: the lease was over before the answer came", job.delivery_id)
    if fate.state is State.DELIVERED:
        _transact(courier, lambda db: hasten(db, job.platform.id, now))


def _tried(courier: Courier, job: Job) -> ScoreOutcome | Fate:
    """What the LMS said; a fate of its own where the placement has no line item and gets none, or one too small."""
    try:
        ready = _measure(courier, job) if job.line_item else _seek(courier, job)
        if ready is None:
            return Fate(State.PARKED, NO_LINE_ITEM)
        said = _send_once(courier, ready)
        moved = _moved(courier, ready) if job.line_item and _is_gone(said) else None
        return said if moved is None else _send_once(courier, moved)
    except CmeError as error:
        return _unsent(error)
    except Exception:
        LOG.exception("delivery %s failed", job.delivery_id)
        return ScoreOutcome(Delivery.RETRY, None, "the tool itself failed; its log says how")


def _seek(courier: Courier, job: Job) -> Job | None:
    """Find the column or make it. Whoever holds the lease is the only one to do so for this placement."""
    book, platform, column = courier.gradebook, job.platform, job.column
    item = find(book, platform, column, courier.clock())
    if item is None:
        _check_lease(courier, job)
        item = make(book, platform, column, courier.clock())
    if item is None:
        return None
    placed = _transact(courier, partial(note_line_item, job=job, item=item))
    return _measured(courier, placed, item) if placed is not None else None


def _send_once(courier: Courier, job: Job) -> ScoreOutcome | Fate:
    return _too_small(job) if job.is_too_much else _send(courier, job)


def _is_gone(said: ScoreOutcome | Fate) -> bool:
    return isinstance(said, ScoreOutcome) and said.delivery is Delivery.GONE


def _moved(courier: Courier, job: Job) -> Job | None:
    """The column is gone; another that the LMS has made in its place, as Moodle does for a link when the gradebook of
    its course is reset (seen in 5.1: launches name none then). None is made: it may have been deleted on purpose."""
    item = find(courier.gradebook, job.platform, job.column, courier.clock())
    if item is None or item.url == job.line_item:
        return None
    placed = _transact(courier, partial(note_line_item, job=job, item=item))
    return _measured(courier, placed, item) if placed is not None else None


def _measure(courier: Courier, job: Job) -> Job:
    """Read what a column of credit is worth in the LMS, before each score: sent by another maximum, it would be shown
    as another number."""
    if not job.column.is_credit or job.is_doubtful:
        return job
    item = find(courier.gradebook, job.platform, job.column, courier.clock(), known=job.line_item)
    return _measured(courier, job, item) if item is not None and item.url == job.line_item else job


def _measured(courier: Courier, job: Job, item: LineItem) -> Job:
    if not job.column.is_credit or item.score_maximum <= 0:
        return job
    return _transact(courier, partial(note_maximum, job=job, maximum=item.score_maximum)) or job


def _too_small(job: Job) -> Fate:
    points = f"{job.score.given:g} of a column that holds {job.score.maximum:g}"
    return Fate(State.PARKED, COLUMN_TOO_SMALL, answer=points)


def _send(courier: Courier, job: Job) -> ScoreOutcome:
    _check_lease(courier, job)
    return courier.gradebook.post_score(job.platform, job.line_item, job.score, courier.clock())


def _check_lease(courier: Courier, job: Job) -> None:
    """Begin nothing that somebody else may be doing by the time it arrives."""
    if courier.clock() + MARGIN >= job.leased_until:
        raise ServiceUnavailable("lease_over", "the LMS was too slow for one try")


def _unsent(error: CmeError) -> ScoreOutcome:
    """The line item could be neither found nor made: nothing was sent."""
    status = error.facts.get("status")
    words = " ".join(part for part in (str(error), error.facts.get("words", "")) if part)[:500]
    is_refusal = status is not None and 400 <= status < 500 and status not in PASSING
    if is_refusal or isinstance(error, BadInput) or error.code in FOR_GOOD:
        return ScoreOutcome(Delivery.REJECTED, status, words)
    return ScoreOutcome(Delivery.RETRY, status, words, error.facts.get("retry_after"))
