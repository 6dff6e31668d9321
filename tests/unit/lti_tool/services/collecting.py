"""Two providers, each with an officer and an activity; people who disclose. Real rows in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.domain.activity import Activity
from lti_tool.domain.company import CompanyKind
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.domain.person import NOTICE
from lti_tool.services.activity import import_activity
from lti_tool.services.company import CompanyReview, named_company, review_company
from lti_tool.services.disclosure_form import RelationshipRow, SentForm, submit_form
from lti_tool.services.mitigation import DecisionForm, MitigationForm, decide, held_relationship, mitigate
from lti_tool.services.office import Officer
from lti_tool.services.person import PersonForm, add_person, person_of
from lti_tool.services.roster import RoleForm, add_role, roster
from lti_tool.services.subject import subject
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.disclosure_officers import officer

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
START = date(2026, 4, 1)
MONTHS = 12
CONSULTS = RelationshipRow("Acme Pharma", "consultant", "none", "no")


def submission(number: int = 0) -> str:
    return f"{number:032x}"


def sent(*rows: RelationshipRow, **changes: Any) -> SentForm:
    made = SentForm("yes" if rows else "no", rows, "Sam Lee", True, NOTICE.fingerprint, submission())
    return replace(made, **changes)


def planned(**changes: Any) -> Activity:
    """An activity that begins on ``START``."""
    values = {"released_on": START, "designated_on": date(2026, 3, 1), "reviewed_on": date(2026, 3, 1)}
    return activity(**values | changes)


@dataclass
class Office:
    """One provider's. Every call is one transaction."""

    sessions: Sessions
    provider_id: str
    officer: Officer
    plan_id: str
    now: datetime = NOW
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    @contextmanager
    def db(self) -> Iterator[Session]:
        with transaction(self.sessions) as session:
            yield session

    def person(self, name: str = "Sam Lee", email: str = "", **particulars: str) -> str:
        with self.db() as db:
            return add_person(db, self.officer, PersonForm(name, email=email, **particulars), self.now).id

    def role(self, person_id: str, role: str = "faculty", starts_on: str = START.isoformat(), ends_on: str = "") -> str:
        with self.db() as db:
            form = RoleForm(person_id, role, starts_on, ends_on)
            return add_role(db, self.officer, self.plan_id, form, self.now).id

    def disclose(self, person_id: str, *rows: RelationshipRow, **changes: Any) -> str:
        with self.db() as db:
            person = person_of(db, self.provider_id, person_id)
            changes = {"submission": submission(next(self.numbers)), **changes}
            return submit_form(db, person, sent(*rows, **changes), "link", "en", self.now).id

    def review(self, name: str = "Acme Pharma", kind: CompanyKind = CompanyKind.PHARMACEUTICAL) -> str:
        with self.db() as db:
            row = named_company(db, self.provider_id, name, self.now)
            review_company(db, self.officer, row.id, CompanyReview(name, kind.value, "Its business."), self.now)
            return row.id

    def decide(self, role_id: str, key: str, relevance: str = "relevant", **more: str) -> None:
        with self.db() as db:
            held = held_relationship(db, self.officer, self.plan_id, role_id, key, self.now, MONTHS)
            decide(db, self.officer, self.plan_id, held, DecisionForm(relevance, "Her talk", **more), self.now)

    def mitigate(
        self, role_id: str, key: str, strategy: str = "attest", done_on: str = "2026-03-01", **more: Any
    ) -> None:
        with self.db() as db:
            held = held_relationship(db, self.officer, self.plan_id, role_id, key, self.now, MONTHS)
            form = MitigationForm(strategy, done_on, "R. Vega", **more)
            mitigate(db, self.officer, self.plan_id, held, form, self.now)

    def statuses(self) -> list[tuple[str, DisclosureStatus]]:
        with self.db() as db:
            about = subject(db, self.provider_id, self.plan_id)
            rows = roster(db, self.officer, about, self.now, MONTHS)
            return [(row.entry.person.name, row.standing.status) for row in rows]


def open_office(sessions: Sessions, name: str, key: str) -> Office:
    with transaction(sessions) as db:
        provider = models.Provider(name=name, created_at=NOW)
        db.add(provider)
        db.flush()
        plan_id = import_activity(db, provider.id, planned(key=key), {}, NOW - timedelta(days=2)).activity_id
        return Office(sessions, provider.id, officer(db, provider.id), plan_id)


@contextmanager
def opened(url: str) -> Iterator[tuple[Office, Office]]:
    """Two providers that know nothing of each other."""
    engine = make_engine(url)
    try:
        sessions = make_sessions(engine)
        yield open_office(sessions, "Example Medical School", "pressure"), open_office(sessions, "Other", "other")
    finally:
        engine.dispose()
