"""Whose disclosure is missing, expired or unmitigated, over everybody with a role: at a glance, and per activity.

Of most people the status follows from days alone: they have not disclosed yet, long ago, or nothing at all. Reading
their forms would only take time. Everybody else is judged by the one pure rule, and so is whoever is near a boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.mitigation import CLEAR, DisclosureStatus
from lti_tool.services.office import Officer
from lti_tool.services.people_list import Shown, count_people, oldest_valid, standings_of
from lti_tool.services.subject import Subject, subjects

PAGE = 50
BATCH = 1000
"""So many people are judged at a time."""
MARGIN = timedelta(days=2)
"""Days of activities are those of their time zones: so near to a boundary the rule itself is asked."""

Counts = dict[str, dict[DisclosureStatus, int]]
"""By plan: how many roles have which status."""
RoleRow = Row[str, str, date, date | None, datetime | None, bool]
"""Person, plan, first and last day, when the person disclosed last, and whether that named relationships."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Who keeps what from going on. Counts are people; ``activities`` has a page of those with somebody not clear."""

    people: int
    missing: int
    expired: int
    open: int
    unreviewed_companies: int
    activities: tuple[tuple[Subject, Mapping[DisclosureStatus, int]], ...]
    held_up: int
    """How many activities there are in all that somebody keeps from going on."""
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.held_up // PAGE))


def dashboard(db: Session, officer: Officer, now: datetime, months: int, page: int = 1) -> Dashboard:
    """Over all people with a role that is not over; the activities that begin first come first."""
    counts: Counts = {}
    roles = _roles(db, officer)
    plain = _plain(roles, now, months)
    about = subjects(db, officer.provider_id, sorted({role.plan_id for role in roles}))
    for role in roles:
        if role.person_id in plain and role.plan_id in about and not about[role.plan_id].is_over(role.ends_on, now):
            _add(counts, role.plan_id, plain[role.person_id])
    judged = sorted({role.person_id for role in roles} - set(plain))
    open_people = _judge(db, officer, judged, about, counts, now, months)
    unclear = [(about[key], found) for key, found in counts.items() if set(found) - CLEAR]
    unclear.sort(key=lambda pair: (pair[0].starts_on, pair[0].title, pair[0].id))
    page = max(1, min(page, -(-len(unclear) // PAGE)))
    return Dashboard(
        people=count_people(db, officer, Shown.ALL, now, months),
        missing=count_people(db, officer, Shown.MISSING, now, months),
        expired=count_people(db, officer, Shown.EXPIRED, now, months),
        open=open_people,
        unreviewed_companies=_unreviewed(db, officer),
        activities=tuple(unclear[(page - 1) * PAGE : page * PAGE]),
        held_up=len(unclear),
        page=page,
    )


def _add(counts: Counts, plan_id: str, status: DisclosureStatus) -> None:
    found = counts.setdefault(plan_id, {})
    found[status] = found.get(status, 0) + 1


def _roles(db: Session, officer: Officer) -> Sequence[RoleRow]:
    """Every role that is held, and what days say of the person."""
    role, person = models.ActivityRole, models.Person
    columns = (role.person_id, role.plan_id, role.starts_on, role.ends_on, person.disclosed_at)
    query = select(*columns, person.has_relationships).join(person, person.id == role.person_id)
    return db.execute(query.where(role.provider_id == officer.provider_id, role.removed_at.is_(None))).all()


def _plain(roles: Sequence[RoleRow], now: datetime, months: int) -> dict[str, DisclosureStatus]:
    """Status in all their roles of the people for whom it follows from days alone."""
    since = oldest_valid(now, months)
    earliest: dict[str, date] = {}
    for role in roles:
        earliest[role.person_id] = min(role.starts_on, earliest.get(role.person_id, date.max))
    found = {}
    for role in roles:
        signed = role.disclosed_at
        if signed is None:
            found[role.person_id] = DisclosureStatus.NONE
        elif signed < since - MARGIN:
            # Of roles that are not over: for others the last day counts, not today.
            found[role.person_id] = DisclosureStatus.EXPIRED
        elif signed >= since + MARGIN and not role.has_relationships and _in_time(signed, earliest[role.person_id]):
            found[role.person_id] = DisclosureStatus.NOTHING
    return found


def _in_time(signed: datetime, starts_on: date) -> bool:
    """Before the role began, in whatever time zone."""
    return signed.astimezone(UTC).date() + MARGIN < starts_on


def _judge(
    db: Session,
    officer: Officer,
    person_ids: Sequence[str],
    about: dict[str, Subject],
    counts: Counts,
    now: datetime,
    months: int,
) -> int:
    """Count by the rule; gives how many people are to be reviewed, to be mitigated, or excluded."""
    open_people = set()
    for batch in _batches(person_ids):
        for rows in standings_of(db, officer, batch, about, now, months).values():
            for row in rows:
                _add(counts, row.subject.id, row.standing.status)
                if row.standing.status in (DisclosureStatus.REVIEW, DisclosureStatus.EXCLUDED):
                    open_people.add(row.person_id)
    return len(open_people)


def _batches(person_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(person_ids), BATCH):
        yield person_ids[start : start + BATCH]


def _unreviewed(db: Session, officer: Officer) -> int:
    table = models.Company
    query = select(func.count()).where(
        table.provider_id == officer.provider_id, table.eligibility == "unknown", table.merged_into.is_(None)
    )
    return db.scalar(query) or 0
