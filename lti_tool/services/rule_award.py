"""Awards by a body's rule: fixed amounts of formats, and teaching. The working is kept with the award."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name, credit_type
from lti_tool.db import models
from lti_tool.db.load import accounts, activity_value, identities
from lti_tool.domain.activity import PersonInControl
from lti_tool.domain.award_rule import (
    AwardRule,
    AwardWorking,
    Condition,
    RuleForm,
    conditions_of,
    presenters,
    rules_for,
    subject_of,
    work_award,
)
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import StatusReason
from lti_tool.domain.credit import FormatRule
from lti_tool.domain.errors import Refused
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, EntryKind, balance, live_award
from lti_tool.domain.wire import write_value
from lti_tool.services.audit import Actor, note
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_replacement import award_terms, replace_certificates
from lti_tool.services.claimable import ClaimableCredit, awarded_working
from lti_tool.services.credit import award, read_amount
from lti_tool.services.equivalent import equivalent_activities
from lti_tool.services.ledger import Posting, account, post
from lti_tool.services.office import Officer
from lti_tool.services.override import (
    MAX_REASON,
    offered,
    ready_for_award,
    tell_grades,
)
from lti_tool.services.own_activity import own_activity
from lti_tool.services.participation import Progress
from lti_tool.services.teaching import beside_teaching


@dataclass(frozen=True, slots=True)
class RuledType:
    """A credit that one rule of the activity gives."""

    code: str
    name: str
    rule: FormatRule


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What the award page offers by a rule: an activity has one, by its format."""

    rule: AwardRule
    types: tuple[RuledType, ...]
    conditions: tuple[Condition, ...]
    presenters: tuple[PersonInControl, ...]


def rule_choice(session: Session, officer: Officer, activity_id: str) -> RuleChoice | None:
    """``None`` where all credit is counted by the learner's time. Raises ``NotFound("activity_unknown")``,
    ``Forbidden``."""
    row = own_activity(session, officer.provider_id, activity_id)
    officer.require(Capability.OVERRIDE_CLAIMS, activity_id)
    activity = activity_value(session, activity_id, row.version)
    kinds = [credit_type(offer.credit_type, activity.designated_on) for offer in activity.credits]
    rule = next((rule for kind in kinds for rule in rules_for(activity, kind)), None)
    if rule is None:
        return None
    subject = subject_of(rule, activity)
    types = [
        RuledType(kind.code, credit_name(kind.code), kind.rule_for(subject))
        for kind in kinds
        if rule in rules_for(activity, kind)
    ]
    asked = presenters(activity) if rule is AwardRule.TEACHING else ()
    return RuleChoice(rule, tuple(types), conditions_of(rule, activity), asked)


def award_by_rule(
    session: Session,
    actor: Actor,
    learner_id: str,
    activity_id: str,
    code: str,
    form: RuleForm,
    reason: str,
    link: Link,
    now: datetime,
) -> models.CreditEntry:
    """Award what the rule gives, with its working as evidence. Callers check the capability.

    Teaching adds to what the person holds as a learner of other sessions, and is not bound to the maximum for learners.
    Raises as ``award_by_staff`` and ``domain.award_rule.work_award``, and ``Refused``: ``credit_not_awarded`` (only
    those whom the body awards credit), ``teaching_held``, ``teaching_repeated`` (the same material elsewhere),
    ``presenter_credited`` (somebody else has credit for this person's presentation), ``teaching_overlaps``.
    """
    words = clean_reason(reason, MAX_REASON)
    found, profile = ready_for_award(session, actor, learner_id, activity_id, now)
    one = offered(found, code, profile)
    if not one.is_awarded:
        raise Refused("credit_not_awarded", credit_type=code)
    worked = work_award(found.activity, one.credit, form)
    by = _By(session, actor, found, profile, replace(one, working=worked), worked, words, link)
    before, row = by.teach() if worked.is_teaching else by.give()
    detail = {"credit_type": code, "amount": (before, before + row.amount), "rule": worked.rule.value}
    note(session, actor, "credit.awarded", f"credit_entry:{row.id}", now, activity_id=activity_id, detail=detail)
    tell_grades(session, found, actor, now)
    return row


@dataclass(frozen=True, slots=True)
class _By:
    """One award by a rule, everything about it known."""

    session: Session
    actor: Actor
    found: Progress
    profile: Profile
    one: ClaimableCredit
    worked: AwardWorking
    reason: str
    link: Link

    @property
    def who(self) -> str:
        return f"officer:{self.actor.person_id}"

    def give(self) -> tuple[Decimal, models.CreditEntry]:
        """The fixed amount of a format, within what the activity was designated for."""
        return Decimal(0), self._award(read_amount(self.one, str(self.worked.working.amount)))

    def _award(self, amount: Decimal) -> models.CreditEntry:
        chosen = [(self.one, amount)]
        return award(self.session, self.found, self.profile, chosen, self.link, actor=self.who, reason=self.reason)

    def teach(self) -> tuple[Decimal, models.CreditEntry]:
        """For teaching: a first award, or beside what the person holds as a learner."""
        self._require_first_time()
        chain, amount = account(self.session, self.found, self.one.credit.code), self.worked.working.amount
        live = live_award(chain)
        if live is None:
            return Decimal(0), self._award(amount)
        held = balance(chain)
        if awarded_working(award_terms(self.session, chain[-1].id)) is not None:
            raise Refused("teaching_held")
        if held > beside_teaching(self.one):
            raise Refused("teaching_overlaps", held=held, most=beside_teaching(self.one))
        return held, self._add(chain, held + amount)

    def _add(self, chain: tuple[Entry, ...], amount: Decimal) -> models.CreditEntry:
        posting = Posting(
            credit_type=self.one.credit.code,
            kind=EntryKind.ADJUST,
            balance=amount,
            is_awarded=True,
            actor=self.who,
            terms=_with_working(award_terms(self.session, chain[-1].id), self.worked),
            reason=self.reason,
        )
        row = post(self.session, self.found, posting)
        reason = StatusReason.CREDIT_ADJUSTED
        replace_certificates(self.session, self.found, row, self.link, reason, self.reason)
        return row

    def _require_first_time(self) -> None:
        """The same material is credited once, to one person (AMA PRA: original presentation)."""
        code = self.one.credit.code
        for activity_id, title in equivalent_activities(self.session, self.found).items():
            chain = accounts(self.session, self.found.learner_id, activity_id).get(code, ())
            if _teaches(self.session, chain):
                raise Refused("teaching_repeated", title=title)
        # Two people of the office must not give it to two people at once.
        table = models.Activity
        self.session.execute(select(table.id).where(table.id == self.found.activity_id).with_for_update())
        for learner_id in self._others():
            chain = accounts(self.session, learner_id, self.found.activity_id).get(code, ())
            if _teaches(self.session, chain):
                raise Refused("presenter_credited", name=self.worked.presenter_name)

    def _others(self) -> list[str]:
        """Who else was ever credited for this person's presentation."""
        entry = models.CreditEntry
        presenter = entry.terms["evidence"]["working"]["presenter"].as_string()
        query = select(entry.learner_id).where(
            entry.activity_id == self.found.activity_id,
            entry.learner_id.not_in(identities(self.found.learner_id)),
            presenter == self.worked.presenter,
        )
        return list(self.session.scalars(query.distinct()))


def _teaches(session: Session, chain: tuple[Entry, ...]) -> bool:
    """The account holds credit for teaching now."""
    if live_award(chain) is None:
        return False
    worked = awarded_working(award_terms(session, chain[-1].id))
    return worked is not None and worked.is_teaching


def _with_working(terms: Mapping[str, Any], worked: AwardWorking) -> dict[str, Any]:
    return {**terms, "evidence": {**terms.get("evidence", {}), "working": write_value(worked)}}
