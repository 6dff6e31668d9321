"""A transcript to take away: signed by its provider, as a file for people (PDF) and for software (JSON, CSV)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from lti_tool.db.engine import transaction
from lti_tool.domain.dossier import Dossier
from lti_tool.domain.transcript import (
    COLUMNS,
    Transcript,
    VerifyLink,
    transcript_credential,
    transcript_rows,
    write_transcript,
)
from lti_tool.services.export import csv_file
from lti_tool.services.issuer import issuer_of
from lti_tool.services.ports import Bindery
from lti_tool.services.press import Press


@dataclass(frozen=True, slots=True)
class TranscriptSource:
    """What a file is made from. ``link`` gives the address of a certificate's public page."""

    provider_id: str
    transcript: Transcript
    link: VerifyLink


def transcript_csv(source: TranscriptSource) -> bytes:
    """For spreadsheets; nothing in it can run."""
    return b"".join(csv_file(COLUMNS, transcript_rows(source.transcript, source.link)))


def signed_transcript(source: TranscriptSource, press: Press, now: datetime) -> dict[str, Any]:
    """The values as they can be read, and the same in a credential with the provider's signature (VC-JWT).

    It names the SHA-256 of the table, which cannot carry a signature itself. No transaction may be open: the
    provider's key is looked up in one of its own.
    """
    key = press.keys.active(source.provider_id, press.make_key, now)
    with transaction(press.sessions) as session:
        issuer = issuer_of(session, source.provider_id, press.address)
    written = write_transcript(source.transcript, source.link)
    written["csv_sha256"] = sha256(transcript_csv(source)).hexdigest()
    credential = transcript_credential(written, issuer, uuid.uuid4().urn)
    return {"transcript": written, "credential": press.badges.sign(credential, key)}


def sealed_pdf(provider_id: str, dossier: Dossier, bindery: Bindery, press: Press, now: datetime) -> bytes:
    """The pages with the provider's signature, which certifies that nothing may change (PAdES).

    No transaction may be open. Raises ``ServiceUnavailable`` where nothing can be printed or stamped now.
    """
    key = press.keys.active(provider_id, press.make_key, now)
    return press.seal.sign(bindery.bind(dossier), key, now)
