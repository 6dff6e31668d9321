"""The document vault: what a provider keeps for its accreditors, with every version that was ever put in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.fields import FieldRule, Typed, offering, read_fields
from lti_tool.domain.vault import DOCUMENT, OF_ACTIVITIES, VERSION_NOTE, DocumentKind
from lti_tool.services.audit import Actor, note
from lti_tool.services.provider_settings import Kept
from lti_tool.services.revision import added, own, put, retire
from lti_tool.services.team import TeamMember, members
from lti_tool.services.upload import Upload

PAGE = 50


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One line of the list. Size in bytes; ``activity`` is a title, ``""`` without one."""

    id: str
    title: str
    kind: DocumentKind
    owner: str
    review_on: date | None
    criteria: tuple[str, ...]
    activity: str
    version: int
    size: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and how many documents there are."""

    documents: Sequence[ListedDocument]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class KeptVersion:
    number: int
    file_name: str
    media_type: str
    size: int
    content_hash: str
    note: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What a download is made of."""

    file_name: str
    media_type: str
    content_hash: str
    body: bytes


def owners(session: Session, provider_id: str) -> Sequence[TeamMember]:
    """Who can own a document or a day: the people of the office."""
    return members(session, provider_id)


def activity_titles(session: Session, provider_id: str) -> Mapping[str, str]:
    """The provider's activities by key of their row, by title."""
    table = models.Activity
    query = select(table.id, table.title).where(table.provider_id == provider_id).order_by(table.title, table.id)
    return {row.id: row.title for row in session.execute(query)}


def document_rules(session: Session, provider_id: str) -> Sequence[FieldRule]:
    """The form's rules with the people and activities of this provider."""
    people = [one.person_id for one in owners(session, provider_id)]
    return offering(DOCUMENT, owner=people, activity=activity_titles(session, provider_id))


def _columns(session: Session, provider_id: str, typed: Typed) -> dict[str, Any]:
    values = read_fields(document_rules(session, provider_id), typed)
    if values["activity"] and DocumentKind(values["kind"]) not in OF_ACTIVITIES:
        raise BadInput("fields_unusable", faults={"activity": "not_of_an_activity"})
    values["owner_id"] = values.pop("owner") or None
    values["activity_id"] = values.pop("activity") or None
    return values


def _filtered(provider_id: str, search: str, kind: str) -> Select[Any]:
    table = models.VaultDocument
    query = select(table).where(table.provider_id == provider_id, table.retired_at.is_(None))
    if kind:
        query = query.where(table.kind == kind)
    return query.where(table.title.icontains(search, autoescape=True)) if search else query


def list_documents(session: Session, provider_id: str, *, search: str = "", kind: str = "", page: int = 1) -> Listed:
    """By title, a page at a time; files themselves are not read."""
    query = _filtered(provider_id, search, kind)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    table, version = models.VaultDocument, models.VaultVersion
    joined = query.join(version, (version.document_id == table.id) & (version.number == table.version))
    ordered = joined.add_columns(version.size, version.created_at).order_by(table.title, table.id)
    rows = session.execute(ordered.limit(PAGE).offset((page - 1) * PAGE)).all()
    people = {one.person_id: one.name for one in owners(session, provider_id)}
    titles = activity_titles(session, provider_id)
    found = [
        ListedDocument(
            row.id,
            row.title,
            DocumentKind(row.kind),
            people.get(row.owner_id or "", ""),
            row.review_on,
            tuple(row.criteria),
            titles.get(row.activity_id or "", ""),
            row.version,
            size,
            at,
        )
        for row, size, at in rows
    ]
    return Listed(found, total, page, pages)


def add_document(session: Session, actor: Actor, typed: Typed, upload: Upload, now: datetime) -> str:
    """A document with its first version. Raises ``BadInput("fields_unusable")``."""
    values, remark = _columns(session, actor.provider_id, typed), read_fields(VERSION_NOTE, typed)["note"]
    values["criteria"] = list(values["criteria"])
    row = models.VaultDocument(provider_id=actor.provider_id, version=1, revision=1, created_at=now, **values)
    noted = {**values, "criteria": tuple(values["criteria"])}
    added(session, actor, row, "document.added", "document", now, values=noted, activity_id=row.activity_id)
    _keep(session, actor, row, upload, remark, now)
    return row.id


def _keep(
    session: Session, actor: Actor, row: models.VaultDocument, upload: Upload, remark: str, now: datetime
) -> None:
    digest = hashlib.sha256(upload.body).hexdigest()
    version = models.VaultVersion(
        document_id=row.id,
        number=row.version,
        file_name=upload.name,
        media_type=upload.media_type,
        size=len(upload.body),
        content_hash=digest,
        note=remark,
        author_id=actor.person_id or None,
        created_at=now,
        body=upload.body,
    )
    session.add(version)
    session.flush()
    detail = {"version": row.version, "sha256": digest, "size": len(upload.body)}
    note(session, actor, "document.version", f"document:{row.id}", now, activity_id=row.activity_id, detail=detail)


def document(session: Session, actor: Actor, document_id: str) -> Kept:
    """One for its form. Raises ``NotFound("record_unknown")``."""
    row = own(session, models.VaultDocument, actor, document_id)
    values = {
        "title": row.title,
        "kind": row.kind,
        "owner": row.owner_id or "",
        "review_on": row.review_on,
        "criteria": tuple(row.criteria),
        "activity": row.activity_id or "",
    }
    return Kept(row.id, values, row.revision)


def save_document(session: Session, actor: Actor, document_id: str, typed: Typed, based_on: int, now: datetime) -> bool:
    """Raises ``NotFound``, ``BadInput("fields_unusable")``, ``Conflict("changed_meanwhile")``."""
    row = own(session, models.VaultDocument, actor, document_id)
    values, subject = _columns(session, actor.provider_id, typed), f"document:{row.id}"
    activity_id = values["activity_id"] or row.activity_id
    how: dict[str, Any] = {"action": "document.changed", "subject": subject, "activity_id": activity_id}
    return put(session, actor, row, {**values, "criteria": tuple(values["criteria"])}, based_on, now, **how)


def add_version(session: Session, actor: Actor, document_id: str, typed: Typed, upload: Upload, now: datetime) -> int:
    """The newest version from now on; earlier ones stay. Gives its number. Two at once are numbered in turn."""
    row = own(session, models.VaultDocument, actor, document_id)
    remark = read_fields(VERSION_NOTE, typed)["note"]
    session.refresh(row, with_for_update=True)
    row.version += 1
    _keep(session, actor, row, upload, remark, now)
    return row.version


def versions(session: Session, actor: Actor, document_id: str) -> Sequence[KeptVersion]:
    """Newest first. Raises ``NotFound("record_unknown")``."""
    row = own(session, models.VaultDocument, actor, document_id)
    table = models.VaultVersion
    rows = session.scalars(select(table).where(table.document_id == row.id).order_by(table.number.desc())).all()
    keys = {one.author_id for one in rows if one.author_id}
    people = session.scalars(select(models.Learner).where(models.Learner.id.in_(keys))) if keys else ()
    names = {one.id: one.lms_name or one.printed_name for one in people}
    return [
        KeptVersion(
            one.number,
            one.file_name,
            one.media_type,
            one.size,
            one.content_hash,
            one.note,
            names.get(one.author_id or "", ""),
            one.created_at,
        )
        for one in rows
    ]


def document_file(session: Session, actor: Actor, document_id: str, number: int) -> KeptFile:
    """Raises ``NotFound("record_unknown")``."""
    row = own(session, models.VaultDocument, actor, document_id)
    found = session.get(models.VaultVersion, (row.id, number))
    if found is None:
        raise NotFound("record_unknown")
    return KeptFile(found.file_name, found.media_type, found.content_hash, found.body)


def retire_document(session: Session, actor: Actor, document_id: str, now: datetime) -> None:
    """It is no longer listed; nothing is deleted (retention: ACCME, six years)."""
    row = own(session, models.VaultDocument, actor, document_id)
    retire(session, actor, row, "document.retired", "document", now)


def activity_papers(session: Session, activity_id: str) -> Sequence[tuple[DocumentKind, str, KeptFile]]:
    """Kind, title and newest file of every document that belongs to an activity, by title."""
    table, version = models.VaultDocument, models.VaultVersion
    query = (
        select(table, version)
        .join(version, (version.document_id == table.id) & (version.number == table.version))
        .where(table.activity_id == activity_id, table.retired_at.is_(None))
        .order_by(table.title, table.id)
    )
    return [
        (DocumentKind(row.kind), row.title, KeptFile(one.file_name, one.media_type, one.content_hash, one.body))
        for row, one in session.execute(query)
    ]
