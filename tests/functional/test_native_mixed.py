"""One learner who works by an LTI link and in the block: everything counts, by the rules, and credit is given once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.domain.native import write_message
from lti_tool.domain.pathway import has_passed
from lti_tool.domain.record import Record
from lti_tool.services.activity import import_activity
from lti_tool.services.audit import ToolActor
from lti_tool.services.data_request import tell_retired
from lti_tool.services.native_activity import activity_copy, approved_activity
from lti_tool.services.native_facts import native_course, native_learner, native_participation, write_facts
from lti_tool.services.statement import add_override
from lti_tool.services.wording import confirm_wording
from tests.functional.api_calls import count, fits, raw
from tests.functional.native import COURSE, NativeLearner
from tests.functional.test_native_parity import NAME, TEXTS
from tests.functional.two_faces import Both, both_of, walk
from tests.functional.world import World
from xblock_cme.client import ToolClient

BLOCK_LINK = "block-v1:CME+CARD101+2026+type@lti_consumer+block@whole"


@pytest.fixture
def both(sqlite_world: World) -> Iterator[Both]:
    return both_of(sqlite_world)  # type: ignore[return-value]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(by_link=st.integers(0, 5), passes=st.booleans(), in_block=st.integers(0, 5), looks_up=st.booleans())
def test_any_split_of_the_way_gives_credit_once_or_the_reason(
    sqlite_world: World, by_link: int, passes: bool, in_block: int, looks_up: bool
) -> None:
    """What the block says of a claim the tool says too, whoever did which part where."""
    both = both_of(sqlite_world)
    if by_link:
        both.by_link(by_link if passes else min(by_link, 4), passes=passes)
    who = both.learner()
    if looks_up:
        who.hear(both.look_up())
    walk(who, in_block)
    try:
        sent = who.claim(subject=both.subject, at=both.world.clock())
    except CmeError:
        assert both.awards() == []
        return
    answer = both.claim(sent)
    assert answer.is_awarded, answer.reasons
    assert both.claim(sent) == answer and both.claim_by_link() == len(answer.certificates)
    assert len(both.awards()) == len({award.credit_type for award in both.awards()}) == len(answer.certificates)


@pytest.mark.parametrize("by_link", [1, 2, 3, 4])
def test_a_post_test_that_was_passed_by_a_link_is_not_taken_again(both: Both, by_link: int) -> None:
    both.by_link(by_link)
    who = both.learner()
    who.hear(both.look_up())
    walk(who, 5)
    own = [attempt.test for attempt in who.facts.record.attempts]
    assert own.count(TestKind.POST) == (by_link < 4) and own.count(TestKind.PRE) == (by_link < 2)
    assert both.claim(who.claim(at=both.world.clock())).is_awarded


def test_the_whole_way_by_a_link_is_claimed_in_the_block(both: Both) -> None:
    both.by_link(5)
    who = both.learner()
    assert not who.here.standing.is_done(who.copy.activity.steps[0])
    who.hear(both.look_up())
    sent = who.claim(at=both.world.clock())
    assert sent.record == Record(), "nothing that the tool knows is sent back"
    assert both.claim(sent).is_awarded


def test_credit_of_a_link_is_what_the_block_shows(both: Both) -> None:
    both.by_link(5)
    assert both.claim_by_link() == 1
    found = both.look_up()
    assert found.answer is not None and found.answer.is_awarded and found.record.claims == ()
    who = both.learner(0.5)
    walk(who, 5)
    answer = both.claim(who.claim(at=both.world.clock()))
    assert answer == found.answer and len(both.awards()) == 1


def test_steps_by_a_link_after_credit_from_the_block_change_nothing(both: Both) -> None:
    who = both.learner()
    walk(who, 5)
    answer = both.claim(who.claim(at=both.world.clock()))
    assert both.claim_by_link() == len(answer.certificates) == 1 and len(both.awards()) == 1


def test_facts_by_a_link_are_not_lost_by_a_claim(both: Both) -> None:
    before = both.by_link(4, passes=False)
    who = both.learner()
    walk(who, 5)
    assert both.claim(who.claim(at=both.world.clock())).is_awarded
    found = both.look_up().record
    kept = {attempt.submitted_at for attempt in found.attempts}
    assert {attempt.submitted_at for attempt in before.facts.record.attempts} <= kept
    assert [each.number for each in found.attempts_at(TestKind.POST)] == [1, 2]
    assert has_passed(both.copy.activity, found)
    assert found.seconds_studied > before.facts.record.seconds_studied


def test_an_evaluation_from_the_block_leaves_later_steps_by_a_link_alone(both: Both) -> None:
    """A row that the block's evaluation has begun is no reason to take anything of the learner away."""
    with both.world.db() as db:
        learner = native_learner(db, both.client, both.subject, "", both.world.clock())
        activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key == NAME)).one()
        row = native_participation(db, learner.id, activity_id, 1, both.world.clock())
        row.text_version = 1
        who = both.learner(2)
        walk(who, 4)
        write_facts(db, row, who.facts.record, Record(), both.world.clock())
    again = both.learner()
    walk(again, 5)
    assert both.claim(again.claim(at=both.world.clock())).is_awarded
    assert len(both.look_up().record.submitted(TestKind.POST)) == 1


def test_another_version_is_finished_where_it_was_begun(both: Both) -> None:
    both.by_link(3)
    with both.world.db() as db:
        course = native_course(db, both.client, COURSE, "", both.world.clock())
        activity = replace(both.copy.activity, audience="Another audience")
        made = import_activity(db, both.world.provider_id, activity, {}, both.world.clock())
        assert made.version == 2
        place = {"course_id": course.id, "activity_id": made.activity_id, "created_at": both.world.clock()}
        single = models.Placement(resource_link_id="single", step="post-test", **place)
        db.add_all([single, models.Placement(resource_link_id=BLOCK_LINK, **place)])
    with both.world.db() as db:
        both.copy = activity_copy(db, both.world.provider_id, NAME, 2, TEXTS)
    who = both.learner()
    walk(who, 5)
    answer = both.claim(who.claim(at=both.world.clock()))
    (reason,) = answer.reasons
    assert not answer.is_awarded and (reason.code, reason.facts["link"]) == ("begun_elsewhere", BLOCK_LINK)
    who.hear(both.look_up())
    assert who.here.is_elsewhere and who.here.copy.version == 2
    assert both.look_up().link == BLOCK_LINK and both.look_up("another course").link == ""


def test_a_text_that_was_acknowledged_by_a_link_binds_to_no_version(both: Both) -> None:
    both.by_link(1)
    with both.world.db() as db:
        db.scalars(select(models.Participation)).one().version = 7
    who = both.learner()
    walk(who, 5)
    assert both.claim(who.claim(at=both.world.clock())).is_awarded


def test_of_somebody_who_is_restricted_nothing_is_told(both: Both) -> None:
    both.by_link(4)
    assert both.look_up().version == 1
    with both.world.db() as db:
        learner = db.scalars(select(models.Learner).where(models.Learner.subject == both.subject)).one()
        tell_retired(db, learner.provider_id, learner.id, both.world.clock())
    found = both.look_up()
    assert (found.version, found.record, found.answer) == (0, Record(), None)


def test_asking_makes_nobody_and_no_course(tool: ToolClient, world: World) -> None:
    answer = raw(tool, "GET", f"/api/v1/activities/{NAME}/record", params={"subject": "nobody", "context": "nowhere"})
    fits("NativeRecord", answer.json())
    assert tool.record(NAME, "nobody\x00", "nowhere\x00").version == 0
    assert count(world, models.Learner) == 0
    with pytest.raises(NotFound):
        tool.record("unknown", "nobody", "nowhere")


def test_of_several_credits_some_are_claimed_in_the_block_and_one_needs_the_link(both: Both) -> None:
    more = (
        CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), "Prescribed"),
        CreditOffer("moc-abim", Decimal("1.00"), Decimal("0.25"), "Medical Knowledge"),
    )
    activity = replace(both.copy.activity, credits=(*both.copy.activity.credits, *more))
    with both.world.db() as db:
        for code, edition in (("aafp", "AAFP 2022"), ("moc-abim", "ABIM MOC 2022")):
            office = ToolActor(both.world.provider_id)
            confirm_wording(db, office, code, edition, "Avery Admin", both.world.clock())
        import_activity(db, both.world.provider_id, activity, {}, both.world.clock())
    with both.world.db() as db:
        both.copy = activity_copy(db, both.world.provider_id, NAME, 2, TEXTS)
        listed = approved_activity(db, both.world.provider_id, NAME, both.world.clock())
    assert "1.00 AAFP Prescribed credit; 1.00 ABIM MOC point (Medical Knowledge)" in listed.credit
    who = both.learner()
    walk(who, 5)
    sent = who.claim(at=both.world.clock(), amounts={"moc-abim": ""})
    answer = both.claim(sent)
    assert answer.is_awarded, answer.reasons
    assert {award.credit_type for award in both.awards()} == {"ama-pra-category-1", "aafp"}
    assert "It also names 1.00" in answer.certificates[0].note


def test_claims_in_both_faces_at_one_moment_give_credit_once(world: World) -> None:
    both = both_of(world)
    both.by_link(5)
    who = both.learner()
    who.hear(both.look_up())
    sent = who.claim(at=world.clock())
    start = threading.Barrier(4)

    def act(number: int) -> int:
        start.wait(10)
        if number % 2:
            return both.claim_by_link()
        return len(both.claim(sent, f"key-{number}").certificates)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(act, range(4))) == [1, 1, 1, 1]
    assert len(both.awards()) == 1


def test_the_providers_own_wording_is_the_blocks_too(tool: ToolClient, world: World) -> None:
    """Otherwise nobody could claim in a block what was disclosed there in other words."""
    words = "{the_provider} is accredited by the ACCME. Its office answers questions."
    typed = {"which": ["accme.direct"], "text": [words], "effective_from": ["2020-01-01"]}
    with world.db() as db:
        add_override(db, ToolActor(world.provider_id), typed, world.clock())
    copy = tool.copy(NAME, 1)
    assert "Its office answers questions." in " ".join(copy.statements.accreditation[0].plain.split())
    assert copy.page.fingerprint in world.enter("physician-md").open(world.placement(NAME)).html
    who = NativeLearner(copy, world.clock() - timedelta(days=1))
    walk(who, 5)
    assert tool.claim(write_message(who.claim(at=world.clock())), "key").is_awarded
