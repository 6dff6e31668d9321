"""A commitment to change is asked in the block, and is kept with its learner."""

from __future__ import annotations

import re

from tests.xblock.inside.learner import Learner
from tests.xblock.inside.test_step import evaluation_answers, walk_to_evaluation
from xblock_cme import store
from xblock_cme.plugin.models import EvaluationDelivery


def test_a_commitment_is_asked_and_travels_with_the_receipt() -> None:
    """The evaluation is anonymous: nothing of it but this is kept with the learner."""
    who = Learner("board-credit", "ada")
    walk_to_evaluation(who)
    who.act("show", "evaluation")
    assert (
        "What will you do differently? (optional) This one answer is kept with you and not with the others" in who.words
    )
    promise = next(name for name in re.findall(r'<textarea[^>]* name="([^"]+)"', who.html) if "promise" in name)
    who.act("evaluate", "evaluation", **{**evaluation_answers(), promise: "I shall measure twice"})
    told, row = sorted(EvaluationDelivery.objects.all(), key=lambda each: "answers" in each.message["body"])
    assert store.is_receipt(told) and told.message["body"]["commitments"] == {"promise": "I shall measure twice"}
    assert not store.is_receipt(row) and "measure twice" not in str(row.message)
    assert "measure twice" not in str(who.facts())


def test_who_commits_to_nothing_sends_a_plain_receipt() -> None:
    """Tools of an earlier release read it."""
    who = Learner("board-credit", "bo")
    walk_to_evaluation(who)
    who.act("evaluate", "evaluation", **evaluation_answers())
    versions = sorted(row.message["version"] for row in EvaluationDelivery.objects.all())
    assert versions == ["native-evaluation/1", "native-receipt/1"]
    assert all(not row.message["body"].get("commitments") for row in EvaluationDelivery.objects.all())
