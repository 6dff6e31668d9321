"""Pre-test and post-test: start, answer, save, submit, result."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.record import Attempt
from lti_tool.services.answers import TABS, Saved
from lti_tool.services.assessment import (
    Outcome,
    Sitting,
    Submission,
    save_answers,
    sitting,
    start_attempt,
    step_of,
    submit_attempt,
)
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.answer_form import field_of, read_sheet
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.learner.questions import Typed, question_revealed, question_to_answer
from lti_tool.web.messages import blocker_rows, step_address

TESTS = "<any('pre-test','post-test'):test>"
SUBMIT, SUBMIT_ANYWAY = "submit", "submit_anyway"


def _points(value: Decimal) -> str:
    return str(format_decimal(value.quantize(Decimal("0.01")).normalize()))


def fault_texts(faults: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an answer, by question."""
    words = {
        "order_incomplete": _("Give every line a place of its own."),
        "unanswered": _("This question is not answered yet."),
    }
    return {key: words.get(code, _("This answer could not be read. Check it.")) for key, code in faults.items()}


def _numbers(attempt: Attempt) -> dict[str, int]:
    return {item.question: number for number, item in enumerate(attempt.form, start=1)}


def _summary(attempt: Attempt, errors: Mapping[str, str]) -> list[dict[str, str]]:
    numbers = _numbers(attempt)
    return [
        {"field": field_of(key), "message": _("Question %(number)s: %(fault)s", number=numbers[key], fault=text)}
        for key, text in errors.items()
    ]


def _form_page(
    work: Work, found: Sitting, attempt: Attempt, *, status: int = 200, typed: Typed | None = None, **values: Any
) -> Response:
    typed = typed or Typed(attempt.answers)
    total = len(attempt.form)
    questions = [
        question_to_answer(found.test.question(item.question), item, number, total, typed)
        for number, item in enumerate(attempt.form, start=1)
    ]
    return learner_page(
        "learner/attempt.html",
        work,
        found.progress,
        step_of(found.test.kind),
        status=status,
        sitting=found,
        attempt=attempt,
        questions=questions,
        tab=secrets.randbelow(TABS),
        minutes_left=max(0, -(-int((found.ends_at - work.now).total_seconds()) // 60)) if found.ends_at else 0,
        kind=found.test.kind.value,
        **values,
    )


def _attempt_row(found: Sitting, attempt: Attempt) -> dict[str, Any]:
    result = found.result(attempt)
    return {"attempt": attempt, "result": result, "points": _points(result.points)}


def _chosen(found: Sitting) -> Attempt | None:
    """The attempt that the page shows: the one asked for, else the last."""
    wanted = request.args.get("attempt", "")
    if not wanted:
        return found.submitted[-1] if found.submitted else None
    for attempt in found.submitted:
        if str(attempt.number) == wanted:
            return attempt
    raise NotFound("attempt_unknown")


def _result_page(work: Work, found: Sitting) -> Response:
    chosen = _chosen(found)
    review = []
    if chosen is not None and found.may_reveal:
        review = [
            question_revealed(
                found.test.question(item.question),
                item,
                number,
                len(chosen.form),
                chosen.answers,
                found.progress.activity.references,
            )
            for number, item in enumerate(chosen.form, start=1)
        ]
    return learner_page(
        "learner/test.html",
        work,
        found.progress,
        step_of(found.test.kind),
        sitting=found,
        kind=found.test.kind.value,
        chosen=_attempt_row(found, chosen) if chosen else None,
        minutes_allowed=_minutes_allowed(found),
        rows=[_attempt_row(found, attempt) for attempt in found.submitted],
        review=review,
        blockers=blocker_rows(found.blockers),
        blocker_codes={blocker.code for blocker in found.blockers},
    )


def _minutes_allowed(found: Sitting) -> int:
    """0 without a limit."""
    limit = found.test.time_limit_minutes
    return limit + found.progress.record.extra_minutes if limit else 0


def _test_page(work: Work, kind: TestKind) -> Response:
    found = sitting(work.db, work.visit, kind, work.now)
    return _form_page(work, found, found.attempt) if found.attempt else _result_page(work, found)


@route(blueprint, "/pre-test", Access.LEARNER)
def pre_test(work: Work) -> ResponseReturnValue:
    return _test_page(work, TestKind.PRE)


@route(blueprint, "/post-test", Access.LEARNER)
def post_test(work: Work) -> ResponseReturnValue:
    return _test_page(work, TestKind.POST)


@route(blueprint, f"/{TESTS}/start", Access.LEARNER, ("POST",))
def start_test(work: Work, test: str) -> ResponseReturnValue:
    kind = TestKind(test)
    try:
        start_attempt(work.db, work.visit, kind, work.now)
    except Refused as refused:
        if refused.code != "attempt_refused":
            raise
        response = _test_page(work, kind)
        response.status_code = 409
        return response
    return redirect(step_address(step_of(kind)), 303)


def _fields() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


@route(blueprint, f"/{TESTS}/attempts/<attempt_id>/answers", Access.LEARNER, ("POST",))
def autosave(work: Work, test: str, attempt_id: str) -> ResponseReturnValue:
    """What ``autosave.mjs`` sends. 200 {"revision"}; 409 another tab is newer; 422 an answer that cannot be."""
    read = partial(read_sheet, _fields())
    saved = save_answers(work.db, work.visit, TestKind(test), attempt_id, read, work.now)
    if saved.stale:
        return jsonify(stale=len(saved.stale)), 409
    if saved.faults:
        return jsonify(faults=dict(saved.faults), revision=saved.revision), 422
    return jsonify(revision=saved.revision)


@route(blueprint, f"/{TESTS}/attempts/<attempt_id>", Access.LEARNER, ("POST",))
def answer_test(work: Work, test: str, attempt_id: str) -> ResponseReturnValue:
    """The form's own buttons: save and continue later, or submit."""
    kind, read = TestKind(test), partial(read_sheet, _fields())
    action = request.form.get("action", "")
    if action not in (SUBMIT, SUBMIT_ANYWAY):
        return _saved(work, kind, save_answers(work.db, work.visit, kind, attempt_id, read, work.now))
    is_confirmed = action == SUBMIT_ANYWAY
    done = submit_attempt(work.db, work.visit, kind, attempt_id, read, work.now, is_confirmed=is_confirmed)
    if done.outcome in (Outcome.SUBMITTED, Outcome.ALREADY):
        return redirect(step_address(step_of(kind)), 303)
    return _not_yet(work, kind, done)


def _saved(work: Work, kind: TestKind, saved: Saved) -> ResponseReturnValue:
    if saved.stale or saved.faults:
        return _again(work, kind, saved)
    return redirect(url_for(f"learner.{kind.value.replace('-', '_')}", saved=1), 303)


def _again(work: Work, kind: TestKind, saved: Saved) -> Response:
    """The form once more: merged with the other tab's answers, or with what was typed and could not be kept."""
    found = sitting(work.db, work.visit, kind, work.now)
    attempt = found.attempt
    if attempt is None:
        raise BadInput("attempt_closed")
    if saved.stale:
        return _form_page(work, found, attempt, status=409, stale=[_numbers(attempt)[key] for key in saved.stale])
    errors = fault_texts(saved.faults)
    typed = Typed(attempt.answers, _fields(), errors)
    return _form_page(work, found, attempt, status=422, typed=typed, faults=_summary(attempt, errors))


def _not_yet(work: Work, kind: TestKind, done: Submission) -> ResponseReturnValue:
    assert done.saved is not None  # noqa: S101 - narrows the type
    if done.outcome is not Outcome.UNANSWERED:
        return _again(work, kind, done.saved)
    found = sitting(work.db, work.visit, kind, work.now)
    assert found.attempt is not None  # noqa: S101 - narrows the type
    errors = dict.fromkeys(done.unanswered, _("not answered yet"))
    return _form_page(
        work,
        found,
        found.attempt,
        status=422,
        typed=Typed(
            found.attempt.answers, None, dict.fromkeys(done.unanswered, _("This question is not answered yet."))
        ),
        faults=_summary(found.attempt, errors),
        unanswered=len(done.unanswered),
    )
