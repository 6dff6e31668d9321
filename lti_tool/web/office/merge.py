"""Two identities of one person in the office: find, look at both, confirm, take back."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput, CmeError, Refused
from lti_tool.services.merge import Confirmed, merge_learners, undo_merge
from lti_tool.services.merge_preview import find_learners, merge_preview, past_merges, same_address
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.messages import EXPLANATIONS, explain
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page

MAX_SEARCH = 100
EXPLANATIONS["learner_unknown"] = (
    lazy_gettext("There is no such learner here"),
    lazy_gettext("Go back to the list and choose again."),
)
EXPLANATIONS["merge_unknown"] = (
    lazy_gettext("There is no such merge here"),
    lazy_gettext("Go back to the list and choose again."),
)
EXPLANATIONS["merge_of_one"] = (
    lazy_gettext("These are the same record"),
    lazy_gettext("Nothing was changed. Choose two different records."),
)
EXPLANATIONS["merged_already"] = (
    lazy_gettext("One of the records belongs to another person already"),
    lazy_gettext("Nothing was changed. Search again: merged records are shown by the one that stays."),
)
EXPLANATIONS["merge_of_staff"] = (
    lazy_gettext("This person works in the office under that identity"),
    lazy_gettext("Nothing was changed. Keep that record and take the other one in, or end its grants first."),
)
EXPLANATIONS["merge_loses_progress"] = (
    lazy_gettext("Steps that were done would be lost"),
    lazy_gettext(
        "Nothing was changed. In an activity without credit the record that is taken in is further. Keep the other "
        "record, or let the learner claim first."
    ),
)
EXPLANATIONS["merge_settled"] = (
    lazy_gettext("This merge can no longer be undone"),
    lazy_gettext(
        "Nothing was changed. Credit was ended by it or entered after it, another merge followed, or it was undone "
        "before. Correct the credit itself instead."
    ),
)


@office_route(blueprint, "/merges", Capability.OVERRIDE_CLAIMS)
def merges(work: OfficeWork) -> ResponseReturnValue:
    """Search for two records of one person, those with one address, and what was merged."""
    return _list_page(work)


def _list_page(work: OfficeWork, *, status: int = 200, error: CmeError | None = None) -> Response:
    work.officer.require_everywhere(Capability.OVERRIDE_CLAIMS)
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    provider_id = work.officer.provider_id
    return office_page(
        "office/merges.html",
        work,
        status=status,
        search=search,
        found=find_learners(work.db, provider_id, search),
        alike=same_address(work.db, provider_id),
        past=past_merges(work.db, provider_id),
        error=explain(error) if error else None,
    )


@office_route(blueprint, "/merges/preview", Capability.OVERRIDE_CLAIMS)
def merge_records(work: OfficeWork) -> ResponseReturnValue:
    """Both records beside each other, and what would become of them."""
    return _preview_page(work, request.args.get("keep", ""), request.args.get("take", ""))


def _preview_page(work: OfficeWork, kept_id: str, absorbed_id: str, error: CmeError | None = None) -> Response:
    work.officer.require_everywhere(Capability.OVERRIDE_CLAIMS)
    try:
        found = merge_preview(work.db, work.officer.provider_id, kept_id, absorbed_id, work.now)
    except Refused as refused:
        return _list_page(work, status=422, error=refused)
    is_reason = isinstance(error, BadInput)
    words = _("Say how you know that both are one person.") if is_reason else explain(error).title if error else ""
    return office_page(
        "office/merge_preview.html",
        work,
        status=422 if error else 200,
        preview=found,
        reason=request.form.get("reason", ""),
        faults=[{"field": "reason" if is_reason else None, "message": words}] if error else [],
        reason_error=words if is_reason else None,
        printed_amount=printed_amount,
    )


@office_route(blueprint, "/merges/preview", Capability.OVERRIDE_CLAIMS, ("POST",))
def confirm_merge(work: OfficeWork) -> ResponseReturnValue:
    """The match is confirmed: both are one person from now on."""
    work.officer.require_everywhere(Capability.OVERRIDE_CLAIMS)
    kept_id, absorbed_id = request.form.get("keep", ""), request.form.get("take", "")
    actor = f"officer:{work.officer.person_id}"
    confirmed = Confirmed(work.officer, actor, request.form.get("reason", ""))
    try:
        with work.db.begin_nested():
            merge_learners(work.db, confirmed, kept_id, absorbed_id, verification_link, work.now)
    except (BadInput, Refused) as error:
        return _preview_page(work, kept_id, absorbed_id, error)
    return redirect(url_for("office.merges", merged=1), 303)


@office_route(blueprint, "/merges/<merge_id>/undo", Capability.OVERRIDE_CLAIMS, ("POST",))
def unmerge(work: OfficeWork, merge_id: str) -> ResponseReturnValue:
    """Two records again."""
    work.officer.require_everywhere(Capability.OVERRIDE_CLAIMS)
    try:
        with work.db.begin_nested():
            undo_merge(work.db, work.officer, merge_id, request.form.get("reason", ""), work.now)
    except (BadInput, Refused) as error:
        return _list_page(work, status=422, error=error)
    return redirect(url_for("office.merges", undone=1), 303)
