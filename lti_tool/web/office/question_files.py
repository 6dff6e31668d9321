"""Question files: looking at one before it comes in, bringing it in, and taking questions out."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.services.question_file import (
    MAX_FILE_BYTES,
    ImportPreview,
    QuestionFormat,
    Verdict,
    commit_import,
    export_questions,
    open_import,
    preview_import,
)
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.question_words import FORMAT_WORDS, KIND_WORDS, VERDICT_WORDS, file_fault_words
from lti_tool.web.office.questions import questions_page, wanted_in

ENVELOPE = 100_000
"""What a form adds to the file in it."""
SHOWN = 200
"""So many questions and faults of a file are listed; all are counted."""
COLUMNS = (
    {"key": "stem", "label": lazy_gettext("Question")},
    {"key": "key", "label": lazy_gettext("Key")},
    {"key": "kind", "label": lazy_gettext("Kind")},
    {"key": "verdict", "label": lazy_gettext("What happens")},
)
FAULT_COLUMNS = (
    {"key": "line", "label": lazy_gettext("Line"), "kind": "number"},
    {"key": "where", "label": lazy_gettext("Where")},
    {"key": "message", "label": lazy_gettext("What, and what to do")},
)


def _page(work: OfficeWork, seen: ImportPreview | None, *, status: int = 200, is_missing: bool = False) -> Response:
    faults = [{"field": "file", "message": _("Choose a file")}] if is_missing else []
    return office_page(
        "office/question_import.html",
        work,
        status=status,
        seen=seen,
        faults=faults,
        columns=COLUMNS,
        fault_columns=FAULT_COLUMNS,
        fault_words=file_fault_words,
        shown=SHOWN,
        verdicts=Verdict,
        verdict_words=VERDICT_WORDS,
        kind_words=KIND_WORDS,
        formats=list(FORMAT_WORDS.values()),
        megabytes=MAX_FILE_BYTES // 1_000_000,
    )


@office_route(blueprint, "/questions/import", Capability.PLAN)
def question_import(work: OfficeWork) -> ResponseReturnValue:
    return _page(work, None)


@office_route(blueprint, "/questions/import", Capability.PLAN, ("POST",), max_bytes=MAX_FILE_BYTES + ENVELOPE)
def question_import_look(work: OfficeWork) -> ResponseReturnValue:
    """A file with faults brings nothing in: they are listed. One without waits, and its preview is shown."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _page(work, None, status=422, is_missing=True)
    data = upload.stream.read(MAX_FILE_BYTES + 1)
    seen = preview_import(work.db, work.officer, upload.filename, data, work.now)
    if seen.faults:
        return _page(work, seen, status=422)
    return redirect(url_for("office.question_import_preview", import_id=seen.import_id), 303)


@office_route(blueprint, "/questions/import/<import_id>", Capability.PLAN)
def question_import_preview(work: OfficeWork, import_id: str) -> ResponseReturnValue:
    return _page(work, open_import(work.db, work.officer, import_id, work.now))


@office_route(blueprint, "/questions/import/<import_id>", Capability.PLAN, ("POST",))
def question_import_commit(work: OfficeWork, import_id: str) -> ResponseReturnValue:
    has_revisions = request.form.get("known") != "skip"
    done = commit_import(work.db, work.officer, import_id, work.now, has_revisions=has_revisions)
    return office_page("office/question_imported.html", work, done=done)


@office_route(blueprint, "/questions/export", Capability.PLAN)
def question_export(work: OfficeWork) -> ResponseReturnValue:
    """A download; where the format cannot hold a question, the reasons instead."""
    word = request.args.get("format", "")
    if word not in {form.value for form in QuestionFormat}:
        raise BadInput("format_unknown", faults={"format": "format_unknown"})
    ids = request.args.getlist("id")[:SHOWN]
    try:
        written = export_questions(work.db, work.officer, QuestionFormat(word), wanted_in(request.args.to_dict()), ids)
    except BadInput as error:
        return questions_page(work, error)
    if written.faults:
        return office_page(
            "office/question_export_faults.html",
            work,
            status=422,
            faults=written.faults[:SHOWN],
            count=len(written.faults),
            format_name=FORMAT_WORDS[QuestionFormat(word)],
            fault_columns=FAULT_COLUMNS[1:],
            fault_words=file_fault_words,
        )
    response = Response(written.body, mimetype=written.media_type)
    name = f"questions-{work.now:%Y-%m-%d}{written.suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
