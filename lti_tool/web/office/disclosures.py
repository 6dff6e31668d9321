"""Whose disclosure is missing, expired or unmitigated: at a glance, and per activity."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.services.people_list import dashboard
from lti_tool.services.subject import may_for, subjects
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.disclosure_words import STATUSES
from lti_tool.web.office.frame import office_page


@office_route(blueprint, "/disclosures", Capability.REVIEW_DISCLOSURES)
def disclosures(work: OfficeWork) -> ResponseReturnValue:
    """The counts of all people, and the activities that somebody keeps from going on."""
    months = work.deps.settings.disclosure_months
    found = dashboard(work.db, work.officer, work.now, months)
    return office_page("office/disclosures.html", work, found=found, statuses=STATUSES, months=months)


@office_route(blueprint, "/rosters", Capability.PLAN)
def rosters(work: OfficeWork) -> ResponseReturnValue:
    """Activities whose people, support and joint providers one may plan."""
    every = subjects(work.db, work.officer.provider_id).values()
    mine = [one for one in every if may_for(work.officer, one, Capability.PLAN)]
    return office_page("office/rosters.html", work, activities=mine)
