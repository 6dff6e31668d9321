"""From nothing to a published activity in the browser, and through it as a learner to the certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import PROVIDER, RunningDemo
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity
from lti_tool.domain.capability import Capability
from lti_tool.services.activity import export_activity
from lti_tool.services.audit import ToolActor
from lti_tool.services.platform import provider_id_of
from lti_tool.services.team import invite
from lti_tool.web.dependencies import utc_now as now
from tests.browser import walk
from tests.browser.demo_site import GATED, Visitor, chromium, demo, visiting
from tests.browser.test_accessibility import PHONE, check
from tests.browser.test_journey_learner import downloaded
from tests.browser.walk import Place
from tests.functional.world import content_item

__all__ = ["demo"]
pytestmark = pytest.mark.timeout(300)
TITLE = "Counting a Pulse"
KEY = "counting-a-pulse"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def type_in(place: Place, fields: dict[str, str]) -> None:
    """By the names of controls."""
    for name, value in fields.items():
        control = place.locator(f'[name="{name}"]:not([type="hidden"])')
        tag = control.first.evaluate("one => one.tagName + '.' + one.type")
        if tag.startswith("SELECT"):
            control.select_option(value)
        elif tag.endswith((".checkbox", ".radio")):
            place.locator(f'[name="{name}"][value="{value}"]:not([type="hidden"])').check()
        else:
            control.fill(value)


def section(place: Place, name: str) -> None:
    place.get_by_role("navigation", name="Sections of the plan").get_by_role(
        "link", name=re.compile(f"^{name}")
    ).click()
    walk.heading(place, name)


def add(place: Place, label: str, path: str, number: int = 0) -> str:
    """Press "Add"; gives the name of the new item."""
    keys = place.locator(f'input[type="hidden"][name="{path}"]')
    count = keys.count()
    place.locator(f'[value^="add:{path}"]').get_by_text(f"Add: {label}", exact=True).click()
    expect(keys).to_have_count(count + 1)
    return f"{path}.{keys.last.input_value()}"


def save(place: Place) -> None:
    place.locator("#section").get_by_role("button", name="Save", exact=True).last.click()
    expect(place.get_by_text("Saved", exact=True)).to_be_visible()


def write_need(place: Place) -> None:
    type_in(place, {"description": "How to count a pulse.", "audience": "Everybody who counts pulses."})
    expect(place.locator("[data-save-status]")).to_have_text("All changes saved")
    gap = add(place, "Gap", "need.gaps")
    type_in(
        place,
        {
            f"{gap}.current": "It is counted for ten seconds.",
            f"{gap}.best": "It is counted for a minute.",
            f"{gap}.evidence": "Audits.",
            f"{gap}.citation": "Own records, 2026.",
            f"{gap}.causes": "performance",
            "need.designed_to_change": "Performance in counting a pulse.",
            "need.format_rationale": "Short and repeatable.",
            "need.competencies": "patient-care",
        },
    )
    save(place)


def write_objective(place: Place) -> str:
    section(place, "Objectives")
    objective = add(place, "Objective", "objectives")
    gap = place.locator(f'[name="{objective}.gap"] option').nth(1).get_attribute("value") or ""
    type_in(
        place,
        {
            f"{objective}.text": "Count a pulse for a minute",
            f"{objective}.level": "performance",
            f"{objective}.gap": gap,
        },
    )
    save(place)
    return objective.rpartition(".")[2]


def write_people(place: Place) -> None:
    section(place, "People")
    person = add(place, "Person", "people")
    today = now().date().isoformat()
    type_in(place, {f"{person}.name": "Pat Planner", f"{person}.roles": "planner", f"{person}.disclosed": today})
    save(place)


def write_content(place: Place) -> None:
    section(place, "Content and validation")
    page = add(place, "Page", "content.items")
    type_in(place, {f"{page}.title": "How to count", f"{page}.body": "Count for **one minute**."})
    reference = add(place, "Reference", "references")
    type_in(place, {f"{reference}.text": "A textbook of pulses, 2026."})
    clauses = dict.fromkeys(("balanced", "sound_research", "evolving_identified", "no_advocacy"), "yes")
    type_in(place, {f"validation.{name}": value for name, value in clauses.items()})
    today = now().date().isoformat()
    type_in(place, {"validation.reviewer": "Robin Reviewer", "validation.date": today})
    save(place)


def write_questions(place: Place, objective: str) -> None:
    section(place, "Assessment")
    first = add(place, "One right choice", "questions")
    for text, is_right in (("Ten seconds", False), ("One minute", True)):
        choice = add(place, "Choice", f"{first}.choices")
        type_in(place, {f"{choice}.text": text} | ({f"{choice}.is_correct": "yes"} if is_right else {}))
    type_in(place, {f"{first}.stem": "For how long?", f"{first}.objective": objective, f"{first}.rationale": "So."})
    second = add(place, "True or false", "questions")
    type_in(
        place, {f"{second}.stem": "Ten seconds will do.", f"{second}.answer": "false", f"{second}.rationale": "No."}
    )
    save(place)
    for name in (first, second):
        type_in(place, {"post_test.questions": name.rpartition(".")[2]})
    type_in(place, {"post_test.pass_mark": "2", "post_test.time_limit_minutes": "10"})
    save(place)


def write_evaluation(place: Place) -> None:
    section(place, "Evaluation")
    for label in (
        "Was the activity balanced and free of commercial bias?",
        "I intend to change my practice because of this activity.",
        "Which one change will you make first?",
    ):
        place.get_by_label(label, exact=True).check()
    place.get_by_role("button", name="Add", exact=True).click()
    expect(place.get_by_text("Saved", exact=True)).to_be_visible()


def write_credit_and_delivery(place: Place) -> None:
    section(place, "Credit")
    offer = add(place, "Credit", "credits")
    credit = {f"{offer}.type": "ama-pra-category-1", f"{offer}.maximum": "0.25", f"{offer}.minimum": "0.25"}
    provider = {
        "provider.name": PROVIDER,
        "provider.contact": "cme@northfield.example.org",
        "provider.accreditation": "direct",
        "provider.signatory.name": "Eleanor J. Whitcombe, MD",
        "provider.signatory.title": "Dean",
    }
    type_in(place, credit | provider | {"estimated_minutes": "15", "credit_working.basis": "Three pilot learners."})
    save(place)
    section(place, "Delivery")
    today = now().date()
    days = {"release": today, "reviewed": today, "expires": today + timedelta(days=300)}
    type_in(place, {name: day.isoformat() for name, day in days.items()})
    save(place)


def approver_link(running: RunningDemo) -> str:
    with transaction(running.deps.sessions) as db:
        actor = ToolActor(provider_id_of(db, PROVIDER, now()))
        token = invite(db, actor, "Avery Approver", "avery@example.org", tuple(Capability), now())
    return f"{running.deps.settings.base_url}/join/{token}"


def approve_and_publish(page: Page) -> None:
    page.get_by_role("link", name="Activities", exact=True).first.click()
    page.get_by_role("link", name=TITLE).click()
    for button in ("Approve and designate the credit", "Publish"):
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text("Published, running")).to_be_visible()


def made(running: RunningDemo) -> Activity:
    with transaction(running.deps.sessions) as db:
        return export_activity(db, provider_id_of(db, PROVIDER, now()), KEY)[0]


def learn(visitor: Visitor, activity: Activity) -> None:
    place = visitor.open(f"{KEY} activity")
    walk.acknowledge(place)
    walk.study(place)
    test = activity.post_test
    assert test is not None
    walk.press(place, "Start the post-test")
    expect(place.get_by_text(re.compile("minutes left"))).to_be_visible()
    for question in walk.questions_shown(place, test):
        walk.answer(place, question)
    walk.press(place, "Submit answers")
    walk.heading(place, "Your result")
    walk.go_on(place)
    place.locator("main textarea").first.fill("I will count for a minute.")
    walk.evaluate(place)
    walk.go_on(place)
    walk.fill_details(place, "MD")
    walk.claim(place)


def test_from_nothing_to_the_certificate(browser: Browser, demo: RunningDemo, tmp_path: Path) -> None:
    with visiting(browser, demo.address, "instructor") as visitor:
        place = visitor.open(GATED)
        walk.press(place, "Open the office")
        place.get_by_role("link", name="Activities", exact=True).first.click()
        place.get_by_role("link", name="New activity").click()
        type_in(place, {"title": TITLE, "format": "enduring material"})
        walk.press(place, "Begin")
        write_need(place)
        objective = write_objective(place)
        write_people(place)
        write_content(place)
        write_questions(place, objective)
        write_evaluation(place)
        write_credit_and_delivery(place)
        expect(place.get_by_text("Every rule is met: this can be approved.")).to_be_visible()
        section(place, "Review")
        expect(place.get_by_role("button", name="Approve and designate the credit")).to_have_count(0)
        walk.press(place, "Submit for review")
        page = visitor.context.new_page()
        page.goto(approver_link(demo))
        page.get_by_role("main").get_by_role("button").first.click()
        approve_and_publish(page)
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        check(page)
        for name in ("Need", "Objectives", "People", "Assessment", "Evaluation", "Credit", "Statements", "History"):
            page.get_by_role("navigation", name="Sections of the plan").get_by_role(
                "link", name=re.compile(f"^{name}")
            ).click()
            check(page)
    activity = made(demo)
    assert activity.designated_on == now().date() and activity.title == TITLE
    demo.lms.add_placement(content_item(KEY))
    with visiting(browser, demo.address, "physician-md") as visitor:
        learn(visitor, activity)
        text = downloaded(visitor, tmp_path)
        assert TITLE in text and "is awarded 0.25 AMA PRA Category 1 Credits" in text
