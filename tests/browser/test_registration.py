"""Dynamic registration as the administrator of an LMS sees it: in a frame, to the end, without cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from lti_tool.cli.demo import PROVIDER, RunningDemo
from lti_tool.db.engine import transaction
from lti_tool.services.audit import ToolActor
from lti_tool.services.platform import provider_id_of
from lti_tool.services.registration import approve_by_name, invite_platform
from tests.browser import walk
from tests.browser.demo_site import GATED, chromium, demo, visiting

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def invitation(running: RunningDemo) -> str:
    with transaction(running.deps.sessions) as db:
        actor = ToolActor(provider_id_of(db, PROVIDER, running.deps.clock()))
        token = invite_platform(db, actor, running.deps.clock())
    return f"{running.deps.settings.base_url}/lti/register?invitation={token}"


def test_the_frame_registers_closes_and_the_course_works(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "admin") as admin:
        admin.page.goto(f"{demo.address}/settings/register")
        admin.page.get_by_label("The tool’s registration address").fill(invitation(demo))
        walk.press(admin.page, "Begin registration")
        expect(admin.frame.get_by_text("No e-mail addresses.")).to_be_visible()
        walk.press(admin.frame, "Register")
        walk.heading(admin.frame, "Registered")
        walk.press(admin.frame, "Close")
        expect(admin.page.get_by_text("Registration closed.")).to_be_visible()
    tool = demo.lms.tool
    assert tool is not None and tool.client_id != "demo-cme-tool"
    with visiting(browser, demo.address, "physician-md") as learner:
        place = learner.open(GATED)
        walk.heading(place, "This learning platform waits for approval")
        with transaction(demo.deps.sessions) as db:
            approve_by_name(db, demo.lms.issuer, tool.client_id, demo.deps.clock())
        place = learner.open(GATED)
        walk.heading(place, GATED)
