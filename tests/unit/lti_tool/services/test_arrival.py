"""What a launch leaves behind, and that two tenants never share a row."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import (
    CourseContext,
    GradebookEndpoint,
    Launch,
    LmsFamily,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
    Role,
    RosterEndpoint,
)
from lti_tool.services.activity import import_activity
from lti_tool.services.arrival import Arrival, Target, arrive
from lti_tool.services.platform import provider_id_of
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.arrivals import NOW, SCHOOL, connected, launch, opened

NOTHING = Target()
HYPERTENSION = Target("hypertension")


def came(sessions: Sessions, message: Launch, target: Target = NOTHING, *, later: timedelta = timedelta()) -> Arrival:
    with transaction(sessions) as session:
        return arrive(session, message, target, NOW + later)


def imported(sessions: Sessions, provider: str = SCHOOL, key: str = "hypertension") -> str:
    with transaction(sessions) as session:
        provider_id = provider_id_of(session, provider, NOW, is_created=True)
        return import_activity(session, provider_id, activity(key=key), {}, NOW).activity_id


def placement(sessions: Sessions, arrival: Arrival) -> models.Placement:
    with sessions() as session:
        return session.scalars(select(models.Placement).where(models.Placement.id == arrival.placement_id)).one()


def test_a_first_launch_notes_course_person_and_placement(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        arrival = came(sessions, launch(connected(sessions), roster=RosterEndpoint("https://lms.example/members")))
        with sessions() as session:
            course = session.get_one(models.Course, arrival.course_id)
            learner = session.get_one(models.Learner, arrival.learner_id)
            member = session.get_one(models.CourseMember, (course.id, learner.id))
        assert (course.context_id, course.title, course.roster_url) == (
            "course-1",
            "Cardiology",
            "https://lms.example/members",
        )
        assert (learner.subject, learner.lms_name, learner.locale) == ("user-1", "Ada Lovelace", "en-US")
        assert learner.confirmed_at is None
        assert (member.is_staff, member.last_seen_at) == (False, NOW)
        assert placement(sessions, arrival).title == "Hypertension"


def test_an_address_is_kept_as_a_digest_and_stays_when_none_is_shared_later(migrated_sqlite_url: str) -> None:
    sealer = Sealer("s" * 32)
    marks = []
    with opened(migrated_sqlite_url) as sessions:
        platform = connected(sessions)
        for email, roles in (("Ada@Example.org", ()), (" ", ()), ("boss@example.org", (Role.INSTRUCTOR,))):
            message = replace(launch(platform, email=email), roles=frozenset(roles))
            with transaction(sessions) as session:
                arrival = arrive(session, message, NOTHING, NOW, sealer)
                marks.append(session.get_one(models.Learner, arrival.learner_id).email_digest)
    assert len(marks[0]) == 64 and marks == [marks[0]] * 3


def test_a_second_launch_finds_the_same_rows_and_refreshes_them(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        first = came(sessions, launch(platform))
        renamed = launch(
            platform,
            name=PersonName("Ada King"),
            locale="de",
            context=CourseContext("course-1", title="Cardiology II"),
            resource_link=ResourceLink("link-1", "Blood pressure"),
            roles=frozenset({Role.INSTRUCTOR}),
        )
        second = came(sessions, renamed, later=timedelta(hours=1))
        assert first == second
        with sessions() as session:
            learner = session.get_one(models.Learner, first.learner_id)
            member = session.get_one(models.CourseMember, (first.course_id, first.learner_id))
            title = session.get_one(models.Course, first.course_id).title
        assert (learner.lms_name, learner.locale, title) == ("Ada King", "de", "Cardiology II")
        assert (member.is_staff, member.last_seen_at) == (True, NOW + timedelta(hours=1))
        assert placement(sessions, second).title == "Blood pressure"


def test_a_launch_that_names_nothing_keeps_the_titles(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        came(sessions, launch(platform))
        arrival = came(
            sessions, launch(platform, context=CourseContext("course-1"), resource_link=ResourceLink("link-1"))
        )
        with sessions() as session:
            assert session.get_one(models.Course, arrival.course_id).title == "Cardiology"
        assert placement(sessions, arrival).title == "Hypertension"


def test_long_words_from_an_lms_are_shortened_to_fit(migrated_database_url: str) -> None:
    long = "ä" * 2000
    message = {
        "name": PersonName(long),
        "locale": long,
        "context": CourseContext("course-1", title=long),
        "resource_link": ResourceLink("link-1", long),
    }
    with opened(migrated_database_url) as sessions:
        arrival = came(sessions, launch(connected(sessions), **message))
        with sessions() as session:
            learner = session.get_one(models.Learner, arrival.learner_id)
            title = session.get_one(models.Course, arrival.course_id).title
        assert [len(text) for text in (learner.lms_name, learner.locale, title)] == [255, 35, 255]
        assert len(placement(sessions, arrival).title) == 255


def test_a_launch_without_context_belongs_to_the_deployment(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        first, second = (came(sessions, launch(platform, context=None)) for _ in range(2))
        assert first == second
        assert first.course_id != came(sessions, launch(platform)).course_id


def test_an_unconnected_deployment_is_refused(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        with pytest.raises(LaunchRefused) as caught:
            came(sessions, launch(connected(sessions), deployment_id="2"))
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(models.Course)) == 0
    assert caught.value.code == "deployment_unknown"


@pytest.mark.parametrize(
    ("target", "step"),
    [(HYPERTENSION, None), (Target("hypertension", "post-test"), "post-test"), (Target("hypertension", "dance"), None)],
)
def test_a_target_binds_the_placement(migrated_database_url: str, target: Target, step: str | None) -> None:
    with opened(migrated_database_url) as sessions:
        platform, activity_id = connected(sessions), imported(sessions)
        row = placement(sessions, came(sessions, launch(platform), target))
        assert (row.activity_id, row.step) == (activity_id, step)


def test_an_unknown_activity_stays_unbound_and_binds_once_it_is_there(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        assert placement(sessions, came(sessions, launch(platform), HYPERTENSION)).activity_id is None
        activity_id = imported(sessions)
        assert placement(sessions, came(sessions, launch(platform), HYPERTENSION)).activity_id == activity_id


def test_a_launch_without_target_keeps_the_binding_and_a_new_target_replaces_it(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform, first, second = connected(sessions), imported(sessions), imported(sessions, key="asthma")
        came(sessions, launch(platform), HYPERTENSION)
        assert placement(sessions, came(sessions, launch(platform))).activity_id == first
        assert placement(sessions, came(sessions, launch(platform), Target("gone"))).activity_id == first
        assert placement(sessions, came(sessions, launch(platform), Target("asthma"))).activity_id == second


def test_another_providers_activity_is_not_opened(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        imported(sessions, provider="Somebody else")
        assert placement(sessions, came(sessions, launch(connected(sessions)), HYPERTENSION)).activity_id is None


def test_deep_linking_makes_no_placement(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        message = launch(connected(sessions), message_type=MessageType.DEEP_LINKING)
        assert came(sessions, message).placement_id is None
        assert came(sessions, replace(message, resource_link=None)).placement_id is None


def test_the_gradebook_is_noted_and_a_line_item_is_not_forgotten(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        whole = GradebookEndpoint(frozenset({"b", "a"}), "https://lms.example/items", "https://lms.example/items/1")
        came(sessions, launch(platform, gradebook=whole))
        bare = replace(whole, lineitem=None, scopes=frozenset({"a"}))
        row = placement(sessions, came(sessions, launch(platform, gradebook=bare)))
        assert (row.line_item, row.line_items) == ("https://lms.example/items/1", "https://lms.example/items")
        assert row.scopes == "a"
        assert placement(sessions, came(sessions, launch(platform))).scopes == "a"


def test_the_product_is_learned_once_and_an_entered_one_stays(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        for family in (LmsFamily.MOODLE, LmsFamily.CANVAS, LmsFamily.GENERIC):
            came(sessions, launch(replace(platform, family=family)))
            with sessions() as session:
                assert session.get_one(models.Platform, platform.id).family == "moodle"


def test_simultaneous_first_launches_make_one_of_each(migrated_database_url: str) -> None:
    ready = threading.Barrier(4)
    found: list[object] = []
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        imported(sessions)

        def run() -> None:
            ready.wait(timeout=30)
            try:
                found.append(came(sessions, launch(platform), HYPERTENSION))
            except Exception as error:
                found.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with sessions() as session:
            counts = [
                session.scalar(select(func.count()).select_from(table))
                for table in (models.Course, models.Learner, models.Placement, models.CourseMember)
            ]
    assert isinstance(found[0], Arrival) and found == [found[0]] * 4
    assert counts == [1, 1, 1, 1]


IDS = st.sampled_from(["1", "2", "ä", "x" * 255])
TENANTS = st.sampled_from([("client-1", "1"), ("client-1", "2"), ("client-2", "1")])
OWNERS = {("client-1", "1"): "North", ("client-1", "2"): "South", ("client-2", "1"): "South"}
VISITS = st.lists(st.tuples(TENANTS, IDS, IDS, IDS), min_size=2, max_size=10)


def tenants(sessions: Sessions) -> dict[tuple[str, str], Platform]:
    """Two client ids and three deployments of one issuer, owned by two providers."""
    made = {}
    for (client, deployment), owner in OWNERS.items():
        made[client, deployment] = connected(
            sessions, client_id=client, deployment_ids=(deployment,), provider=f"{owner} School"
        )
    return made


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=VISITS)
def test_tenants_that_share_every_id_never_share_a_row(
    migrated_database_url: str, visits: list[tuple[tuple[str, str], str, str, str]]
) -> None:
    """Same issuer, subject, context and link ids in other deployments: courses and placements are apart, and people
    are shared within a provider alone (a subject is unique per issuer)."""
    with opened(migrated_database_url) as sessions:
        platforms = tenants(sessions)
        seen: dict[str, Counter[tuple[object, ...]]] = {}
        for tenant, subject, context, link in visits:
            message = launch(
                platforms[tenant],
                deployment_id=tenant[1],
                subject=subject,
                context=CourseContext(context),
                resource_link=ResourceLink(link),
            )
            arrival = came(sessions, message)
            assert arrival.placement_id
            for row, identity in (
                (arrival.deployment_id, tenant),
                (arrival.course_id, (tenant, context)),
                (arrival.placement_id, (tenant, context, link)),
                (arrival.learner_id, (OWNERS[tenant], subject)),
            ):
                seen.setdefault(row, Counter())[identity] += 1
    assert all(len(identities) == 1 for identities in seen.values())
    assert len({next(iter(identities)) for identities in seen.values()}) == len(seen)
