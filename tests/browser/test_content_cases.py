"""A case and a poll of the content on a telephone, by the keyboard alone, without a fault that axe finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lti_tool.cli.demo import RunningDemo
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.record import Response
from lti_tool.services.response import response_row
from tests.browser import walk
from tests.browser.demo_site import chromium, demo, visiting
from tests.browser.test_design import WCAG
from tests.functional.world import sample

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(120)
KEY = "cases-ecg-rhythms"
PHONE = {"width": 360, "height": 740}
OTHERS = ("metoprolol", "metoprolol", "metoprolol", "metoprolol", "permanent", "atropine", "temporary")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def check(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": WCAG}).response
    faults = [(fault["id"], [node["html"][:200] for node in fault["nodes"]]) for fault in found["violations"]]
    assert len(found["passes"]) > 10 and faults == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def others_answer(demo: RunningDemo, now: datetime) -> None:
    """Seven people of the same provider have answered the first case."""
    activity = sample(KEY).activity
    assert activity is not None and activity.content is not None
    case = next(item for item in activity.content.items if item.key == "case-pause")
    assert case.question is not None
    with transaction(demo.deps.sessions) as db:
        row = db.scalars(select(models.Activity).where(models.Activity.key == KEY)).one()
        for number, value in enumerate(OTHERS):
            learner = models.Learner(
                provider_id=row.provider_id, issuer="https://other.example", subject=f"s{number}", created_at=now
            )
            db.add(learner)
            db.flush()
            taken = models.Participation(
                learner_id=learner.id, activity_id=row.id, version=1, is_trial=False, started_at=now
            )
            db.add(taken)
            db.flush()
            db.add(response_row(taken.id, row.id, case.question, Response(case.key, value, now)))


def own_window(page: Page, address: str) -> None:
    activity = sample(KEY).activity
    assert activity is not None
    page.goto(f"{address}/course")
    page.get_by_role("link", name=activity.title, exact=True).first.click()
    page.goto(f"{address}{page.get_by_role('link', name='Open in a new window').first.get_attribute('href')}")
    page.wait_for_url(re.compile("/s/(?!.*/enter)"))


@pytest.mark.parametrize(("person", "scheme"), [("physician-md", "light"), ("physician-arabic", "dark")])
def test_a_case_and_a_poll_on_a_telephone(browser: Browser, demo: RunningDemo, person: str, scheme: str) -> None:
    if person == "physician-md":
        others_answer(demo, demo.deps.clock())
    with visiting(browser, demo.address, person, viewport=PHONE, color_scheme=scheme) as visitor:
        page = visitor.page
        own_window(page, demo.address)
        walk.acknowledge(page)
        base = re.match(r".*/s/[0-9a-f]{32}", page.url)
        assert base is not None
        page.goto(f"{base[0]}/content")
        check(page)
        for item in ("method", "slow", "case-pause"):
            page.goto(f"{base[0]}/content/{item}")
        check(page)
        walk.press(page, "Answer")
        expect(page.locator(".error-summary")).to_be_visible()
        check(page)
        page.locator('input[value="permanent"]').focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_text("57 % · 4 learners").or_(page.get_by_text("50 % · 4 learners"))).to_be_visible()
        check(page)
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("There is no right answer here")).to_be_visible()
        check(page)
        page.locator('input[value="help"]').check()
        walk.press(page, "Answer")
        expect(page.get_by_text("others have answered")).to_be_visible()
        check(page)
