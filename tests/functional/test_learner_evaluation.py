"""The evaluation over HTTP: what was typed is kept, and it counts once."""

from __future__ import annotations

from tests.functional.browsing import Browser
from tests.functional.learner_walk import acknowledge, begin, evaluate, evaluation_fields, study, take
from tests.functional.pages import Page
from tests.functional.world import World


def to_evaluation(world: World) -> tuple[Browser, Page]:
    person, page = begin(world)
    page = take(person, acknowledge(person, page), "pre-test")
    study(person, page)
    take(person, page, "post-test")
    return person, person.get(f"/s/{page.session_id}/evaluation")


def test_an_incomplete_evaluation_keeps_what_was_typed(sqlite_world: World) -> None:
    person, page = to_evaluation(sqlite_world)
    fields = evaluation_fields(page.form("Send the evaluation"))
    answer = person.submit(page, "Send the evaluation", {**dict.fromkeys(fields), "e.comments": "Déjà <b>vu</b>"})
    assert answer.status == 422 and "There is a problem" in answer.text
    assert dict(answer.form("Send the evaluation").fields)["e.comments"] == "Déjà <b>vu</b>"
    assert "<b>vu" not in answer.html


def test_an_evaluation_counts_once(world: World) -> None:
    person, page = to_evaluation(world)
    assert "Thank you" in evaluate(person, page).text
    fields = evaluation_fields(page.form("Send the evaluation"))
    assert "Thank you" in person.submit(page, "Send the evaluation", fields).text
