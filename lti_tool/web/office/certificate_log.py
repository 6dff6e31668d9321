"""The log of all certificates of the provider: filtered, sorted, exported, printed and taken away together."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.services.bulk_printing import archive, print_wanted, running_jobs
from lti_tool.services.certificate_register import COLUMNS, PAGE, register_export, register_page
from lti_tool.services.export import csv_file
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.certificate_filter import filter_page, filter_values, wanted_certificates
from lti_tool.web.office.frame import office_page

OLDEST = "oldest"
EVERY = ""
"""In place of an activity."""


@office_route(blueprint, "/certificates/log", Capability.MANAGE_CERTIFICATES)
def certificate_register(work: OfficeWork) -> ResponseReturnValue:
    """Page by page, by the time of issue."""
    wanted, after = wanted_certificates(), request.args.get("after", "")[:40].replace("\0", "")
    order = OLDEST if request.args.get("order") == OLDEST else "newest"
    rows = register_page(
        work.db, work.officer, EVERY, work.now, wanted=wanted, after=after, is_newest_first=order != OLDEST
    )
    return office_page(
        "office/certificate_register.html",
        work,
        rows=rows,
        **filter_page(work, wanted),
        order=order,
        following=rows[-1].number if len(rows) == PAGE else "",
        is_first=not after,
        jobs=running_jobs(work.db, work.officer),
    )


@office_route(blueprint, "/certificates/log.csv", Capability.MANAGE_CERTIFICATES)
def certificate_register_export(work: OfficeWork) -> ResponseReturnValue:
    """What the filters leave, as a table."""
    rows = tuple(register_export(work.db, work.officer, EVERY, work.now, wanted_certificates()))
    answer = Response(csv_file(COLUMNS, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.csv"'
    return answer


@office_route(blueprint, "/certificates/log.zip", Capability.MANAGE_CERTIFICATES)
def certificate_register_archive(work: OfficeWork) -> ResponseReturnValue:
    """The printed files of what the filters leave. Streamed: one is in memory at a time."""
    work.officer.require(Capability.MANAGE_CERTIFICATES)
    pieces = archive(work.deps.sessions, work.officer, EVERY, wanted_certificates())
    answer = Response(pieces, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.zip"'
    return answer


@office_route(blueprint, "/certificates/log/print", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_register_print(work: OfficeWork) -> ResponseReturnValue:
    """One job for each activity of which a certificate that the filters leave has no file."""
    wanted = wanted_certificates()
    print_wanted(work.db, work.officer, wanted, work.now)
    asked: dict[str, Any] = {**filter_values(wanted)}
    return redirect(url_for("office.certificate_register", **asked), 303)
