"""Images and PDFs of a plan: in, out, and to look at."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import BadInput
from lti_tool.domain.plan import PlanSection
from lti_tool.services.plan.media import add_file, plan_file, remove_file
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.plan import section_page
from lti_tool.web.office.plan_frame import plan_of
from lti_tool.web.office.plan_words import fault_rows

LARGEST_UPLOAD = 31_000_000
"""Bytes; the largest PDF with what a browser sends around it."""
UPLOADS = frozenset({"office.add_plan_file", "office.import_plan"})


@blueprint.before_request
def allow_uploads() -> None:
    """Only these addresses take more than a form."""
    if request.endpoint in UPLOADS:
        request.max_content_length = LARGEST_UPLOAD


def _to_files(plan_id: str) -> ResponseReturnValue:
    return redirect(url_for("office.plan_section", plan_id=plan_id, section="content", _anchor="files"), 303)


@office_route(blueprint, "/plans/<plan_id>/files", None, ("POST",))
def add_plan_file(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Upload an image or a PDF."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise BadInput("file_unusable", faults={"file": "missing"})
        name = PurePosixPath(file.filename.replace("\\", "/")).name
        add_file(work.db, work.officer, plan_id, name, file.stream.read(), work.now)
    except BadInput as error:
        found = plan_of(work, plan_id)
        faults = fault_rows(dict(error.faults))
        return section_page(work, found, PlanSection.CONTENT, faults=faults, status=422)
    return _to_files(plan_id)


@office_route(blueprint, "/plans/<plan_id>/files/remove", None, ("POST",))
def remove_plan_file(work: OfficeWork, plan_id: str) -> ResponseReturnValue:
    """Take a file out of the plan."""
    remove_file(work.db, work.officer, plan_id, request.form.get("name", "")[:100], work.now)
    return _to_files(plan_id)


@office_route(blueprint, "/plans/<plan_id>/files/<name>", None)
def plan_media(work: OfficeWork, plan_id: str, name: str) -> ResponseReturnValue:
    """A file of the plan."""
    body, media_type = plan_file(work.db, work.officer, plan_id, name)
    response = Response(body, mimetype=media_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
