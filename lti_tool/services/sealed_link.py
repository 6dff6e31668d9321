"""Links that hold what they open, sealed with the installation's secret: nothing of them is stored, and nobody else can
read or make one. Each kind has a purpose of its own and ends by itself.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import confine
from lti_tool.domain.errors import CmeError

Row = TypeVar("Row", models.Certificate, models.TranscriptLink)

MAX_TOKEN = 600
"""Longer than any token that was ever given."""


def sealed_token(sealer: Sealer, purpose: str, keys: tuple[str, ...], ends: datetime) -> str:
    """What goes into the address."""
    return sealer.seal(json.dumps([purpose, *keys, int(ends.timestamp())])).decode("ascii")


def opened_row(db: Session, table: type[Row], sealer: Sealer, purpose: str, token: str, now: datetime) -> Row | None:
    """The row whose provider and key the link holds; the transaction is that provider's from now on."""
    held = _opened_keys(sealer, purpose, token, now)
    if held is None:
        return None
    provider_id, key = held
    confine(db, provider_id)
    row = db.get(table, key)
    return row if row is not None and row.provider_id == provider_id else None


def _opened_keys(sealer: Sealer, purpose: str, token: str, now: datetime) -> tuple[str, ...] | None:
    """``None``: made up, cut off, for something else, or expired; these are never told apart."""
    if len(token) > MAX_TOKEN or not token.isascii():
        return None
    try:
        made_for, *keys, ends = json.loads(sealer.open(token.encode("ascii")))
    except (CmeError, ValueError, TypeError):
        return None
    return tuple(keys) if made_for == purpose and now.timestamp() < ends else None
