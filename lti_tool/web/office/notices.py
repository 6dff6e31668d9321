"""Switching the notices of a learning platform on and off: the platform is asked, and its answer is shown."""

from __future__ import annotations

from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.services.notice import ask, note_answer, switch
from lti_tool.services.office import Officer
from lti_tool.services.transaction import confine, transaction
from lti_tool.web.access import office_service_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.office import blueprint
from lti_tool.web.page import absolute


@office_service_route(blueprint, "/connections/<platform_id>/notices", Capability.CONFIGURE)
def connection_notices(deps: Dependencies, now: datetime, officer: Officer, platform_id: str) -> ResponseReturnValue:
    """Ask a platform to tell which course was copied from which, or no longer to."""
    officer.require_everywhere(Capability.CONFIGURE)
    is_on = request.form.get("wanted") == "yes"
    with transaction(deps.sessions) as db:
        confine(db, officer.provider_id)
        offer = switch(db, officer, platform_id, request.form.get("deployment", ""), now, is_on=is_on)
    error = ask(deps.notice_handlers, offer, absolute("notices.notices") if is_on else "", now)
    with transaction(deps.sessions) as db:
        note_answer(db, offer, error, is_on=is_on)
    return redirect(url_for("office.connection", platform_id=platform_id, _anchor="notices"), 303)
