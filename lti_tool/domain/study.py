"""How much time counts for studying: never more than has passed, and no second twice. Tool and native faces share it,
and what a face sends of it is held against the clock once more.

What is read where no script can measure it counts by the learner's word: the time since it was opened, up to what the
author planned for it.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.domain.activity import Activity, ContentItem
from lti_tool.domain.errors import Refused
from lti_tool.domain.playback import NOTHING_PLAYED, most_played
from lti_tool.domain.record import Record, Study
from lti_tool.domain.response import items_of

UNPLANNED_MINUTES = 20
"""The most that counts for reading an item whose file names no minutes."""


def planned_seconds(item: ContentItem) -> int:
    """The most that one opening counts by the learner's word."""
    return (item.minutes or UNPLANNED_MINUTES) * 60


def passed(since: datetime, now: datetime) -> int:
    """Whole seconds."""
    return max(0, int((now - since).total_seconds()))


def countable_seconds(opened_at: datetime, first_opened_at: datetime, others: int, now: datetime) -> int:
    """The most that may count for an opening. ``first_opened_at``: of all content; ``others``: seconds that all other
    openings count."""
    return max(0, min(passed(opened_at, now), passed(first_opened_at, now) - others))


def impossible(what: str) -> Refused:
    """Facts that cannot have happened like this."""
    return Refused("facts_impossible", what, what=what)


def _span(sent: Record, moment: datetime) -> float:
    """Seconds since content was first opened."""
    opened = [study.first_opened_at for study in sent.studies.values() if study.first_opened_at is not None]
    return (moment - min(opened)).total_seconds() if opened else 0


def check_time(sent: Record, now: datetime) -> None:
    """No more time was spent than has passed, and nothing was played faster than a recording can be.

    Raises ``Refused("facts_impossible")``.
    """
    if sent.seconds_studied > _span(sent, now):
        raise impossible("more time was spent on the content than has passed")
    for study in sent.studies.values():
        playback = study.playback or NOTHING_PLAYED
        if study.coverage > playback.coverage:
            raise impossible("a recording is said to be played further than its stretches go")
        if playback.played > _playable(study, now):
            raise impossible("more of a recording was played than the time allows")


def check_studied_by(activity: Activity, known: Record, sent: Record, moment: datetime) -> None:
    """What is asked could be done until then, beside what the tool has recorded itself (``known``).

    Raises ``Refused("facts_impossible")``.
    """
    for item in items_of(activity):
        study, there = sent.studies.get(item.key), known.studies.get(item.key)
        if item.minimum_coverage is None or study is None or study.playback is None:
            continue
        earlier = there.playback.played if there is not None and there.playback is not None else 0
        if item.minimum_coverage * study.playback.duration - earlier > _playable(study, moment):
            raise impossible("the content was finished before a recording could be played as far as asked")


def _playable(study: Study, moment: datetime) -> float:
    """The most milliseconds of a recording since it was opened first."""
    opened = study.first_opened_at
    return most_played((moment - opened).total_seconds()) if opened is not None and opened <= moment else 0
