"""Results to take away."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from lti_tool.services.export import COLUMNS, csv_file, export_rows, file_name, xlsx_file
from lti_tool.services.results import Results, results
from lti_tool.services.results_page import arranged
from lti_tool.web.access import Access, Work, route
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.staff import blueprint
from lti_tool.web.staff.frame import CERTIFICATE_WORDS, DELIVERY_WORDS

log = logging.getLogger("cme_tool.web")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = {
    "learner": lazy_gettext("Learner"),
    "learner_id": lazy_gettext("Learner id (short)"),
    "started_at": lazy_gettext("Began (UTC)"),
    "step": lazy_gettext("Where"),
    "pre_test": lazy_gettext("Pre-test (%)"),
    "post_test": lazy_gettext("Best post-test (%)"),
    "attempts": lazy_gettext("Post-test attempts"),
    "change": lazy_gettext("Change (percentage points)"),
    "evaluated": lazy_gettext("Evaluated"),
    "credit": lazy_gettext("Credit"),
    "certificate": lazy_gettext("Certificate number"),
    "certificate_status": lazy_gettext("Certificate status"),
    "grade": lazy_gettext("Grade in the learning platform"),
}


def _words() -> dict[str, str]:
    own = {"completed": gettext("Completed"), "yes": gettext("Yes"), "participation": gettext("participation")}
    states = {f"delivery.{state}": str(words) for state, words in DELIVERY_WORDS.items()}
    statuses = {f"certificate.{status}": str(words) for status, words in CERTIFICATE_WORDS.items()}
    return {**own, **states, **statuses, **{step.value: str(words) for step, words in STEP_NAMES.items()}}


def _headings() -> list[str]:
    return [str(HEADINGS[column]) for column in COLUMNS]


def _answer(work: Work, found: Results, body: Iterator[bytes], media_type: str, suffix: str) -> Response:
    name = file_name(found.activity.key, work.now, suffix)
    log.info("results exported", extra={"activity": found.activity.key, "rows": len(found.rows), "format": suffix})
    answer = Response(stream_with_context(body), mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@route(blueprint, "/staff/results.csv", Access.STAFF)
def export_csv(work: Work) -> ResponseReturnValue:
    found = results(work.db, work.visit, work.now)
    body = csv_file(_headings(), export_rows(arranged(found.rows), _words()))
    return _answer(work, found, body, "text/csv", "csv")


@route(blueprint, "/staff/results.xlsx", Access.STAFF)
def export_xlsx(work: Work) -> ResponseReturnValue:
    found = results(work.db, work.visit, work.now)
    body = xlsx_file(_headings(), export_rows(arranged(found.rows), _words()), found.activity.title, work.now)
    return _answer(work, found, body, XLSX, "xlsx")
