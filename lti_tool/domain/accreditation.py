"""The way to the next decision: milestones, findings, and when to remind whom.

Every date is entered by the provider; nothing is assumed. Only the offsets stand here, each with its source
(rules 3.7 and 8.2).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lti_tool.domain.fields import FieldKind, FieldRule
from lti_tool.domain.vault import CRITERIA


class MilestoneKind(StrEnum):
    """Phases of a review first, then what recurs."""

    INTENT = "intent"
    SELF_STUDY = "self-study"
    FILES = "files"
    REVIEW = "review"
    DECISION = "decision"
    PROGRESS_REPORT = "progress-report"
    CLOSE_ACTIVITIES = "close-activities"
    ANNUAL_FEE = "annual-fee"
    ANNUAL_REPORT = "annual-report"
    LEARNER_DATA = "learner-data"
    MOC_CUT_OFF = "moc-cut-off"
    APPROVAL_END = "approval-end"
    STRUCTURE_CHANGE = "structure-change"
    OTHER = "other"


PHASES = (
    *(MilestoneKind.INTENT, MilestoneKind.SELF_STUDY, MilestoneKind.FILES),
    *(MilestoneKind.REVIEW, MilestoneKind.DECISION),
)


class DueKind(StrEnum):
    """What is due beside milestones."""

    TERM_END = "term-end"
    FINDING = "finding"
    DOCUMENT_REVIEW = "document-review"
    ACTIVITY_EXPIRY = "activity-expiry"
    CONTENT_REVIEW = "content-review"


@dataclass(frozen=True, slots=True)
class Notice:
    """When to remind before the day itself: months and days, and where the rule comes from."""

    months: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    source: str = "entered by the provider"


_REVIEW = "ACCME, reaccreditation process: notified about 15 months before the term ends"
_ANNUAL = "ACCME, annual reporting: summary by the last business day of March"

NOTICES: Mapping[MilestoneKind | DueKind, Notice] = {
    DueKind.TERM_END: Notice((18, 15, 12, 9), source=_REVIEW),
    MilestoneKind.INTENT: Notice(
        (2,), (14,), "ACCME, Confirmation of Intent; Joint Accreditation, Intent to Reaccredit"
    ),
    MilestoneKind.SELF_STUDY: Notice((6, 3, 1), (7,), "ACCME, self-study report"),
    MilestoneKind.FILES: Notice((3, 1), (7,), "ACCME, performance-in-practice: up to 15 activities are selected"),
    MilestoneKind.REVIEW: Notice((1,), (7,), "ACCME, accreditation interview"),
    MilestoneKind.DECISION: Notice((), (1,), "ACCME, decisions in March, July and December"),
    MilestoneKind.PROGRESS_REPORT: Notice((3, 1), (7,), "ACCME, progress reports within a year of the finding"),
    MilestoneKind.CLOSE_ACTIVITIES: Notice((), (7,), "ACCME PARS: close activities every month"),
    MilestoneKind.ANNUAL_FEE: Notice((), (30, 7), "ACCME, annual fee: the day stands on the invoice"),
    MilestoneKind.ANNUAL_REPORT: Notice((2, 1), (7,), _ANNUAL),
    MilestoneKind.LEARNER_DATA: Notice((), (10,), "boards and ACPE: learner data within the board's own period"),
    MilestoneKind.MOC_CUT_OFF: Notice((), (30,), "certifying boards: cut-off of the year"),
    MilestoneKind.APPROVAL_END: Notice((3, 1), (7,), "ends of UAN, AAFP and AAPA approvals and of provider numbers"),
    MilestoneKind.STRUCTURE_CHANGE: Notice((), (14, 3), "Joint Accreditation: changes of structure within 30 days"),
    MilestoneKind.OTHER: Notice((1,), (7,)),
    DueKind.FINDING: Notice((3, 1), (7,), "ACCME, corrective actions of a decision report"),
    DueKind.DOCUMENT_REVIEW: Notice((1,), (7,)),
    DueKind.ACTIVITY_EXPIRY: Notice((), (90, 30), "ACCME, enduring materials: review or withdraw before they expire"),
    DueKind.CONTENT_REVIEW: Notice((), (90, 30), "ACCME, enduring materials: content reviewed every three years"),
}

MILESTONE = (
    FieldRule("kind", FieldKind.CHOICE, is_required=True, choices=tuple(MilestoneKind)),
    FieldRule("accreditation", FieldKind.CHOICE),
    FieldRule("due_on", FieldKind.DAY, is_required=True),
    FieldRule("done_on", FieldKind.DAY),
    FieldRule("owner", FieldKind.CHOICE),
    FieldRule("note", FieldKind.TEXT, longest=2000),
)
FINDING = (
    FieldRule("accreditation", FieldKind.CHOICE, is_required=True),
    FieldRule("criterion", FieldKind.CHOICE, is_required=True, choices=tuple(CRITERIA)),
    FieldRule("finding", FieldKind.TEXT, is_required=True, longest=4000),
    FieldRule("action", FieldKind.TEXT, is_required=True, longest=4000),
    FieldRule("due_on", FieldKind.DAY, is_required=True),
    FieldRule("resolved_on", FieldKind.DAY),
    FieldRule("owner", FieldKind.CHOICE),
)


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a day. ``key`` is stable (``kind:row``); ``owner_id`` may be empty."""

    key: str
    kind: MilestoneKind | DueKind
    due_on: date
    subject: str
    owner_id: str = ""
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """One notice of one due thing, on its day."""

    on: date
    due: Due
    source: str

    @property
    def key(self) -> str:
        """Told once under this name: a day that is entered anew is told anew."""
        return f"reminder:{self.due.key}:{self.due.due_on}:{self.on}"


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def reminders(due: Due) -> tuple[Reminder, ...]:
    """All notices of a due thing, earliest first, the day itself last; none for what is done."""
    if due.is_done:
        return ()
    notice = NOTICES[due.kind]
    days = {months_before(due.due_on, months) for months in notice.months}
    days |= {due.due_on - timedelta(days=number) for number in notice.days}
    return tuple(Reminder(day, due, notice.source) for day in sorted(days | {due.due_on}))


def reminders_to_send(dues: Iterable[Due], today: date) -> tuple[Reminder, ...]:
    """For each open thing the newest notice whose day has come. Missed ones are not told in a heap."""
    found = (max((one for one in reminders(due) if one.on <= today), key=_day, default=None) for due in dues)
    return tuple(one for one in found if one is not None)


def _day(reminder: Reminder) -> date:
    return reminder.on


PASSING = frozenset({DueKind.TERM_END, DueKind.ACTIVITY_EXPIRY, DueKind.CONTENT_REVIEW})
"""What is over when its day is: nobody marks it as done."""


def open_dues(dues: Iterable[Due], since: date) -> Sequence[Due]:
    """What is not done, by day; of what passes by itself, only what was not over before ``since``."""
    found = (one for one in dues if not one.is_done and not (one.kind in PASSING and one.due_on < since))
    return sorted(found, key=lambda one: (one.due_on, one.key))
