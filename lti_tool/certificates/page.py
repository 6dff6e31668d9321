"""From the frozen certificate to what a template may see: strings, numbers and lists of runs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from lti_tool.certificates.faces import Faces
from lti_tool.certificates.fit import Sizes
from lti_tool.certificates.wording import PrintedRun, printed, tidied, unprintable
from lti_tool.domain.certificate import Certificate, PrintedCredit
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText

TEMPLATES = Path(__file__).parent / "templates"
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)*-v[0-9]+")
QR_ADDRESS = "certificate:qr.svg"


@dataclass(frozen=True)
class Template:
    """A template folder: ``template.html``, ``style.css`` and ``meta.json`` (labels by language)."""

    folder: Path

    @classmethod
    def named(cls, name: str) -> Template:
        """The packaged template of that name and version. Raises :class:`BadInput` if there is none."""
        folder = TEMPLATES / name
        if not _NAME.fullmatch(name) or not (folder / "meta.json").is_file():
            raise BadInput("certificate.template_unknown", f"there is no certificate template {name!r}")
        return cls(folder)

    def read(self, file: str) -> str:
        """One of the folder's files."""
        return (self.folder / file).read_text(encoding="utf-8")

    @cached_property
    def meta(self) -> dict[str, Any]:
        """The parsed ``meta.json``."""
        meta: dict[str, Any] = json.loads(self.read("meta.json"))
        return meta

    def words(self, language: str) -> tuple[str, dict[str, str]]:
        """The labels for ``language`` and the language they are in: English where there is no translation."""
        labels = self.meta["labels"]
        key = language.split("-")[0].lower()
        key = key if key in labels else "en"
        return key, labels[key]

    def written(self, day: date, language: str) -> str:
        """A date in words."""
        key, _ = self.words(language)
        month: str = self.meta["months"][key][day.month - 1]
        pattern: str = self.meta["dates"][key]
        return pattern.format(month=month, day=day.day, year=day.year)


def texts(certificate: Certificate) -> dict[str, str]:
    """Every text that is printed, by the name of its field."""
    groups = {"sentence": (certificate.sentence,), "statements": certificate.statements, "notes": certificate.notes}
    names = (
        "number", "title", "learner_name", "degree", "activity_title", "learning_format", "location",
        "provider_name", "provider_contact", "signatory_name", "signatory_title", "verify_url",
    )  # fmt: skip
    found = {name: getattr(certificate, name) for name in names}
    found |= {name: " ".join(text.plain for text in group) for name, group in groups.items()}
    found["credits"] = " ".join(credit.label.plain for credit in certificate.credits)
    return {name: tidied(text) for name, text in found.items()}


def check(certificate: Certificate, faces: Faces) -> None:
    """Raises :class:`BadInput` naming each field that cannot be printed as it is, and why."""
    faults = dict(_missing(certificate)) | dict(_unprintable(certificate, faces))
    tags = {"language": certificate.language, "learner_language": certificate.learner_language or "en"}
    faults |= {name: "language_tag" for name, tag in tags.items() if not _TAG.fullmatch(tag)}
    if faults:
        listed = "; ".join(f"{field}: {fault}" for field, fault in faults.items())
        raise BadInput("certificate.unprintable", f"the certificate cannot be printed: {listed}", faults=faults)


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
        "credits": [_credit(credit, certificate.language) for credit in certificate.credits],
        "facts": _facts(certificate, template),
        "statements": [runs(text) for text in certificate.statements],
        "notes": [runs(text) for text in certificate.notes],
        "number": labels["specimen_number"] if certificate.is_specimen else certificate.number,
        "issued_on": template.written(certificate.issued_on, certificate.language),
        "is_specimen": certificate.is_specimen,
        "verify_url": "" if certificate.is_specimen else certificate.verify_url,
        "qr_address": QR_ADDRESS,
        "qr_alt": _qr_alt(certificate, labels),
    }


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
