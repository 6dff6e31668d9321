"""Working out credit: from programme time, words, recordings, pilot testers or a format's fixed amount."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.amount import Method, Working
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services.credit_office import WorkingForm, counted_formats, types_on, work_out
from lti_tool.services.working import keep_working, workings
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page

METHODS = {
    Method.SEGMENTS: lazy_gettext("Programme time without breaks"),
    Method.MERGENER: lazy_gettext("Words, questions and difficulty (Mergener)"),
    Method.MEDIA: lazy_gettext("Length of recordings"),
    Method.PILOT: lazy_gettext("Times of pilot testers"),
    Method.FORMAT: lazy_gettext("Fixed amount of a format"),
}
FAULT_WORDS = {
    "missing": lazy_gettext("Enter this."),
    "out_of_range": lazy_gettext("This is outside what is possible."),
    "not_a_number": lazy_gettext("Enter numbers."),
    "not_whole": lazy_gettext("Enter a whole number."),
    "too_few": lazy_gettext("Enter the times of three testers at least."),
    "counted_by_time": lazy_gettext("This format is counted by time."),
    "unknown": lazy_gettext("Choose from the list."),
}


@office_route(blueprint, "/calculator", Capability.PLAN)
def calculator(work: OfficeWork) -> ResponseReturnValue:
    return _page(work)


def _page(
    work: OfficeWork, working: Working | None = None, error: BadInput | None = None, status: int = 200
) -> Response:
    words = {field: str(FAULT_WORDS.get(code, code)) for field, code in error.faults.items()} if error else {}
    return office_page(
        "office/calculator.html",
        work,
        status=status,
        methods=[{"value": method.value, "label": label} for method, label in METHODS.items()],
        types=[{"value": one.code, "label": one.name} for one in types_on(work.now.date())],
        formats=[{"value": name, "label": name} for name in counted_formats(work.now.date())],
        kept=workings(work.db, work.officer),
        method_words={method.value: label for method, label in METHODS.items()},
        working=working,
        form=request.form,
        faults=words,
        summary=[{"field": field, "message": message} for field, message in words.items()],
        printed_amount=printed_amount,
    )


@office_route(blueprint, "/calculator", Capability.PLAN, ("POST",))
def calculate(work: OfficeWork) -> ResponseReturnValue:
    sent = request.form
    try:
        credit, working = work_out(
            WorkingForm(sent.get("method", ""), sent.get("credit_type", ""), sent.to_dict()), work.now
        )
    except BadInput as error:
        return _page(work, error=error, status=422)
    except NotFound:
        return _page(work, error=BadInput("working_unusable", faults={"credit_type": "unknown"}), status=422)
    if sent.get("keep") == "yes" and sent.get("activity_key", "").strip():
        keep_working(work.db, work.officer, sent["activity_key"].strip(), credit, working, work.now)
    return _page(work, working)
