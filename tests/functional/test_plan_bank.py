"""Questions of the bank in a plan, over HTTP: choosing, taking in, newer versions, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document, records
from lti_tool.domain.question import BankQuestion, QuestionStatus
from lti_tool.services.plan.work import open_plan
from lti_tool.services.question import open_question, revise_question, set_status
from tests.functional.office_world import OfficePerson, invited
from tests.functional.plan_pages import Planner, begin, page_of
from tests.functional.question_bank import OTHER, fill, officer_of
from tests.functional.staff_world import World, make_world
from tests.unit.lti_tool.exchange.questions import EVERY, MEDIA, SINGLE, TRUE_FALSE

BANK = "/assessment/bank"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    made = make_world(migrated_database_url)
    yield made
    made.close()


@pytest.fixture
def planner(world: World) -> Planner:
    return begin(invited(world))


def approve(world: World, person: OfficePerson, *ids: str, status: QuestionStatus = QuestionStatus.APPROVED) -> None:
    officer = officer_of(world, person)
    with world.db() as db:
        for question_id in ids:
            set_status(db, officer, question_id, status, world.clock())


def revise(world: World, person: OfficePerson, question_id: str, bank: BankQuestion) -> None:
    officer = officer_of(world, person)
    with world.db() as db:
        based_on = open_question(db, officer, question_id).newest
        revise_question(db, officer, question_id, bank, based_on, "clearer", world.clock())


def stored(world: World, planner: Planner) -> Document:
    officer = officer_of(world, planner.person)
    with world.db() as db:
        return open_plan(db, officer, planner.plan_id, world.clock()).document


def source(planner: Planner, rule: str = BANK) -> str:
    return planner.person.get(planner.path(rule)).get_data(as_text=True)


def filled(world: World, planner: Planner) -> dict[str, str]:
    """Every sample question, approved."""
    ids = fill(world, planner.person)
    approve(world, planner.person, *ids.values())
    return ids


def test_questions_come_with_source_citations_and_pictures(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    assert "Add from the question bank" in planner.get("/assessment").text
    assert all(question_id in source(planner) for question_id in ids.values())
    assert planner.post(BANK, question=list(ids.values())).status_code == 303
    document = stored(world, planner)
    questions = {one["key"]: one for one in records(document["questions"])}
    assert {key: one["source"] for key, one in questions.items()} == {key: f"{ids[key]}/1" for key in ids}
    texts = {one["key"]: one["text"] for one in records(document["references"])}
    for bank in EVERY:
        assert tuple(texts[key] for key in questions[bank.key].get("references", ())) == bank.references
    assert len(set(texts.values())) == len(texts) > 0
    for name, body in MEDIA.items():
        assert planner.person.get(planner.path(f"/files/{name}")).data == body


def test_saving_the_section_keeps_where_a_question_came_from(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    planner.post(BANK, question=list(ids.values()))
    before = stored(world, planner)
    planner.save("assessment", {})
    assert stored(world, planner) == before
    objective = planner.add("objectives", "objectives")
    planner.save("assessment", {"questions.afib.objective": objective})
    question = records(stored(world, planner)["questions"])[[*ids].index("afib")]
    assert (question["objective"], question["source"]) == (objective, f"{ids['afib']}/1")


def test_a_question_that_the_plan_has_comes_no_second_time(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    planner.post(BANK, question=[ids["afib"]])
    assert "in the plan" in planner.get(BANK).text
    assert planner.post(BANK, question=[ids["afib"], ids["afib"]]).status_code == 303
    assert len(stored(world, planner)["questions"]) == 1


def test_a_key_that_is_taken_gets_a_number(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    planner.post(BANK, question=[ids["afib"]])
    other = replace(SINGLE, question=replace(SINGLE.question, stem="Another question of this name?"))
    planner.save("assessment", {"questions.afib.stem": other.question.stem})
    form = planner.form("assessment")
    fields = [(name, value) for name, value in form.fields if name != "questions.afib.source"]
    form.fields[:] = fields
    assert planner.send("assessment", {}, form=form).status_code == 303
    assert "source" not in records(stored(world, planner)["questions"])[0]
    planner.post(BANK, question=[ids["afib"]])
    assert [one["key"] for one in records(stored(world, planner)["questions"])] == ["afib", "afib-2"]


def test_a_newer_version_is_shown_and_taken_on_one_click(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    objective = planner.add("objectives", "objectives")
    own = planner.add("content", "references")
    planner.save("content", {f"references.{own}.text": "Our own reference. 2026."})
    planner.post(BANK, question=[ids["afib"]])
    planner.save(
        "assessment",
        {
            "questions.afib.objective": objective,
            "questions.afib.references": [*records(stored(world, planner)["questions"])[0].get("references", ()), own],
            "post_test.questions": ["afib"],
        },
    )
    assert "Newer versions" not in planner.get("/assessment").text
    newer = replace(
        SINGLE, question=replace(SINGLE.question, stem="What comes *first*?"), references=("A newer citation. 2026.",)
    )
    revise(world, planner.person, ids["afib"], newer)
    form = planner.get("/assessment").form("/assessment/bank/renew")
    assert planner.post(f"{BANK}/renew", **dict(form.fields)).status_code == 303
    document = stored(world, planner)
    (question,) = records(document["questions"])
    texts = {one["key"]: one["text"] for one in records(document["references"])}
    assert (question["stem"], question["source"]) == ("What comes *first*?", f"{ids['afib']}/2")
    assert question["objective"] == objective and document["post_test"]["questions"] == ["afib"]
    assert [texts[key] for key in question["references"]] == ["A newer citation. 2026.", "Our own reference. 2026."]
    assert "Newer versions" not in planner.get("/assessment").text


def test_only_approved_questions_are_offered_and_taken(world: World, planner: Planner) -> None:
    ids = fill(world, planner.person, SINGLE, TRUE_FALSE)
    first, second = ids[SINGLE.key], ids[TRUE_FALSE.key]
    assert "No approved question is found" in planner.get(BANK).text
    answer = planner.post(BANK, question=[first])
    assert answer.status_code == 403 and "not approved" in page_of(answer).text
    approve(world, planner.person, first, second)
    approve(world, planner.person, second, status=QuestionStatus.RETIRED)
    assert first in source(planner) and second not in source(planner, f"{BANK}?status=retired")
    answer = planner.post(BANK, question=[first, second])
    assert answer.status_code == 403 and "retired" in page_of(answer).text
    assert "questions" not in stored(world, planner), "all or none"


def test_a_retired_question_has_no_newer_version(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    planner.post(BANK, question=[ids["afib"]])
    approve(world, planner.person, ids["afib"], status=QuestionStatus.RETIRED)
    before = stored(world, planner)
    assert planner.post(f"{BANK}/renew", key="afib").status_code == 403
    assert planner.post(f"{BANK}/renew", key="nothing").status_code == 404
    assert stored(world, planner) == before


def test_other_providers_questions_are_unknown(world: World, planner: Planner) -> None:
    stranger = invited(world, name="Olu Other", email="olu@example.org", provider=OTHER)
    ids = fill(world, stranger, SINGLE)
    approve(world, stranger, *ids.values())
    assert ids[SINGLE.key] not in source(planner)
    for wanted in (ids[SINGLE.key], "0" * 32, "x' or '1'='1", "\u0661" * 8, "%00"):
        assert planner.post(BANK, question=[wanted]).status_code == 404, wanted
    assert "questions" not in stored(world, planner)
    own = filled(world, planner)
    assert stranger.post(planner.path(BANK), question=[*own.values()]).status_code == 404


def test_nothing_or_too_much_is_chosen(world: World, planner: Planner) -> None:
    filled(world, planner)
    assert planner.post(BANK).status_code == 422
    answer = planner.post(BANK, question=[f"{number:032x}" for number in range(51)])
    assert answer.status_code == 422 and "at most 50" in page_of(answer).text


@pytest.mark.parametrize("words", ["%", "_", "' or 1=1 --", "<script>alert(1)</script>", "\\", "x" * 500])
def test_a_hostile_search_finds_nothing_and_breaks_nothing(world: World, planner: Planner, words: str) -> None:
    fill(world, planner.person, TRUE_FALSE)
    approve(world, planner.person, *fill(world, planner.person, SINGLE).values())
    answer = planner.person.get(planner.path(BANK), query_string={"text": words, "tag": words, "kind": words})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "No approved question is found" in text
    assert "<script>alert" not in text


def test_the_bank_is_for_planners_and_for_open_plans(world: World, planner: Planner) -> None:
    ids = filled(world, planner)
    publisher = invited(world, Capability.PUBLISH, name="Pat Publisher", email="pat@example.org")
    assert publisher.get(planner.path(BANK)).status_code == 403
    assert publisher.post(planner.path(BANK), question=[ids["afib"]]).status_code == 403
    assert "Add from the question bank" not in page_of(publisher.get(planner.path("/assessment"))).text
    form = planner.get("/review").form("/acts/submit")
    planner.post("/acts/submit", revision=dict(form.fields)["revision"])
    answer = planner.post(BANK, question=[ids["afib"]])
    assert answer.status_code == 403 and "under review" in page_of(answer).text
