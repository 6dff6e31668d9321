"""Words for classes of records, rules, and requests about data."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.data_request import RequestKind, RequestState
from lti_tool.domain.retention import RecordClass

CLASS_WORDS: dict[RecordClass, Any] = {
    RecordClass.CREDIT: lazy_gettext("Credit ledger and certificates"),
    RecordClass.AWAITED: lazy_gettext("Attendance and awards of people who never came"),
    RecordClass.ANSWERS: lazy_gettext("Answers, evaluations and times of study"),
    RecordClass.IDENTIFIERS: lazy_gettext("Identifiers for boards (sealed)"),
    RecordClass.DISCLOSURES: lazy_gettext("Disclosure decisions, mitigation and support"),
    RecordClass.MAIL: lazy_gettext("Mail that was sent"),
    RecordClass.SIGN_IN: lazy_gettext("Answers to repeated requests of the API"),
    RecordClass.AUDIT: lazy_gettext("Audit trail"),
}
KIND_WORDS: dict[RequestKind, Any] = {
    RequestKind.RESTRICT: lazy_gettext("Restrict: keep my data, and send it nowhere"),
    RequestKind.ERASE: lazy_gettext("Erase my data"),
}
STATE_WORDS: dict[RequestState, Any] = {
    RequestState.WAITING: lazy_gettext("waiting"),
    RequestState.WITHDRAWN: lazy_gettext("withdrawn"),
    RequestState.REFUSED: lazy_gettext("refused"),
    RequestState.GRANTED: lazy_gettext("granted"),
    RequestState.LIFTED: lazy_gettext("ended by the learner"),
}
PERIOD_FAULTS: dict[str, Any] = {
    "too_short": lazy_gettext("An accreditor’s rule asks for longer: enter the least number or more."),
    "too_long": lazy_gettext("Enter 1200 months at most."),
    "fixed": lazy_gettext("This class is never purged."),
    "number": lazy_gettext("Enter a whole number of months."),
}


def reason_words(body: str, document: str, clause: str) -> str:
    """Which rule keeps a record: body, document and clause, or the provider's own period."""
    if not body:
        return str(_("The provider’s own period"))
    return ", ".join(word for word in (body, document, clause) if word)
