"""Testing a connection from this side: keys, token, gradebook, roster, each asked as the tool asks it every day.

Nothing is written to the LMS: line items are listed, and one page of members is read and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.connection import Checked, Endpoints, Finding
from lti_tool.domain.errors import CmeError, ServiceUnavailable
from lti_tool.domain.launch import Platform, RosterEndpoint
from lti_tool.lti.gradebook import LINE_ITEM_READ_SCOPE, LINE_ITEM_SCOPE, SCORE_SCOPE, Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keyset import MAX_KEYSET_BYTES, parse_keyset
from lti_tool.lti.ports import TokenCache, ToolKeys
from lti_tool.lti.roster import Roster
from lti_tool.lti.service import PlatformService, accepted


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """Fits ``services.ports.ConnectionPort``."""

    session: GuardedSession
    tokens: TokenCache
    keys: ToolKeys

    def run(self, platform: Platform, endpoints: Endpoints, now: datetime) -> tuple[Finding, ...]:
        """Every check, in order. Never raises for what the LMS does or fails to do."""
        roster, scopes = endpoints.roster, endpoints.scopes
        return (
            _tried(Checked.KEYSET, lambda: self._keyset(platform)),
            _tried(Checked.TOKEN, lambda: self._token(platform, endpoints, now)),
            _tried(Checked.GRADEBOOK, lambda: self._gradebook(platform, endpoints.line_items, scopes, now)),
            _tried(Checked.ROSTER, lambda: self._roster(platform, roster, now)),
        )

    def _keyset(self, platform: Platform) -> str:
        reply = accepted(
            self.session.get(platform.keyset_url, {"Accept": "application/json"}, max_bytes=MAX_KEYSET_BYTES)
        )
        keys = parse_keyset(reply.text)
        if not keys:
            raise ServiceUnavailable("keyset_empty", "the key set holds no key that can be used")
        return str(len(keys))

    def _token(self, platform: Platform, endpoints: Endpoints, now: datetime) -> str:
        """A new token, not the one that is kept: what an LMS would answer today."""
        scope = SCORE_SCOPE if SCORE_SCOPE in endpoints.scopes or not endpoints.scopes else min(endpoints.scopes)
        service = PlatformService(self.session, self.tokens, self.keys)
        return " ".join(sorted(service.fresh_token(platform, scope, now).scopes))

    def _gradebook(self, platform: Platform, url: str | None, scopes: frozenset[str], now: datetime) -> str | None:
        if url is None or not scopes & {LINE_ITEM_READ_SCOPE, LINE_ITEM_SCOPE}:
            return None
        book = Gradebook(self.session, self.tokens, self.keys)
        is_writable = LINE_ITEM_READ_SCOPE not in scopes
        return str(len(book.list_line_items(platform, url, now, is_writable=is_writable)))

    def _roster(self, platform: Platform, url: str | None, now: datetime) -> str | None:
        if url is None:
            return None
        return str(len(Roster(self.session, self.tokens, self.keys).members(platform, RosterEndpoint(url), now)))


def _tried(checked: Checked, look: Callable[[], str | None]) -> Finding:
    try:
        found = look()
    except CmeError as error:
        status = error.facts.get("status")
        words = str(error.facts.get("words") or error)[:500]
        return Finding(checked, error.code, status if isinstance(status, int) else None, words)
    return Finding(checked, "untested") if found is None else Finding(checked, "ok", words=found)
