"""The accreditors' wording: what is printed, where it comes from, and confirming what was not read at the source."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.services.wording import confirm_wording, wordings
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page


@office_route(blueprint, "/wording", Capability.CONFIGURE)
def wording(work: OfficeWork) -> ResponseReturnValue:
    found = wordings(work.db, work.officer.provider_id, work.now.date())
    return office_page("office/wording.html", work, wordings=found)


@office_route(blueprint, "/wording/<code>", Capability.CONFIGURE, ("POST",))
def confirm_words(work: OfficeWork, code: str) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    if request.form.get("compared") != "yes":
        raise BadInput("not_compared", faults={"compared": "missing"})
    by = work.officer.name or work.officer.person_id
    confirm_wording(work.db, work.officer, code, request.form.get("edition", ""), by, work.now)
    return redirect(url_for("office.wording", _anchor=code), 303)
