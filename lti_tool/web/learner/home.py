"""The door: to the step that comes next, or to the one that this link opens."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.activity import Step
from lti_tool.domain.standing import StepState
from lti_tool.services.commitment import has_due_commitment
from lti_tool.services.participation import Progress, progress
from lti_tool.services.waiting_award import waiting_awards
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.messages import STEP_NAMES, blocker_rows, step_address
from lti_tool.web.page import page


@route(blueprint, "/", Access.LEARNER)
def home(work: Work) -> ResponseReturnValue:
    if work.visit.activity_id is None:
        return redirect(url_for("staff.bind"), 303) if work.visit.is_staff else page("learner/not_set_up.html", work)
    if "later" not in request.args and waiting_awards(work.db, work.visit):
        return redirect(url_for("learner.waiting"), 303)
    if "later" not in request.args and has_due_commitment(work.db, work.visit, work.now):
        return redirect(url_for("learner.follow_up"), 303)
    here = progress(work.db, work.visit, work.now)
    step = work.visit.step or _next(here)
    standing = here.standing.of(step)
    if standing.state is StepState.LOCKED:
        return learner_page(
            "learner/locked.html",
            work,
            here,
            step,
            title=STEP_NAMES[step],
            blockers=blocker_rows(standing.blockers),
        )
    return redirect(step_address(step), 303)


def _next(here: Progress) -> Step:
    """The step to go on with; where nothing is open, the first that is not done."""
    current = here.standing.current
    if here.standing.of(current).state is not StepState.LOCKED:
        return current
    return next(each.step for each in here.standing.steps if each.state is not StepState.DONE)
