"""The provider's certificates: the register, corrections and withdrawals, files in bulk."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import REVOCATION_REASONS, StatusReason
from lti_tool.domain.errors import BadInput
from lti_tool.services.bulk_printing import archive, last_job, print_all
from lti_tool.services.certificate_register import (
    COLUMNS,
    PAGE,
    keeping,
    register_activities,
    register_activity,
    register_export,
    register_page,
)
from lti_tool.services.certificate_status import MAX_NOTE, correct_name, provider_certificate, revoke
from lti_tool.services.export import csv_file
from lti_tool.services.press import printed_pdf
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.learner.claim import verification_link
from lti_tool.web.office import blueprint
from lti_tool.web.office.certificate_filter import filter_page, wanted_certificates
from lti_tool.web.office.frame import office_page
from lti_tool.web.retention_words import reason_words

REASON_WORDS = {
    StatusReason.NAME_CORRECTED: lazy_gettext("The name was corrected"),
    StatusReason.ISSUED_IN_ERROR: lazy_gettext("It was issued in error"),
    StatusReason.CREDIT_ADJUSTED: lazy_gettext("The credit was adjusted"),
    StatusReason.CREDIT_EXPIRED: lazy_gettext("The credit has expired"),
    StatusReason.CREDIT_WITHDRAWN: lazy_gettext("The credit was withdrawn"),
    StatusReason.HOLDER_ASKED: lazy_gettext("Its holder asked for it"),
}
FAULT_WORDS = {
    "name_missing": lazy_gettext("Enter the corrected name"),
    "name_too_long": lazy_gettext("This name is too long for a certificate"),
    "name_unprintable": lazy_gettext("This name holds characters that cannot be printed"),
    "name_same": lazy_gettext("This is the name that the certificate has"),
    "reason_missing": lazy_gettext("Say why"),
}


@office_route(blueprint, "/certificates", Capability.MANAGE_CERTIFICATES)
def certificates(work: OfficeWork) -> ResponseReturnValue:
    return office_page(
        "office/certificates.html",
        work,
        activities=register_activities(work.db, work.officer),
        may_design=work.officer.powers.may_everywhere(Capability.MANAGE_CERTIFICATES),
    )


@office_route(blueprint, "/certificates/of/<activity_id>", Capability.MANAGE_CERTIFICATES)
def certificate_list(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    title = register_activity(work.db, work.officer, activity_id)
    wanted, after = wanted_certificates(), request.args.get("after", "")[:40]
    rows = register_page(work.db, work.officer, activity_id, work.now, wanted=wanted, after=after)
    return office_page(
        "office/certificate_list.html",
        work,
        activity_id=activity_id,
        activity_title=title,
        rows=rows,
        **filter_page(work, wanted),
        older=rows[-1].number if len(rows) == PAGE else "",
        has_mail=work.deps.settings.has_mail,
        job=last_job(work.db, work.officer.provider_id, activity_id),
    )


@office_route(blueprint, "/certificates/of/<activity_id>.csv", Capability.MANAGE_CERTIFICATES)
def certificate_log(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """The log as a table, with the filters of the page."""
    rows = tuple(register_export(work.db, work.officer, activity_id, work.now, wanted_certificates()))
    answer = Response(csv_file(COLUMNS, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.csv"'
    return answer


@office_route(blueprint, "/certificates/of/<activity_id>/print", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_print_all(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    print_all(work.db, work.officer, activity_id, work.now)
    return redirect(url_for("office.certificate_list", activity_id=activity_id), 303)


@office_route(blueprint, "/certificates/of/<activity_id>.zip", Capability.MANAGE_CERTIFICATES)
def certificate_archive(work: OfficeWork, activity_id: str) -> ResponseReturnValue:
    """Those that the filters leave. Streamed: however many there are, one is in memory at a time."""
    register_activity(work.db, work.officer, activity_id)
    pieces = archive(work.deps.sessions, work.officer, activity_id, wanted_certificates())
    answer = Response(pieces, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="certificates.zip"'
    return answer


@office_route(blueprint, "/certificates/<certificate_id>", Capability.MANAGE_CERTIFICATES)
def certificate(work: OfficeWork, certificate_id: str) -> ResponseReturnValue:
    return _certificate_page(work, certificate_id)


def _certificate_page(
    work: OfficeWork, certificate_id: str, *, status: int = 200, error: BadInput | None = None
) -> Response:
    faults = error.faults or {"name": error.code} if error else {}
    return office_page(
        "office/certificate.html",
        work,
        status=status,
        issued=provider_certificate(work.db, work.officer, certificate_id),
        kept=keeping(work.db, work.officer, certificate_id, work.now),
        reason_words=reason_words,
        faults=[{"field": name, "message": FAULT_WORDS.get(code, code)} for name, code in faults.items()],
        reasons={reason.value: REASON_WORDS[reason] for reason in REVOCATION_REASONS},
        form=request.form,
        max_note=MAX_NOTE,
    )


@office_route(blueprint, "/certificates/<certificate_id>/file.pdf", Capability.MANAGE_CERTIFICATES)
def certificate_pdf(work: OfficeWork, certificate_id: str) -> ResponseReturnValue:
    issued = provider_certificate(work.db, work.officer, certificate_id)
    work.db.commit()
    stored = printed_pdf(work.deps.press, issued)
    answer = Response(stored.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{issued.certificate.number}.pdf"'
    return answer


@office_route(blueprint, "/certificates/<certificate_id>/name", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_correct(work: OfficeWork, certificate_id: str) -> ResponseReturnValue:
    name, reason = request.form.get("name", ""), request.form.get("reason", "")
    printer = work.deps.printer
    try:
        issued = correct_name(work.db, work.officer, certificate_id, name, reason, printer, verification_link, work.now)
    except BadInput as error:
        if error.code != "correction_unusable":
            raise
        return _certificate_page(work, certificate_id, status=422, error=error)
    return redirect(url_for("office.certificate", certificate_id=issued.id), 303)


@office_route(blueprint, "/certificates/<certificate_id>/revoke", Capability.MANAGE_CERTIFICATES, ("POST",))
def certificate_revoke(work: OfficeWork, certificate_id: str) -> ResponseReturnValue:
    reason, words = request.form.get("why", ""), request.form.get("words", "")
    try:
        revoke(work.db, work.officer, certificate_id, reason, words, work.now)
    except BadInput as error:
        return _certificate_page(work, certificate_id, status=422, error=error)
    return redirect(url_for("office.certificate", certificate_id=certificate_id), 303)
