"""Planning without a pointer (WCAG 2.2: 2.1.1, 2.1.2, 2.4.3, 2.4.7): a question, a case that asks it, and a poll."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import PROVIDER, RunningDemo
from lti_tool.db import models
from lti_tool.db.engine import transaction
from tests.browser import keys, walk
from tests.browser.demo_site import chromium, demo, visiting
from tests.browser.test_accessibility import PHONE, check
from tests.browser.test_journey_keyboard import own_window

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(180)
TITLE = "Listening to a Chest"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def write(page: Page, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        keys.tab_to(page, page.locator(f'[name="{name}"]:not([type="hidden"])'))
        page.keyboard.type(value)


def add(page: Page, label: str, path: str) -> str:
    """Press "Add"; gives the name of the new item, whose first field has the focus or is ahead."""
    items = page.locator(f'input[type="hidden"][name="{path}"]')
    count = items.count()
    button = page.locator(f'[value^="add:{path}"]').get_by_text(f"Add: {label}", exact=True)
    keys.follow(page, button)
    expect(items).to_have_count(count + 1)
    return f"{path}.{items.last.input_value()}"


def section(page: Page, name: str) -> None:
    sections = page.get_by_role("navigation", name="Sections of the plan")
    sections.get_by_role("link", name=re.compile(f"^{name}")).focus()
    page.keyboard.press("Enter")
    walk.heading(page, name)


def save(page: Page) -> None:
    keys.tab_to(page, page.locator("#section").get_by_role("button", name="Save", exact=True).last)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def begin(page: Page) -> None:
    keys.press(page, "Open the office")
    keys.follow(page, page.get_by_role("link", name="Activities", exact=True).first)
    keys.follow(page, page.get_by_role("link", name="New activity"))
    write(page, {"title": TITLE})
    keys.choose_option(page, page.locator('select[name="format"]'), "enduring material")
    keys.press(page, "Begin")
    walk.heading(page, "Need")


def write_question(page: Page) -> str:
    section(page, "Assessment")
    question = add(page, "One right choice", "questions")
    write(page, {f"{question}.stem": "What do you hear?"})
    for text in ("Crackles", "Nothing"):
        choice = add(page, "Choice", f"{question}.choices")
        write(page, {f"{choice}.text": text})
        if text == "Crackles":
            keys.tick(page, page.locator(f'[name="{choice}.is_correct"]:not([type="hidden"])'))
    write(page, {f"{question}.rationale": "They are heard at the end of inspiration."})
    save(page)
    return question.rpartition(".")[2]


def kept(running: RunningDemo) -> dict[str, Any]:
    with transaction(running.deps.sessions) as db:
        plans = models.ActivityPlan
        owner = db.query(models.Provider).filter_by(name=PROVIDER).one()
        return dict(db.query(plans).filter_by(title=TITLE, provider_id=owner.id).one().document)


def test_a_case_and_a_poll_are_planned_by_keyboard(browser: Browser, demo: RunningDemo) -> None:
    with visiting(browser, demo.address, "instructor", viewport=PHONE) as visitor:
        page = visitor.page
        own_window(page, demo.address)
        begin(page)
        write(page, {"description": "What crackles say."})
        expect(page.locator("[data-save-status]")).to_have_text("All changes saved")
        question = write_question(page)
        section(page, "Content and validation")
        case = add(page, "Case with a question", "content.items")
        write(page, {f"{case}.title": "A breathless man", f"{case}.body": "He is 70 and short of breath."})
        keys.choose_option(page, page.locator(f'select[name="{case}.question"]'), question)
        poll = add(page, "Poll", "content.items")
        write(page, {f"{poll}.title": "Your habit", f"{poll}.stem": "Where do you listen first?"})
        for text in ("The bases", "The apices"):
            choice = add(page, "Choice", f"{poll}.choices")
            write(page, {f"{choice}.text": text})
        keys.tick(page, page.locator(f'[name="{poll}.several"]:not([type="hidden"])'))
        save(page)
        check(page)
    first, second = kept(demo)["content"]["items"]
    assert (first["kind"], first["title"], first["question"]) == ("case", "A breathless man", question)
    assert [one["text"] for one in second["choices"]] == ["The bases", "The apices"] and second["several"] is True
