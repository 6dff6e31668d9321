"""Correcting a key: whose result changes, before it changes, and then the deed."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import BankQuestion
from lti_tool.services.key_correction import Change, CorrectionPreview, correct_key, preview_correction
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.question_form import whole_number
from lti_tool.web.office.question_shown import question_as_revealed
from lti_tool.web.office.question_words import CHANGE_TONES, CHANGE_WORDS, FAULT_WORDS

COLUMNS = (
    {"key": "name", "label": lazy_gettext("Learner")},
    {"key": "before", "label": lazy_gettext("Points now"), "kind": "number"},
    {"key": "alone", "label": lazy_gettext("By the corrected key alone"), "kind": "number"},
    {"key": "after", "label": lazy_gettext("Points afterwards"), "kind": "number"},
    {"key": "change", "label": lazy_gettext("What changes")},
)
SHOWN = 500


def _page(
    work: OfficeWork, seen: CorrectionPreview, *, status: int = 200, error: str = "", is_done: bool = False
) -> Response:
    return office_page(
        "office/key_correction.html",
        work,
        status=status,
        seen=seen,
        former=question_as_revealed(BankQuestion(seen.former)),
        corrected=question_as_revealed(seen.opened.bank),
        columns=COLUMNS,
        shown=SHOWN,
        changes=Change,
        change_words=CHANGE_WORDS,
        change_tones=CHANGE_TONES,
        reason=request.form.get("reason", "")[:500],
        error=error,
        faults=[{"field": "reason", "message": error}] if error else [],
        is_done=is_done,
    )


@office_route(blueprint, "/questions/<question_id>/correct/<activity_id>", Capability.APPROVE)
def key_correction(work: OfficeWork, question_id: str, activity_id: str) -> ResponseReturnValue:
    return _page(work, preview_correction(work.db, work.officer, question_id, activity_id, work.now))


@office_route(blueprint, "/questions/<question_id>/correct/<activity_id>", Capability.APPROVE, ("POST",))
def key_correction_apply(work: OfficeWork, question_id: str, activity_id: str) -> ResponseReturnValue:
    number = whole_number(request.form.get("number", ""))
    reason = request.form.get("reason", "")
    try:
        done = correct_key(work.db, work.officer, question_id, activity_id, number, reason, work.now)
    except BadInput as fault:
        if fault.code != "reason_missing":
            raise
        seen = preview_correction(work.db, work.officer, question_id, activity_id, work.now)
        return _page(work, seen, status=422, error=str(FAULT_WORDS["reason_missing"]))
    return _page(work, done, is_done=True)
