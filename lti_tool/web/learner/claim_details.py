"""The learner's particulars, asked just before the claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.activity import Step
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput
from lti_tool.domain.learner import MAX_NAME
from lti_tool.services.learner import EQUIVALENT, ProfileForm, confirm_profile, suggested_name
from lti_tool.services.participation import Progress, progress
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim import way_in
from lti_tool.web.learner.claim_words import DEGREES, country_names, fault_words, summary
from lti_tool.web.learner.frame import learner_page


def profile_choices() -> dict[str, Any]:
    """What the fields of the particulars offer."""
    return {
        "degrees": [{"value": degree.value, "label": label} for degree, label in DEGREES.items()],
        "countries": [{"value": code, "label": name} for code, name in country_names().items()],
        "equivalent": EQUIVALENT,
        "limit": MAX_NAME,
    }


def profile_form(sent: Mapping[str, str]) -> ProfileForm:
    """The particulars as sent."""
    return ProfileForm(
        sent.get("printed_name", ""),
        sent.get("degree", ""),
        sent.get("country", ""),
        sent.get("equivalence") == "yes",
    )


@route(blueprint, "/claim/details", Access.LEARNER)
def claim_details(work: Work) -> ResponseReturnValue:
    here = progress(work.db, work.visit, work.now)
    profile = here.profile
    typed = ProfileForm(
        suggested_name(work.db, work.visit),
        profile.degree.value if profile else "",
        profile.country if profile else "",
        profile is not None and profile.degree is Degree.OTHER_PHYSICIAN,
    )
    return way_in(work, here) or _details_page(work, here, typed, {})


@route(blueprint, "/claim/details", Access.LEARNER, ("POST",))
def confirm_details(work: Work) -> ResponseReturnValue:
    sent = request.form
    typed = profile_form(sent)
    try:
        confirm_profile(work.db, work.visit, typed, work.deps.printer, work.now)
    except BadInput as error:
        words = fault_words(error.faults, str(error.facts.get("characters", "")))
        return _details_page(work, progress(work.db, work.visit, work.now), typed, words, 422)
    return redirect(url_for("learner.claim"), 303)


def _details_page(
    work: Work, here: Progress, typed: ProfileForm, words: Mapping[str, str], status: int = 200
) -> Response:
    return learner_page(
        "learner/claim_details.html",
        work,
        here,
        Step.CLAIM,
        status=status,
        typed=typed,
        faults=words,
        summary=summary(words),
        **profile_choices(),
    )
