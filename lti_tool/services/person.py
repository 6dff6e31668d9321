"""People in control of content: who they are, and finding them again among thousands."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.learner import MAX_NAME, clean_name
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.row_key import is_row_key
from lti_tool.services.session import Visit
from lti_tool.services.subject import may_for, subjects
from lti_tool.services.team import clean_email

MAX_CREDENTIALS = 60
MAX_AFFILIATION = 160


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person's particulars as staff type them."""

    name: str
    credentials: str = ""
    affiliation: str = ""
    email: str = ""
    coordinator_email: str = ""


def name_key(name: str) -> str:
    """Under which people are put in order and found."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:255]


def search_words(text: str) -> list[str]:
    """What to look for in names; PostgreSQL takes no NUL even in a question."""
    return name_key("".join(character for character in text if character.isprintable())).split()


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _checked(form: PersonForm) -> dict[str, str]:
    faults: dict[str, str] = {}
    values = {
        "credentials": _line(form.credentials),
        "affiliation": _line(form.affiliation),
    }
    try:
        values["name"] = clean_name(form.name)
    except BadInput as error:
        faults["name"] = error.faults["printed_name"]
    for field, most in (("credentials", MAX_CREDENTIALS), ("affiliation", MAX_AFFILIATION)):
        if len(values[field]) > most or not values[field].isprintable():
            faults[field] = "too_long" if len(values[field]) > most else "unprintable"
    for field, typed in (("email", form.email), ("coordinator_email", form.coordinator_email)):
        try:
            values[field] = clean_email(typed) if typed.strip() else ""
        except BadInput:
            faults[field] = "not_an_address"
    if faults:
        raise BadInput("person_unusable", faults=faults)
    return values | {"name_key": name_key(values["name"])}


def person_of(db: Session, provider_id: str, person_id: str) -> models.Person:
    """Raises ``NotFound("person_unknown")``, also for another provider's."""
    row = db.get(models.Person, person_id) if is_row_key(person_id) else None
    if row is None or row.provider_id != provider_id:
        raise NotFound("person_unknown")
    return row


def cared_person(db: Session, officer: Officer, person_id: str, *, is_identity: bool = False) -> models.Person:
    """A person whom this officer may ask to disclose: somebody in an activity that they may plan, or in none yet.

    ``is_identity``: who somebody *is* may be changed only by those who may plan *all* that the person has a part in, or
    a course's instructor could take over a disclosure of another course.
    """
    officer.require(Capability.PLAN)
    row, table = person_of(db, officer.provider_id, person_id), models.ActivityRole
    if officer.powers.may_everywhere(Capability.PLAN):
        return row
    held = list(db.scalars(select(table.plan_id).where(table.person_id == row.id, table.removed_at.is_(None))))
    about = subjects(db, officer.provider_id, held).values()
    own = [may_for(officer, one, Capability.PLAN) for one in about]
    if own and not (all(own) if is_identity else any(own)):
        raise Forbidden("capability_missing", "this person belongs to others' activities", capability=Capability.PLAN)
    return row


def _same_email(db: Session, provider_id: str, email: str, but: str = "") -> models.Person | None:
    table = models.Person
    query = select(table).where(table.provider_id == provider_id, table.email == email, table.id != but)
    return db.scalars(query).first() if email else None


def add_person(db: Session, officer: Officer, form: PersonForm, now: datetime) -> models.Person:
    """Somebody new. Raises ``BadInput("person_unusable")`` with a fault per field, and ``Conflict("person_known")`` if
    somebody already has this e-mail address: one profile feeds all activities."""
    officer.require(Capability.PLAN)
    values = _checked(form)
    known = _same_email(db, officer.provider_id, values["email"])
    if known is not None:
        raise Conflict("person_known", person_id=known.id)
    row = models.Person(provider_id=officer.provider_id, created_at=now, **values)
    db.add(row)
    db.flush()
    note(db, officer, "person.added", f"person:{row.id}", now)
    return row


def edit_person(db: Session, officer: Officer, person_id: str, form: PersonForm, now: datetime) -> None:
    """Correct a person's particulars. What they disclosed is theirs alone. Raises like :func:`add_person`."""
    row, values = cared_person(db, officer, person_id, is_identity=True), _checked(form)
    known = _same_email(db, officer.provider_id, values["email"], but=row.id)
    if known is not None:
        raise Conflict("person_known", person_id=known.id)
    changed = [field for field, value in values.items() if getattr(row, field) != value and field != "name_key"]
    for field, value in values.items():
        setattr(row, field, value)
    if changed:
        note(db, officer, "person.edited", f"person:{row.id}", now, detail={"fields": changed})


def person_of_visit(db: Session, visit: Visit, now: datetime, *, is_created: bool = False) -> models.Person:
    """Who came from an LMS to disclose. Staff of a course are in control of content and need no invitation: for them a
    row is made with ``is_created``, and without it one that is not kept.

    Raises ``NotFound("not_asked")`` for a learner whom nobody has named.
    """
    table = models.Person
    key = {"provider_id": visit.provider_id, "learner_id": visit.learner_id}
    found = db.scalars(select(table).filter_by(**key)).first()
    if found is not None:
        return found
    if not visit.is_staff:
        raise NotFound("not_asked")
    learner = db.get_one(models.Learner, visit.learner_id)
    name = learner.printed_name or " ".join(learner.lms_name.split())[:MAX_NAME] or "?"
    rest = {"name": name, "name_key": name_key(name), "created_at": now, "has_relationships": False}
    texts = dict.fromkeys(("credentials", "affiliation", "email", "coordinator_email"), "")
    if not is_created:
        return table(id="", **key, **rest, **texts)
    return insert_once(db, table, key, {**rest, **texts})


def find_people(db: Session, officer: Officer, search: str) -> list[tuple[str, str]]:
    """Row keys and names, with affiliation, of people whose name holds every word; at most twenty."""
    table = models.Person
    query = select(table).where(table.provider_id == officer.provider_id)
    for word in search_words(search):
        query = query.where(table.name_key.contains(word, autoescape=True))
    rows = db.scalars(query.order_by(table.name_key, table.id).limit(20))
    return [(row.id, ", ".join(part for part in (row.name, row.credentials, row.affiliation) if part)) for row in rows]


def known_in_lms(db: Session, officer: Officer, search: str) -> list[tuple[str, str]]:
    """Row keys and names of people who came from an LMS and are not yet on the list; at most twenty."""
    table, people = models.Learner, models.Person
    listed = select(people.learner_id).where(people.provider_id == officer.provider_id, people.learner_id.is_not(None))
    words = search_words(search)
    query = select(table.id, table.lms_name).where(
        table.provider_id == officer.provider_id, table.lms_name != "", table.id.not_in(listed)
    )
    for word in words:
        query = query.where(table.lms_name.icontains(word, autoescape=True))
    found = db.execute(query.order_by(table.lms_name, table.id).limit(20)) if words else ()
    return [(key, name) for key, name in found]


def link_to_lms(db: Session, officer: Officer, person_id: str, learner_id: str, now: datetime) -> None:
    """Say that a person is the same as somebody in an LMS, so that they can disclose from a launch.

    Raises ``NotFound("learner_unknown")``; ``Conflict("learner_linked")`` if somebody else is linked to it.
    """
    row = cared_person(db, officer, person_id, is_identity=True)
    learner = db.get(models.Learner, learner_id) if is_row_key(learner_id) else None
    if learner is None or learner.provider_id != officer.provider_id:
        raise NotFound("learner_unknown")
    table = models.Person
    taken = select(table.id).where(table.provider_id == officer.provider_id, table.learner_id == learner.id)
    if db.scalars(taken).first() is not None:
        raise Conflict("learner_linked")
    row.learner_id = learner.id
    note(db, officer, "person.linked", f"person:{row.id}", now, detail={"learner": learner.id})
