"""Asking learners by mail what became of their commitments to change, and saying whom no mail reaches.

Who is asked is decided at the moment of writing: reminders stop with the answer, with the reader's word that they want
none, and where the address or the participation is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.evaluation import FOLLOW_UP_LATEST, reminder_due
from lti_tool.domain.mail import Letter, to_translate
from lti_tool.services.commitment import about_follow_up
from lti_tool.services.follow_up_link import new_follow_up_link
from lti_tool.services.mail import Cause, queue_mail
from lti_tool.services.ports import Voices
from lti_tool.services.recipient import voice_for
from lti_tool.services.restriction import is_restricted
from lti_tool.services.results_facts import participations
from lti_tool.services.session import Visit

_OPENING = (
    to_translate(
        "on {made} you wrote down what you meant to change in your practice after “{title}” of {provider}. Please tell "
        "us what became of it; a minute is enough. Your answer shows what education achieves and changes nothing about "
        "your credit."
    ),
    "{link}",
    to_translate("The link is for you alone and works until {until}. You need no account."),
    to_translate(
        "You get this message because you gave this address for it with your evaluation. If you want no more of them, "
        "open this address:"
    ),
    "{stop_link}",
)
SUBJECT = to_translate("What became of your commitment to change?")
BY_NAME = Letter(SUBJECT, (to_translate("Dear {name},"), *_OPENING))
WITHOUT_NAME = Letter(SUBJECT, (to_translate("Dear colleague,"), *_OPENING))


@dataclass(frozen=True, slots=True)
class FollowUpPost:
    """What asking needs. ``offsets``: days after a commitment is due; the addresses are made from a link's secret."""

    offsets: tuple[int, ...]
    address: Callable[[str], str]
    stop_address: Callable[[str], str]
    voices: Voices
    sealer: Sealer


def _open_commitments(offsets: Iterable[int], now: datetime) -> Select[models.Commitment]:
    """Due, not answered, not older than the last reminder, and of somebody who can be reached."""
    table, part, contact = models.Commitment, models.Participation, models.LearnerContact
    oldest = now - timedelta(days=max(offsets)) - FOLLOW_UP_LATEST
    return (
        select(table)
        .join(part, part.id == table.participation_id)
        .join(contact, contact.learner_id == part.learner_id)
        .where(table.outcome.is_(None), table.due_at <= now, table.due_at >= oldest)
        .where(part.is_trial.is_(False), contact.stopped_at.is_(None), ~is_restricted(part.learner_id))
        .order_by(table.participation_id, table.item)
    )


def ask_what_became(db: Session, post: FollowUpPost, now: datetime) -> int:
    """Queue one message per learner and activity whose time has come; gives how many. Asking twice tells once."""
    if not post.offsets:
        return 0
    rows = db.scalars(_open_commitments(post.offsets, now)).all()
    count = 0
    for participation_id, own in groupby(rows, lambda row: row.participation_id):
        fresh = [row for row in own if _is_first(db, row, post.offsets, now)]
        if fresh:
            _write(db, post, db.get_one(models.Participation, participation_id), fresh[0], now)
            count += 1
    return count


def _is_first(db: Session, row: models.Commitment, offsets: tuple[int, ...], now: datetime) -> bool:
    days = reminder_due(row.due_at, offsets, now) if row.due_at else None
    if days is None:
        return False
    values = {"participation_id": row.participation_id, "item": row.item, "days": days, "sent_at": now}
    done = insert_or_skip(db, models.FollowUpReminder, values).returning(models.FollowUpReminder.days)
    return db.execute(done).first() is not None


def _write(
    db: Session, post: FollowUpPost, part: models.Participation, promise: models.Commitment, now: datetime
) -> None:
    activity = db.get_one(models.Activity, part.activity_id)
    contact = db.get_one(models.LearnerContact, part.learner_id)
    voice = voice_for(db, post.voices, activity.provider_id, part.learner.locale)
    token, until = new_follow_up_link(db, activity.provider_id, part.id, now)
    name = part.learner.printed_name or part.learner.lms_name
    letter = voice.write(
        BY_NAME if name else WITHOUT_NAME,
        name=name,
        made=voice.day_of(promise.made_at),
        title=activity.title,
        provider=db.get_one(models.Provider, activity.provider_id).name,
        link=post.address(token),
        until=voice.day_of(until),
        stop_link=post.stop_address(token),
    )
    key = f"{about_follow_up(part.id)}{now.isoformat()}"
    to, cause = post.sealer.open(contact.sealed), Cause(part.learner_id, until)
    queue_mail(db, activity.provider_id, to, letter, now, cause, key=key)


def follow_up_chore(sessions: Sessions, post: FollowUpPost, clock: Callable[[], datetime]) -> int:
    """The worker's part in it."""
    with transaction(sessions) as db:
        return ask_what_became(db, post, clock())


@dataclass(frozen=True, slots=True)
class Unreached:
    """A learner whom no mail asks. ``name`` is ``""`` where the LMS shares none."""

    name: str
    learner_id: str
    made_at: datetime
    due_at: datetime


def unreached(db: Session, visit: Visit, now: datetime, *, has_mail: bool) -> tuple[Unreached, ...]:
    """Learners of the course with a commitment that is due and not answered, whom mail does not reach; longest first.

    What they committed themselves to is theirs and not on the list. Raises ``Forbidden("staff_only")``, ``NotFound``.
    """
    table, part, contact = models.Commitment, models.Participation, models.LearnerContact
    query = (
        select(part, table.made_at, table.due_at)
        .join(table, table.participation_id == part.id)
        .outerjoin(contact, contact.learner_id == part.learner_id)
        .where(part.id.in_(participations(visit)), table.outcome.is_(None), table.due_at <= now)
        .order_by(table.due_at, part.id)
    )
    if has_mail:
        query = query.where(or_(contact.learner_id.is_(None), contact.stopped_at.is_not(None)))
    return tuple(
        Unreached(row.learner.printed_name or row.learner.lms_name, row.learner_id, made_at, due_at)
        for row, made_at, due_at in db.execute(query)
        if due_at is not None
    )
