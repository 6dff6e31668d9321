"""Rows to values: played stretches, and versions that are never mixed up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import activity_value, record_value
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.errors import NotFound
from lti_tool.services.activity import import_activity
from lti_tool.services.platform import provider_id_of
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.arrivals import NOW, connect, opened


def test_versions_are_not_mixed_up_by_the_cache(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        with transaction(sessions) as session:
            provider_id = provider_id_of(session, "P", NOW, is_created=True)
            done = [
                import_activity(session, provider_id, activity(title=title), {}, NOW) for title in ("First", "Second")
            ]
            other = import_activity(session, provider_id, activity(key="other", title="Other"), {}, NOW)
        for _ in range(2):
            with sessions() as session:
                titles = [activity_value(session, row.activity_id, row.version).title for row in [*done, other]]
            assert titles == ["First", "Second", "Other"]
            assert [row.version for row in [*done, other]] == [1, 2, 1]


def test_two_databases_with_the_same_keys_are_not_mixed_up(
    migrated_sqlite_url: str, migrated_postgres_url: str
) -> None:
    """The cache is shared by the process: id and number may repeat after a restore, the content's hash may not."""
    found = []
    for url, title in ((migrated_sqlite_url, "Here"), (migrated_postgres_url, "There")):
        with opened(url) as sessions, transaction(sessions) as session:
            provider_id = provider_id_of(session, "P", NOW, is_created=True)
            session.add(
                models.Activity(id="same", provider_id=provider_id, key="k", title="T", version=0, created_at=NOW)
            )
            session.flush()
            import_activity(session, provider_id, activity(key="k", title=title), {}, NOW)
            found.append(activity_value(session, "same", 1).title)
    assert found == ["Here", "There"]


def test_an_unknown_version_is_said_to_be_unknown(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, sessions() as session, pytest.raises(NotFound) as caught:
        activity_value(session, "nothing", 3)
    assert caught.value.code == "activity_version_unknown"


def test_an_activity_comes_back_as_it_went_in(migrated_database_url: str) -> None:
    made = activity()
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        provider_id = provider_id_of(session, "P", NOW, is_created=True)
        done = import_activity(session, provider_id, made, {}, NOW)
        assert activity_value(session, done.activity_id, 1) == made != replace(made, title="Another")


def test_a_platform_carries_its_deployments(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        value = platform_value(connect(session, deployment_ids=("1", "2"), token_audience="https://aud.example"))
    assert value.deployment_ids == {"1", "2"} and value.token_audience == "https://aud.example"


def test_several_views_of_a_recording_are_put_together(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions, transaction(sessions) as session:
        provider_id = provider_id_of(session, "P", NOW, is_created=True)
        activity_id = import_activity(session, provider_id, activity(), {}, NOW).activity_id
        learner = models.Learner(provider_id=provider_id, issuer="i", subject="s", created_at=NOW)
        session.add(learner)
        session.flush()
        row = models.Participation(
            learner_id=learner.id, activity_id=activity_id, version=1, is_trial=False, started_at=NOW
        )
        session.add(row)
        session.flush()
        session.add(models.Study(participation_id=row.id, item="film", first_opened_at=NOW))
        for seconds, ranges in ((60, [[0, 60]]), (50, [[40, 90]])):
            session.add(
                models.StudyView(
                    participation_id=row.id,
                    item="film",
                    opened_at=NOW,
                    seconds=seconds,
                    duration=100.0,
                    ranges=ranges,
                )
            )
        session.flush()
        study = record_value(session, row).studies["film"]
    assert (study.seconds, study.coverage) == (110, Decimal("0.9"))
