"""The list of activities, and where new ones come from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.plan import PlanState
from lti_tool.services.activity_file import CheckedFile, read_activity_text
from lti_tool.services.activity_file.basics import FILE
from lti_tool.services.plan.begin import adopt_activity, create_plan, plan_from_activity
from lti_tool.services.plan.listing import list_plans, unplanned_activities
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.plan_words import PHASE_KINDS, PHASE_WORDS, STATE_KINDS, STATE_WORDS, fault_rows
from lti_tool.web.office.planning.delivery import FORMAT_WORDS
from lti_tool.web.page import page_number

MAX_SEARCH = 100
LANGUAGE = "en-US"
"""Of a new activity, until its author says otherwise."""


def _wanted_state() -> PlanState | None:
    word = request.args.get("state", "")
    return PlanState(word) if word in {state.value for state in PlanState} else None


@office_route(blueprint, "/plans", None)
def plans(work: OfficeWork) -> ResponseReturnValue:
    """The activities that this person may plan, approve or publish."""
    search, state = request.args.get("search", "").strip()[:MAX_SEARCH], _wanted_state()
    listed = list_plans(work.db, work.officer, work.now, state, search, page_number())
    word = state.value if state else None
    return office_page(
        "office/plan/list.html",
        work,
        listed=listed,
        unplanned=unplanned_activities(work.db, work.officer) if not search and not state else (),
        search=search,
        state=word or "",
        state_words=STATE_WORDS,
        state_kinds=STATE_KINDS,
        phase_words=PHASE_WORDS,
        phase_kinds=PHASE_KINDS,
        state_options=[{"value": one.value, "label": words} for one, words in STATE_WORDS.items()],
        may_plan=work.officer.may(Capability.PLAN),
        page_href=lambda number: url_for("office.plans", page=number, search=search or None, state=word),
    )


def _new_page(
    work: OfficeWork, *, status: int = 200, error: BadInput | None = None, file: CheckedFile | None = None
) -> Response:
    return office_page(
        "office/plan/new.html",
        work,
        status=status,
        faults=fault_rows(dict(error.faults)) if error else [],
        file_faults=file.faults if file else (),
        formats=[{"value": value, "label": label} for value, label in FORMAT_WORDS],
        form=request.form,
    )


@office_route(blueprint, "/plans/new", Capability.PLAN)
def new_plan(work: OfficeWork) -> ResponseReturnValue:
    """Where a plan begins."""
    return _new_page(work)


@office_route(blueprint, "/plans/new", Capability.PLAN, ("POST",))
def create_plan_form(work: OfficeWork) -> ResponseReturnValue:
    title, wanted = request.form.get("title", ""), request.form.get("format", "")
    try:
        plan_id = create_plan(work.db, work.officer, title, wanted, LANGUAGE, work.now)
    except BadInput as error:
        return _new_page(work, status=422, error=error)
    return redirect(url_for("office.plan", plan_id=plan_id), 303)


@office_route(blueprint, "/plans/import", Capability.PLAN, ("POST",))
def import_plan(work: OfficeWork) -> ResponseReturnValue:
    """A checked activity file, with its images and PDFs, as a draft. A file with faults takes nothing in."""
    checked = _uploaded()
    if checked is None:
        return _new_page(work, status=422, error=BadInput("plan_unusable", faults={"file": "missing"}))
    if checked.activity is None:
        return _new_page(work, status=422, file=checked)
    plan_id = plan_from_activity(work.db, work.officer, checked.activity, checked.media, work.now)
    return redirect(url_for("office.plan", plan_id=plan_id), 303)


def _uploaded() -> CheckedFile | None:
    """Files are looked at in a folder of their own, where none can name another's."""
    given = [file for file in request.files.getlist("file") if file.filename]
    text = next((file for file in given if (file.filename or "").lower().endswith((".yaml", ".yml"))), None)
    if text is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for file in given:
            name = Path(file.filename or "").name
            if file is not text and FILE.fits(name):
                (folder / name).write_bytes(file.stream.read())
        return read_activity_text(text.stream.read(), name=Path(text.filename or "").name, folder=folder)


@office_route(blueprint, "/plans/adopt", Capability.PLAN, ("POST",))
def adopt_plan(work: OfficeWork) -> ResponseReturnValue:
    """Take an activity that came as a file into the office."""
    plan_id = adopt_activity(work.db, work.officer, request.form.get("activity", "")[:32], work.now)
    return redirect(url_for("office.plan_review", plan_id=plan_id), 303)
