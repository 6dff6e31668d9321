"""Provider settings: profile, accreditations, signatories; and from them all that an activity prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import AccreditedProvider, Signatory
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.fields import Typed, read_fields
from lti_tool.domain.provider import (
    ACCREDITATION,
    PROFILE,
    SIGNATORY,
    AccreditationStatus,
    Accredited,
    Accreditor,
    check_term,
    kind_of,
)
from lti_tool.domain.statement import Overrides
from lti_tool.services.audit import Actor
from lti_tool.services.picture import keep_picture, retire_picture
from lti_tool.services.revision import added, own, put, retire
from lti_tool.services.statement import overrides_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A row for a form: its values by field, and the revision that a change will be based on."""

    id: str
    values: Mapping[str, Any]
    revision: int
    image_id: str = ""


@dataclass(frozen=True, slots=True)
class ProviderTexts:
    """All that an activity takes from the settings of its provider."""

    provider: AccreditedProvider
    overrides: Overrides
    time_zone: str
    languages: tuple[str, ...]


def profile(session: Session, provider_id: str) -> Kept:
    """The profile; before anybody has filled it in, the registered name at revision 0."""
    row = session.get(models.ProviderProfile, provider_id)
    if row is None:
        name = session.get_one(models.Provider, provider_id).name
        return Kept(provider_id, {"name": name, "contact": "", "time_zone": "UTC", "languages": ("en",)}, 0)
    values = {"name": row.name, "contact": row.contact, "time_zone": row.time_zone, "languages": tuple(row.languages)}
    return Kept(provider_id, values, row.revision)


def save_profile(session: Session, actor: Actor, typed: Typed, based_on: int, now: datetime) -> bool:
    """Raises ``BadInput("fields_unusable")`` and ``Conflict("changed_meanwhile")``."""
    values = read_fields(PROFILE, typed)
    first = {"name": "", "contact": "", "time_zone": "", "languages": [], "revision": 0, "updated_at": now}
    row = insert_once(session, models.ProviderProfile, {"provider_id": actor.provider_id}, first)
    subject = f"provider:{actor.provider_id}"
    return put(session, actor, row, values, based_on, now, action="provider.profile", subject=subject)


def _accredited(row: models.Accreditation) -> Accredited:
    return Accredited(
        row.body,
        Accreditor(row.accreditor),
        row.provider_number,
        AccreditationStatus(row.status),
        row.term_from,
        row.term_to,
    )


def _accreditation_rows(session: Session, provider_id: str) -> Sequence[models.Accreditation]:
    table = models.Accreditation
    query = select(table).where(table.provider_id == provider_id, table.retired_at.is_(None))
    return session.scalars(query.order_by(table.term_to.desc(), table.body, table.id)).all()


def accreditations(session: Session, provider_id: str) -> Sequence[tuple[str, Accredited]]:
    """Key and value of each, the latest term first."""
    return [(row.id, _accredited(row)) for row in _accreditation_rows(session, provider_id)]


def accreditation(session: Session, actor: Actor, accreditation_id: str) -> Kept:
    """One for its form. Raises ``NotFound("record_unknown")``."""
    row = own(session, models.Accreditation, actor, accreditation_id)
    return Kept(row.id, {rule.name: getattr(row, rule.name) for rule in ACCREDITATION}, row.revision)


def add_accreditation(session: Session, actor: Actor, typed: Typed, now: datetime) -> str:
    """Raises ``BadInput("fields_unusable")``. Gives the new row's key."""
    values = read_fields(ACCREDITATION, typed)
    check_term(values)
    row = models.Accreditation(provider_id=actor.provider_id, revision=1, updated_at=now, **values)
    added(session, actor, row, "accreditation.added", "accreditation", now, values=values)
    return row.id


def save_accreditation(
    session: Session, actor: Actor, accreditation_id: str, typed: Typed, based_on: int, now: datetime
) -> bool:
    """Raises ``NotFound("record_unknown")``, ``BadInput("fields_unusable")``, ``Conflict("changed_meanwhile")``."""
    row = own(session, models.Accreditation, actor, accreditation_id)
    values = read_fields(ACCREDITATION, typed)
    check_term(values)
    subject = f"accreditation:{row.id}"
    return put(session, actor, row, values, based_on, now, action="accreditation.changed", subject=subject)


def retire_accreditation(session: Session, actor: Actor, accreditation_id: str, now: datetime) -> None:
    row = own(session, models.Accreditation, actor, accreditation_id)
    retire(session, actor, row, "accreditation.retired", "accreditation", now)


def _signatory_rows(session: Session, provider_id: str) -> Sequence[models.Signatory]:
    table = models.Signatory
    query = select(table).where(table.provider_id == provider_id, table.retired_at.is_(None))
    return session.scalars(query.order_by(table.created_at, table.id)).all()


def _kept_signatory(row: models.Signatory) -> Kept:
    return Kept(row.id, {"name": row.name, "title": row.title}, row.revision, row.image_id or "")


def signatories(session: Session, provider_id: str) -> Sequence[Kept]:
    """The first one signs unless an activity names another."""
    return [_kept_signatory(row) for row in _signatory_rows(session, provider_id)]


def signatory(session: Session, actor: Actor, signatory_id: str) -> Kept:
    """Raises ``NotFound("record_unknown")``."""
    return _kept_signatory(own(session, models.Signatory, actor, signatory_id))


def add_signatory(session: Session, actor: Actor, typed: Typed, image: bytes, now: datetime) -> str:
    """``image`` may be empty. Raises ``BadInput("fields_unusable")``; for the picture ``not_a_picture``."""
    values = read_fields(SIGNATORY, typed)
    image_id = keep_picture(session, actor, "signature", values["name"], image, now) if image else None
    row = models.Signatory(provider_id=actor.provider_id, image_id=image_id, revision=1, created_at=now, **values)
    added(session, actor, row, "signatory.added", "signatory", now, values={**values, "image_id": image_id})
    return row.id


def save_signatory(
    session: Session, actor: Actor, signatory_id: str, typed: Typed, image: bytes, based_on: int, now: datetime
) -> bool:
    """A new picture takes the place of the old one, which is kept. Raises as the other forms do."""
    row = own(session, models.Signatory, actor, signatory_id)
    values: dict[str, Any] = read_fields(SIGNATORY, typed)
    if image:
        values["image_id"] = keep_picture(session, actor, "signature", values["name"], image, now)
    elif typed.get("remove_image"):
        values["image_id"] = None
    subject = f"signatory:{row.id}"
    return put(session, actor, row, values, based_on, now, action="signatory.changed", subject=subject)


def retire_signatory(session: Session, actor: Actor, signatory_id: str, now: datetime) -> None:
    """Certificates that were issued keep the name."""
    row = own(session, models.Signatory, actor, signatory_id)
    retire(session, actor, row, "signatory.retired", "signatory", now)
    if row.image_id:
        retire_picture(session, actor, row.image_id, now)


def provider_texts(
    session: Session, provider_id: str, on: date, *, joint_providers: tuple[str, ...] = (), signatory_id: str = ""
) -> ProviderTexts:
    """Who awards the credit, by whose authority and in what words, for an activity designated on ``on``.

    Raises ``BadInput("settings_incomplete")`` with faults ``contact`` and ``signatory``, ``BadInput``
    (``accreditation_missing``, ``joint_needs_accme``), ``NotFound("record_unknown")`` for an unknown signatory.
    """
    kept, signing = profile(session, provider_id), signatories(session, provider_id)
    chosen = [one for one in signing if signatory_id in ("", one.id)]
    if signatory_id and not chosen:
        raise NotFound("record_unknown")
    faults = {"contact": "missing"} if not kept.values["contact"] else {}
    faults |= {} if chosen else {"signatory": "missing"}
    if faults:
        raise BadInput("settings_incomplete", faults=faults)
    held = [value for _, value in accreditations(session, provider_id)]
    kind, state_body = kind_of(held, on, is_joint=bool(joint_providers))
    provider = AccreditedProvider(
        name=kept.values["name"],
        contact=kept.values["contact"],
        signatory=Signatory(chosen[0].values["name"], chosen[0].values["title"]),
        accreditation=kind,
        state_body=state_body,
        joint_providers=joint_providers,
    )
    return ProviderTexts(
        provider, overrides_of(session, provider_id), kept.values["time_zone"], kept.values["languages"]
    )
