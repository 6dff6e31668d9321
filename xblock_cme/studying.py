"""The information page and the content: what was acknowledged, opened, read and finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from lti_tool.domain.activity import ContentKind, Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.pathway import content_blockers, has_acknowledged
from lti_tool.domain.record import Acknowledgement, Response, Study
from lti_tool.domain.response import find_item, read_response
from xblock_cme.facts import LearnerFacts, Reading, with_study
from xblock_cme.progress import Progress

UNPLANNED_MINUTES = 20
"""The most that counts for reading an item whose file names no minutes."""
SHOWABLE = frozenset({ContentKind.PAGE, ContentKind.PDF, ContentKind.ARTICLE, ContentKind.CASE, ContentKind.POLL})
"""Recordings are measured by the tool's own player: a block has none, and says so to the author."""


def acknowledge(here: Progress, fingerprint: str) -> LearnerFacts:
    """Keep that the learner has read the text with ``fingerprint``. A second time changes nothing.

    Raises ``Conflict("text_changed")`` if another text is in force: nobody acknowledges what they were not shown.
    """
    here.require(Step.INFORMATION)
    if has_acknowledged(here.record, here.page.fingerprint):
        return here.facts
    if fingerprint != here.page.fingerprint:
        raise Conflict("text_changed", "the information page has changed since it was shown")
    record = here.facts.record
    marks = (*record.acknowledgements, Acknowledgement(fingerprint, here.now))
    return replace(here.facts, record=replace(record, acknowledgements=marks))


def open_item(here: Progress, key: str) -> LearnerFacts:
    """Record that the item was opened, now. One item is open at a time, so no second counts twice."""
    here.require(Step.CONTENT)
    item = find_item(here.activity, here.record, key)
    known = here.record.studies.get(key)
    facts = here.facts if known else with_study(here.facts, {key: Study(item.key, first_opened_at=here.now)})
    return replace(facts, reading=Reading(key, here.now))


def respond(here: Progress, key: str, fields: Fields) -> LearnerFacts:
    """Keep the answer to a case or poll, and the time until it. One that is answered stays as it is.

    Raises ``NotFound("content_unknown")``, ``Refused``, ``BadInput``: ``question_unknown``, ``response_wrong``.
    """
    here.require(Step.CONTENT)
    item = find_item(here.activity, here.record, key)
    if item.question is None:
        raise NotFound("content_unknown")
    if key in here.record.responses:
        return here.facts
    response = Response(key, read_response(item.question, fields), here.now)
    read = confirm_reading(here, key)
    return replace(read, record=replace(read.record, responses={**read.record.responses, key: response}))


def confirm_reading(here: Progress, key: str) -> LearnerFacts:
    """The learner says that the item was read: the time since it was opened counts, up to what was planned for it."""
    here.require(Step.CONTENT)
    item, reading = find_item(here.activity, here.record, key), here.facts.reading
    if reading is None or reading.item != key:
        return here.facts
    seconds = min(_seconds(reading.since, here.now), (item.minutes or UNPLANNED_MINUTES) * 60)
    known = here.record.studies.get(key) or Study(key, first_opened_at=reading.since)
    study = replace(known, seconds=known.seconds + seconds)
    return replace(with_study(here.facts, {key: study}), reading=None)


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def finish_content(here: Progress) -> LearnerFacts:
    """Keep "I have studied this". Raises ``Refused("content_unfinished", blockers=…)``."""
    here.require(Step.CONTENT)
    blockers = content_blockers(here.activity, here.record)
    if blockers:
        raise Refused("content_unfinished", step=Step.CONTENT, blockers=blockers)
    if here.record.content_finished_at is not None:
        return here.facts
    return replace(here.facts, record=replace(here.facts.record, content_finished_at=here.now))
