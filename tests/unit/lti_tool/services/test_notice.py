"""Notices that passed the edge: who listens, what is noted once, and a copy of a copy that is found."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import CmeError, Forbidden, LaunchRefused, NotFound, ServiceUnavailable
from lti_tool.domain.launch import CourseContext, Launch, NoticeService, NoticeType, Platform, ResourceLink
from lti_tool.domain.notice import Notice
from lti_tool.services import course_copy
from lti_tool.services import notice as notices
from lti_tool.services.audit import ToolActor
from lti_tool.services.notice import (
    Offer,
    ask,
    forget_notices,
    note_answer,
    note_offer,
    notice_views,
    switch,
    take_notice,
)
from lti_tool.services.platform import provider_id_of
from tests.unit.lti_tool.services.arrivals import ISSUER, NOW, SCHOOL, connected, launch, opened
from tests.unit.lti_tool.services.test_arrival import came, placement
from tests.unit.lti_tool.services.test_course_copy import OTHER_SCHOOL, bound_by_hand, copied

OFFERED = NoticeService(f"{ISSUER}/notices/1", frozenset(NoticeType))
HANDLER = "https://tool.example/lti/notices"


@dataclass
class Desk:
    """A platform that notes what it is asked; ``error`` is what it answers instead."""

    error: CmeError | None = None
    put_there: list[tuple[str, NoticeType, str]] = field(default_factory=list)

    def put(self, platform: Platform, url: str, kind: NoticeType, handler: str, now: datetime) -> None:
        if self.error is not None:
            raise self.error
        self.put_there.append((url, kind, handler))


@dataclass
class Listening:
    """A provider with a platform that offers notices."""

    sessions: Sessions
    platform: Platform
    provider: str = SCHOOL

    def offer(self, deployment: str = "1", offered: NoticeService = OFFERED) -> None:
        message = launch(self.platform, notices=offered, deployment_id=deployment)
        arrival = came(self.sessions, message)
        with transaction(self.sessions) as db:
            note_offer(db, arrival.deployment_id, message)

    @property
    def actor(self) -> ToolActor:
        with transaction(self.sessions) as db:
            return ToolActor(provider_id_of(db, self.provider, NOW))

    def switch(self, desk: Desk, *, is_on: bool = True, deployment: str = "1") -> Offer:
        actor = self.actor
        with transaction(self.sessions) as db:
            offer = switch(db, actor, self.platform.id, deployment, NOW, is_on=is_on)
        error = ask(desk, offer, HANDLER if is_on else "", NOW)
        with transaction(self.sessions) as db:
            note_answer(db, offer, error, is_on=is_on)
        return offer

    def view(self) -> notices.NoticeView:
        actor = self.actor
        with transaction(self.sessions) as db:
            (found,) = notice_views(db, actor.provider_id, self.platform.id)
            return found

    def told(self, number: int = 1, to: str = "course-2", *origins: str, **changes: Any) -> Notice:
        values: dict[str, Any] = {
            "type": NoticeType.CONTEXT_COPY,
            "platform": self.platform,
            "deployment_id": "1",
            "id": f"notice-{number}",
            "nonce_hash": f"{number:064}",
            "expires_at": NOW + timedelta(hours=1),
            "happened_at": NOW,
            "context": CourseContext(to),
            "origins": origins or ("course-1",),
        }
        return Notice(**values | changes)

    def take(self, notice: Notice, now: datetime = NOW) -> bool:
        with transaction(self.sessions) as db:
            return take_notice(db, notice, now)

    def count(self, table: type[models.CourseCopy] | type[models.ReceivedNotice]) -> int:
        with self.sessions() as db:
            return db.scalars(select(func.count()).select_from(table)).one()


def made(sessions: Sessions, provider: str = SCHOOL, **connection: Any) -> Listening:
    found = Listening(sessions, connected(sessions, provider=provider, **connection), provider)
    found.offer()
    found.switch(Desk())
    return found


@pytest.fixture
def here(migrated_database_url: str) -> Iterator[Listening]:
    with opened(migrated_database_url) as sessions:
        yield made(sessions)


@pytest.fixture
def light(migrated_sqlite_url: str) -> Iterator[Listening]:
    with opened(migrated_sqlite_url) as sessions:
        yield made(sessions)


def copy_opens(here: Listening, **changes: Any) -> tuple[str | None, str | None]:
    """What the link of this title opens in the copied course, for the first who comes."""
    found = placement(here.sessions, came(here.sessions, launch(here.platform, **copied(**changes))))
    return found.activity_id, found.step


def test_a_copied_course_opens_what_its_origin_opens(here: Listening) -> None:
    activity_id = bound_by_hand(here.sessions, here.platform)
    assert here.take(here.told())
    assert copy_opens(here) == (activity_id, Step.POST_TEST.value)
    assert here.view().noticed_at == NOW


def test_a_copy_of_a_copy_is_followed_though_nobody_opened_the_one_between(here: Listening) -> None:
    activity_id = bound_by_hand(here.sessions, here.platform)
    here.take(here.told(1, "course-7"))
    here.take(here.told(2, "course-2", "course-7"))
    assert copy_opens(here)[0] == activity_id


def test_courses_copied_in_a_circle_end(light: Listening) -> None:
    light.take(light.told(1, "course-2", "course-3"))
    light.take(light.told(2, "course-3", "course-2"))
    light.take(light.told(3, "course-2", "course-2"))
    assert copy_opens(light) == (None, None)
    assert light.count(models.CourseCopy) == 2


def test_a_long_chain_is_bounded(light: Listening) -> None:
    for number in range(40):
        light.take(light.told(number, f"c{number}", f"c{number + 1}"))
    with transaction(light.sessions) as db:
        deployment = db.scalars(select(models.Deployment)).one()
        found = course_copy.noticed_origins(db, deployment, "c0")
    assert found == tuple(f"c{number}" for number in range(1, course_copy.MAX_ORIGINS + 1))


def test_the_same_notice_again_changes_nothing(here: Listening) -> None:
    first = here.told()
    assert here.take(first)
    assert not here.take(first)
    assert not here.take(replace(first, nonce_hash="b" * 64, origins=("course-9",))), "sent again with a new token"
    assert (here.count(models.CourseCopy), here.count(models.ReceivedNotice)) == (1, 1)


def test_a_token_is_good_for_one_notice(here: Listening) -> None:
    here.take(here.told())
    with pytest.raises(LaunchRefused) as refused:
        here.take(replace(here.told(2), nonce_hash=here.told().nonce_hash))
    assert refused.value.code == "nonce_used"
    assert here.count(models.CourseCopy) == 1


def test_of_many_deliveries_of_one_notice_at_once_one_is_taken(here: Listening) -> None:
    taken: list[bool] = []
    gate = threading.Barrier(6)

    def deliver() -> None:
        gate.wait()
        taken.append(here.take(here.told()))

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken) == {True: 1, False: 5}


def test_nobody_is_listened_to_unasked(light: Listening) -> None:
    light.switch(Desk(), is_on=False)
    with pytest.raises(Forbidden) as refused:
        light.take(light.told())
    assert refused.value.code == "notices_off"
    unknown = light.told(deployment_id="9")
    with pytest.raises(LaunchRefused) as refused_too:
        light.take(unknown)
    assert refused_too.value.code == "deployment_unknown"
    assert light.count(models.ReceivedNotice) == 0


def test_more_than_a_few_hundred_a_minute_have_to_wait(light: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MAX_A_MINUTE", 3)
    for number in range(3):
        light.take(light.told(number))
    with pytest.raises(ServiceUnavailable) as refused:
        light.take(light.told(3))
    assert (refused.value.code, refused.value.facts["retry_after"]) == ("notices_too_fast", 60)
    assert not light.take(light.told(2)), "one that is known is no burden"
    assert light.take(light.told(3), NOW + timedelta(minutes=2))


def test_notices_are_forgotten_once_their_token_is_worth_nothing(light: Listening) -> None:
    light.take(light.told())
    with transaction(light.sessions) as db:
        assert forget_notices(db, NOW + timedelta(hours=1, minutes=59)) == 0
        assert forget_notices(db, NOW + timedelta(hours=2)) == 1
    assert light.count(models.CourseCopy) == 1


@pytest.mark.parametrize(
    "stranger",
    [{"provider": OTHER_SCHOOL, "client_id": "client-3"}, {"issuer": "https://other.example", "client_id": "client-4"}],
)
def test_a_notice_of_another_provider_or_lms_leads_nowhere(light: Listening, stranger: dict[str, Any]) -> None:
    """Ids of courses are small numbers in many an LMS: the same ones mean nothing elsewhere."""
    bound_by_hand(light.sessions, light.platform)
    other = made(light.sessions, **stranger)
    other.take(other.told())
    assert copy_opens(other) == (None, None)
    assert copy_opens(light) == (None, None)


def test_an_offer_is_remembered_and_at_another_address_asked_anew(light: Listening) -> None:
    assert (light.view().is_on, light.view().is_confirmed) == (True, True)
    light.offer()
    assert light.view().is_confirmed
    light.offer(offered=replace(OFFERED, url=f"{ISSUER}/notices/2"))
    assert (light.view().is_on, light.view().is_confirmed) == (True, False)
    desk = Desk()
    light.switch(desk)
    assert {url for url, _, _ in desk.put_there} == {f"{ISSUER}/notices/2"}
    light.offer(offered=NoticeService(f"{ISSUER}/notices/2", frozenset({NoticeType.HELLO})))
    assert not light.view().can_copy


def test_what_a_platform_answers_is_kept(light: Listening) -> None:
    light.switch(Desk(), is_on=False)
    light.switch(Desk(ServiceUnavailable("scope_not_granted", "no", words="invalid_scope")))
    found = light.view()
    assert (found.is_on, found.is_confirmed, found.fault) == (True, False, "scope_not_granted")
    assert found.fault_words == "invalid_scope"
    desk = Desk()
    light.switch(desk)
    assert (light.view().fault, light.view().is_confirmed) == ("", True)
    assert {kind for _, kind, _ in desk.put_there} == set(NoticeType)
    light.switch(desk, is_on=False)
    assert [handler for _, _, handler in desk.put_there[-2:]] == ["", ""]
    assert (light.view().is_on, light.view().is_confirmed) == (False, False)


def test_only_the_owner_of_an_offer_can_switch_it(light: Listening) -> None:
    other = made(light.sessions, provider=OTHER_SCHOOL, client_id="client-3")
    for actor, platform_id, deployment in (
        (other.actor, light.platform.id, "1"),
        (light.actor, light.platform.id, "9"),
        (light.actor, "unknown", "1"),
    ):
        with transaction(light.sessions) as db, pytest.raises(NotFound):
            switch(db, actor, platform_id, deployment, NOW, is_on=False)
    assert light.view().is_on


def test_a_launch_without_an_offer_changes_nothing(light: Listening) -> None:
    message: Launch = launch(light.platform, resource_link=ResourceLink("x"))
    arrival = came(light.sessions, message)
    with transaction(light.sessions) as db:
        note_offer(db, arrival.deployment_id, message)
    assert light.view().is_confirmed
