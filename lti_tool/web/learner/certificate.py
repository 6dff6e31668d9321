"""The learner's certificates, and their files."""

from __future__ import annotations

import logging
from io import BytesIO
from urllib.parse import urlencode

from flask import Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lti_tool.domain.activity import Step
from lti_tool.domain.badge import badge_types
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput, NotFound, ServiceUnavailable
from lti_tool.services.certificate import (
    IssuedCertificate,
    issued_certificates,
    own_certificate,
    valid_certificates,
)
from lti_tool.services.claimable import claimables
from lti_tool.services.commitment import commitments
from lti_tool.services.contact import contact_faults, keep_contact, suggested_contact
from lti_tool.services.design import assets_of
from lti_tool.services.participation import progress
from lti_tool.services.press import StoredPdf, printed_archive, printed_pdf
from lti_tool.services.specimen import specimen_for
from lti_tool.web.access import Access, Work, route
from lti_tool.web.errors import reference
from lti_tool.web.learner import blueprint
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.learner.frame import learner_page
from lti_tool.web.page import page

log = logging.getLogger("cme_tool.web")
MAX_EMAIL = 254
NAME_LENGTH = 80
"""Characters of the activity's title in the name of a file."""


@route(blueprint, "/certificate", Access.LEARNER)
def certificate(work: Work) -> ResponseReturnValue:
    return _page(work)


@route(blueprint, "/certificate/address", Access.LEARNER, ("POST",))
def certificate_address(work: Work) -> ResponseReturnValue:
    """Keep the address at which the learner wants to get certificates and reminders."""
    email = request.form.get("email", "")
    if contact_faults(email):
        return _page(work, status=422, email=email[:MAX_EMAIL])
    if work.deps.settings.has_mail:
        keep_contact(work.db, work.visit, email, work.deps.sealer, work.now)
    return redirect(url_for("learner.certificate", kept=1), 303)


def _page(work: Work, *, status: int = 200, email: str | None = None) -> Response:
    """``email``: as it was sent, if it cannot be an address."""
    here = progress(work.db, work.visit, work.now)
    if here.is_trial:
        here.standing.of(Step.CERTIFICATE)
    else:
        here.require(Step.CERTIFICATE)
    issued = issued_certificates(work.db, work.visit)
    promises = commitments(work.db, work.visit, work.now)
    return learner_page(
        "learner/certificate.html",
        work,
        here,
        Step.CERTIFICATE,
        status=status,
        issued=issued,
        valid=len(valid_certificates(issued)),
        has_mail=work.deps.settings.has_mail and not here.is_trial,
        email=suggested_contact(work.db, work.visit, work.deps.sealer) if email is None else email,
        email_error=None if email is None else _("Enter an e-mail address such as name@example.org"),
        has_more=bool(issued and claimables(work.db, here).credits),
        promises=promises,
        is_due=any(promise.is_due(work.now) for promise in promises),
        badge_types=badge_types,
        linkedin_address=linkedin_address,
    )


def linkedin_address(issued: IssuedCertificate) -> str:
    """LinkedIn's form for a licence or certification, filled in; nothing is sent before the learner does so there."""
    values = issued.certificate
    filled = {
        "startTask": "CERTIFICATION_NAME",
        "name": f"{values.title}: {values.activity_title}",
        "organizationName": values.provider_name,
        "issueYear": values.issued_on.year,
        "issueMonth": values.issued_on.month,
        "certUrl": values.verify_url,
        "certId": values.number,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(filled)}"


@route(blueprint, "/certificate/<certificate_id>.pdf", Access.LEARNER)
def certificate_file(work: Work, certificate_id: str) -> ResponseReturnValue:
    """The PDF. It is printed at the first download, and the same bytes are given ever after."""
    issued = own_certificate(work.db, work.visit, certificate_id)
    # The request's transaction ends here: on SQLite everybody would wait for the printer.
    work.db.commit()
    try:
        stored = printed_pdf(work.deps.press, issued)
    except (ServiceUnavailable, BadInput) as error:
        return _not_printed(work, issued.certificate, error)
    return certificate_answer(stored)


@route(blueprint, "/certificate/all.zip", Access.LEARNER)
def certificate_archive(work: Work) -> ResponseReturnValue:
    """All valid certificates of the activity, for those who hold several."""
    valid = valid_certificates(issued_certificates(work.db, work.visit))
    if not valid:
        raise NotFound("certificate_unknown")
    work.db.commit()
    try:
        data = printed_archive(work.deps.press, valid)
    except (ServiceUnavailable, BadInput) as error:
        return _not_printed(work, valid[0].certificate, error)
    return _file(data, f"Certificates - {valid[0].certificate.activity_title}", "application/zip", "zip")


@route(blueprint, "/certificate/specimen.pdf", Access.LEARNER)
def specimen_file(work: Work) -> ResponseReturnValue:
    """For staff. ``?as=participant`` shows what those get who are not awarded the credit."""
    is_awarded = request.args.get("as") != "participant"
    values = specimen_for(work.db, work.visit, work.deps.printer, verification_link, work.now, is_awarded=is_awarded)
    assets = assets_of(work.db, work.visit.provider_id, values.design)
    work.db.commit()
    try:
        pdf = work.deps.printer.render(values, assets).pdf
    except (ServiceUnavailable, BadInput) as error:
        return _not_printed(work, values, error)
    return _file(pdf, f"Specimen - {values.title}")


def _not_printed(work: Work, values: Certificate, error: ServiceUnavailable | BadInput) -> Response:
    """The credit stands; only its paper is late. The log says why, without a name."""
    log.error("certificate not printed: %s", error.code, extra={"code": error.code, "reference": reference()})
    answer = page(
        "learner/certificate_pending.html",
        work,
        status=503,
        activity_title=values.activity_title,
        provider_name=values.provider_name,
        certificate=values,
        code=error.code,
        reference=reference(),
    )
    answer.headers["Retry-After"] = "300"
    return answer


def certificate_answer(stored: StoredPdf) -> Response:
    """As a download, named by what it is and for which activity."""
    return _file(stored.pdf, f"{stored.certificate.title} - {stored.certificate.activity_title}")


def _file(data: bytes, name: str, media_type: str = "application/pdf", suffix: str = "pdf") -> Response:
    """As a download, its name in UTF-8 with an ASCII form for old software (RFC 6266)."""
    tidy = "".join(each if each.isprintable() and each not in '\\/:*?"<>|' else " " for each in name)
    download_name = f"{' '.join(tidy.split())[:NAME_LENGTH].strip(' .')}.{suffix}"
    answer = send_file(
        BytesIO(data), media_type, as_attachment=True, download_name=download_name, etag=False, max_age=0
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
