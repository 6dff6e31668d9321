"""Officers and questions for tests of the question bank, in the ward's provider and in another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.question import BankQuestion
from lti_tool.services.office import Officer
from lti_tool.services.question import create_question
from lti_tool.services.question_picture import keep_pictures
from tests.unit.lti_tool.exchange.questions import EVERY, MEDIA


@dataclass
class Bank:
    """Two providers, each with somebody who may do everything. ``later`` moves the clock."""

    sessions: Sessions
    now: datetime
    officer: Officer
    stranger: Officer
    ids: dict[str, str] = field(default_factory=dict)

    def later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def fill(self, questions: Iterable[BankQuestion] = EVERY) -> None:
        with transaction(self.sessions) as db:
            keep_pictures(db, self.officer, MEDIA)
            for bank in questions:
                self.ids[bank.key] = create_question(db, self.officer, bank, self.later())


def officer(provider_id: str, person_id: str, capabilities: Iterable[Capability] = Capability) -> Officer:
    grants = frozenset(Grant(capability) for capability in capabilities)
    return Officer(
        "office", provider_id, "Example Medical School", person_id, "Avery", Powers(grants), disclosure_months=12
    )


def person(db: Session, provider_id: str, name: str, now: datetime) -> str:
    row = models.Learner(provider_id=provider_id, issuer="", subject=name, lms_name=name, created_at=now)
    db.add(row)
    db.flush()
    return row.id


def made_bank(sessions: Sessions, now: datetime, provider_id: str = "") -> Bank:
    """In the given provider, or in a new one."""
    with transaction(sessions) as db:
        if not provider_id:
            own = models.Provider(name="Example Medical School", created_at=now)
            db.add(own)
            db.flush()
            provider_id = own.id
        other = models.Provider(name="Another School", created_at=now)
        db.add(other)
        db.flush()
        avery, olu = person(db, provider_id, "Avery", now), person(db, other.id, "Olu", now)
        return Bank(sessions, now, officer(provider_id, avery), officer(other.id, olu))
