"""What all staff pages share: the bar between them, and words for states."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import lazy_gettext

from lti_tool.domain.credit import printed_amount
from lti_tool.web.access import Work
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.page import page

TABS = (
    ("staff.home", lazy_gettext("Overview")),
    ("staff.results", lazy_gettext("Results")),
    ("staff.roster", lazy_gettext("Not started")),
    ("staff.outcomes", lazy_gettext("Learning outcomes")),
    ("staff.evaluation", lazy_gettext("Evaluation")),
    ("staff.certificates", lazy_gettext("Certificates")),
    ("staff.deliveries", lazy_gettext("Grades")),
)
DELIVERY_WORDS = {
    "delivered": lazy_gettext("In the gradebook"),
    "waiting": lazy_gettext("Waiting"),
    "sending": lazy_gettext("Being sent"),
    "parked": lazy_gettext("Needs attention"),
    "superseded": lazy_gettext("Replaced by a newer grade"),
}
CERTIFICATE_WORDS = {
    "valid": lazy_gettext("Valid"),
    "superseded": lazy_gettext("Superseded"),
    "revoked": lazy_gettext("Revoked"),
}


def staff_page(template: str, work: Work, *, status: int = 200, **values: Any) -> Response:
    """A page below the bar."""
    return page(
        template,
        work,
        status=status,
        staff_tabs=TABS,
        step_names=STEP_NAMES,
        delivery_words=DELIVERY_WORDS,
        certificate_words=CERTIFICATE_WORDS,
        printed_amount=printed_amount,
        **values,
    )
