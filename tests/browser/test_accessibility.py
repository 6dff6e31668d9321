"""axe-core (WCAG 2.2 AA) and reflow at 320 px on every page that people meet, with faults on it and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import RunningDemo
from tests import axe
from tests.browser import walk
from tests.browser.crowd import KEY as CASES
from tests.browser.crowd import others_answer
from tests.browser.demo_site import chromium, demo, visiting
from tests.browser.test_journey_keyboard import own_window
from tests.functional.learner_walk import KEY, the_test
from tests.functional.world import sample

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(240)
PHONE = {"width": 320, "height": 720}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def faults_of(page: Page) -> list[object]:
    """What axe finds, and what makes a phone scroll sideways."""
    page.wait_for_load_state()
    found: list[object] = [*axe.faults(page, at_least=11)]
    width = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{width} px wide"] if width > PHONE["width"] else [])


def check(page: Page) -> None:
    assert faults_of(page) == [], page.url


def check_next(page: Page, act: Callable[[], None]) -> None:
    """Check the page that ``act`` leads to, once it is there."""
    with page.expect_navigation():
        act()
    check(page)


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
    check_next(page, lambda: walk.acknowledge(page))
    check_next(page, lambda: page.get_by_role("button", name=walk.STARTS).click())
    check_next(page, lambda: walk.press(page, "Submit answers"))
    page.goto(f"{base_of(page)}/pre-test")
    for question in walk.questions_shown(page, the_test(KEY, "pre-test")):
        walk.answer(page, question)
    walk.press(page, "Submit answers")
    walk.heading(page, "Your result")
    check(page)
    check_next(page, lambda: walk.go_on(page))
    check_next(page, lambda: page.locator(".contents__link").first.click())
    page.goto(f"{base_of(page)}/content")
    walk.study(page)
    expect(page.get_by_role("button", name=walk.STARTS)).to_be_visible()
    check(page)
    for wrong in (4, 0):
        walk.take(page, "post-test", wrong_answers=wrong)
        check(page)
        page.goto(f"{base_of(page)}/post-test") if wrong else check_next(page, lambda: walk.go_on(page))
    walk.press(page, "Send the evaluation")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    walk.evaluate(page)
    check(page)
    check_next(page, lambda: walk.go_on(page))
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
    for rule in ("/follow-up", "/records"):
        page.goto(base_of(page) + rule)
        check(page)
    page.goto(f"{base_of(page)}/certificate")
    page.goto(first_link(page, "/verify/"))
    check(page)
    page.goto(re.sub(r"/verify/.*", "/verify/none", page.url))
    check(page)


STAFF_PAGES = ("home", "", "outcomes", "evaluation", "follow-ups", "certificates", "grades", "roster", "bind")


@pytest.mark.parametrize("page", [("instructor", "light")], indirect=True)
def test_the_instructors_pages(page: Page) -> None:
    base = base_of(page)
    for name in STAFF_PAGES:
        answer = page.goto(f"{base}/staff/{name}")
        assert answer is not None and answer.status == 200, page.url
        check(page)


def office_pages(page: Page) -> list[str]:
    """Every room of the office, from its front page."""
    links = page.locator("main ul.links a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) > 15
    return list(links)


def opened_rows(page: Page) -> list[str]:
    """One address for each kind of page that this list leads to."""
    found = page.locator("main a[href]").evaluate_all("links => links.map(link => link.href)")
    below = page.url.partition("?")[0].rstrip("/") + "/"
    inner = {re.sub(r"[0-9a-f]{32}|\?.*", "*", url): url for url in found if url.startswith(below) and is_page(url)}
    return list(inner.values())


def is_page(url: str) -> bool:
    """Not a download, nor a place in a page."""
    return not re.search(r"\.(pdf|zip|csv|ics|yaml|png|jpg|xlsx)\b|#|/file$|/export", url)


def faults_in_both(page: Page) -> list[object]:
    """In light everything, in dark the contrasts."""
    page.emulate_media(color_scheme="light")
    found = faults_of(page)
    page.emulate_media(color_scheme="dark")
    return [*found, *axe.faults(page, rules=["color-contrast"])]


def first_link(page: Page, pattern: str) -> str:
    return str(page.locator(f'a[href*="{pattern}"]').first.evaluate("link => link.href"))


@pytest.mark.parametrize("page", [("admin", "light")], indirect=True)
def test_the_offices_pages(page: Page) -> None:
    page.goto(f"{base_of(page)}/staff/home")
    walk.press(page, "Open the office")
    expect(page.get_by_role("heading", name="Office", level=1)).to_be_visible()
    rooms, found = office_pages(page), {page.url: faults_in_both(page)}
    while rooms:
        page.goto(rooms.pop())
        found[page.url] = faults_in_both(page)
        rooms += [url for url in opened_rows(page) if url not in found and url not in rooms]
    page.goto(next(url for url in found if url.endswith("/team")))
    walk.press(page, "Invite")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page)
    assert {url: faults for url, faults in found.items() if faults} == {} and len(found) > 30


def test_a_case_and_a_poll(browser: Browser, demo: RunningDemo) -> None:
    """By the keyboard: the question, a fault, the explanation with what others chose, and a poll."""
    others_answer(demo, demo.deps.clock())
    activity = sample(CASES).activity
    assert activity is not None
    with visiting(browser, demo.address, "nurse", viewport=PHONE) as visitor:
        page = visitor.page
        own_window(page, demo.address, activity.title)
        check_next(page, lambda: walk.acknowledge(page))
        page.goto(f"{base_of(page)}/content")
        check(page)
        page.goto(f"{base_of(page)}/content/case-pause")
        check(page)
        refused(page, "/content/case-collapse")
        page.goto(f"{base_of(page)}/content/case-pause")
        walk.press(page, "Answer")
        expect(page.locator(".error-summary")).to_be_visible()
        check(page)
        page.locator('input[value="permanent"]').focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_text("57 % · 4 learners")).to_be_visible()
        check(page)
        page.get_by_role("link", name="Next").click()
        page.locator('input[value="help"]').check()
        walk.press(page, "Answer")
        expect(page.get_by_text("others have answered")).to_be_visible()
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
