"""The list of companies: who is eligible, and which names are one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.capability import Capability
from lti_tool.domain.company import Eligibility
from lti_tool.domain.errors import BadInput, Conflict
from lti_tool.services.company import (
    CompanyReview,
    company_of,
    find_companies,
    list_companies,
    merge_companies,
    review_company,
)
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import ELIGIBILITIES, KINDS, fault_words, options, summary
from lti_tool.web.office.frame import office_page

MAX_SEARCH = 100


@office_route(blueprint, "/companies", Capability.REVIEW_DISCLOSURES)
def companies(work: OfficeWork) -> ResponseReturnValue:
    """Every company that was ever named, those nobody has looked at in front if asked."""
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    wanted = request.args.get("show", "")
    shown = wanted if wanted in set(Eligibility) else ""
    after = request.args.get("after", "")[:255].replace("\0", "")
    found = list_companies(work.db, work.officer, search, shown, after)
    following = None
    if found.following:
        following = url_for("office.companies", search=search or None, show=shown or None, after=found.following)
    return office_page(
        "office/companies.html",
        work,
        found=found,
        following=following,
        is_first=not after,
        search=search,
        shown=shown,
        filters=[{"value": key.value, "label": words} for key, (words, _kind) in ELIGIBILITIES.items()],
        eligibilities=ELIGIBILITIES,
        kinds=KINDS,
        may_change=work.officer.powers.may_everywhere(Capability.REVIEW_DISCLOSURES),
    )


def _company_page(
    work: OfficeWork,
    company_id: str,
    *,
    review: CompanyReview | None = None,
    words: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    work.officer.require_everywhere(Capability.REVIEW_DISCLOSURES)
    row = company_of(work.db, work.officer.provider_id, company_id)
    return office_page(
        "office/company.html",
        work,
        status=status,
        company=row,
        review=review or CompanyReview(row.name, row.kind, row.rationale),
        faults=words or {},
        summary=summary(words or {}),
        kinds=options(KINDS),
        eligibility=ELIGIBILITIES[Eligibility(row.eligibility)],
        names=find_companies(work.db, work.officer.provider_id, "", 300),
        into=request.form.get("into", ""),
    )


@office_route(blueprint, "/companies/<company_id>", Capability.REVIEW_DISCLOSURES)
def company(work: OfficeWork, company_id: str) -> ResponseReturnValue:
    """One company: what it is, and which other name it is a double of."""
    return _company_page(work, company_id)


@office_route(blueprint, "/companies/<company_id>", Capability.REVIEW_DISCLOSURES, ("POST",))
def company_review(work: OfficeWork, company_id: str) -> ResponseReturnValue:
    """Say whether it is eligible, and why."""
    sent = request.form
    review = CompanyReview(sent.get("company", "")[:500], sent.get("kind", ""), sent.get("rationale", ""))
    try:
        review_company(work.db, work.officer, company_id, review, work.now)
    except BadInput as error:
        return _company_page(work, company_id, review=review, words=fault_words(error.faults), status=422)
    except Conflict:
        words = {"company": _("Another company has this name. Merge the two instead.")}
        return _company_page(work, company_id, review=review, words=words, status=409)
    return redirect(url_for("office.companies", show=Eligibility.UNKNOWN.value), 303)


@office_route(blueprint, "/companies/<company_id>/merge", Capability.REVIEW_DISCLOSURES, ("POST",))
def company_merge(work: OfficeWork, company_id: str) -> ResponseReturnValue:
    """Let its name stand for another company from now on."""
    into = request.form.get("into", "")[:500]
    try:
        target = merge_companies(work.db, work.officer, company_id, into, work.now)
    except BadInput as error:
        return _company_page(work, company_id, words=fault_words(error.faults), status=422)
    return redirect(url_for("office.company", company_id=target), 303)
