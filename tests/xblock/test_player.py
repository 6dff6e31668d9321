"""Recordings in Chromium, in the workbench: played, measured, told aloud, and open in one tab at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.demo_site import chromium
from tests.xblock import walk
from tests.xblock.conftest import Site, running_site
from tests.xblock.samples import CAPTIONS, RECORDINGS, VIDEO_HOST, tone
from tests.xblock.walk import accessible

pytestmark = [pytest.mark.timeout(240), pytest.mark.browser]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("player"), samples) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """The host of the film lets its captions be fetched; nothing else leaves the platform, and no script fails."""
    context = browser.new_context(viewport={"width": 320, "height": 900})
    faults: list[str] = []

    def follow(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if _is_foreign(request.url) else None)

    context.on("page", follow)
    allowed = {"Access-Control-Allow-Origin": "*"}
    context.route(f"{VIDEO_HOST}/film.wav", lambda route: route.fulfill(body=tone(), content_type="audio/wav"))
    context.route(
        f"{VIDEO_HOST}/film.vtt", lambda route: route.fulfill(body=CAPTIONS, content_type="text/vtt", headers=allowed)
    )
    yield context
    context.close()
    assert faults == []


def _is_foreign(url: str) -> bool:
    return not re.match(rf"(http://127\.0\.0\.1:|blob:|{VIDEO_HOST}/)", url)


def at_the_content(visit: BrowserContext, site: Site, who: str) -> Page:
    page = visit.new_page()
    page.goto(f"{site.url}/scenario/{RECORDINGS}/?student={who}")
    walk.acknowledge(page)
    walk.press(page, re.compile("^Continue: "))
    walk.heading(page, "Content")
    return page


def play(page: Page, seconds: float, start: float = 0) -> None:
    """At twice its speed, and stop."""
    page.locator("video, audio").evaluate(
        """async (media, [start, end]) => {
            const once = (name) => new Promise((resolve) => media.addEventListener(name, resolve, { once: true }));
            if (!media.readyState) await once("loadedmetadata");
            const there = once("seeked");
            media.currentTime = start;
            await there;
            media.playbackRate = 2;
            media.muted = true;
            await media.play();
            while (!media.ended && media.currentTime < end) await once("timeupdate");
            media.pause();
        }""",
        [start, start + seconds],
    )


def test_recordings_are_played_to_the_end_of_the_content(visit: BrowserContext, site: Site) -> None:
    page = at_the_content(visit, site, "ada")
    walk.press(page, re.compile("^Continue: A talk"))
    told, aloud = page.locator("[data-cme-played]"), page.locator("[data-cme-told]")
    expect(told).to_have_text("At least 90 % of this recording must be played; 0 % are recorded so far.")
    play(page, 1, 1.5)
    expect(told).not_to_contain_text("; 0 % are recorded so far.")
    expect(page.locator("[data-cme-missing]")).to_contain_text("Not played yet: 0:00–0:01")
    expect(aloud).to_contain_text("Not played yet")
    expect(page.locator("[data-cme-cue]")).to_have_text("Sit with the back supported, and wait.")
    _opened_elsewhere(visit, page)
    play(page, 3)
    expect(told).to_contain_text("% of this recording are recorded as played; 90 % are asked for.")
    expect(page.locator("[data-cme-missing]")).to_be_hidden()
    walk.press(page, "Continue: A film")
    walk.heading(page, "A film")
    page.wait_for_function("() => document.querySelector('video').textTracks[0].cues?.length === 1")
    expect(page.locator("[data-cme-captions-note]")).to_be_hidden()
    play(page, 1.6)
    walk.press(page, re.compile("^Continue: 1"))
    walk.press(page, re.compile("^I have read this page"))
    walk.press(page, "I have studied this")
    expect(page.get_by_text("You have studied the content")).to_be_visible()


def _opened_elsewhere(visit: BrowserContext, page: Page) -> None:
    """A recording counts in the tab that opened it last, and the other one says so."""
    other = visit.new_page()
    other.goto(page.url)
    walk.press(other, "A talk")
    walk.heading(other, "A talk")
    other.close()
    play(page, 0.5)
    expect(page.get_by_text("what is played here does not count any more")).to_be_visible()
    accessible(page)
    walk.press(page, "Open it here again")
    expect(page.locator("[data-cme-player-note]")).to_be_hidden()


def test_what_cannot_be_loaded_is_told(visit: BrowserContext, site: Site) -> None:
    for name in ("wav", "vtt"):
        visit.route(f"{VIDEO_HOST}/film.{name}", lambda route: route.fulfill(status=404))
    page = at_the_content(visit, site, "bo")
    walk.press(page, "A film")
    expect(page.get_by_role("link", name="Open the captions")).to_be_visible()
    expect(page.get_by_text("The recording cannot be loaded.")).to_be_visible()
