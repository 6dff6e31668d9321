"""A provider with many activities: the list pages fast, and counts right."""

from __future__ import annotations

import time

import pytest

from lti_tool.db import models
from lti_tool.domain.plan import PlanState
from lti_tool.services.plan.listing import list_plans
from tests.unit.lti_tool.services.planning import Bureau, bureau
from tests.unit.lti_tool.services.plans import spotless

PLANS = 500
MOST_SECONDS = 0.2


def furnished(office: Bureau) -> None:
    document, provider_id = spotless(), office.providers["North"]
    states = (PlanState.DRAFT, PlanState.IN_REVIEW, PlanState.PUBLISHED, PlanState.CLOSED)
    with office.db() as db:
        db.add_all(
            models.ActivityPlan(
                provider_id=provider_id,
                key=f"activity-{number}",
                title=f"Activity {number:03} about blood pressure",
                state=states[number % len(states)].value,
                revision=1,
                document=document,
                errors=0,
                created_at=office.now,
                updated_at=office.now,
            )
            for number in range(PLANS)
        )


@pytest.mark.slow
def test_every_page_of_five_hundred_plans_comes_fast(migrated_postgres_url: str) -> None:
    with bureau(migrated_postgres_url) as office:
        ada = office.officer()
        furnished(office)
        times = []
        for page in [*range(1, 11)] * 4:
            for state, search in ((None, ""), (PlanState.PUBLISHED, ""), (None, "pressure 4")):
                began = time.perf_counter()
                with office.db() as db:
                    found = list_plans(db, ada, office.now, state, search, page)
                times.append(time.perf_counter() - began)
                assert found.plans
        with office.db() as db:
            assert list_plans(db, ada, office.now).total == PLANS
            assert list_plans(db, ada, office.now, PlanState.PUBLISHED).total == PLANS // 4
        assert sorted(times)[int(len(times) * 0.95)] < MOST_SECONDS, sorted(times)[-10:]
