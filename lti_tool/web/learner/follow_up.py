"""What became of a commitment to change."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import MAX_TEXT, FollowUp
from lti_tool.services.commitment import commitments
from lti_tool.services.commitment import follow_up as answer
from lti_tool.services.participation import progress
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.messages import EXPLANATIONS

OUTCOME_WORDS = {
    FollowUp.DONE: lazy_gettext("I have made the change"),
    FollowUp.PARTLY: lazy_gettext("I have made it in part"),
    FollowUp.NOT_YET: lazy_gettext("Not yet"),
    FollowUp.NO_LONGER: lazy_gettext("I no longer mean to make it"),
}
EXPLANATIONS["commitment_unknown"] = (
    lazy_gettext("There is no such commitment"),
    lazy_gettext("Go back to the activity and use the buttons there."),
)


def _page(work: Work, *, status: int = 200, item: str = "", error: BadInput | None = None) -> Response:
    here = progress(work.db, work.visit, work.now)
    faults = dict(error.faults) if error else {}
    words = {
        "outcome": _("Choose what became of it."),
        "note": _("This is too long. At most %(limit)s characters fit.", limit=MAX_TEXT),
    }
    return learner_page(
        "learner/follow_up.html",
        work,
        here,
        None,
        status=status,
        promises=commitments(work.db, work.visit, work.now),
        outcomes=[{"value": one.value, "label": label} for one, label in OUTCOME_WORDS.items()],
        faulty=item,
        faults=[{"field": f"{name}.{item}", "message": words[name]} for name in faults],
        max_text=MAX_TEXT,
    )


@route(blueprint, "/follow-up", Access.LEARNER)
def follow_up(work: Work) -> ResponseReturnValue:
    """The learner's own commitments to change, and what became of them."""
    return _page(work)


@route(blueprint, "/follow-up", Access.LEARNER, ("POST",))
def answer_follow_up(work: Work) -> ResponseReturnValue:
    """Say what became of one of them."""
    item = request.form.get("item", "")
    outcome, note = request.form.get(f"outcome.{item}", ""), request.form.get(f"note.{item}", "")
    try:
        answer(work.db, work.visit, item, outcome, note.replace("\r\n", "\n"), work.now)
    except BadInput as error:
        return _page(work, status=422, item=item, error=error)
    return redirect(url_for("learner.follow_up", saved=1), 303)
