"""The filters of a list of certificates: from the address, back into one, and as controls of the page."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import request
from flask_babel import lazy_gettext

from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.credit import Degree
from lti_tool.services.certificate_filter import MAX_SEARCH, RegisterFilter
from lti_tool.services.certificate_register import register_choices
from lti_tool.web.access import OfficeWork
from lti_tool.web.learner.claim_words import DEGREES
from lti_tool.web.retention_words import reason_words

MAX_KEY = 64
Word = TypeVar("Word", bound=StrEnum)
MAILED = {"yes": True, "no": False}
MAILED_WORDS = {"yes": lazy_gettext("Sent by e-mail"), "no": lazy_gettext("Not sent by e-mail")}


def wanted_certificates() -> RegisterFilter:
    """What the address asks for; what cannot be read filters nothing."""
    asked = request.args
    return RegisterFilter(
        asked.get("search", "")[:MAX_SEARCH].replace("\0", ""),
        _one_of(CertificateStatus, "status"),
        _day("issued_from"),
        _day("issued_until"),
        _key("activity"),
        _key("credit"),
        _one_of(Degree, "degree"),
        MAILED.get(asked.get("mailed", "")),
    )


def _key(name: str) -> str:
    return request.args.get(name, "")[:MAX_KEY].replace("\0", "")


def _one_of(words: type[Word], name: str) -> Word | None:
    return next((one for one in words if one.value == request.args.get(name)), None)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def filter_values(wanted: RegisterFilter) -> dict[str, str]:
    """The same as values of an address; nothing for what is not asked."""
    values = {
        "search": wanted.search,
        "status": wanted.status.value if wanted.status else "",
        "issued_from": wanted.issued_from.isoformat() if wanted.issued_from else "",
        "issued_until": wanted.issued_until.isoformat() if wanted.issued_until else "",
        "activity": wanted.activity_id,
        "credit": wanted.credit_type,
        "degree": wanted.degree.value if wanted.degree else "",
        "mailed": next((word for word, stands in MAILED.items() if stands is wanted.is_mailed), ""),
    }
    return {name: value for name, value in values.items() if value}


def filter_page(work: OfficeWork, wanted: RegisterFilter) -> dict[str, Any]:
    """What the controls and the table of ``certificate_table.html`` use."""
    choices = register_choices(work.db, work.officer)
    return {
        "wanted": wanted,
        "asked": filter_values(wanted),
        "statuses": list(CertificateStatus),
        "activity_options": [{"value": key, "label": title} for key, title in choices.activities],
        "credit_options": [{"value": code, "label": name} for code, name in choices.credit_types],
        "degree_options": [{"value": one.value, "label": words} for one, words in DEGREES.items()],
        "mailed_options": [{"value": word, "label": words} for word, words in MAILED_WORDS.items()],
        "reason_words": reason_words,
    }
