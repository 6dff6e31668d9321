"""The LMS's pages in a real browser: frames across sites, platform storage, resizing, Deep Linking, axe."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from html import escape
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from lti_tool.demo.config import ToolAddresses
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import QuietHandler
from tests import axe

from .conftest import DL, P, RelyingParty, StartLms, claims_of

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class BrowserTool:
    """A tool on ``localhost``, another site than the LMS on 127.0.0.1: it logs in, launches and picks."""

    def __init__(self, rp: RelyingParty) -> None:
        self.rp = rp
        self.base = ""
        self.lms: DemoLms | None = None
        self.launches: list[dict[str, str]] = []

    def __call__(self, environ: Any, start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body + "&" + environ["QUERY_STRING"]).items()}
        page, status, headers = self.answer(environ["PATH_INFO"], form)
        start(status, [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [page.encode()]

    def answer(self, path: str, form: dict[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
        assert self.lms is not None and self.lms.tool is not None
        if path == "/lti/login":
            tool = self.lms.tool
            is_picking = form["target_link_uri"] == tool.deep_link
            parameters = {
                "scope": "openid",
                "response_type": "id_token",
                "response_mode": "form_post",
                "prompt": "none",
                "client_id": tool.client_id,
                "redirect_uri": tool.deep_link if is_picking else tool.launch,
                "login_hint": form["login_hint"],
                "lti_message_hint": form["lti_message_hint"],
                "nonce": secrets.token_hex(8),
                "state": "s",
            }
            return "", "302 Found", [("Location", f"{self.lms.addresses.authorize}?{urlencode(parameters)}")]
        self.launches.append(form)
        if path == "/lti/deep-link":
            return self.picker(claims_of(form["id_token"], self.lms)), "200 OK", []
        return "<!doctype html><title>Tool</title><h1 id=tool-page>The tool</h1>", "200 OK", []

    def picker(self, request: dict[str, Any]) -> str:
        settings, now = request[DL + "deep_linking_settings"], request["iat"]
        claims = {
            "iss": request["aud"],
            "aud": request["iss"],
            "iat": now,
            "exp": now + 300,
            "nonce": secrets.token_hex(8),
            P + "deployment_id": request[P + "deployment_id"],
            P + "message_type": "LtiDeepLinkingResponse",
            P + "version": "1.3.0",
            DL + "data": settings["data"],
            DL + "content_items": [
                {"type": "ltiResourceLink", "title": "Picked in the frame", "lineItem": {"scoreMaximum": 10}}
            ],
        }
        action = escape(settings["deep_link_return_url"])
        return (
            f'<!doctype html><title>Pick</title><form method="post" action="{action}">'
            f'<input type="hidden" name="JWT" value="{self.rp.sign(claims)}"><button id=pick>Pick</button></form>'
        )


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def tool(rp: RelyingParty) -> Iterator[BrowserTool]:
    tool = BrowserTool(rp)
    server = make_server("127.0.0.1", 0, tool, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    tool.base = f"http://localhost:{server.server_port}"
    yield tool
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lms_for(start_lms: StartLms, tool: BrowserTool, rp: RelyingParty) -> Any:
    def start(family: str = "generic") -> DemoLms:
        root = tool.base
        addresses = ToolAddresses(f"{root}/lti/login", f"{root}/lti/launch", f"{root}/lti/deep-link", f"{rp.base}/jwks")
        tool.lms = start_lms(family=family, tool=addresses)
        return tool.lms

    return start


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    yield context.new_page()
    context.close()


def enter(page: Page, lms: DemoLms, person: str) -> None:
    page.goto(lms.issuer)
    page.locator(f'button[value="{person}"]').click()
    page.wait_for_url("**/course")


ASK = """
([target, message]) => new Promise((resolve) => {
  const where = target === "_parent" ? window.parent : window.parent.frames[target];
  addEventListener("message", ({data, origin}) => {
    if (data.message_id === message.message_id) resolve({...data, from: origin});
  });
  where.postMessage(message, "*");
})
"""


def ask(page: Page, target: str, **message: Any) -> dict[str, Any]:
    frame = next(frame for frame in page.frames if frame.url.endswith("/lti/launch"))
    return dict(frame.evaluate(ASK, [target, {"message_id": secrets.token_hex(4), **message}]))


@pytest.mark.parametrize(("family", "target"), [("generic", "_parent"), ("canvas", "post_message_forwarding")])
def test_a_framed_launch_across_sites_with_platform_storage(page: Page, lms_for: Any, family: str, target: str) -> None:
    lms = lms_for(family)
    enter(page, lms, "physician-md")
    page.goto(f"{lms.issuer}/course/placements/3")
    expect(page.frame_locator("#tool").locator("#tool-page")).to_be_visible()
    there = ask(page, "_parent", subject="lti.capabilities")
    assert there["subject"] == "lti.capabilities.response" and there["from"] == lms.issuer
    named = {row["subject"]: row.get("frame") for row in there["supported_messages"]}
    assert named["lti.put_data"] == (None if target == "_parent" else target)
    assert ask(page, target, subject="lti.put_data", key="state", value="abc")["value"] == "abc"
    assert ask(page, target, subject="lti.get_data", key="state")["value"] == "abc"
    assert ask(page, target, subject="lti.get_data", key="other")["value"] is None
    ask(page, target, subject="lti.put_data", key="state", value=None)
    assert ask(page, target, subject="lti.get_data", key="state")["value"] is None
    assert ask(page, target, subject="lti.put_data", key="", value="x")["error"]["code"] == "bad_request"
    assert ask(page, target, subject="lti.made_up")["error"]["code"] == "unsupported_subject"
    ask(page, "_parent", subject="lti.frameResize", height=1234)
    box = page.locator("#tool").bounding_box()
    assert box is not None and box["height"] == 1234


def test_moodle_offers_no_storage(page: Page, lms_for: Any) -> None:
    lms = lms_for("moodle")
    enter(page, lms, "nurse")
    page.goto(f"{lms.issuer}/course/placements/3")
    expect(page.frame_locator("#tool").locator("#tool-page")).to_be_visible()
    there = ask(page, "_parent", subject="lti.capabilities")["supported_messages"]
    assert [row["subject"] for row in there] == ["lti.capabilities", "lti.frameResize"]
    assert ask(page, "_parent", subject="lti.put_data", key="a", value="b")["error"]["code"] == "unsupported_subject"


def test_another_origin_is_told_so(page: Page, lms_for: Any) -> None:
    lms = lms_for()
    enter(page, lms, "nurse")
    page.goto(f"{lms.issuer}/course/placements/3")
    message = {"subject": "lti.get_data", "key": "state", "message_id": "m"}
    answer = page.evaluate(
        """(message) => new Promise((resolve) => {
          addEventListener("message", ({data}) => { if (data.error) resolve(data); });
          window.postMessage(message, "*");
        })""",
        message,
    )
    assert answer["error"]["code"] == "wrong_origin"


def test_an_instructor_picks_inside_the_frame_and_is_back_in_the_course(page: Page, lms_for: Any) -> None:
    lms = lms_for()
    enter(page, lms, "instructor")
    page.get_by_role("link", name="Add CME activity").click()
    page.frame_locator("#tool").locator("#pick").click()
    page.wait_for_url("**/course")
    expect(page.get_by_role("link", name="Picked in the frame")).to_be_visible()
    assert lms.line_items(lms.placements()[-1])[0].score_maximum == 10


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1200, "light")])
def test_every_page_is_accessible_and_fits(
    page: Page, lms_for: Any, rp: RelyingParty, width: int, scheme: Literal["dark", "light"]
) -> None:
    lms = lms_for()
    rp.score(lms.line_items()[1], "physician-long", comment="Passed")
    lms.fail_next("429", None, service="results")
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme=scheme)
    enter(page, lms, "instructor")
    for path in ("/", "/course", "/course/pages/reading", "/course/placements/3", "/grades", "/settings", "/log"):
        page.goto(lms.issuer + path)
        assert axe.faults(page, axe.WCAG, at_least=11) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_course_works_without_scripts(chromium: Browser, lms_for: Any) -> None:
    lms = lms_for()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, lms, "nurse")
    page.goto(f"{lms.issuer}/course/placements/3/open")
    page.get_by_role("button", name="Open the activity").click()
    page.get_by_role("button", name="Continue to the activity").click()
    expect(page.locator("#tool-page")).to_be_visible()
    context.close()
