"""The transcript behind a signed link: no account, no cookie. The secret stands in the query, which no log holds."""

from __future__ import annotations

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.services.transcript import whole_transcript
from lti_tool.services.transcript_link import OpenedTranscript, open_transcript_link
from lti_tool.web.access import PublicWork, public_route
from lti_tool.web.headers import unlisted
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.transcript import FORMS, transcript_answer, transcript_values
from lti_tool.web.messages import EXPLANATIONS
from lti_tool.web.page import page

EXPLANATIONS["transcript_link_unknown"] = (
    lazy_gettext("This link opens nothing any more"),
    lazy_gettext("It is too old or not complete. Open any activity of the provider and make a new one there."),
)
EXPLANATIONS["transcript_link_ended"] = (
    lazy_gettext("This link was called back"),
    lazy_gettext("The person whose credit it showed has ended it. Ask them for a new one."),
)


def _opened(work: PublicWork) -> OpenedTranscript:
    found = open_transcript_link(work.db, request.args.get("token", ""), work.deps.sealer, work.now)
    g.reader_language = found.language
    return found


@public_route(blueprint, "/transcript")
def linked_transcript(work: PublicWork) -> ResponseReturnValue:
    """All credit of the person for whom the link was made."""
    link = _opened(work)
    found = whole_transcript(work.db, link.provider_id, link.learner_id, work.now)
    values = transcript_values(found)
    return unlisted(page("learner/transcript_linked.html", token=request.args["token"], **values))


@public_route(blueprint, f"/transcript.<{FORMS}:form>")
def linked_transcript_file(work: PublicWork, form: str) -> ResponseReturnValue:
    """The same to take away."""
    link = _opened(work)
    return unlisted(transcript_answer(work, link.provider_id, link.learner_id, form))
