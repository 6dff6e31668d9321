"""A provider with many activities: what a page of the list costs does not grow with it, and it counts right."""

from __future__ import annotations

from sqlalchemy import event

from lti_tool.db import models
from lti_tool.domain.plan import PlanState
from lti_tool.services.plan.listing import PAGE, list_plans
from tests.unit.lti_tool.services.planning import Bureau, bureau
from tests.unit.lti_tool.services.plans import spotless

PLANS = 500


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


def test_a_page_of_five_hundred_plans_asks_no_more_than_one_of_ten(migrated_postgres_url: str) -> None:
    """``python -m benchmarks lists`` measures what that comes to in milliseconds."""
    with bureau(migrated_postgres_url) as office:
        ada = office.officer()
        furnished(office)
        asked = list[str]()
        for page in range(1, 11):
            for state, search in ((None, ""), (PlanState.PUBLISHED, ""), (None, "pressure 4")):
                with office.db() as db:
                    event.listen(db.connection(), "before_cursor_execute", lambda *heard: asked.append(str(heard[2])))
                    found = list_plans(db, ada, office.now, state, search, page)
                assert found.plans and len(found.plans) <= PAGE
        assert len(asked) == 2 * 30 and not [statement for statement in asked if "document" in statement]
        with office.db() as db:
            assert list_plans(db, ada, office.now).total == PLANS
            assert list_plans(db, ada, office.now, PlanState.PUBLISHED).total == PLANS // 4
