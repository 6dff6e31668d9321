"""Cases and polls as pages show them: the question, and after the answer its rationale and what peers chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from lti_tool.domain.activity import ContentItem
from lti_tool.domain.assessment import Answer, Question, QuestionKind, choices_of
from lti_tool.domain.response import CHOSEN, MINIMUM_PEERS, OTHER, RIGHT, Tally, form_of, is_case
from lti_tool.web.learner.questions import (
    ShownQuestion,
    Typed,
    question_answered,
    question_revealed,
    question_to_answer,
)


@dataclass(frozen=True, slots=True)
class TallyRow:
    """One line of a tally; ``percent`` of all who answered."""

    text: str
    count: int
    percent: int
    is_marked: bool


@dataclass(frozen=True, slots=True)
class ResponseFace:
    """For ``learner/response.html``. ``peers`` are ``None`` before the answer, and while too few have answered."""

    question: ShownQuestion
    is_case: bool
    is_required: bool
    is_answered: bool
    peers: Tally | None
    rows: tuple[TallyRow, ...]
    least: int = MINIMUM_PEERS


def tally_rows(question: Question, found: Tally, marked: Answer = ()) -> tuple[TallyRow, ...]:
    """A tally with its words. ``marked``: the choices of this answer are."""
    words = {RIGHT: str(_("The right answer")), OTHER: str(_("Another answer"))}
    if question.kind is QuestionKind.TRUE_FALSE:
        words = {"true": str(_("True")), "false": str(_("False"))}
    elif question.kind in CHOSEN:
        words = {entry.key: entry.text for entry in choices_of(question)}
    keys = (marked,) if isinstance(marked, str) else tuple(marked)
    has_choices = question.kind in CHOSEN
    return tuple(
        TallyRow(words[one.key], one.count, one.percent, has_choices and one.key in keys) for one in found.choices
    )


def _shown(item: ContentItem, question: Question, answer: Answer | None, citations: Mapping[str, str]) -> ShownQuestion:
    answers = {question.key: answer} if answer is not None else {}
    if is_case(item):
        return question_revealed(question, form_of(question), 0, 0, answers, citations)
    return question_answered(question, form_of(question), answers)


def response_face(
    item: ContentItem, answer: Answer | None, peers: Tally | None, citations: Mapping[str, str], typed: Typed | None
) -> ResponseFace | None:
    """``None`` for an item that asks nothing. ``typed``: what was posted and could not be kept."""
    question = item.question
    if question is None:
        return None
    is_answered = answer is not None
    shown = (
        _shown(item, question, answer, citations)
        if is_answered
        else question_to_answer(question, form_of(question), 0, 0, typed or Typed({}))
    )
    rows = tally_rows(question, peers, answer or ()) if peers is not None else ()
    return ResponseFace(shown, is_case(item), item.is_required, is_answered, peers, rows)
