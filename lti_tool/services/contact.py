"""Where a learner wants reminders and certificates: given with the evaluation or beside a certificate, kept sealed,
silent when they want no more of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_or_replace
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import Evaluation, ItemKind
from lti_tool.services.certificate_link import about_certificates
from lti_tool.services.commitment import about_follow_up
from lti_tool.services.mail import forget_mail, withdraw_mail
from lti_tool.services.session import Visit
from lti_tool.services.team import clean_email


def asks_later(form: Evaluation) -> bool:
    """The evaluation holds a commitment that is asked about again."""
    return any(item.kind is ItemKind.COMMITMENT and item.follow_up_days > 0 for item in form.items)


def contact_faults(email: str) -> dict[str, str]:
    """``{"email": "email_wrong"}`` for what cannot be an address; nothing for an empty one."""
    if not email.strip():
        return {}
    try:
        clean_email(email)
    except BadInput as wrong:
        return dict(wrong.faults)
    return {}


def keep_contact(db: Session, visit: Visit, email: str, sealer: Sealer, now: datetime) -> None:
    """The learner wants mail at ``email``, also if they wanted no mail before. Empty changes nothing.

    Raises ``BadInput("email_wrong")`` with a fault for ``email``.
    """
    if not email.strip() or visit.is_staff or visit.is_test_user:
        return
    values = {
        "provider_id": visit.provider_id,
        "sealed": sealer.seal(clean_email(email)),
        "given_at": now,
        "stopped_at": None,
    }
    insert_or_replace(db, models.LearnerContact, {"learner_id": visit.learner_id}, values)


def suggested_contact(db: Session, visit: Visit, sealer: Sealer) -> str:
    """What the form begins with: the address given last, else the LMS's; ``""`` for those who wanted no more mail."""
    kept = db.get(models.LearnerContact, visit.learner_id)
    if kept is not None:
        return "" if kept.stopped_at else sealer.open(kept.sealed)
    session = db.get(models.WebSession, visit.session_id)
    return sealer.open(session.contact) if session is not None and session.contact else ""


def stop_contact(db: Session, learner_id: str, now: datetime) -> None:
    """No more reminders and certificates, also none that wait. Asking again changes nothing."""
    kept = db.get(models.LearnerContact, learner_id)
    if kept is not None:
        kept.stopped_at = kept.stopped_at or now
        _withdraw(db, kept.provider_id, learner_id)


def forget_contact(db: Session, learner_id: str) -> None:
    """The address goes, and every reminder, letter and link with it: for somebody who is erased."""
    kept = db.get(models.LearnerContact, learner_id)
    if kept is not None:
        _withdraw(db, kept.provider_id, learner_id)
        db.delete(kept)
    provider_id = db.get_one(models.Learner, learner_id).provider_id
    for part_id, activity_id in _parts(db, learner_id):
        forget_mail(db, provider_id, about_certificates(activity_id, part_id))
    part, link = models.Participation, models.FollowUpLink
    mine = select(part.id).where(part.learner_id == learner_id)
    for row in db.scalars(select(link).where(link.participation_id.in_(mine))):
        db.delete(row)
    db.flush()


def _withdraw(db: Session, provider_id: str, learner_id: str) -> None:
    for part_id, activity_id in _parts(db, learner_id):
        withdraw_mail(db, provider_id, about_follow_up(part_id))
        withdraw_mail(db, provider_id, about_certificates(activity_id, part_id))


def _parts(db: Session, learner_id: str) -> list[tuple[str, str]]:
    """Participations and their activities."""
    part = models.Participation
    query = select(part.id, part.activity_id).where(part.learner_id == learner_id)
    return [(part_id, activity_id) for part_id, activity_id in db.execute(query)]
