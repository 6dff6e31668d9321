"""The block in Chromium, in the workbench, with a real tool beside it: from the picker to the certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.services.activity import import_activity
from tests.browser.demo_site import chromium
from tests.functional.board_credit import offer_board_credit
from tests.functional.two_faces import both_of
from tests.functional.world import sample
from tests.xblock import walk
from tests.xblock.conftest import Together
from tests.xblock.samples import BOARD_CREDIT
from tests.xblock.site.identity import lti_id
from tests.xblock.walk import accessible

pytestmark = [pytest.mark.timeout(240), pytest.mark.browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@contextmanager
def visiting(browser: Browser, width: int = 1280) -> Iterator[Page]:
    """A page whose script faults, and whose requests to other hosts, fail the test."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if "://127.0.0.1:" in request.url else faults.append(request.url))
    yield page
    context.close()
    assert faults == []


def enter(page: Page, together: Together, who: str, scenario: str = walk.NAME) -> None:
    page.goto(f"{together.lms.url}/scenario/{scenario}/?student={who}")


@pytest.mark.parametrize(("width", "degree"), [(1280, "MD"), (320, "RN")])
def test_from_the_disclosure_to_the_certificate(
    browser: Browser, together: Together, width: int, degree: str, tmp_path: Path
) -> None:
    together.lms.command("cme_deliver")  # what others have left
    with visiting(browser, width) as page:
        enter(page, together, f"ada-{degree}")
        accessible(page)
        walk.to_the_claim(page)
        accessible(page)
        walk.details(page, degree)
        accessible(page)
        walk.attest(page)
        words = "Your credit has been recorded" if degree == "MD" else "Your participation has been recorded"
        walk.heading(page, words)
        accessible(page)
        expect(page.locator(".cme-card i")).to_have_text("AMA PRA Category 1 Credit")
        assert page.get_by_text("Participated in an activity designated for").count() == (degree == "RN")
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("Download the certificate")).click()
        download.value.save_as(tmp_path / "certificate.pdf")
        assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF")
        page.reload()
        walk.heading(page, words)
    (award,) = awards(together, f"ada-{degree}")
    assert award.is_awarded is (degree == "MD")
    assert "evaluations sent: 1" in together.lms.command("cme_deliver")


def awards(together: Together, who: str) -> list[models.CreditEntry]:
    """What the tool has recorded for a learner of the workbench."""
    query = select(models.CreditEntry).join(models.Learner, models.Learner.id == models.CreditEntry.learner_id)
    with together.world.db() as db:
        return list(db.scalars(query.where(models.Learner.subject == lti_id(who))))


def test_answers_survive_a_closed_page_and_a_second_tab(browser: Browser, together: Together) -> None:
    activity = sample(walk.NAME).activity
    assert activity is not None and activity.pre_test is not None
    with visiting(browser) as page:
        enter(page, together, "bo")
        walk.acknowledge(page)
        walk.press(page, re.compile("^Continue: "))
        walk.press(page, "Start the pre-test")
        keys = walk.keys_shown(page)
        walk.answer(page, activity.pre_test.question(keys[0]))
        expect(page.locator("[data-cme-saved]")).to_have_text("Saved")
        accessible(page)
        page.reload()
        assert page.locator("form[data-cme-autosave] input:checked").count()
        walk.press(page, "Submit answers")
        expect(page.get_by_role("alert")).to_contain_text("Some questions are not answered")


def test_the_keyboard_stays_where_it_is_needed(browser: Browser, together: Together) -> None:
    with visiting(browser) as page:
        enter(page, together, "cy")
        walk.press(page, "Confirm and continue")
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("I have read the information").check()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2).first).to_be_focused()


@pytest.fixture(scope="module")
def board(together: Together) -> Together:
    """Beside a tool that has approved the activity with credit of many boards."""
    offer_board_credit(together.world)
    return together


@contextmanager
def away(together: Together) -> Iterator[None]:
    """A gateway whose tool does not answer."""
    app = together.world.app
    app.wsgi_app, working = _down, app.wsgi_app  # type: ignore[method-assign]
    try:
        yield
    finally:
        app.wsgi_app = working  # type: ignore[method-assign]


def _down(environ: object, start_response: object) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])  # type: ignore[operator]
    return [b"down"]


def test_kept_while_the_tool_is_down_then_reported_and_claimed_further(
    browser: Browser, board: Together, tmp_path: Path
) -> None:
    """The claim is sent without its learner, who comes back for the report and for credit that was left."""
    with visiting(browser, 375) as page:
        enter(page, board, "dee", BOARD_CREDIT)
        walk.to_the_claim(page)
        walk.details(page)
        page.get_by_label("The provider is to report my credit").check()
        with away(board):
            walk.attest(page)
            walk.heading(page, "Your claim is kept")
            expect(page.get_by_text("Give them here once your certificate has come.")).to_be_visible()
            accessible(page)
            assert "waiting 1" in board.lms.command("cme_deliver", "--now")
        assert awards(board, "dee") == []
        assert "awarded 1" in board.lms.command("cme_deliver", "--now")
        page.reload()
        walk.heading(page, "Your credit has been recorded")
        walk.report(page)
        walk.claim_further(page)
        walk.look_up_a_correction(page, board.world)
        with page.expect_download() as download:
            walk.press_key(page, page.get_by_role("link", name="Download all certificates"))
        download.value.save_as(tmp_path / "all.zip")
    with ZipFile(tmp_path / "all.zip") as archive:
        assert len(archive.namelist()) == len(awards(board, "dee")) == 2


def test_a_board_s_credit_with_the_tool_away_in_between(browser: Browser, board: Together) -> None:
    """On a phone: asked, wrong, typed in vain, kept, asked again, awarded."""
    with visiting(browser, 320) as page:
        enter(page, board, "hal", BOARD_CREDIT)
        walk.to_the_claim(page)
        walk.details(page)
        page.locator('select[name="amount.moc-abim"]').select_option("0.50")
        accessible(page)
        walk.attest(page)
        walk.heading(page, "What the accreditors and boards need")
        walk.give(page, "98-x")
        expect(page.get_by_role("alert")).to_contain_text("ABIM ID: This ID has 3 to 12 digits")
        accessible(page)
        with away(board):
            walk.give(page, "987654")
            walk.heading(page, "Your claim is kept")
            expect(page.get_by_text("This credit waits for you")).to_be_visible()
            accessible(page)
        assert "awarded 1" in board.lms.command("cme_deliver", "--now")
        assert {award.credit_type for award in awards(board, "hal")} == {"ama-pra-category-1"}
        page.reload()
        walk.press(page, "Claim it now")
        walk.heading(page, "What the accreditors and boards need")
        walk.give(page, "987654")
        walk.heading(page, "Your credit has been recorded")
        expect(page.get_by_text("This credit waits for you")).to_have_count(0)
        accessible(page)
    assert {award.credit_type for award in awards(board, "hal")} == {"ama-pra-category-1", "moc-abim"}


def test_an_author_takes_an_activity_and_later_its_newer_version(browser: Browser, together: Together) -> None:
    with visiting(browser) as page:
        page.goto(f"{together.studio.url}/scenario/empty/studio_view/?student=staff-author")
        walk.sees_what_is_by_link(page, together.world)
        page.get_by_label("Find an approved activity").fill("blood pressure")
        expect(page.get_by_role("button", name="Take this activity")).to_have_count(1)
        accessible(page)
        walk.press(page, "Take this activity")
        expect(page.locator("[data-studio-status]")).to_have_text("Saved")
        page.goto(f"{together.studio.url}/scenario/empty/studio_view/?student=staff-author")
        expect(page.get_by_text("version 1, taken on")).to_be_visible()
        walk.press(page, "Look for a newer version")
        expect(page.get_by_text("This is the newest version.")).to_be_visible()
        _plan_a_new_version(page, together)
        expect(page.get_by_text("What changed: description")).to_be_visible()
        accessible(page)
        walk.press(page, "Take the newer version")
        expect(page.locator("[data-studio-status]")).to_have_text("Saved")
        page.goto(f"{together.studio.url}/scenario/empty/author_view/?student=staff-author")
        expect(page.get_by_text("version 2, taken on")).to_be_visible()


def _plan_a_new_version(page: Page, together: Together) -> None:
    """By the way to the tool's authoring, which is stood in for here: whoever comes back finds what is new."""
    page.route(re.compile("/planning"), lambda route: route.fulfill(body="The tool"))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Plan or edit this activity in the CME tool").click()
    expect(opened.value.get_by_text("The tool")).to_be_visible()
    _new_version(together)
    opened.value.close()
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")


def test_an_answer_that_is_overtaken_shows_nothing(browser: Browser, together: Together) -> None:
    """The first search, for everything, is answered after the one that the author has typed since."""
    held: list[Route] = []
    with visiting(browser) as page:
        page.route(re.compile("studio_search"), lambda route: route.continue_() if held else held.append(route))
        page.goto(f"{together.studio.url}/scenario/empty/studio_view/?student=staff-author")
        page.get_by_label("Find an approved activity").fill("blood pressure")
        found = page.locator("[data-studio-found] li")
        expect(found).to_have_count(1)
        with page.expect_response(re.compile("studio_search")) as late:
            held[0].continue_()
        late.value.finished()
        page.evaluate("() => new Promise(requestAnimationFrame)")
        assert found.count() == 1


def _new_version(together: Together) -> None:
    found = sample(walk.NAME)
    assert found.activity is not None
    world = together.world
    changed = replace(found.activity, description=f"{found.activity.description} Revised.")
    with world.db() as db:
        import_activity(db, world.provider_id, changed, found.media, world.clock())


def test_staff_see_where_learners_stand_and_set_attempts_aside(browser: Browser, together: Together) -> None:
    activity = sample(walk.NAME).activity
    assert activity is not None
    with visiting(browser) as page:
        enter(page, together, "eve")
        walk.acknowledge(page)
        walk.press(page, re.compile("^Continue: "))
        walk.take(page, activity.pre_test, "Start the pre-test")
        walk.press(page, re.compile("^Continue: "))
        walk.study(page)
        walk.press(page, re.compile("^Continue: Post-test"))
        walk.press(page, "Start the post-test")
        walk.press(page, "Submit answers")
        walk.press(page, re.compile("^Submit with"))
        expect(page.get_by_text("Not passed yet")).to_be_visible()
    with visiting(browser) as page:
        enter(page, together, "staff-fay")
        walk.press(page, "Learners of this activity")
        row = page.get_by_role("row", name=re.compile("^eve"))
        expect(row.get_by_role("cell").nth(2)).to_have_text("1")
        accessible(page)
        row.get_by_role("button", name=re.compile("Set attempts aside")).click()
        expect(row.get_by_role("cell").nth(2)).to_have_text("0")


def test_what_was_done_by_a_link_is_looked_up_and_claimed(browser: Browser, together: Together) -> None:
    """Everything up to the post-test by LTI links, the evaluation and the claim in the block."""
    by_link = both_of(together.world, lti_id("gil"))
    by_link.by_link(4)
    with visiting(browser, 320) as page:
        enter(page, together, "gil")
        page.get_by_text("Did you do a part of this activity through a link").click()
        accessible(page)
        walk.press(page, "Look up what I did there")
        expect(page.get_by_role("alert")).to_contain_text("What you did through the link is looked up.")
        walk.press(page, re.compile("^Evaluation"))
        walk.evaluate(page)
        walk.press(page, re.compile("^Continue: "))
        walk.details(page)
        walk.attest(page)
        walk.heading(page, "Your credit has been recorded")
    assert len(awards(together, "gil")) == 1
