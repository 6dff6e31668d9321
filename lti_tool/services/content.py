"""Studying: opening content, the time it took, how much of a recording was played, and the learner's word.

Time is evidence of a browser, so it is bounded here: one opening never counts more seconds than have passed since it
was served, and all openings together never more than the time since the first. What is read outside our own page (an
article, a PDF), or without scripts, is measured from opening to the learner's "I have read this", at most
the time that the author planned for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import playback_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import ContentItem, Step
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.pathway import content_blockers
from lti_tool.domain.playback import NOTHING_PLAYED, Playback, as_seconds, in_seconds, noted, tidy, united
from lti_tool.domain.response import find_item, items_of, reached
from lti_tool.domain.study import countable_seconds, planned_seconds
from lti_tool.services.fact import note_fact
from lti_tool.services.participation import Progress, progress, progress_for_update
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """A content item on its way to the learner."""

    progress: Progress
    item: ContentItem
    view_id: str
    previous: ContentItem | None
    following: ContentItem | None
    """Only once it is open."""

    @property
    def is_waiting(self) -> bool:
        """What follows opens with the answer."""
        return self.item.awaits_answer and self.item.key not in self.progress.record.responses


@dataclass(frozen=True, slots=True)
class Report:
    """Totals of one opening, as a browser tells them."""

    seconds: int
    playback: Playback = NOTHING_PLAYED


def content_progress(db: Session, visit: Visit, now: datetime) -> Progress:
    """Raises ``Refused("step_locked")``."""
    here = progress(db, visit, now)
    here.require(Step.CONTENT)
    return here


def beside(here: Progress, item: ContentItem, view_id: str) -> OpenedItem:
    """The item with its neighbours, as far as they are open."""
    items, is_open = items_of(here.activity), reached(items_of(here.activity), here.record)
    place = items.index(item)
    following = items[place + 1] if place + 1 < len(is_open) else None
    return OpenedItem(here, item, view_id, items[place - 1] if place else None, following)


def open_item(db: Session, visit: Visit, key: str, now: datetime) -> OpenedItem:
    """Record that the item was opened.

    Raises ``NotFound("content_unknown")`` and ``Refused``: ``step_locked``, ``content_locked``.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.CONTENT)
    item = find_item(here.activity, here.record, key)
    insert_once(db, models.Study, {"participation_id": here.participation_id, "item": key}, {"first_opened_at": now})
    view = models.StudyView(participation_id=here.participation_id, item=key, opened_at=now)
    db.add(view)
    return beside(note_fact(db, visit, now), item, view.id)


def view_of(db: Session, here: Progress, key: str, view_id: str) -> models.StudyView:
    row = db.get(models.StudyView, view_id)
    if row is None or row.participation_id != here.participation_id or row.item != key:
        raise NotFound("view_unknown")
    return row


def _views(db: Session, view: models.StudyView) -> Sequence[models.StudyView]:
    """All openings of the content of this participation."""
    return db.scalars(select(models.StudyView).where(models.StudyView.participation_id == view.participation_id)).all()


def _allowed_seconds(db: Session, view: models.StudyView, now: datetime) -> int:
    """Seconds that may count for this opening: no more than passed, and no second twice."""
    rows = _views(db, view)
    others = sum(row.seconds for row in rows if row.id != view.id)
    return countable_seconds(view.opened_at, min(row.opened_at for row in rows), others, now)


def _note_playback(db: Session, view: models.StudyView, told: Playback, now: datetime) -> None:
    """Keep what was played, unless nobody could have played so much in the time."""
    rows = [row for row in _views(db, view) if row.item == view.item]
    known, others = playback_value(rows), playback_value(row for row in rows if row.id != view.id)
    since_first = (now - min(row.opened_at for row in rows)).total_seconds()
    after = noted(known, told, others.played, (now - view.opened_at).total_seconds(), since_first)
    if after != known:
        view.duration, view.ranges = as_seconds(united(in_seconds(view.duration, view.ranges), tidy(told)))


def report_view(db: Session, visit: Visit, key: str, view_id: str, report: Report, now: datetime) -> None:
    """Keep the largest figures of one opening. Late, lost and repeated reports do no harm.

    Raises as :func:`open_item`, and ``NotFound("view_unknown")``.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.CONTENT)
    find_item(here.activity, here.record, key)
    view = view_of(db, here, key, view_id)
    view.seconds = max(view.seconds, min(report.seconds, _allowed_seconds(db, view, now)))
    _note_playback(db, view, report.playback, now)
    db.flush()


def confirm_reading(db: Session, visit: Visit, key: str, view_id: str, now: datetime) -> OpenedItem:
    """The learner says that the item was read: the time since it was opened counts, up to what was planned for it.

    Raises the same as :func:`report_view`.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.CONTENT)
    item = find_item(here.activity, here.record, key)
    count_reading(db, item, view_of(db, here, key, view_id), now)
    return beside(note_fact(db, visit, now), item, view_id)


def count_reading(db: Session, item: ContentItem, view: models.StudyView, now: datetime) -> None:
    """The time since an opening counts, up to what was planned for the item."""
    view.seconds = max(view.seconds, min(planned_seconds(item), _allowed_seconds(db, view, now)))


def finish_content(db: Session, visit: Visit, now: datetime) -> Progress:
    """Keep "I have studied this". A second time changes nothing.

    Raises ``Refused("step_locked")`` and ``Refused("content_unfinished", blockers=…)``.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.CONTENT)
    blockers = content_blockers(here.activity, here.record)
    if blockers:
        raise Refused("content_unfinished", step=Step.CONTENT, blockers=blockers)
    if here.record.content_finished_at is None:
        db.get_one(models.Participation, here.participation_id).content_finished_at = now
    return note_fact(db, visit, now)
