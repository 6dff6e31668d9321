"""Whatever happens in whatever order: the gates hold, and what was done stays done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lti_tool.domain.activity import Activity, Requirement, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import Refused
from lti_tool.domain.pathway import attempt_blockers, require, standing
from lti_tool.domain.record import Acknowledgement, Record, Study
from lti_tool.domain.standing import StepState
from tests.unit.lti_tool.domain.builders import ALL_REQUIRED, CLAIM, CONTENT, NOW, POST_TEST, activity, attempt

GATES = tuple(ALL_REQUIRED)
TEXTS = ("a" * 64, "b" * 64)


class Learner(RuleBasedStateMachine):
    """A learner (and an LMS that sends facts in any order) against one activity.

    ``done`` is kept independently of the pathway: what the rules say is achieved, in the test's own words.
    """

    activity: Activity

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()
        self.now = NOW
        self.text = TEXTS[0]
        self.coverage = Decimal(0)
        self.opened: set[str] = set()
        self.seconds = 0
        self.has_finished = self.has_evaluated = self.has_taken_pre_test = self.has_passed = False
        self.acknowledged: set[str] = set()
        self.text_at_claim = ""
        self.steps_done: set[Step] = set()

    @initialize(required=st.dictionaries(st.sampled_from(GATES), st.sampled_from(Requirement)))
    def publish(self, required: dict[Step, Requirement]) -> None:
        post = replace(POST_TEST, attempts=None)
        self.activity = activity(requirements={**ALL_REQUIRED, **required}, post_test=post)

    def achieved(self) -> dict[Step, bool]:
        is_studied = self.opened == {"page", "film"} and self.coverage >= Decimal("0.9") and self.seconds >= 600
        return {
            Step.INFORMATION: self.text in self.acknowledged,
            Step.PRE_TEST: self.has_taken_pre_test,
            Step.CONTENT: self.has_finished and is_studied,
            Step.POST_TEST: self.has_passed,
            Step.EVALUATION: self.has_evaluated,
        }

    @rule()
    def acknowledge(self) -> None:
        self.acknowledged.add(self.text)
        facts = (*self.record.acknowledgements, Acknowledgement(self.text, self.now))
        self.record = replace(self.record, acknowledgements=facts)

    @rule(right=st.integers(0, 3), kind=st.sampled_from(TestKind), is_open=st.booleans())
    def attempt(self, right: int, kind: TestKind, is_open: bool) -> None:
        made = attempt(kind, right, number=len(self.record.attempts_at(kind)) + 1, is_open=is_open, at=self.now)
        self.record = replace(self.record, attempts=(*self.record.attempts, made))
        if not is_open:
            self.has_taken_pre_test |= kind is TestKind.PRE
            self.has_passed |= kind is TestKind.POST and right >= 2

    @rule(item=st.sampled_from([item.key for item in CONTENT.items]), seconds=st.sampled_from([0, 1, 299, 300, 600]))
    def study(self, item: str, seconds: int) -> None:
        self.opened.add(item)
        self.seconds += seconds
        before = self.record.studies.get(item, Study(item))
        if item == "film":
            self.coverage = min(Decimal(1), self.coverage + Decimal("0.45"))
        coverage = self.coverage if item == "film" else Decimal(0)
        after = Study(item, before.seconds + seconds, coverage, before.first_opened_at or self.now)
        self.record = replace(self.record, studies={**self.record.studies, item: after})

    @rule()
    def finish(self) -> None:
        self.has_finished = True
        self.record = replace(self.record, content_finished_at=self.now)

    @rule()
    def evaluate(self) -> None:
        self.has_evaluated = True
        self.record = replace(self.record, evaluated_at=self.now)

    @rule()
    def study_everything(self) -> None:
        for _ in range(2):
            self.study("film", 300)
            self.study("page", 300)
        self.finish()

    @rule()
    def pass_everything(self) -> None:
        for kind in TestKind:
            self.attempt(3, kind, is_open=False)
        self.evaluate()

    @precondition(lambda self: not self.record.claims)
    @rule()
    def change_the_disclosure(self) -> None:
        self.text = TEXTS[1 - TEXTS.index(self.text)]
        self.steps_done.discard(Step.INFORMATION)

    @rule(days=st.integers(0, 120))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @precondition(lambda self: not self.record.claims)
    @rule()
    def claim(self) -> None:
        """ACCME Standard 3.5, AMA PRA (rules 1.3): no credit before every required step, none after expiry."""
        missing = {
            step
            for step, is_achieved in self.achieved().items()
            if self.activity.requirement(step) is Requirement.REQUIRED and not is_achieved
        }
        is_late = self.now >= self.activity.closes_at
        found = standing(self.activity, self.record, self.text, self.now)
        try:
            require(found, Step.CLAIM)
        except Refused as refusal:
            named = {blocker.step for blocker in refusal.facts["blockers"] if blocker.step}
            assert named == missing
            assert missing or is_late
        else:
            assert not missing
            assert not is_late
            self.record = replace(self.record, claims=(CLAIM,))

    @invariant()
    def what_was_done_stays_done(self) -> None:
        if not hasattr(self, "activity"):
            return
        found = standing(self.activity, self.record, self.text, self.now)
        done = {step.step for step in found.steps if step.state is StepState.DONE}
        assert done >= self.steps_done
        self.steps_done = done

    @invariant()
    def steps_agree_with_the_facts(self) -> None:
        if not hasattr(self, "activity"):
            return
        found = standing(self.activity, self.record, self.text, self.now)
        for step, is_achieved in self.achieved().items():
            assert found.is_done(step) is (is_achieved and step in self.activity.steps)
        for each in found.steps:
            assert each.state is not StepState.LOCKED or each.blockers
            assert each.state is not StepState.OPEN or not each.blockers

    @invariant()
    def no_attempt_starts_after_a_pass(self) -> None:
        if self.has_passed and self.record.open_attempt(TestKind.POST) is None:
            assert attempt_blockers(self.activity, self.record, TestKind.POST, self.now)


Learner.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLearner = Learner.TestCase
