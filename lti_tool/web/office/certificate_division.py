"""How the provider's claims are divided among certificates: trying out, and choosing."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.division import Division
from lti_tool.domain.errors import BadInput
from lti_tool.services.certificate_division import choose_division
from lti_tool.services.design import current_design
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.messages import EXPLANATIONS
from lti_tool.web.office import blueprint
from lti_tool.web.office.certificate_design import design_page

EXPLANATIONS["division_unknown"] = (
    lazy_gettext("There is no such way to divide claims"),
    lazy_gettext("Nothing was changed. Go back and choose one of the three."),
)


@office_route(blueprint, "/certificates/division", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_division_choose(work: OfficeWork) -> ResponseReturnValue:
    """For claims from now on; `do=preview` only shows what it comes to."""
    work.officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    typed, design = request.form.get("division", ""), current_design(work.db, work.officer.provider_id)
    known = {one.value: one for one in Division}
    if request.form.get("do") == "preview" and typed in known:
        return design_page(work, design, division=known[typed])
    try:
        choose_division(work.db, work.officer, typed, work.now)
    except BadInput as error:
        return design_page(work, design, status=422, error=error)
    return redirect(url_for("office.certificate_design", _anchor="division"), 303)
