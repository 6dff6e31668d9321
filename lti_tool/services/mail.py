"""Mail: queued in the transaction that has the reason for it, sent by the worker, tried again for three days."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.domain.mail import Message, Written
from lti_tool.services.ports import Mailer

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


def queue_mail(session: Session, provider_id: str, to: str, written: Written, now: datetime, *, key: str = "") -> None:
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


def deliver_mail(postman: Postman, limit: int = 100) -> int:
    """Send what is due, at most ``limit``; gives how many were tried. Any number of workers may do so at once."""
    for number in range(limit):
        if postman.is_stopping():
            return number
        with transaction(postman.sessions) as session:
            taken = _take(session, postman.clock())
        if taken is None:
            return number
        _send(postman, *taken)
    return limit


def _take(session: Session, now: datetime) -> tuple[Message, int] | None:
    """The message that has been due for longest. One whose worker has died is due again when its lease is over."""
    table = models.Mail
    due = and_(table.state.in_(("waiting", "sending")), table.next_at <= now)
    query = select(table).where(due).order_by(table.next_at, table.id).limit(1)
    row = session.scalars(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    row.state, row.next_at, row.tries = "sending", now + LEASE, row.tries + 1
    message = Message(row.id, row.recipient, row.subject, row.body, row.created_at, row.language, row.stop_link)
    return message, row.tries


def _send(postman: Postman, message: Message, tries: int) -> None:
    error: Exception | None = None
    try:
        postman.mailer.send(message)
    except Exception as caught:
        error = caught
        if not isinstance(caught, CmeError):
            LOG.exception("mail %s failed", message.id)
    with transaction(postman.sessions) as session:
        _settle(session, message, tries, error, postman.clock())


def _settle(session: Session, message: Message, tries: int, error: Exception | None, now: datetime) -> None:
    """Only the try that is still the last one may say what became of it."""
    table = models.Mail
    is_over = now - message.written_at >= GIVE_UP_AFTER or isinstance(error, BadInput)
    values: dict[str, object]
    if error is None:
        values = {"state": "sent", "body": "", "stop_link": "", "answer": "", "finished_at": now}
    elif is_over:
        values = {"state": "failed", "answer": str(error)[:500], "finished_at": now}
    else:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 10))
        values = {"state": "waiting", "answer": str(error)[:500], "next_at": now + pause}
    mine = and_(table.id == message.id, table.state == "sending", table.tries == tries)
    session.execute(update(table).where(mine).values(**values))
