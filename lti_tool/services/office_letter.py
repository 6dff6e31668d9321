"""Mail that lets somebody into the office: the invitation, and the link that was asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.mail import Letter, to_translate
from lti_tool.services.mail import ASKED_FOR, Cause, queue_mail
from lti_tool.services.office import LINK_LIFE, Officer
from lti_tool.services.ports import Voices
from lti_tool.services.recipient import language_of_address, voice_for

INVITATION = Letter(
    to_translate("Invitation to {provider}"),
    (
        to_translate("{name} invites you to the office of {provider}."),
        to_translate("Open this link within seven days. It works once:"),
        "{link}",
    ),
)
SIGN_IN = Letter(
    to_translate("Your link to the office of {provider}"),
    (
        to_translate("Open this link within 30 minutes to sign in. It works once."),
        "{link}",
        to_translate("If you did not ask for it, ignore this message; nobody can sign in without the link."),
    ),
)


def mail_invitation(db: Session, officer: Officer, email: str, link: str, voices: Voices, now: datetime) -> None:
    """To somebody whom ``officer`` has just invited."""
    language = language_of_address(db, officer.provider_id, email)
    voice = voice_for(db, voices, officer.provider_id, language)
    letter = voice.write(INVITATION, name=officer.name, provider=officer.provider_name, link=link)
    account = models.OfficeAccount
    query = select(account.person_id).where(account.provider_id == officer.provider_id, account.email == email)
    queue_mail(db, officer.provider_id, email, letter, now, Cause(db.scalar(query), now + LINK_LIFE))


def mail_sign_in(
    db: Session, provider_id: str, provider_name: str, email: str, link: str, voices: Voices, now: datetime
) -> None:
    """One mail per address and five minutes: nobody can be flooded with them."""
    slot = f"{now:%Y%m%d%H}{now.minute // 5}"
    voice = voice_for(db, voices, provider_id, language_of_address(db, provider_id, email))
    letter = voice.write(SIGN_IN, provider=provider_name, link=link)
    queue_mail(db, provider_id, email, letter, now, ASKED_FOR, key=f"sign-in:{email}:{slot}")
