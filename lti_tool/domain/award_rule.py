"""Credit that is not counted by the time of a learner: what must be true of it, and how much it is.

Sources: AMA PRA credit system, learning formats (manuscript review, test-item writing, PI CME, internet point of care)
and learning from teaching (faculty of a live activity). Summary: ``docs/reference/rules.md``, 4.2; the amounts stand in
the catalogue, each with its own source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from lti_tool.domain.activity import Activity, LearningFormat, PersonInControl, PersonRole
from lti_tool.domain.amount import Working, work_format, work_teaching
from lti_tool.domain.credit import TEACHING, Basis, CreditType
from lti_tool.domain.errors import BadInput, Refused


class AwardRule(StrEnum):
    """How staff come to an amount. The values stand in lists and in the ledger's terms."""

    FORMAT = "format"
    """The fixed amount of the activity's format."""
    TEACHING = "teaching"
    """Original presentation at a live activity."""


class Condition(StrEnum):
    """What staff confirm before an amount is awarded. The values are kept with the award."""

    JOURNAL_INDEXED = "journal-indexed"
    EDITOR_ACCEPTED = "editor-accepted"
    ITEMS_REVIEWED = "items-reviewed"
    STAGES_IN_ORDER = "stages-in-order"
    CYCLES_DOCUMENTED = "cycles-documented"
    ORIGINAL_PRESENTATION = "original-presentation"
    FIRST_TIME = "first-time"
    NO_LEARNER_CREDIT = "no-learner-credit"


CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    LearningFormat.MANUSCRIPT_REVIEW.value: (Condition.JOURNAL_INDEXED, Condition.EDITOR_ACCEPTED),
    LearningFormat.TEST_ITEM_WRITING.value: (Condition.ITEMS_REVIEWED,),
    LearningFormat.PI.value: (Condition.STAGES_IN_ORDER,),
    LearningFormat.POINT_OF_CARE.value: (Condition.CYCLES_DOCUMENTED,),
    TEACHING: (Condition.ORIGINAL_PRESENTATION, Condition.FIRST_TIME, Condition.NO_LEARNER_CREDIT),
}
"""By format or role: whatever the body asks beside the amount."""


@dataclass(frozen=True, slots=True)
class RuleForm:
    """An award by a rule as typed. ``count``: minutes taught, or reviews, stages or cycles."""

    rule: str
    count: str
    presenter: str = ""
    """Key of the person of the activity who presented; for teaching only."""
    confirmed: frozenset[str] = frozenset()
    """Values of ``Condition``."""


@dataclass(frozen=True, slots=True)
class AwardWorking:
    """How an awarded amount came about, kept with the award as evidence."""

    rule: AwardRule
    subject: str
    """The format or role, by its name in the catalogue."""
    working: Working
    confirmed: tuple[Condition, ...]
    presenter: str = ""
    presenter_name: str = ""

    @property
    def is_teaching(self) -> bool:
        return self.rule is AwardRule.TEACHING


def subject_of(rule: AwardRule, activity: Activity) -> str:
    """What the catalogue calls it."""
    return TEACHING if rule is AwardRule.TEACHING else activity.format.value


def conditions_of(rule: AwardRule, activity: Activity) -> tuple[Condition, ...]:
    return CONDITIONS.get(subject_of(rule, activity), ())


def is_counted_by_time(activity: Activity, credit: CreditType) -> bool:
    """An amount may simply be typed."""
    return credit.rule_for(activity.format.value).basis is Basis.TIME


def rules_for(activity: Activity, credit: CreditType) -> tuple[AwardRule, ...]:
    """The rules by which this activity gives this credit."""
    found = [] if is_counted_by_time(activity, credit) else [AwardRule.FORMAT]
    if activity.format is LearningFormat.LIVE and TEACHING in credit.formats and presenters(activity):
        found.append(AwardRule.TEACHING)
    return tuple(found)


def presenters(activity: Activity) -> tuple[PersonInControl, ...]:
    """Faculty: who may have presented."""
    return tuple(person for person in activity.people if PersonRole.FACULTY in person.roles)


def _rule(raw: str) -> AwardRule:
    try:
        return AwardRule(raw)
    except ValueError as error:
        raise BadInput("award_rule_unusable", faults={"rule": "rule_unknown"}) from error


def _count(raw: str) -> Decimal:
    text = raw.strip()
    if not text:
        raise BadInput("working_unusable", faults={"count": "missing"})
    try:
        count = Decimal(text) if len(text) <= 8 and text.isascii() else Decimal("NaN")
    except InvalidOperation:
        count = Decimal("NaN")
    if not count.is_finite():
        raise BadInput("working_unusable", faults={"count": "not_a_number"})
    return count


def check_rule(rule: AwardRule, activity: Activity, credit: CreditType) -> None:
    """Refuse a rule that the body does not have for this.

    Raises ``Refused``: ``teaching_not_live`` (only faculty of a live activity), ``teaching_unknown`` (the body gives
    nothing for teaching), ``teaching_without_faculty`` (the activity names nobody as faculty), ``format_by_time``.
    """
    if rule is AwardRule.FORMAT:
        if is_counted_by_time(activity, credit):
            raise Refused("format_by_time", credit_type=credit.code)
        return
    if activity.format is not LearningFormat.LIVE:
        raise Refused("teaching_not_live")
    if TEACHING not in credit.formats:
        raise Refused("teaching_unknown", credit_type=credit.code)
    if not presenters(activity):
        raise Refused("teaching_without_faculty")


def work_award(activity: Activity, credit: CreditType, form: RuleForm, *, is_confirmed: bool = True) -> AwardWorking:
    """The amount by a rule, with its working. ``is_confirmed``: conditions are asked for (a list asks once for all).

    Raises as :func:`check_rule`, and ``BadInput("award_rule_unusable")`` with faults ``rule`` (``rule_unknown``),
    ``count`` (``missing``, ``not_a_number``, ``out_of_range``, ``not_whole``, ``above_activity``), ``presenter``
    (``missing``, ``presenter_unknown``) and ``condition.<condition>`` (``missing``).
    """
    rule = _rule(form.rule)
    check_rule(rule, activity, credit)
    faults: dict[str, str] = {}
    working = _working(rule, activity, credit, form, faults)
    presenter = _presenter(rule, activity, form, faults)
    asked = conditions_of(rule, activity)
    if is_confirmed:
        faults |= {f"condition.{one.value}": "missing" for one in asked if one.value not in form.confirmed}
    if faults or working is None:
        raise BadInput("award_rule_unusable", faults=faults)
    confirmed = tuple(one for one in asked if one.value in form.confirmed)
    name = presenter.name if presenter else ""
    return AwardWorking(rule, subject_of(rule, activity), working, confirmed, form.presenter if presenter else "", name)


def _working(
    rule: AwardRule, activity: Activity, credit: CreditType, form: RuleForm, faults: dict[str, str]
) -> Working | None:
    try:
        count = _count(form.count)
        if rule is AwardRule.TEACHING:
            if count > minutes_of(activity):
                raise BadInput("working_unusable", faults={"count": "above_activity"})
            working = work_teaching(credit.rule_for(TEACHING), count, credit)
        else:
            working = work_format(credit.rule_for(activity.format.value), count)
    except BadInput as error:
        faults["count"] = next(iter(error.faults.values()))
        return None
    if working.amount <= 0:
        faults["count"] = "out_of_range"
    return working


def _presenter(rule: AwardRule, activity: Activity, form: RuleForm, faults: dict[str, str]) -> PersonInControl | None:
    if rule is not AwardRule.TEACHING:
        return None
    if not form.presenter:
        faults["presenter"] = "missing"
        return None
    found = next((person for person in presenters(activity) if person.key == form.presenter), None)
    if found is None:
        faults["presenter"] = "presenter_unknown"
    return found


def minutes_of(activity: Activity) -> int:
    """The longest that anybody can have presented: all sessions, or the activity as a whole."""
    return sum(session.minutes for session in activity.sessions) or activity.estimated_minutes
