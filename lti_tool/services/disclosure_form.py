"""What a person in control of content discloses: every submission is a version, and none is ever changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_disclosure import company_values, form_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.company import Companies, clean_company, company_key
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.learner import clean_name
from lti_tool.domain.person import (
    MOST_RELATIONSHIPS,
    NOTICE,
    DisclosedRelationship,
    DisclosureForm,
    Nature,
    ResearchRole,
    last_valid_day,
    relationship_faults,
)
from lti_tool.services.audit import TOOL, Actor, ToolActor, note
from lti_tool.services.company import named_company
from lti_tool.services.invitation import about_person
from lti_tool.services.mail import withdraw_mail
from lti_tool.services.subject import subjects

_SUBMISSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class RelationshipRow:
    """One relationship as typed."""

    company: str = ""
    nature: str = ""
    research_role: str = ""
    has_ended: str = ""
    """``yes``, ``no``, or ``""`` while nothing was chosen."""
    detail: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.company.strip() or self.nature or self.detail.strip())


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as sent. ``discloses``: ``yes``, ``no`` or ``""``."""

    discloses: str
    rows: tuple[RelationshipRow, ...]
    signed_name: str
    is_attested: bool
    notice: str
    submission: str


@dataclass(frozen=True, slots=True)
class GivenForm:
    """One version with the names of its companies, for the person and for staff."""

    id: str
    form: DisclosureForm
    companies: Companies
    came_by: str
    valid_until: date
    notice: tuple[str, ...]
    """The paragraphs that were shown above this version."""


def forms_of(db: Session, person_id: str, months: int) -> tuple[GivenForm, ...]:
    """Every version, newest first. ``months``: how long a form counts."""
    table = models.DisclosureForm
    rows = db.scalars(select(table).where(table.person_id == person_id).order_by(table.number.desc())).all()
    companies = company_values(db, (one.company_id for row in rows for one in row.relationships))
    shown = _shown(db, {row.notice for row in rows})
    return tuple(
        GivenForm(
            row.id,
            form_value(row, companies),
            companies,
            row.came_by,
            last_valid_day(row.signed_at.date(), months),
            shown[row.notice],
        )
        for row in rows
    )


def _shown(db: Session, fingerprints: set[str]) -> dict[str, tuple[str, ...]]:
    table = models.ShownText
    rows = db.scalars(select(table).where(table.fingerprint.in_(sorted(fingerprints))))
    return {row.fingerprint: tuple(row.body["paragraphs"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is asked to disclose: who asks, for what, and what was given before, newest first."""

    provider_name: str
    name: str
    titles: tuple[str, ...]
    forms: tuple[GivenForm, ...]


def asked(db: Session, person: models.Person, months: int) -> Asked:
    """``months``: how long a form counts."""
    provider = db.get_one(models.Provider, person.provider_id)
    table = models.ActivityRole
    held = select(table.plan_id).where(table.person_id == person.id, table.removed_at.is_(None))
    about = subjects(db, provider.id, list(db.scalars(held)))
    return Asked(
        provider.name, person.name, tuple(one.title for one in about.values()), forms_of(db, person.id, months)
    )


def given_rows(given: GivenForm | None) -> tuple[RelationshipRow, ...]:
    """The rows that a new version begins with."""
    if given is None:
        return ()
    return tuple(
        RelationshipRow(
            given.companies.named(one.company_id),
            one.nature.value,
            one.research_role.value,
            "yes" if one.has_ended else "no",
            one.detail,
        )
        for one in given.form.relationships
    )


def _row_faults(row: RelationshipRow) -> dict[str, str]:
    faults: dict[str, str] = {}
    try:
        clean_company(row.company)
    except BadInput as error:
        faults = dict(error.faults)
    if row.nature not in set(Nature):
        return faults | {"nature": "unknown" if row.nature else "missing"}
    if row.has_ended not in ("yes", "no"):
        faults["has_ended"] = "missing"
    research = row.research_role or ResearchRole.NONE.value
    if research not in set(ResearchRole):
        return faults | {"research_role": "unknown"}
    return faults | relationship_faults(_relationship(row, ""))


def _relationship(row: RelationshipRow, company_id: str) -> DisclosedRelationship:
    return DisclosedRelationship(
        company_id,
        Nature(row.nature),
        ResearchRole(row.research_role or ResearchRole.NONE.value),
        row.has_ended == "yes",
        " ".join(row.detail.split()),
    )


def _faults(sent: SentForm) -> dict[str, str]:
    faults: dict[str, str] = {}
    if sent.discloses not in ("yes", "no"):
        faults["discloses"] = "missing"
    if sent.discloses == "yes":
        filled = [(index, row) for index, row in enumerate(sent.rows) if not row.is_blank]
        if not filled:
            faults["discloses"] = "no_relationships"
        elif len(filled) > MOST_RELATIONSHIPS:
            faults["discloses"] = "too_many"
        for index, row in filled:
            faults |= {f"{field}.{index}": code for field, code in _row_faults(row).items()}
    if sent.discloses == "no" and any(not row.is_blank for row in sent.rows):
        faults["discloses"] = "contradicted"
    try:
        clean_name(sent.signed_name)
    except BadInput as error:
        faults["signed_name"] = error.faults["printed_name"]
    if not sent.is_attested:
        faults["attestation"] = "missing"
    return faults


def submit_form(
    db: Session, person: models.Person, sent: SentForm, came_by: str, locale: str, now: datetime
) -> models.DisclosureForm:
    """Keep a new version; the same form sent twice is kept once.

    Raises ``BadInput("disclosure_unusable")`` with faults for ``discloses``, ``signed_name``, ``attestation`` and, by
    number of the row, ``company.0``, ``nature.0``, ``research_role.0``, ``has_ended.0``, ``detail.0``; and
    ``Conflict("notice_changed")`` if another definition or window is in force than the one that was shown.
    """
    db.refresh(person, with_for_update=True)
    known = _submitted(db, person, sent.submission)
    if known is not None:
        return known
    if sent.notice != NOTICE.fingerprint or not _SUBMISSION.fullmatch(sent.submission):
        raise Conflict("notice_changed")
    faults = _faults(sent)
    if faults:
        raise BadInput("disclosure_unusable", faults=faults)
    row = _kept(db, person, sent, came_by, locale, now)
    person.disclosed_at, person.has_relationships = row.signed_at, bool(row.relationships)
    withdraw_mail(db, person.provider_id, about_person(person.id))
    detail = {"number": row.number, "came_by": came_by, "relationships": len(row.relationships)}
    note(db, _actor(person), "disclosure.submitted", f"person:{person.id}", now, detail=detail)
    return row


def _actor(person: models.Person) -> Actor:
    """The person, if an LMS knows them; a signed link has nobody but itself behind it."""
    return ToolActor(person.provider_id, person.learner_id or TOOL)


def _submitted(db: Session, person: models.Person, submission: str) -> models.DisclosureForm | None:
    table = models.DisclosureForm
    query = select(table).where(table.person_id == person.id, table.submission == submission[:64])
    return db.scalars(query).first()


def _kept(
    db: Session, person: models.Person, sent: SentForm, came_by: str, locale: str, now: datetime
) -> models.DisclosureForm:
    insert_once(
        db,
        models.ShownText,
        {"fingerprint": NOTICE.fingerprint},
        {"body": NOTICE.as_record(), "first_shown_at": now},
    )
    table = models.DisclosureForm
    last = db.scalar(select(func.max(table.number)).where(table.person_id == person.id)) or 0
    row = table(
        provider_id=person.provider_id,
        person_id=person.id,
        number=last + 1,
        submission=sent.submission,
        signed_name=clean_name(sent.signed_name),
        signed_at=now,
        notice=NOTICE.fingerprint,
        locale=locale[:35],
        came_by=came_by,
        relationships=_relationship_rows(db, person.provider_id, sent.rows, now) if sent.discloses == "yes" else [],
    )
    db.add(row)
    db.flush()
    return row


def _relationship_rows(
    db: Session, provider_id: str, rows: Sequence[RelationshipRow], now: datetime
) -> list[models.DisclosedRelationship]:
    """Each relationship once: the same company and nature twice is one of them."""
    found: dict[str, models.DisclosedRelationship] = {}
    filled = [row for row in rows if not row.is_blank]
    # In one order for everybody: two people who name the same new companies at once must not wait for each other.
    names = sorted({clean_company(row.company) for row in filled}, key=company_key)
    companies = {name: named_company(db, provider_id, name, now) for name in names}
    for row in filled:
        company = companies[clean_company(row.company)]
        given = _relationship(row, company.id)
        key = f"{given.key}:{given.detail}"
        found[key] = models.DisclosedRelationship(
            position=len(found),
            company_id=company.id,
            company_name=clean_company(row.company),
            nature=given.nature.value,
            research_role=given.research_role.value,
            has_ended=given.has_ended,
            detail=given.detail,
        )
    for position, one in enumerate(found.values()):
        one.position = position
    return list(found.values())
