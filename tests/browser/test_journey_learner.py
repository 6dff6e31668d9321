"""From the course outline to a certificate and a grade, as each kind of learner lives it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from lti_tool.cli.demo import RunningDemo
from tests.browser import walk
from tests.browser.demo_site import GATED, INFORMATION_LINK, Visitor, chromium, demo, demo_running, visiting

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(180)
LATER_STEPS = ("/pre-test", "/content", "/content/reading", "/post-test", "/evaluation", "/claim", "/certificate")
AWARDED = "AMA PRA Category 1 Credit"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def held_at_the_gate(visitor: Visitor) -> None:
    expect(visitor.frame.get_by_role("button", name="Confirm and continue")).to_be_visible()
    assert {path: visitor.go(path) for path in LATER_STEPS} == dict.fromkeys(LATER_STEPS, 403)
    assert visitor.go("/") == 200
    expect(visitor.frame.get_by_role("button", name="Confirm and continue")).to_be_visible()


def led_to_what_is_wrong(place: FrameLocator) -> None:
    """The platform is another origin, where browsers leave the keyboard at the top of the page."""
    walk.press(place, "Confirm and continue")
    expect(place.locator(".error-summary")).to_be_focused()


def downloaded(visitor: Visitor, folder: Path) -> str:
    """The text of the certificate, which has one page."""
    with visitor.page.expect_download() as download:
        visitor.frame.locator('a[href$=".pdf"]').first.click()
    file = folder / "certificate.pdf"
    download.value.save_as(file)
    assert (
        "Pages:           1\n" in subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    )
    text = subprocess.run(["pdftotext", "-raw", file, "-"], check=True, capture_output=True, text=True).stdout
    return " ".join(text.split())


def verify(visitor: Visitor, *words: str) -> None:
    """What a licensing board sees at the certificate's address, in a browser that never was in the course."""
    address = visitor.frame.locator('a[href*="/verify/"]').first.get_attribute("href")
    assert address is not None
    base = visitor.session_url.partition("/s/")[0]
    browser = visitor.context.browser
    assert browser is not None
    page = browser.new_page()
    page.goto(address if address.startswith("http") else base + address)
    expect(page.get_by_text("This certificate was issued by the provider named below.")).to_be_visible()
    for word in words:
        expect(page.get_by_role("main")).to_contain_text(word)
    page.context.close()


def grade_arrives(visitor: Visitor) -> None:
    """The worker delivers; the learner looks at the gradebook until the grade is there."""
    page = visitor.page
    for _ in range(60):
        page.goto(f"{visitor.address}/grades")
        columns = page.locator("thead th").all_inner_texts()
        column = next(number for number, text in enumerate(columns) if text.split("\n")[0].strip() == GATED)
        if page.locator("tbody tr").first.locator("th, td").nth(column).inner_text().startswith("100"):
            return
        page.wait_for_timeout(250)
    pytest.fail(f"no grade arrived: {page.locator('table').inner_text()}")


def whole_journey(
    visitor: Visitor, folder: Path, degree: str, typed_name: str, printed: str, *, is_awarded: bool
) -> None:
    place = visitor.open(GATED)
    held_at_the_gate(visitor)
    led_to_what_is_wrong(place)
    walk.up_to_post_test(place)
    walk.take(place, "post-test", wrong_answers=3)
    expect(place.get_by_text("Not passed yet")).to_be_visible()
    assert visitor.go("/evaluation") == 403
    visitor.go("/post-test")
    walk.from_post_test_to_details(place)
    walk.fill_details(place, degree, name=typed_name)
    walk.claim(place)
    text = downloaded(visitor, folder)
    # pdftotext writes right-to-left words in the order of the page.
    assert all(word in text or word[::-1] in text for word in printed.split()), text
    assert "1.00" in text and AWARDED in text
    assert ("and is awarded 1.00" in text) is is_awarded, text
    assert ("This activity was designated for 1.00" in text) is not is_awarded, text
    verify(visitor, printed, "1.00", GATED, "Northfield Academy of Medicine")
    grade_arrives(visitor)


def by_hand(place: FrameLocator) -> None:
    """Press the buttons that scripts would have pressed on the way from the LMS to the activity."""
    for name in ("Open the activity", "Continue", "Continue to the activity"):
        walk.press(place, name)
    expect(place.get_by_role("button", name="Confirm and continue")).to_be_visible()


@pytest.mark.parametrize(
    ("person", "degree", "printed", "is_awarded"),
    [
        ("physician-md", "MD", "Ana Rivera", True),
        ("physician-arabic", "MD", "ليلى الحسيني", True),
        ("pharmacist", "pharmacist", "王伟", False),
    ],
)
def test_learner_to_certificate_and_grade(
    browser: Browser, demo: RunningDemo, tmp_path: Path, person: str, degree: str, printed: str, is_awarded: bool
) -> None:
    with visiting(browser, demo.address, person) as visitor:
        whole_journey(visitor, tmp_path, degree, "", printed, is_awarded=is_awarded)


def test_somebody_without_a_name_on_postgresql(browser: Browser, migrated_postgres_url: str, tmp_path: Path) -> None:
    with (
        demo_running(tmp_path, database_url=migrated_postgres_url) as running,
        visiting(browser, running.address, "no-name") as visitor,
    ):
        whole_journey(visitor, tmp_path, "DO", "Noor Van Aken", "Noor Van Aken", is_awarded=True)


def test_without_scripts_everything_works_too(browser: Browser, demo: RunningDemo, tmp_path: Path) -> None:
    with visiting(browser, demo.address, "physician-long", java_script_enabled=False) as visitor:
        place = visitor.open(GATED)
        by_hand(place)
        walk.up_to_post_test(place, has_scripts=False)
        walk.from_post_test_to_details(place)
        walk.fill_details(place, "MD")
        walk.claim(place)
        assert "Wolfenbüttel" in downloaded(visitor, tmp_path)


def test_the_lms_page_opens_once_the_acknowledgement_is_delivered(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "physician-do") as visitor:
        page = visitor.page
        reading = page.get_by_role("link", name="Reading: applying the guideline on the ward")
        reading.click()
        expect(page.get_by_text("Not available yet.")).to_be_visible()
        place = visitor.open(INFORMATION_LINK)
        walk.acknowledge(place)
        expect(place.get_by_text("You confirmed this page on").first).to_be_visible()
        for _ in range(60):
            page.goto(f"{visitor.address}/course/pages/reading")
            if page.get_by_text("You have completed it.").count():
                break
            page.wait_for_timeout(250)
        expect(page.get_by_text("Bring one patient from your own practice")).to_be_visible()
