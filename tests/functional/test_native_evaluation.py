"""An evaluation from the block and LTI links beside it: nobody is asked twice, and nothing is counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.native import NativeEvaluation, NativeReceipt, write_message
from lti_tool.services.activity import import_activity
from lti_tool.services.native_activity import activity_copy
from lti_tool.services.native_evaluation import receive_evaluation, receive_receipt
from lti_tool.services.participation import progress_of
from tests.functional.api_calls import fits, raw
from tests.functional.learner_walk import evaluate
from tests.functional.native import COURSE, evaluation_fields
from tests.functional.test_learner_evaluation import to_evaluation
from tests.functional.test_native_parity import NAME, TEXTS
from tests.functional.two_faces import NUMBERS, Both, both_of, walk
from tests.functional.world import World
from tests.xblock.samples import PROMISE
from xblock_cme.claiming import Claimant
from xblock_cme.claiming import evaluate as evaluate_in_block
from xblock_cme.client import ToolClient


@pytest.fixture
def both(sqlite_world: World) -> Both:
    return both_of(sqlite_world)


def receipt(both: Both, *, at: datetime | None = None, version: int = 1, subject: str | None = None) -> NativeReceipt:
    who = both.subject if subject is None else subject
    return NativeReceipt(who, NAME, version, COURSE, at or both.world.clock())


def tell(both: Both, message: NativeReceipt, key: str = "") -> bool:
    with both.world.db() as db:
        place = key or f"receipt-{next(NUMBERS)}"
        found = receive_receipt(db, both.client, place, write_message(message), both.world.clock())
    return bool(found["is_first"])


def answers(both: Both) -> NativeEvaluation:
    """What the block sends of somebody who has passed the post-test there."""
    who = both.learner()
    walk(who, 4)
    sheet = evaluate_in_block(who.here, evaluation_fields(both.copy), Claimant(both.subject, COURSE))[1]
    assert sheet is not None
    return sheet.evaluation


def hand_in(both: Both, message: NativeEvaluation) -> None:
    with both.world.db() as db:
        key = f"evaluation-{next(NUMBERS)}"
        receive_evaluation(db, both.client, key, write_message(message), both.world.clock())


def rows(both: Both, table: type[Any]) -> list[Any]:
    with both.world.db() as db:
        found = list(db.scalars(select(table)))
        db.expunge_all()
    return found


def is_done_by_link(both: Both) -> bool:
    with both.world.db() as db:
        row = db.scalars(select(models.Participation)).one()
        return progress_of(db, row, both.world.clock()).standing.is_done(Step.EVALUATION)


def without_names(both: Both) -> None:
    """The activity in a second version whose evaluation is anonymous; that of the first is not."""
    form = both.copy.activity.evaluation
    assert form is not None and not form.is_anonymous
    unnamed = replace(both.copy.activity, evaluation=replace(form, is_anonymous=True))
    with both.world.db() as db:
        import_activity(db, both.world.provider_id, unnamed, {}, both.world.clock())
    with both.world.db() as db:
        both.copy = activity_copy(db, both.world.provider_id, NAME, 2, TEXTS)


def test_a_link_asks_no_more_for_what_was_answered_in_the_block(sqlite_world: World) -> None:
    person, page = to_evaluation(sqlite_world)
    assert "Send the evaluation" in page.html
    with sqlite_world.db() as db:
        subject = db.scalars(select(models.Learner.subject).where(models.Learner.subject.is_not(None))).one()
    both = both_of(sqlite_world, subject)
    assert tell(both, receipt(both))
    page = person.get(f"/s/{page.session_id}/evaluation")
    assert "Send the evaluation" not in page.html and "Thank you" in page.text
    hand_in(both, answers(both))
    (row,) = rows(both, models.EvaluationResponse)
    assert row.participation_id is not None


def test_the_block_hears_that_a_link_was_quicker(sqlite_world: World) -> None:
    person, page = to_evaluation(sqlite_world)
    evaluate(person, page)
    with sqlite_world.db() as db:
        subject = db.scalars(select(models.Learner.subject)).one()
    both = both_of(sqlite_world, subject)
    assert not tell(both, receipt(both))
    assert len(rows(both, models.EvaluationResponse)) == 1


def test_a_receipt_is_one_however_often_it_comes(both: Both) -> None:
    first = receipt(both, at=both.world.clock() - timedelta(hours=1))
    assert tell(both, first, "key") and tell(both, first, "key"), "a repeat hears what the first heard"
    assert not tell(both, receipt(both))
    (row,) = rows(both, models.EvaluationReceipt)
    assert row.submitted_at == first.at and is_done_by_link(both)


def test_the_claim_that_follows_counts_it_once(both: Both) -> None:
    who = both.learner()
    walk(who, 5)
    at = who.facts.record.evaluated_at
    assert at is not None and tell(both, receipt(both, at=at))
    assert both.claim(who.claim(at=both.world.clock())).is_awarded
    assert [row.submitted_at for row in rows(both, models.EvaluationReceipt)] == [at]


def test_a_receipt_that_comes_after_the_claim_changes_nothing(both: Both) -> None:
    who = both.learner()
    walk(who, 5)
    assert both.claim(who.claim(at=both.world.clock())).is_awarded
    assert not tell(both, receipt(both)) and len(rows(both, models.EvaluationReceipt)) == 1


def test_the_rest_may_be_done_by_a_link_after_it(both: Both) -> None:
    """The evaluation alone gives no credit: all else is asked for."""
    assert tell(both, receipt(both))
    with pytest.raises(Refused) as refused:
        both.claim_by_link()
    assert "needs_post-test" in {blocker.code for blocker in refused.value.facts["blockers"]}
    both.by_link(4)
    assert both.claim_by_link() == 1


def test_another_version_that_a_link_has_begun_is_left_alone(both: Both) -> None:
    both.by_link(4)
    without_names(both)
    assert tell(both, receipt(both, version=2))
    assert rows(both, models.EvaluationReceipt) == [] and not is_done_by_link(both)
    assert tell(both, receipt(both)) and not tell(both, receipt(both, version=2)), (
        "no version is evaluated beside another"
    )


def test_who_has_only_opened_a_link_goes_on_with_the_blocks_version(both: Both) -> None:
    both.by_link(1)
    without_names(both)
    assert tell(both, receipt(both, version=2)) and is_done_by_link(both)
    assert rows(both, models.Participation)[0].version == 2


def test_answers_with_a_name_are_kept_once_and_not_lost_over_a_quick_claim(both: Both) -> None:
    message = answers(both)
    assert message.subject == both.subject
    who = both.learner()
    walk(who, 5)
    assert tell(both, receipt(both))
    assert both.claim(who.claim(at=both.world.clock())).is_awarded
    for _ in range(2):
        hand_in(both, message)
    (row,) = rows(both, models.EvaluationResponse)
    assert row.participation_id is not None


def test_answers_with_a_name_are_a_receipt_too(both: Both) -> None:
    """Of a face of an earlier release, which sends none."""
    hand_in(both, answers(both))
    assert is_done_by_link(both) and not tell(both, receipt(both))


def test_anonymous_answers_name_nobody_and_no_hour(both: Both) -> None:
    without_names(both)
    message = answers(both)
    assert message.subject == ""
    hand_in(both, message)
    (row,) = rows(both, models.EvaluationResponse)
    assert row.participation_id is None
    (kept,) = rows(both, models.ApiRequest)
    assert kept.created_at.timetz().replace(tzinfo=None) == time(0)


def test_what_cannot_be_is_refused(both: Both) -> None:
    with pytest.raises(Refused, match="facts_impossible"):
        tell(both, receipt(both, at=both.world.clock() + timedelta(hours=1)))
    with pytest.raises(Refused):
        tell(both, receipt(both, subject=""))
    with pytest.raises(NotFound):
        tell(both, replace(receipt(both), activity="unknown"))
    with pytest.raises(BadInput), both.world.db() as db:
        receive_receipt(db, both.client, "key", {"version": "native-receipt/3", "body": {}}, both.world.clock())
    assert rows(both, models.EvaluationReceipt) == []


def test_the_blocks_client_is_told(tool: ToolClient, world: World) -> None:
    message = write_message(receipt(both_of(world)))
    assert tool.in_haste().receipt(message, "key") and not tool.receipt(message, "another key")
    answer = raw(tool, "POST", "/api/v1/evaluation-receipts", json=message, headers={"Idempotency-Key": "key"})
    fits("Received", answer.json())


def with_commitment(both: Both) -> None:
    """The activity in a version whose anonymous evaluation asks for a commitment to change."""
    form = both.copy.activity.evaluation
    assert form is not None
    asked = replace(form, is_anonymous=True, items=(*form.items, replace(PROMISE, is_required=True)))
    with both.world.db() as db:
        import_activity(
            db, both.world.provider_id, replace(both.copy.activity, evaluation=asked), {}, both.world.clock()
        )
    with both.world.db() as db:
        both.copy = activity_copy(db, both.world.provider_id, NAME, 2, TEXTS)


def test_a_commitment_stays_with_its_learner_though_the_answers_are_anonymous(both: Both) -> None:
    with_commitment(both)
    who = both.learner()
    walk(who, 4)
    sheet = evaluate_in_block(who.here, evaluation_fields(both.copy), Claimant(both.subject, COURSE))[1]
    assert sheet is not None and sheet.receipt.commitments == {"promise": "Nothing to add."}
    assert "promise" not in sheet.evaluation.answers and sheet.evaluation.subject == ""
    told = write_message(sheet.receipt)
    assert told["version"] == "native-receipt/2"
    fits("NativeReceipt", told)
    fits("NativeReceipt", write_message(replace(sheet.receipt, commitments=None)))
    assert tell(both, sheet.receipt) and not tell(both, sheet.receipt)
    hand_in(both, sheet.evaluation)
    (promise,) = rows(both, models.Commitment)
    (kept,) = rows(both, models.EvaluationResponse)
    assert promise.text == "Nothing to add." and promise.due_at is not None
    assert kept.participation_id is None and "promise" not in kept.answers


@pytest.mark.parametrize("made", [{"promise": "x" * 50_000}, {"unknown": "I shall"}, {"promise": ""}])
def test_a_commitment_that_cannot_be_kept_is_refused(both: Both, made: dict[str, str]) -> None:
    with_commitment(both)
    with pytest.raises(BadInput):
        tell(both, replace(receipt(both, version=2), commitments=made))
    assert rows(both, models.Commitment) == rows(both, models.EvaluationReceipt) == []
