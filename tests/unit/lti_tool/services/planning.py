"""An office with its people in one database, for the tests of plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.document import Change, Document, applied
from lti_tool.domain.plan import FIELDS, Act, PlanSection, PlanState
from lti_tool.services.office import Officer
from lti_tool.services.plan.approval import act_on
from lti_tool.services.plan.begin import create_plan
from lti_tool.services.plan.media import add_file
from lti_tool.services.plan.work import Edit, Plan, open_plan, save_section
from tests.unit.lti_tool.services.plans import spotless

NOW = datetime(2026, 8, 24, 15, 0, tzinfo=UTC)
"""The day on which the hypertension sample was designated."""
EVERYTHING = (Capability.PLAN, Capability.APPROVE, Capability.PUBLISH)


@dataclass
class Bureau:
    """Every call is one transaction."""

    sessions: Sessions
    now: datetime = NOW
    providers: dict[str, str] = field(default_factory=dict)

    def officer(self, name: str = "Ada", *capabilities: Capability, provider: str = "North", **more: Any) -> Officer:
        """A person of a provider; with every capability that plans ask for unless some are named."""
        with transaction(self.sessions) as db:
            if provider not in self.providers:
                made = models.Provider(name=provider, created_at=self.now)
                db.add(made)
                db.flush()
                self.providers[provider] = made.id
            key = {"provider_id": self.providers[provider], "issuer": "", "subject": name}
            person = db.query(models.Learner).filter_by(**key).first() or models.Learner(**key, created_at=self.now)
            db.add(person)
            db.flush()
            grants = tuple(Grant(one) for one in (capabilities or EVERYTHING))
            return officer_of(person.id, self.providers[provider], name, (*grants, *more.get("grants", ())))

    @contextmanager
    def db(self) -> Iterator[Session]:
        with transaction(self.sessions) as session:
            yield session

    def later(self, **how: float) -> None:
        self.now += timedelta(**how)

    def create(self, officer: Officer, title: str = "High Blood Pressure in Adults") -> str:
        with self.db() as db:
            return create_plan(db, officer, title, "enduring material", "en-US", self.now)

    def plan(self, officer: Officer, plan_id: str) -> Plan:
        with self.db() as db:
            return open_plan(db, officer, plan_id, self.now)

    def save(self, officer: Officer, plan_id: str, changes: dict[str, Any], revision: int = 0, **more: Any) -> int:
        """Change fields by path, as a form of their section would that was made from ``revision`` (or just now)."""
        found = self.plan(officer, plan_id)
        document = more.pop("base", found.document)
        document = applied(document, [Change(path, None, value) for path, value in changes.items()])
        sections = {section for section in PlanSection for name in FIELDS[section] if touches(changes, name)}
        (section,) = sections
        fields = {name: document.get(name) for name in FIELDS[section]}
        edit = Edit(section, fields, revision or found.revision, more.pop("choices", {}), more.pop("seen", 0))
        with self.db() as db:
            return save_section(db, officer, plan_id, edit, self.now)

    def fill(self, officer: Officer, plan_id: str, document: Document | None = None) -> None:
        """Everything that approval asks for, section by section."""
        document = document or spotless()
        for section in PlanSection:
            revision = self.plan(officer, plan_id).revision
            fields = {name: document.get(name) for name in FIELDS[section]}
            with self.db() as db:
                save_section(db, officer, plan_id, Edit(section, fields, revision, {}), self.now)

    def act(self, officer: Officer, plan_id: str, *acts: Act, revision: int = 0) -> PlanState:
        state = PlanState.DRAFT
        for act in acts:
            seen = revision or self.plan(officer, plan_id).revision
            with self.db() as db:
                state = act_on(db, officer, plan_id, act, seen, self.now)
        return state

    def add_files(self, officer: Officer, plan_id: str, files: dict[str, bytes]) -> None:
        for name, body in files.items():
            with self.db() as db:
                add_file(db, officer, plan_id, name, body, self.now)

    def approved(self, officer: Officer, *acts: Act) -> str:
        """A complete plan that was approved, and perhaps more."""
        plan_id = self.create(officer)
        self.fill(officer, plan_id)
        self.act(officer, plan_id, Act.SUBMIT, Act.APPROVE, *acts)
        return plan_id


def touches(changes: dict[str, Any], name: str) -> bool:
    return any(path == name or path.startswith((f"{name}.", f"{name}[")) for path in changes)


def officer_of(person_id: str, provider_id: str, name: str, grants: tuple[Grant, ...]) -> Officer:
    powers = Powers(frozenset(grants))
    return Officer("s" * 32, provider_id, "North", person_id, name, powers, disclosure_months=12)


@contextmanager
def bureau(url: str) -> Iterator[Bureau]:
    engine = make_engine(url)
    try:
        yield Bureau(make_sessions(engine))
    finally:
        engine.dispose()
