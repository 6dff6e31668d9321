"""The evaluation on both databases: once, and as anonymous as promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.evaluation import MAX_TEXT, EvaluationAnswer
from lti_tool.services.evaluation import evaluation, submit_evaluation
from tests.unit.lti_tool.domain.builders import EVALUATION, NOW
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import only, pass_the_gate, redefine
from tests.unit.lti_tool.services.ward import Ward

GOOD: dict[str, EvaluationAnswer] = {"fair": "yes", "met": "3", "change": ("1", "2"), "more": "Nothing."}
STEPS = only(Step.EVALUATION)


@pytest.fixture
def clinic(ward: Ward) -> Ward:
    redefine(ward, sample(requirements=STEPS))
    pass_the_gate(ward)
    return ward


def submit(ward: Ward, answers: dict[str, EvaluationAnswer], *, is_staff: bool = False, **later: float) -> None:
    with transaction(ward.sessions) as db:
        after = submit_evaluation(db, ward.visit(is_staff=is_staff), answers, NOW + timedelta(**later))
        assert after.standing.is_done(Step.EVALUATION)


def responses(ward: Ward) -> list[models.EvaluationResponse]:
    with transaction(ward.sessions) as db:
        return list(db.scalars(select(models.EvaluationResponse)))


def test_anonymous_answers_carry_no_learner(clinic: Ward) -> None:
    submit(clinic, {**GOOD, "forged": "yes"})
    (row,) = responses(clinic)
    assert row.participation_id is None and row.course_id == clinic.keys["course"] and row.version == 1
    assert row.answers == {"fair": "yes", "met": "3", "change": ["1", "2"], "more": "Nothing."}
    with transaction(clinic.sessions) as db:
        assert db.scalars(select(models.EvaluationReceipt)).one().submitted_at == NOW


def test_named_answers_carry_the_participation(ward: Ward) -> None:
    redefine(ward, sample(requirements=STEPS, evaluation=replace(EVALUATION, is_anonymous=False)))
    pass_the_gate(ward)
    submit(ward, GOOD)
    (row,) = responses(ward)
    with transaction(ward.sessions) as db:
        assert row.participation_id == db.scalars(select(models.Participation.id)).one()


def test_twice_counts_once(clinic: Ward) -> None:
    submit(clinic, GOOD)
    submit(clinic, {**GOOD, "fair": "no"}, hours=1)
    submit(clinic, {}, days=400)
    (row,) = responses(clinic)
    assert row.answers["fair"] == "yes"
    with transaction(clinic.sessions) as db:
        assert db.scalars(select(models.EvaluationReceipt)).one().submitted_at == NOW


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"fair": ""}, {"fair": "required"}),
        ({"fair": "perhaps"}, {"fair": "not_possible"}),
        ({"change": ("1", "9")}, {"change": "not_possible"}),
        ({"change": ("1", "1")}, {"change": "not_possible"}),
        ({"met": "9", "more": "x" * (MAX_TEXT + 1)}, {"met": "not_possible", "more": "too_long"}),
        ({"more": "a\0b"}, {"more": "not_possible"}),
    ],
)
def test_faults_store_nothing(clinic: Ward, changes: dict[str, EvaluationAnswer], faults: dict[str, str]) -> None:
    with pytest.raises(BadInput) as wrong, transaction(clinic.sessions) as db:
        submit_evaluation(db, clinic.visit(), {**GOOD, **changes}, NOW)
    assert wrong.value.faults == faults
    assert responses(clinic) == []
    with transaction(clinic.sessions) as db:
        assert db.scalar(select(func.count()).select_from(models.EvaluationReceipt)) == 0


def test_a_test_run_leaves_no_answers(clinic: Ward) -> None:
    pass_the_gate(clinic, is_staff=True)
    submit(clinic, GOOD, is_staff=True)
    assert responses(clinic) == []


def test_locked(ward: Ward) -> None:
    redefine(ward, sample(requirements=STEPS))
    with transaction(ward.sessions) as db:
        with pytest.raises(Refused, match="needs_information"):
            evaluation(db, ward.visit(), NOW)
        with pytest.raises(Refused, match="needs_information"):
            submit_evaluation(db, ward.visit(), GOOD, NOW)


def test_after_expiry_nothing_is_taken_but_thanks_stay(clinic: Ward) -> None:
    late = NOW + timedelta(days=400)
    with transaction(clinic.sessions) as db:
        with pytest.raises(Refused, match="expired"):
            evaluation(db, clinic.visit(), late)
        with pytest.raises(Refused, match="expired"):
            submit_evaluation(db, clinic.visit(), GOOD, late)
    submit(clinic, GOOD)
    with transaction(clinic.sessions) as db:
        assert evaluation(db, clinic.visit(), late).record.evaluated_at == NOW


def test_an_activity_without_evaluation(ward: Ward) -> None:
    redefine(ward, sample(requirements=only(), evaluation=None))
    with pytest.raises(Refused, match="step_absent"), transaction(ward.sessions) as db:
        evaluation(db, ward.visit(), NOW)
