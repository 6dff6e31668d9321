"""Recordings in headless Chromium: captions of another host, shown where it lets them be fetched, linked where not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from lti_tool.domain.activity import ContentItem
from tests import axe
from tests.browser.design_site import browser
from tests.functional.staff_world import BASE, Person, World
from tests.functional.test_content_cases import begun
from tests.functional.test_content_recordings import FILM, TALK, world
from tests.xblock.samples import CAPTIONS, tone

__all__ = ["browser", "world"]
pytestmark = pytest.mark.browser
ANYBODY, NOT_US = "*", "https://elsewhere.example.org"
CUE = "Sit with the back supported, and wait."
PLAY = "media => { media.muted = true; return media.play(); }"


def serve(page: Page, person: Person, allowed: str) -> None:
    """The tool's own pages with their policy, and a host that lets ``allowed`` fetch its captions."""

    def tool(route: Route) -> None:
        answer = person.client.get(route.request.url)
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    def captions(route: Route) -> None:
        headers = {"Access-Control-Allow-Origin": allowed}
        route.fulfill(body=CAPTIONS, content_type="text/vtt", headers=headers)

    page.route(f"{BASE}/**", tool)
    page.route("**/time", lambda route: route.fulfill(status=204))
    page.route("**/*.vtt", captions)
    page.route(FILM.url, lambda route: route.fulfill(body=tone(), content_type="audio/wav"))


@contextmanager
def shown(
    browser: Browser, world: World, item: ContentItem, allowed: str = ANYBODY, *, has_scripts: bool = True
) -> Iterator[Page]:
    """The page of an item; its scripts may not fail, nor fetch what the policy forbids."""
    person, faults = begun(world), list[str]()
    context = browser.new_context(java_script_enabled=has_scripts, viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.extend([line.text] if "Content Security Policy" in line.text else []))
    serve(page, person, allowed)
    page.goto(f"{BASE}{person.path(f'/content/{item.key}')}")
    yield page
    context.close()
    assert faults == []


def test_captions_of_another_host_are_shown(browser: Browser, world: World) -> None:
    with shown(browser, world, FILM) as page:
        page.wait_for_function("() => document.querySelector('video').textTracks[0].cues?.length === 1")
        assert page.locator("track").evaluate("track => track.track.mode") == "showing"
        assert page.locator("track").get_attribute("label") == "English"
        expect(page.get_by_text("The player cannot show the captions.")).to_be_hidden()
        expect(page.get_by_role("link", name="Open the captions")).to_be_visible()


def test_captions_of_audio_are_shown_below_it(browser: Browser, world: World) -> None:
    with shown(browser, world, TALK) as page:
        page.locator("audio").evaluate(PLAY)
        expect(page.locator("[data-cue]")).to_have_text(CUE)
        assert axe.faults(page, axe.WCAG) == []


def test_captions_that_may_not_be_fetched_are_linked(browser: Browser, world: World) -> None:
    with shown(browser, world, FILM, NOT_US) as page:
        expect(page.get_by_role("status").filter(has_text="The player cannot show the captions.")).to_be_visible()
        expect(page.get_by_role("link", name="Open the captions")).to_have_attribute("href", FILM.captions)
        page.locator("video").evaluate(PLAY)
        assert axe.faults(page, axe.WCAG) == []


def test_audio_without_captions_keeps_no_place_for_them(browser: Browser, world: World) -> None:
    with shown(browser, world, TALK, NOT_US) as page:
        expect(page.get_by_role("status").filter(has_text="The player cannot show the captions.")).to_be_visible()
        expect(page.locator("[data-cue]")).to_be_hidden()


def test_without_scripts_captions_are_linked(browser: Browser, world: World) -> None:
    with shown(browser, world, FILM, has_scripts=False) as page:
        link = page.get_by_role("link", name="Open the captions")
        expect(link).to_be_visible()
        expect(link).to_have_attribute("href", FILM.captions)
