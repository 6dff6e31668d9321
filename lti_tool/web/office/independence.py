"""Exception to Standard 3, commercial support and joint providers of one activity."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.domain.integrity import offered_exceptions
from lti_tool.services.company import find_companies
from lti_tool.services.integrity import choose_exception, integrity
from lti_tool.services.subject import may_for
from lti_tool.services.support import SupportForm, add_partner, add_support, remove_partner, remove_support
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import (
    EXCEPTIONS,
    SUPPORT_KINDS,
    fault_words,
    options,
    reason_words,
    summary,
)
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.mitigation import read_upload
from lti_tool.web.office.roster import check_sight

MAX_TYPED = 4000


def _independence_page(
    work: OfficeWork,
    plan_id: str,
    *,
    form: SupportForm | None = None,
    exception: tuple[str, str] | None = None,
    partner: str = "",
    words: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """``exception``: what was chosen and its reason."""
    check_sight(work, plan_id)
    found = integrity(work.db, work.officer, plan_id, work.now, work.deps.settings.disclosure_months)
    about = found.subject
    offered = offered_exceptions(about.format, is_series=about.is_series)
    return office_page(
        "office/independence.html",
        work,
        status=status,
        found=found,
        form=form or SupportForm("", "", ""),
        chosen=exception or (found.exception.value, found.exception_reason),
        partner=partner,
        faults=words or {},
        summary=summary(words or {}),
        exceptions=options({one: EXCEPTIONS[one] for one in offered}),
        exception_words=EXCEPTIONS,
        kinds=options(SUPPORT_KINDS),
        kind_words=SUPPORT_KINDS,
        companies=find_companies(work.db, work.officer.provider_id, "", 300),
        reason_words=reason_words,
        may_plan=may_for(work.officer, about, Capability.PLAN),
        may_review=may_for(work.officer, about, Capability.REVIEW_DISCLOSURES),
    )


def _back(plan_id: str) -> ResponseReturnValue:
    return redirect(url_for("office.independence", plan_id=plan_id), 303)


@office_route(blueprint, "/activities/<plan_id>/independence", None)
def independence(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """What is on file about exception, support and joint providers."""
    return _independence_page(work, plan_id)


@office_route(blueprint, "/activities/<plan_id>/exception", Capability.REVIEW_DISCLOSURES, ("POST",))
def independence_exception(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Claim an exception to Standard 3, or give it up."""
    chosen, reason = request.form.get("exception", ""), request.form.get("reason", "")[:MAX_TYPED]
    try:
        choose_exception(work.db, work.officer, plan_id, chosen, reason, work.now)
    except BadInput as error:
        words = fault_words(error.faults)
        return _independence_page(work, plan_id, exception=(chosen, reason), words=words, status=422)
    return _back(plan_id)


@office_route(blueprint, "/activities/<plan_id>/support", Capability.PLAN, ("POST",))
def support_add(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Keep an agreement on commercial support."""
    sent = request.form
    form = SupportForm(
        sent.get("company", "")[:500],
        sent.get("kind", ""),
        sent.get("signed_on", "")[:20],
        sent.get("amount", "")[:40],
        sent.get("currency", "")[:40],
        sent.get("description", "")[:MAX_TYPED],
        read_upload(),
    )
    try:
        add_support(work.db, work.officer, plan_id, form, work.now)
    except BadInput as error:
        return _independence_page(work, plan_id, form=form, words=fault_words(error.faults), status=422)
    return _back(plan_id)


@office_route(blueprint, "/activities/<plan_id>/partners", Capability.PLAN, ("POST",))
def partner_add(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Name a joint provider."""
    name = request.form.get("partner", "")[:500]

    def again(words: Mapping[str, str], status: int) -> Response:
        return _independence_page(work, plan_id, partner=name, words=words, status=status)

    try:
        add_partner(work.db, work.officer, plan_id, name, work.now)
    except BadInput as error:
        return again({"partner": fault_words(error.faults)["company"]}, 422)
    except Conflict:
        return again({"partner": _("This organisation is named already.")}, 409)
    return _back(plan_id)


def _removed(work: OfficeWork, plan_id: str, remove: Callable[..., None], key: str) -> ResponseReturnValue:
    remove(work.db, work.officer, plan_id, key, work.now)
    return _back(plan_id)


@office_route(blueprint, "/activities/<plan_id>/support/<support_id>/remove", Capability.PLAN, ("POST",))
def support_remove(work: OfficeWork, plan_id: str, support_id: str) -> ResponseReturnValue:
    """Take an agreement off the activity; it stays on file."""
    return _removed(work, plan_id, remove_support, support_id)


@office_route(blueprint, "/activities/<plan_id>/partners/<partner_id>/remove", Capability.PLAN, ("POST",))
def partner_remove(work: OfficeWork, plan_id: str, partner_id: str) -> ResponseReturnValue:
    """Take a joint provider off the activity."""
    return _removed(work, plan_id, remove_partner, partner_id)
