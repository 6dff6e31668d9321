"""Taking up an activity: once per learner, in the version of that day, and apart from test runs."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.load_platform import platform_value
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.launch import Role
from lti_tool.services.activity import import_activity
from lti_tool.services.arrival import Target, arrive
from lti_tool.services.participation import newest_version, progress, progress_for_update, take_up
from lti_tool.services.platform import provider_id_of
from lti_tool.services.session import Visit, find_visit, open_session
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.arrivals import ISSUER, NOW, SCHOOL, connect, launch, opened
from tests.unit.lti_tool.services.test_session import LIFE


def publish(sessions: Sessions, title: str) -> str:
    with transaction(sessions) as session:
        provider_id = provider_id_of(session, SCHOOL, NOW, is_created=True)
        made = activity(title=title, audience=f"Readers of the {title}.")
        return import_activity(session, provider_id, made, {}, NOW).activity_id


def visiting(sessions: Sessions, **changes: object) -> Visit:
    with transaction(sessions) as session:
        message = launch(platform_value(connect(session)), **changes)
        arrival = arrive(session, message, Target("hypertension"), NOW)
        made = open_session(session, message, arrival, [ISSUER], NOW, LIFE)
        return find_visit(session, made.session_id, made.token, NOW)


def test_a_learner_keeps_the_version_they_began_with(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        publish(sessions, "First edition")
        visit = visiting(sessions)
        with transaction(sessions) as session:
            began = progress(session, visit, NOW)
        publish(sessions, "Second edition")
        newcomer = visiting(sessions, subject="user-2")
        with transaction(sessions) as session:
            again, new = progress(session, visit, NOW), progress(session, newcomer, NOW)
        assert (began.version, began.newest_version, began.activity.title) == (1, 1, "First edition")
        assert (again.version, again.newest_version, again.activity.title) == (1, 2, "First edition")
        assert (new.version, new.newest_version, new.activity.title) == (2, 2, "Second edition")
        assert again.participation_id == began.participation_id != new.participation_id


def test_the_information_page_is_the_newest_versions(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        publish(sessions, "First edition")
        visit = visiting(sessions)
        with transaction(sessions) as session:
            before = progress(session, visit, NOW).page.fingerprint
        publish(sessions, "Second edition")
        newcomer = visiting(sessions, subject="user-2")
        with transaction(sessions) as session:
            after = progress(session, visit, NOW).page.fingerprint
            assert after == progress(session, newcomer, NOW).page.fingerprint != before


@pytest.mark.parametrize("changes", [{"roles": frozenset({Role.INSTRUCTOR})}, {"is_test_user": True}])
def test_staff_and_test_users_take_part_in_a_test_run(migrated_database_url: str, changes: dict[str, object]) -> None:
    with opened(migrated_database_url) as sessions:
        publish(sessions, "Edition")
        learner = visiting(sessions)
        with transaction(sessions) as session:
            real = progress(session, learner, NOW)
        with transaction(sessions) as session:
            trial = progress(session, visiting_in(sessions, learner, changes), NOW)
    assert (real.is_trial, trial.is_trial) == (False, True)
    assert real.participation_id != trial.participation_id and real.learner_id == trial.learner_id


def visiting_in(sessions: Sessions, visit: Visit, changes: dict[str, object]) -> Visit:
    """The same person in the other role."""
    return replace(visit, is_staff="roles" in changes, is_test_user="is_test_user" in changes)


def test_an_unbound_placement_opens_nothing(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        visit = visiting(sessions)
        with sessions() as session, pytest.raises(NotFound) as caught:
            take_up(session, visit, NOW)
        assert caught.value.code == "placement_unbound"
        with sessions() as session, pytest.raises(NotFound) as caught:
            newest_version(session, "nothing")
        assert caught.value.code == "activity_unknown"


def test_a_step_out_of_turn_is_refused_with_what_blocks_it(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        publish(sessions, "Edition")
        visit = visiting(sessions)
        with transaction(sessions) as session:
            found = progress_for_update(session, visit, NOW)
            found.require(Step.INFORMATION)
            with pytest.raises(Refused) as caught:
                found.require(Step.CLAIM)
    assert caught.value.code == "step_locked"


def test_two_tabs_take_up_an_activity_once(migrated_database_url: str) -> None:
    ready, found = threading.Barrier(2), list[str]()
    with opened(migrated_database_url) as sessions:
        publish(sessions, "Edition")
        visit = visiting(sessions)

        def run() -> None:
            ready.wait(timeout=30)
            with transaction(sessions) as session:
                found.append(progress_for_update(session, visit, NOW).participation_id)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 2 and found[0] == found[1]
