"""The demo course and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

COURSE_NUMBER = "2"
COURSE_LABEL = "CME-101"
COURSE_TITLE = "Hospital grand rounds and continuing education"


@dataclass(frozen=True, slots=True)
class Course:
    """The demo course, or a copy of it."""

    number: str
    label: str
    title: str


MAIN = Course(COURSE_NUMBER, COURSE_LABEL, COURSE_TITLE)


@dataclass(frozen=True, slots=True)
class NativePage:
    """A page of the LMS's own. ``is_restricted``: opened by the gate line item (the LMS's restrict-access rule)."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]
    is_restricted: bool = False


PAGES: tuple[NativePage, ...] = (
    NativePage(
        "welcome",
        "Welcome to the course",
        (
            "This course shows how accredited activities live inside a learning management system. Pick an activity "
            "below, read its disclosure, learn, pass the post-test and claim your credit.",
            "Your grades travel back to this course on their own. Open “Grades” to see them arrive.",
        ),
    ),
    NativePage(
        "reading",
        "Reading: applying the guideline on the ward",
        (
            "This page belongs to the LMS, not to the activity. It opens only when the acknowledgement of the "
            "disclosure is complete in the gradebook, as restrict-access rules do in Moodle, Canvas and Open edX.",
            "Bring one patient from your own practice to the next session and note which step of the guideline you "
            "would change, and why.",
        ),
        is_restricted=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Placement:
    """One resource link in the course, made by Deep Linking or by the seed."""

    id: int
    title: str
    url: str = ""
    text: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    course: str = COURSE_NUMBER


@dataclass(frozen=True, slots=True)
class LineItem:
    """A gradebook column. ``placement_id`` None: made by the tool and not coupled to a link.

    ``dates`` and other optional members of LTI-AGS 2.0, 3.2 are kept as sent in ``extras``.
    """

    id: int
    label: str
    score_maximum: float
    placement_id: int | None = None
    resource_id: str = ""
    tag: str = ""
    extras: dict[str, Any] = field(default_factory=dict)
    made_by_tool: bool = False
    course: str = COURSE_NUMBER


@dataclass(frozen=True, slots=True)
class Result:
    """What the gradebook holds for a person; ``score`` is None when cleared or never published.

    ``timestamp`` is the last accepted score's own (ISO 8601), ``""`` once the LMS has forgotten it.
    """

    line_item_id: int
    person: str
    score: float | None
    comment: str = ""
    timestamp: str = ""
    activity_progress: str = ""
    grading_progress: str = ""


@dataclass(frozen=True, slots=True)
class ScoreReceived:
    """One POST to a scores address, accepted or not. ``raw`` is the body as it came."""

    at: str
    line_item_id: int
    raw: str
    status: int
    reason: str = ""
