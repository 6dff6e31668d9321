"""From the frozen certificate to what a template may see: strings, numbers and lists of runs."""

from __future__ import annotations

import re
from typing import Any

from lti_tool.certificates.faces import Faces
from lti_tool.certificates.fit import Sizes
from lti_tool.certificates.look import credit_rows, room_of
from lti_tool.certificates.template import Template
from lti_tool.certificates.wording import PrintedRun, printed, tidied, unprintable
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.design import design_faults
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
QR_ADDRESS = "certificate:qr.svg"


def texts(certificate: Certificate) -> dict[str, str]:
    """Every text that is printed, by the name of its field."""
    groups = {"sentence": (certificate.sentence,), "statements": certificate.statements, "notes": certificate.notes}
    names = (
        "number", "title", "learner_name", "degree", "activity_title", "learning_format", "location",
        "provider_name", "provider_contact", "signatory_name", "signatory_title", "verify_url",
    )  # fmt: skip
    found = {name: getattr(certificate, name) for name in names}
    found |= {name: " ".join(text.plain for text in group) for name, group in groups.items()}
    lines = (text.plain for credit in certificate.credits for text in (credit.label, *credit.details))
    found["credits"] = " ".join(lines)
    return {name: tidied(text) for name, text in found.items()}


def check(certificate: Certificate, faces: Faces) -> None:
    """Raises :class:`BadInput` naming each field that cannot be printed as it is, and why."""
    faults = dict(_missing(certificate)) | dict(_unprintable(certificate, faces))
    tags = {"language": certificate.language, "learner_language": certificate.learner_language or "en"}
    faults |= {name: "language_tag" for name, tag in tags.items() if not _TAG.fullmatch(tag)}
    faults |= _design_faults(certificate)
    if faults:
        listed = "; ".join(f"{field}: {fault}" for field, fault in faults.items())
        raise BadInput("certificate.unprintable", f"the certificate cannot be printed: {listed}", faults=faults)


def _design_faults(certificate: Certificate) -> dict[str, str]:
    design, template = certificate.design, Template.named(certificate.template)
    if design is None:
        return {"design": "missing"} if template.has_designs else {}
    faults = design_faults(design)
    if design.template != certificate.template or not template.has_designs:
        faults["template"] = "template_unknown"
    return {f"design.{field}": fault for field, fault in faults.items()}


def _missing(certificate: Certificate) -> list[tuple[str, str]]:
    required = ["number", "title", "learner_name", "activity_title", "learning_format", "provider_name", "verify_url"]
    empty = [name for name in required if not any(map(str.isalnum, getattr(certificate, name)))]
    return [(name, "missing") for name in empty]


def _unprintable(certificate: Certificate, faces: Faces) -> list[tuple[str, str]]:
    found = ((name, unprintable(text, faces)) for name, text in texts(certificate).items())
    return [(name, "unprintable " + " ".join(map(_code_point, bad))) for name, bad in found if bad]


def _code_point(character: str) -> str:
    shown = f" ({character})" if character.isprintable() else ""
    return f"U+{ord(character):04X}{shown}"


def view(certificate: Certificate, template: Template, sizes: Sizes) -> dict[str, Any]:
    """Everything the template may use; a name it asks for beyond these refuses to render."""
    key, labels = template.words(certificate.language)
    lines = [_credit(credit, certificate.language) for credit in certificate.credits]

    def runs(text: RichText | str, hint: str = "") -> tuple[PrintedRun, ...]:
        return printed(text, certificate.language, hint)

    values = {
        name: runs(getattr(certificate, name))
        for name in ("title", "degree", "provider_contact", "signatory_name", "signatory_title")
    }
    return values | {
        "language": certificate.language,
        "labels": labels,
        "labels_language": key,
        "sizes": sizes,
        "document_title": f"{tidied(certificate.title)}: {tidied(certificate.activity_title)}",
        "description": _description(certificate),
        "dated": certificate.issued_on.isoformat(),
        "provider": runs(certificate.provider_name),
        "provider_plain": tidied(certificate.provider_name),
        "name": runs(certificate.learner_name, certificate.learner_language),
        "sentence": printed(certificate.sentence, certificate.language, han=certificate.learner_language),
        "credits": lines,
        "credit_rows": [[lines[place] for place in row] for row in credit_rows(certificate)],
        "facts": _facts(certificate, template),
        "statements": [runs(text) for text in certificate.statements],
        "notes": [runs(text) for text in certificate.notes],
        "number": labels["specimen_number"] if certificate.is_specimen else certificate.number,
        "issued_on": template.written(certificate.issued_on, certificate.language),
        "is_specimen": certificate.is_specimen,
        "verify_url": "" if certificate.is_specimen else certificate.verify_url,
        "qr_address": QR_ADDRESS,
        "qr_alt": _qr_alt(certificate, labels),
        "is_centred": template.meta.get("is_centred", True),
        "room": room_of(certificate, template),
        "pictures": _pictures(certificate, labels),
    }


def picture_address(sha256: str) -> str:
    """The address under which a page finds a picture of its design."""
    return f"certificate:{sha256}" if sha256 else ""


def _pictures(certificate: Certificate, labels: dict[str, str]) -> dict[str, str]:
    """Addresses of logo, seal and signature, ``""`` for none, and what is read aloud for each."""
    design = certificate.design
    if design is None:
        return {}
    found = {name: picture_address(getattr(design, name)) for name in ("logo", "seal", "signature")}
    slots = {"provider": tidied(certificate.provider_name), "signatory": tidied(certificate.signatory_name)}
    return found | {f"{name}_alt": labels[f"{name}_alt"].format(**slots) for name, it in found.items() if it}


def _description(certificate: Certificate) -> str:
    """For the document's properties: what it is, never whose."""
    return f"{tidied(certificate.learning_format)}, {tidied(certificate.provider_name)}"


def _qr_alt(certificate: Certificate, labels: dict[str, str]) -> str:
    if certificate.is_specimen:
        return labels["qr_alt_specimen"]
    return labels["qr_alt"].format(address=certificate.verify_url)


def _credit(credit: PrintedCredit, language: str) -> dict[str, Any]:
    return {
        "amount": format(credit.amount, "f"),
        "label": printed(credit.label, language),
        "is_awarded": credit.is_awarded,
        "details": [printed(text, language) for text in credit.details],
    }


def _facts(certificate: Certificate, template: Template) -> list[dict[str, Any]]:
    _, labels = template.words(certificate.language)
    days = {
        "completed": certificate.completed_on,
        "released": certificate.released_on,
        "expires": certificate.expires_on,
    }
    values = {"activity": certificate.activity_title, "format": certificate.learning_format}
    if certificate.location.strip():
        values["location"] = certificate.location
    values |= {name: template.written(day, certificate.language) for name, day in days.items()}
    return [
        {"kind": name, "label": labels[name], "value": printed(value, certificate.language)}
        for name, value in values.items()
    ]
