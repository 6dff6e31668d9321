"""Who has not started yet, by the LMS's own list of members."""

from __future__ import annotations

from datetime import datetime

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.services.course_roster import Attendance, attendance, roster_place
from lti_tool.services.session import Visit
from lti_tool.services.transaction import confine, transaction
from lti_tool.web.access import Access, Work, route, staff_service_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import staff_page

NAME = {"key": "who", "label": lazy_gettext("Learner")}
EMAIL = {"key": "email", "label": lazy_gettext("E-mail")}


def columns_of(found: Attendance) -> list[dict[str, object]]:
    """E-mail addresses are shown where the LMS shares them; a registration by the tool asks for none."""
    return [NAME, EMAIL] if any(one.email for one in found.not_started) else [NAME]


@route(blueprint, "/staff/roster", Access.STAFF)
def roster(work: Work) -> ResponseReturnValue:
    """Offers to ask the LMS; asking is a button, because it may take a while."""
    roster_place(work.db, work.visit)
    return staff_page("staff/roster.html", work, found=None)


@staff_service_route(blueprint, "/staff/roster")
def ask_roster(deps: Dependencies, now: datetime, visit: Visit) -> ResponseReturnValue:
    """The LMS's list of members beside who began; shown once and not kept."""
    with transaction(deps.sessions) as db:
        confine(db, visit.provider_id)
        place = roster_place(db, visit)
    members = deps.roster.members(place.platform, place.endpoint, now, resource_link_id=place.resource_link_id)
    with transaction(deps.sessions) as db:
        confine(db, visit.provider_id)
        found = attendance(db, visit, members)
        return staff_page("staff/roster.html", Work(db, now, deps, visit), found=found, columns=columns_of(found))
