"""A worker process that is killed at a chosen moment; its arguments are those of ``main``.

The moments are those of the ports that a worker is given, so the product needs no hooks for it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from datetime import datetime

from lti_tool.db.engine import make_engine, make_sessions
from lti_tool.domain.grade import LineItem, LineItemSpec, Score, ScoreOutcome
from lti_tool.domain.launch import Platform
from lti_tool.domain.login import ToolKey
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.gradebook import Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.services.delivery import Courier, deliver_due
from tests.unit.lti_tool.lti.memory_ports import MemoryTokens, MemoryToolKeys

POINTS = ("before the column is made", "after the column was made", "before sending", "after sending")


class DeadlyGradebook(Gradebook):
    """Does its work, and dies by SIGKILL at ``point``."""

    def __init__(self, session: GuardedSession, key: ToolKey, point: str) -> None:
        super().__init__(session, MemoryTokens(), MemoryToolKeys([key]))
        self.point = point

    def reach(self, point: str) -> None:
        if point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)

    def create_line_item(self, platform: Platform, line_items_url: str, spec: LineItemSpec, now: datetime) -> LineItem:
        self.reach("before the column is made")
        made = super().create_line_item(platform, line_items_url, spec, now)
        self.reach("after the column was made")
        return made

    def post_score(self, platform: Platform, line_item_url: str, score: Score, now: datetime) -> ScoreOutcome:
        self.reach("before sending")
        outcome = super().post_score(platform, line_item_url, score, now)
        self.reach("after sending")
        return outcome


def main(database: str, lms: str, point: str, now: str, kid: str, pem: str) -> None:
    moment = datetime.fromisoformat(now)
    key = ToolKey(kid, pem, "", moment, moment)
    with closing(GuardedSession(AddressRules.parse([lms]))) as session:
        engine = make_engine(database)
        courier = Courier(make_sessions(engine), DeadlyGradebook(session, key, point), lambda: moment, lambda: 0.5)
        deliver_due(courier)


if __name__ == "__main__":
    main(*sys.argv[1:])
