"""The design system in headless Chromium: accessibility, reflow, keyboard, forced colours, paper."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests import axe
from tests.browser.design_site import Site, browser, gallery, opened, site, standalone

__all__ = ["browser", "site"]
pytestmark = pytest.mark.browser

SHOWN_FOCUS = """() => {
  const it = document.activeElement;
  const row = it.closest("label.choice") ?? it;
  const isClear = ["BODY", "AUDIO"].includes(it.tagName) || getComputedStyle(row).outlineStyle !== "none";
  return isClear ? `${it.tagName} ${it.name || it.textContent.trim()}` : `hidden focus: ${it.outerHTML}`;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, .button, .input, .choice, .scale__option, summary")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 43.5)
  .map(([html]) => html)"""


@pytest.mark.parametrize(
    ("direction", "scheme", "width"),
    [("ltr", "light", 320), ("ltr", "dark", 1280), ("rtl", "light", 1280), ("rtl", "dark", 320)],
)
def test_every_component_is_accessible(browser: Browser, site: Site, direction: str, scheme: Any, width: int) -> None:
    site.pages["/"] = gallery(text_direction=direction, locale="en")
    size: Any = {"width": width, "height": 800}
    with opened(browser, f"{site.origin}/", viewport=size, color_scheme=scheme, reduced_motion="reduce") as page:
        assert axe.faults(page, at_least=21) == []
        for narrower in (width, 768, 320):
            page.set_viewport_size({"width": narrower, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= narrower


def test_text_at_twice_its_size_still_fits_a_phone(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", viewport={"width": 320, "height": 800}) as page:
        page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_forced_colours_keep_the_page_readable(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", forced_colors="active") as page:
        assert axe.faults(page) == []
        chosen = page.locator(".choice:has(input:checked)").first
        assert chosen.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"


def test_targets_are_large_enough(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", viewport={"width": 320, "height": 800}) as page:
        small = page.evaluate(SMALL_TARGETS)
        assert small == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", viewport={"width": 1280, "height": 800}) as page:
        expect(page.locator(".error-summary")).to_be_focused()
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
        page.keyboard.press("Shift+Tab")
        seen = set()
        for _ in range(160):
            page.keyboard.press("Tab")
            tag = page.evaluate(SHOWN_FOCUS)
            seen.add(" ".join(tag.split()))
        assert not [tag for tag in seen if tag.startswith("hidden focus")]
        for expected in (
            "A Skip to main content",
            "SUMMARY What opens the locked steps?",
            "INPUT q1",
            "SELECT q4.x",
            "SELECT amount",
        ):
            assert expected in seen


def test_the_step_bar_fits_its_room(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", viewport={"width": 320, "height": 800}) as page:
        steps = page.get_by_role("navigation", name="Steps of this activity")
        expect(steps.get_by_text("Step 3 of 7")).to_be_visible()
        expect(steps.get_by_text("Opens when you have passed the post-test.").first).to_be_hidden()
        steps.get_by_text("All steps").click()
        expect(steps.get_by_text("Opens when you have passed the post-test.").first).to_be_visible()
        page.set_viewport_size({"width": 1024, "height": 800})
        expect(steps.get_by_role("listitem").filter(has_text="Content")).to_have_attribute("aria-current", "step")
        expect(steps.get_by_role("link", name="Claim")).to_have_count(0)


def test_without_scripts_nothing_is_missing(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", java_script_enabled=False) as page:
        expect(page.locator('select[name="q4.x"]')).to_be_visible()
        expect(page.get_by_role("button", name="Acknowledge and continue")).to_be_visible()


def test_paper_carries_no_controls(browser: Browser, site: Site) -> None:
    site.pages["/"] = gallery()
    with opened(browser, f"{site.origin}/", color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".steps")).to_be_hidden()
        expect(page.get_by_role("button", name="Acknowledge and continue")).to_be_hidden()
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_outside_the_frame_are_accessible(browser: Browser, site: Site, scheme: Any) -> None:
    site.pages["/"] = standalone("<h1>Certificate CME-2026-7Q4K</h1><p>This certificate is valid.</p>")
    with opened(browser, f"{site.origin}/", viewport={"width": 320, "height": 600}, color_scheme=scheme) as page:
        assert axe.faults(page) == []
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()


def test_the_checks_find_what_is_broken(browser: Browser, site: Site) -> None:
    site.pages["/"] = standalone("<h1>Heading</h1><img><button></button><button></button>")
    with opened(browser, f"{site.origin}/") as page:
        found = dict(axe.faults(page))
    assert found.keys() >= {"image-alt", "button-name"} and len(found["button-name"]) == 2
