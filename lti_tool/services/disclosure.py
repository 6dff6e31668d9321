"""The disclosure gate: keeping what was shown, and that it was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import Conflict
from lti_tool.domain.pathway import has_acknowledged
from lti_tool.services.fact import note_fact
from lti_tool.services.participation import Progress, progress, progress_for_update
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The information page for one learner."""

    progress: Progress
    acknowledged_at: datetime | None
    """When the text now in force was acknowledged."""
    has_changed: bool
    """An earlier text was acknowledged, this one was not."""


def _disclosure(here: Progress) -> Disclosure:
    given = here.record.acknowledgements
    times = [each.at for each in given if each.fingerprint == here.page.fingerprint]
    return Disclosure(here, min(times, default=None), bool(given) and not times)


def disclosure(db: Session, visit: Visit, now: datetime) -> Disclosure:
    """The text now in force, and whether this learner has acknowledged it."""
    here = progress(db, visit, now)
    here.require(Step.INFORMATION)
    return _disclosure(here)


def acknowledge(db: Session, visit: Visit, fingerprint: str, locale: str, now: datetime) -> Disclosure:
    """Keep that the learner has read the text with ``fingerprint``. A second time changes nothing.

    ``locale`` is the language of the page around the text. Raises ``Conflict("text_changed")`` if another text is in
    force by now: nobody acknowledges what they were not shown.
    """
    here = progress_for_update(db, visit, now)
    here.require(Step.INFORMATION)
    if has_acknowledged(here.record, here.page.fingerprint):
        return _disclosure(here)
    if fingerprint != here.page.fingerprint:
        raise Conflict("text_changed", "the information page has changed since it was shown")
    shown = {"body": here.page.as_record(), "first_shown_at": now}
    insert_once(db, models.ShownText, {"fingerprint": fingerprint}, shown)
    db.add(
        models.Acknowledgement(
            participation_id=here.participation_id,
            fingerprint=fingerprint,
            version=here.newest_version,
            locale=locale[:35],
            acknowledged_at=now,
        )
    )
    return _disclosure(note_fact(db, visit, now))
