"""What is kept of oneself: to read, to take away, and to have restricted or erased."""

from __future__ import annotations

import json
from datetime import datetime

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.credential import IdKind
from lti_tool.domain.errors import BadInput
from lti_tool.services.consent import own_consents, withdraw_consent
from lti_tool.services.data_request import ask, own_requests, request_kind, withdraw
from lti_tool.services.erasure import kept_for
from lti_tool.services.own_data import own_data as collected
from lti_tool.web.access import Access, Work, route
from lti_tool.web.learner import blueprint
from lti_tool.web.page import page
from lti_tool.web.retention_words import KIND_WORDS, STATE_WORDS, reason_words

CONSENT_WORDS = {
    IdKind.CONSENT_PARS: lazy_gettext("Credit may be reported to your boards, through ACCME (PARS)."),
    IdKind.CONSENT_CPE_MONITOR: lazy_gettext("Credit may be reported to CPE Monitor."),
}


@route(blueprint, "/own-data", Access.LEARNER)
def own_data(work: Work) -> ResponseReturnValue:
    """What is kept of the visitor at this provider; a data-privacy launch ends here."""
    return _page(work)


def _page(work: Work, fault: str = "", status: int = 200) -> Response:
    found = collected(work.db, work.visit, work.deps.sealer, work.now)
    requests = own_requests(work.db, work.visit)
    open_kinds = {one.kind for one in requests if one.is_open}
    return page(
        "learner/own_data.html",
        work,
        status=status,
        provider_name=found.document["provider"],
        person=found.document["person"],
        identifiers=len(found.document["identifiers"]),
        titles=found.titles,
        certificates=found.document["certificates"],
        readings=[(datetime.fromisoformat(one["at"]), one["purpose"]) for one in found.document["identifiers_read"]],
        consents=own_consents(work.db, work.visit),
        consent_words=CONSENT_WORDS,
        requests=requests,
        kinds={kind: words for kind, words in KIND_WORDS.items() if kind not in open_kinds},
        kind_words=KIND_WORDS,
        state_words=STATE_WORDS,
        kept=kept_for(work.db, work.visit.provider_id, work.visit.learner_id, work.now),
        reason_words=reason_words,
        reason=request.form.get("reason", ""),
        fault=fault,
    )


@route(blueprint, "/own-data.json", Access.LEARNER)
def own_data_file(work: Work) -> ResponseReturnValue:
    """The same as a file that machines can read."""
    document = collected(work.db, work.visit, work.deps.sealer, work.now).document
    answer = Response(json.dumps(document, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="own-data.json"'
    return answer


@route(blueprint, "/own-data/requests", Access.LEARNER, ("POST",))
def data_request_ask(work: Work) -> ResponseReturnValue:
    """Ask for restriction or erasure; a reason need not be given."""
    kind = request_kind(request.form.get("kind", ""))
    try:
        ask(work.db, work.visit, kind, request.form.get("reason", ""), work.now)
    except BadInput:
        return _page(work, _("Say it in words, 1000 characters at most, or leave it empty."), 422)
    return redirect(url_for("learner.own_data"), 303)


@route(blueprint, "/own-data/requests/<request_id>/withdraw", Access.LEARNER, ("POST",))
def data_request_withdraw(work: Work, request_id: str) -> ResponseReturnValue:
    """Take it back before it was decided, or end a restriction."""
    withdraw(work.db, work.visit, request_id, work.now)
    return redirect(url_for("learner.own_data"), 303)


@route(blueprint, "/own-data/consents/<kind>/withdraw", Access.LEARNER, ("POST",))
def consent_withdraw(work: Work, kind: str) -> ResponseReturnValue:
    """Take back a permission to report."""
    withdraw_consent(work.db, work.visit, kind, work.now)
    return redirect(url_for("learner.own_data"), 303)
