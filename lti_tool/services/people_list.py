"""Lists over all people: whose disclosure is missing, expired or unmitigated, at a glance and page by page.

Missing and expired are facts of dates and asked of the database. Everything else is judged by the one pure rule, for as
many people as a page needs: a list never says anything else than the person's own page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import person_value
from lti_tool.domain.mitigation import CLEAR, DisclosureStatus
from lti_tool.domain.person import Person, last_valid_day, months_after
from lti_tool.services.office import Officer
from lti_tool.services.person import search_words
from lti_tool.services.standings import StandingRow, standing_rows
from lti_tool.services.subject import Subject, subjects

PAGE = 50
BATCH = 200
"""So many people are judged at a time for the dashboard."""
LEAST_BATCH = 30
"""So many at least while a page of open cases is filled."""
MAX_SEARCH = 100


class Shown(StrEnum):
    """Which people a list shows."""

    ALL = "all"
    MISSING = "missing"
    EXPIRED = "expired"
    OPEN = "open"
    """Something about their relationships is to be decided or mitigated, or they are excluded."""
    CURRENT = "current"


class Currency(StrEnum):
    """Whether a disclosure is there and counts."""

    MISSING = "missing"
    EXPIRED = "expired"
    NOTHING = "nothing"
    RELATIONSHIPS = "relationships"


@dataclass(frozen=True, slots=True)
class ListedPerson:
    person: Person
    currency: Currency
    valid_until: date | None
    roles: tuple[StandingRow, ...]

    @property
    def worst(self) -> DisclosureStatus | None:
        """The status that needs attention first, over all roles that are not over; ``None`` without a role."""
        order = list(DisclosureStatus)
        return min((row.standing.status for row in self.roles), key=order.index, default=None)

    @property
    def is_open(self) -> bool:
        return any(row.standing.status in (DisclosureStatus.REVIEW, DisclosureStatus.EXCLUDED) for row in self.roles)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: tuple[ListedPerson, ...]
    following: str
    """Key of the next page; ``""`` on the last one."""


def oldest_valid(now: datetime, months: int) -> datetime:
    """A form that was signed before this moment has expired."""
    day = now.astimezone(UTC).date()
    earliest = months_after(day, -months)
    while last_valid_day(earliest, months) < day:
        earliest += timedelta(days=1)
    return datetime.combine(earliest, time.min, UTC)


def _words(search: str) -> ColumnElement[bool]:
    column = models.Person.name_key
    email = func.lower(models.Person.email)
    parts = search_words(search)
    found = (or_(column.contains(word, autoescape=True), email.contains(word, autoescape=True)) for word in parts)
    return and_(true(), *found)


def _wanted(officer: Officer, shown: Shown, search: str, now: datetime, months: int) -> Select[models.Person]:
    table, since = models.Person, oldest_valid(now, months)
    conditions: dict[Shown, ColumnElement[bool]] = {
        Shown.MISSING: table.disclosed_at.is_(None),
        Shown.EXPIRED: table.disclosed_at < since,
        Shown.CURRENT: table.disclosed_at >= since,
        Shown.OPEN: and_(table.disclosed_at >= since, _may_be_open()),
    }
    query = select(table).where(table.provider_id == officer.provider_id, _words(search[:MAX_SEARCH]))
    return query.where(conditions[shown]) if shown in conditions else query


def _has_role() -> ColumnElement[bool]:
    role = models.ActivityRole
    return exists().where(role.person_id == models.Person.id, role.removed_at.is_(None))


def _may_be_open() -> ColumnElement[bool]:
    """All whose roles can need a look: they have relationships, or disclosed only after a role began."""
    role = models.ActivityRole
    mine = and_(role.person_id == models.Person.id, role.removed_at.is_(None))
    is_late = role.starts_on <= func.date(models.Person.disclosed_at)
    return exists().where(mine, or_(models.Person.has_relationships, is_late))


def _after(key: str) -> ColumnElement[bool] | None:
    name, separator, person_id = key.rpartition("\n")
    table = models.Person
    return tuple_(table.name_key, table.id) > (name, person_id) if separator and "\0" not in key else None


def _key(row: models.Person) -> str:
    return f"{row.name_key}\n{row.id}"


def people_page(
    db: Session,
    officer: Officer,
    now: datetime,
    months: int,
    shown: Shown = Shown.ALL,
    search: str = "",
    after: str = "",
) -> PeoplePage:
    """One page by name. ``after``: ``following`` of the page before."""
    query = _wanted(officer, shown, search, now, months)
    about: dict[str, Subject] = {}
    found: list[tuple[models.Person, ListedPerson]] = []
    while len(found) <= PAGE:
        missing = PAGE + 1 - len(found)
        # About every second who may be open is: two for each that is wanted, and not one by one towards the end.
        size = max(LEAST_BATCH, 2 * missing) if shown is Shown.OPEN else missing
        rows = _batch(db, query, after, size)
        listed = _listed(db, officer, rows, about, now, months)
        found += [pair for pair in zip(rows, listed, strict=True) if shown is not Shown.OPEN or pair[1].is_open]
        if len(rows) < size:
            break
        after = _key(rows[-1])
    is_more = len(found) > PAGE
    kept = found[:PAGE]
    return PeoplePage(tuple(one for _, one in kept), _key(kept[-1][0]) if is_more else "")


def _batch(db: Session, query: Select[models.Person], after: str, size: int) -> list[models.Person]:
    table, behind = models.Person, _after(after)
    query = query if behind is None else query.where(behind)
    return list(db.scalars(query.order_by(table.name_key, table.id).limit(size)))


def _listed(
    db: Session,
    officer: Officer,
    rows: Sequence[models.Person],
    about: dict[str, Subject],
    now: datetime,
    months: int,
) -> list[ListedPerson]:
    standings = _standings(db, officer, [row.id for row in rows], about, now, months)
    return [_listed_person(row, standings.get(row.id, []), now, months) for row in rows]


def _standings(
    db: Session, officer: Officer, person_ids: Sequence[str], about: dict[str, Subject], now: datetime, months: int
) -> dict[str, list[StandingRow]]:
    """By person: the roles that are held and not over. ``about`` keeps what is known of the activities."""
    table = models.ActivityRole
    mine = and_(table.provider_id == officer.provider_id, table.removed_at.is_(None))
    roles = list(db.scalars(select(table).where(mine, table.person_id.in_(person_ids)).order_by(table.starts_on)))
    unknown = {role.plan_id for role in roles} - set(about)
    if unknown:
        about |= subjects(db, officer.provider_id, sorted(unknown))
    found: dict[str, list[StandingRow]] = {}
    for row in standing_rows(db, roles, about, now, months):
        if not _is_over(row, now):
            found.setdefault(row.person_id, []).append(row)
    return found


def roles_of(db: Session, officer: Officer, person_id: str, now: datetime, months: int) -> list[StandingRow]:
    """The roles of one person that are held and not over."""
    return _standings(db, officer, [person_id], {}, now, months).get(person_id, [])


def _is_over(row: StandingRow, now: datetime) -> bool:
    role = row.entry.role
    return (role.ends_on or row.subject.ends_on) < role.day_of(now)


def _listed_person(row: models.Person, roles: Sequence[StandingRow], now: datetime, months: int) -> ListedPerson:
    until = last_valid_day(row.disclosed_at.date(), months) if row.disclosed_at else None
    if until is None:
        currency = Currency.MISSING
    elif until < now.astimezone(UTC).date():
        currency = Currency.EXPIRED
    else:
        currency = Currency.RELATIONSHIPS if row.has_relationships else Currency.NOTHING
    return ListedPerson(person_value(row), currency, until, tuple(roles))


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Who keeps what from going on. Counts are people; ``activities`` lists those with somebody who is not clear."""

    people: int
    missing: int
    expired: int
    open: int
    unreviewed_companies: int
    activities: tuple[tuple[Subject, Mapping[DisclosureStatus, int]], ...]


def dashboard(db: Session, officer: Officer, now: datetime, months: int) -> Dashboard:
    """Whose disclosure is missing, expired or unmitigated, over all people with a role that is not over."""
    about: dict[str, Subject] = {}
    open_people: set[str] = set()
    statuses: dict[str, dict[DisclosureStatus, int]] = {}
    for row in _current_rows(db, officer, about, now, months):
        if row.standing.status in (DisclosureStatus.REVIEW, DisclosureStatus.EXCLUDED):
            open_people.add(row.person_id)
        counts = statuses.setdefault(row.subject.id, {})
        counts[row.standing.status] = counts.get(row.standing.status, 0) + 1
    unclear = [(about[key], counts) for key, counts in statuses.items() if set(counts) - CLEAR]
    return Dashboard(
        people=_count(db, officer, Shown.ALL, now, months),
        missing=_count(db, officer, Shown.MISSING, now, months),
        expired=_count(db, officer, Shown.EXPIRED, now, months),
        open=len(open_people),
        unreviewed_companies=_unreviewed(db, officer),
        activities=tuple(sorted(unclear, key=lambda pair: (pair[0].starts_on, pair[0].title))),
    )


def _current_rows(
    db: Session, officer: Officer, about: dict[str, Subject], now: datetime, months: int
) -> Iterator[StandingRow]:
    table = models.Person
    query, after = select(table).where(table.provider_id == officer.provider_id, _has_role()), ""
    while True:
        rows = _batch(db, query, after, BATCH)
        for found in _standings(db, officer, [row.id for row in rows], about, now, months).values():
            yield from found
        if len(rows) < BATCH:
            return
        after = _key(rows[-1])


def _count(db: Session, officer: Officer, shown: Shown, now: datetime, months: int) -> int:
    wanted = _wanted(officer, shown, "", now, months).subquery()
    return db.scalar(select(func.count()).select_from(wanted)) or 0


def _unreviewed(db: Session, officer: Officer) -> int:
    table = models.Company
    query = select(func.count()).where(
        table.provider_id == officer.provider_id, table.eligibility == "unknown", table.merged_into.is_(None)
    )
    return db.scalar(query) or 0
