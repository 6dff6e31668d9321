"""Lists over all people: whose disclosure is missing, expired or unmitigated, at a glance and page by page.

Missing and expired are facts of dates and asked of the database. Everything else is judged by the one pure rule, for as
many people as a page needs: a list never says anything else than the person's own page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import held_roles, person_value
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.domain.person import Person, last_valid_day, months_after
from lti_tool.services.office import Officer
from lti_tool.services.person import search_words
from lti_tool.services.standings import StandingRow, standing_rows
from lti_tool.services.subject import Subject, subjects

PAGE = 50
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
    standings = standings_of(db, officer, [row.id for row in rows], about, now, months)
    return [_listed_person(row, standings.get(row.id, []), now, months) for row in rows]


def standings_of(
    db: Session, officer: Officer, person_ids: Sequence[str], about: dict[str, Subject], now: datetime, months: int
) -> dict[str, list[StandingRow]]:
    """By person: the roles that are held and not over. ``about`` keeps what is known of the activities."""
    table = models.ActivityRole
    mine = and_(table.provider_id == officer.provider_id, table.removed_at.is_(None))
    roles = held_roles(db, and_(mine, table.person_id.in_(person_ids)))
    unknown = {role.plan_id for role in roles} - set(about)
    if unknown:
        about |= subjects(db, officer.provider_id, sorted(unknown))
    found: dict[str, list[StandingRow]] = {}
    for row in standing_rows(db, roles, about, now, months):
        if not row.subject.is_over(row.entry.role.ends_on, now):
            found.setdefault(row.person_id, []).append(row)
    return found


def roles_of(db: Session, officer: Officer, person_id: str, now: datetime, months: int) -> list[StandingRow]:
    """The roles of one person that are held and not over."""
    return standings_of(db, officer, [person_id], {}, now, months).get(person_id, [])


def _listed_person(row: models.Person, roles: Sequence[StandingRow], now: datetime, months: int) -> ListedPerson:
    until = last_valid_day(row.disclosed_at.date(), months) if row.disclosed_at else None
    if until is None:
        currency = Currency.MISSING
    elif until < now.astimezone(UTC).date():
        currency = Currency.EXPIRED
    else:
        currency = Currency.RELATIONSHIPS if row.has_relationships else Currency.NOTHING
    return ListedPerson(person_value(row), currency, until, tuple(roles))


def count_people(db: Session, officer: Officer, shown: Shown, now: datetime, months: int) -> int:
    """All that a list of this kind shows, page by page; not for ``Shown.OPEN``, which must be judged."""
    wanted = _wanted(officer, shown, "", now, months).subquery()
    return db.scalar(select(func.count()).select_from(wanted)) or 0
