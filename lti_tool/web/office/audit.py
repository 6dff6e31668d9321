"""The audit trail, to read and to take away."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flask import Response, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.services.audit import PAGE, AuditRow, activity_of, trail, whole_trail
from lti_tool.services.export import csv_file
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page

COLUMNS = ("number", "at", "actor", "action", "subject", "activity", "detail")


def _before() -> int | None:
    word = request.args.get("before", "")
    if word and (not word.isascii() or not word.isdigit() or len(word) > 12):
        raise BadInput("page_wrong", faults={"before": "page_wrong"})
    return int(word) if word else None


def _activity(work: OfficeWork) -> tuple[str, str]:
    """Key and title of the activity asked for; without one, the whole provider's trail needs the right to all of it."""
    activity_id = request.args.get("activity", "")[:32]
    if not activity_id:
        work.officer.require_everywhere(Capability.REPORT)
        return "", ""
    work.officer.require(Capability.REPORT, activity_id)
    return activity_id, activity_of(work.db, work.officer.provider_id, activity_id)


@office_route(blueprint, "/audit", Capability.REPORT)
def audit(work: OfficeWork) -> ResponseReturnValue:
    activity_id, title = _activity(work)
    rows = trail(work.db, work.officer.provider_id, activity_id=activity_id, before=_before())
    return office_page(
        "office/audit.html",
        work,
        rows=rows,
        activity_id=activity_id,
        activity_title=title,
        older=rows[-1].number if len(rows) == PAGE else None,
        read_out=_read_out,
        short=_short,
    )


def _short(subject: str) -> str:
    """Enough of a key to tell two apart on a page; the CSV has all of it."""
    kind, _, key = subject.partition(":")
    return f"{kind} {key[:8]}"


def _read_out(row: AuditRow) -> str:
    """The detail for reading; the CSV has it as it is kept."""
    return "; ".join(f"{key.replace('_', ' ')}: {_words(value)}" for key, value in sorted(row.detail.items()))


def _words(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(one or "–" for one in value) or "–"
    if isinstance(value, bool) or not isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value) or "–"


def _written(row: AuditRow) -> str:
    return json.dumps(row.detail, ensure_ascii=False, sort_keys=True) if row.detail else ""


@office_route(blueprint, "/audit.csv", Capability.REPORT)
def audit_csv(work: OfficeWork) -> ResponseReturnValue:
    activity_id, _ = _activity(work)
    rows = tuple(_cells(whole_trail(work.db, work.officer.provider_id, activity_id)))
    response = Response(csv_file(COLUMNS, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    return response


def _cells(rows: Iterable[AuditRow]) -> Iterable[tuple[str, ...]]:
    for row in rows:
        yield (
            str(row.number),
            row.at.isoformat(),
            row.actor,
            row.action,
            row.subject,
            row.activity_id or "",
            _written(row),
        )
