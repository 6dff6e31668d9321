"""Mail: queued in the transaction that has the reason for it, sent by the worker, tried again for three days.

Whether a letter may go is asked again when it is sent: one to a person whose data may not be used at present (GDPR,
article 18) is held back until that is lifted, and dropped once there is no reason for it any more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.domain.mail import Message, Written
from lti_tool.services.ports import Mailer
from lti_tool.services.restriction import restricted_people

LOG = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
"""Longer than any hand-over. A worker that dies holds up one message for so long."""
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=2)
GIVE_UP_AFTER = timedelta(days=3)
MAX_SUBJECT = 255
MAX_LANGUAGE = 35


@dataclass(frozen=True, slots=True)
class Postman:
    """What sending needs. ``clock`` gives aware UTC times."""

    sessions: Sessions
    mailer: Mailer
    clock: Callable[[], datetime]
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a letter goes, as far as sending must ask again.

    ``learner_id``: the person whose data it uses, who may restrict that; ``None`` for a letter that its reader has
    asked for, and for somebody who is no learner. ``until``: when the reason passes, such as the end of its link.
    ``certificate_id``: what it brings.
    """

    learner_id: str | None
    until: datetime | None = None
    certificate_id: str | None = None


ASKED_FOR = Cause(None)
"""Its reader asked for it just now, which no restriction of theirs forbids."""


def queue_mail(
    session: Session, provider_id: str, to: str, written: Written, now: datetime, cause: Cause, *, key: str = ""
) -> None:
    """Queue one plain-text message. The same ``key`` (with the same provider) is told once, whoever asks twice."""
    row_id = new_id()
    values = {
        "id": row_id,
        "provider_id": provider_id,
        "key": key or row_id,
        "recipient": to,
        "subject": " ".join(written.subject.split())[:MAX_SUBJECT],
        "body": written.body,
        "language": written.language[:MAX_LANGUAGE],
        "stop_link": written.stop_link,
        "learner_id": cause.learner_id,
        "certificate_id": cause.certificate_id,
        "worth_until": cause.until,
        "tried_since": None,
        "state": "waiting",
        "tries": 0,
        "next_at": now,
        "answer": "",
        "created_at": now,
        "finished_at": None,
    }
    session.execute(insert_or_skip(session, models.Mail, values))


def withdraw_mail(session: Session, provider_id: str, about: str) -> None:
    """Drop what still waits and whose key begins with ``about``: the reason for it is gone."""
    table = models.Mail
    waiting = and_(table.provider_id == provider_id, table.state == "waiting")
    session.execute(delete(table).where(waiting, table.key.startswith(about, autoescape=True)))


def forget_mail(session: Session, provider_id: str, about: str) -> None:
    """Drop all whose key begins with ``about``, sent or not, with the address that it went to."""
    table = models.Mail
    mine = and_(table.provider_id == provider_id, table.key.startswith(about, autoescape=True))
    session.execute(delete(table).where(mine))


def is_held() -> ColumnElement[bool]:
    """For queries: the letter waits for a restriction to be lifted."""
    table = models.Mail
    return and_(table.state == "waiting", table.learner_id.is_not(None), table.learner_id.in_(restricted_people()))


def drop_worthless(session: Session, now: datetime) -> int:
    """Drop letters that waited longer than there was a reason for them; gives how many."""
    table = models.Mail
    gone = session.execute(delete(table).where(table.state == "waiting", table.worth_until <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def deliver_mail(postman: Postman, limit: int = 100) -> int:
    """Send what is due and may go, at most ``limit``; gives how many were tried. Any number of workers may do so at
    once."""
    with transaction(postman.sessions) as session:
        drop_worthless(session, postman.clock())
    for number in range(limit):
        if postman.is_stopping():
            return number
        with transaction(postman.sessions) as session:
            taken = _take(session, postman.clock())
        if taken is None:
            return number
        _send(postman, taken)
    return limit


@dataclass(frozen=True, slots=True)
class _Try:
    """``number`` counts from 1; ``since``: when the first one was."""

    message: Message
    number: int
    since: datetime


def _take(session: Session, now: datetime) -> _Try | None:
    """The message that has been due for longest. One whose worker has died is due again when its lease is over."""
    table = models.Mail
    due = and_(table.state.in_(("waiting", "sending")), table.next_at <= now)
    may_go = or_(table.learner_id.is_(None), table.learner_id.not_in(restricted_people()))
    query = select(table).where(due, may_go).order_by(table.next_at, table.id).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True, of=table)).first()
    if row is None:
        return None
    row.state, row.next_at, row.tries = "sending", now + LEASE, row.tries + 1
    row.tried_since = row.tried_since or (now if row.tries == 1 else row.created_at)
    message = Message(row.id, row.recipient, row.subject, row.body, row.created_at, row.language, row.stop_link)
    return _Try(message, row.tries, row.tried_since)


def _send(postman: Postman, taken: _Try) -> None:
    error: Exception | None = None
    try:
        postman.mailer.send(taken.message)
    except Exception as caught:
        error = caught
        if not isinstance(caught, CmeError):
            LOG.exception("mail %s failed", taken.message.id)
    with transaction(postman.sessions) as session:
        _settle(session, taken, error, postman.clock())


def _settle(session: Session, taken: _Try, error: Exception | None, now: datetime) -> None:
    """Only the try that is still the last one may say what became of it."""
    table = models.Mail
    is_over = now - taken.since >= GIVE_UP_AFTER or isinstance(error, BadInput)
    values: dict[str, object]
    if error is None:
        values = {"state": "sent", "body": "", "stop_link": "", "answer": "", "finished_at": now}
    elif is_over:
        values = {"state": "failed", "answer": str(error)[:500], "finished_at": now}
    else:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(taken.number - 1, 10))
        values = {"state": "waiting", "answer": str(error)[:500], "next_at": now + pause}
    mine = and_(table.id == taken.message.id, table.state == "sending", table.tries == taken.number)
    session.execute(update(table).where(mine).values(**values))
