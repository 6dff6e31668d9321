"""The information page and the content: what was acknowledged, opened, read and finished."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.pathway import content_blockers, has_acknowledged
from lti_tool.domain.playback import NOTHING_PLAYED, Playback, noted
from lti_tool.domain.record import Acknowledgement, Response, Study
from lti_tool.domain.response import find_item, read_response
from lti_tool.domain.study import countable_seconds, planned_seconds
from xblock_cme.facts import LearnerFacts, Reading, with_study
from xblock_cme.progress import Progress


@dataclass(frozen=True, slots=True)
class Report:
    """Totals of one opening of a recording, as the page's player tells them."""

    item: str
    view: str
    seconds: int
    playback: Playback


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
    known = here.native.studies.get(key)
    facts = here.facts if known else with_study(here.facts, {key: Study(item.key, first_opened_at=here.now)})
    before = known.playback.played if known is not None and known.playback is not None else 0
    return replace(facts, reading=Reading(key, here.now, before=before))


def report_play(here: Progress, told: Report) -> LearnerFacts:
    """Keep what the player of the open recording tells, as far as it can be true. Late, lost and repeated reports do no
    harm.

    Raises ``Refused``: ``step_locked``, ``content_locked``; ``NotFound``: ``content_unknown``, ``view_unknown`` for an
    opening that is over, e.g. in another tab.
    """
    here.require(Step.CONTENT)
    item, reading = find_item(here.activity, here.record, told.item), here.facts.reading
    if not item.is_recording:
        raise NotFound("content_unknown")
    if reading is None or (reading.item, reading.view) != (told.item, told.view):
        raise NotFound("view_unknown")
    known = here.native.studies.get(item.key) or Study(item.key, first_opened_at=reading.since)
    first = known.first_opened_at or reading.since
    spans = ((here.now - reading.since).total_seconds(), (here.now - first).total_seconds())
    playback = noted(known.playback or NOTHING_PLAYED, told.playback, reading.before, *spans)
    if playback.duration:
        known = replace(known, playback=playback, coverage=playback.coverage)
    return _counted(here, reading, known, min(told.seconds, _countable(here, reading)))


def _countable(here: Progress, reading: Reading) -> int:
    """The most seconds that may count for this opening."""
    opened = [each.first_opened_at for each in here.native.studies.values() if each.first_opened_at is not None]
    others = here.native.seconds_studied - reading.seconds
    return countable_seconds(reading.since, min(opened, default=reading.since), others, here.now)


def _counted(here: Progress, reading: Reading, study: Study, seconds: int) -> LearnerFacts:
    """The facts with the larger of what this opening counts and what it counted before."""
    seconds = max(reading.seconds, seconds)
    counted = replace(study, seconds=study.seconds + seconds - reading.seconds)
    return replace(with_study(here.facts, {study.item: counted}), reading=replace(reading, seconds=seconds))


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
    """The learner says that the item was read: the time since it was opened counts, up to what was planned for it. Of a
    recording that has told its time, what it told counts."""
    here.require(Step.CONTENT)
    item, reading = find_item(here.activity, here.record, key), here.facts.reading
    if reading is None or reading.item != key:
        return here.facts
    known = here.native.studies.get(key) or Study(key, first_opened_at=reading.since)
    is_told = item.is_recording and reading.seconds > 0
    seconds = reading.seconds if is_told else min(planned_seconds(item), _countable(here, reading))
    return replace(_counted(here, reading, known, seconds), reading=None)


def finish_content(here: Progress) -> LearnerFacts:
    """Keep "I have studied this". Raises ``Refused("content_unfinished", blockers=…)``."""
    here.require(Step.CONTENT)
    blockers = content_blockers(here.activity, here.record)
    if blockers:
        raise Refused("content_unfinished", step=Step.CONTENT, blockers=blockers)
    if here.record.content_finished_at is not None:
        return here.facts
    return replace(here.facts, record=replace(here.facts.record, content_finished_at=here.now))
