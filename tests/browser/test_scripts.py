"""The script modules in headless Chromium against real servers: the tool's, and the platform's on another origin."""

import json
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests import axe
from tests.browser.design_site import Site, bare, browser, gallery, opened, platform, site, until

__all__ = ["browser", "platform", "site"]
pytestmark = pytest.mark.browser

# The frame and the platform's storage.

LISTENER = """window.heard = []; addEventListener("message", (event) => heard.push([event.origin, event.data]));"""


def framed(browser: Browser, platform: Site, address: str, listener: str = LISTENER) -> Any:
    platform.pages["/course"] = bare(f'<iframe title="Activity" src="{address}" width="400" height="300"></iframe>')
    context = browser.new_context()
    context.add_init_script(f"if (parent === window) {{ {listener} }}")
    page = context.new_page()
    page.goto(f"{platform.origin}/course")
    return closing(context), page


def test_the_frame_tells_its_height_to_the_platform_alone(browser: Browser, site: Site, platform: Site) -> None:
    body = '<div id="tall"><p>One</p></div>'
    site.pages["/"] = bare(body, "frame", root=f'data-platform-origin="{platform.origin}/some/path"')
    context, page = framed(browser, platform, f"{site.origin}/")
    with context:
        until(lambda: bool(page.evaluate("heard.length > 0")), page)
        page.frames[1].evaluate(
            "for (let i = 0; i < 30; i++) document.getElementById('tall').append(document.createElement('p'), 'x')"
        )
        until(lambda: bool(page.evaluate("heard.length > 1")), page)
        messages = [(origin, json.loads(data)) for origin, data in page.evaluate("heard")]
    assert {origin for origin, _ in messages} == {site.origin}
    assert {message["subject"] for _, message in messages} == {"lti.frameResize"}
    assert messages[-1][1]["height"] > messages[0][1]["height"] > 0


@pytest.mark.parametrize("origin", ["https://other.example.org", "*", "", "javascript:alert(1)"])
def test_the_frame_tells_nothing_to_anybody_else(browser: Browser, site: Site, platform: Site, origin: str) -> None:
    site.pages["/"] = bare("<p>One</p>", "frame", root=f'data-platform-origin="{origin}"')
    context, page = framed(browser, platform, f"{site.origin}/")
    with context:
        page.frames[1].wait_for_load_state()
        page.wait_for_timeout(200)
        assert page.evaluate("heard") == []


def storage_form(kind: str, origin: str, frame: str = "_parent") -> str:
    return bare(
        f"""<form method="post" action="/next" data-platform-storage="{kind}" data-target-origin="{origin}"
            data-target-frame="{frame}" data-wait="400"><input type="hidden" name="platform_storage">
        <input type="hidden" name="state" data-storage-key="state_1" value="{"s1" if kind == "put" else ""}">
        <input type="hidden" name="nonce" data-storage-key="nonce_1" value="{"n1" if kind == "put" else ""}">
        <button>Continue</button></form>""",
        "platform_storage",
    )


KEEPER = """window.kept = STORE;
addEventListener("message", (event) => {
  const { subject, message_id, key, value } = event.data;
  if (subject === "lti.put_data") kept[key] = value;
  const answer = { subject: subject + ".response", key };
  event.source.postMessage({ ...answer, message_id: "forged", value: "forged" }, event.origin);
  event.source.postMessage({ ...answer, message_id, value: kept[key] ?? null }, event.origin);
});"""


def test_state_is_put_into_the_platform(browser: Browser, site: Site, platform: Site) -> None:
    site.pages["/"] = storage_form("put", platform.origin)
    context, page = framed(browser, platform, f"{site.origin}/", KEEPER.replace("STORE", "{}"))
    with context:
        until(lambda: bool(site.posts), page)
        assert page.evaluate("kept") == {"state_1": "s1", "nonce_1": "n1"}
    assert site.posts == [("/next", {"platform_storage": "ok", "state": "s1", "nonce": "n1"})]


@pytest.mark.parametrize(
    ("stored", "posted"),
    [
        ({"state_1": "s1", "nonce_1": "n1"}, {"platform_storage": "ok", "state": "s1", "nonce": "n1"}),
        ({"state_1": "s1"}, {"platform_storage": "missing", "state": "s1", "nonce": ""}),
        ({"state_1": {"not": "text"}, "nonce_1": "n1"}, {"platform_storage": "missing", "state": "", "nonce": "n1"}),
    ],
)
def test_state_comes_back_from_the_platform(
    browser: Browser, site: Site, platform: Site, stored: dict[str, Any], posted: dict[str, str]
) -> None:
    site.pages["/"] = storage_form("get", platform.origin)
    context, page = framed(browser, platform, f"{site.origin}/", KEEPER.replace("STORE", json.dumps(stored)))
    with context:
        until(lambda: bool(site.posts), page)
    assert site.posts == [("/next", posted)]


def test_state_may_be_kept_by_a_frame_beside_the_tool(browser: Browser, site: Site, platform: Site) -> None:
    site.pages["/"] = storage_form("put", platform.origin, frame="lti_storage")
    platform.pages["/keeper"] = bare("<p>Keeper</p>")
    platform.pages["/course"] = bare('<iframe title="Keeper" name="lti_storage" src="/keeper"></iframe>')
    context = browser.new_context()
    context.add_init_script(f"if (name === 'lti_storage') {{ {KEEPER.replace('STORE', '{}')} }}")
    with closing(context):
        page = context.new_page()
        page.goto(f"{platform.origin}/course")
        page.evaluate(
            """(src) => document.body.append(Object.assign(document.createElement("iframe"), { src }))""",
            f"{site.origin}/",
        )
        until(lambda: bool(site.posts), page)
        assert page.frames[1].evaluate("kept") == {"state_1": "s1", "nonce_1": "n1"}
    assert site.posts[0][1]["platform_storage"] == "ok"


def test_an_answer_from_the_wrong_origin_is_not_believed(browser: Browser, site: Site, platform: Site) -> None:
    site.pages["/"] = storage_form("get", "http://127.0.0.1:1")
    liar = """addEventListener("load", () => setInterval(() => frames[0].postMessage(
        { subject: "lti.get_data.response", message_id: "any", value: "stolen" }, "*"), 20));"""
    context, page = framed(browser, platform, f"{site.origin}/", liar)
    with context:
        until(lambda: bool(site.posts), page)
    assert site.posts == [("/next", {"platform_storage": "timeout", "state": "", "nonce": ""})]


# Smaller modules.


def test_time_is_reported_as_the_total_of_the_view(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(
        '<div hidden data-time-spent data-url="/time" data-csrf-token="secret" data-every="0.5"></div>', "time_spent"
    )
    site.pages["/away"] = bare("<p>Away</p>")
    with opened(browser, f"{site.origin}/") as page:
        until(lambda: any(int(fields["seconds"]) >= 1 for _, fields in site.posts), page)
        before = len(site.posts)
        page.wait_for_timeout(1100)
        page.goto(f"{site.origin}/away")
        until(lambda: len(site.posts) > before, page)
    reports = [fields for _, fields in site.posts]
    seconds = [int(fields["seconds"]) for fields in reports]
    assert seconds == sorted(seconds)
    assert {(fields["csrf_token"], fields["view"], fields["media"]) for fields in reports} == {
        ("secret", reports[0]["view"], "[]")
    }


def test_hidden_time_does_not_count(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare("<p>Clock</p>")
    with opened(browser, f"{site.origin}/") as page:
        counted = page.evaluate(
            """async () => {
              const { Stopwatch } = await import("/static/js/time_spent.mjs");
              const clock = new Stopwatch(0, true);
              clock.set(3000, false);
              const away = clock.seconds(60000);
              clock.set(60000, true);
              return [away, clock.seconds(62500)];
            }"""
        )
    assert counted == [3, 5]


def test_played_parts_of_a_recording_are_told(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare("<p>Media</p>")
    with opened(browser, f"{site.origin}/") as page:
        ranges = page.evaluate(
            """async () => { const { playedRanges } = await import("/static/js/time_spent.mjs");
               const starts = [0, 9.96], ends = [4.04, 12];
               return playedRanges({ played: { length: 2, start: (i) => starts[i], end: (i) => ends[i] } }); }"""
        )
    assert ranges == [[0, 4], [10, 12]]


def ordering_page() -> str:
    return gallery().replace("</head>", '<script type="module" src="/static/js/ordering.mjs"></script></head>')


def test_lines_are_put_in_order_with_the_keyboard(browser: Browser, site: Site) -> None:
    site.pages["/"] = ordering_page()
    with opened(browser, f"{site.origin}/") as page:
        up = page.get_by_role("button", name="Move up: Estimate the risk of stroke")
        up.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(up).to_be_focused()
        expect(page.get_by_text("Estimate the risk of stroke is now at place 1 of 3")).to_be_attached()
        places = page.evaluate(
            "Object.fromEntries([...new FormData(document.forms[0])].filter(([name]) => name.startsWith('q4.')))"
        )
        assert places == {"q4.z": "1", "q4.x": "2", "q4.y": "3"}
        page.keyboard.press("Enter")
        expect(up).to_have_attribute("aria-disabled", "true")
        assert axe.faults(page, axe.WCAG) == []


def test_a_summary_of_errors_takes_the_keyboard_in_a_frame_but_not_from_who_types(
    browser: Browser, site: Site, platform: Site
) -> None:
    summary = '<div class="error-summary" tabindex="-1" autofocus>There is a problem</div>'
    site.pages["/"] = bare(f'{summary}<label>Name <input name="name"></label>')
    context, page = framed(browser, platform, f"{site.origin}/")
    with context:
        frame = page.frames[1]
        field = frame.get_by_label("Name")
        field.focus()
        frame.evaluate("""import("/static/js/focus.mjs")""")
        expect(field).to_be_focused()
        field.blur()
        frame.evaluate("""import("/static/js/focus.mjs?again")""")
        expect(frame.locator(".error-summary")).to_be_focused()


def test_a_line_says_that_the_page_is_open_elsewhere(browser: Browser, site: Site) -> None:
    body = """<a href="/away" target="_blank" rel="noopener" data-new-window data-opened-target="told">Open</a>
        <p id="told" hidden>It is open in a new window.</p><p data-framed-only>Framed</p>"""
    site.pages["/"] = bare(body, "new_window")
    site.pages["/away"] = bare("<p>Away</p>")
    with opened(browser, f"{site.origin}/") as page:
        expect(page.get_by_text("Framed")).to_be_hidden()
        page.get_by_role("link", name="Open").click()
        expect(page.get_by_text("It is open in a new window.")).to_be_focused()
