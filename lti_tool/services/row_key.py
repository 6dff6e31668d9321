"""Row keys in addresses, which may hold anything."""

from __future__ import annotations

import re

_ROW_KEY = re.compile(r"[0-9a-f]{32}")


def is_row_key(text: str) -> bool:
    """Whether a row could have this key; PostgreSQL takes no NUL even in a question."""
    return _ROW_KEY.fullmatch(text) is not None
