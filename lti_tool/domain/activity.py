"""An accredited activity as its accreditation file describes it. One immutable value per version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from lti_tool.domain.assessment import Question, Test
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.evaluation import Evaluation
from lti_tool.domain.series import ActivitySession


class LearningFormat(StrEnum):
    """The AMA's names, exactly as the designation statement prints them (AMA PRA, learning formats)."""

    LIVE = "live activity"
    ENDURING = "enduring material"
    JOURNAL = "journal-based CME activity"
    TEST_ITEM_WRITING = "test-item writing activity"
    MANUSCRIPT_REVIEW = "manuscript review activity"
    PI = "PI CME activity"
    POINT_OF_CARE = "internet point-of-care activity"
    OTHER = "other activity"


NEEDS_ASSESSMENT = frozenset({LearningFormat.ENDURING, LearningFormat.JOURNAL})
"""Formats that need an assessment with a minimum performance level told in advance (AMA PRA, 2011 rules)."""


class Accreditation(StrEnum):
    """By whose authority the provider awards credit (ACCME accreditation statements; Joint Accreditation)."""

    DIRECT = "direct"
    JOINT = "joint"
    STATE = "state"
    JOINTLY_ACCREDITED = "jointly-accredited"
    """By Joint Accreditation for Interprofessional Continuing Education: ACCME, ACPE and ANCC together."""
    NONE = "none"
    """Not accredited for physicians: only the statements of the bodies whose credit is offered stand."""


class Level(StrEnum):
    """What an objective is meant to change (ACCME, Designed to Change)."""

    KNOWLEDGE = "knowledge"
    COMPETENCE = "competence"
    PERFORMANCE = "performance"
    PATIENT_OUTCOMES = "patient outcomes"


class PersonRole(StrEnum):
    """How somebody controls content (ACCME Standard 3)."""

    PLANNER = "planner"
    FACULTY = "faculty"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    STAFF = "staff"


class Standard3Exception(StrEnum):
    """Education for which no relationships need be collected (ACCME Standard 3, exceptions)."""

    NONE = "none"
    NON_CLINICAL = "non_clinical"
    LEARNER_CONTROLLED = "learner_controlled_group"
    SELF_DIRECTED = "self_directed"


@dataclass(frozen=True, slots=True)
class Signatory:
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class AccreditedProvider:
    """Who awards the credit and by whose authority."""

    name: str
    contact: str
    signatory: Signatory
    accreditation: Accreditation = Accreditation.DIRECT
    state_body: str = ""
    """The recognized state accreditor, for ``Accreditation.STATE``."""
    joint_providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    key: str
    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relevant financial relationship with an ineligible company, by name only (ACCME Standard 3.5)."""

    company: str
    nature: str
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class PersonInControl:
    """Anybody who can affect content."""

    key: str
    name: str
    credentials: str
    affiliation: str
    roles: tuple[PersonRole, ...]
    relationships: tuple[Relationship, ...] = ()
    mitigation: str = ""


class SupportKind(StrEnum):
    MONETARY = "monetary"
    IN_KIND = "in_kind"


@dataclass(frozen=True, slots=True)
class CommercialSupport:
    """Support from an ineligible company (ACCME Standard 4). In-kind support names what was given."""

    company: str
    kind: SupportKind
    description: str = ""


class ContentKind(StrEnum):
    PAGE = "page"
    PDF = "pdf"
    VIDEO = "video"
    AUDIO = "audio"
    ARTICLE = "article"
    CASE = "case"
    """A question with key and rationale, answered while studying. Formative: it never counts for a result."""
    POLL = "poll"
    """A question without a right answer: what peers think."""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One thing to study. ``body`` is Markdown; ``url`` is outside, ``file`` within the activity's media."""

    key: str
    kind: ContentKind
    title: str
    body: str = ""
    file: str = ""
    url: str = ""
    captions: str = ""
    citation: str = ""
    minutes: int | None = None
    minimum_coverage: Decimal | None = None
    """Fraction of a video or audio that must have been played, 0 to 1."""
    question: Question | None = None
    """What a case or a poll asks; ``None`` for everything else."""
    is_required: bool = True
    """A case or poll: what follows stays closed until it is answered."""

    @property
    def is_recording(self) -> bool:
        return self.kind in (ContentKind.VIDEO, ContentKind.AUDIO)

    @property
    def awaits_answer(self) -> bool:
        """It is not studied without an answer."""
        return self.question is not None and self.is_required


@dataclass(frozen=True, slots=True)
class Content:
    items: tuple[ContentItem, ...]
    minimum_minutes: int | None = None


class Step(StrEnum):
    """The steps of an activity, in order. The values are also the addresses' words."""

    INFORMATION = "information"
    PRE_TEST = "pre-test"
    CONTENT = "content"
    POST_TEST = "post-test"
    EVALUATION = "evaluation"
    CLAIM = "claim"
    CERTIFICATE = "certificate"


class Requirement(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Activity:
    """One version of an activity. Dates are days in ``time_zone``; both ends of a period count."""

    key: str
    title: str
    language: str
    format: LearningFormat
    provider: AccreditedProvider
    description: str
    audience: str
    estimated_minutes: int
    designated_on: date
    released_on: date
    reviewed_on: date
    expires_on: date
    objectives: tuple[Objective, ...]
    people: tuple[PersonInControl, ...]
    credits: tuple[CreditOffer, ...]
    requirements: Mapping[Step, Requirement]
    """For information, pre-test, content, post-test and evaluation; claim and certificate always stand."""
    content: Content | None = None
    pre_test: Test | None = None
    post_test: Test | None = None
    evaluation: Evaluation | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    support: tuple[CommercialSupport, ...] = ()
    standard3_exception: Standard3Exception = Standard3Exception.NONE
    new_and_evolving: str = ""
    location: str = ""
    time_zone: str = "UTC"
    claims_open_on: date | None = None
    """First day on which credit can be claimed, if that is after the release (a course of several weeks)."""
    claims_close_on: date | None = None
    """Last day on which credit can be claimed, if it is another than the expiry."""
    equivalents: tuple[str, ...] = ()
    """Keys of the provider's activities with the same education: nobody gets credit of a type for more than one."""
    sessions: tuple[ActivitySession, ...] = ()
    """What a live activity or series consists of: credit is claimed for those that were attended. Empty: one whole."""
    lists_sessions: bool = False
    """Certificates name the attended sessions."""

    def requirement(self, step: Step) -> Requirement:
        if step in (Step.CLAIM, Step.CERTIFICATE):
            return Requirement.REQUIRED if self.credits else Requirement.ABSENT
        return self.requirements.get(step, Requirement.ABSENT)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that this activity has, in order."""
        return tuple(step for step in Step if self.requirement(step) is not Requirement.ABSENT)

    @property
    def opens_at(self) -> datetime:
        """First moment of the release day."""
        return self._midnight(self.released_on)

    @property
    def closes_at(self) -> datetime:
        """First moment after the expiry day: no credit can be earned from here on."""
        return self._midnight(self.expires_on + timedelta(days=1))

    @property
    def claims_open_at(self) -> datetime:
        """First moment of the first day for claims."""
        return self._midnight(self.claims_open_on or self.released_on)

    @property
    def claims_close_at(self) -> datetime:
        """First moment after the last day for claims."""
        return self._midnight((self.claims_close_on or self.expires_on) + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The day in the activity's own time zone, as printed on a certificate."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()
