"""All credit of this learner at this provider: to read, to take away, and as a link."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.credit import printed_amount
from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.transcript import Transcript, totals, yearly_totals
from lti_tool.services.transcript import whole_transcript
from lti_tool.services.transcript_file import TranscriptSource, sealed_pdf, signed_transcript, transcript_csv
from lti_tool.services.transcript_link import end_links, live_links, new_transcript_link
from lti_tool.web.access import Access, PublicWork, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.owed_words import owed_row
from lti_tool.web.learner.transcript_pages import STATUS_WORDS, transcript_dossier
from lti_tool.web.page import absolute, page

log = logging.getLogger("cme_tool.web")
FORMS = "any(pdf, csv, json)"
JSON_TYPE, CSV_TYPE, PDF_TYPE = "application/json", "text/csv", "application/pdf"


@route(blueprint, "/transcript", Access.LEARNER)
def transcript(work: Work) -> ResponseReturnValue:
    return _page(work)


def _page(work: Work, **values: Any) -> Response:
    found = whole_transcript(work.db, work.visit.provider_id, work.visit.learner_id, work.now)
    values["links"] = live_links(work.db, work.visit, work.now)
    return page("learner/transcript.html", work, **transcript_values(found, work.visit.activity_id), **values)


def transcript_values(found: Transcript, activity_id: str | None = None) -> Mapping[str, Any]:
    """What the templates of a transcript use. ``activity_id``: the activity that the reader's session opens."""
    return {
        "transcript": found,
        "sums": totals(found.lines),
        "years": yearly_totals(found.lines),
        "printed_amount": printed_amount,
        "status_words": STATUS_WORDS,
        "owed": [owed_row(one, activity_id) for one in found.owed],
    }


@route(blueprint, f"/transcript.<{FORMS}:form>", Access.LEARNER)
def transcript_file(work: Work, form: str) -> ResponseReturnValue:
    """The same to take away: signed pages, a table, or signed values for software."""
    return transcript_answer(work, work.visit.provider_id, work.visit.learner_id, form)


def transcript_answer(work: PublicWork, provider_id: str, learner_id: str, form: str) -> Response:
    """A file of one person's transcript. Raises ``ServiceUnavailable`` where it cannot be printed now."""
    found = whole_transcript(work.db, provider_id, learner_id, work.now)
    source = TranscriptSource(provider_id, found, verification_link)
    # The request's transaction ends here: on SQLite everybody would wait for the printer.
    work.db.commit()
    if form == "csv":
        return _download(transcript_csv(source), CSV_TYPE, form)
    if form == "json":
        signed = signed_transcript(source, work.deps.press, work.now)
        return _download(json.dumps(signed, ensure_ascii=False, indent=2).encode(), JSON_TYPE, form)
    return _download(_pdf(work, source), PDF_TYPE, form)


def _pdf(work: PublicWork, source: TranscriptSource) -> bytes:
    dossier = transcript_dossier(source.transcript, source.link)
    try:
        return sealed_pdf(source.provider_id, dossier, work.deps.bindery, work.deps.press, work.now)
    except BadInput as error:
        log.error("transcript not printed: %s", error.code, extra={"code": error.code})
        raise ServiceUnavailable("certificate.unavailable") from error


def _download(body: bytes, media_type: str, form: str) -> Response:
    answer = Response(body, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="transcript.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@route(blueprint, "/transcript/link", Access.LEARNER, ("POST",))
def transcript_link(work: Work) -> ResponseReturnValue:
    """A new address of the same, for a few days, that asks for no learning platform. It is shown once."""
    made = new_transcript_link(work.db, work.visit, work.deps.sealer, work.now)
    return _page(work, link=absolute("learner.linked_transcript", token=made.token), link_ends=made.expires_at)


@route(blueprint, "/transcript/link/end", Access.LEARNER, ("POST",))
def end_transcript_link(work: Work) -> ResponseReturnValue:
    """Call a link back, or all of them: whoever opens it from now on is told that it has ended."""
    end_links(work.db, work.visit, work.now, request.form.get("link", "")[:32])
    return redirect(url_for("learner.transcript", _anchor="links"), 303)
