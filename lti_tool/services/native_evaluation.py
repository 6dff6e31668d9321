"""Evaluations from a native face: that a learner has answered, and what was answered, each by itself.

The receipt names the learner and comes at once, so that no other face asks again. The answers follow; where the
evaluation is anonymous they name nobody, and nothing here joins the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, record_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.evaluation import Evaluation, check_evaluation, only_commitments, split_commitments
from lti_tool.domain.native import NativeEvaluation, NativeReceipt, read_message
from lti_tool.domain.replay import LEEWAY
from lti_tool.services.commitment import commitments_of, keep_commitments
from lti_tool.services.fact import note_fact
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import activity_id_of
from lti_tool.services.native_claim import once, visit_of
from lti_tool.services.native_facts import has_begun, native_course, native_learner, native_participation


def receive_receipt(db: Session, client: NativeClient, key: str, data: Any, now: datetime) -> dict[str, Any]:
    """Note that a learner has answered the evaluation. ``is_first``: not known yet, so the answers are to be sent.

    Raises ``Refused("step_absent")``, ``Refused("facts_impossible")`` for one without a learner or from the future,
    and ``NotFound`` for an activity that is not here.
    """

    def work() -> tuple[dict[str, Any], bool]:
        return {"is_first": _note(db, client, read_message(NativeReceipt, data), now)}, True

    return once(db, client, key, data, now, work)


def _note(db: Session, client: NativeClient, sent: NativeReceipt, now: datetime) -> bool:
    activity_id = activity_id_of(db, client.provider_id, sent.activity)
    form = _form(db, activity_id, sent.version)
    if not sent.subject or sent.at > now + LEEWAY:
        raise Refused("facts_impossible", what="an evaluation without a learner, or from the future")
    learner = native_learner(db, client, sent.subject, "", now)
    row = native_participation(db, learner.id, activity_id, sent.version, sent.at)
    course = native_course(db, client, sent.context, sent.context_title, now)
    visit = visit_of(client, learner.id, course.id, activity_id, "")
    known = record_value(db, row)
    if known.evaluated_at is not None:
        return False
    if row.version == sent.version or not has_begun(known):
        row.version = sent.version
        db.add(models.EvaluationReceipt(participation_id=row.id, submitted_at=sent.at))
        note_fact(db, visit, now)
        _keep_promises(db, row.id, form, sent)
    return True


def _keep_promises(db: Session, participation_id: str, form: Evaluation, sent: NativeReceipt) -> None:
    """Raises ``BadInput("evaluation_incomplete")`` for what the evaluation does not ask, or what cannot be kept."""
    if not sent.commitments:
        return
    asked = only_commitments(form, wanted=True)
    unknown = sent.commitments.keys() - {item.key for item in asked.items}
    if unknown:
        raise BadInput("evaluation_incomplete", faults=dict.fromkeys(sorted(unknown), "not_possible"))
    keep_commitments(db, participation_id, form, check_evaluation(asked, sent.commitments), sent.at)


def _form(db: Session, activity_id: str, version: int) -> Evaluation:
    form = activity_value(db, activity_id, version).evaluation
    if form is None:
        raise Refused("step_absent", step=Step.EVALUATION)
    return form


def receive_evaluation(db: Session, client: NativeClient, key: str, data: Any, now: datetime) -> dict[str, Any]:
    """Keep an answered evaluation. One that carries a subject is kept with the learner, any other without.

    Raises ``BadInput`` for answers that the evaluation cannot have, ``NotFound`` for an activity that is not here.
    """

    def work() -> tuple[dict[str, Any], bool]:
        _keep(db, client, read_message(NativeEvaluation, data), now)
        return {"is_kept": True}, True

    return once(db, client, key, data, _blurred(now), work)


def _blurred(now: datetime) -> datetime:
    """The day alone: the hour at which a request came would tell which receipt belongs to anonymous answers."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _keep(db: Session, client: NativeClient, sent: NativeEvaluation, now: datetime) -> None:
    activity_id = activity_id_of(db, client.provider_id, sent.activity)
    form = _form(db, activity_id, sent.version)
    is_apart = form.is_anonymous and not split_commitments(form, sent.answers)[0]
    answers = check_evaluation(only_commitments(form, wanted=False) if is_apart else form, sent.answers)
    course = native_course(db, client, sent.context, sent.context_title, now)
    participation_id = None
    if not form.is_anonymous and sent.subject:
        learner = native_learner(db, client, sent.subject, "", now)
        row = native_participation(db, learner.id, activity_id, sent.version, now)
        participation_id = row.id
        if _has_answers(db, participation_id):
            return
        _note_answered(db, row, sent.version, now)
        if not commitments_of(db, participation_id):
            keep_commitments(db, participation_id, form, answers, now)
        answers = split_commitments(form, answers)[1]
    plain = {key: list(answer) if isinstance(answer, tuple) else answer for key, answer in answers.items()}
    db.add(
        models.EvaluationResponse(
            activity_id=activity_id,
            version=sent.version,
            course_id=course.id,
            participation_id=participation_id,
            answers=plain,
        )
    )
    db.flush()


def _has_answers(db: Session, participation_id: str) -> bool:
    """By a link or before: the first answers stand. A receipt alone says only that they are under way."""
    table = models.EvaluationResponse
    query = select(table.id).where(table.participation_id == participation_id).limit(1)
    return db.scalars(query).first() is not None


def _note_answered(db: Session, row: models.Participation, version: int, now: datetime) -> None:
    """For a face that sends no receipts: what carries its learner is one."""
    if row.version == version:
        insert_once(db, models.EvaluationReceipt, {"participation_id": row.id}, {"submitted_at": now})
