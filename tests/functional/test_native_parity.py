"""Whatever a learner answers: what the block says of score, standing and claim, the tool says too."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.assessment import Question, TestKind
from lti_tool.domain.credit import Degree, printed_amount
from lti_tool.domain.errors import CmeError
from lti_tool.domain.learner import Profile
from lti_tool.domain.native import MEDIA_FOLDER, NativeAnswer, NativeClaim, read_message, write_message
from lti_tool.domain.pathway import best_result
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import TextRenderer, activity_copy
from lti_tool.services.native_claim import Desk, receive_claim
from lti_tool.services.participation import progress_of
from lti_tool.web.markdown import inline_markdown, markdown
from tests.functional.native import Fields, NativeLearner, right
from tests.functional.world import World

NAME = "hypertension-2026"
AMA = "ama-pra-category-1"
NUMBERS = itertools.count()
TEXTS = TextRenderer(
    lambda text: str(markdown(text, lambda name: MEDIA_FOLDER + name)),
    lambda text: str(inline_markdown(text, lambda name: MEDIA_FOLDER + name)),
)


def client_of(world: World) -> NativeClient:
    with world.db() as db:
        deployment = db.scalars(select(models.Deployment)).first()
        assert deployment is not None
        return NativeClient(deployment.id, deployment.provider_id, deployment.platform_id, deployment.platform.issuer)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wrong=st.sets(st.integers(0, 9), max_size=5),
    degree=st.sampled_from([Degree.MD, Degree.OTHER_PHYSICIAN, Degree.RN, Degree.STUDENT]),
    amount=st.sampled_from(["0.25", "0.50", "1.00", "0.30", "9.00", "", "x"]),
    is_evaluated=st.booleans(),
)
def test_block_and_tool_agree(
    sqlite_world: World, wrong: set[int], degree: Degree, amount: str, is_evaluated: bool
) -> None:
    world, client = sqlite_world, client_of(sqlite_world)
    with world.db() as db:
        copy = activity_copy(db, world.provider_id, NAME, 1, TEXTS)
    who = NativeLearner(copy, world.clock() - timedelta(days=1))
    assert copy.activity.post_test is not None
    keys = [question.key for question in copy.activity.post_test.questions]

    def answers(question: Question) -> Fields:
        is_wrong = question.key in keys and keys.index(question.key) in wrong
        return {} if is_wrong else right(question)

    who.acknowledge()
    who.take(TestKind.PRE)
    who.study()
    who.take(TestKind.POST, answers)
    is_passed = who.here.standing.is_done(copy.activity.steps[3])
    if is_passed and is_evaluated:
        who.evaluate()
    predicted, sent = said_by_the_block(who, degree, amount, f"learner-{next(NUMBERS)}", world)
    with world.db() as db:
        desk = Desk(lambda code: f"https://cme.example.org/verify/{code}", world.deps.printer, world.deps.sealer)
        data = receive_claim(db, client, sent.subject, write_message(sent), desk, world.clock())
        answer = read_message(NativeAnswer, data)
        assert answer.is_awarded is predicted, answer.reasons
        if answer.is_awarded:
            agree(db, who, sent, answer)


def said_by_the_block(
    who: NativeLearner, degree: Degree, amount: str, subject: str, world: World
) -> tuple[bool, NativeClaim]:
    """Whether the block would let this claim go, and the claim itself, which is sent in any case."""
    profile = Profile("Ada Lovelace", degree, "US")
    plain: dict[str, Any] = {"amounts": {AMA: amount}, "is_attested": True, "is_equivalence_stated": True}
    record = replace(who.here.record, claims=())
    forced = NativeClaim(subject, "course", NAME, 1, 1, world.clock(), record, profile, **plain)
    try:
        sent = who.claim(degree.value, {AMA: amount}, subject=subject, at=world.clock())
    except CmeError:
        return False, forced
    return True, sent


def agree(db: Any, who: NativeLearner, sent: NativeClaim, answer: NativeAnswer) -> None:
    """The tool's own record of this learner gives the same score and standing, and the block's amount was awarded."""
    learner = db.scalars(select(models.Learner).where(models.Learner.subject == sent.subject)).one()
    row = db.scalars(select(models.Participation).where(models.Participation.learner_id == learner.id)).one()
    found, here = progress_of(db, row, who.now), who.here
    test = found.activity.post_test
    mine, theirs = (best_result(test, record.submitted(TestKind.POST)) for record in (here.record, found.record))
    assert mine == theirs
    done = [(each.step, each.state) for each in here.standing.steps][:5]
    assert done == [(each.step, each.state) for each in found.standing.steps][:5]
    offered = {one.credit.code: one for one in who.copy.offered(sent.profile)}
    for certificate in answer.certificates:
        one = offered[certificate.credit_type]
        assert certificate.is_awarded is one.is_awarded
        if one.is_awarded:
            assert certificate.amount == sent.amounts[one.credit.code]
        else:
            assert certificate.amount == printed_amount(one.offer.maximum)
