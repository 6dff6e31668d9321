"""Which grades are owed to which LMS: noted in the same transaction as the fact that earned them.

Nothing is sent from here; ``delivery`` does that later, from the rows that are written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import Conflict
from lti_tool.domain.grade import Delivery, next_timestamp
from lti_tool.domain.pathway import grade_fraction
from lti_tool.domain.record import Record
from lti_tool.services.line_item import can_be_graded
from lti_tool.services.participation import Progress, lock, progress_of
from lti_tool.services.retry import NO_LINE_ITEM
from lti_tool.services.session import Visit

SCORED_MAXIMUM = 100
"""Test scores are sent as per cent, whatever the number of questions, so that access rules read alike."""
DONE_MAXIMUM = 1
"""A step is done or not: 1 of 1."""
SWEEP = 100
"""Most other learners whose grades one launch catches up on; the next launch goes on."""
WORTH_ANOTHER_TRY = (Delivery.NOT_GRADABLE.value, Delivery.RETRY.value, Delivery.STALE.value, NO_LINE_ITEM)
"""Reasons for parking that a new launch of this learner speaks against: they are enrolled and the LMS is up."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a placement's line item should say of one learner: points of a maximum."""

    given: float
    maximum: float
    submitted_at: datetime | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Newest:
    """The delivery with the highest timestamp for one learner and placement."""

    given: float
    maximum: float
    comment: str
    stamp: datetime
    state: str
    line_item: str


def is_scored(activity: Activity, step: Step | None) -> bool:
    """The placement reports a test score; otherwise it reports completion."""
    return step is Step.POST_TEST or (step is None and activity.post_test is not None)


def score_maximum(activity: Activity, step: Step | None) -> int:
    """Points of the line item of a placement that opens ``step`` (``None``: the whole activity)."""
    return SCORED_MAXIMUM if is_scored(activity, step) else DONE_MAXIMUM


def _submitted_at(record: Record) -> datetime | None:
    times = [attempt.submitted_at for attempt in record.submitted(TestKind.POST) if attempt.submitted_at]
    return max(times, default=None)


def grade_of(progress: Progress, step: Step | None) -> Grade | None:
    """The grade to show now, ``None`` while there is nothing to say."""
    fraction = grade_fraction(progress.activity, progress.standing, progress.record, step)
    if fraction is None:
        return None
    maximum = score_maximum(progress.activity, step)
    given = (fraction * maximum).quantize(Decimal("0.01"), ROUND_HALF_UP)
    at = _submitted_at(progress.record) if is_scored(progress.activity, step) else None
    return Grade(float(given), float(maximum), at)


def note_progress(db: Session, progress: Progress, visit: Visit, now: datetime) -> None:
    """Queue every grade that a new fact has changed, for all placements of this activity in the learner's courses.

    Call it with the progress *after* the fact, in the same transaction. A test run by staff is never graded.
    """
    note_progress_of(db, progress, visit.provider_id, now)


def note_progress_of(db: Session, progress: Progress, provider_id: str, now: datetime) -> None:
    """The same where nobody is visiting: a fact that staff have changed, such as a corrected key."""
    if progress.is_trial:
        return
    lock(db, progress.participation_id)
    for placement in placements_of(db, progress, provider_id):
        _owe(db, progress, placement, now)


def note_arrival(db: Session, visit: Visit, now: datetime) -> None:
    """Queue what is owed to the placement of this launch: the visitor's grade if it differs from the last one sent, and
    grades that others earned before the LMS had told where grades go. Call it after ``take_up``.

    The visitor's grades go to the course's other links to this activity too, where none was sent: who did it in another
    course finds this one's own pages open, which wait for the column of a single step.
    """
    placement = db.get(models.Placement, visit.placement_id) if visit.placement_id else None
    if placement is None or placement.activity_id is None or not can_be_graded(placement):
        return
    if not visit.is_staff:
        _try_again(db, identity_in(db, visit.learner_id, placement.course_id), placement.id, now)
        own = models.Participation.learner_id == visit.learner_id
        has_done_something = _catch_up(db, placement, own, now, skips_locked=False) > 0
        # Of a link to one step, what has been done of the other steps is not known yet.
        for other in _others_here(db, placement) if has_done_something or placement.step else ():
            _catch_up(db, other, and_(own, ~_has_been_dealt_with(other)), now, skips_locked=False)
    others = and_(models.Participation.learner_id != visit.learner_id, ~_has_been_dealt_with(placement))
    _catch_up(db, placement, others, now, skips_locked=True)


def placements_of(db: Session, progress: Progress, provider_id: str) -> Sequence[models.Placement]:
    """Links to the activity that take grades, in the courses where this person is a learner."""
    member = models.CourseMember
    query = (
        select(models.Placement)
        .join(models.Course, models.Course.id == models.Placement.course_id)
        .join(models.Deployment, models.Deployment.id == models.Course.deployment_id)
        .join(member, and_(member.course_id == models.Course.id, member.learner_id == progress.learner_id))
        .where(models.Placement.activity_id == progress.activity_id, models.Deployment.provider_id == provider_id)
        .where(member.is_staff.is_(False))
        .order_by(models.Placement.id)
    )
    return [placement for placement in db.scalars(query) if can_be_graded(placement)]


def _others_here(db: Session, placement: models.Placement) -> Sequence[models.Placement]:
    """The other links of this course to the same activity."""
    table = models.Placement
    query = select(table).where(table.course_id == placement.course_id, table.activity_id == placement.activity_id)
    found = db.scalars(query.where(table.id != placement.id).order_by(table.id))
    return [other for other in found if can_be_graded(other)]


def _owe(db: Session, progress: Progress, placement: models.Placement, now: datetime) -> None:
    step = Step(placement.step) if placement.step else None
    grade, whose = grade_of(progress, step), identity_in(db, progress.learner_id, placement.course_id)
    if grade is not None:
        owe(db, whose, placement, grade, now)


def owe(db: Session, whose: str, placement: models.Placement, grade: Grade, now: datetime) -> None:
    """Queue a grade for an identity unless the newest delivery says the same."""
    if not _says_so(_newest(db, whose, placement.id), grade, placement):
        _queue(db, whose, placement, grade, now)


def has_grade(db: Session, whose: str, placement: models.Placement) -> bool:
    """Something was queued for this identity before."""
    return _newest(db, whose, placement.id) is not None


def identity_in(db: Session, learner_id: str, course_id: str) -> str:
    """The identity by which a person comes to a course: the LMS knows them by no other."""
    member = db.get(models.CourseMember, (course_id, learner_id))
    return member.seen_as or learner_id if member else learner_id


def _newest(db: Session, learner_id: str, placement_id: str) -> Newest | None:
    table = models.Delivery
    query = (
        select(table.given, table.maximum, table.comment, table.stamp, table.state, table.line_item)
        .where(table.learner_id == learner_id, table.placement_id == placement_id)
        .order_by(table.stamp.desc())
    )
    row = db.execute(query.limit(1)).first()
    return Newest(*row) if row else None


def _says_so(newest: Newest | None, grade: Grade, placement: models.Placement) -> bool:
    """The newest delivery already carries this grade to where the placement's grades go now."""
    wanted = (grade.given, grade.maximum, grade.comment)
    if newest is None or newest.state == "superseded" or (newest.given, newest.maximum, newest.comment) != wanted:
        return False  # superseded without a newer one: taken back
    is_on_its_way = newest.state in ("waiting", "sending")
    return is_on_its_way or newest.line_item == (placement.line_item or newest.line_item)


def _queue(db: Session, learner_id: str, placement: models.Placement, grade: Grade, now: datetime) -> None:
    """Put the grade in the place of an unsent one. A worker may put one back meanwhile: then that one is replaced."""
    for _ in range(5):
        _supersede(db, learner_id, placement.id, now)
        newest = _newest(db, learner_id, placement.id)
        values = {
            "learner_id": learner_id,
            "placement_id": placement.id,
            "platform_id": placement.course.deployment.platform_id,
            "given": grade.given,
            "maximum": grade.maximum,
            "comment": grade.comment,
            "stamp": next_timestamp(newest.stamp if newest else None, now),
            "submitted_at": grade.submitted_at,
            "state": "waiting",
            "next_at": now,
            "created_at": now,
            "queued_at": now,
        }
        if db.scalar(insert_or_skip(db, models.Delivery, values).returning(models.Delivery.id)) is not None:
            return
    raise Conflict("delivery_busy", "a grade for this learner and placement is being changed all the time")


def _supersede(db: Session, learner_id: str, placement_id: str, now: datetime) -> None:
    table = models.Delivery
    old = and_(table.learner_id == learner_id, table.placement_id == placement_id)
    change = update(table).where(old, table.state.in_(("waiting", "parked")))
    db.execute(change.values(state="superseded", finished_at=now), execution_options={"synchronize_session": "fetch"})


def _try_again(db: Session, learner_id: str, placement_id: str, now: datetime) -> None:
    """A parked grade of somebody who has just come from this very link deserves another try."""
    table = models.Delivery
    mine = and_(table.learner_id == learner_id, table.placement_id == placement_id, table.state == "parked")
    for row in db.scalars(select(table).where(mine, table.outcome.in_(WORTH_ANOTHER_TRY)).with_for_update()):
        put_back(row, now)


def is_outdated() -> ColumnElement[bool]:
    """A newer score of the same learner and placement was queued after this delivery."""
    table, newer = models.Delivery, aliased(models.Delivery)
    return exists().where(
        newer.learner_id == table.learner_id, newer.placement_id == table.placement_id, newer.stamp > table.stamp
    )


def put_back(row: models.Delivery, now: datetime) -> None:
    """A parked delivery waits again from now on. What the LMS surely did not take gets a new timestamp."""
    row.state, row.next_at, row.queued_at, row.finished_at, row.tries = "waiting", now, now, None, 0
    if not row.is_doubtful:
        row.stamp = next_timestamp(row.stamp, now)


def _catch_up(
    db: Session, placement: models.Placement, whose: ColumnElement[bool], now: datetime, *, skips_locked: bool
) -> int:
    """Queue what is owed to those who have done something that the placement may ask for; how many they are."""
    table, member = models.Participation, models.CourseMember
    query = (
        select(table)
        .join(member, and_(member.learner_id == table.learner_id, member.course_id == placement.course_id))
        .where(table.activity_id == placement.activity_id, table.is_trial.is_(False), member.is_staff.is_(False))
        .where(whose, _has_a_fact(Step(placement.step) if placement.step else None))
        .order_by(table.id)
        .limit(SWEEP)
        .with_for_update(of=table, skip_locked=skips_locked)
    )
    rows = db.scalars(query).all()
    for row in rows:
        _owe(db, progress_of(db, row, now), placement, now)
    return len(rows)


def _has_been_dealt_with(placement: models.Placement) -> ColumnElement[bool]:
    table = models.Delivery
    arrived = table.line_item == (placement.line_item or table.line_item)
    return exists().where(
        table.learner_id == models.Participation.learner_id,
        table.placement_id == placement.id,
        or_(table.state.in_(("waiting", "sending")), and_(table.state.in_(("delivered", "parked")), arrived)),
    )


def _submitted(kind: TestKind) -> ColumnElement[bool]:
    table = models.Attempt
    mine = table.participation_id == models.Participation.id
    return exists().where(mine, table.test == kind.value, table.submitted_at.is_not(None))


def _has_a_fact(step: Step | None) -> ColumnElement[bool]:
    """Something that may have earned a grade: worth loading and computing."""
    own = models.Participation
    claimed = exists().where(models.CreditEntry.participation_id == own.id)
    facts: dict[Step, ColumnElement[bool]] = {
        Step.INFORMATION: exists().where(models.Acknowledgement.participation_id == own.id),
        Step.PRE_TEST: _submitted(TestKind.PRE),
        Step.CONTENT: own.content_finished_at.is_not(None),
        Step.POST_TEST: _submitted(TestKind.POST),
        Step.EVALUATION: exists().where(models.EvaluationReceipt.participation_id == own.id),
        Step.CLAIM: claimed,
        Step.CERTIFICATE: claimed,
    }
    return or_(*facts.values()) if step is None else facts[step]
