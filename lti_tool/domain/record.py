"""What one learner did in one activity: facts, never verdicts. Where they stand is computed in ``pathway``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.activity import ContentItem
from lti_tool.domain.assessment import Answer, FormItem, TestKind
from lti_tool.domain.playback import Playback
from lti_tool.domain.series import Attendance
from lti_tool.domain.wire import LATER


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The learner confirmed having read the text with this fingerprint."""

    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One go at a test. ``answers`` may still grow while ``submitted_at`` is ``None``."""

    id: str
    test: TestKind
    number: int
    """From 1."""
    form: tuple[FormItem, ...]
    started_at: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)
    submitted_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None


@dataclass(frozen=True, slots=True)
class Accommodation:
    """More time for one learner, granted by staff; the newest counts."""

    extra_minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Study:
    """Time spent on, and coverage of, one content item."""

    item: str
    seconds: int = 0
    coverage: Decimal = Decimal(0)
    """Fraction of a recording played, 0 to 1."""
    first_opened_at: datetime | None = None
    playback: Playback | None = field(default=None, metadata=LATER)
    """What ``coverage`` comes from; ``None`` for what is no recording, or was not played."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a case or poll of the content: the first one, which stands. It is never scored."""

    item: str
    answer: Answer
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Credit in the ledger for this learner and activity."""

    credit_type: str
    amount: Decimal
    is_awarded: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """All facts of one learner in one activity."""

    acknowledgements: tuple[Acknowledgement, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    studies: Mapping[str, Study] = field(default_factory=dict)
    content_finished_at: datetime | None = None
    """The learner said "I have studied this"."""
    evaluated_at: datetime | None = None
    claims: tuple[Claim, ...] = ()
    """Live awards with their balance."""
    ended_types: tuple[str, ...] = ()
    """Credit types of which an award was revoked or has expired, and nothing was awarded since."""
    late_claim_until: datetime | None = None
    """A late claim was granted: claiming is open until then although the deadline is over."""
    accommodations: tuple[Accommodation, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict)
    """By content item."""
    attendance: Mapping[str, Attendance] | None = None
    """By session. ``None`` where it is not known here (a native face) or does not matter (a test run, no sessions)."""

    @property
    def extra_minutes(self) -> int:
        """What was granted last, 0 if nothing ever was."""
        newest = max(self.accommodations, key=lambda granted: granted.at, default=None)
        return newest.extra_minutes if newest else 0

    def attempts_at(self, test: TestKind) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.test is test)

    def submitted(self, test: TestKind) -> tuple[Attempt, ...]:
        """Finished attempts, oldest first."""
        return tuple(attempt for attempt in self.attempts_at(test) if not attempt.is_open)

    def open_attempt(self, test: TestKind) -> Attempt | None:
        return next((attempt for attempt in self.attempts_at(test) if attempt.is_open), None)

    @property
    def seconds_studied(self) -> int:
        return sum(study.seconds for study in self.studies.values())

    def has_opened(self, item: ContentItem) -> bool:
        study = self.studies.get(item.key)
        return study is not None and study.first_opened_at is not None

    def has_covered(self, item: ContentItem) -> bool:
        """A required case or poll was answered, a recording was played as far as asked; anything else was opened."""
        if item.awaits_answer:
            return item.key in self.responses
        study = self.studies.get(item.key)
        needs_play = item.is_recording and item.minimum_coverage is not None
        if study is None or not needs_play or item.minimum_coverage is None:
            return self.has_opened(item)
        return study.coverage >= item.minimum_coverage
