"""Work that changes under the learner's hands: a second tab, a new disclosure, an instructor's view of it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from lti_tool.cli.demo import PROVIDER, SAMPLES, RunningDemo
from lti_tool.db.engine import transaction
from lti_tool.services.activity import import_activity
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.platform import provider_id_of
from tests.browser import walk
from tests.browser.demo_site import GATED, chromium, demo, visiting
from tests.functional.learner_walk import KEY, right, the_test

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_two_tabs_lose_nothing_and_submit_once(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "physician-md") as visitor:
        place = visitor.open(GATED)
        walk.acknowledge(place)
        walk.press(place, "Start the pre-test")
        asked = walk.questions_shown(place, the_test(KEY, "pre-test"))
        other = visitor.context.new_page()
        other.goto(visitor.tool_url)
        walk.answer(place, asked[0])
        expect(place.locator("[data-save-status]")).to_have_text("All answers saved")
        walk.answer(other, asked[1])
        expect(other.locator("[data-save-status]")).to_contain_text("open in another tab")
        visitor.go("/pre-test")
        for name, value in (right(asked[0]) | right(asked[1])).items():
            assert isinstance(value, list)
            expect(place.locator(f'[name="{name}"][value="{value[0]}"]')).to_be_checked()
        for question in asked:
            walk.answer(place, question)
        expect(place.locator("[data-save-status]")).to_have_text("All answers saved")
        walk.press(place, "Submit answers")
        walk.heading(place, "Your result")
        walk.press(other, "Submit answers")
        walk.heading(other, "Your result")
        expect(other.get_by_text("You answered 5 of 5 correctly")).to_be_visible()


def change_the_disclosure(running: RunningDemo) -> None:
    found = read_activity_file(SAMPLES / f"{KEY}.yaml")
    assert found.activity is not None
    first, *others = found.activity.people
    changed = replace(found.activity, people=(replace(first, affiliation="Harbour Hospital"), *others))
    now = datetime.now(UTC)
    with transaction(running.deps.sessions) as session:
        provider = provider_id_of(session, PROVIDER, now, is_created=False)
        import_activity(session, provider, changed, found.media, now)


def test_a_changed_disclosure_is_asked_again_and_work_is_kept(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "nurse") as visitor:
        place = visitor.open(GATED)
        walk.up_to_post_test(place)
        expect(place.get_by_role("button", name="Start the post-test")).to_be_visible()
        change_the_disclosure(demo)
        assert visitor.go("/post-test") == 403
        assert visitor.go("/information") == 200
        expect(place.get_by_text("This information has changed since you confirmed it")).to_be_visible()
        expect(place.get_by_text("Harbour Hospital")).to_be_visible()
        walk.acknowledge(place)
        visitor.go("/post-test")
        walk.take(place, "post-test")
        expect(place.get_by_text("You have passed")).to_be_visible()


def test_the_instructor_places_activities_and_sees_results(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "instructor") as visitor:
        visitor.page.get_by_role("link", name="Add CME activity").click()
        place = visitor.frame
        card = place.get_by_role("group", name=GATED)
        card.get_by_label("Whole activity").check()
        card.get_by_text("Single steps, each as a link of its own").click()
        card.get_by_label("Post-test").check()
        walk.press(place, "Preview")
        walk.heading(place, "2 links will be added to your course")
        walk.press(place, "Add to the course")
        expect(visitor.page.get_by_role("link", name=f"Post-test: {GATED}")).to_be_visible()
        visitor.open(f"Post-test: {GATED}")
        expect(place.get_by_role("main")).to_be_visible()
        assert visitor.go("/staff/") == 200
