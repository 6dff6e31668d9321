"""A small but complete activity, and the facts of a learner, to be varied by each test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lti_tool.domain.activity import (
    AccreditedProvider,
    Activity,
    Content,
    ContentItem,
    ContentKind,
    LearningFormat,
    Level,
    Objective,
    PersonInControl,
    PersonRole,
    Requirement,
    Signatory,
    Step,
)
from lti_tool.domain.assessment import Answer, Entry, FormItem, Question, QuestionKind, Test, TestKind
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.evaluation import Evaluation, EvaluationItem, Family, ItemKind
from lti_tool.domain.record import Acknowledgement, Attempt, Claim, Record, Study

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FINGERPRINT = "f" * 64
AMA = "ama-pra-category-1"
ALL_REQUIRED = dict.fromkeys(
    (Step.INFORMATION, Step.PRE_TEST, Step.CONTENT, Step.POST_TEST, Step.EVALUATION), Requirement.REQUIRED
)


def entries(*keys: str) -> tuple[Entry, ...]:
    return tuple(Entry(key, key.upper()) for key in keys)


def single(key: str, right: str = "a") -> Question:
    return Question(key, QuestionKind.SINGLE, f"Which? {key}", entries("a", "b", "c"), correct=frozenset({right}))


PROVIDER = AccreditedProvider("Example Medical School", "cme@school.example", Signatory("Dr. A. Dean", "Dean"))
PERSON = PersonInControl("lee", "Sam Lee", "MD", "Example Medical School", (PersonRole.FACULTY,))
CONTENT = Content(
    (
        ContentItem("page", ContentKind.PAGE, "Page", body="Read."),
        ContentItem("film", ContentKind.VIDEO, "Film", file="film.mp4", minimum_coverage=Decimal("0.9")),
    ),
    minimum_minutes=10,
)
PRE_TEST = Test(TestKind.PRE, (single("p1"),))
POST_TEST = Test(TestKind.POST, (single("q1"), single("q2"), single("q3")), pass_mark=2, attempts=3)
SCALE = entries("1", "2", "3")
EVALUATION = Evaluation(
    (
        EvaluationItem("fair", ItemKind.CHOICE, "Free of bias?", Family.BIAS, choices=entries("yes", "no")),
        EvaluationItem("met", ItemKind.RATING, "Objective met?", Family.OBJECTIVES, "o1", SCALE),
        EvaluationItem("change", ItemKind.MULTIPLE, "What will you change?", Family.INTENT, choices=SCALE),
        EvaluationItem("more", ItemKind.TEXT, "Anything else?", is_required=False),
    )
)


def activity(**changes: Any) -> Activity:
    """An enduring material of one credit with every step required."""
    made = Activity(
        key="hypertension",
        title="Hypertension in the Elderly",
        language="en",
        format=LearningFormat.ENDURING,
        provider=PROVIDER,
        description="What to do.",
        audience="Family physicians.",
        estimated_minutes=60,
        designated_on=date(2025, 12, 1),
        released_on=date(2026, 1, 1),
        reviewed_on=date(2025, 12, 1),
        expires_on=date(2026, 12, 31),
        objectives=(Objective("o1", "Choose a target.", Level.COMPETENCE),),
        people=(PERSON,),
        credits=(CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),),
        requirements=ALL_REQUIRED,
        content=CONTENT,
        pre_test=PRE_TEST,
        post_test=POST_TEST,
        evaluation=EVALUATION,
    )
    return replace(made, **changes)


def attempt(
    kind: TestKind = TestKind.POST,
    right: int = 3,
    *,
    number: int = 1,
    is_open: bool = False,
    at: datetime = NOW - timedelta(minutes=30),
) -> Attempt:
    """An attempt at the sample's test with the first ``right`` questions answered right and the rest wrong."""
    test = POST_TEST if kind is TestKind.POST else PRE_TEST
    form = tuple(FormItem(question.key, ("a", "b", "c")) for question in test.questions)
    answers: dict[str, Answer] = {item.question: "a" if index < right else "b" for index, item in enumerate(form)}
    return Attempt(f"{kind}-{number}", kind, number, form, at, answers, None if is_open else at)


STUDIED = {
    "page": Study("page", 300, first_opened_at=NOW),
    "film": Study("film", 300, Decimal("0.95"), first_opened_at=NOW),
}
CLAIM = Claim(AMA, Decimal("1.00"), is_awarded=True, at=NOW)


def record(**changes: Any) -> Record:
    """The facts of a learner who has done everything but the claim."""
    made = Record(
        acknowledgements=(Acknowledgement(FINGERPRINT, NOW),),
        attempts=(attempt(TestKind.PRE, right=1), attempt(TestKind.POST)),
        studies=STUDIED,
        content_finished_at=NOW,
        evaluated_at=NOW,
    )
    return replace(made, **changes)
