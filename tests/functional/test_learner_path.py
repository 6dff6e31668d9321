"""From the information page to the evaluation, over HTTP and without scripts."""

from __future__ import annotations

import pytest

from tests.functional.learner_walk import KEY, acknowledge, begin, evaluate, study, take
from tests.functional.world import SAMPLES, World


def test_the_whole_path(world: World) -> None:
    person, page = begin(world)
    assert page.path.endswith("/information")
    page = acknowledge(person, page)
    assert page.path.endswith("/pre-test")
    page = take(person, page, "pre-test", wrong_answers=2)
    assert page.path.endswith("/pre-test") and "This is your starting point" in page.text
    page = study(person, page)
    assert page.path.endswith("/post-test")
    page = take(person, page, "post-test")
    assert "You have passed" in page.text
    page = evaluate(person, page)
    assert "Thank you" in page.text
    assert "/claim" in person.click(page, "Continue").path


@pytest.mark.parametrize("key", [key for key in SAMPLES if key != KEY])
def test_the_other_samples(sqlite_world: World, key: str) -> None:
    person, page = begin(sqlite_world, key=key)
    page = acknowledge(person, page)
    sqlite_world.clock.advance(minutes=15)
    for item in ("article", "design"):
        if key.startswith("journal"):
            opened = person.get(f"/s/{page.session_id}/content/{item}")
            sqlite_world.clock.advance(minutes=10)
            person.submit(opened, "read")
    page = study(person, page, key=key)
    page = take(person, page, "post-test", key=key)
    assert "You have passed" in page.text
    assert "Thank you" in evaluate(person, page).text
