"""Answering cases and polls in the content, what peers chose, and what a course's learners answered.

Test runs never count among peers, and nobody is told numbers of which an answer could be guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, answer_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import ContentItem, Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.assessment import Answer, Question
from lti_tool.domain.errors import NotFound
from lti_tool.domain.evaluation import SMALL_CELL
from lti_tool.domain.record import Response
from lti_tool.domain.response import Tally, find_item, items_of, options_hash, read_response, tally
from lti_tool.domain.wire import write_value
from lti_tool.services.content import OpenedItem, beside, content_progress, count_reading, view_of
from lti_tool.services.fact import note_fact
from lti_tool.services.participation import Progress, newest_version, progress_for_update
from lti_tool.services.results_facts import activity_of, participations
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class ResponseSummary:
    """One case or poll and what a course answered. ``tally`` is ``None`` where too few did."""

    item: ContentItem
    question: Question
    answered: int
    tally: Tally | None


def response_row(
    participation_id: str, activity_id: str, question: Question, response: Response
) -> models.ContentResponse:
    return models.ContentResponse(
        participation_id=participation_id, item=response.item, **_rest(activity_id, question, response)
    )


def _rest(activity_id: str, question: Question, response: Response) -> dict[str, Any]:
    return {
        "activity_id": activity_id,
        "value": write_value(response.answer),
        "options_hash": options_hash(question),
        "answered_at": response.at,
    }


def respond(db: Session, visit: Visit, key: str, view_id: str, fields: Fields, now: datetime) -> OpenedItem:
    """Keep the answer; the time since the item was opened counts as read. An item that is answered stays as it is.

    Raises ``NotFound``: ``content_unknown`` (also for an item that asks nothing), ``view_unknown``; ``Refused``:
    ``step_locked``, ``content_locked``; ``BadInput``: ``question_unknown``, ``response_wrong``.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.CONTENT)
    item = find_item(here.activity, here.record, key)
    if item.question is None:
        raise NotFound("content_unknown")
    view = view_of(db, here, key, view_id)
    if key not in here.record.responses:
        response = Response(key, read_response(item.question, fields), now)
        row = {"participation_id": here.participation_id, "item": key}
        insert_once(db, models.ContentResponse, row, _rest(here.activity_id, item.question, response))
        count_reading(db, item, view, now)
    return beside(note_fact(db, visit, now), item, view_id)


def reopened(db: Session, visit: Visit, key: str, view_id: str, now: datetime) -> OpenedItem:
    """The item as it was opened, once more: nothing is recorded. Raises as :func:`respond`."""
    here = content_progress(db, visit, now)
    item = find_item(here.activity, here.record, key)
    view_of(db, here, key, view_id)
    return beside(here, item, view_id)


def _counted(db: Session, item: str, question: Question, *where: ColumnElement[bool]) -> Iterator[tuple[Answer, int]]:
    """Answers to the same question with the same options, each with how many gave it."""
    table = models.ContentResponse
    query = (
        select(table.value, func.count())
        .join(models.Participation, models.Participation.id == table.participation_id)
        .where(table.item == item, table.options_hash == options_hash(question), *where)
        .group_by(table.value)
    )
    yield from ((answer_value(value), count) for value, count in db.execute(query))


def peers(db: Session, here: Progress, item: ContentItem) -> Tally | None:
    """What other learners of the activity chose, in every version that offered the same; ``None`` for too few.

    Only for those who have answered: nobody is led by others.
    """
    if item.question is None or item.key not in here.record.responses:
        return None
    table, participation = models.ContentResponse, models.Participation
    others = (
        table.activity_id == here.activity_id,
        participation.is_trial.is_(False),
        participation.id != here.participation_id,
    )
    return tally(item.question, _counted(db, item.key, item.question, *others))


def response_summaries(db: Session, visit: Visit, small_cell: int = SMALL_CELL) -> tuple[ResponseSummary, ...]:
    """Cases and polls of the newest version with what this course's learners answered to the same options.

    Raises ``Forbidden("staff_only")``, ``NotFound("placement_unbound")``.
    """
    activity_id, scope = activity_of(visit), participations(visit)
    activity = activity_value(db, activity_id, newest_version(db, activity_id))
    least, in_course = max(small_cell, SMALL_CELL), models.Participation.id.in_(scope)
    found = []
    for item in items_of(activity):
        if item.question is not None:
            counted = list(_counted(db, item.key, item.question, in_course))
            answered = sum(count for _, count in counted)
            found.append(ResponseSummary(item, item.question, answered, tally(item.question, counted, least)))
    return tuple(found)
