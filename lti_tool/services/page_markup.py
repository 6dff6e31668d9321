"""A provider's own certificate page: kept by its SHA-256, for ever, because certificates name it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.services.audit import note
from lti_tool.services.office import Officer

LONGEST_MARKUP = 40_000
"""Characters."""


def page_markup(session: Session, provider_id: str, name: str) -> str:
    """The provider's own page, ``""`` for none."""
    row = session.get(models.PageMarkup, (provider_id, name)) if name else None
    return "" if row is None else row.source


def named(written: str) -> tuple[str, str]:
    """What somebody typed as it is kept, and the SHA-256 that it is kept by; ``""`` for nothing."""
    text = written.replace("\r\n", "\n").strip()
    return text, sha256(text.encode()).hexdigest() if text else ""


def store_page_markup(session: Session, officer: Officer, source: str, now: datetime) -> str:
    """Keep a page and give its SHA-256, ``""`` for an empty one; whether it may be used, a print shows.

    Who kept it first stands in the audit trail. Raises ``BadInput("markup_too_long")``.
    """
    officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    text, name = named(source)
    if len(text) > LONGEST_MARKUP:
        raise BadInput("markup_too_long", faults={"markup": "markup_too_long"})
    if text and not page_markup(session, officer.provider_id, name):
        key = {"provider_id": officer.provider_id, "sha256": name}
        session.execute(insert_or_skip(session, models.PageMarkup, key | {"source": text, "saved_at": now}))
        note(session, officer, "page-markup.stored", f"page-markup:{name}", now)
    return name
