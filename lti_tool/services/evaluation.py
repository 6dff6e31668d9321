"""Answering the evaluation, once, with the anonymity that was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.errors import Refused
from lti_tool.domain.evaluation import Evaluation, EvaluationAnswer, check_evaluation, split_commitments
from lti_tool.services.commitment import keep_commitments
from lti_tool.services.fact import may_review, note_fact
from lti_tool.services.participation import Progress, progress, progress_for_update
from lti_tool.services.session import Visit


def evaluation_of(activity: Activity) -> Evaluation:
    """Raises ``Refused("step_absent")``."""
    if activity.evaluation is None:
        raise Refused("step_absent", step=Step.EVALUATION)
    return activity.evaluation


def evaluation(db: Session, visit: Visit, now: datetime) -> Progress:
    """Where the learner stands, if the evaluation may be answered or has been. Raises ``Refused("step_locked")``."""
    here = progress(db, visit, now)
    if not (here.record.evaluated_at and may_review(here, Step.EVALUATION)):
        here.require(Step.EVALUATION)
    evaluation_of(here.activity)
    return here


def _keep(db: Session, here: Progress, visit: Visit, form: Evaluation, answers: Mapping[str, EvaluationAnswer]) -> None:
    _made, kept = split_commitments(form, answers)
    plain = {key: list(answer) if isinstance(answer, tuple) else answer for key, answer in kept.items()}
    db.add(
        models.EvaluationResponse(
            activity_id=here.activity_id,
            version=here.version,
            course_id=visit.course_id,
            participation_id=None if form.is_anonymous else here.participation_id,
            answers=plain,
        )
    )


def submit_evaluation(db: Session, visit: Visit, answers: Mapping[str, EvaluationAnswer], now: datetime) -> Progress:
    """Keep the answers. A second time changes nothing. Answers of a test run are checked and not kept.

    Raises ``Refused("step_locked")`` and ``BadInput("evaluation_incomplete")`` with a fault per item.
    """
    here = progress_for_update(db, visit, now)
    if here.record.evaluated_at is not None:
        return here
    here.require(Step.EVALUATION)
    form = evaluation_of(here.activity)
    kept = check_evaluation(form, answers)
    db.add(models.EvaluationReceipt(participation_id=here.participation_id, submitted_at=now))
    if not here.is_trial:
        _keep(db, here, visit, form, kept)
        keep_commitments(db, here.participation_id, form, kept, now)
    return note_fact(db, visit, now)
