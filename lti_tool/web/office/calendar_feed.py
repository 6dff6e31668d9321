"""The accreditation calendar as a feed of its own, behind a secret address."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.services.calendar_feed import calendar, make_feed, revoke_feed
from lti_tool.web.access import OfficeWork, PublicWork, office_route, public_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.accreditation import tracker_page
from lti_tool.web.page import absolute


@office_route(blueprint, "/calendar", Capability.CONFIGURE, ("POST",))
def feed_make(work: OfficeWork) -> ResponseReturnValue:
    """The address is shown once; only its hash is kept."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    token = make_feed(work.db, work.officer, work.now)
    return tracker_page(work, absolute("office.calendar_file", token=token))


@office_route(blueprint, "/calendar/<feed_id>/revoke", Capability.CONFIGURE, ("POST",))
def feed_revoke(work: OfficeWork, feed_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    revoke_feed(work.db, work.officer, feed_id, work.now)
    return redirect(url_for("office.tracker"), 303)


@public_route(blueprint, "/calendar/<token>.ics")
def calendar_file(work: PublicWork, token: str) -> ResponseReturnValue:
    """For calendar programs, which cannot sign in: whoever has the address reads the days, and nothing else."""
    host = urlsplit(work.deps.settings.base_url).hostname or "localhost"
    response = Response(calendar(work.db, token, host, work.now), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="accreditation.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response
