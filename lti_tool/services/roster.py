"""The people of one activity and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, contains_eager

from lti_tool.db import models
from lti_tool.domain.activity import PersonRole
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.person import person_of
from lti_tool.services.row_key import is_row_key
from lti_tool.services.standings import StandingRow, standing_rows
from lti_tool.services.subject import Subject, require_for, subject


def _live(officer: Officer, plan_id: str) -> ColumnElement[bool]:
    table = models.ActivityRole
    return and_(table.provider_id == officer.provider_id, table.plan_id == plan_id, table.removed_at.is_(None))


def roster(db: Session, officer: Officer, about: Subject, now: datetime, months: int) -> list[StandingRow]:
    """Everybody with a role in the activity, by name."""
    table = models.ActivityRole
    query = select(table).join(table.person).options(contains_eager(table.person)).where(_live(officer, about.id))
    roles = db.scalars(query.order_by(models.Person.name_key, models.Person.id, table.role)).all()
    return standing_rows(db, roles, {about.id: about}, now, months)


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role as typed. Days in ISO form."""

    person_id: str
    role: str
    starts_on: str
    ends_on: str = ""


def read_day(text: str) -> date | None:
    """An ISO day, or ``None`` for anything else."""
    try:
        return date.fromisoformat(text.strip()) if len(text) <= 20 else None
    except ValueError:
        return None


def _role_faults(form: RoleForm) -> dict[str, str]:
    faults: dict[str, str] = {}
    if form.role not in set(PersonRole):
        faults["role"] = "unknown" if form.role else "missing"
    starts_on, ends_on = read_day(form.starts_on), read_day(form.ends_on)
    if starts_on is None:
        faults["starts_on"] = "not_a_day" if form.starts_on else "missing"
    if form.ends_on and ends_on is None:
        faults["ends_on"] = "not_a_day"
    elif starts_on and ends_on and ends_on < starts_on:
        faults["ends_on"] = "before_start"
    return faults


def add_role(db: Session, officer: Officer, plan_id: str, form: RoleForm, now: datetime) -> models.ActivityRole:
    """Give somebody a role. Raises ``BadInput("role_unusable")`` with a fault per field, ``Conflict("role_given")`` if
    the person has this role already."""
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    faults = _role_faults(form)
    if faults:
        raise BadInput("role_unusable", faults=faults)
    person = person_of(db, officer.provider_id, form.person_id)
    db.refresh(person, with_for_update=True)
    table = models.ActivityRole
    taken = select(table.id).where(_live(officer, plan_id), table.person_id == person.id, table.role == form.role)
    if db.scalars(taken).first():
        raise Conflict("role_given")
    row = table(
        provider_id=officer.provider_id,
        plan_id=about.id,
        person_id=person.id,
        role=form.role,
        starts_on=read_day(form.starts_on),
        ends_on=read_day(form.ends_on),
        added_by=officer.person_id,
        added_at=now,
    )
    db.add(row)
    db.flush()
    detail = {"person": person.id, "role": form.role, "starts_on": form.starts_on}
    note(db, officer, "role.added", f"role:{row.id}", now, activity_id=about.activity_id or None, detail=detail)
    return row


def role_of(db: Session, officer: Officer, plan_id: str, role_id: str) -> models.ActivityRole:
    """A role that is held. Raises ``NotFound("role_unknown")``, also for another activity's or provider's."""
    row = db.get(models.ActivityRole, role_id) if is_row_key(role_id) else None
    if row is None or (row.provider_id, row.plan_id) != (officer.provider_id, plan_id) or row.removed_at is not None:
        raise NotFound("role_unknown")
    return row


def change_role(db: Session, officer: Officer, plan_id: str, role_id: str, form: RoleForm, now: datetime) -> None:
    """Correct the days of a role. Raises like :func:`add_role`."""
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    row = role_of(db, officer, plan_id, role_id)
    faults = _role_faults(RoleForm(row.person_id, row.role, form.starts_on, form.ends_on))
    starts_on = read_day(form.starts_on)
    if faults or starts_on is None:
        raise BadInput("role_unusable", faults=faults)
    before = [row.starts_on.isoformat(), row.ends_on.isoformat() if row.ends_on else ""]
    row.starts_on, row.ends_on = starts_on, read_day(form.ends_on)
    detail = {"days": [before, [form.starts_on, form.ends_on]]}
    note(db, officer, "role.changed", f"role:{row.id}", now, activity_id=about.activity_id or None, detail=detail)


def remove_role(db: Session, officer: Officer, plan_id: str, role_id: str, now: datetime) -> None:
    """Somebody gives a role up; what was decided for it stays on file."""
    about = subject(db, officer.provider_id, plan_id)
    require_for(officer, about, Capability.PLAN)
    row = role_of(db, officer, plan_id, role_id)
    row.removed_at = now
    detail = {"person": row.person_id, "role": row.role}
    note(db, officer, "role.removed", f"role:{row.id}", now, activity_id=about.activity_id or None, detail=detail)
