"""Copied courses, and tools that were registered anew: what a link without a name of its own opens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.launch import CourseContext, Platform, ResourceLink
from lti_tool.services.arrival import Target
from tests.unit.lti_tool.services.arrivals import connected, launch, opened
from tests.unit.lti_tool.services.test_arrival import came, imported, placement

OTHER_SCHOOL = "Another School"


def copied(**changes: Any) -> dict[str, Any]:
    """A launch from a copy of the course: nothing but the histories tells where it came from."""
    return {
        "context": CourseContext("course-2", "CME102", "Cardiology 2027"),
        "resource_link": ResourceLink("link-2", "Hypertension"),
    } | changes


def bound_by_hand(sessions: Sessions, platform: Platform, **changes: Any) -> str:
    """The original link, which opens the activity because staff said so; gives the activity's key."""
    activity_id = imported(sessions)
    arrival = came(sessions, launch(platform, **changes))
    with transaction(sessions) as session:
        row = session.merge(placement(sessions, arrival))
        row.activity_id, row.step = activity_id, Step.POST_TEST.value
    return activity_id


@pytest.mark.parametrize(
    "history",
    [
        {"link_history": ("link-1",)},
        {"link_history": ("unknown", "link-1")},
        {"context_history": ("course-1",)},
        {"context_history": ("course-0", "course-1")},
    ],
)
def test_a_copy_opens_what_the_original_opens(migrated_database_url: str, history: dict[str, Any]) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        activity_id = bound_by_hand(sessions, platform)
        found = placement(sessions, came(sessions, launch(platform, **copied(**history))))
    assert (found.activity_id, found.step) == (activity_id, Step.POST_TEST.value)


@pytest.mark.parametrize("history", [{}, {"link_history": ("link-9",)}, {"context_history": ("course-9",)}])
def test_without_a_known_origin_it_opens_nothing(migrated_sqlite_url: str, history: dict[str, Any]) -> None:
    with opened(migrated_sqlite_url) as sessions:
        platform = connected(sessions)
        bound_by_hand(sessions, platform)
        assert placement(sessions, came(sessions, launch(platform, **copied(**history)))).activity_id is None


def test_two_links_of_one_title_decide_nothing(migrated_sqlite_url: str) -> None:
    with opened(migrated_sqlite_url) as sessions:
        platform = connected(sessions)
        bound_by_hand(sessions, platform)
        second = ResourceLink("link-1b", "Hypertension")
        imported(sessions, key="diabetes")
        came(sessions, launch(platform, resource_link=second), Target("diabetes"))
        found = placement(sessions, came(sessions, launch(platform, **copied(context_history=("course-1",)))))
    assert found.activity_id is None


def test_what_the_link_names_itself_comes_first(migrated_sqlite_url: str) -> None:
    with opened(migrated_sqlite_url) as sessions:
        platform = connected(sessions)
        bound_by_hand(sessions, platform)
        other = imported(sessions, key="diabetes")
        arrival = came(sessions, launch(platform, **copied(link_history=("link-1",))), Target("diabetes"))
        assert placement(sessions, arrival).activity_id == other


def test_a_tool_that_was_registered_anew_knows_its_links(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        old = connected(sessions)
        activity_id = bound_by_hand(sessions, old)
        new = connected(sessions, client_id="client-2", deployment_ids=("9",))
        arrival = came(sessions, launch(new, deployment_id="9"))
        assert placement(sessions, arrival).activity_id == activity_id


def test_another_provider_or_lms_is_no_origin(migrated_database_url: str) -> None:
    """Ids of links and courses are small numbers in many an LMS: the same ones mean nothing elsewhere."""
    with opened(migrated_database_url) as sessions:
        bound_by_hand(sessions, connected(sessions))
        for changes in (
            {"provider": OTHER_SCHOOL, "client_id": "client-3"},
            {"issuer": "https://other-lms.example", "client_id": "client-4"},
        ):
            stranger = connected(sessions, **changes)
            message = replace(launch(stranger), link_history=("link-1",), context_history=("course-1",))
            assert placement(sessions, came(sessions, message)).activity_id is None
