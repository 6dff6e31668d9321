"""Until when a provider's records are kept: its periods, what is known of each record, and the rule that counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, TypeAlias

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_types
from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.db.upsert import insert_or_replace
from lti_tool.domain.activity import Accreditation
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.retention import (
    DEFAULT_MONTHS,
    RULES,
    Facts,
    Hold,
    RecordClass,
    Retention,
    Rule,
    check_own_period,
    retention_of,
    rule_of_type,
)
from lti_tool.services.audit import note
from lti_tool.services.office import Officer


@dataclass(frozen=True, slots=True)
class Ground:
    """What decides over all records of one provider on one day (in UTC)."""

    provider_id: str
    today: date
    rules: tuple[Rule, ...]
    own: Mapping[RecordClass, int]
    """Months: the defaults, and what the provider has set instead."""
    holds: tuple[Hold, ...]
    term_ends_on: date | None

    def retention(self, facts: Facts) -> Retention:
        return retention_of(facts, self.rules, self.own)

    def rule(self, key: str) -> Rule | None:
        """``None`` for the provider's own period."""
        return next((rule for rule in self.rules if rule.key == key), None)


def rules_on(day: date) -> tuple[Rule, ...]:
    """Those for everybody, and those of the credit types in force."""
    types = (rule_of_type(one.code, one.body, one.edition, one.retention_years) for one in credit_types(day))
    return (*RULES, *types)


def rules_of_class(record_class: RecordClass, rules: Sequence[Rule]) -> Sequence[Rule]:
    """Those of bodies that are about a class, the longest first; of types only those that ask for more."""
    about = [rule for rule in rules if record_class in rule.classes and rule.body]
    general = max((rule.months or 0 for rule in about if not rule.credit_types), default=0)
    shown = [rule for rule in about if not rule.credit_types or (rule.months or 0) > general]
    return sorted(shown, key=lambda rule: (-(rule.months or 0), rule.key))


@dataclass(frozen=True, slots=True)
class Entered:
    """Of an entry in the ledger: when, which credit type, and the terms as they stood."""

    recorded_at: datetime
    credit_type: str
    terms: dict[str, Any]


def own_periods(session: Session, provider_id: str) -> dict[RecordClass, int]:
    """In months, by class."""
    table = models.RetentionPeriod
    rows = session.execute(select(table.record_class, table.months).where(table.provider_id == provider_id)).all()
    return dict(DEFAULT_MONTHS) | {RecordClass(name): months for name, months in rows}


def has_set_periods(session: Session, provider_id: str) -> bool:
    """Whether somebody of the provider has ever saved its periods."""
    return bool(session.scalar(select(exists().where(models.RetentionPeriod.provider_id == provider_id))))


def holds_in_force(session: Session, provider_id: str) -> tuple[Hold, ...]:
    table = models.LegalHold
    query = select(table).where(table.provider_id == provider_id, table.lifted_at.is_(None))
    return tuple(Hold(row.learner_id or "", row.activity_id or "") for row in session.scalars(query))


def ground_of(session: Session, provider_id: str, now: datetime) -> Ground:
    """Everything that decides over this provider's records now."""
    table = models.Accreditation
    term = session.scalar(select(func.max(table.term_to)).where(table.provider_id == provider_id))
    today = now.astimezone(UTC).date()
    periods, holds = own_periods(session, provider_id), holds_in_force(session, provider_id)
    return Ground(provider_id, today, rules_on(today), periods, holds, term)


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def activity_facts(session: Session, activity_id: str, version: int | None = None) -> tuple[date, Accreditation]:
    """When the activity ends, by its newest version and by the learner's own; and by whose authority it is given."""
    row = session.get_one(models.Activity, activity_id)
    made = [activity_value(session, activity_id, number) for number in {row.version, version or row.version} if number]
    if not made:
        return day_of(row.created_at), Accreditation.NONE
    ends = [day for one in made for day in (one.expires_on, one.claims_close_on) if day]
    is_joint = any(one.provider.accreditation is Accreditation.JOINTLY_ACCREDITED for one in made)
    return max(ends), Accreditation.JOINTLY_ACCREDITED if is_joint else made[0].provider.accreditation


def _entries(session: Session, keys: Collection[str]) -> dict[str, list[Entered]]:
    """By participation."""
    entry, found = models.CreditEntry, {key: list[Entered]() for key in keys}
    query = select(entry.participation_id, entry.recorded_at, entry.credit_type, entry.terms)
    for key, *rest in session.execute(query.where(entry.participation_id.in_(keys))):
        found[key].append(Entered(*rest))
    return found


def _facts(
    ground: Ground,
    row: models.Participation,
    record_class: RecordClass,
    entries: Sequence[Entered],
    about: tuple[date, Accreditation],
) -> Facts:
    """What is known of a learner's record in an activity."""
    ends_on, accreditation = about
    return Facts(
        record_class=record_class,
        made_on=day_of(row.content_finished_at or row.started_at),
        activity_ends_on=ends_on,
        awarded_on=max((day_of(one.recorded_at) for one in entries), default=None),
        term_ends_on=ground.term_ends_on,
        credit_types=frozenset(one.credit_type for one in entries),
        accreditation=accreditation,
    )


def _frozen(entries: Sequence[Entered]) -> tuple[Rule, ...]:
    """The periods that were in force when the credit was awarded: an edition that asks for less shortens nothing."""
    return tuple(found for one in entries if (found := _frozen_rule(one.credit_type, one.terms)))


def _frozen_rule(code: str, terms: Mapping[str, Any]) -> Rule | None:
    frozen = terms.get("credit_type") or {}
    years = frozen.get("retention_years")
    return rule_of_type(code, frozen["body"], frozen["edition"], years) if isinstance(years, int) else None


ActivityFacts: TypeAlias = Callable[[str, int], tuple[date, Accreditation]]
"""What :func:`activity_facts` gives of an activity's key and a version."""


def known_activities(session: Session) -> ActivityFacts:
    """:func:`activity_facts`, asked once for each: for lists of many records."""
    return cache(partial(activity_facts, session))


def retentions(
    session: Session,
    ground: Ground,
    rows: Sequence[models.Participation],
    record_class: RecordClass,
    about: ActivityFacts | None = None,
) -> dict[str, Retention]:
    """Until when each of these learners' records is kept, by participation."""
    about = about or known_activities(session)
    entries = _entries(session, [row.id for row in rows])
    return {
        row.id: retention_of(
            _facts(ground, row, record_class, entries[row.id], about(row.activity_id, row.version)),
            (*ground.rules, *_frozen(entries[row.id])),
            ground.own,
        )
        for row in rows
    }


def participation_retention(
    session: Session, ground: Ground, row: models.Participation, record_class: RecordClass
) -> Retention:
    """Until when this learner's record in this activity is kept."""
    return retentions(session, ground, (row,), record_class)[row.id]


def set_periods(session: Session, officer: Officer, months: Mapping[RecordClass, int], now: datetime) -> None:
    """Set the provider's own periods. Raises ``Forbidden`` and ``BadInput("period_unusable")`` naming the classes."""
    officer.require_everywhere(Capability.CONFIGURE)
    rules, faults = rules_on(day_of(now)), dict[str, str]()
    for record_class, number in months.items():
        try:
            check_own_period(record_class, number, rules)
        except BadInput as error:
            faults |= error.faults
    if faults:
        raise BadInput("period_unusable", faults=faults)
    before, is_first = own_periods(session, officer.provider_id), not has_set_periods(session, officer.provider_id)
    changed = {name: number for name, number in months.items() if is_first or before.get(name) != number}
    for name, number in changed.items():
        key = {"provider_id": officer.provider_id, "record_class": name.value}
        insert_or_replace(session, models.RetentionPeriod, key, {"months": number, "updated_at": now})
    if changed:
        detail = {name.value: [before.get(name), number] for name, number in changed.items()}
        note(session, officer, "retention.periods_set", f"provider:{officer.provider_id}", now, detail=detail)
