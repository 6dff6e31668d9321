"""From a frozen certificate to the one file that is handed out: badges signed, page printed, file sealed, kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.badge import badge_types, credential
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import NotFound
from lti_tool.domain.issuer import IssuerKey
from lti_tool.domain.wire import read_certificate
from lti_tool.services.certificate import IssuedCertificate
from lti_tool.services.design import assets_of
from lti_tool.services.issuer import IssuerAddress, IssuerKeys, issuer_of
from lti_tool.services.ports import BadgeSigner, CertificatePrinter, CertificateSeal, IssuerKeyMaker


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """The one and only file of a certificate."""

    pdf: bytes
    sha256: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Press:
    """All that printing needs."""

    sessions: Sessions
    printer: CertificatePrinter
    seal: CertificateSeal
    badges: BadgeSigner
    keys: IssuerKeys
    make_key: IssuerKeyMaker
    address: IssuerAddress
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class FinishedFile:
    pdf: bytes
    template: str
    badges: dict[str, str]


def find_pdf(session: Session, certificate_id: str) -> StoredPdf | None:
    """The file if it was ever printed."""
    query = select(models.Certificate).where(models.Certificate.id == certificate_id)
    row = session.scalars(query.options(undefer(models.Certificate.pdf))).one()
    if row.pdf is None or row.pdf_hash is None:
        return None
    return StoredPdf(row.pdf, row.pdf_hash, read_certificate(row.body))


def printed_pdf(press: Press, issued: IssuedCertificate) -> StoredPdf:
    """The certificate's file, printed if nobody has done so: the first to store it wins, and it never changes.

    Printing takes long, so no transaction (SQLite: no write lock) is open meanwhile. Raises ``ServiceUnavailable``
    while the printer or the time-stamp authority cannot work, ``BadInput`` for values that cannot be printed; nothing
    is lost either way.
    """
    with transaction(press.sessions) as session:
        found = find_pdf(session, issued.id)
    if found is not None:
        return found
    made = _finished(press, issued)
    with transaction(press.sessions) as session:
        digest, table = sha256(made.pdf).hexdigest(), models.Certificate
        values = {"pdf": made.pdf, "pdf_hash": digest, "template": made.template, "badges": made.badges or None}
        session.execute(update(table).where(table.id == issued.id, table.pdf_hash.is_(None)).values(**values))
        stored = find_pdf(session, issued.id)
    assert stored is not None  # noqa: S101 - somebody stored it, if not we
    return stored


def printed_archive(press: Press, issued: Iterable[IssuedCertificate]) -> bytes:
    """The files of one person's certificates as a ZIP archive, named by number. Raises as :func:`printed_pdf`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archived:
        for one in issued:
            archived.writestr(zipfile.ZipInfo(f"{one.certificate.number}.pdf"), printed_pdf(press, one).pdf)
    return made.getvalue()


def _finished(press: Press, issued: IssuedCertificate) -> FinishedFile:
    """Certificates from before there were designs are printed as they always were: unsealed, without badges."""
    certificate = issued.certificate
    if certificate.design is None:
        rendered = press.printer.render(certificate)
        return FinishedFile(rendered.pdf, rendered.template, {})
    now = press.clock()
    key = press.keys.active(issued.provider_id, press.make_key, now)
    with transaction(press.sessions) as session:
        assets = assets_of(session, issued.provider_id, certificate.design)
        badges = _signed_badges(session, press, issued, key)
    rendered = press.printer.render(certificate, assets, badges)
    return FinishedFile(press.seal.sign(rendered.pdf, key, now), rendered.template, badges)


def _signed_badges(session: Session, press: Press, issued: IssuedCertificate, key: IssuerKey) -> dict[str, str]:
    issuer = issuer_of(session, issued.provider_id, press.address)
    return {
        name: press.badges.sign(credential(issued.certificate, name, issuer, issued.issued_at), key)
        for name in badge_types(issued.certificate)
    }


def kept_badge(session: Session, certificate_id: str, credit_type: str) -> str:
    """A badge as it is attached to the printed file. Raises ``NotFound("badge_unknown")``."""
    badges = session.get_one(models.Certificate, certificate_id).badges or {}
    if credit_type not in badges:
        raise NotFound("badge_unknown")
    return str(badges[credit_type])
