"""Disclosure in headless Chromium: the form on a phone without scripts, and every page about people accessible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lti_tool.domain.capability import Capability
from lti_tool.services.audit import ToolActor
from lti_tool.services.team import invite
from tests import axe
from tests.browser.design_site import browser
from tests.functional.world import World, make_world

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PHONE: Any = {"width": 320, "height": 700}


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with make_world(migrated_sqlite_url) as made:
        yield made


@pytest.fixture
def office(browser: Browser, world: World) -> Iterator[Page]:
    """A phone in the office, with everything allowed."""
    with world.db() as db:
        actor = ToolActor(world.provider_id)
        token = invite(db, actor, "Avery Admin", "avery@example.org", tuple(Capability), world.clock())
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{world.base_url}/join/{token}")
    page.get_by_role("button", name="Enter the office").click()
    yield page
    context.close()


def examine(page: Page) -> None:
    """WCAG 2.2 AA by axe, the contrasts in the dark too, and nothing wider than the phone."""
    page.wait_for_load_state()
    page.emulate_media(color_scheme="light")
    assert axe.faults(page) == [], page.url
    page.emulate_media(color_scheme="dark")
    assert axe.faults(page, rules=["color-contrast"]) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Rooms of the office").get_by_role("link", name="Overview").click()
    page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def make_link(page: Page) -> str:
    """Add somebody and make a link to hand over."""
    open_tab(page, "People")
    page.get_by_role("link", name="Add somebody").click()
    examine(page)
    page.get_by_label("Name").fill("Sam Lee")
    page.get_by_label("E-mail address", exact=False).first.fill("lee@school.example")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Make a link to hand over").click()
    examine(page)
    return page.locator("code").inner_text()


def phone(browser: Browser, *, has_scripts: bool) -> BrowserContext:
    return browser.new_context(viewport=PHONE, java_script_enabled=has_scripts, reduced_motion="reduce")


def fill_in(page: Page) -> None:
    page.get_by_label("Yes, as listed below").check()
    row = page.get_by_role("group", name="Relationship 1")
    row.get_by_label("Company", exact=True).fill("Acme Pharma")
    row.get_by_label("What connects you").select_option("consultant")
    row.get_by_label("Yes, it is active").check()
    page.get_by_role("button", name="Add another relationship").click()
    expect(page.get_by_role("group", name="Relationship 2")).to_be_visible()
    page.get_by_role("button", name="Remove relationship 2").click()
    expect(page.get_by_label("Company", exact=True).first).to_have_value("Acme Pharma")


def sign(page: Page) -> None:
    page.get_by_label("I have read the definition above", exact=False).check()
    page.get_by_role("button", name="Sign and send").click()


def test_the_form_is_given_on_a_phone_without_scripts(browser: Browser, office: Page) -> None:
    address = make_link(office)
    context = phone(browser, has_scripts=False)
    page = context.new_page()
    page.goto(address)
    fill_in(page)
    sign(page)
    expect(page.get_by_role("heading", name="Thank you, your disclosure has been received")).to_be_visible()
    context.close()


def test_the_form_and_its_faults_are_accessible(browser: Browser, office: Page) -> None:
    address = make_link(office)
    context = phone(browser, has_scripts=True)
    page = context.new_page()
    page.goto(address)
    examine(page)
    page.get_by_role("button", name="Sign and send").click()
    expect(page.locator(".error-summary")).to_be_focused()
    examine(page)
    fill_in(page)
    page.get_by_label("Company", exact=True).first.press("Enter")
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_role("button", name="Look the company up").first.click()
    examine(page)
    sign(page)
    examine(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Give a new version")).to_be_hidden()
    expect(page.get_by_role("cell", name="Consultant")).to_be_visible()
    context.close()


def test_every_office_page_about_people_is_accessible(browser: Browser, office: Page, world: World) -> None:
    address = make_link(office)
    context = phone(browser, has_scripts=True)
    page = context.new_page()
    page.goto(address)
    fill_in(page)
    sign(page)
    context.close()
    walk(office)


def walk(page: Page) -> None:
    """From the list through role, company and decision to mitigation and support, looking at each page."""
    open_tab(page, "People of activities")
    examine(page)
    page.get_by_role("link", name="High Blood Pressure", exact=False).first.click()
    page.get_by_label("Name").fill("sam")
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Role", exact=True).select_option("faculty")
    page.locator("#f-starts_on").fill("2026-12-01")
    page.get_by_role("button", name="Give the role").click()
    examine(page)
    open_tab(page, "Companies")
    examine(page)
    page.get_by_role("link", name="Acme Pharma").click()
    page.get_by_label("Primary business", exact=False).select_option("pharmaceutical")
    examine(page)
    page.get_by_role("button", name="Save").click()
    open_tab(page, "Disclosures")
    examine(page)
    page.get_by_role("link", name="High Blood Pressure", exact=False).first.click()
    page.get_by_role("link", name="Acme Pharma: Consultant").click()
    examine(page)
    page.get_by_role("radio", name=re.compile("^Relevant")).check()
    page.get_by_label("Why").fill("The talk is about this drug.")
    page.get_by_role("button", name="Decide").click()
    page.get_by_label("Attestation that", exact=False).check()
    page.get_by_label("On", exact=True).fill("2026-11-23")
    page.get_by_role("button", name="Keep the mitigation").click()
    examine(page)
    expect(page.get_by_text("Mitigated").first).to_be_visible()
    page.get_by_role("link", name="Back to the people of this activity").click()
    expect(page.get_by_text("Consultant – Acme Pharma", exact=False).first).to_be_visible()
    page.get_by_role("link", name="Support, joint providers, exception").click()
    examine(page)
    open_tab(page, "People")
    examine(page)
    page.get_by_role("link", name="Sam Lee").click()
    examine(page)
