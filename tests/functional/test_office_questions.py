"""The question bank in the office: lists, the editor, files, and corrections of keys, over HTTP."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest

from lti_tool.domain.assessment import QuestionKind, Test, TestKind
from lti_tool.domain.capability import Capability
from lti_tool.exchange import QuestionFormat, write_questions
from lti_tool.services.question_use import take_question
from tests.functional.office_world import OfficePerson, invited
from tests.functional.question_bank import OTHER, below_office, fill, officer_of, upload
from tests.functional.staff_facts import Did, take_part
from tests.functional.staff_world import BASE, World, text_of, world
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.exchange.questions import EVERY, STRIP, TRUE_FALSE, entries, png
from tests.unit.lti_tool.exchange.questions import bank as question

__all__ = ["world"]


@pytest.fixture
def admin(world: World) -> OfficePerson:
    return invited(world)


CHOICES = {
    "kind": "single",
    "key": "pulse",
    "stem": "Which pulse is *normal*?",
    "entry.1": "20",
    "entry.2": "72",
    "entry.4": "200",
    "right": "2",
    "feedback.2": "Yes.",
    "rationale": "Between 60 and 100.",
    "tags": "basics\nvital signs",
    "action": "save",
}


def test_a_question_is_written_found_and_shown(admin: OfficePerson) -> None:
    answer = admin.post("/questions/new", CHOICES)
    assert answer.status_code == 303
    page = admin.client.get(answer.headers["Location"], base_url=BASE)
    text = text_of(page)
    assert "Which pulse is normal ?" in text and "Between 60 and 100." in text and "72: Yes." in text
    listed = admin.get("/questions?text=PULSE&tag=basics&kind=single")
    assert "1 question" in text_of(listed) and "pulse" in text_of(listed)
    assert "No question is found" in text_of(admin.get("/questions?tag=none"))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "multiple", "entry.1": "a", "entry.2": "b", "right": ["1", "2"], "partial_credit": "yes"}, "Partly"),
        ({"kind": "true_false", "right": "2"}, "False"),
        ({"kind": "matching", "entry.1": "a", "match.1": "x", "entry.2": "b", "match.2": "y", "match.3": "z"}, "Match"),
        ({"kind": "ordering", "entry.1": "one", "entry.2": "two", "entry.3": "three"}, "three"),
        ({"kind": "numeric", "number": "3,5", "tolerance": "0.5", "unit": "mg"}, "3.5"),
    ],
    ids=["multiple", "true_false", "matching", "ordering", "numeric"],
)
def test_every_kind_is_written_without_scripts(admin: OfficePerson, fields: dict[str, object], expected: str) -> None:
    answer = admin.post("/questions/new", {"key": "k", "stem": "What?", "action": "save", **fields})
    assert answer.status_code == 303, text_of(answer)
    path = below_office(answer)
    assert admin.get(path).status_code == 200
    form = admin.get(f"{path}/edit")
    assert form.status_code == 200
    again = admin.post(f"{path}/edit", {"stem": "What?", "action": "save", "based_on": "1", **fields})
    assert again.status_code == 303
    assert "Version 2" not in text_of(admin.get(path)), "saving the same makes no version"


def test_faults_lead_to_their_fields_and_what_was_typed_stays(admin: OfficePerson) -> None:
    fields = {**CHOICES, "key": "no key!", "entry.4": "72", "right": []}
    page = admin.post("/questions/new", fields)
    html, text = page.get_data(as_text=True), text_of(page)
    assert page.status_code == 422
    for field in ("f-key", "f-entry-4", "f-right"):
        assert f'href="#{field}"' in html and f'id="{field}"' in html
    assert "Mark exactly one choice as right" in text and "The same text stands here twice" in text
    assert 'value="no key!"' in html and "Between 60 and 100." in html
    assert admin.post("/questions/new", {**CHOICES, "kind": "essay"}).status_code == 422


def test_more_rows_and_a_preview_save_nothing(admin: OfficePerson) -> None:
    more = admin.post("/questions/new", {**CHOICES, "action": "more"}).get_data(as_text=True)
    assert 'name="entry.10"' in more and 'value="200"' in more
    seen = admin.post("/questions/new", {**CHOICES, "action": "preview", "stem": "Is it <b>?"})
    assert seen.status_code == 422 and "HTML is never read" in text_of(seen)
    seen = admin.post("/questions/new", {**CHOICES, "action": "preview"})
    assert "As learners are asked" in text_of(seen) and "<em>normal</em>" in seen.get_data(as_text=True)
    assert "No question is found" in text_of(admin.get("/questions"))


def test_a_key_that_is_taken(world: World, admin: OfficePerson) -> None:
    assert admin.post("/questions/new", CHOICES).status_code == 303
    page = admin.post("/questions/new", CHOICES)
    assert (page.status_code, "has a question with this key already" in text_of(page)) == (422, True)


def test_an_image_is_cleaned_kept_and_shown(admin: OfficePerson) -> None:
    fields = {**CHOICES, "image_alt": "A strip"}
    answer = admin.post("/questions/new", fields, picture=(BytesIO(png()), "../../strip.png"))
    assert answer.status_code == 303
    page = admin.client.get(answer.headers["Location"], base_url=BASE).get_data(as_text=True)
    assert f"/questions/pictures/{STRIP}" in page
    image = admin.get(f"/questions/pictures/{STRIP}")
    assert (image.status_code, image.mimetype) == (200, "image/png")
    assert "default-src 'none'" in image.headers["Content-Security-Policy"]
    bad = admin.post("/questions/new", {**fields, "key": "x"}, picture=(BytesIO(b"<svg/>"), "x.png"))
    assert (bad.status_code, "sound PNG, JPEG or GIF" in text_of(bad)) == (422, True)
    without = admin.post("/questions/new", {**CHOICES, "key": "y"}, picture=(BytesIO(png()), "x.png"))
    assert (without.status_code, "Say what the image shows" in text_of(without)) == (422, True)


def test_a_stale_form_shows_both_and_overwrites_nothing(world: World, admin: OfficePerson) -> None:
    question_id = fill(world, admin, TRUE_FALSE)["tf"]
    mine = {"kind": "true_false", "right": "2", "based_on": "1", "action": "save"}
    assert admin.post(f"/questions/{question_id}/edit", {"stem": "Theirs.", **mine}).status_code == 303
    page = admin.post(f"/questions/{question_id}/edit", {"stem": "Mine.", **mine})
    text = text_of(page)
    assert page.status_code == 409
    assert "Nothing was overwritten" in text and "Theirs." in text and "Mine." in text
    assert "Theirs." in text_of(admin.get(f"/questions/{question_id}"))
    based_on = re.search(r'name="based_on" value="(\d+)"', page.get_data(as_text=True))
    assert based_on is not None and based_on.group(1) == "2"
    again = admin.post(f"/questions/{question_id}/edit", {**mine, "stem": "Both.", "based_on": "2"})
    assert again.status_code == 303
    assert "Theirs." in text_of(admin.get(f"/questions/{question_id}?version=2"))
    assert admin.get(f"/questions/{question_id}?version=9").status_code == 404
    assert admin.get(f"/questions/{question_id}?version=x").status_code == 422


def test_states_are_for_those_who_approve(world: World, admin: OfficePerson) -> None:
    question_id = fill(world, admin, TRUE_FALSE)["tf"]
    planner = invited(world, Capability.PLAN, email="p@example.org")
    assert "Approve" not in text_of(planner.get(f"/questions/{question_id}"))
    assert planner.post(f"/questions/{question_id}/status", status="approved").status_code == 403
    assert admin.post(f"/questions/{question_id}/status", status="approved").status_code == 303
    assert admin.post(f"/questions/{question_id}/status", status="gone").status_code == 422
    assert "1 question" in text_of(planner.get("/questions?status=approved"))


def test_another_providers_questions_do_not_exist(world: World, admin: OfficePerson) -> None:
    question_id = fill(world, admin, *EVERY)["tf"]
    stranger = invited(world, provider=OTHER, email="o@example.org")
    seen = upload(admin, "q.xml", write_questions(QuestionFormat.MOODLE_XML, (TRUE_FALSE,), {}).body)
    waiting = below_office(seen)
    form = {"kind": "true_false", "stem": "x", "right": "1", "based_on": "1", "action": "save"}
    answers = [
        stranger.get(f"/questions/{question_id}"),
        stranger.get(f"/questions/{question_id}/edit"),
        stranger.post(f"/questions/{question_id}/edit", form),
        stranger.post(f"/questions/{question_id}/status", status="retired"),
        stranger.get(f"/questions/pictures/{STRIP}"),
        stranger.get(waiting),
        stranger.post(waiting),
        stranger.get(f"/questions/{question_id}/correct/1"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert stranger.get(f"/questions/export?format=csv&id={question_id}").status_code == 422


def test_the_tab_is_there_for_planners_alone(world: World) -> None:
    assert "Questions" in text_of(invited(world, Capability.PLAN, email="p@example.org").get())
    assert "Questions" not in text_of(invited(world, Capability.REPORT, email="r@example.org").get())


KEYED = tuple(
    question(f"q{number}", QuestionKind.SINGLE, entries=entries("A", "B", "C"), correct=frozenset({"0"}))
    for number in (1, 2, 3)
)


def test_a_key_is_corrected_after_a_look(world: World, admin: OfficePerson) -> None:
    ids = fill(world, admin, *KEYED)
    officer = officer_of(world, admin)
    with world.db() as db:
        taken = tuple(take_question(db, officer, ids[one.key]).question for one in KEYED)
    made = replace(activity(), post_test=Test(TestKind.POST, taken, pass_mark=2, attempts=3))
    activity_id, course_id = world.place(made), world.enter().visit.course_id
    with world.db() as db:
        take_part(db, made, activity_id, course_id, Did("Lee Learner", posts=(1,)), version=2)
    form = {"kind": "single", "stem": "Which one?", "entry.1": "A", "entry.2": "B", "entry.3": "C", "right": "2"}
    form |= {"based_on": "1", "action": "save", "reason": "wrong key"}
    saved = admin.post(f"/questions/{ids['q2']}/edit", form)
    assert saved.status_code == 303
    assert "Learners were asked this with another key" in text_of(admin.get(f"/questions/{ids['q2']}"))
    path = f"/questions/{ids['q2']}/correct/{activity_id}"
    seen = text_of(admin.get(path))
    assert "Nothing is changed yet" in seen and "Lee Learner" in seen and "Passes now" in seen
    assert admin.post(path, number="2", reason=" ").status_code == 422
    assert admin.post(path, number="1", reason="why").status_code == 409
    done = admin.post(path, number="2", reason="The guideline says so")
    assert done.status_code == 200 and "The key is corrected" in text_of(done)
    assert admin.get(path).status_code == 409
    assert "question.key_corrected" in text_of(admin.get("/audit"))
