"""Files of an activity, for those who have come to where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Step
from lti_tool.domain.assessment import Question, TestKind
from lti_tool.domain.errors import NotFound
from lti_tool.domain.pathway import may_reveal
from lti_tool.domain.response import items_of, reached
from lti_tool.exchange.markup import images_in
from lti_tool.services.assessment import step_of, test_of
from lti_tool.services.fact import may_review
from lti_tool.services.participation import Progress, progress
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class MediaFile:
    name: str
    media_type: str
    content_hash: str
    body: bytes


def _pictures(*texts: str) -> Iterator[str]:
    """Images in Markdown."""
    for text in texts:
        yield from (source for source, _ in images_in(text))


def _content_files(here: Progress) -> Iterator[str]:
    """Of the items that are open: what stands behind an unanswered case is not given out, whatever its name."""
    for item in reached(items_of(here.activity), here.record):
        yield from (item.file, item.captions)
        yield from _pictures(item.body)
        if item.question is not None:
            yield from _asked_files(item.question, is_revealed=item.key in here.record.responses)


def _asked_files(question: Question, *, is_revealed: bool) -> Iterator[str]:
    yield from _pictures(question.vignette, question.stem)
    if question.image is not None:
        yield question.image.file
    if is_revealed:
        yield from _pictures(question.rationale)


def _question_files(here: Progress, kind: TestKind) -> Iterator[str]:
    """Pictures of the questions that this learner was given."""
    is_revealed = kind is TestKind.POST and may_reveal(here.activity, here.record)
    for attempt in here.record.attempts_at(kind):
        for item in attempt.form:
            yield from _asked_files(test_of(here.activity, kind).question(item.question), is_revealed=is_revealed)


def _visible_files(here: Progress) -> Iterator[str]:
    if Step.CONTENT in here.activity.steps and not here.standing.of(Step.CONTENT).blockers:
        yield from _content_files(here)
    for kind in TestKind:
        if step_of(kind) in here.activity.steps and may_review(here, step_of(kind)):
            yield from _question_files(here, kind)


def media_file(db: Session, visit: Visit, name: str, now: datetime) -> MediaFile:
    """A file of the version that this learner takes.

    Raises ``NotFound("media_unknown")`` also for files of steps that are locked: the two are never told apart.
    """
    here = progress(db, visit, now)
    if name not in set(_visible_files(here)):
        raise NotFound("media_unknown")
    query = select(models.Media).where(
        models.Media.activity_id == here.activity_id, models.Media.version == here.version, models.Media.name == name
    )
    row = db.scalars(query).first()
    if row is None:
        raise NotFound("media_unknown")
    return MediaFile(row.name, row.media_type, row.content_hash, row.body)
