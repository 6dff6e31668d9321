"""Links that hold what they open, sealed with the installation's secret: nothing of them is stored, and nobody else can
read or make one. Each kind has a purpose of its own and ends by itself.
"""

from __future__ import annotations

import json
from datetime import datetime

from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import CmeError

MAX_TOKEN = 600
"""Longer than any token that was ever given."""


def sealed_token(sealer: Sealer, purpose: str, keys: tuple[str, ...], ends: datetime) -> str:
    """What goes into the address."""
    return sealer.seal(json.dumps([purpose, *keys, int(ends.timestamp())])).decode("ascii")


def opened_keys(sealer: Sealer, purpose: str, token: str, now: datetime) -> tuple[str, ...] | None:
    """``None``: made up, cut off, for something else, or expired; these are never told apart."""
    if len(token) > MAX_TOKEN or not token.isascii():
        return None
    try:
        made_for, *keys, ends = json.loads(sealer.open(token.encode("ascii")))
    except (CmeError, ValueError, TypeError):
        return None
    return tuple(keys) if made_for == purpose and now.timestamp() < ends else None
