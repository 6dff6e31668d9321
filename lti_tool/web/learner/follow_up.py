"""What became of a commitment to change: words, reading an answer, and the page within a launch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.errors import BadInput
from lti_tool.domain.evaluation import MAX_TEXT, Barrier, FollowUp
from lti_tool.services.commitment import FollowUpAnswer, Promise, commitments, due_elsewhere
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
BARRIER_WORDS = {
    Barrier.TIME: lazy_gettext("Too little time"),
    Barrier.COST: lazy_gettext("Costs or coverage"),
    Barrier.PATIENTS: lazy_gettext("Patients did not agree or could not follow"),
    Barrier.COLLEAGUES: lazy_gettext("Colleagues did not agree"),
    Barrier.SYSTEM: lazy_gettext("Organization, equipment or records did not allow it"),
    Barrier.KNOWLEDGE: lazy_gettext("More knowledge or practice would have been needed"),
    Barrier.EVIDENCE: lazy_gettext("The evidence does not convince me for my patients"),
    Barrier.OTHER: lazy_gettext("Something else"),
}
EXPLANATIONS["commitment_unknown"] = (
    lazy_gettext("There is no such commitment"),
    lazy_gettext("Go back to the activity and use the buttons there."),
)


def read_answer(key: str) -> FollowUpAnswer:
    """What was typed for one commitment."""
    note = request.form.get(f"note.{key}", "").replace("\r\n", "\n")
    return FollowUpAnswer(request.form.get(f"outcome.{key}", ""), note, tuple(request.form.getlist(f"barrier.{key}")))


def form_values(promises: Sequence[Promise], key: str = "", error: BadInput | None = None) -> dict[str, Any]:
    """What the forms of the page need. ``key``: the one that was sent with a fault; it is shown as it was typed."""
    words = {
        "outcome": _("Choose what became of it."),
        "barriers": _("Choose from the list."),
        "note": _("This is too long. At most %(limit)s characters fit.", limit=MAX_TEXT),
    }
    fields = {"outcome": "outcome", "barriers": "barrier", "note": "note"}
    faults = dict(error.faults) if error else {}
    return {
        "promises": promises,
        "typed": {key: read_answer(key)} if error else {},
        "outcomes": [{"value": one.value, "label": label} for one, label in OUTCOME_WORDS.items()],
        "barriers": [{"value": one.value, "label": label} for one, label in BARRIER_WORDS.items()],
        "faults": [{"field": f"{fields[name]}.{key}", "message": words[name]} for name in faults],
        "max_text": MAX_TEXT,
    }


def _page(work: Work, *, status: int = 200, key: str = "", error: BadInput | None = None) -> Response:
    here = progress(work.db, work.visit, work.now)
    own = commitments(work.db, work.visit, work.now)
    other = due_elsewhere(work.db, work.visit, work.now)
    is_due = any(one.is_due(work.now) for one in (*own, *other))
    values = form_values((*own, *other), key, error)
    return learner_page("learner/follow_up.html", work, here, None, status=status, is_due=is_due, **values)


@route(blueprint, "/follow-up", Access.LEARNER)
def follow_up(work: Work) -> ResponseReturnValue:
    """The learner's own commitments to change, and what became of them."""
    return _page(work)


@route(blueprint, "/follow-up", Access.LEARNER, ("POST",))
def answer_follow_up(work: Work) -> ResponseReturnValue:
    """Say what became of one of them."""
    key = request.form.get("key", "")
    try:
        answer(work.db, work.visit, key, read_answer(key), work.now)
    except BadInput as error:
        return _page(work, status=422, key=key, error=error)
    return redirect(url_for("learner.follow_up", saved=1), 303)
