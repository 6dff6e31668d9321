"""The claim: the amounts, what the bodies need, the attestation; and asking for it after the deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.activity import Step
from lti_tool.domain.credential import Requirement
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput
from lti_tool.domain.standing import StepState
from lti_tool.services.credential import confirm_credentials, own_credentials
from lti_tool.services.credit import NOT_CLAIMED, ClaimForm, ClaimView, asked_credentials, claim_credit, claim_view
from lti_tool.services.late_claim import late_claim_state, request_late_claim
from lti_tool.services.participation import Progress, progress
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim_words import (
    DEGREES,
    country_names,
    credential_field,
    fault_words,
    field_labels,
    summary,
)
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.messages import STEP_NAMES, blocker_rows, explain_code, step_address
from lti_tool.web.page import absolute


def verification_link(code: str) -> str:
    return absolute("verify.certificate", code=code)


def _locked(work: Work, here: Progress, words: Mapping[str, str] | None = None, status: int = 403) -> Response:
    """What is done, what still stands in the way, and whether a late claim can be asked for."""
    done = [
        {"text": STEP_NAMES[each.step], "is_met": True, "href": step_address(each.step)}
        for each in here.standing.steps
        if each.state is StepState.DONE
    ]
    open_ = [
        {"text": row.text, "is_met": False, "href": row.href}
        for row in blocker_rows(here.standing.of(Step.CLAIM).blockers)
    ]
    late = late_claim_state(work.db, here, work.visit.provider_id)
    return learner_page(
        "learner/claim_locked.html",
        work,
        here,
        Step.CLAIM,
        status=status,
        items=done + open_,
        late=late,
        late_remedy=explain_code(late.fault).remedy if late.fault else "",
        faults=words or {},
        reason=request.form.get("reason", ""),
    )


def way_in(work: Work, here: Progress) -> ResponseReturnValue | None:
    """Where a visitor who cannot claim now is shown or sent; ``None`` for all others."""
    if here.record.claims and "more" not in request.args:
        return redirect(url_for("learner.certificate"), 303)
    return _locked(work, here) if here.standing.of(Step.CLAIM).blockers else None


@route(blueprint, "/claim", Access.LEARNER)
def claim(work: Work) -> ResponseReturnValue:
    view = claim_view(work.db, work.visit, work.now)
    other = way_in(work, view.progress)
    if other is None and view.progress.profile is None:
        other = redirect(url_for("learner.claim_details"), 303)
    if other is None and view.progress.record.claims and not view.claimable:
        other = redirect(url_for("learner.certificate"), 303)
    return other or _claim_page(work, view, {})


def _after(prefix: str) -> dict[str, str]:
    return {name.partition(".")[2]: text for name, text in request.form.items() if name.startswith(prefix)}


@route(blueprint, "/claim", Access.LEARNER, ("POST",))
def send_claim(work: Work) -> ResponseReturnValue:
    form = ClaimForm(_after("amount."), request.form.get("attestation") == "yes", request.form.get("profile", ""))
    view = claim_view(work.db, work.visit, work.now)
    try:
        asked = [*asked_credentials(view)]
        if asked:
            confirm_credentials(work.db, work.visit, _after("id."), asked, work.deps.sealer, work.now)
        claim_credit(work.db, work.visit, form, verification_link, work.now)
    except BadInput as error:
        if error.code not in ("claim_unusable", "credential_unusable"):
            raise  # found after something was written: nothing of it stays
        if error.faults.get("profile") == "missing":
            return redirect(url_for("learner.claim_details"), 303)
        view = claim_view(work.db, work.visit, work.now)
        return _claim_page(work, view, fault_words(error.faults), form, 422)
    return redirect(url_for("learner.certificate"), 303)


def _typed_credentials(work: Work, asked: Iterable[Requirement]) -> dict[Requirement, str]:
    """As sent; on the first visit what the learner gave before."""
    if request.method == "POST":
        return {need: request.form.get(f"id.{need}", "") for need in asked}
    own = own_credentials(work.db, work.visit, work.deps.sealer)
    licences = {need.kind: f"{need.place} {text}" for need, text in own.items() if need.place}
    return {need: own.get(need) or licences.get(need.kind, "") for need in asked}


def _claim_page(
    work: Work, view: ClaimView, words: Mapping[str, str], form: ClaimForm | None = None, status: int = 200
) -> Response:
    profile = view.progress.profile
    assert profile is not None  # noqa: S101 - without one the visitor is sent to the details first
    asked = asked_credentials(view)
    typed = _typed_credentials(work, asked)
    values: dict[str, Any] = {
        "view": view,
        "profile": profile,
        "degree_name": str(DEGREES[profile.degree]),
        "country_name": country_names().get(profile.country, profile.country),
        "is_awarded": any(one.is_awarded for one in view.claimable),
        "credentials": [credential_field(need, typed[need], needed_for=asked[need]) for need in asked],
        "chosen": form.amounts if form else {},
        "is_attested": form is not None and form.is_attested,
        "not_claimed": NOT_CLAIMED,
        "faults": words,
        "summary": summary(words, field_labels(view.claimable, asked)),
        "printed_amount": printed_amount,
    }
    return learner_page("learner/claim.html", work, view.progress, Step.CLAIM, status=status, **values)


@route(blueprint, "/claim/late", Access.LEARNER, ("POST",))
def ask_late(work: Work) -> ResponseReturnValue:
    try:
        request_late_claim(work.db, work.visit, request.form.get("reason", ""), work.now)
    except BadInput as error:
        words = fault_words(error.faults)
        return _locked(work, progress(work.db, work.visit, work.now), words, 422)
    return redirect(url_for("learner.claim"), 303)
