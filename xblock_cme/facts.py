"""What one learner did in one block: kept as one JSON value in the block's user state.

``native-facts/1``. The record holds this block's own facts only; several blocks of one course that show one activity
are read together (:func:`joined`), so a disclosure in the first unit counts for a test in the last.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import Profile
from lti_tool.domain.playback import trimmed
from lti_tool.domain.record import Record, Response, Study
from lti_tool.domain.replay import all_played
from lti_tool.domain.wire import LATER, read_value, write_value

FACTS_VERSION = "native-facts/1"
PACKED_FROM = 6000
"""Length of the JSON, in characters, from which it is packed (zlib, base64)."""
MOST_STRETCHES = 600
"""Of all recordings together, so that state stays small: a recording that is played through is one stretch."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The content item that is open now, and since when. The moment tells one opening from another."""

    item: str
    since: datetime
    seconds: int = field(default=0, metadata=LATER)
    """What a player has told of this opening; they count already."""
    before: int = field(default=0, metadata=LATER)
    """Milliseconds of the recording that were known to be played before."""

    @property
    def view(self) -> str:
        """What reports of this opening name."""
        return self.since.isoformat()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform was told last, so that nothing is told twice."""

    value: str = ""
    """Grade as a fraction in text, ``""`` for none."""
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the tool had recorded of this learner itself when they asked, at ``at``; see ``native.NativeRecord``."""

    version: int
    record: Record
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """``version`` is the activity version that this learner began with; 0 while nothing has been done."""

    version: int = 0
    is_trial: bool = False
    """A test run by staff: never graded, never completed, never claimed."""
    record: Record = field(default_factory=Record)
    reading: Reading | None = None
    revision: int = 0
    """Changes of the open attempt's answers, and who made the last one: tells open tabs apart."""
    tab: int = 0
    profile: Profile | None = None
    is_equivalence_stated: bool = False
    sent: Sent = field(default_factory=Sent)
    elsewhere: Elsewhere | None = None


def write_facts(facts: LearnerFacts) -> dict[str, Any]:
    """Plain data; packed once it is long, for platforms keep state in one column and load it for every page."""
    body = json.dumps(write_value(facts), separators=(",", ":"))
    if len(body) <= PACKED_FROM:
        return {"version": FACTS_VERSION, "body": json.loads(body)}
    return {"version": FACTS_VERSION, "packed": base64.b64encode(zlib.compress(body.encode(), 9)).decode()}


def read_facts(data: Any) -> LearnerFacts:
    """Raises ``BadInput``: state of another release is refused, never guessed at. Nothing stored means no facts."""
    if not data:
        return LearnerFacts()
    found = data.get("version") if isinstance(data, dict) else None
    if found != FACTS_VERSION:
        raise BadInput("wire_version", f"learner state {found!r}; this release reads {FACTS_VERSION!r}", found=found)
    return read_value(LearnerFacts, _unpacked(data["packed"]) if "packed" in data else data.get("body"))


def _unpacked(packed: str) -> Any:
    try:
        return json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))
    except (ValueError, zlib.error) as error:
        raise BadInput("wire_wrong_type", "packed learner state cannot be read") from error


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def joined(records: Iterable[Record]) -> Record:
    """All facts of one learner in one activity, from every block of the course that shows a part of it."""
    found = list(records)
    attempts = [attempt for record in found for attempt in record.attempts]
    return Record(
        acknowledgements=tuple(
            sorted((mark for record in found for mark in record.acknowledgements), key=lambda mark: mark.at)
        ),
        attempts=tuple(sorted(attempts, key=lambda attempt: (attempt.test, attempt.number, attempt.started_at))),
        studies=_joined_studies(found),
        responses=_first_responses(found),
        content_finished_at=_latest(record.content_finished_at for record in found),
        evaluated_at=_latest(record.evaluated_at for record in found),
        claims=tuple(claim for record in found for claim in record.claims),
    )


def _joined_studies(records: Iterable[Record]) -> dict[str, Study]:
    """By content item. Each block has counted on from what it knew of the others."""
    found: dict[str, Study] = {}
    for record in records:
        for key, study in record.studies.items():
            found[key] = _joined_study(found[key], study) if key in found else study
    return found


def _joined_study(one: Study, other: Study) -> Study:
    opened = [each.first_opened_at for each in (one, other) if each.first_opened_at is not None]
    playback = all_played(one, other)
    coverage = playback.coverage if playback is not None else max(one.coverage, other.coverage)
    return Study(one.item, max(one.seconds, other.seconds), coverage, min(opened, default=None), playback)


def newest_elsewhere(facts: Iterable[LearnerFacts]) -> Elsewhere | None:
    """Of what the blocks of a course have heard from the tool, the last."""
    heard = [each.elsewhere for each in facts if each.elsewhere is not None]
    return max(heard, key=lambda each: each.at, default=None)


def _first_responses(records: Iterable[Record]) -> dict[str, Response]:
    """By content item; the first answer stands."""
    found = sorted((each for record in records for each in record.responses.values()), key=lambda each: each.at)
    return {each.item: each for each in reversed(found)}


def since(facts: LearnerFacts, reset_at: datetime | None) -> LearnerFacts:
    """Without the attempts at the post-test that began before staff set them aside."""
    if reset_at is None:
        return facts
    kept = tuple(
        each for each in facts.record.attempts if each.test is not TestKind.POST or each.started_at >= reset_at
    )
    return replace(facts, record=replace(facts.record, attempts=kept))


def with_study(facts: LearnerFacts, studies: Mapping[str, Study]) -> LearnerFacts:
    return replace(facts, record=sparing(replace(facts.record, studies={**facts.record.studies, **studies})))


def sparing(record: Record) -> Record:
    """With no more stretches of recordings than state has room for; whoever jumps about hundreds of times loses the
    shortest."""
    played = {key: study.playback for key, study in record.studies.items() if study.playback is not None}
    if sum(len(each.stretches) for each in played.values()) <= MOST_STRETCHES:
        return record
    kept = {key: trimmed(each, MOST_STRETCHES // len(played)) for key, each in played.items()}
    spared = {key: replace(record.studies[key], playback=one, coverage=one.coverage) for key, one in kept.items()}
    return replace(record, studies={**record.studies, **spared})
