"""One's certificate behind a signed link: no account, no cookie. The secret stands in the query, which no log holds."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.certificate import CertificateStatus
from lti_tool.services.certificate_link import open_certificate_link
from lti_tool.services.press import printed_pdf
from lti_tool.web.access import PublicWork, public_route
from lti_tool.web.headers import unlisted
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.certificate import certificate_answer
from lti_tool.web.messages import EXPLANATIONS

EXPLANATIONS["certificate_link_unknown"] = (
    lazy_gettext("This link opens nothing any more"),
    lazy_gettext("It is too old or not complete. Your certificate is kept: open the activity again to download it."),
)


@public_route(blueprint, "/certificate.pdf")
def linked_certificate(work: PublicWork) -> ResponseReturnValue:
    """The file for which the link was made. One that is no longer valid leads to its page, which says why."""
    issued = open_certificate_link(work.db, request.args.get("token", ""), work.deps.sealer, work.now)
    g.reader_language = issued.certificate.learner_language
    if issued.status is not CertificateStatus.VALID:
        return redirect(url_for("verify.certificate", code=issued.code), 303)
    work.db.commit()
    return unlisted(certificate_answer(printed_pdf(work.deps.press, issued)))
