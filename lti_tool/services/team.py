"""Who works in a provider's office: inviting, granting, revoking, and what course roles bring."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.base import new_id
from lti_tool.db.upsert import insert_once, insert_or_replace
from lti_tool.domain.capability import COURSE_LEVEL, Capability, Grant
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.launch import Role
from lti_tool.services.audit import Actor, note
from lti_tool.services.office import SIGN_IN_LIFE, granted, make_link, role_capabilities

OWN_ISSUER = ""
"""Issuer of people whom no LMS introduced."""
MAX_NAME = 255
_EMAIL = re.compile(r"[^@\s<>,;\"\x00-\x1f]{1,64}@[^@\s<>,;\"\x00-\x1f]{1,190}\.[^@\s<>,;\".\x00-\x1f]{2,63}")
LISTED = 200


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person of the provider and what is granted to them by name."""

    person_id: str
    name: str
    email: str
    """``""`` for those who come from an LMS."""
    grants: frozenset[Grant]

    @property
    def everywhere(self) -> frozenset[Capability]:
        return frozenset(one.capability for one in self.grants if not one.activity_id)


def clean_email(raw: str) -> str:
    """In lower case. Raises ``BadInput("email_wrong")``."""
    email = raw.strip().lower()
    if len(email) > MAX_NAME or not _EMAIL.fullmatch(email):
        raise BadInput("email_wrong", "not an e-mail address", faults={"email": "email_wrong"})
    return email


def _clean_name(raw: str) -> str:
    name = " ".join(raw.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise BadInput("name_missing", "a name is needed, on one line", faults={"name": "name_missing"})
    return name


def invite(
    session: Session,
    actor: Actor,
    name: str,
    email: str,
    capabilities: Collection[Capability],
    now: datetime,
) -> str:
    """Make (or find, by e-mail) a person without LMS, grant, and give the secret of a one-time link.

    Raises ``BadInput`` for a name or address that cannot be one.
    """
    name, email = _clean_name(name), clean_email(email)
    person = _account(session, actor.provider_id, email) or _new_person(session, actor.provider_id, name, email, now)
    note(session, actor, "person.invited", f"person:{person.id}", now)
    for capability in sorted(capabilities):
        give(session, actor, person.id, Grant(capability), now)
    return make_link(session, actor.provider_id, person.id, now)


def _account(session: Session, provider_id: str, email: str) -> models.Learner | None:
    table = models.OfficeAccount
    row = session.scalars(select(table).where(table.provider_id == provider_id, table.email == email)).first()
    return row.person if row else None


def _new_person(session: Session, provider_id: str, name: str, email: str, now: datetime) -> models.Learner:
    person = models.Learner(
        provider_id=provider_id, issuer=OWN_ISSUER, subject=new_id(), lms_name=name, confirmed_at=None, created_at=now
    )
    session.add(person)
    session.flush()
    session.add(models.OfficeAccount(person_id=person.id, provider_id=provider_id, email=email))
    session.flush()
    return person


def sign_in_link(session: Session, provider_id: str, email: str, now: datetime) -> str | None:
    """A new one-time secret for somebody who was invited before; ``None`` for an address that nobody has."""
    person = _account(session, provider_id, clean_email(email))
    return make_link(session, provider_id, person.id, now, SIGN_IN_LIFE) if person else None


def accounts_of(session: Session, email: str) -> Sequence[tuple[str, str]]:
    """The providers (key, name) at which this address may sign in."""
    query = (
        select(models.Provider.id, models.Provider.name)
        .join(models.OfficeAccount, models.OfficeAccount.provider_id == models.Provider.id)
        .where(models.OfficeAccount.email == clean_email(email))
    )
    return [(key, name) for key, name in session.execute(query.order_by(models.Provider.name))]


def _person(session: Session, provider_id: str, person_id: str) -> models.Learner:
    row = session.get(models.Learner, person_id)
    if row is None or row.provider_id != provider_id:
        raise NotFound("person_unknown")
    return row


def give(session: Session, actor: Actor, person_id: str, grant: Grant, now: datetime) -> None:
    """Grant by name, once. Raises ``NotFound`` for a person or activity of another provider."""
    person = _person(session, actor.provider_id, person_id)
    if grant.activity_id:
        activity = session.get(models.Activity, grant.activity_id)
        if activity is None or activity.provider_id != actor.provider_id:
            raise NotFound("activity_unknown")
    if grant in granted(session, actor.provider_id, person.id):
        return
    session.add(
        models.OfficeGrant(
            provider_id=actor.provider_id,
            person_id=person.id,
            capability=grant.capability.value,
            activity_id=grant.activity_id or None,
            granted_by=actor.person_id or None,
            granted_at=now,
        )
    )
    _note(session, actor, "grant.given", person, grant, now)


def take(session: Session, actor: Actor, person_id: str, grant: Grant, now: datetime) -> None:
    """End a grant. Raises ``Conflict("last_administrator")`` rather than leave a provider that nobody can configure."""
    person = _person(session, actor.provider_id, person_id)
    table = models.OfficeGrant
    mine = select(table).where(table.provider_id == actor.provider_id, table.person_id == person.id)
    is_same = table.activity_id == grant.activity_id if grant.activity_id else table.activity_id.is_(None)
    row = session.scalars(
        mine.where(table.capability == grant.capability.value, is_same, table.revoked_at.is_(None)).with_for_update()
    ).first()
    if row is None:
        return
    if grant == Grant(Capability.CONFIGURE) and _administrators(session, actor.provider_id) == 1:
        raise Conflict("last_administrator")
    row.revoked_at = now
    _note(session, actor, "grant.taken", person, grant, now)


def _administrators(session: Session, provider_id: str) -> int:
    # The provider's row makes two who revoke each other at the same moment wait for each other.
    session.execute(select(models.Provider.id).where(models.Provider.id == provider_id).with_for_update())
    table = models.OfficeGrant
    rule = (table.provider_id == provider_id, table.capability == Capability.CONFIGURE.value)
    query = select(func.count(func.distinct(table.person_id))).where(*rule)
    return session.scalars(query.where(table.activity_id.is_(None), table.revoked_at.is_(None))).one()


def _note(session: Session, actor: Actor, action: str, person: models.Learner, grant: Grant, now: datetime) -> None:
    activity_id, detail = grant.activity_id or None, {"capability": grant.capability}
    note(session, actor, action, f"person:{person.id}", now, activity_id=activity_id, detail=detail)


def administrate(session: Session, actor: Actor, issuer: str, subject: str, now: datetime) -> None:
    """Grant everything to somebody whom an LMS will introduce with this subject, before their first launch."""
    key = {"provider_id": actor.provider_id, "issuer": issuer, "subject": subject}
    person = insert_once(session, models.Learner, key, {"created_at": now})
    for capability in Capability:
        give(session, actor, person.id, Grant(capability), now)


def set_grants(session: Session, actor: Actor, person_id: str, wanted: Collection[Capability], now: datetime) -> None:
    """Make what a person may do over the whole provider exactly this."""
    _person(session, actor.provider_id, person_id)
    held = {one.capability for one in granted(session, actor.provider_id, person_id) if not one.activity_id}
    for capability in sorted(set(wanted) - held):
        give(session, actor, person_id, Grant(capability), now)
    for capability in sorted(held - set(wanted)):
        take(session, actor, person_id, Grant(capability), now)


def members(session: Session, provider_id: str) -> Sequence[TeamMember]:
    """Everybody who holds a grant or was invited, by name."""
    grants: dict[str, set[Grant]] = {}
    table = models.OfficeGrant
    rows = session.scalars(select(table).where(table.provider_id == provider_id, table.revoked_at.is_(None)))
    for row in rows:
        grants.setdefault(row.person_id, set()).add(Grant(Capability(row.capability), row.activity_id or ""))
    accounts = select(models.OfficeAccount).where(models.OfficeAccount.provider_id == provider_id)
    emails = {row.person_id: row.email for row in session.scalars(accounts)}
    people = session.scalars(select(models.Learner).where(models.Learner.id.in_([*grants, *emails]))).all()
    found = [
        TeamMember(one.id, one.lms_name or one.printed_name, emails.get(one.id, ""), frozenset(grants.get(one.id, ())))
        for one in people
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.person_id))


def member(session: Session, provider_id: str, person_id: str) -> TeamMember:
    """Raises ``NotFound("person_unknown")``, also for a person of another provider."""
    person = _person(session, provider_id, person_id)
    account = session.get(models.OfficeAccount, person.id)
    grants = granted(session, provider_id, person.id)
    return TeamMember(person.id, person.lms_name or person.printed_name, account.email if account else "", grants)


def course_staff(session: Session, provider_id: str, search: str = "") -> Sequence[TeamMember]:
    """People whom an LMS introduced as staff and who hold no grant yet: they can be accepted by name."""
    granted_now = select(models.OfficeGrant.person_id).where(models.OfficeGrant.revoked_at.is_(None))
    person = models.Learner
    query = (
        select(person)
        .join(models.CourseMember, models.CourseMember.learner_id == person.id)
        .where(person.provider_id == provider_id, models.CourseMember.is_staff, person.id.not_in(granted_now))
    )
    if search:
        pattern = f"%{_literal(search)}%"
        query = query.where(or_(person.lms_name.ilike(pattern, escape="\\"), person.subject == search))
    rows = session.scalars(query.distinct().order_by(person.lms_name, person.id).limit(LISTED))
    return [TeamMember(row.id, row.lms_name or row.subject, "", frozenset()) for row in rows]


def known_as(session: Session, person_id: str) -> str:
    """How :func:`course_staff` lists this person."""
    row = session.get_one(models.Learner, person_id)
    return row.lms_name or row.subject


def _literal(search: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", search)


def change_role_map(
    session: Session, actor: Actor, wanted: Mapping[Role, Collection[Capability]], now: datetime
) -> None:
    """What course roles bring from now on. Raises ``BadInput("not_course_level")`` for what no role may bring."""
    for role, capabilities in wanted.items():
        if not COURSE_LEVEL.issuperset(capabilities):
            raise BadInput("not_course_level", faults={role.value: "not_course_level"})
    before = role_capabilities(session, actor.provider_id)
    after = {role: sorted(wanted.get(role, ())) for role in Role}
    body = {role.value: [one.value for one in capabilities] for role, capabilities in after.items()}
    insert_or_replace(
        session, models.RoleMap, {"provider_id": actor.provider_id}, {"capabilities": body, "updated_at": now}
    )
    session.expire_all()
    changed = {
        role.value: [sorted(before[role]), after[role]] for role in Role if set(before[role]) != set(after[role])
    }
    note(session, actor, "roles.changed", f"provider:{actor.provider_id}", now, detail=changed)
