"""A loopback platform and the tool's clients against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache

import pytest

from lti_tool.domain.login import ToolKey
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import NOW
from tests.unit.lti_tool.lti.fake_platform import FakePlatform, running
from tests.unit.lti_tool.lti.memory_ports import MemoryTokens, MemoryToolKeys


@lru_cache(maxsize=1)
def tool_key() -> ToolKey:
    return generate_key(NOW, is_first=True)


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with running(FakePlatform([tool_key()])) as started:
        yield started


@pytest.fixture
def clients(fake: FakePlatform) -> Iterator[Clients]:
    with closing(GuardedSession(AddressRules.parse([fake.host]), read_seconds=5)) as session:
        yield Clients.over(session, MemoryTokens(), MemoryToolKeys([tool_key()]))
