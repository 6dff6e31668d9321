"""From the first page to the certificate without a pointer (WCAG 2.2: 2.1.1, 2.1.2, 2.4.3, 2.4.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import RunningDemo
from tests.browser import keys
from tests.browser.demo_site import GATED, chromium, demo, visiting
from tests.functional.learner_walk import KEY

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def own_window(page: Page, address: str, title: str = GATED) -> None:
    """The activity in a window of its own, as the LMS's second link opens it."""
    page.goto(f"{address}/course")
    page.get_by_role("link", name=title, exact=True).first.click()
    page.goto(f"{address}{page.get_by_role('link', name='Open in a new window').first.get_attribute('href')}")
    page.wait_for_url(re.compile("/s/(?!.*/enter)"))


def study(page: Page) -> None:
    keys.follow(page, page.locator(".contents__link").first)
    for number in range(1, 20):
        expect(page.get_by_text(re.compile(rf"^{number} of \d+$"))).to_be_visible()
        onward = page.locator("nav.pager a.button").last
        label = onward.inner_text().strip()
        keys.follow(page, onward)
        if label == "To the end of the content":
            break
    keys.press(page, "I have studied this")


def evaluate(page: Page) -> None:
    expect(page.get_by_role("button", name="Send the evaluation")).to_be_visible()
    for block in page.locator("main form fieldset:not(:has(fieldset)):has(input)").all():
        keys.tab_to(page, block.locator("input").first)
        page.keyboard.press("Space")
    keys.press(page, "Send the evaluation")
    expect(page.get_by_text("Thank you, your evaluation has been recorded")).to_be_visible()


def test_the_whole_path_by_keyboard(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "physician-md") as visitor:
        page = visitor.page
        own_window(page, demo.address)
        keys.tick(page, page.get_by_label("I have read the information and the disclosures above."))
        keys.press(page, "Confirm and continue")
        keys.take(page, "pre-test", KEY)
        keys.follow(page, page.locator("main .actions a.button").first)
        study(page)
        keys.take(page, "post-test", KEY)
        expect(page.get_by_text("You have passed")).to_be_visible()
        keys.follow(page, page.locator("main .actions a.button").first)
        evaluate(page)
        keys.follow(page, page.locator("main .actions a.button").first)
        keys.choose_option(page, page.get_by_label("Degree or profession", exact=True), "MD")
        keys.choose_option(page, page.get_by_label("Country", exact=True), "US")
        keys.press(page, "Confirm these details")
        keys.tick(page, page.locator('[name="attestation"]'))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your credit has been recorded", level=1)).to_be_visible()
        with page.expect_download() as download:
            keys.follow(page, page.locator('a[href$=".pdf"]').first)
        assert download.value.suggested_filename.endswith(".pdf")
