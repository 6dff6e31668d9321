"""Claims, evaluations and certificates of learners who work in a native face."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.native import write_message
from lti_tool.services.native_claim import Desk, native_certificate, native_certificates, receive_claim
from lti_tool.services.native_evaluation import receive_evaluation, receive_receipt
from lti_tool.services.native_identifiers import receive_identifiers
from lti_tool.services.native_record import native_holding, native_record
from lti_tool.services.press import printed_archive, printed_pdf
from lti_tool.web.api.operation import Operation, idempotency_key, json_body, operation
from lti_tool.web.api_access import ApiWork
from lti_tool.web.page import absolute


def verification_link(code: str) -> str:
    return absolute("verify.certificate", code=code)


@operation(
    Operation(
        name="claim",
        method="POST",
        rule="/claims",
        summary="Claim credit with the facts of what a learner did. The tool computes where they stand, and answers "
        "with certificates or with the reasons why there are none. An awarded claim answers the same for ever.",
        body="NativeClaim",
        answer="NativeAnswer",
        is_idempotent=True,
    )
)
def claim(work: ApiWork) -> ResponseReturnValue:
    desk = Desk(verification_link, work.deps.printer, work.deps.sealer)
    return jsonify(receive_claim(work.db, work.client, idempotency_key(), json_body(), desk, work.now))


@operation(
    Operation(
        name="record",
        method="GET",
        rule="/activities/<key>/record",
        summary="What the tool has recorded of a learner itself, through LTI links: the face goes on from there. "
        "Ask when the learner does, not for every page.",
        answer="NativeRecord",
        query={"subject": "The platform's LTI id of the person.", "context": "The platform's id of the course."},
    )
)
def record(work: ApiWork, key: str) -> ResponseReturnValue:
    subject, context = (request.args.get(name, "")[:255] for name in ("subject", "context"))
    found = native_record(work.db, work.client, key, subject, context, verification_link, work.now)
    return jsonify(write_message(found))


@operation(
    Operation(
        name="holding",
        method="GET",
        rule="/activities/<key>/holding",
        summary="What is on file of a learner for a claim: which identifiers for boards and registries, never what "
        "they are, and which credit was given. Ask when a claim needs it, and ask the learner for the rest only.",
        answer="NativeHolding",
        query={"subject": "The platform's LTI id of the person."},
    )
)
def holding(work: ApiWork, key: str) -> ResponseReturnValue:
    found = native_holding(work.db, work.client, key, request.args.get("subject", "")[:255])
    return jsonify(write_message(found))


@operation(
    Operation(
        name="identifiers",
        method="PUT",
        rule="/identifiers",
        summary="Hand in what boards and registries may be told of credit that was given, where it could not go with "
        "the claim. What the bodies of that credit ask for is kept, sealed; a repeat changes nothing.",
        body="NativeIdentifiers",
        answer="Kept",
    )
)
def identifiers(work: ApiWork) -> ResponseReturnValue:
    return jsonify(receive_identifiers(work.db, work.client, json_body(), work.deps.sealer, work.now))


@operation(
    Operation(
        name="evaluation_receipt",
        method="POST",
        rule="/evaluation-receipts",
        summary="Tell that a learner has answered the evaluation, so that no other face asks for it again. Send it "
        "first: where `is_first` is false it was answered elsewhere, and the answers are not to be sent.",
        body="NativeReceipt",
        answer="Received",
        is_idempotent=True,
    )
)
def evaluation_receipt(work: ApiWork) -> ResponseReturnValue:
    return jsonify(receive_receipt(work.db, work.client, idempotency_key(), json_body(), work.now))


@operation(
    Operation(
        name="evaluation",
        method="POST",
        rule="/evaluations",
        summary="Hand in an answered evaluation; an anonymous one carries no subject.",
        body="NativeEvaluation",
        answer="Kept",
        is_idempotent=True,
    )
)
def evaluation(work: ApiWork) -> ResponseReturnValue:
    return jsonify(receive_evaluation(work.db, work.client, idempotency_key(), json_body(), work.now))


@operation(
    Operation(
        name="certificate_pdf",
        method="GET",
        rule="/certificates/<certificate_id>/pdf",
        summary="The PDF of a certificate, for the person to whom it was issued.",
        query={"subject": "The platform's LTI id of that person."},
        media_type="application/pdf",
    )
)
def certificate_pdf(work: ApiWork, certificate_id: str) -> ResponseReturnValue:
    issued = native_certificate(work.db, work.client, certificate_id, request.args.get("subject", "")[:255])
    work.db.commit()  # printing takes long: no lock is held meanwhile
    stored = printed_pdf(work.deps.press, issued)
    response = Response(stored.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificate-{issued.certificate.number}.pdf"'
    return response


@operation(
    Operation(
        name="certificate_archive",
        method="GET",
        rule="/activities/<key>/certificates.zip",
        summary="All valid certificates of a learner in the activity as a ZIP archive of their PDFs, named by number. "
        "What was corrected is in it as corrected; what was withdrawn is not.",
        query={"subject": "The platform's LTI id of the person."},
        media_type="application/zip",
    )
)
def certificate_archive(work: ApiWork, key: str) -> ResponseReturnValue:
    valid = native_certificates(work.db, work.client, key, request.args.get("subject", "")[:255])
    work.db.commit()  # as above
    response = Response(printed_archive(work.deps.press, valid), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="certificates.zip"'
    return response
