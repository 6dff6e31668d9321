"""Commitments to change: kept apart from anonymous answers, asked about when due, counted without names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.dossier import FactList, Grid
from lti_tool.domain.errors import BadInput, Forbidden, NotFound
from lti_tool.domain.evaluation import MAX_TEXT, Barrier, Evaluation, EvaluationItem, Family, FollowUp, ItemKind
from lti_tool.domain.native import NativeEvaluation, write_message
from lti_tool.services.commitment import FollowUpAnswer, Promise, commitment_summary, commitments, follow_up
from lti_tool.services.dossier.commitment import commitment_blocks
from lti_tool.services.evaluation import submit_evaluation
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_evaluation import receive_evaluation
from tests.unit.lti_tool.domain.builders import EVALUATION, NOW
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import only, pass_the_gate, redefine
from tests.unit.lti_tool.services.test_evaluation import GOOD, responses
from tests.unit.lti_tool.services.ward import LMS, Ward

PROMISE = EvaluationItem("promise", ItemKind.COMMITMENT, "What will you change?", Family.INTENT, follow_up_days=90)
WORDS = "I will measure twice."


@pytest.fixture
def clinic(ward: Ward) -> Ward:
    form = Evaluation((*EVALUATION.items, PROMISE))
    redefine(ward, sample(requirements=only(Step.EVALUATION), evaluation=form))
    pass_the_gate(ward)
    return ward


def promise(ward: Ward, name: str = "lee", *, is_staff: bool = False) -> None:
    with transaction(ward.sessions) as db:
        submit_evaluation(db, ward.visit(name, is_staff=is_staff), {**GOOD, "promise": WORDS}, NOW)


def own(ward: Ward, name: str = "lee") -> tuple[Promise, ...]:
    with transaction(ward.sessions) as db:
        return commitments(db, ward.visit(name), NOW)


def test_a_commitment_stays_with_its_learner_and_out_of_the_anonymous_answers(clinic: Ward) -> None:
    promise(clinic)
    (row,) = responses(clinic)
    assert row.participation_id is None and "promise" not in row.answers
    (found,) = own(clinic)
    assert (found.text, found.outcome, found.due_at) == (WORDS, None, NOW + timedelta(days=90))
    assert not found.is_due(NOW + timedelta(days=89)) and found.is_due(NOW + timedelta(days=90))


def test_without_follow_up_it_is_never_due(ward: Ward) -> None:
    form = Evaluation((*EVALUATION.items, replace(PROMISE, follow_up_days=0)))
    redefine(ward, sample(requirements=only(Step.EVALUATION), evaluation=form))
    pass_the_gate(ward)
    promise(ward)
    assert own(ward)[0].due_at is None and not own(ward)[0].is_due(NOW + timedelta(days=9999))


def test_a_test_run_promises_nothing(clinic: Ward) -> None:
    clinic.learner("staff", is_staff=True)
    pass_the_gate(clinic, "staff", is_staff=True)
    promise(clinic, "staff", is_staff=True)
    with transaction(clinic.sessions) as db:
        assert db.scalars(select(models.Commitment)).all() == []


def test_the_learner_says_what_became_of_it_and_may_say_it_again(clinic: Ward) -> None:
    promise(clinic)
    for outcome, note in (("not-yet", "No time."), ("done", "")):
        with transaction(clinic.sessions) as db:
            follow_up(db, clinic.visit(), own(clinic)[0].key, FollowUpAnswer(outcome, note), NOW + timedelta(days=91))
    assert own(clinic)[0].outcome is FollowUp.DONE and own(clinic)[0].note == ""


@pytest.mark.parametrize(
    ("outcome", "note", "barriers", "faults"),
    [
        ("", "", (), {"outcome": "required"}),
        ("maybe", "\0", ("time",), {"outcome": "required", "note": "not_possible"}),
        ("done", "x" * (MAX_TEXT + 1), ("laziness",), {"note": "too_long", "barriers": "not_possible"}),
    ],
)
def test_an_answer_must_be_possible(
    clinic: Ward, outcome: str, note: str, barriers: tuple[str, ...], faults: dict[str, str]
) -> None:
    promise(clinic)
    key = own(clinic)[0].key
    with pytest.raises(BadInput) as refused, transaction(clinic.sessions) as db:
        follow_up(db, clinic.visit(), key, FollowUpAnswer(outcome, note, barriers), NOW)
    assert refused.value.faults == faults


def test_nobody_answers_for_another(clinic: Ward) -> None:
    promise(clinic)
    key = own(clinic)[0].key
    clinic.learner("ana")
    with pytest.raises(NotFound), transaction(clinic.sessions) as db:
        follow_up(db, clinic.visit("ana"), key, FollowUpAnswer("done"), NOW)
    assert own(clinic, "ana") == ()


def test_staff_see_numbers_and_words_only_of_enough_learners(clinic: Ward) -> None:
    names = ["lee", "a", "b", "c", "d"]
    for name in names[1:]:
        clinic.learner(name)
        pass_the_gate(clinic, name)
    clinic.learner("staff", is_staff=True)
    later = NOW + timedelta(days=100)
    for count, name in enumerate(names, start=1):
        promise(clinic, name)
        with transaction(clinic.sessions) as db:
            found = commitment_summary(db, clinic.visit("staff", is_staff=True), later)
        assert (found.made, found.due, found.is_hidden) == (count, count, count < 5)
        assert found.texts == (() if count < 5 else (WORDS,) * 5)
    key = own(clinic)[0].key
    with transaction(clinic.sessions) as db:
        follow_up(db, clinic.visit(), key, FollowUpAnswer("partly", "", ("time", "cost", "time")), later)
        found = commitment_summary(db, clinic.visit("staff", is_staff=True), later)
        assert found.answered == 1 and found.outcomes[FollowUp.PARTLY] == 1
        assert found.barriers == {Barrier.TIME: 1, Barrier.COST: 1}
        facts, outcomes, barriers = list(commitment_blocks(db, clinic.keys["activity"], later, 5))[1:]
        assert isinstance(facts, FactList) and ("Answered", "1") in facts.rows
        assert isinstance(outcomes, Grid) and ("change made in part", "1") in outcomes.rows
        assert isinstance(barriers, Grid) and ("too little time", "1") in barriers.rows
        assert len(list(commitment_blocks(db, clinic.keys["activity"], later, 6))) == 3, "few are not counted out"
        with pytest.raises(Forbidden):
            commitment_summary(db, clinic.visit(), later)


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_a_native_face_leaves_a_commitment_with_its_learner_where_it_tells_who(ward: Ward, is_anonymous: bool) -> None:
    form = Evaluation((*EVALUATION.items, PROMISE), is_anonymous=is_anonymous)
    made = sample(requirements=only(Step.EVALUATION), evaluation=form)
    redefine(ward, made)
    client = NativeClient(ward.keys["course.deployment"], ward.keys["provider"], ward.keys["course.platform"], LMS)
    sent = NativeEvaluation(made.key, 1, "course", {**GOOD, "promise": WORDS}, "" if is_anonymous else "lee")
    for key in ("one", "two"):
        with transaction(ward.sessions) as db:
            db.get_one(models.Activity, ward.keys["activity"]).published_at = NOW
            receive_evaluation(db, client, key, write_message(sent), NOW)
    # Whoever says who they are answers once, whatever the key; nobody can tell two who do not.
    assert [("promise" in row.answers) for row in responses(ward)] == ([True, True] if is_anonymous else [False])
    assert [promise.text for promise in own(ward)] == ([] if is_anonymous else [WORDS])
