"""The worker's loop: deliver what is due, look again, tidy up now and then, until told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from lti_tool.db.engine import transaction
from lti_tool.services.delivery import Courier, deliver_due
from lti_tool.services.notice import forget_notices
from lti_tool.services.office import forget_expired_offices
from lti_tool.services.ports import Alarm
from lti_tool.services.session import forget_expired

LOG = logging.getLogger(__name__)
TIDY_EVERY = timedelta(minutes=10)
AFTER_FAILURE_SECONDS = 10.0

Chore: TypeAlias = Callable[[], int]
"""Further work of the same loop, such as mail: does what is due and gives how much it tried."""


def run_worker(
    courier: Courier, stop: threading.Event, poll_seconds: float, alarm: Alarm, chores: Sequence[Chore] = ()
) -> None:
    """Run until ``stop`` is set; the grade in hand is finished first. Several workers may run beside each other.

    With nothing to do it looks again after ``poll_seconds``, or earlier if ``alarm`` wakes it.

    Nothing ends the loop but ``stop``: while the database is away it waits and tries again.
    """
    tidied_at: datetime | None = None
    while not stop.is_set():
        try:
            tried = deliver_due(courier) + sum(chore() for chore in chores)
            tidied_at = _tidy(courier, tidied_at)
            if not tried:
                alarm.wait(poll_seconds)
        except Exception:
            LOG.exception("the worker could not go on; it tries again")
            stop.wait(max(poll_seconds, AFTER_FAILURE_SECONDS))


def _tidy(courier: Courier, last: datetime | None) -> datetime:
    now = courier.clock()
    if last is not None and now - last < TIDY_EVERY:
        return last
    with transaction(courier.sessions) as db:
        gone = forget_expired(db, now) + forget_expired_offices(db, now) + forget_notices(db, now)
    LOG.info("forgot %d expired sessions, logins and notices", gone)
    return now
