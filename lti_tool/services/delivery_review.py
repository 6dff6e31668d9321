"""What staff of a course see of its grade deliveries, and their retry button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from lti_tool.db import models
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import Conflict, Forbidden, NotFound
from lti_tool.domain.grade import Delivery
from lti_tool.services.grade import is_outdated, put_back
from lti_tool.services.session import Visit

MAY_BE_RETRIED = frozenset({"waiting", "parked"})


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """The newest grade of one learner for one placement, and what the LMS said to it."""

    id: str
    learner_id: str
    learner_name: str
    """Printed name, else the LMS's; may be ``""``."""
    placement_id: str
    placement_title: str
    step: Step | None
    """The single step that the placement opens; ``None`` for the whole activity."""
    given: float
    maximum: float
    state: str
    """waiting, sending, delivered or parked."""
    outcome: str
    """Of the last try: a ``domain.grade.Delivery``, ``no_line_item``, ``column_too_small``; ``""`` before the first."""
    status: int | None
    answer: str
    """The LMS's own words, plain text."""
    tries: int
    next_at: datetime | None
    """When it is tried next, while it waits."""
    queued_at: datetime
    finished_at: datetime | None
    lms_says: str = ""
    """What the gradebook held when it was last compared: agrees, missing, differs or rescaled."""

    @property
    def may_be_retried(self) -> bool:
        return self.state in MAY_BE_RETRIED


def list_deliveries(db: Session, visit: Visit) -> tuple[DeliveryView, ...]:
    """All newest deliveries of the visit's course, those that need attention first. Raises ``Forbidden``."""
    _require_staff(visit)
    table = models.Delivery
    query = (
        select(table)
        .join(models.Placement, models.Placement.id == table.placement_id)
        .where(models.Placement.course_id == visit.course_id, ~is_outdated())
        .options(joinedload(table.learner), joinedload(table.placement))
    )
    order = ("parked", "waiting", "sending", "delivered", "superseded")
    rows = sorted(db.scalars(query), key=lambda row: (order.index(row.state), -row.stamp.timestamp(), row.id))
    return tuple(_view(row) for row in rows)


def _view(row: models.Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        learner_id=row.learner_id,
        learner_name=row.learner.printed_name or row.learner.lms_name,
        placement_id=row.placement_id,
        placement_title=row.placement.title,
        step=Step(row.placement.step) if row.placement.step else None,
        given=row.given,
        maximum=row.maximum,
        state=row.state,
        outcome=row.outcome,
        status=row.status,
        answer=row.answer,
        tries=row.tries,
        next_at=row.next_at if row.state == "waiting" else None,
        queued_at=row.queued_at,
        finished_at=row.finished_at,
        lms_says=row.lms_says,
    )


def retry_delivery(db: Session, visit: Visit, delivery_id: str, now: datetime) -> None:
    """Try a waiting or parked grade of this course at once, for another full period.

    Where the line item was deleted in the LMS, it is looked for, and if need be made, again.
    Raises ``Forbidden("staff_only")``, ``NotFound("delivery_unknown")``, ``Conflict("delivery_not_waiting")``.
    """
    _require_staff(visit)
    row = _locked(db, visit, delivery_id)
    if row.state not in MAY_BE_RETRIED:
        raise Conflict("delivery_not_waiting", f"this grade is {row.state}", state=row.state)
    if row.outcome == Delivery.GONE.value and row.placement.line_item == row.line_item:
        row.placement.line_item = None
    put_back(row, now)


def _locked(db: Session, visit: Visit, delivery_id: str) -> models.Delivery:
    """The row, locked after its placement: launches take the two in this order as well."""
    table, placement = models.Delivery, models.Placement
    here = and_(placement.id == table.placement_id, placement.course_id == visit.course_id)
    whose = select(placement).join(table, here).where(table.id == delivery_id)
    if db.scalars(whose.with_for_update(of=placement)).first() is None:
        raise NotFound("delivery_unknown")
    return db.get_one(table, delivery_id, with_for_update=True, populate_existing=True)


def _require_staff(visit: Visit) -> None:
    if not visit.is_staff:
        raise Forbidden("staff_only")
