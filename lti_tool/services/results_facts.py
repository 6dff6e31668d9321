"""What is known of the learners of one course in one activity beside their attempts: a query for each kind of fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.catalogue.statements import statements
from lti_tool.db import models
from lti_tool.db.load import entry_value
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.disclosure import information_page
from lti_tool.domain.errors import Forbidden, NotFound
from lti_tool.domain.ledger import Entry, balance, in_order, live_award
from lti_tool.services.award_paper import AwardPaper, AwardPapers
from lti_tool.services.score_sheet import Sheets
from lti_tool.services.session import Visit
from lti_tool.services.statement import overrides_of


@dataclass(frozen=True, slots=True)
class Earned:
    """A line of the credit ledger and its certificates."""

    credit_type: str
    amount: Decimal
    is_awarded: bool
    certificates: tuple[AwardPaper, ...]
    """Several where each session has its own."""

    @property
    def name(self) -> str:
        """The type's plain name."""
        return credit_name(self.credit_type)


def activity_of(visit: Visit) -> str:
    """The activity whose results this visitor may see.

    Raises ``Forbidden("staff_only")`` and ``NotFound("placement_unbound")``.
    """
    if not visit.is_staff:
        raise Forbidden("staff_only")
    if visit.activity_id is None:
        raise NotFound("placement_unbound")
    return visit.activity_id


def participations(visit: Visit) -> Select[str]:
    """Keys of those that count: learners of the visit's course in its activity."""
    participation, member = models.Participation, models.CourseMember
    return (
        select(participation.id)
        .join(member, member.learner_id == participation.learner_id)
        .where(
            participation.activity_id == activity_of(visit),
            participation.is_trial.is_(False),
            member.course_id == visit.course_id,
            member.is_staff.is_(False),
        )
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of each participation, beside its attempts."""

    acknowledged: frozenset[str]
    evaluated: frozenset[str]
    earned: Mapping[str, Sequence[Earned]]
    deliveries: Mapping[str, str]

    @classmethod
    def load(cls, db: Session, visit: Visit, scope: Select[str], newest: Activity) -> Facts:
        overrides = overrides_of(db, visit.provider_id)
        fingerprint = information_page(newest, statements(newest, newest.designated_on, overrides)).fingerprint
        mark, receipt = models.Acknowledgement, models.EvaluationReceipt
        read = select(mark.participation_id).where(mark.participation_id.in_(scope), mark.fingerprint == fingerprint)
        answered = select(receipt.participation_id).where(receipt.participation_id.in_(scope))
        return cls(
            frozenset(db.scalars(read)),
            frozenset(db.scalars(answered)),
            earned_credit(db, scope),
            _deliveries(db, visit),
        )

    def done(self, participation_id: str, sheets: Sheets, *, has_studied: bool) -> frozenset[Step]:
        """Content counts as done when the learner has finished it: that is refused before its conditions are met."""
        best = sheets.best
        tests = {
            Step.INFORMATION: participation_id in self.acknowledged,
            Step.PRE_TEST: sheets.pre is not None,
            Step.CONTENT: has_studied,
            Step.POST_TEST: best is not None and best.has_passed,
            Step.EVALUATION: participation_id in self.evaluated,
            Step.CLAIM: participation_id in self.earned,
            Step.CERTIFICATE: participation_id in self.earned,
        }
        return frozenset(step for step, is_done in tests.items() if is_done)


def earned_credit(db: Session, scope: Select[str]) -> dict[str, list[Earned]]:
    """The awards that stand, with their balance, by participation."""
    table = models.CreditEntry
    accounts: dict[tuple[str, str], list[Entry]] = {}
    for row in db.scalars(select(table).where(table.participation_id.in_(scope)).order_by(table.credit_type)):
        accounts.setdefault((row.participation_id, row.credit_type), []).append(entry_value(row))
    papers = AwardPapers.load(db, table.participation_id.in_(scope))
    found: dict[str, list[Earned]] = {}
    for (participation_id, credit_type), entries in accounts.items():
        live = live_award(in_order(entries))
        if live is not None:
            line = Earned(credit_type, balance(entries), live.is_awarded, papers.of(live))
            found.setdefault(participation_id, []).append(line)
    return found


UNSETTLED = ("parked", "waiting", "sending", "delivered")
"""Least settled first; superseded grades do not matter any more."""


def _deliveries(db: Session, visit: Visit) -> dict[str, str]:
    """By person, over the placements of this activity in this course."""
    delivery, placement, learner = models.Delivery, models.Placement, models.Learner
    query = (
        select(func.coalesce(learner.merged_into, learner.id), delivery.placement_id, delivery.state)
        .join(learner, learner.id == delivery.learner_id)
        .join(placement, placement.id == delivery.placement_id)
        .where(placement.course_id == visit.course_id, placement.activity_id == visit.activity_id)
        .order_by(delivery.stamp)
    )
    newest = {(learner_id, placement_id): state for learner_id, placement_id, state in db.execute(query)}
    found: dict[str, str] = {}
    for (learner_id, _), state in newest.items():
        if state in UNSETTLED:
            found[learner_id] = min(state, found.get(learner_id, state), key=UNSETTLED.index)
    return found
