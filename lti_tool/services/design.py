"""A provider's choice of look: what is in force, what may be chosen, and the pictures that go with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.activity import Signatory
from lti_tool.domain.capability import Capability
from lti_tool.domain.design import DEFAULT_DESIGN, Design, design_faults
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.wire import read_value, write_value
from lti_tool.services.audit import note
from lti_tool.services.office import Officer
from lti_tool.services.page_markup import named, page_markup
from lti_tool.services.ports import CertificatePrinter, PictureReader

LONGEST_STYLE = 20_000
"""Characters."""
MOST_PICTURES = 50
"""Kept for a provider; none is ever removed, because certificates name them."""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that the provider may put on its certificates. Sides in pixels."""

    sha256: str
    width: int
    height: int


def current_design(session: Session, provider_id: str) -> Design:
    """What new certificates of the provider look like: as it chose, or the first design with its logo."""
    table = models.CertificateDesign
    query = select(table.body).where(table.provider_id == provider_id).order_by(table.number.desc()).limit(1)
    body = session.scalars(query).first()
    if body is not None:
        return read_value(Design, body)
    return replace(DEFAULT_DESIGN, logo=_only_logo(session, provider_id))


def _only_logo(session: Session, provider_id: str) -> str:
    """The logo of the provider's settings; ``""`` for none, or where somebody must choose between several."""
    table = models.ProviderImage
    wanted = (table.provider_id == provider_id, table.kind == "logo", table.retired_at.is_(None))
    found = set(session.scalars(select(table.content_hash).where(*wanted)))
    return found.pop() if len(found) == 1 else ""


def printed_design(session: Session, provider_id: str, design: Design, signing: Signatory) -> Design:
    """The design with the signature of who signs, from the provider's settings, where it names none itself.

    Name and title must be those of the settings: nobody's signature stands above another's name.
    """
    if design.signature:
        return design
    table, image = models.Signatory, models.ProviderImage
    query = select(image.content_hash).join(table, table.image_id == image.id)
    same = (table.provider_id == provider_id, table.name == signing.name, table.title == signing.title)
    found = session.scalars(query.where(*same, table.retired_at.is_(None)).order_by(table.created_at, table.id)).first()
    return replace(design, signature=found or "")


def stored_pictures(session: Session, provider_id: str) -> tuple[StoredPicture, ...]:
    """All of the provider's, newest first: those added to the designs, then those in use in its settings."""
    table, image = models.Picture, models.ProviderImage
    query = select(table.sha256, table.width, table.height).where(table.provider_id == provider_id)
    added = session.execute(query.order_by(table.uploaded_at.desc(), table.sha256)).all()
    query = select(image.content_hash, image.width, image.height).where(image.provider_id == provider_id)
    kept = session.execute(query.where(image.retired_at.is_(None)).order_by(image.created_at.desc(), image.id)).all()
    return tuple(dict.fromkeys(StoredPicture(*row) for row in (*added, *kept)))


def picture_bytes(session: Session, provider_id: str, name: str) -> bytes:
    """Raises ``NotFound("picture_unknown")`` also for another provider's."""
    query = select(models.Picture).where(models.Picture.provider_id == provider_id, models.Picture.sha256 == name)
    row = session.scalars(query.options(undefer(models.Picture.png))).first()
    if row is not None:
        return row.png
    kept = _kept_pictures(session, provider_id, (name,))
    if not kept:
        raise NotFound("picture_unknown")
    return kept[name]


def _kept_pictures(session: Session, provider_id: str, wanted: Collection[str]) -> dict[str, bytes]:
    """Of the provider's settings, by SHA-256, also those no longer in use: certificates name them."""
    table = models.ProviderImage
    query = select(table.content_hash, table.body).where(table.provider_id == provider_id)
    return {row.content_hash: row.body for row in session.execute(query.where(table.content_hash.in_(wanted)))}


def assets_of(session: Session, provider_id: str, design: Design | None) -> dict[str, bytes]:
    """What printing a design needs, by SHA-256; what is gone is missing here, and printing refuses."""
    if design is None:
        return {}
    found = {}
    if design.pictures:
        table = models.Picture
        wanted = (table.provider_id == provider_id, table.sha256.in_(design.pictures))
        found = {row.sha256: row.png for row in session.execute(select(table.sha256, table.png).where(*wanted))}
        missing = [name for name in design.pictures if name not in found]
        found |= _kept_pictures(session, provider_id, missing) if missing else {}
    if design.style:
        found[design.style] = style_sheet(session, provider_id, design.style).encode()
    if design.markup:
        found[design.markup] = page_markup(session, provider_id, design.markup).encode()
    return found


def style_sheet(session: Session, provider_id: str, name: str) -> str:
    """The provider's own style sheet, ``""`` for none."""
    row = session.get(models.StyleSheet, (provider_id, name)) if name else None
    return "" if row is None else row.css


def store_style_sheet(session: Session, officer: Officer, css: str, now: datetime) -> str:
    """Keep a style sheet and give its SHA-256, ``""`` for an empty one; whether it may be used, a print shows.

    Raises ``BadInput("style_too_long")``.
    """
    officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    text, name = named(css)
    if len(text) > LONGEST_STYLE:
        raise BadInput("style_too_long", faults={"css": "style_too_long"})
    if text:
        key = {"provider_id": officer.provider_id, "sha256": name}
        session.execute(insert_or_skip(session, models.StyleSheet, key | {"css": text, "saved_at": now}))
    return name


def store_picture(session: Session, officer: Officer, data: bytes, read: PictureReader, now: datetime) -> str:
    """Keep an uploaded picture and give its SHA-256; the same picture again is the same.

    Raises ``BadInput``: ``picture_unusable``, ``pictures_full``.
    """
    officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    table = models.Picture
    known = set(session.scalars(select(table.sha256).where(table.provider_id == officer.provider_id)))
    picture = read(data)
    if picture.sha256 in known:
        return picture.sha256
    if len(known) >= MOST_PICTURES:
        raise BadInput("pictures_full")
    values = {"png": picture.png, "width": picture.width, "height": picture.height, "uploaded_at": now}
    key = {"provider_id": officer.provider_id, "sha256": picture.sha256}
    session.execute(insert_or_skip(session, models.Picture, key | values))
    note(session, officer, "picture.stored", f"picture:{picture.sha256}", now)
    return picture.sha256


def check_design(session: Session, provider_id: str, design: Design, printer: CertificatePrinter) -> None:
    """Raises ``BadInput("design_unusable")`` with a fault per field."""
    faults = design_faults(design)
    if design.template not in {template.name for template in printer.templates()}:
        faults["template"] = "template_unknown"
    known = {one.sha256 for one in stored_pictures(session, provider_id)}
    for field in ("logo", "seal", "signature"):
        if getattr(design, field) and getattr(design, field) not in known:
            faults[field] = "picture_unknown"
    if design.style and not style_sheet(session, provider_id, design.style):
        faults["style"] = "style_unknown"
    if design.markup and not page_markup(session, provider_id, design.markup):
        faults["markup"] = "markup_unknown"
    if faults:
        raise BadInput("design_unusable", faults=faults)


def choose_design(
    session: Session, officer: Officer, design: Design, printer: CertificatePrinter, now: datetime
) -> None:
    """Certificates issued from now on look like this; those issued before keep theirs."""
    officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    check_design(session, officer.provider_id, design, printer)
    before, table = current_design(session, officer.provider_id), models.CertificateDesign
    if design == before:
        return
    # The provider's row makes two choices of the same moment wait for each other.
    session.execute(select(models.Provider.id).where(models.Provider.id == officer.provider_id).with_for_update())
    query = select(table.number).where(table.provider_id == officer.provider_id).order_by(table.number.desc())
    number = (session.scalars(query.limit(1)).first() or 0) + 1
    session.add(table(provider_id=officer.provider_id, number=number, body=write_value(design), chosen_at=now))
    session.flush()
    old, new = write_value(before), write_value(design)
    changed = {field: [old[field], new[field]] for field in new if old[field] != new[field]}
    note(session, officer, "certificate-design.chosen", f"certificate-design:{number}", now, detail=changed)
