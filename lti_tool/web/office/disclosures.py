"""Whose disclosure is missing, expired or unmitigated: at a glance, and per activity."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.services.dashboard import dashboard
from lti_tool.services.subject import Subject, may_for, subjects
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import STATUSES
from lti_tool.web.office.frame import office_page
from lti_tool.web.page import page_number

PAGE = 50
MAX_SEARCH = 100


@office_route(blueprint, "/disclosures", Capability.REVIEW_DISCLOSURES)
def disclosures(work: OfficeWork) -> ResponseReturnValue:
    """The counts of all people, and the activities that somebody keeps from going on."""
    months = work.deps.settings.disclosure_months
    found = dashboard(work.db, work.officer, work.now, months, page_number())
    return office_page(
        "office/disclosures.html",
        work,
        found=found,
        statuses=STATUSES,
        months=months,
        page_href=lambda number: url_for("office.disclosures", page=number),
    )


@office_route(blueprint, "/rosters", Capability.PLAN)
def rosters(work: OfficeWork) -> ResponseReturnValue:
    """Activities whose people, support and joint providers one may plan, by title, page by page."""
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    every = subjects(work.db, work.officer.provider_id).values()
    mine = [one for one in every if may_for(work.officer, one, Capability.PLAN) and _is_meant(one, search)]
    pages = max(1, -(-len(mine) // PAGE))
    page = max(1, min(page_number(), pages))
    return office_page(
        "office/rosters.html",
        work,
        activities=mine[(page - 1) * PAGE : page * PAGE],
        search=search,
        page=page,
        pages=pages,
        page_href=lambda number: url_for("office.rosters", page=number, search=search or None),
    )


def _is_meant(about: Subject, search: str) -> bool:
    title = about.title.casefold()
    return all(word in title for word in search.casefold().split())
