"""The tool's service clients over one session and one token cache."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.lti.gradebook import Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.roster import Roster
from tests.unit.lti_tool.lti.memory_ports import MemoryTokens, MemoryToolKeys


@dataclass
class Clients:
    session: GuardedSession
    tokens: MemoryTokens
    keys: MemoryToolKeys
    gradebook: Gradebook
    roster: Roster

    @classmethod
    def over(cls, session: GuardedSession, tokens: MemoryTokens, keys: MemoryToolKeys) -> Clients:
        return cls(session, tokens, keys, Gradebook(session, tokens, keys), Roster(session, tokens, keys))
