"""axe-core (WCAG 2.2 AA) and reflow at 320 px on every page that people meet, with faults on it and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import RunningDemo
from tests.browser import walk
from tests.browser.demo_site import chromium, demo, visiting
from tests.browser.test_design import WCAG
from tests.browser.test_journey_keyboard import own_window
from tests.functional.learner_walk import KEY, the_test

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(240)
PHONE = {"width": 320, "height": 720}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def check(page: Page) -> None:
    """No fault that axe finds, and nothing that makes a phone scroll sideways."""
    found = Axe().run(page, options={"runOnly": WCAG}).response
    assert len(found["passes"]) > 10, page.url
    faults = [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found["violations"]]
    assert faults == [], page.url
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{page.url} is {width} px wide"


@pytest.fixture
def page(browser: Browser, demo: RunningDemo, request: pytest.FixtureRequest) -> Iterator[Page]:
    person, scheme = request.param
    with visiting(browser, demo.address, person, viewport=PHONE, color_scheme=scheme) as visitor:
        own_window(visitor.page, demo.address)
        yield visitor.page


def base_of(page: Page) -> str:
    found = re.match(r".*/s/[0-9a-f]{32}", page.url)
    assert found is not None, page.url
    return found[0]


def refused(page: Page, path: str) -> None:
    answer = page.goto(base_of(page) + path)
    assert answer is not None and answer.status == 403
    check(page)


@pytest.mark.parametrize("page", [("pharmacist", "light"), ("physician-arabic", "dark")], indirect=True)
def test_the_learners_pages(page: Page) -> None:
    check(page)
    refused(page, "/claim")
    page.goto(f"{base_of(page)}/information")
    walk.press(page, "Confirm and continue")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    walk.acknowledge(page)
    check(page)
    page.get_by_role("button", name=walk.STARTS).click()
    walk.press(page, "Submit answers")
    check(page)
    page.goto(f"{base_of(page)}/pre-test")
    for question in walk.questions_shown(page, the_test(KEY, "pre-test")):
        walk.answer(page, question)
    walk.press(page, "Submit answers")
    walk.heading(page, "Your result")
    check(page)
    walk.go_on(page)
    check(page)
    page.locator(".contents__link").first.click()
    check(page)
    page.goto(f"{base_of(page)}/content")
    walk.study(page)
    check(page)
    for wrong in (4, 0):
        walk.take(page, "post-test", wrong_answers=wrong)
        check(page)
        page.goto(f"{base_of(page)}/post-test") if wrong else walk.go_on(page)
    walk.press(page, "Send the evaluation")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    walk.evaluate(page)
    check(page)
    walk.go_on(page)
    walk.press(page, "Confirm these details")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    walk.fill_details(page, "MD")
    page.locator('[name="attestation"]').wait_for()
    page.locator("main form").get_by_role("button").last.click()
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    walk.claim(page)
    check(page)
    page.goto(f"{base_of(page)}/certificate")
    check(page)
    page.goto(first_link(page, "/verify/"))
    check(page)
    page.goto(re.sub(r"/verify/.*", "/verify/none", page.url))
    check(page)


STAFF_PAGES = ("home", "results", "outcomes", "evaluation", "certificates", "deliveries", "bind")


@pytest.mark.parametrize("page", [("instructor", "light")], indirect=True)
def test_the_instructors_pages(page: Page) -> None:
    base = base_of(page)
    for name in STAFF_PAGES:
        page.goto(f"{base}/staff/{name}")
        check(page)


def office_pages(page: Page) -> list[str]:
    links = page.locator("nav.tabs a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) >= 3
    return list(links)


def first_link(page: Page, pattern: str) -> str:
    return str(page.locator(f'a[href*="{pattern}"]').first.evaluate("link => link.href"))


@pytest.mark.parametrize("page", [("admin", "light"), ("admin", "dark")], indirect=True)
def test_the_offices_pages(page: Page) -> None:
    page.goto(f"{base_of(page)}/staff/home")
    walk.press(page, "Open the office")
    expect(page.get_by_role("heading", name="Office", level=1)).to_be_visible()
    for url in office_pages(page):
        page.goto(url)
        check(page)
    page.goto(next(url for url in office_pages(page) if url.endswith("/team")))
    walk.press(page, "Invite")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    page.goto(first_link(page, "/team/"))
    check(page)


@pytest.mark.parametrize("page", [("admin", "light")], indirect=True)
def test_the_pages_about_data(page: Page) -> None:
    page.goto(f"{base_of(page)}/own-data")
    check(page)
    page.locator('textarea[name="reason"]').fill("...")
    walk.press(page, "Send the request")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    page.locator('textarea[name="reason"]').fill("I moved on.")
    walk.press(page, "Send the request")
    expect(page.get_by_text("I moved on.")).to_be_visible()
    check(page)
    page.goto(f"{base_of(page)}/staff/home")
    walk.press(page, "Open the office")
    page.goto(re.sub(r"(/office/[0-9a-f]{32}).*", r"\1/retention", page.url))
    check(page)
    walk.press(page, "Place the hold")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    page.goto(first_link(page, "/retention/person/"))
    check(page)
    walk.press(page, "Refuse")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
