"""What a learner does on the tool's pages, as a person would: reading labels, ticking, pressing buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playwright.sync_api import FrameLocator, Locator, Page, expect

from lti_tool.domain.assessment import Question, QuestionKind, Test
from tests.functional.learner_walk import KEY, right, the_test, wrong

Place = FrameLocator | Page
"""The tool, in the frame of the LMS or in a window of its own."""
STARTS = re.compile("^Start the (pre-test|post-test|next attempt)$")


def press(place: Place, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


def go_on(place: Place) -> None:
    """The button that leads from a step that is done to the next."""
    place.locator("main .actions a.button").first.click()


def heading(place: Place, text: str) -> None:
    expect(place.get_by_role("heading", name=text, level=1)).to_be_visible()


def acknowledge(place: Place) -> None:
    place.get_by_label("I have read the information and the disclosures above.").check()
    press(place, "Confirm and continue")


def questions_shown(place: Place, test: Test) -> list[Question]:
    """The questions of the open attempt, in the order in which they are shown."""
    expect(place.get_by_role("button", name="Submit answers", exact=True)).to_be_visible()
    found = place.locator("form[data-autosave-url]")
    names = found.evaluate("form => [...new FormData(form).keys(), ...[...form.elements].map(one => one.name)]")
    keys = list(dict.fromkeys(name.split(".")[1] for name in names if name.startswith("q.")))
    return [test.question(key) for key in keys]


def answer(place: Place, question: Question, *, is_right: bool = True) -> None:
    fields = right(question) if is_right else wrong(question)
    if question.kind is QuestionKind.ORDERING:
        put_in_order(place, fields)
        return
    for name, value in fields.items():
        control = place.locator(f'[name="{name}"]')
        if question.kind is QuestionKind.MATCHING:
            control.select_option(str(value))
        elif question.kind is QuestionKind.NUMERIC:
            control.fill(str(value))
        else:
            for one in value if isinstance(value, list) else [value]:
                place.locator(f'[name="{name}"][value="{one}"]').check()


def put_in_order(place: Place, fields: Mapping[str, object]) -> None:
    """With the buttons that scripts add, else with the lists of places."""
    for name, wanted in sorted(fields.items(), key=lambda field: int(str(field[1]))):
        control = place.locator(f'select[name="{name}"]')
        up = place.locator("ol[data-ordering] > li").filter(has=control).locator('[data-move="up"]')
        if not up.count():
            control.select_option(str(wanted))
        while up.count() and _place_now(control) > int(str(wanted)):
            up.click()


def _place_now(control: Locator) -> int:
    place = control.evaluate("one => [...one.closest('ol').children].indexOf(one.closest('li')) + 1")
    return int(place)


def take(place: Place, kind: str, *, key: str = KEY, wrong_answers: int = 0) -> None:
    """Start a test, answer all of it and submit."""
    place.get_by_role("button", name=STARTS).click()
    asked = questions_shown(place, the_test(key, kind))
    for number, question in enumerate(asked):
        answer(place, question, is_right=number >= wrong_answers)
    press(place, "Submit answers")
    heading(place, "Your result")


def study(place: Place, *, has_scripts: bool = True) -> None:
    """Open every item of the content, one after the other, and say that it was studied."""
    place.locator(".contents__link").first.click()
    following = place.locator("nav.pager a.button").last
    for number in range(1, 20):
        expect(place.get_by_text(re.compile(rf"^{number} of \d+$"))).to_be_visible()
        label = following.inner_text().strip()
        if has_scripts:
            following.click()
        else:
            press(place, "I have read this page")
        if label == "To the end of the content":
            break
    press(place, "I have studied this")


def evaluate(place: Place) -> None:
    expect(place.get_by_role("button", name="Send the evaluation")).to_be_visible()
    for block in place.locator("main form fieldset:not(:has(fieldset)):has(input)").all():
        block.locator("input").first.check()
    press(place, "Send the evaluation")
    expect(place.get_by_text("Thank you, your evaluation has been recorded")).to_be_visible()


def fill_details(place: Place, degree: str, country: str = "US", name: str = "") -> None:
    heading(place, "Your details for the certificate")
    if name:
        place.get_by_label("Your name as it should be printed").fill(name)
    place.get_by_label("Degree or profession", exact=True).select_option(degree)
    place.get_by_label("Country", exact=True).select_option(country)
    press(place, "Confirm these details")


def claim(place: Place) -> None:
    place.locator('[name="attestation"]').check()
    place.locator("main form").get_by_role("button").last.click()
    recorded = place.get_by_role("heading", name=re.compile("^Your (credit|participation) has been recorded$"), level=1)
    expect(recorded).to_be_visible()


def up_to_post_test(place: Place, *, has_scripts: bool = True) -> None:
    """From the first page to the post-test."""
    acknowledge(place)
    take(place, "pre-test")
    go_on(place)
    study(place, has_scripts=has_scripts)


def from_post_test_to_details(place: Place) -> None:
    take(place, "post-test")
    go_on(place)
    evaluate(place)
    go_on(place)
