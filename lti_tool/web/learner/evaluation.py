"""The evaluation form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import EvaluationBlock, evaluation_blocks, read_evaluation
from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import MAX_TEXT, EvaluationAnswer, EvaluationItem, ItemKind
from lti_tool.services.contact import asks_later, contact_faults, keep_contact, suggested_contact
from lti_tool.services.evaluation import evaluation as evaluation_for
from lti_tool.services.evaluation import evaluation_of, submit_evaluation
from lti_tool.services.participation import Progress
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.frame import learner_page

WRITTEN = frozenset({ItemKind.TEXT, ItemKind.COMMITMENT})


def _error(item: EvaluationItem, fault: str) -> str:
    if fault == "too_long":
        return str(_("This is too long. At most %(limit)s characters fit.", limit=MAX_TEXT))
    if fault == "required":
        return str(_("Write something here.") if item.kind in WRITTEN else _("Answer this question."))
    return str(_("This answer is not possible. Choose again."))


def _row(
    block: EvaluationBlock, number: int, answers: Mapping[str, EvaluationAnswer], faults: Mapping[str, str]
) -> dict[str, Any]:
    errors = {item.key: _error(item, faults[item.key]) for item in block.items if item.key in faults}
    return {
        "block": block,
        "number": number,
        "answers": answers,
        "error": next(iter(errors.values()), None),
        "options": [{"value": entry.key, "label": entry.text} for entry in block.items[0].choices],
    }


def _form_page(
    work: Work,
    here: Progress,
    answers: Mapping[str, EvaluationAnswer],
    faults: Mapping[str, str],
    status: int = 200,
    email: str | None = None,
) -> Response:
    form = evaluation_of(here.activity)
    blocks = evaluation_blocks(form.items)
    summary = [
        {"field": block.anchor(item), "message": f"{item.text} {_error(item, faults[item.key])}"}
        for block in blocks
        for item in block.items
        if item.key in faults
    ]
    if "email" in faults:
        summary.append({"field": "email", "message": _email_fault()})
    return learner_page(
        "learner/evaluation.html",
        work,
        here,
        Step.EVALUATION,
        status=status,
        rows=[_row(block, number, answers, faults) for number, block in enumerate(blocks, start=1)],
        is_anonymous=form.is_anonymous,
        faults=summary,
        max_text=MAX_TEXT,
        asks_later=asks_later(form) and work.deps.settings.has_mail and not here.is_trial,
        email=suggested_contact(work.db, work.visit, work.deps.sealer) if email is None else email,
        email_error=_email_fault() if "email" in faults else None,
    )


def _email_fault() -> str:
    return str(_("Enter an e-mail address such as name@example.org"))


@route(blueprint, "/evaluation", Access.LEARNER)
def evaluation(work: Work) -> ResponseReturnValue:
    here = evaluation_for(work.db, work.visit, work.now)
    if here.record.evaluated_at is not None:
        is_anonymous = evaluation_of(here.activity).is_anonymous
        return learner_page("learner/evaluated.html", work, here, Step.EVALUATION, is_anonymous=is_anonymous)
    return _form_page(work, here, {}, {})


def _submit(work: Work, here: Progress, given: Mapping[str, EvaluationAnswer], email: str) -> None:
    """Both or nothing. Raises ``BadInput`` with the faults of both."""
    is_asked = here.record.evaluated_at is None and asks_later(evaluation_of(here.activity))
    try:
        submit_evaluation(work.db, work.visit, given, work.now)
    except BadInput as wrong:
        faults = dict(wrong.faults) | (contact_faults(email) if is_asked else {})
        raise BadInput(wrong.code, faults=faults) from wrong
    if is_asked:
        keep_contact(work.db, work.visit, email, work.deps.sealer, work.now)


@route(blueprint, "/evaluation", Access.LEARNER, ("POST",))
def answer_evaluation(work: Work) -> ResponseReturnValue:
    here = evaluation_for(work.db, work.visit, work.now)
    given = read_evaluation(request.form.to_dict(flat=False), evaluation_of(here.activity).items)
    email = request.form.get("email", "")[:255]
    try:
        with work.db.begin_nested():
            _submit(work, here, given, email)
    except BadInput as wrong:
        return _form_page(work, here, given, wrong.faults, status=422, email=email)
    return redirect(url_for("learner.evaluation"), 303)
