"""The tool on another site than the LMS, where browsers treat its cookies as third-party."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import RunningDemo
from tests.browser import walk
from tests.browser.demo_site import GATED, chromium, demo_running, visiting
from tests.loopback import self_signed

pytestmark = pytest.mark.timeout(120)
FAMILIES = {"generic": "physician-md", "canvas": "physician-do", "moodle": "nurse"}
"""One person each: they share a course, and an acknowledgement is asked for once."""


def without_cookies_in_frames(app: WSGIApplication) -> WSGIApplication:
    """What a server sees of a browser that keeps no cookies in frames at all, not even partitioned ones."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        is_framed = environ.get("HTTP_SEC_FETCH_DEST") == "iframe"

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            kept = [pair for pair in headers if not (is_framed and pair[0].lower() == "set-cookie")]
            return start(status, kept, *rest)

        if is_framed:
            environ.pop("HTTP_COOKIE", None)
        return app(environ, begin)

    return answer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--test-third-party-cookie-phaseout") as started:
        yield started


@pytest.fixture(scope="module")
def partitioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("partitioned")
    with demo_running(folder, host="localhost", tls=self_signed(folder, "localhost")) as running:
        yield running


@pytest.fixture(scope="module")
def cookieless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("cookieless")
    tls = self_signed(folder, "localhost")
    with demo_running(folder, host="localhost", tls=tls, around=without_cookies_in_frames) as running:
        yield running


def behave(page: Page, address: str, family: str) -> None:
    page.goto(f"{address}/settings")
    page.locator(f'input[name="family"][value="{family}"]').check()
    page.get_by_role("button", name="Save behaviour").click()
    expect(page.locator(f'input[name="family"][value="{family}"]')).to_be_checked()


def acknowledged_in(place: walk.Place) -> None:
    walk.acknowledge(place)
    expect(place.get_by_role("button", name="Start the pre-test")).to_be_visible()


@pytest.mark.parametrize("family", FAMILIES)
def test_partitioned_cookies_carry_the_frame(browser: Browser, partitioned: RunningDemo, family: str) -> None:
    with visiting(browser, partitioned.address, FAMILIES[family], ignore_https_errors=True) as visitor:
        behave(visitor.page, partitioned.address, family)
        acknowledged_in(visitor.open(GATED))
        kept: Any = [one for one in visitor.context.cookies() if one["name"].startswith("__Host-cme-")]
        assert kept and all(one["secure"] and one["httpOnly"] and one["partitionKey"] for one in kept)


def test_platform_storage_and_a_window_of_its_own_where_no_cookie_is_kept(
    browser: Browser, cookieless: RunningDemo
) -> None:
    with visiting(browser, cookieless.address, "physician-md", ignore_https_errors=True) as visitor:
        behave(visitor.page, cookieless.address, "generic")
        place = visitor.open(GATED)
        expect(place.get_by_role("heading", name="Open this activity in a new window")).to_be_visible()
        with visitor.context.expect_page() as opened:
            walk.press(place, "Open in a new window")
        acknowledged_in(opened.value)


def test_without_storage_the_login_starts_again_in_a_window(browser: Browser, cookieless: RunningDemo) -> None:
    with visiting(browser, cookieless.address, "physician-do", ignore_https_errors=True) as visitor:
        behave(visitor.page, cookieless.address, "openedx")
        place = visitor.open(GATED)
        with visitor.context.expect_page() as opened:
            walk.press(place, "Open in a new window")
        acknowledged_in(opened.value)
