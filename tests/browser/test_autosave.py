"""Saving of answers as they are given, in headless Chromium against a real server."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.design_site import Site, bare, browser, opened, site, until

__all__ = ["browser", "site"]
pytestmark = pytest.mark.browser

FORM = """<form method="post" action="/submit" data-autosave-url="/save" data-autosave-delay="20">
<input type="hidden" name="csrf_token" value="secret"><input type="hidden" name="revision" value="4">
<label>Answer <input name="q1"></label><button>Submit</button>
<p role="status" data-save-status data-text-saving="Saving" data-text-saved="Saved" data-text-retry="Trying again"
 data-text-conflict="Newer elsewhere" data-text-ended="Session ended" data-text-refused="Refused"></p></form>"""


def status(page: Page) -> Any:
    return expect(page.get_by_role("status"))


def test_answers_are_saved_as_they_are_given(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    site.answers = [(200, {}, json.dumps({"revision": 5}))]
    with opened(browser, f"{site.origin}/") as page:
        page.get_by_label("Answer").fill("a")
        status(page).to_have_text("Saved")
        assert site.posts == [("/save", {"csrf_token": "secret", "revision": "4", "q1": "a"})]
        page.get_by_label("Answer").fill("b")
        until(lambda: len(site.posts) == 2, page)
        assert site.posts[1][1] == {"csrf_token": "secret", "revision": "5", "q1": "b"}


def test_a_failing_server_is_asked_again_with_the_newest_answer(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    site.answers = [(503, {"Retry-After": "0.3"}, ""), (429, {"Retry-After": "0"}, "")]
    with opened(browser, f"{site.origin}/") as page:
        page.get_by_label("Answer").fill("a")
        status(page).to_have_text("Trying again")
        status(page).to_have_text("Saved")
        assert [fields["q1"] for _, fields in site.posts] == ["a", "a", "a"]


def test_a_lost_connection_loses_nothing(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    with opened(browser, f"{site.origin}/") as page:
        page.context.set_offline(True)
        page.get_by_label("Answer").fill("kept")
        status(page).to_have_text("Trying again")
        assert site.posts == []
        page.context.set_offline(False)
        status(page).to_have_text("Saved")
        assert site.posts[-1][1]["q1"] == "kept"


def test_what_is_not_saved_is_said_where_one_is(browser: Browser, site: Site) -> None:
    sheets = "".join(f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in ("tokens", "components"))
    tall = FORM.replace("<button>", f"{'<p>A question</p>' * 200}<button>").replace(
        "<p role", '<p class="save-status" role'
    )
    site.pages["/"] = bare(sheets + tall, "autosave")
    site.answers = [(503, {"Retry-After": "60"}, "")]
    with opened(browser, f"{site.origin}/") as page:
        page.get_by_label("Answer").fill("a")
        status(page).to_have_text("Trying again")
        status(page).to_be_in_viewport()
        page.get_by_label("Answer").fill("b")
        status(page).to_have_text("Saved")
        status(page).not_to_be_in_viewport()


@pytest.mark.parametrize(("code", "words"), [(409, "Newer elsewhere"), (401, "Session ended")])
def test_saving_stops_where_it_can_never_succeed(browser: Browser, site: Site, code: int, words: str) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    site.answers = [(code, {}, "")]
    with opened(browser, f"{site.origin}/") as page:
        page.get_by_label("Answer").fill("a")
        status(page).to_have_text(words)
        page.get_by_label("Answer").fill("b")
        page.wait_for_timeout(200)
        assert len(site.posts) == 1


def test_a_refused_answer_may_be_corrected(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    site.answers = [(422, {}, "")]
    with opened(browser, f"{site.origin}/") as page:
        page.get_by_label("Answer").fill("a")
        status(page).to_have_text("Refused")
        page.get_by_label("Answer").fill("b")
        status(page).to_have_text("Saved")


def test_leaving_with_unsaved_answers_is_warned_about(browser: Browser, site: Site) -> None:
    site.pages["/"] = bare(FORM, "autosave")
    site.answers = [(503, {"Retry-After": "60"}, "")]
    with opened(browser, f"{site.origin}/") as page:
        dialogs: list[str] = []

        def leave(dialog: Dialog) -> None:
            dialogs.append(dialog.type)
            dialog.accept()

        page.on("dialog", leave)
        page.get_by_label("Answer").press_sequentially("a")
        status(page).to_have_text("Trying again")
        page.reload()
        assert dialogs == ["beforeunload"]
        until(lambda: len(site.posts) == 2, page)  # the last chance, sent while the page went away
