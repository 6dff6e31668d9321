"""Certificates by e-mail in headless Chromium: from the log through the preview to the letters' state, accessible."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.app import chores
from lti_tool.domain.capability import Capability
from lti_tool.services.audit import ToolActor
from lti_tool.services.team import invite
from tests.browser.design_site import browser
from tests.browser.test_disclosure_pages import PHONE, examine
from tests.functional.claim_walk import Claimant, arrive, claimable_activity
from tests.functional.world import World, make_world
from tests.unit.lti_tool.mail.test_smtp import Inbox, serving

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass
class Post:
    """An office on a phone, a learner with a certificate, and the worker to be run by hand."""

    world: World
    inbox: Inbox
    office: Page
    holder: Claimant

    def work(self) -> None:
        for chore in chores(self.world.deps, threading.Event()):
            chore()


@pytest.fixture
def post(browser: Browser, migrated_sqlite_url: str) -> Iterator[Post]:
    inbox = Inbox()
    with serving(inbox) as port:
        mail: dict[str, Any] = {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_from": "cme@example.org",
        }
        with make_world(migrated_sqlite_url, **mail) as world:
            context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
            yield Post(world, inbox, _office(context.new_page(), world), _holder(world))
            context.close()


def _office(page: Page, world: World) -> Page:
    with world.db() as db:
        actor = ToolActor(world.provider_id)
        token = invite(db, actor, "Avery Admin", "avery@example.org", tuple(Capability), world.clock())
    page.goto(f"{world.base_url}/join/{token}")
    page.get_by_role("button", name="Enter the office").click()
    return page


def _holder(world: World) -> Claimant:
    claimant = arrive(world, claimable_activity(world))
    claimant.confirm()
    claimant.claim("0.75")
    form = {"email": "ada@clinic.example"}
    kept = claimant.person.submit(claimant.get("certificate"), "Keep this address", form)
    assert "Your address is kept" in kept.text
    return claimant


def test_from_the_log_to_the_letter(post: Post) -> None:
    page = post.office
    page.get_by_role("main").get_by_role("link", name="Certificates", exact=True).first.click()
    page.get_by_role("link", name="All certificates").click()
    examine(page)
    expect(page.get_by_role("table", name="Certificates")).to_contain_text("Ada Byron")
    page.get_by_role("link", name="By activity").click()
    page.get_by_role("main").get_by_role("link", name="Hypertension in the Elderly").click()
    page.get_by_role("link", name="Send by e-mail").click()
    expect(page.get_by_text("1 person will be written to.")).to_be_visible()
    examine(page)
    post.inbox.answer = "451 the mailbox is busy"
    page.get_by_role("button", name="Send by e-mail").click()
    expect(page.get_by_role("definition").first).to_have_text("1")
    post.work()
    page.reload()
    expect(page.get_by_role("table", name="What the mail server said")).to_contain_text("the mailbox is busy")
    examine(page)
    post.inbox.answer = "250 OK"
    post.world.clock.advance(minutes=5)
    post.work()
    page.reload()
    expect(
        page.locator("dl.facts div", has=page.get_by_text("Sent", exact=True)).get_by_role("definition")
    ).to_have_text("1")
    expect(page.get_by_text("Written to before", exact=True)).to_be_visible()
    examine(page)
    assert [letter["To"] for letter in post.inbox.letters] == ["ada@clinic.example"]
