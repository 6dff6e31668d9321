"""In which language and time zone somebody is written to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.services.ports import Voice, Voices
from lti_tool.services.provider_settings import profile


def voice_for(db: Session, voices: Voices, provider_id: str, *languages: str) -> Voice:
    """Their own language where it is known and written, else the provider's; the provider's time zone."""
    kept = profile(db, provider_id).values
    return voices([tag for tag in (*languages, *kept["languages"]) if tag], kept["time_zone"])


def language_of_person(db: Session, person: models.Person) -> str:
    """Of somebody in control of content: as their LMS says, else of the page on which they disclosed last."""
    learner = db.get(models.Learner, person.learner_id) if person.learner_id else None
    if learner is not None and learner.locale:
        return learner.locale
    table = models.DisclosureForm
    newest = select(table.locale).where(table.person_id == person.id).order_by(table.number.desc()).limit(1)
    return db.scalars(newest).first() or ""


def language_of_address(db: Session, provider_id: str, email: str) -> str:
    """Of somebody who is known by an address of the office alone, such as a coordinator."""
    account = models.OfficeAccount
    query = (
        select(models.Learner.locale)
        .join(account, account.person_id == models.Learner.id)
        .where(account.provider_id == provider_id, account.email == email.strip().lower())
    )
    return db.scalars(query).first() or ""
