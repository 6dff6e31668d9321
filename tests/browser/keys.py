"""What somebody does who has a keyboard and no pointer. Every stop must show where the focus is."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from lti_tool.domain.assessment import Question, QuestionKind
from tests.browser.walk import STARTS, questions_shown
from tests.functional.learner_walk import right, the_test

MOST_STOPS = 150
IS_FOCUSED = "element => element === document.activeElement"
SHOWN_FOCUS = """element => {
  const row = element.closest("label.choice, label.scale__option") ?? element;
  return getComputedStyle(row).outlineStyle !== "none" || getComputedStyle(element).outlineStyle !== "none";
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that it shows."""
    expect(target).to_be_attached()
    for _ in range(MOST_STOPS):
        if target.evaluate(IS_FOCUSED):
            assert target.evaluate(SHOWN_FOCUS), f"the focus is hidden: {target.evaluate('it => it.outerHTML')[:200]}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {target}")


def press(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name, exact=True).first)
    page.keyboard.press("Enter")


def follow(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def tick(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Space")
    expect(target).to_be_checked()


def choose_radio(page: Page, name: str, value: str) -> None:
    """Into the group by Tab, along it by arrow keys."""
    group = page.locator(f'[name="{name}"]')
    tab_to(page, group.first)
    page.keyboard.press("Space")
    wanted = page.locator(f'[name="{name}"][value="{value}"]')
    for _ in range(group.count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def choose_option(page: Page, target: Locator, value: str) -> None:
    """A list opens with its first letters or with arrow keys; arrow keys work everywhere."""
    tab_to(page, target)
    for _ in range(target.locator("option").count()):
        if target.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    expect(target).to_have_value(value)


def put_in_order(page: Page, fields: Mapping[str, object]) -> None:
    for name, wanted in sorted(fields.items(), key=lambda field: int(str(field[1]))):
        row = page.locator("ol[data-ordering] > li").filter(has=page.locator(f'select[name="{name}"]'))
        up = row.locator('[data-move="up"]')
        while _place(row) > int(str(wanted)):
            before = _place(row)
            tab_to(page, up)
            page.keyboard.press("Enter")
            assert _place(row) == before - 1


def _place(row: Locator) -> int:
    return int(row.evaluate("one => [...one.parentElement.children].indexOf(one) + 1"))


def answer(page: Page, question: Question) -> None:
    """The right answer."""
    fields = right(question)
    if question.kind is QuestionKind.ORDERING:
        put_in_order(page, fields)
        return
    for name, value in fields.items():
        control = page.locator(f'[name="{name}"]')
        if question.kind is QuestionKind.MATCHING:
            choose_option(page, control, str(value))
        elif question.kind is QuestionKind.NUMERIC:
            tab_to(page, control)
            page.keyboard.type(str(value))
        elif question.kind is QuestionKind.MULTIPLE:
            for one in value:
                tick(page, page.locator(f'[name="{name}"][value="{one}"]'))
        else:
            choose_radio(page, name, value[0])


def take(page: Page, kind: str, key: str) -> None:
    follow(page, page.get_by_role("button", name=STARTS))
    for question in questions_shown(page, the_test(key, kind)):
        answer(page, question)
    press(page, "Submit answers")
    expect(page.get_by_role("heading", name="Your result", level=1)).to_be_visible()
