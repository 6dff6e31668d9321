"""Awards for a whole list of people: every row is checked before any is entered, also for people without account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_type
from lti_tool.db import models
from lti_tool.db.load import accounts, activity_value, attendance_of, awaited_attendance, profile_value
from lti_tool.db.sealing import Sealer
from lti_tool.domain.activity import Activity
from lti_tool.domain.award_rule import (
    AwardRule,
    AwardWorking,
    Condition,
    RuleForm,
    conditions_of,
    is_counted_by_time,
    work_award,
)
from lti_tool.domain.capability import Capability
from lti_tool.domain.claim import AMOUNT
from lti_tool.domain.credit import claimable
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.ledger import Entry, balance, live_award
from lti_tool.domain.roll import Roll, RollFault, RollRow, all_faults
from lti_tool.domain.series import Attendance
from lti_tool.services.address_mark import email_digest
from lti_tool.services.attended_award import clean_beyond, is_beyond
from lti_tool.services.certificate_replacement import award_terms
from lti_tool.services.claimable import ClaimableCredit, awarded_working, claimable_credits
from lti_tool.services.credit import read_amount
from lti_tool.services.ledger import LEARNER
from lti_tool.services.list_person import known_learner, naming_faults
from lti_tool.services.office import Officer
from lti_tool.services.override import MAX_REASON


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One award that can be entered. ``learner_id`` is ``None`` for a person who has not come yet."""

    row: RollRow
    learner_id: str | None
    digest: str
    reason: str
    is_known: bool = False
    """A list had this award before: it is there, or waits for its person, with this amount."""
    amount: Decimal = Decimal(0)
    conditions: tuple[Condition, ...] = ()
    """What staff confirm for the rule of the row."""
    beyond: str = ""
    """Why the amount is more than the attendance gives; empty where it is not."""
    is_again: bool = False
    """The person had this credit; it was taken back or has expired. Entering the row awards it again."""


@dataclass(frozen=True, slots=True)
class CheckedRoll:
    """What would be entered, or the faults that keep all of it out."""

    rows: tuple[CheckedRow, ...]
    faults: tuple[RollFault, ...] = ()

    @property
    def waiting_count(self) -> int:
        return sum(row.learner_id is None and not row.is_known for row in self.rows)

    @property
    def again_count(self) -> int:
        """Rows that are entered only by an explicit decision."""
        return sum(row.is_again for row in self.rows)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What staff confirm for all rows together."""
        return tuple(dict.fromkeys(one for row in self.rows for one in row.conditions))

    @property
    def is_news(self) -> bool:
        """Entering it would change something."""
        return any(not row.is_known for row in self.rows)


def check_roll(
    session: Session, officer: Officer, activity_id: str, roll: Roll, reason: str, sealer: Sealer
) -> CheckedRoll:
    """Every fault of the list, or what would be entered. ``reason`` stands for rows that give none.

    Raises ``NotFound("activity_unknown")``, ``Forbidden("capability_missing")``.
    """
    row = session.get(models.Activity, activity_id)
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("activity_unknown")
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    activity = activity_value(session, activity_id, row.version)
    check = _Check(session, officer.provider_id, activity_id, activity, reason, sealer)
    faults = all_faults(roll, (fault for one in roll.rows for fault in check.faults(one)))
    if faults:
        return CheckedRoll((), faults)
    return CheckedRoll(tuple(check.checked(one) for one in roll.rows))


@dataclass(frozen=True, slots=True)
class _Check:
    session: Session
    provider_id: str
    activity_id: str
    activity: Activity
    reason: str
    sealer: Sealer
    attendances: dict[str, Mapping[str, Attendance]] = field(default_factory=dict)
    """Asked once for each person: every row looks at it twice."""

    def faults(self, row: RollRow) -> Iterator[RollFault]:
        learner = self._learner(row)
        yield from naming_faults(self.session, self.provider_id, row)
        try:
            clean_reason(row.reason or self.reason, MAX_REASON)
        except BadInput as error:
            yield RollFault(row.line, "reason", error.faults["reason"])
        yield from self._credit_faults(row, learner)

    def _credit_faults(self, row: RollRow, learner: models.Learner | None) -> Iterator[RollFault]:
        one = self._one(row)
        if one is None:
            yield RollFault(row.line, "credit_type", "not_offered", row.credit_type[:60])
            return
        yield from self._amount_faults(row, one)
        yield from self._attendance_faults(row, one, learner)
        if learner is not None:
            yield from self._person_faults(row, learner)
        elif self._has_ended(row):
            return
        elif row.email and self._pending(row) is not None and not self._is_known(row, None):
            yield RollFault(row.line, "email", "award_waiting")

    def _one(self, row: RollRow) -> ClaimableCredit | None:
        return next((found for found in _offered(self.activity) if found.credit.code == row.credit_type), None)

    def _amount_faults(self, row: RollRow, one: ClaimableCredit) -> Iterator[RollFault]:
        try:
            if row.rule:
                self._work(row, one)
            elif not is_counted_by_time(self.activity, one.credit):
                yield RollFault(row.line, "rule", "award_needs_rule")
            else:
                read_amount(one, row.amount)
        except Refused as error:
            yield RollFault(row.line, "rule", error.code, row.rule[:20])
        except BadInput as error:
            for column, code in (error.faults or {"amount": error.code}).items():
                yield RollFault(row.line, column, code, str(getattr(row, column, ""))[:20])

    def _attendance_faults(
        self, row: RollRow, one: ClaimableCredit, learner: models.Learner | None
    ) -> Iterator[RollFault]:
        try:
            self._beyond(row, one, learner)
        except BadInput as error:
            yield RollFault(row.line, "beyond", error.faults["beyond"], row.amount[:20])

    def _beyond(self, row: RollRow, one: ClaimableCredit, learner: models.Learner | None) -> str:
        """Why the row goes beyond the attendance; ``""`` if it does not, or is known. Raises ``BadInput``."""
        amount = self._amount(row)
        if row.rule or amount is None or not self.activity.sessions or self._is_known(row, learner):
            return ""
        there = self._attendance(row, learner)
        return clean_beyond(row.beyond) if is_beyond(self.activity, there, one, amount) else ""

    def _attendance(self, row: RollRow, learner: models.Learner | None) -> Mapping[str, Attendance]:
        """Of somebody who has not come yet, what a list said of the address."""
        key = self._digest(row) if learner is None else learner.id
        if key not in self.attendances:
            self.attendances[key] = (
                attendance_of(self.session, key, self.activity_id)
                if learner is not None
                else awaited_attendance(self.session, self.activity_id, key)
            )
        return self.attendances[key]

    def _digest(self, row: RollRow) -> str:
        return email_digest(self.sealer, self.provider_id, row.email)

    def _work(self, row: RollRow, one: ClaimableCredit) -> Decimal:
        """What the rule gives, within what the activity was designated for. Conditions are asked for the whole list."""
        worked = work_award(self.activity, one.credit, rule_form(row), is_confirmed=False)
        return worked.working.amount if worked.is_teaching else read_amount(one, str(worked.working.amount))

    def _amount(self, row: RollRow) -> Decimal | None:
        """``None`` for what is no amount; that is a fault of its own."""
        if not row.rule:
            return Decimal(row.amount) if AMOUNT.fullmatch(row.amount) else None
        one = self._one(row)
        try:
            return None if one is None else self._work(row, one)
        except (BadInput, Refused):
            return None

    def _person_faults(self, row: RollRow, learner: models.Learner) -> Iterator[RollFault]:
        profile = profile_value(learner)
        if profile is None:
            yield RollFault(row.line, "learner", "profile_unconfirmed")
        elif row.credit_type not in {one.credit.code for one in claimable_credits(self.activity, profile)}:
            yield RollFault(row.line, "credit_type", "credit_not_for_learner")
        if live_award(self._chain(row, learner)) is None or self._is_known(row, learner):
            return
        if row.rule != AwardRule.TEACHING or self._worked(row, learner) is not None:
            yield RollFault(row.line, "learner", "award_live")

    def _worked(self, row: RollRow, learner: models.Learner) -> AwardWorking | None:
        """The working that the person's account rests on now."""
        chain = self._chain(row, learner)
        return awarded_working(award_terms(self.session, chain[-1].id)) if chain else None

    def _chain(self, row: RollRow, learner: models.Learner) -> Sequence[Entry]:
        return accounts(self.session, learner.id, self.activity_id).get(row.credit_type, ())

    def _pending(self, row: RollRow) -> models.PendingAward | None:
        table = models.PendingAward
        digest = self._digest(row)
        query = select(table).where(table.activity_id == self.activity_id, table.credit_type == row.credit_type)
        return self.session.scalars(query.where(table.email_digest == digest)).first()

    def _is_known(self, row: RollRow, learner: models.Learner | None) -> bool:
        """Whether staff have entered just this: an upload that is sent twice enters nothing twice."""
        if learner is None:
            pending = self._pending(row)
            return pending is not None and not pending.is_declined and pending.amount == self._amount(row)
        chain = self._chain(row, learner)
        live = live_award(chain)
        if live is None:
            return False
        worked = self._worked(row, learner) if row.rule else None
        if worked is not None:
            return worked.rule == row.rule and worked.working.amount == self._amount(row)
        return not row.rule and live.actor != LEARNER and balance(chain) == self._amount(row)

    def _has_ended(self, row: RollRow) -> bool:
        """The person had this credit and does not hold it any more, whoever had awarded it."""
        person = self._learner(row) or self._settled(row)
        chain = self._chain(row, person) if person is not None else ()
        return bool(chain) and live_award(chain) is None

    def _settled(self, row: RollRow) -> models.Learner | None:
        """Who came with the row's address, and has said that the award of an earlier list is theirs."""
        pending = self._pending(row) if row.email else None
        if pending is None or pending.entry_id is None or pending.learner_id is None:
            return None
        return self.session.get(models.Learner, pending.learner_id)

    def _learner(self, row: RollRow) -> models.Learner | None:
        return known_learner(self.session, self.provider_id, row.learner)

    def checked(self, row: RollRow) -> CheckedRow:
        is_again, reason = self._has_ended(row), clean_reason(row.reason or self.reason, MAX_REASON)
        learner = self._learner(row) or (self._settled(row) if is_again else None)
        digest = "" if learner else self._digest(row)
        is_known = not is_again and self._is_known(row, learner)
        amount = self._amount(row) or Decimal(0)
        asked = conditions_of(AwardRule(row.rule), self.activity) if row.rule and not is_known else ()
        one = self._one(row)
        beyond = self._beyond(row, one, learner) if one else ""
        person = learner.id if learner else None
        return CheckedRow(row, person, digest, reason, is_known, amount, asked, beyond, is_again)


def rule_form(row: RollRow, confirmed: frozenset[str] = frozenset()) -> RuleForm:
    return RuleForm(row.rule, row.count, row.presenter, confirmed)


def _offered(activity: Activity) -> Sequence[ClaimableCredit]:
    pairs = [(credit_type(offer.credit_type, activity.designated_on), offer) for offer in activity.credits]
    awarded = [pair for pair in pairs if pair[0].awarded_to and claimable(*pair, activity.format.value)]
    return [ClaimableCredit.of(credit, offer, activity, is_awarded=True) for credit, offer in awarded]
