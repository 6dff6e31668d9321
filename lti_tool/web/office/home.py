"""The office's first page: what there is to do here for this person."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page


@office_route(blueprint, "/", None)
def home(work: OfficeWork) -> ResponseReturnValue:
    return office_page("office/home.html", work)
