"""Outlines say what the documents say, and nothing once they are of another version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.domain.activity import LearningFormat
from lti_tool.services import outline
from lti_tool.services.activity import import_activity
from lti_tool.services.outline import NO_DAY, Outline, current, of_activity, of_document, outlined_activities, stored
from lti_tool.services.subject import subjects
from tests.unit.lti_tool.domain.builders import NOW, activity
from tests.unit.lti_tool.services.plans import sample_plan

DAY = date(2026, 3, 1)


def test_what_is_stored_is_read_again() -> None:
    found = of_activity(activity(time_zone="America/Chicago"))
    assert current(stored(found, 3), 3) == found


@pytest.mark.parametrize(
    "column",
    [None, {}, {"of": 1}, {"of": 1, "is": None}, {"of": 1, "is": {"format": "x"}}, {"of": 2, "is": {}}, {"of": "1"}],
)
def test_what_is_of_another_version_or_unreadable_counts_as_absent(column: dict[str, object] | None) -> None:
    assert current(column, 1) is None
    assert current(stored(of_activity(activity()), 2), 1) is None


def test_a_plan_without_days_is_never_late_or_over() -> None:
    assert of_document({"title": "x", "release": "soon"}) == Outline(
        LearningFormat.ENDURING, NO_DAY, NO_DAY, NO_DAY, "UTC"
    )
    plan = of_document({**sample_plan(), "time_zone": "America/Chicago"})
    assert (plan.format, plan.released_on, plan.time_zone) == (
        LearningFormat.ENDURING,
        date(2026, 9, 1),
        "America/Chicago",
    )
    assert of_document({**sample_plan(), "time_zone": "Mars/Olympus"}).time_zone == "UTC"


def furnished(db: Session) -> tuple[str, str]:
    provider = models.Provider(name="Northfield", created_at=NOW)
    db.add(provider)
    db.flush()
    made = import_activity(db, provider.id, activity(), {}, NOW)
    return provider.id, made.activity_id


def test_a_new_version_brings_a_new_outline_and_lists_read_no_definition(migrated_database_url: str) -> None:
    sessions = make_sessions(make_engine(migrated_database_url))
    with transaction(sessions) as db:
        provider_id, activity_id = furnished(db)
        import_activity(db, provider_id, activity(expires_on=date(2026, 12, 24)), {}, NOW)
    asked = list[str]()
    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *heard: asked.append(str(heard[2])))
    with transaction(sessions) as db:
        (found,) = outlined_activities(db, provider_id)
        assert found.outline.expires_on == date(2026, 12, 24)
        assert subjects(db, provider_id)[activity_id].ends_on == date(2026, 12, 24)
    assert asked and not [statement for statement in asked if "activity_version" in statement]
    engine.dispose()


@pytest.mark.parametrize("column", [None, stored(replace(of_activity(activity()), expires_on=DAY), 99)])
def test_without_an_outline_of_this_version_the_definition_is_asked(
    migrated_sqlite_url: str, column: dict[str, object] | None
) -> None:
    sessions = make_sessions(make_engine(migrated_sqlite_url))
    with transaction(sessions) as db:
        provider_id, activity_id = furnished(db)
        db.execute(update(models.Activity).values(outline=column))
        (found,) = outlined_activities(db, provider_id)
        assert found.outline == outline.of_activity(activity())
        assert subjects(db, provider_id)[activity_id].ends_on == activity().expires_on
    sessions.kw["bind"].dispose()
