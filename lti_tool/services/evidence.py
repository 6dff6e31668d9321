"""Documents that prove a decision: what may be uploaded, and giving it back to those who may see it."""

from __future__ import annotations

import hashlib
import io
import unicodedata
import warnings
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services.office import Officer
from lti_tool.services.row_key import is_row_key

MAX_EVIDENCE = 900_000
"""Largest file, in bytes: with the form around it, it fits into the smallest request that is always accepted."""
MAX_NAME = 120
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
SUFFIXES = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}
_IMAGES = {PNG: "PNG", JPEG: "JPEG"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; its name and what it says of itself are not believed."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    name: str
    media_type: str
    body: bytes


def _kind(body: bytes) -> str:
    """By its first bytes: PDF, PNG, JPEG, or ``""``."""
    if body.startswith(b"%PDF-"):
        return PDF
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return JPEG if body.startswith(b"\xff\xd8\xff") else ""


def _is_whole(kind: str, body: bytes) -> bool:
    if kind == PDF:
        return b"%%EOF" in body[-2048:] and b"startxref" in body
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=[_IMAGES[kind]]) as image:
                image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning):
        return False
    return True


def _name(raw: str, kind: str) -> str:
    """The last part of the name, printable, with the suffix of what the file really is."""
    last = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    stem = "".join(character for character in last.rpartition(".")[0] or last if character.isprintable())
    return (stem.strip(" .") or "evidence")[: MAX_NAME - 5] + SUFFIXES[kind]


def keep_evidence(db: Session, officer: Officer, plan_id: str, upload: Upload, now: datetime) -> models.EvidenceFile:
    """Keep a PDF, PNG or JPEG.

    Raises ``BadInput("evidence_unusable")`` with a fault for ``evidence``: ``empty``, ``too_large``, ``wrong_kind`` or
    ``damaged``.
    """
    kind = _kind(upload.body)
    fault = ""
    if not upload.body:
        fault = "empty"
    elif len(upload.body) > MAX_EVIDENCE:
        fault = "too_large"
    elif not kind:
        fault = "wrong_kind"
    elif not _is_whole(kind, upload.body):
        fault = "damaged"
    if fault:
        raise BadInput("evidence_unusable", faults={"evidence": fault})
    row = models.EvidenceFile(
        provider_id=officer.provider_id,
        plan_id=plan_id,
        name=_name(upload.name, kind),
        media_type=kind,
        content_hash=hashlib.sha256(upload.body).hexdigest(),
        size=len(upload.body),
        body=upload.body,
        uploaded_by=officer.person_id,
        uploaded_at=now,
    )
    db.add(row)
    db.flush()
    return row


def evidence_file(db: Session, officer: Officer, plan_id: str, evidence_id: str) -> Evidence:
    """Raises ``NotFound("evidence_unknown")``, also for another activity's or provider's."""
    row = db.get(models.EvidenceFile, evidence_id) if is_row_key(evidence_id) else None
    if row is None or (row.provider_id, row.plan_id) != (officer.provider_id, plan_id):
        raise NotFound("evidence_unknown")
    return Evidence(row.name, row.media_type, row.body)
