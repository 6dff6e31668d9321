"""A whole demo (tool, worker and LMS on live loopback servers) and browsers that visit it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Response, expect, sync_playwright

from lti_tool.cli.demo import RunningDemo, TlsPaths, demo_settings, running_demo
from lti_tool.settings import Settings
from tests.browser.design_site import CHROMIUM, FLAGS
from tests.loopback import free_ports

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
GATED = "High Blood Pressure in Adults: From a Sound Reading to Lasting Control"
INFORMATION_LINK = f"{GATED}: information and disclosure"
OUTSIDE = "Failed to load resource: the server responded with a status of 4"
"""What Chromium writes for a page that was refused on purpose."""
UNFOLLOWED = "Blocked autofocusing on a <div> element in a cross-origin subframe."
"""What it writes of a summary of errors in the platform's frame; ``focus.mjs`` leads the keyboard there."""


@contextmanager
def demo_running(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    database_url: str = "",
    tls: TlsPaths | None = None,
    around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
) -> Iterator[RunningDemo]:
    """The demo as ``cme-tool demo`` runs it. ``host`` is the tool's name; the LMS is 127.0.0.1, always over http."""
    tool_port, lms_port = free_ports(2)
    own = demo_settings(folder, tool_port, lms_port)
    changes: dict[str, Any] = {
        "base_url": f"{'https' if tls else 'http'}://{host}:{tool_port}",
        "worker_poll_seconds": 0.2,
    }
    if database_url:
        changes["database_url"] = database_url
    settings = Settings(**(own.model_dump() | changes))
    with running_demo(settings, lms_port, folder, around=around, tls=tls) as running:
        yield running


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *more])
        yield started
        started.close()


@dataclass
class Visitor:
    """One person in a browser of their own, in the LMS. Script faults and blocked resources are collected."""

    address: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def choose(self, person: str) -> None:
        self.page.goto(f"{self.address}/")
        self.page.locator(f'button[name="person"][value="{person}"]').click()
        expect(self.page.get_by_role("link", name="Grades")).to_be_visible()

    def open(self, title: str) -> FrameLocator:
        """Follow a link of the course outline; gives the frame of the tool."""
        self.page.goto(f"{self.address}/course")
        self.page.get_by_role("link", name=title, exact=True).first.click()
        return self.frame

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#tool")

    @property
    def tool_url(self) -> str:
        """Where the frame is now, once the launch is through."""
        handle = self.page.locator("#tool").element_handle()
        assert handle is not None
        frame = handle.content_frame()
        assert frame is not None
        frame.wait_for_url(re.compile("/s/(?!.*/enter)"))
        return frame.url

    @property
    def session_url(self) -> str:
        """``…/s/<session>`` of the frame."""
        parts = urlsplit(self.tool_url)
        _, s, session, *_ = parts.path.split("/")
        assert s == "s", self.tool_url
        return f"{parts.scheme}://{parts.netloc}/s/{session}"

    def go(self, path: str) -> int:
        """Send the frame to an address of the session, past every link; gives the status of the answer."""
        url = f"{self.session_url}{path}"
        with self.page.expect_response(_is_last_of_navigation) as answered:
            self.page.evaluate("url => { document.getElementById('tool').src = url }", url)
        return answered.value.status


@contextmanager
def visiting(browser: Browser, address: str, person: str, **options: Any) -> Iterator[Visitor]:
    """A fresh browser window, signed in to the LMS; the block fails on any script fault or blocked resource."""
    options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(address, context, context.new_page())
    context.on("page", lambda page: _watch(page, visitor.faults))
    _watch(visitor.page, visitor.faults)
    try:
        visitor.choose(person)
        yield visitor
    finally:
        context.close()
    assert visitor.faults == []


def _is_last_of_navigation(answer: Response) -> bool:
    return answer.request.is_navigation_request() and not 300 <= answer.status < 400


def _watch(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if _is_fault(line.type, line.text) else None)


def _is_fault(kind: str, text: str) -> bool:
    return kind == "error" and not text.startswith((OUTSIDE, UNFOLLOWED))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """One demo per test module, on SQLite; tests choose different people, so they do not meet."""
    with demo_running(tmp_path_factory.mktemp("demo")) as running:
        yield running
