"""``Link`` headers (RFC 8288) as platforms really write them.

Case is kept (page marks are opaque). Moodle's line items come with curly quotes and ``&amp;``; others leave the quotes
out or use single ones.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit, urlunsplit

_LINK = re.compile(r"<\s*([^<>]*?)\s*>((?:[^<>\"“”]|\"[^\"]*\"|[“”][^“”]*[“”])*)")
_REL = re.compile(r";\s*rel\s*=\s*(\"[^\"]*\"|'[^']*'|[“”][^“”]*[“”]|[^\s;,]+)", re.IGNORECASE)


def next_page(header: str) -> str | None:
    """The address with relation ``next``, possibly relative; ``None`` if there is none.

    UTF-8 read as Latin-1, as HTTP libraries do, is undone first.
    """
    text = _utf8(header)
    for match in _LINK.finditer(text):
        relation = _REL.search(match.group(2))
        if relation and "next" in relation.group(1).strip("\"'“”").lower().split():
            return html.unescape(match.group(1)) or None
    return None


def below(url: str, segment: str) -> str:
    """``url`` with ``/segment`` added to its path, before the query: Moodle's line items end in ``?type_id=1``."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{segment}", parts.query, ""))


def with_query(url: str, pairs: str) -> str:
    """``url`` with more query pairs (already encoded)."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, pairs) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _utf8(header: str) -> str:
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
