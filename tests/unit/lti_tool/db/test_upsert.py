"""Insert unless there: one row whoever comes at the same time."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.upsert import insert_once
from tests.unit.lti_tool.services.arrivals import NOW, opened


def test_the_first_values_stay(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        first = insert_once(session, models.Provider, {"name": "One"}, {"created_at": NOW})
        again = insert_once(session, models.Provider, {"name": "One"}, {"created_at": NOW.replace(year=2030)})
        assert first.id == again.id and again.created_at == NOW


def test_two_threads_get_the_same_row(migrated_database_url: str) -> None:
    ready = threading.Barrier(2)
    found: list[list[str]] = []

    with opened(migrated_database_url) as sessions:

        def run() -> None:
            ids = []
            for number in range(20):
                ready.wait(timeout=30)
                with transaction(sessions) as session:
                    row = insert_once(session, models.Provider, {"name": f"P{number}"}, {"created_at": NOW})
                    ids.append(row.id)
            found.append(ids)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with sessions() as session:
            count = session.scalar(select(func.count()).select_from(models.Provider))
    assert len(found) == 2 and found[0] == found[1] and count == 20
