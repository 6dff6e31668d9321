"""Recordings: what the page's player reports, taken in as far as it can be true."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now as clock
from webob import Response
from xblock.core import XBlock

from lti_tool.domain.errors import BadInput, CmeError, Conflict, Refused
from lti_tool.domain.playback import NOTHING_PLAYED, read_playback, tidy, united
from lti_tool.domain.response import find_item
from xblock_cme.compat import Course, Person, course_of, person_of
from xblock_cme.facts import LearnerFacts
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf
from xblock_cme.recording_face import coverage_face
from xblock_cme.store import Place, is_overtaken
from xblock_cme.studying import Report, report_play
from xblock_cme.words import COVERAGE, REFUSALS

LONGEST_REPORT = 20_000
"""Bytes."""
MOST_SECONDS = 10**6
LONGEST_KEY = 64


def read_report(body: bytes) -> Report:
    """Raises ``BadInput("report_wrong")`` for anything that the page's player would not send."""
    try:
        data = json.loads(body) if len(body) <= LONGEST_REPORT else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise BadInput("report_wrong", "the report cannot be read")
    item, view, seconds = data.get("item"), data.get("view"), data.get("seconds")
    if not all(isinstance(each, str) and len(each) <= LONGEST_KEY for each in (item, view)):
        raise BadInput("report_wrong", "the report names no opening of an item")
    if type(seconds) is not int or not 0 <= seconds <= MOST_SECONDS:
        raise BadInput("report_wrong", "seconds must be a whole number")
    return Report(str(item), str(view), seconds, read_playback(data.get("duration"), data.get("ranges", [])))


class PlayingMixin:
    """Of a block with the learner's part beside it."""

    runtime: Any
    facts: Any
    usage: str
    save: Callable[[], None]
    translate: Callable[[str], str]
    shelf_for: Callable[[Progress], Shelf]
    progress_of: Callable[[Person, Place, datetime], Progress]
    _place: Callable[[Person, Course], Place]
    _keep_facts: Callable[..., None]

    @XBlock.handler
    def played(self, request: Any, suffix: str = "") -> Response:
        """What the page's player sends now and then; answered with how much is recorded."""
        if request.method != "POST":
            return Response(status=405, headerlist=[("Allow", "POST")])
        try:
            return Response(json_body=self._noted(read_report(request.body)))
        except CmeError as error:
            text = self.translate(REFUSALS.get(error.code, COVERAGE["lost"]))
            status = 400 if isinstance(error, BadInput) else 409
            return Response(json_body={"code": error.code, "text": text}, status=status)

    def _noted(self, told: Report) -> dict[str, Any]:
        person, now = person_of(self), clock()
        if not person.user_id:
            raise Refused("not_signed_in")
        if not person.may_write:
            raise Refused("viewing_as")
        place = self._place(person, course_of(self))
        here = self.progress_of(person, place, now)
        self._keep_report(report_play(here, told), here, place)
        after = self.progress_of(person, place, now)
        face = coverage_face(self.shelf_for(after), after, find_item(after.activity, after.record, told.item))
        return {**face, "note": "" if _is_taken(after, told) else self.translate(COVERAGE["fast"])}

    def _keep_report(self, facts: LearnerFacts, here: Progress, place: Place) -> None:
        """Players report while another tab submits a test: a report never writes over anything. Its figures are totals,
        so the next one brings them again. Raises ``Conflict("report_overtaken")``."""
        if facts == here.facts:
            return
        with transaction.atomic():
            if is_overtaken(place.user_id, self.usage, self.facts, here.now):
                raise Conflict("report_overtaken")
            self._keep_facts(facts, place, here.now)
            self.save()


def _is_taken(here: Progress, told: Report) -> bool:
    """All that was told is recorded."""
    study = here.record.studies.get(told.item)
    playback = (study.playback if study is not None else None) or NOTHING_PLAYED
    return not told.playback.duration or united(playback, tidy(told.playback)).played <= playback.played
