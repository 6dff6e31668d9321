"""The whole tool, served over HTTP, driven by the real Open edX LTI consumer: from click to published grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.launch import LmsFamily
from lti_tool.services.activity import import_activity
from lti_tool.services.delivery import Courier, deliver_due
from lti_tool.services.platform import Connection, add_platform
from tests.functional.browsing import Browser, origin_of
from tests.functional.learner_walk import KEY, acknowledge, study, take
from tests.functional.pages import Form, Page
from tests.functional.world import PROVIDER, World, make_world, no_crashes, sample
from tests.peers.openedx import Block, Component, PeerPlatform, Person, ToolAddresses

pytestmark = pytest.mark.peers


@dataclass
class OpenEdxBrowser(Browser):
    """A browser that comes from Open edX: its authorization page posts the message by itself."""

    def _is_automatic(self, page: Page, form: Form) -> bool:
        if origin_of(page.url) != origin_of(self.world.base_url):
            return "id_token" in form.names
        return super()._is_automatic(page, form)


@dataclass
class Campus:
    """The tool and the platform, connected block by block."""

    world: World
    openedx: PeerPlatform
    course: str

    def place(self, **settings: Any) -> Block:
        base = self.world.base_url
        addresses = ToolAddresses(
            f"{base}/lti/login",
            f"{base}/lti/launch",
            deep_linking_url=f"{base}/lti/launch",
            keyset_url=f"{base}/lti/jwks",
        )
        settings.setdefault("custom", {"cme_activity": KEY})
        block = self.openedx.create_block(self.course, addresses, Component(**settings))
        values = block.registration
        connection = Connection(
            provider=PROVIDER,
            issuer=values.issuer,
            client_id=values.client_id,
            deployment_ids=(values.deployment_id,),
            authorization_url=values.authorization_url,
            token_url=values.token_url,
            keyset_url=values.keyset_url,
            family=LmsFamily.OPEN_EDX,
        )
        with self.world.db() as db:
            add_platform(db, connection, self.world.session.check, self.world.clock())
        return block

    def launch(self, block: Block, person: Person, **options: Any) -> tuple[Browser, Page]:
        browser = OpenEdxBrowser(self.world, "physician-md")
        return browser, browser.get(self.openedx.launch_url(block, person, **options))

    def deliver(self) -> int:
        courier = Courier(self.world.deps.sessions, self.world.deps.gradebook, self.world.clock, lambda: 0.5)
        return deliver_due(courier)

    def points(self, block: Block, person: Person) -> float | None:
        grade = self.openedx.grade(block, person)
        return grade.value if grade else None


@pytest.fixture
def campus(openedx: PeerPlatform, migrated_sqlite_url: str) -> Iterator[Campus]:
    with make_world(migrated_sqlite_url) as world, no_crashes(world):
        world.clock.set(datetime.now(UTC))  # the platform signs and judges by the real time
        _import_for_today(world)
        yield Campus(world, openedx, openedx.create_course())


def _import_for_today(world: World) -> None:
    """The sample, open on whatever day this runs."""
    found, today = sample(KEY), datetime.now(UTC).date()
    assert found.activity is not None
    earlier, later = today - timedelta(days=30), today + timedelta(days=365)
    dated = replace(found.activity, designated_on=earlier, released_on=earlier, reviewed_on=earlier, expires_on=later)
    with world.db() as db:
        import_activity(db, world.provider_id, dated, found.media, world.clock())


def pass_the_post_test(browser: Browser, page: Page, *, wrong_answers: int = 0) -> Page:
    acknowledge(browser, page)
    take(browser, page, "pre-test")
    study(browser, page)
    return take(browser, page, "post-test", wrong_answers=wrong_answers)


def test_a_learner_lands_on_the_disclosure_and_goes_no_further(campus: Campus) -> None:
    block = campus.place()
    browser, page = campus.launch(block, campus.openedx.create_person(campus.course, "Ada"))
    assert page.path.endswith("/information")
    assert page.status == 200
    assert browser.get(f"/s/{page.session_id}/post-test").status == 403


@pytest.mark.parametrize("release", [None, "9.14"])
@pytest.mark.parametrize(("role", "path"), [("staff", "/staff/home"), ("instructor", "/staff/home")])
def test_staff_of_both_releases_arrive_as_staff(campus: Campus, role: Any, path: str, release: Any) -> None:
    block = campus.place()
    person = campus.openedx.create_person(campus.course, role=role)
    _, page = campus.launch(block, person, release=release)
    assert (page.status, page.path.endswith(path)) == (200, True)


@pytest.mark.parametrize("mode", ["declarative", "programmatic"])
def test_the_score_is_published(campus: Campus, mode: Any) -> None:
    block, learner = campus.place(ags=mode), campus.openedx.create_person(campus.course, "Grace")
    browser, page = campus.launch(block, learner)
    result = pass_the_post_test(browser, page, wrong_answers=1)
    assert "You have passed" in result.text
    assert campus.deliver() >= 1
    assert campus.points(block, learner) == 9
    assert len(campus.openedx.line_items(block)) == 1
    assert campus.deliver() == 0


def test_a_zero_is_published_too(campus: Campus) -> None:
    block, learner = campus.place(), campus.openedx.create_person(campus.course)
    browser, page = campus.launch(block, learner)
    pass_the_post_test(browser, page, wrong_answers=10)
    campus.deliver()
    assert campus.points(block, learner) == 0


def test_a_second_learner_shares_the_line_item_that_was_made(campus: Campus) -> None:
    block = campus.place(ags="programmatic")
    for name in ("Ada", "Grace"):
        person = campus.openedx.create_person(campus.course, name)
        browser, page = campus.launch(block, person)
        pass_the_post_test(browser, page)
        campus.deliver()
        assert campus.points(block, person) == 10
    assert len(campus.openedx.line_items(block)) == 1


def test_a_single_step_has_its_own_grade(campus: Campus) -> None:
    block = campus.place(custom={"cme_activity": KEY, "cme_step": "information"})
    learner = campus.openedx.create_person(campus.course)
    browser, page = campus.launch(block, learner)
    acknowledge(browser, page)
    campus.deliver()
    assert campus.points(block, learner) == 10


def test_two_blocks_of_one_course_know_one_learner(campus: Campus) -> None:
    """Open edX gives each block a client id of its own; the person is one, and so is the record."""
    gate, whole = campus.place(custom={"cme_activity": KEY, "cme_step": "information"}), campus.place()
    assert gate.registration.client_id != whole.registration.client_id
    learner = campus.openedx.create_person(campus.course)
    browser, page = campus.launch(gate, learner)
    acknowledge(browser, page)
    _, after = campus.launch(whole, learner)
    assert after.path.endswith("/pre-test")
    with campus.world.db() as db:
        assert db.scalar(select(func.count()).select_from(models.Participation)) == 1


def test_an_author_picks_an_activity_that_learners_then_open(campus: Campus) -> None:
    block = campus.place(has_deep_linking=True, custom={})
    author = campus.openedx.create_person(campus.course, role="staff")
    browser = OpenEdxBrowser(campus.world, "instructor")
    browser.session.post(campus.openedx.root_url + "/control/sessions", json={"username": author.username}, timeout=30)
    picker = browser.get(campus.openedx.launch_url(block, author, message="deep_linking", from_studio=True))
    assert picker.path.endswith("/deep-link")
    preview = browser.submit(picker, "Preview", {"choose": [KEY]})
    answer = browser.submit(preview, "/deep-link/return")
    stored = browser.submit(answer, 0)
    assert stored.status == 200
    (item,) = campus.openedx.content_items(block)
    assert item["custom"] == {"cme_activity": KEY}
    _, page = campus.launch(block, campus.openedx.create_person(campus.course))
    assert page.path.endswith("/information")


def test_an_author_comes_from_the_blocks_form_to_the_plans(campus: Campus) -> None:
    """By the platform's own consumer, without an LTI component in the course; and by its message once only."""
    block, author = campus.place(has_deep_linking=True), campus.openedx.create_person(campus.course, role="staff")
    address = campus.openedx.launch_url(block, author, message="planning", from_studio=True)
    browser = OpenEdxBrowser(campus.world, "instructor")
    page = browser.get(address)
    assert (page.status, page.heading) == (200, "Plan activities")
    page = browser.submit(page, "Open the plans in the office")
    assert page.status == 200 and page.url.endswith("/plans")
    with campus.world.db() as db:
        assert db.scalars(select(models.Learner.subject)).all() == [author.sub]
        assert db.scalars(select(func.count()).select_from(models.Placement)).one() == 0


def test_a_made_up_way_to_the_plans_leads_nowhere(campus: Campus) -> None:
    """The address names a launch that the platform keeps for some minutes; another name names none."""
    block, author = campus.place(), campus.openedx.create_person(campus.course, role="staff")
    address = campus.openedx.launch_url(block, author, message="planning")
    page = OpenEdxBrowser(campus.world, "instructor").get(address.replace("lti_message_hint=", "lti_message_hint=x"))
    assert page.status == 400 and "Plan activities" not in page.text
