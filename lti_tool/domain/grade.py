"""Scores on their way to an LMS gradebook, and what the LMS said to them.

Source: 1EdTech LTI Assignment and Grade Services 2.0 (LTI-AGS), section 3.4 "Score publish service".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ActivityProgress(StrEnum):
    """How far the learner is (LTI-AGS 2.0, 3.4.7)."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the grading is (LTI-AGS 2.0, 3.4.8). Only ``FULLY_GRADED`` is a final grade."""

    FULLY_GRADED = "FullyGraded"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    NOT_READY = "NotReady"


@dataclass(frozen=True, slots=True)
class LineItemSpec:
    """A gradebook column to ask for. ``score_maximum`` is in points, above 0; ``resource_id`` and ``tag`` are ours."""

    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str = ""


@dataclass(frozen=True, slots=True)
class LineItem:
    """A gradebook column as the LMS holds it; ``url`` is its identity."""

    url: str
    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One score for one learner on one line item.

    ``given`` and ``maximum`` are points (0 <= given, maximum > 0). ``timestamp`` is aware, and on every
    line item strictly later than the one before it for the same learner: see ``next_timestamp``.
    Raises ``ValueError`` for numbers that no gradebook takes.
    """

    user_id: str
    given: float
    maximum: float
    timestamp: datetime
    activity_progress: ActivityProgress = ActivityProgress.COMPLETED
    grading_progress: GradingProgress = GradingProgress.FULLY_GRADED
    comment: str = ""
    started_at: datetime | None = None
    submitted_at: datetime | None = None

    def __post_init__(self) -> None:
        if not (self.maximum > 0 and 0 <= self.given < float("inf") and self.maximum < float("inf")):
            raise ValueError(f"not a score: {self.given} of {self.maximum}")
        if self.timestamp.tzinfo is None:
            raise ValueError("the timestamp of a score must have a time zone")


class Delivery(StrEnum):
    """What became of a score, as far as the LMS says."""

    DELIVERED = "delivered"
    STALE = "stale"
    """The LMS already holds this score or a later one; on a repeat that means it is there."""
    RETRY = "retry"
    """Not now; the same score may be taken later."""
    NOT_GRADABLE = "not_gradable"
    """The LMS does not grade this person here (not enrolled, teacher, suspended), or the grade is locked."""
    GONE = "gone"
    """The line item no longer exists."""
    REJECTED = "rejected"
    """Refused for another reason that a repeat would not change."""


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """The verdict on one post. ``words`` is the LMS's own text, cleaned, at most 500 characters."""

    delivery: Delivery
    status: int | None = None
    words: str = ""
    retry_after: int | None = None
    """Seconds that the LMS asked to wait, only with ``RETRY``."""

    @property
    def is_final(self) -> bool:
        """Nothing more is to be sent for this score."""
        return self.delivery is not Delivery.RETRY


@dataclass(frozen=True, slots=True)
class Result:
    """What an LMS holds for one learner on one line item; ``None`` where it holds no number.

    Moodle leaves ``resultScore`` out both for no grade and for a grade of 0.
    """

    user_id: str
    score: float | None
    maximum: float | None
    comment: str = ""


def next_timestamp(previous: datetime | None, now: datetime) -> datetime:
    """The earliest whole second, not before ``now``, that is later than ``previous``.

    Moodle compares timestamps in whole seconds and refuses an equal one with 409 (seen in 4.5.6), so two
    scores within a second need two seconds. ``now`` is rounded down: a score from the future would block
    all that follow until its time has come.
    """
    whole = now.replace(microsecond=0)
    if previous is None or previous < whole:
        return whole
    return previous.replace(microsecond=0) + timedelta(seconds=1)
