"""Writes what learners did straight into the database, many of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.catalogue.statements import statements
from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Question, TestKind
from lti_tool.domain.disclosure import information_page

NOW = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
AMA = "ama-pra-category-1"


@dataclass
class Did:
    """What one learner did of ``builders.activity()``. ``posts``: right answers of each attempt, of three."""

    name: str = "Zoë Škoda"
    has_read: bool = True
    pre: int | None = 1
    has_studied: bool = True
    posts: tuple[int, ...] = (3,)
    has_evaluated: bool = True
    amount: str = "1.00"
    """Of credit; ``""`` for none claimed."""
    further: Mapping[str, str] = field(default_factory=dict)
    """Amounts of other bodies' credit, claimed with it and on the same certificate."""
    is_awarded: bool = True
    is_trial: bool = False
    is_staff: bool = False
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    is_linked: bool = False
    """The evaluation's answers carry the learner."""


def information_fingerprint(activity: Activity) -> str:
    return information_page(activity, statements(activity, activity.designated_on)).fingerprint


def take_part(
    db: Session, activity: Activity, activity_id: str, course_id: str, did: Did, *, version: int = 1, at: datetime = NOW
) -> str:
    """Adds a new learner to the course with all these facts; gives the participation's key."""
    course = db.get_one(models.Course, course_id)
    provider_id = course.deployment.provider_id
    learner = models.Learner(
        provider_id=provider_id,
        issuer="https://lms.example",
        subject=new_id(),
        lms_name=did.name,
        created_at=at,
    )
    db.add(learner)
    db.flush()
    db.add(models.CourseMember(course_id=course_id, learner_id=learner.id, is_staff=did.is_staff, last_seen_at=at))
    row = models.Participation(
        learner_id=learner.id,
        activity_id=activity_id,
        version=version,
        is_trial=did.is_trial,
        started_at=at,
        content_finished_at=at + timedelta(minutes=20) if did.has_studied else None,
    )
    db.add(row)
    db.flush()
    _facts(db, activity, course_id, row, did, at)
    return row.id


def _facts(db: Session, activity: Activity, course_id: str, row: models.Participation, did: Did, at: datetime) -> None:
    if did.has_read:
        _acknowledge(db, activity, row, at)
    if did.pre is not None:
        _attempt(db, activity, row, TestKind.PRE, 1, did.pre, at + timedelta(minutes=5))
    if did.has_studied and activity.content:
        _study(db, activity, row, at + timedelta(minutes=10))
    for number, right in enumerate(did.posts, start=1):
        _attempt(db, activity, row, TestKind.POST, number, right, at + timedelta(minutes=20 + number))
    if did.has_evaluated:
        db.add(models.EvaluationReceipt(participation_id=row.id, submitted_at=at + timedelta(minutes=40)))
    if did.evaluation:
        db.add(
            models.EvaluationResponse(
                activity_id=row.activity_id,
                version=row.version,
                course_id=course_id,
                participation_id=row.id if did.is_linked else None,
                answers=dict(did.evaluation),
            )
        )
    if did.amount:
        _claim(db, row, did, at + timedelta(minutes=45))
    db.flush()


def _acknowledge(db: Session, activity: Activity, row: models.Participation, at: datetime) -> None:
    mark = information_fingerprint(activity)
    if db.get(models.ShownText, mark) is None:
        db.add(models.ShownText(fingerprint=mark, body={}, first_shown_at=at))
        db.flush()
    db.add(
        models.Acknowledgement(
            participation_id=row.id,
            fingerprint=mark,
            version=row.version,
            locale="en",
            acknowledged_at=at + timedelta(minutes=1),
        )
    )


def _study(db: Session, activity: Activity, row: models.Participation, at: datetime) -> None:
    items = activity.content.items if activity.content else ()
    for item in items:
        db.add(models.Study(participation_id=row.id, item=item.key, first_opened_at=at))
        db.add(
            models.StudyView(
                participation_id=row.id, item=item.key, opened_at=at, seconds=600, duration=100.0, ranges=[[0, 100]]
            )
        )


def right_answer(question: Question) -> str:
    return min(question.correct)


def wrong_answer(question: Question) -> str:
    return next(entry.key for entry in question.entries if entry.key not in question.correct)


def _attempt(
    db: Session, activity: Activity, row: models.Participation, kind: TestKind, number: int, right: int, at: datetime
) -> None:
    test = activity.pre_test if kind is TestKind.PRE else activity.post_test
    assert test is not None
    questions = test.questions[: test.length]
    made = models.Attempt(
        participation_id=row.id,
        test=kind.value,
        number=number,
        form=[{"question": question.key, "order": [], "options": []} for question in questions],
        started_at=at - timedelta(seconds=30),
        submitted_at=at,
    )
    db.add(made)
    db.flush()
    for place, question in enumerate(questions):
        value = right_answer(question) if place < right else wrong_answer(question)
        db.add(models.Answer(attempt_id=made.id, question=question.key, value=value, saved_at=at))


def _claim(db: Session, row: models.Participation, did: Did, at: datetime) -> None:
    provider_id = db.get_one(models.Learner, row.learner_id).provider_id
    awards = [
        models.CreditEntry(
            provider_id=provider_id,
            learner_id=row.learner_id,
            activity_id=row.activity_id,
            participation_id=row.id,
            version=row.version,
            credit_type=credit_type,
            amount=Decimal(amount),
            is_awarded=did.is_awarded,
            kind="award",
            claim_id=row.id,
            terms={},
            recorded_at=at,
        )
        for credit_type, amount in {AMA: did.amount, **did.further}.items()
    ]
    db.add_all(awards)
    db.flush()
    award = awards[0]
    db.add(
        models.Certificate(
            award_id=award.id,
            provider_id=provider_id,
            number=f"C-{award.id[:8]}".upper(),
            code=award.id,
            body={
                "version": "certificate/1",
                "body": {"learner_name": did.name, "completed_on": at.date().isoformat()},
            },
            status="valid",
            issued_at=at,
        )
    )
