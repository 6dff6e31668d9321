"""Learners who came before: they have answered a case of the content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lti_tool.cli.demo import RunningDemo
from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.record import Response
from lti_tool.services.response import response_row
from tests.functional.world import sample

KEY = "cases-ecg-rhythms"
OTHERS = ("metoprolol", "metoprolol", "metoprolol", "metoprolol", "permanent", "atropine", "temporary")


def others_answer(demo: RunningDemo, now: datetime) -> None:
    """Seven people of the same provider have answered the first case."""
    activity = sample(KEY).activity
    assert activity is not None and activity.content is not None
    case = next(item for item in activity.content.items if item.key == "case-pause")
    assert case.question is not None
    with transaction(demo.deps.sessions) as db:
        row = db.scalars(select(models.Activity).where(models.Activity.key == KEY)).one()
        for number, value in enumerate(OTHERS):
            learner = models.Learner(
                provider_id=row.provider_id, issuer="https://other.example", subject=f"s{number}", created_at=now
            )
            db.add(learner)
            db.flush()
            taken = models.Participation(
                learner_id=learner.id, activity_id=row.id, version=1, is_trial=False, started_at=now
            )
            db.add(taken)
            db.flush()
            db.add(response_row(taken.id, row.id, case.question, Response(case.key, value, now)))
