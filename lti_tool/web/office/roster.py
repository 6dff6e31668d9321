"""The people of one activity: who has which role, and whether they may take it up."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.services.integrity import integrity
from lti_tool.services.person import find_people
from lti_tool.services.roster import RoleForm, add_role, change_role, remove_role
from lti_tool.services.subject import Subject, may_for, require_for, subject
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.disclosure.words import NATURES
from lti_tool.web.learner.information import HEADINGS
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import ROLES, STATUSES, fault_words, options, reason_words, summary
from lti_tool.web.office.frame import office_page

MAX_SEARCH = 100


def check_sight(work: OfficeWork, plan_id: str) -> Subject:
    """Planners and reviewers of an activity may see its people; gives the activity."""
    about = subject(work.db, work.officer.provider_id, plan_id)
    if not may_for(work.officer, about, Capability.REVIEW_DISCLOSURES):
        require_for(work.officer, about, Capability.PLAN)
    return about


def _roster_page(
    work: OfficeWork,
    plan_id: str,
    *,
    form: RoleForm | None = None,
    words: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    about = check_sight(work, plan_id)
    found = integrity(work.db, work.officer, plan_id, work.now, work.deps.settings.disclosure_months)
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    return office_page(
        "office/roster.html",
        work,
        status=status,
        found=found,
        form=form or RoleForm("", "", about.starts_on.isoformat() if about.is_dated else ""),
        faults=words or {},
        summary=summary(words or {}),
        search=search,
        candidates=find_people(work.db, work.officer, search) if search else [],
        roles=options(ROLES),
        role_words=ROLES,
        statuses=STATUSES,
        natures=NATURES,
        reason_words=reason_words,
        headings=HEADINGS,
        may_plan=may_for(work.officer, about, Capability.PLAN),
        may_review=may_for(work.officer, about, Capability.REVIEW_DISCLOSURES),
    )


@office_route(blueprint, "/activities/<plan_id>/people", None)
def roster(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Roles and statuses of one activity, what is unmet, and what learners will be told."""
    return _roster_page(work, plan_id)


def _read_role() -> RoleForm:
    sent = request.form
    return RoleForm(
        sent.get("person", ""), sent.get("role", ""), sent.get("starts_on", "")[:20], sent.get("ends_on", "")[:20]
    )


@office_route(blueprint, "/activities/<plan_id>/people", Capability.PLAN, ("POST",))
def roster_add(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Give somebody a role."""
    form = _read_role()
    try:
        add_role(work.db, work.officer, plan_id, form, work.now)
    except BadInput as error:
        return _roster_page(work, plan_id, form=form, words=fault_words(error.faults), status=422)
    except Conflict:
        words = {"role": _("This person has this role already.")}
        return _roster_page(work, plan_id, form=form, words=words, status=409)
    return redirect(url_for("office.roster", plan_id=plan_id), 303)


@office_route(blueprint, "/activities/<plan_id>/people/<role_id>", Capability.PLAN, ("POST",))
def roster_change(work: OfficeWork, plan_id: str, role_id: str) -> ResponseReturnValue:
    """Correct the days of a role."""
    form = _read_role()
    try:
        change_role(work.db, work.officer, plan_id, role_id, form, work.now)
    except BadInput as error:
        return _roster_page(work, plan_id, form=form, words=fault_words(error.faults), status=422)
    return redirect(url_for("office.roster", plan_id=plan_id), 303)


@office_route(blueprint, "/activities/<plan_id>/people/<role_id>/remove", Capability.PLAN, ("POST",))
def roster_remove(work: OfficeWork, plan_id: str, role_id: str) -> ResponseReturnValue:
    """Take a role away; what was decided stays on file."""
    remove_role(work.db, work.officer, plan_id, role_id, work.now)
    return redirect(url_for("office.roster", plan_id=plan_id), 303)
