"""Sessions: bound to one launch, found with the right token only, moved once, gone in time."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import CmeError, Forbidden
from lti_tool.domain.launch import DeepLinkingSettings, Launch, MessageType, Role
from lti_tool.services.activity import import_activity
from lti_tool.services.arrival import Target, arrive
from lti_tool.services.platform import provider_id_of
from lti_tool.services.session import (
    HANDOFF_LIFE,
    OpenedSession,
    drop_handoff,
    end_session,
    find_visit,
    forget_expired,
    frame_origins,
    open_session,
    use_handoff,
)
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.arrivals import ISSUER, NOW, SCHOOL, connected, launch, opened

LIFE = timedelta(hours=8)
TICK = timedelta(microseconds=1)


def begun(sessions: Sessions, message: Launch, target: Target = Target()) -> OpenedSession:  # noqa: B008 - immutable
    with transaction(sessions) as session:
        arrival = arrive(session, message, target, NOW)
        return open_session(session, message, arrival, [ISSUER, "https://mfe.example"], NOW, LIFE)


def refusal(sessions: Sessions, session_id: str, token: str, now: Any = NOW) -> str:
    with sessions() as session, pytest.raises(Forbidden) as caught:
        find_visit(session, session_id, token, now)
    return caught.value.code


def test_a_visit_says_who_is_there_and_what_the_placement_opens(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions, frame_origins=("https://learning.example", ISSUER))
        with transaction(sessions) as session:
            provider_id = provider_id_of(session, SCHOOL, NOW)
            activity_id = import_activity(session, provider_id, activity(), {}, NOW).activity_id
        message = launch(platform, return_url=f"{ISSUER}/back", document_target="iframe", is_test_user=True)
        made = begun(sessions, message, Target("hypertension", "post-test"))
        with sessions() as session:
            visit = find_visit(session, made.session_id, made.token, NOW)
            origins = frame_origins(session, made.session_id)
        assert (visit.activity_id, visit.step, visit.provider_id) == (activity_id, Step.POST_TEST, provider_id)
        assert (visit.is_staff, visit.is_test_user, visit.locale) == (False, True, "en-US")
        assert (visit.platform_id, visit.platform_origin) == (platform.id, ISSUER)
        assert (visit.return_url, visit.document_target, visit.deep_linking) == (f"{ISSUER}/back", "iframe", None)
        assert visit.frame_origins == origins == (ISSUER, "https://mfe.example", "https://learning.example")


def test_a_deep_linking_visit_carries_its_settings(migrated_database_url: str) -> None:
    wanted = DeepLinkingSettings(f"{ISSUER}/dl", ("ltiResourceLink",), data="csrf: é“”;", title="Pick")
    with opened(migrated_database_url) as sessions:
        message = launch(
            connected(sessions),
            message_type=MessageType.DEEP_LINKING,
            resource_link=None,
            deep_linking=wanted,
            roles=frozenset({Role.INSTRUCTOR}),
        )
        made = begun(sessions, message)
        with sessions() as session:
            visit = find_visit(session, made.session_id, made.token, NOW)
    assert visit.deep_linking == wanted and visit.is_staff
    assert (visit.placement_id, visit.activity_id, visit.step) == (None, None, None)


def test_every_launch_gets_a_session_of_its_own(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        platform = connected(sessions)
        first, second = begun(sessions, launch(platform)), begun(sessions, launch(platform))
        assert len({first.session_id, second.session_id, first.token, second.token, first.handoff}) == 5
        assert refusal(sessions, first.session_id, second.token) == "session_unknown"


def test_unknown_expired_and_wrong_are_not_told_apart(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        with sessions() as session:
            assert find_visit(session, made.session_id, made.token, NOW + LIFE - TICK).session_id == made.session_id
        codes = {
            refusal(sessions, "0" * 32, made.token),
            refusal(sessions, made.session_id, "wrong"),
            refusal(sessions, made.session_id, ""),
            refusal(sessions, made.session_id, "ü\ud7ff"),
            refusal(sessions, made.session_id, made.handoff),
            refusal(sessions, made.session_id, made.token, NOW + LIFE),
        }
        assert codes == {"session_unknown"}


def test_secrets_are_not_kept(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        with sessions() as session:
            row = repr(session.execute(text("SELECT * FROM web_session")).one())
    assert made.token not in row and made.handoff not in row


def test_a_handoff_moves_the_session_once(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions), document_target="iframe"))
        with transaction(sessions) as session:
            moved = use_handoff(session, made.handoff, NOW)
        assert moved.session_id == made.session_id and moved.token != made.token
        assert refusal(sessions, made.session_id, made.token) == "session_unknown"
        with sessions() as session:
            assert find_visit(session, moved.session_id, moved.token, NOW).document_target == "window"
        for handoff in (made.handoff, moved.handoff, "", "never"):
            with pytest.raises(Forbidden) as caught, transaction(sessions) as session:
                use_handoff(session, handoff, NOW)
            assert caught.value.code == "handoff_used"


@pytest.mark.parametrize(("late", "is_good"), [(-TICK, True), (timedelta(0), False)])
def test_a_handoff_ends_in_minutes(migrated_database_url: str, late: timedelta, is_good: bool) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        try:
            with transaction(sessions) as session:
                use_handoff(session, made.handoff, NOW + HANDOFF_LIFE + late)
            is_used = True
        except Forbidden:
            is_used = False
    assert is_used is is_good


def test_a_handoff_is_dropped_when_the_cookie_came_back(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        with transaction(sessions) as session:
            drop_handoff(session, made.session_id)
            drop_handoff(session, "nothing")
        with pytest.raises(Forbidden), transaction(sessions) as session:
            use_handoff(session, made.handoff, NOW)
        with sessions() as session:
            find_visit(session, made.session_id, made.token, NOW)


def test_two_windows_with_one_handoff_get_one_session(migrated_database_url: str) -> None:
    ready, found = threading.Barrier(2), list[str]()
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))

        def run() -> None:
            ready.wait(timeout=30)
            try:
                with transaction(sessions) as session:
                    found.append(use_handoff(session, made.handoff, NOW).session_id)
            except CmeError as error:
                found.append(error.code)

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == sorted([made.session_id, "handoff_used"])


def test_an_ended_session_is_unknown_and_ending_it_again_harmless(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        for _ in range(2):
            with transaction(sessions) as session:
                end_session(session, made.session_id)
        assert refusal(sessions, made.session_id, made.token) == "session_unknown"
        with sessions() as session:
            assert frame_origins(session, made.session_id) == ()


def test_only_what_has_expired_is_forgotten(migrated_database_url: str) -> None:
    with opened(migrated_database_url) as sessions:
        made = begun(sessions, launch(connected(sessions)))
        with transaction(sessions) as session:
            for number, ends in enumerate((NOW, NOW + LIFE)):
                session.add(models.PendingLogin(state_hash=str(number), body={}, expires_at=ends))
        with transaction(sessions) as session:
            assert forget_expired(session, NOW) == 1
        with sessions() as session:
            find_visit(session, made.session_id, made.token, NOW)
        with transaction(sessions) as session:
            assert forget_expired(session, NOW + LIFE) == 2
            assert forget_expired(session, NOW + LIFE) == 0
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(models.WebSession)) == 0
            assert session.scalar(select(func.count()).select_from(models.Learner)) == 1
