"""Working on a plan: opening it, saving a section, and what happens when two authors save at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Change, Document, applied, changes, clashes, is_given, tidied, undone
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.domain.plan import DESIGNATED, FIELDS, PlanSection, PlanState, section_of
from lti_tool.domain.readiness import Days, Unmet
from lti_tool.services import audit, outline
from lti_tool.services.integrity import Integrity
from lti_tool.services.office import Officer
from lti_tool.services.plan.faces import unmet_of_faces
from lti_tool.services.plan.people import counted, fingerprint, held_for
from lti_tool.services.plan.powers import require_on, require_reader
from lti_tool.services.plan.readiness import Readiness, days_of, readiness
from lti_tool.services.plan.settings import unmet_of_provider

MAX_TITLE = 255
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class OpenChange:
    """The change request under way for an approved plan."""

    id: str
    reason: str
    base_revision: int
    opened_name: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as its authors see it."""

    id: str
    key: str
    title: str
    state: PlanState
    revision: int
    document: Document
    """With the people that count: the roster's, once there is one."""
    activity_id: str | None
    days: Days
    files: tuple[str, ...]
    change: OpenChange | None
    opens_at: datetime | None
    closes_at: datetime | None
    own: tuple[Unmet, ...] = ()
    """What the provider's settings, confirmations and connections leave open."""
    held: Integrity | None = None
    """The roster, support, joint providers and exception; ``None`` while the document's own people count."""
    stored: Document = field(default_factory=dict)
    """As it was saved last, which for what is approved is what learners are told."""

    @property
    def has_moved(self) -> bool:
        """The roster says something else by now than what was approved."""
        is_told = self.state in DESIGNATED and self.change is None
        return is_told and self.held is not None and bool(changes(self.stored, self.document))

    @property
    def fingerprint(self) -> str:
        """Comes back with an approval: it is given for what was read and for nothing else."""
        return fingerprint(self.document)

    @property
    def is_open_for_changes(self) -> bool:
        return self.state is PlanState.DRAFT or self.change is not None

    @property
    def readiness(self) -> Readiness:
        return readiness(self.document, self.key, self.days, self.files, self.own, self.held)


def plan_row(db: Session, officer: Officer, plan_id: str, *, is_locked: bool = False) -> models.ActivityPlan:
    """Raises ``NotFound("plan_unknown")``, also for another provider's; ``Forbidden("capability_missing")``."""
    table = models.ActivityPlan
    query = select(table).where(table.id == plan_id, table.provider_id == officer.provider_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.scalars(query).first() if plan_id.isascii() and plan_id.isalnum() else None
    if row is None:
        raise NotFound("plan_unknown")
    require_reader(officer, row)
    return row


def file_names(db: Session, plan_id: str) -> tuple[str, ...]:
    table = models.PlanMedia
    return tuple(db.scalars(select(table.name).where(table.plan_id == plan_id).order_by(table.name)))


def change_row(db: Session, plan_id: str) -> models.PlanChange | None:
    """The one that is open."""
    table = models.PlanChange
    return db.scalars(select(table).where(table.plan_id == plan_id, table.state == "open")).first()


def _open_change(row: models.PlanChange | None) -> OpenChange | None:
    return OpenChange(row.id, row.reason, row.base_revision, row.opened_name, row.opened_at) if row else None


def plan_value(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> Plan:
    held = held_for(db, officer, row.id, now)
    document = counted(row.document, held)
    days = days_of(row.document, row.designated_on, now)
    return Plan(
        id=row.id,
        key=row.key,
        title=row.title,
        state=PlanState(row.state),
        revision=row.revision,
        document=document,
        activity_id=row.activity_id,
        days=days,
        files=file_names(db, row.id),
        change=_open_change(change_row(db, row.id)),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        own=(*unmet_of_provider(db, row.provider_id, document, days), *unmet_of_faces(db, row, document)),
        held=held,
        stored=row.document,
    )


def open_plan(db: Session, officer: Officer, plan_id: str, now: datetime) -> Plan:
    """Raises ``NotFound("plan_unknown")``, ``Forbidden("capability_missing")``."""
    row = plan_row(db, officer, plan_id)
    return plan_value(db, officer, row, now)


def stored(made: Sequence[Change]) -> list[list[Any]]:
    return [[change.path, change.before, change.after] for change in made]


def restored(rows: Sequence[Sequence[Any]]) -> tuple[Change, ...]:
    return tuple(Change(*row) for row in rows)


def changes_since(db: Session, plan_id: str, revision: int) -> tuple[Change, ...]:
    """What was changed after ``revision``, oldest first."""
    table = models.PlanRevision
    query = select(table.changes).where(table.plan_id == plan_id, table.number > revision).order_by(table.number)
    return tuple(change for rows in db.scalars(query) for change in restored(rows))


def judged(db: Session, officer: Officer, row: models.ActivityPlan, now: datetime) -> Readiness:
    """The readiness of a plan as it stands, on this day, with its roster as it is now."""
    return plan_value(db, officer, row, now).readiness


def note_revision(
    db: Session, row: models.ActivityPlan, officer: Officer, act: str, document: Document, now: datetime, note: str = ""
) -> tuple[Change, ...]:
    """The next step of the history, with what it changed; the row then holds ``document``."""
    made = changes(row.document, document)
    row.revision += 1
    row.document, row.updated_at = document, now
    row.outline = outline.stored(outline.of_document(document), row.revision)
    row.title = (document.get("title") or row.title)[:MAX_TITLE]
    row.errors = len(judged(db, officer, row, now).errors)
    db.add(
        models.PlanRevision(
            plan_id=row.id,
            number=row.revision,
            author_id=officer.person_id,
            author_name=officer.name[:MAX_TITLE],
            at=now,
            act=act,
            note=note,
            changes=stored(made),
        )
    )
    db.flush()
    audit.note(
        db,
        officer,
        f"plan.{act}",
        f"plan:{row.id}",
        now,
        activity_id=row.activity_id,
        detail={"revision": row.revision, "fields": sorted({change.path for change in made})},
    )
    return made


def require_open(db: Session, row: models.ActivityPlan) -> None:
    """Raises ``Refused``: ``plan_in_review``, or ``plan_approved`` where a change request must be begun first."""
    state = PlanState(row.state)
    if state is PlanState.IN_REVIEW:
        raise Refused("plan_in_review")
    if state in DESIGNATED and change_row(db, row.id) is None:
        raise Refused("plan_approved")


@dataclass(frozen=True, slots=True)
class Edit:
    """A section as it came back from a form.

    ``revision``: what the form was made from. ``choices`` settles clashes that were shown when the plan was at
    ``seen``: path to ``mine`` or ``theirs``.
    """

    section: PlanSection
    fields: Mapping[str, Any]
    revision: int
    choices: Mapping[str, str]
    seen: int = 0
    is_strict: bool = False
    """The form stays open: it must show what is stored, so nothing may have changed behind it."""


def _own_changes(base: Document, edit: Edit) -> tuple[Change, ...]:
    """What this author changed, within the section's own fields."""
    wanted = dict(base)
    for name in FIELDS[edit.section]:
        wanted.pop(name, None)
        value = tidied(edit.fields.get(name))
        if is_given(value):
            wanted[name] = value
    return changes(base, wanted)


def save_section(db: Session, officer: Officer, plan_id: str, edit: Edit, now: datetime) -> int:
    """Keep a section; gives the revision that the plan has then. Nothing changed: no revision.

    What others changed meanwhile stays. Raises ``Conflict("plan_conflict", clashes=…, seen=…)`` where the same field
    was changed differently, ``Conflict("revision_unknown")`` for a revision that never was, ``Refused`` as
    ``require_open``, ``Forbidden("capability_missing")``.
    """
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    require_open(db, row)
    if not 0 < edit.revision <= row.revision:
        raise Conflict("revision_unknown")
    held = held_for(db, officer, plan_id, now)
    if held is not None and edit.section is PlanSection.PEOPLE:
        raise Refused("plan_people_in_roster")
    theirs = changes_since(db, plan_id, edit.revision)
    if edit.is_strict and any(section_of(change.path) is edit.section for change in theirs):
        return _unchanged(row, edit)
    own = _settled(db, plan_id, edit, _own_changes(undone(row.document, theirs), edit))
    open_clashes = [
        clash
        for clash in clashes(own, changes(undone(row.document, theirs), row.document))
        if not _is_chosen(db, plan_id, edit, clash.path)
    ]
    if open_clashes:
        raise Conflict("plan_conflict", clashes=tuple(open_clashes), seen=row.revision)
    document = applied(row.document, own)
    if document != row.document:
        note_revision(db, row, officer, "saved", counted(document, held), now)
    return row.revision


def _unchanged(row: models.ActivityPlan, edit: Edit) -> int:
    """An answer may have been lost on the line: what is stored already needs no saving.

    Raises ``Conflict("plan_merge_needed")`` where the form no longer shows what is stored.
    """
    if _own_changes(row.document, edit):
        raise Conflict("plan_merge_needed")
    return row.revision


def _is_chosen(db: Session, plan_id: str, edit: Edit, path: str) -> bool:
    """The author has seen the other value, and it is still the one that was seen."""
    if edit.choices.get(path) != MINE:
        return False
    return not clashes((Change(path, None, object()),), changes_since(db, plan_id, max(edit.seen, edit.revision)))


def _settled(db: Session, plan_id: str, edit: Edit, own: tuple[Change, ...]) -> tuple[Change, ...]:
    """Without what the author gave up for the other's value."""
    return tuple(change for change in own if edit.choices.get(change.path) != THEIRS)


def sections_open(found: Readiness) -> dict[PlanSection, int]:
    """How many errors each section has."""
    counts = dict.fromkeys(PlanSection, 0)
    for one in found.errors:
        counts[section_of(one.path)] += 1
    return counts
