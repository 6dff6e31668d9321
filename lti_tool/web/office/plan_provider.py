"""The provider part of a plan, taken from the provider's settings."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.plan import PlanSection
from lti_tool.services.plan.provider import take_provider
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint

MAX_ID = 40


@office_route(blueprint, "/plans/<plan_id>/credit/provider", None, ("POST",))
def take_plan_provider(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Name, contact, accreditation and the chosen signatory as the settings have them."""
    take_provider(work.db, work.officer, plan_id, request.form.get("signatory", "")[:MAX_ID], work.now)
    section = PlanSection.CREDIT.value
    return redirect(url_for("office.plan_section", plan_id=plan_id, section=section, saved=1), 303)
