"""Late claims: decide on requests, and set the rule for them."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.late_claim import LateClaimPolicy
from lti_tool.services.late_claim import decide_late_claim, late_claims, policy_of, set_policy
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page

POLICY_FIELDS = ("days", "quota", "grace_days")


def _page(work: OfficeWork, words: dict[str, str] | None = None, status: int = 200) -> Response:
    policy = policy_of(work.db, work.officer.provider_id)
    return office_page(
        "office/late_claims.html",
        work,
        status=status,
        waiting=late_claims(work.db, work.officer),
        decided=late_claims(work.db, work.officer, is_open=False),
        policy=policy,
        typed={name: request.form.get(name, getattr(policy, name)) for name in POLICY_FIELDS},
        may_set=work.officer.powers.may_everywhere(Capability.CONFIGURE),
        faults=words or {},
        summary=[{"field": field, "message": message} for field, message in (words or {}).items()],
    )


@office_route(blueprint, "/late-claims", Capability.OVERRIDE_CLAIMS)
def late_claim_list(work: OfficeWork) -> ResponseReturnValue:
    return _page(work)


@office_route(blueprint, "/late-claims/<claim_id>", Capability.OVERRIDE_CLAIMS, ("POST",))
def decide_late(work: OfficeWork, claim_id: str) -> ResponseReturnValue:
    is_granted, words = request.form.get("decision") == "grant", request.form.get("note", "")
    try:
        decide_late_claim(work.db, work.officer, claim_id, is_granted=is_granted, words=words, now=work.now)
    except BadInput:
        return _page(work, {f"note-{claim_id}": _("Say why the request is refused: the learner reads it.")}, 422)
    return redirect(url_for("office.late_claim_list"), 303)


@office_route(blueprint, "/late-claims/policy", Capability.CONFIGURE, ("POST",))
def set_late_policy(work: OfficeWork) -> ResponseReturnValue:
    words = [request.form.get(name, "").strip() for name in POLICY_FIELDS]
    try:
        if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
            raise BadInput("policy_unusable", faults=dict.fromkeys(POLICY_FIELDS, "out_of_range"))
        set_policy(work.db, work.officer, LateClaimPolicy(*map(int, words)), work.now)
    except BadInput as error:
        return _page(work, dict.fromkeys(error.faults, _("Enter a whole number within the limits.")), 422)
    return redirect(url_for("office.late_claim_list"), 303)
