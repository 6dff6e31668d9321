"""Correcting the key of a question that learners of a real activity have answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.load import activity_value
from lti_tool.domain.assessment import QuestionKind, Test, TestKind
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.question import BankQuestion
from lti_tool.services.activity import export_activity, import_activity
from lti_tool.services.audit import trail
from lti_tool.services.key_correction import Change, correct_key, correctable, preview_correction
from lti_tool.services.participation import progress
from lti_tool.services.question import revise_question
from lti_tool.services.question_use import take_question, uses_of
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.exchange.questions import bank as question
from tests.unit.lti_tool.exchange.questions import entries
from tests.unit.lti_tool.services.bank import Bank, made_bank, officer
from tests.unit.lti_tool.services.ward import Ward

Q1, Q2, Q3 = (
    question(f"q{number}", QuestionKind.SINGLE, entries=entries("A", "B", "C"), correct=frozenset({"0"}))
    for number in (1, 2, 3)
)


def with_key(bank: BankQuestion, right: str) -> BankQuestion:
    return replace(bank, question=replace(bank.question, correct=frozenset({right}), rationale="Corrected."))


@pytest.fixture
def bank(ward: Ward) -> Bank:
    """The ward's activity in a second version whose post-test comes from the bank; learners take that one."""
    made = made_bank(ward.sessions, ward.now - timedelta(days=2), ward.keys["provider"])
    made.fill((Q1, Q2, Q3))
    with transaction(ward.sessions) as db:
        taken = tuple(take_question(db, made.officer, made.ids[key]).question for key in ("q1", "q2", "q3"))
        test = Test(TestKind.POST, taken, pass_mark=2, attempts=3)
        value = replace(sample(), post_test=test)
        import_activity(db, made.officer.provider_id, value, {}, made.later())
    made.now = ward.now
    return made


def revise(bank: Bank, key: str, right: str, number: int = 1) -> None:
    source = {"q1": Q1, "q2": Q2, "q3": Q3}[key]
    with transaction(bank.sessions) as db:
        revise_question(db, bank.officer, bank.ids[key], with_key(source, right), number, "wrong key", bank.later())


def correct(bank: Bank, ward: Ward, key: str, number: int = 2) -> None:
    with transaction(bank.sessions) as db:
        correct_key(db, bank.officer, bank.ids[key], ward.keys["activity"], number, "Guideline changed", bank.later())


def passed(ward: Ward, name: str) -> tuple[int, bool]:
    with transaction(ward.sessions) as db:
        where = progress(db, ward.visit(name), ward.now)
        found = where.standing
        from lti_tool.domain.pathway import best_result

        result = best_result(where.activity.post_test, where.record.submitted(TestKind.POST))
        assert result is not None and found is not None
        return int(result.points), result.has_passed


def test_uses_are_known_by_version(ward: Ward, bank: Bank) -> None:
    with transaction(ward.sessions) as db:
        (use,) = uses_of(db, bank.officer, bank.ids["q1"])
    assert (use.version, use.key, use.number, use.is_newest) == (2, "q1", 1, True)


def test_only_a_changed_key_is_offered(ward: Ward, bank: Bank) -> None:
    with transaction(ward.sessions) as db:
        assert list(correctable(db, bank.officer, bank.ids["q2"])) == []
    revise(bank, "q2", "b")
    with transaction(ward.sessions) as db:
        (found,) = correctable(db, bank.officer, bank.ids["q2"])
    assert (found.keys, found.may_correct) == (("q2",), True)


def test_a_preview_tells_everybody_and_changes_nothing(ward: Ward, bank: Bank) -> None:
    for name, right in (("lee", 1), ("max", 2), ("pat", 3), ("kim", 0)):
        if name != "lee":
            ward.learner(name)
        ward.post_test(name, right)
    revise(bank, "q2", "b")
    with transaction(ward.sessions) as db:
        seen = preview_correction(db, bank.officer, bank.ids["q2"], ward.keys["activity"], bank.now)
    rows = {row.name: (row.change, int(row.before), int(row.after), int(row.alone)) for row in seen.changes}
    assert rows == {
        "Lee": (Change.PASS_GAINED, 1, 2, 2),
        "Kim": (Change.RAISED, 0, 1, 1),
        "Max": (Change.PASS_KEPT, 2, 2, 1),
        "Pat": (Change.POINTS_KEPT, 3, 3, 2),
    }
    assert (seen.untouched, passed(ward, "lee")) == (0, (1, False))


def test_a_correction_lets_pass_keeps_passes_and_sends_what_rose(ward: Ward, bank: Bank) -> None:
    ward.learner("max")
    ward.post_test("lee", 1)
    ward.post_test("max", 2)
    before = ward.states("max")
    revise(bank, "q2", "b")
    correct(bank, ward, "q2")
    assert (passed(ward, "lee"), passed(ward, "max")) == ((2, True), (2, True))
    assert [given for _, given in ward.states("lee")] == [33.33, 66.67]
    assert ward.states("max") == before


def test_it_stands_in_the_trail_without_names(ward: Ward, bank: Bank) -> None:
    ward.post_test("lee", 1)
    revise(bank, "q2", "b")
    correct(bank, ward, "q2")
    with transaction(ward.sessions) as db:
        (row, *_) = trail(db, bank.officer.provider_id, activity_id=ward.keys["activity"])
        participation = db.scalars(
            select(models.Participation.id).where(models.Participation.learner_id == ward.keys["lee"])
        ).one()
    assert (row.action, row.actor) == ("question.key_corrected", "Avery")
    assert row.detail["raised"] == [[participation, "1", "2"]]
    assert row.detail["key"][0]["correct"] == ["a"] and row.detail["key"][1]["correct"] == ["b"]
    assert "Lee" not in str(row.detail)


def test_new_learners_and_exports_have_the_corrected_key(ward: Ward, bank: Bank) -> None:
    revise(bank, "q2", "b")
    correct(bank, ward, "q2")
    with transaction(ward.sessions) as db:
        for number, expected in ((1, "a"), (2, "b")):
            test = activity_value(db, ward.keys["activity"], number).post_test
            assert test is not None and test.question("q2").correct == {expected}
        exported, _ = export_activity(db, bank.officer.provider_id, sample().key)
    assert exported.post_test is not None and exported.post_test.question("q2").rationale == "Corrected."


def test_once_is_enough(ward: Ward, bank: Bank) -> None:
    revise(bank, "q2", "b")
    correct(bank, ward, "q2")
    with transaction(ward.sessions) as db, pytest.raises(Conflict) as caught:
        preview_correction(db, bank.officer, bank.ids["q2"], ward.keys["activity"], bank.now)
    assert caught.value.code == "key_is_corrected"


def test_a_correction_of_a_correction_lowers_nobody(ward: Ward, bank: Bank) -> None:
    ward.post_test("lee", 1)
    revise(bank, "q2", "b")
    correct(bank, ward, "q2")
    revise(bank, "q2", "c", number=2)
    correct(bank, ward, "q2", number=3)
    assert passed(ward, "lee") == (2, True)


def test_what_was_not_previewed_is_not_applied(ward: Ward, bank: Bank) -> None:
    revise(bank, "q2", "b")
    with transaction(ward.sessions) as db, pytest.raises(Conflict, match="question_changed"):
        correct_key(db, bank.officer, bank.ids["q2"], ward.keys["activity"], 1, "why", bank.now)
    with transaction(ward.sessions) as db, pytest.raises(BadInput, match="reason_missing"):
        correct_key(db, bank.officer, bank.ids["q2"], ward.keys["activity"], 2, " \n", bank.now)


def test_who_may_not_approve_may_not_correct(ward: Ward, bank: Bank) -> None:
    revise(bank, "q2", "b")
    planner = officer(bank.officer.provider_id, bank.officer.person_id, [Capability.PLAN])
    with transaction(ward.sessions) as db:
        (found,) = correctable(db, planner, bank.ids["q2"])
        assert not found.may_correct
        for act in (
            lambda: preview_correction(db, planner, bank.ids["q2"], ward.keys["activity"], bank.now),
            lambda: correct_key(db, planner, bank.ids["q2"], ward.keys["activity"], 2, "why", bank.now),
        ):
            with pytest.raises(Forbidden):
                act()


def test_another_provider_sees_and_changes_nothing(ward: Ward, bank: Bank) -> None:
    revise(bank, "q2", "b")
    with transaction(ward.sessions) as db:
        for act in (
            lambda: correctable(db, bank.stranger, bank.ids["q2"]),
            lambda: preview_correction(db, bank.stranger, bank.ids["q2"], ward.keys["activity"], bank.now),
            lambda: correct_key(db, bank.stranger, bank.ids["q2"], ward.keys["activity"], 2, "why", bank.now),
        ):
            with pytest.raises(NotFound):
                act()


def test_changed_choices_are_never_a_correction(ward: Ward, bank: Bank) -> None:
    other = question("q2", QuestionKind.SINGLE, entries=entries("A", "X", "C"), correct=frozenset({"1"}))
    with transaction(bank.sessions) as db:
        revise_question(db, bank.officer, bank.ids["q2"], other, 1, "", bank.later())
        assert list(correctable(db, bank.officer, bank.ids["q2"])) == []
