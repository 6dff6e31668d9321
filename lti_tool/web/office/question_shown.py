"""Questions of the bank as learners will see them: to be answered, and with their key."""

from __future__ import annotations

from flask import url_for

from lti_tool.domain.assessment import Question, QuestionKind, Test, TestKind
from lti_tool.domain.draw import draw_form
from lti_tool.domain.question import BankQuestion, as_question
from lti_tool.web.learner.questions import ShownQuestion, Typed, question_revealed, question_to_answer


def picture_url(name: str) -> str:
    """Address of a picture of the bank within the present session."""
    return url_for("office.question_picture", name=name)


def _asked(bank: BankQuestion) -> Question:
    return as_question(bank, "", references=bank.references)


def _right_answer(question: Question) -> dict[str, object]:
    match question.kind:
        case QuestionKind.MATCHING:
            return {question.key: dict(question.pairs)}
        case QuestionKind.ORDERING:
            return {question.key: tuple(entry.key for entry in question.entries)}
        case QuestionKind.NUMERIC:
            return {question.key: f"{question.number:f}"} if question.number is not None else {}
        case QuestionKind.MULTIPLE:
            return {question.key: tuple(sorted(question.correct))}
        case _:
            return {question.key: next(iter(question.correct), "")}


def question_as_asked(bank: BankQuestion) -> ShownQuestion:
    """As it stands in a test."""
    question = _asked(bank)
    (item,) = draw_form(Test(TestKind.PRE, (question,)), seed=1)
    return question_to_answer(question, item, 1, 1, Typed({}), picture_url)


def question_as_revealed(bank: BankQuestion) -> ShownQuestion:
    """As it is shown after passing, answered right."""
    question = _asked(bank)
    (item,) = draw_form(Test(TestKind.PRE, (question,)), seed=1)
    return question_revealed(question, item, 1, 1, _right_answer(question), {}, picture_url)  # type: ignore[arg-type]
