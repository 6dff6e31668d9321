"""Walking the learner's path over HTTP, with right or wrong answers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lti_tool.domain.assessment import Question, QuestionKind, Test
from tests.functional.browsing import Browser
from tests.functional.pages import Form, Page
from tests.functional.world import World, sample

KEY = "hypertension-2026"


def begin(world: World, who: str = "physician-md", key: str = KEY) -> tuple[Browser, Page]:
    """Somebody on the first page of an activity."""
    person = world.enter(who)
    return person, person.open(world.placement(key))


def acknowledge(person: Browser, page: Page) -> Page:
    return person.submit(page, "Confirm and continue", {"acknowledged": "yes"})


def right(question: Question) -> dict[str, str | list[str]]:
    """The fields of the right answer."""
    name = f"q.{question.key}"
    match question.kind:
        case QuestionKind.MATCHING:
            return {f"{name}.{prompt}": option for prompt, option in question.pairs.items()}
        case QuestionKind.ORDERING:
            return {f"{name}.{entry.key}": str(place) for place, entry in enumerate(question.entries, start=1)}
        case QuestionKind.NUMERIC:
            return {name: f"{question.number:f}"}
        case _:
            return {name: sorted(question.correct)}


def wrong(question: Question) -> dict[str, str | list[str]]:
    """The fields of an answer that is complete and wrong."""
    name = f"q.{question.key}"
    match question.kind:
        case QuestionKind.MATCHING:
            return {f"{name}.{entry.key}": question.options[0].key for entry in question.entries}
        case QuestionKind.ORDERING:
            keys = [entry.key for entry in reversed(question.entries)]
            return {f"{name}.{key}": str(place) for place, key in enumerate(keys, start=1)}
        case QuestionKind.NUMERIC:
            return {name: f"{(question.number or Decimal(0)) + question.tolerance + 1000:f}"}
        case QuestionKind.TRUE_FALSE:
            return {name: "false" if "true" in question.correct else "true"}
        case _:
            return {name: [entry.key for entry in question.entries if entry.key not in question.correct][:1]}


def given(test: Test, form: Form) -> list[Question]:
    """The questions that this form asks."""
    keys = {name.split(".")[1] for name in form.names if name.startswith("q.")}
    return [question for question in test.questions if question.key in keys]


def filled(questions: Iterable[Question], *, is_right: bool = True) -> dict[str, str | list[str]]:
    fields: dict[str, str | list[str]] = {}
    for question in questions:
        fields |= right(question) if is_right else wrong(question)
    return fields


def the_test(key: str, name: str) -> Test:
    activity = sample(key).activity
    assert activity is not None
    test = activity.pre_test if name == "pre-test" else activity.post_test
    assert test is not None
    return test


def start(person: Browser, page: Page, name: str) -> Page:
    """The form of the open attempt, begun now if there is none."""
    found = person.get(f"/s/{page.session_id}/{name}")
    is_open = any("/attempts/" in form.action for form in found.forms)
    return found if is_open else person.submit(found, f"/{name}/start")


def take(person: Browser, page: Page, name: str, *, key: str = KEY, wrong_answers: int = 0) -> Page:
    """Start and submit a test with so many wrong answers; gives the page behind it."""
    form_page = start(person, page, name)
    questions = given(the_test(key, name), form_page.form("Submit answers"))
    fields = filled(questions[wrong_answers:]) | filled(questions[:wrong_answers], is_right=False)
    return person.submit(form_page, "Submit answers", fields, "Submit answers")


def respond(person: Browser, shown: Page, question: Question, *, is_right: bool = True) -> Page:
    """Answer the case or poll that is shown (the first choice of a poll); gives the page behind it."""
    first = {f"q.{question.key}": question.entries[0].key} if question.entries else {}
    is_poll = not (question.correct or question.pairs or question.number is not None)
    return person.submit(shown, "Answer", first if is_poll else filled([question], is_right=is_right))


def study(person: Browser, page: Page, *, key: str = KEY) -> Page:
    """Open every item and say that it was studied."""
    activity = sample(key).activity
    assert activity is not None and activity.content is not None
    for item in activity.content.items:
        shown = person.get(f"/s/{page.session_id}/content/{item.key}")
        assert shown.status == 200
        if item.question is not None:
            respond(person, shown, item.question)
    return person.submit(person.get(f"/s/{page.session_id}/content"), "I have studied this")


def evaluation_fields(form: Form) -> dict[str, str | list[str]]:
    """The first choice everywhere, and some text."""
    names = [name for name in form.names if name.startswith("e.")]
    return {name: (form.choices(name) or ["A word."])[0] for name in names}


def evaluate(person: Browser, page: Page) -> Page:
    found = person.get(f"/s/{page.session_id}/evaluation")
    return person.submit(found, "Send the evaluation", evaluation_fields(found.form("Send the evaluation")))
