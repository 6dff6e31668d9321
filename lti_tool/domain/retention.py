"""How long records are kept: rules as data, the day until which a record must stay, and what holds it longer.

Sources: ACCME, CME Activity and Attendance Records Retention (participation: six years from the date of the activity;
planning files: the current term of accreditation or the last twelve months, whichever is longer); Joint Accreditation
(activity files: six years); each body's own years stand with its credit type in the catalogue (CDR: seven).

The longest rule that applies wins, and a provider's own period can only be longer. A legal hold wins over all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lti_tool.domain.activity import Accreditation
from lti_tool.domain.errors import BadInput

ZONES = timedelta(days=1)
"""A day that is over in UTC lasts elsewhere: nothing is purged before it is over everywhere."""
MAX_MONTHS = 1200
"""A provider's own period: a hundred years at most."""


class RecordClass(StrEnum):
    """Records that are kept and purged together. The values are stored."""

    CREDIT = "credit"
    """Ledger, certificates, and the facts by which the credit was earned."""
    AWAITED = "awaited"
    """Attendance and awards that were entered for an address with which nobody has come."""
    ANSWERS = "answers"
    """Answers to tests, evaluations, commitments to change, times of study."""
    IDENTIFIERS = "identifiers"
    """Sealed identifiers for boards and registries (NPI, licences, day of birth)."""
    DISCLOSURES = "disclosures"
    """Decisions, mitigation, support and their evidence, by activity."""
    MAIL = "mail"
    """Messages that were sent or given up."""
    SIGN_IN = "sign-in"
    """Answers kept for repeated requests of the API. Sessions, logins and nonces end within hours by themselves."""
    AUDIT = "audit"
    """The audit trail."""


class Clock(StrEnum):
    """What a period is counted from."""

    ACTIVITY = "activity"
    """The later of the activity's end and the newest entry in the ledger, or the day the record was made."""
    AWARD = "award"
    """The newest entry in the ledger, or the day the record was made."""
    MADE = "made"
    """The day the record was made."""
    TERM = "term"
    """The end of the term of accreditation that is in force."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A least period. ``months`` ``None``: for ever. Empty sets: whatever the credit or accreditation."""

    key: str
    body: str
    document: str
    clause: str
    classes: frozenset[RecordClass]
    clock: Clock
    months: int | None
    credit_types: frozenset[str] = frozenset()
    accreditations: frozenset[Accreditation] = frozenset()


FILES = frozenset({RecordClass.ANSWERS, RecordClass.DISCLOSURES})
_ACCME = frozenset({Accreditation.DIRECT, Accreditation.JOINT, Accreditation.STATE, Accreditation.JOINTLY_ACCREDITED})
_RETENTION = "CME Activity and Attendance Records Retention"

RULES: tuple[Rule, ...] = (
    Rule(
        "accme-attendance",
        "ACCME",
        _RETENTION,
        "participation can be verified for six years from the date of the activity",
        frozenset({RecordClass.CREDIT, RecordClass.AWAITED}),
        Clock.ACTIVITY,
        72,
    ),
    Rule(
        "accme-files-months",
        "ACCME",
        _RETENTION,
        "files of activities: at least the last twelve months",
        FILES,
        Clock.ACTIVITY,
        12,
    ),
    Rule(
        "accme-files-term",
        "ACCME",
        _RETENTION,
        "files of activities: the current term of accreditation",
        FILES,
        Clock.TERM,
        0,
        accreditations=_ACCME,
    ),
    Rule(
        "joint-files",
        "Joint Accreditation",
        "Planning and responsibilities",
        "files of activities: six years",
        FILES,
        Clock.ACTIVITY,
        72,
        accreditations=frozenset({Accreditation.JOINTLY_ACCREDITED}),
    ),
    Rule(
        "pars-year",
        "ACCME",
        "PARS, year-end reporting",
        "a year's learners are reported and corrected until the end of March of the next",
        frozenset({RecordClass.IDENTIFIERS}),
        Clock.AWARD,
        15,
    ),
    Rule("house-mail", "", "", "", frozenset({RecordClass.MAIL}), Clock.MADE, 3),
    Rule("house-sign-in", "", "", "", frozenset({RecordClass.SIGN_IN}), Clock.MADE, 1),
    Rule("house-audit", "", "", "", frozenset({RecordClass.AUDIT}), Clock.MADE, None),
)
"""Whatever body. An empty ``body`` is this product's own floor. A further rule is a further line."""
OWN = "own"
"""The key of a provider's own period, where that is what keeps a record longest."""
DEFAULT_MONTHS: Mapping[RecordClass, int] = {
    RecordClass.CREDIT: 84,
    RecordClass.AWAITED: 84,
    RecordClass.ANSWERS: 84,
    RecordClass.IDENTIFIERS: 24,
    RecordClass.DISCLOSURES: 84,
    RecordClass.MAIL: 12,
    RecordClass.SIGN_IN: 1,
}
"""A provider's own period until it sets another: what is asked for, and a margin."""


def rule_of_type(code: str, body: str, edition: str, years: int) -> Rule:
    """The rule that a credit type brings: its body's years, for credit of this type."""
    clause = f"records of this credit: {years} years"
    return Rule(
        f"type-{code}",
        body,
        edition,
        clause,
        frozenset({RecordClass.CREDIT}),
        Clock.ACTIVITY,
        12 * years,
        frozenset({code}),
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a record. Days are in UTC; ``None``: there is no such thing."""

    record_class: RecordClass
    made_on: date
    activity_ends_on: date | None = None
    awarded_on: date | None = None
    """Of the newest entry in the ledger, whatever its kind."""
    term_ends_on: date | None = None
    credit_types: frozenset[str] = frozenset()
    accreditation: Accreditation = Accreditation.NONE


@dataclass(frozen=True, slots=True)
class Retention:
    """``keep_until`` is the last day on which the record must be there; ``None``: it is never purged."""

    keep_until: date | None
    rule: str
    """Key of the rule that keeps it longest, or :data:`OWN`."""

    def is_over(self, today: date) -> bool:
        """Whether the record may go on ``today`` (in UTC), as far as time is concerned."""
        return self.keep_until is not None and today > self.keep_until + ZONES


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold that is in force: on one learner, on one activity, or (both empty) on all of the provider."""

    learner_id: str = ""
    activity_id: str = ""

    def covers(self, learner_ids: frozenset[str], activity_ids: frozenset[str]) -> bool:
        if not self.learner_id and not self.activity_id:
            return True
        return self.learner_id in learner_ids or self.activity_id in activity_ids


def is_held(
    holds: Iterable[Hold], *, learner_ids: frozenset[str] = frozenset(), activity_ids: frozenset[str] = frozenset()
) -> bool:
    """Whether any hold covers a record about these learners and activities."""
    return any(hold.covers(learner_ids - {""}, activity_ids - {""}) for hold in holds)


def months_after(day: date, months: int) -> date:
    """The same day of a later month; where that month has none, the first day after it: never earlier."""
    years, index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, index + 1
    if year > date.max.year:
        return date.max - ZONES
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year, month + 1, 1)


def _start(facts: Facts, clock: Clock) -> date:
    days = [facts.made_on]
    if clock is Clock.TERM:
        days.append(facts.term_ends_on or facts.made_on)
    if clock in (Clock.ACTIVITY, Clock.AWARD):
        days.append(facts.awarded_on or facts.made_on)
    if clock is Clock.ACTIVITY:
        days.append(facts.activity_ends_on or facts.made_on)
    return max(days)


def applies(rule: Rule, facts: Facts) -> bool:
    """Whether a rule is about this record."""
    is_of_class = facts.record_class in rule.classes
    is_of_type = not rule.credit_types or bool(rule.credit_types & facts.credit_types)
    is_of_body = not rule.accreditations or facts.accreditation in rule.accreditations
    return is_of_class and is_of_type and is_of_body


def _is_endless(rule: Rule, facts: Facts) -> bool:
    """Kept for ever, or until the end of a term that nobody has entered yet."""
    return rule.months is None or (rule.clock is Clock.TERM and facts.term_ends_on is None)


def retention_of(facts: Facts, rules: Iterable[Rule], own: Mapping[RecordClass, int]) -> Retention:
    """Until when a record is kept, and by which rule: the latest day wins; ``own`` are the provider's months.

    The provider's own period is counted from the latest beginning that any rule knows, so it never shortens anything.
    """
    found = [rule for rule in rules if applies(rule, facts)]
    endless = next((rule for rule in found if _is_endless(rule, facts)), None)
    if endless is not None:
        return Retention(None, endless.key)
    days = [(months_after(_start(facts, rule.clock), rule.months or 0), rule.key) for rule in found]
    if facts.record_class in own:
        days.append((months_after(_start(facts, Clock.ACTIVITY), own[facts.record_class]), OWN))
    if not days:
        return Retention(None, "")
    until = max(day for day, _ in days)
    return Retention(until, next(key for day, key in days if day == until))


def least_months(record_class: RecordClass, rules: Iterable[Rule]) -> int | None:
    """The longest period that any rule asks for a class; ``None``: for ever."""
    months = [rule.months for rule in rules if record_class in rule.classes]
    return None if None in months else max((one for one in months if one is not None), default=0)


def check_own_period(record_class: RecordClass, months: int, rules: Iterable[Rule]) -> None:
    """Raises ``BadInput("period_unusable")`` with ``too_short``, ``too_long`` or ``fixed`` for the class's field."""
    least = least_months(record_class, rules)
    code = "fixed" if least is None else "too_short" if months < least else "too_long" if months > MAX_MONTHS else ""
    if code:
        raise BadInput("period_unusable", faults={record_class.value: code})
