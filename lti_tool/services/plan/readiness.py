"""Readiness of a plan: the pure rules, the checks of an activity file and the rehearsal, as one list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lti_tool.domain.activity import Activity
from lti_tool.domain.document import Document, is_given, value_at
from lti_tool.domain.plan import section_of
from lti_tool.domain.readiness import Days, Severity, Unmet, blocking, rehearsed, unmet
from lti_tool.services.activity_file import Fault
from lti_tool.services.integrity import Integrity
from lti_tool.services.plan.convert import checked, document_path
from lti_tool.services.plan.people import is_answered, people_unmet
from lti_tool.services.time_zone import time_zones

FILE_CHECK = "file_check"
"""A check of the activity file's format: its words come with it, in English."""
_FORMAT = "activity file"
_PART_OF = {
    "steps.pre-test": "pre_test.questions",
    "steps.content": "content.items",
    "steps.post-test": "post_test.questions",
    "steps.evaluation": "evaluation.items",
}
_TWICE = ("objectives", "release", "expires", "post_test.draw")
"""Fields that both look at for the same reasons."""
_TOLD_BY = {"designated": "release"}
"""Where an author can do something about a field that only the approval sets."""


def days_of(document: Document, designated: date | None, now: datetime) -> Days:
    """Today where the activity takes place: credit is designated by that calendar."""
    zone = str(document.get("time_zone") or "UTC")
    place = ZoneInfo(zone) if zone in time_zones() else UTC
    return Days(now.astimezone(place).date(), designated)


@dataclass(frozen=True, slots=True)
class Readiness:
    """``activity`` is there when the document can be frozen as one; only then was it rehearsed."""

    unmet: tuple[Unmet, ...]
    activity: Activity | None
    files: frozenset[str]
    """The media that it names."""

    @property
    def errors(self) -> tuple[Unmet, ...]:
        return blocking(self.unmet)

    @property
    def is_ready(self) -> bool:
        return self.activity is not None and not self.errors


def _place(fault: Fault) -> str:
    """A step whose part is missing is completed in that part's own section."""
    if fault.where in _PART_OF and "is missing" in fault.what:
        return _PART_OF[fault.where]
    return _TOLD_BY.get(fault.where, fault.where)


def _of_fault(document: Document, fault: Fault) -> Unmet:
    path = document_path(document, _place(fault))
    facts = {"what": fault.what, "remedy": fault.remedy}
    return Unmet(FILE_CHECK, path, section_of(path), fault.rule or _FORMAT, Severity.ERROR, facts)


def _is_told(document: Document, fault: Unmet, told: frozenset[str]) -> bool:
    """A rule has said the same in better words: about a field that is empty, or about the very same place."""
    is_empty = not is_given(value_at(document, fault.path))
    return fault.path in told and (is_empty or fault.path.startswith(_TWICE))


def readiness(
    document: Document,
    key: str,
    days: Days,
    names: Collection[str],
    own: Collection[Unmet] = (),
    held: Integrity | None = None,
) -> Readiness:
    """Everything that is unmet, errors first, in the order of the rules.

    ``names``: files that are there. ``own``: what the provider's settings, confirmations and connections
    leave open (``plan.settings``, ``plan.faces``). ``held``: the roster that the document was counted with, if there
    is one.
    """
    asked = (one for one in unmet(document, days) if not is_answered(one.code, held))
    rules = (*people_unmet(held), *asked)
    told = frozenset(one.path for one in rules if one.is_error)
    file = checked(document, key, days.designation, names)
    faults = (_of_fault(document, fault) for fault in file.faults)
    further = (fault for fault in faults if not _is_told(document, fault, told))
    walked = rehearsed(file.activity) if file.activity is not None else ()
    found = sorted((*rules, *own, *further, *walked), key=lambda one: not one.is_error)
    return Readiness(tuple(found), file.activity, file.names)
