"""Review, approval, publishing and the end; change requests; copies; history; the file to take away."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, CmeError, Conflict, NotFound, Refused
from lti_tool.domain.plan import Act, possible_acts
from lti_tool.services.activity_file import write_activity_file
from lti_tool.services.plan.approval import NEEDED, act_on
from lti_tool.services.plan.begin import copy_plan
from lti_tool.services.plan.change import (
    OPEN_TO_CHANGE,
    apply_change,
    difference,
    open_change,
    past_changes,
    withdraw_change,
)
from lti_tool.services.plan.listing import history
from lti_tool.services.plan.powers import abilities
from lti_tool.services.plan.preview import complete_activity
from lti_tool.services.plan.work import Plan
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.messages import explain
from lti_tool.web.office import blueprint
from lti_tool.web.office.plan_frame import change_rows, plan_of, plan_page
from lti_tool.web.office.plan_words import (
    ACT_KINDS,
    ACT_WORDS,
    BEHOLDER_WORDS,
    CHANGE_WORDS,
    HISTORY_WORDS,
    fault_rows,
)
from lti_tool.web.page import page_number

NOTED = frozenset({Act.RETURN, Act.APPROVE})
"""Acts that may carry a note to the authors."""


def _acts(found: Plan, powers: frozenset[Capability]) -> list[dict[str, Any]]:
    """What the server would let this person do now."""
    if found.change is not None:
        return []
    return [
        {"act": act.value, "label": ACT_WORDS[act], "kind": ACT_KINDS.get(act, "primary"), "note": act in NOTED}
        for act in possible_acts(found.state)
        if NEEDED[act] in powers
    ]


def _facts(found: Plan) -> list[tuple[str, str]]:
    designated = found.days.designated
    return [
        (_("Key"), found.key),
        (_("Designated"), format_date(designated) if designated else _("not yet")),
        (_("Release"), str(found.document.get("release") or "–")),
        (_("Expiration"), str(found.document.get("expires") or "–")),
        (_("Revision"), str(found.revision)),
    ]


def _review_page(work: OfficeWork, plan_id: str, *, status: int = 200, error: CmeError | None = None) -> Response:
    found = plan_of(work, plan_id)
    powers = abilities(work.db, work.officer, plan_id)
    made = difference(work.db, work.officer, plan_id, work.now) if found.change else None
    is_fault = isinstance(error, BadInput)
    return plan_page(
        "office/plan/review.html",
        work,
        found,
        status=status,
        acts=_acts(found, powers),
        facts=_facts(found),
        relevant=change_rows(made.relevant, found.document) if made else [],
        editorial=change_rows(made.editorial, found.document) if made else [],
        can_change=found.change is None and found.state in OPEN_TO_CHANGE and Capability.PLAN in powers,
        past=_past(work, found),
        beholders=[(who.value, words) for who, words in BEHOLDER_WORDS.items()],
        faults=fault_rows(dict(error.faults)) if isinstance(error, BadInput) else [],
        refused=explain(error) if error is not None and not is_fault else None,
    )


def _past(work: OfficeWork, found: Plan) -> list[dict[str, Any]]:
    return [
        {
            "state": CHANGE_WORDS.get(one.state, one.state),
            "version": one.version,
            "reason": one.reason,
            "opened_at": one.opened_at,
            "opened_name": one.opened_name,
            "decided_at": one.decided_at,
            "decided_name": one.decided_name,
            "rows": change_rows(one.changes, found.document),
        }
        for one in past_changes(work.db, work.officer, found.id)
    ]


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _to_review(plan_id: str) -> ResponseReturnValue:
    return redirect(url_for("office.plan_review", plan_id=plan_id), 303)


@office_route(blueprint, "/plans/<plan_id>/review", None)
def plan_review(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """State, change request, what can be done next, previews and copies."""
    return _review_page(work, plan_id)


@office_route(blueprint, "/plans/<plan_id>/acts/<act>", None, ("POST",))
def act_on_plan(work: OfficeWork, plan_id: str, act: str) -> ResponseReturnValue:
    """Submit, return, approve, publish, close or archive: refused with the readiness list where a rule is not met."""
    if act not in {one.value for one in Act}:
        raise NotFound("page_unknown")
    note = request.form.get(f"note-{act}", "").strip()
    try:
        act_on(work.db, work.officer, plan_id, Act(act), _revision(), work.now, note, request.form.get("seen", ""))
    except (Refused, Conflict) as refused:
        return _review_page(work, plan_id, status=409, error=refused)
    return _to_review(plan_id)


@office_route(blueprint, "/plans/<plan_id>/change", None, ("POST",))
def open_plan_change(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Begin a change request, with its reason."""
    try:
        open_change(work.db, work.officer, plan_id, request.form.get("reason", ""), work.now)
    except BadInput as error:
        return _review_page(work, plan_id, status=422, error=error)
    return _to_review(plan_id)


@office_route(blueprint, "/plans/<plan_id>/change/apply", None, ("POST",))
def apply_plan_change(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Make a new version of the activity."""
    try:
        apply_change(work.db, work.officer, plan_id, _revision(), work.now, request.form.get("seen", ""))
    except (Refused, Conflict) as refused:
        return _review_page(work, plan_id, status=409, error=refused)
    return _to_review(plan_id)


@office_route(blueprint, "/plans/<plan_id>/change/withdraw", None, ("POST",))
def withdraw_plan_change(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Back to what was approved."""
    withdraw_change(work.db, work.officer, plan_id, work.now)
    return _to_review(plan_id)


@office_route(blueprint, "/plans/<plan_id>/copy", None, ("POST",))
def copy_plan_form(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """The same activity for another year, as a draft."""
    text = request.form.get("years", "")
    years = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
    try:
        made = copy_plan(work.db, work.officer, plan_id, years, work.now)
    except BadInput as error:
        return _review_page(work, plan_id, status=422, error=error)
    return redirect(url_for("office.plan", plan_id=made), 303)


@office_route(blueprint, "/plans/<plan_id>/history", None)
def plan_history(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Who changed what, and when."""
    found = plan_of(work, plan_id)
    listed = history(work.db, work.officer, plan_id, page_number())
    revisions = [
        {
            "number": one.number,
            "author": one.author_name,
            "at": one.at,
            "act": HISTORY_WORDS.get(one.act, one.act),
            "note": one.note,
            "rows": change_rows(one.changes, found.document),
        }
        for one in listed.revisions
    ]
    return plan_page(
        "office/plan/history.html",
        work,
        found,
        revisions=revisions,
        page=listed.page,
        pages=listed.pages,
        page_href=lambda number: url_for("office.plan_history", plan_id=plan_id, page=number),
    )


@office_route(blueprint, "/plans/<plan_id>/activity.yaml", None)
def export_plan(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """The activity file of the plan as it stands. Its media are not in it."""
    found = plan_of(work, plan_id)
    response = Response(write_activity_file(complete_activity(found)), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.key}.yaml"'
    return response
