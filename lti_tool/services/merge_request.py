"""A learner says that another record is theirs too, and proves it with the mailbox that another platform knows.

The visitor is known from a launch; the other record by the address that its own platform vouched for. Whoever opens the
link in the mail has both, and only then are the two one person. The page answers the same whether or not anybody has
the address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import confine
from lti_tool.domain.errors import Forbidden, Refused
from lti_tool.domain.mail import Letter, to_translate
from lti_tool.services.address_mark import email_digest
from lti_tool.services.audit import ToolActor
from lti_tool.services.certificate import Link
from lti_tool.services.ledger import LEARNER
from lti_tool.services.mail import Cause, queue_mail
from lti_tool.services.merge import Confirmed, merge_learners
from lti_tool.services.ports import Voices
from lti_tool.services.recipient import voice_for
from lti_tool.services.session import Visit, digest
from lti_tool.services.team import clean_email

LINK_LIFE = timedelta(hours=24)
MAX_TOKEN = 64
"""Longer than any token that was ever given."""
BY_MAIL = "Confirmed by the learner through the mailbox of the other record."
QUESTION = Letter(
    to_translate("Are these two records yours?"),
    (
        to_translate(
            "{name} is signed in at {provider} and says that the record with this e-mail address is theirs too. If "
            "that is you, open this link within 24 hours and confirm it there. Your credit and certificates are then "
            "kept in one record."
        ),
        "{link}",
        to_translate("If that is not you, ignore this message: nothing is changed without the link."),
    ),
)


def ask_for_merge(
    db: Session,
    visit: Visit,
    email: str,
    address: Callable[[str], str],
    sealer: Sealer,
    voices: Voices,
    now: datetime,
) -> None:
    """Mail a link to the address if another record of this provider has it. Staff and test users have none to join.

    Raises ``BadInput("email_wrong")``, ``Forbidden("learners_only")``.
    """
    if visit.is_staff or visit.is_test_user:
        raise Forbidden("learners_only")
    to = clean_email(email)
    other = _other(db, visit, email_digest(sealer, visit.provider_id, to))
    if other is None:
        return
    # One mail per person and five minutes: nobody can be flooded with them.
    slot = f"{now:%Y%m%d%H}{now.minute // 5}"
    token = secrets.token_urlsafe(32)
    db.add(
        models.MergeLink(
            provider_id=visit.provider_id,
            kept_id=visit.learner_id,
            absorbed_id=other.id,
            token_hash=digest(token),
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
    )
    own = db.get_one(models.Learner, visit.learner_id)
    voice = voice_for(db, voices, visit.provider_id, other.locale or own.locale)
    provider = db.get_one(models.Provider, visit.provider_id).name
    name = own.printed_name or own.lms_name or voice.say(SOMEBODY)
    letter = voice.write(QUESTION, name=name, provider=provider, link=address(token))
    cause = Cause(other.id, now + LINK_LIFE)
    queue_mail(db, visit.provider_id, to, letter, now, cause, key=f"merge:{visit.learner_id}:{slot}")


SOMEBODY = to_translate("Somebody")


def _other(db: Session, visit: Visit, mark: str) -> models.Learner | None:
    """The other record that was seen first with this address."""
    table = models.Learner
    query = select(table).where(
        table.provider_id == visit.provider_id,
        table.email_digest == mark,
        table.merged_into.is_(None),
        table.id != visit.learner_id,
    )
    return db.scalars(query.order_by(table.created_at, table.id)).first()


@dataclass(frozen=True, slots=True)
class AskedMerge:
    """What the person behind the link is asked. ``names``: of both records, as far as they are known."""

    id: str
    provider_id: str
    provider_name: str
    kept_id: str
    absorbed_id: str
    names: tuple[str, str]
    origins: tuple[str, str]
    """Their platforms."""
    language: str


def open_merge_link(db: Session, token: str, now: datetime) -> AskedMerge:
    """Looking uses nothing up. Raises ``Forbidden("merge_link_unknown")`` for an unknown, used or expired link."""
    table = models.MergeLink
    query = select(table).where(table.token_hash == digest(token))
    row = db.scalars(query).first() if len(token) <= MAX_TOKEN else None
    if row is None or row.used_at is not None or now >= row.expires_at:
        raise Forbidden("merge_link_unknown")
    confine(db, row.provider_id)
    kept, absorbed = (db.get_one(models.Learner, key) for key in (row.kept_id, row.absorbed_id))
    provider = db.get_one(models.Provider, row.provider_id).name
    return AskedMerge(
        id=row.id,
        provider_id=row.provider_id,
        provider_name=provider,
        kept_id=kept.id,
        absorbed_id=absorbed.id,
        names=(kept.printed_name or kept.lms_name, absorbed.printed_name or absorbed.lms_name),
        origins=(kept.issuer, absorbed.issuer),
        language=absorbed.locale or kept.locale,
    )


def confirm_merge(db: Session, asked: AskedMerge, link: Link, now: datetime) -> None:
    """ "Both are mine": the record of the launch stays, unless the other one is further in an activity.

    Raises as ``merge_learners``; the link is used up by success alone.
    """
    table = models.MergeLink
    mine = update(table).where(table.id == asked.id, table.used_at.is_(None)).values(used_at=now)
    if db.execute(mine.returning(table.id)).first() is None:
        raise Forbidden("merge_link_unknown")
    confirmed = Confirmed(ToolActor(asked.provider_id, asked.kept_id), LEARNER, BY_MAIL)
    try:
        with db.begin_nested():
            merge_learners(db, confirmed, asked.kept_id, asked.absorbed_id, link, now)
    except Refused as error:
        if error.code != "merge_loses_progress":
            raise
        merge_learners(db, confirmed, asked.absorbed_id, asked.kept_id, link, now)
