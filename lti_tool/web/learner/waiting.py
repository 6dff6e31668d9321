"""Credit that staff entered before this person had an account: theirs once they say so."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput
from lti_tool.services.learner import ProfileForm, suggested_name
from lti_tool.services.waiting_award import (
    decline_waiting_award,
    has_profile,
    take_waiting_award,
    waiting_awards,
)
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.claim_details import profile_choices, profile_form
from lti_tool.web.learner.claim_words import fault_words, summary
from lti_tool.web.page import page


def _waiting_page(work: Work, typed: ProfileForm, words: Mapping[str, str], status: int = 200) -> Response:
    return page(
        "learner/waiting.html",
        work,
        status=status,
        awards=waiting_awards(work.db, work.visit),
        asks_profile=not has_profile(work.db, work.visit),
        typed=typed,
        faults=words,
        summary=summary(words),
        printed_amount=printed_amount,
        **profile_choices(),
    )


@route(blueprint, "/waiting", Access.LEARNER)
def waiting(work: Work) -> ResponseReturnValue:
    if not waiting_awards(work.db, work.visit):
        return redirect(url_for("learner.home"), 303)
    return _waiting_page(work, ProfileForm(suggested_name(work.db, work.visit), "", ""), {})


@route(blueprint, "/waiting/<award_id>", Access.LEARNER, ("POST",))
def settle_waiting(work: Work, award_id: str) -> ResponseReturnValue:
    if request.form.get("answer") == "no":
        decline_waiting_award(work.db, work.visit, award_id, work.now)
        return redirect(url_for("learner.waiting"), 303)
    typed = profile_form(request.form)
    form = None if has_profile(work.db, work.visit) else typed
    try:
        take_waiting_award(work.db, work.visit, award_id, form, work.deps.printer, verification_link, work.now)
    except BadInput as error:
        if error.code != "profile_unusable":
            raise
        words = fault_words(error.faults, str(error.facts.get("characters", "")))
        return _waiting_page(work, typed, words, 422)
    return redirect(url_for("learner.waiting"), 303)
