"""Rules about the sessions of a live activity or series: when they are, what they give, which of them count once.

Sources: AMA PRA credit system (60 minutes per credit; simultaneous sessions count once towards the maximum); bodies'
caps for one session, in the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from lti_tool.catalogue.credit import credit_type
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import CreditOffer, CreditType
from lti_tool.domain.document import records
from lti_tool.domain.errors import NotFound
from lti_tool.domain.fault import Findings
from lti_tool.domain.series import ActivitySession, whole_credit
from lti_tool.services.activity_file.build import session_of
from lti_tool.services.activity_file.keys import Data, known_word
from lti_tool.services.activity_file.kinds import WHERE, join

WITH_SESSIONS = frozenset({LearningFormat.LIVE, LearningFormat.OTHER})
"""Formats that somebody attends."""
AMA = "AMA PRA credit system"


def _day(session: Data, data: Data, findings: Findings) -> None:
    day, release, expires, last = session["date"], data["release"], data["expires"], data["claims_close"]
    where = join(session[WHERE], "date")
    if day and last and day > last:
        what = f"the session on {day} is after the last day for claims on {last}"
        findings.add(where, what, "correct one of the dates: no credit can be claimed for it")
    if day and release and day < release:
        findings.add(where, f"the session on {day} is before the release on {release}", "correct one of the dates")
    if day and expires and day > expires:
        what = f"the session on {day} is after the expiry on {expires}"
        findings.add(where, what, "correct one of the dates: no credit can be claimed for it")


def _repeats(session: Data, sessions: Sequence[Data], findings: Findings) -> None:
    where, key = join(session[WHERE], "repeats"), session["repeats"]
    others = {one["key"]: one for one in sessions if one["key"] and one is not session}
    known_word(key, others, where, findings, "other session")
    if key in others and others[key]["repeats"]:
        what = f"{key!r} is a repeat itself"
        findings.add(where, what, "name the session that presented the material first")


def _amounts(session: Data, kinds: dict[str, CreditType], findings: Findings) -> None:
    for code, amount in (session["credits"] or {}).items():
        where = join(join(session[WHERE], "credits"), code)
        kind = kinds.get(code)
        if kind is None:
            findings.add(where, f"the activity does not offer {code!r}", f"known: {', '.join(kinds) or 'none'}")
        elif amount is not None and (amount <= 0 or amount % kind.step):
            findings.add(where, f"{amount} is not a positive multiple of {kind.step}", "correct it", kind.edition)
        elif amount is not None and session["minutes"]:
            _worth(amount, session["minutes"], kind, where, findings)


def _worth(amount: Decimal, minutes: int, kind: CreditType, where: str, findings: Findings) -> None:
    one = ActivitySession("", "", kind.effective_from, minutes)
    most = whole_credit([one], kind, CreditOffer(kind.code, amount, Decimal(0)))
    if amount > most:
        what = f"{amount} for the session is more than {minutes} minutes are worth ({most})"
        findings.add(where, what, f"write at most {most}", kind.edition)


def _maximum(offer: Data, kind: CreditType, sessions: Sequence[ActivitySession], findings: Findings) -> None:
    maximum = offer["maximum"]
    if maximum is None:
        return
    value = CreditOffer(kind.code, maximum, Decimal(0), session_maximum=offer["session_maximum"])
    most = whole_credit(sessions, kind, value)
    if maximum > most:
        what = f"{maximum} is more than all sessions give together ({most}), of those at the same time one"
        findings.add(join(offer[WHERE], "maximum"), what, "correct the credit or the sessions", AMA)


def _kinds(data: Data) -> dict[str, CreditType]:
    """Types of the offers; unknown ones are a fault of their own."""
    found = {}
    for offer in records(data["credits"]):
        try:
            if offer["type"] and data["designated"]:
                found[offer["type"]] = credit_type(offer["type"], data["designated"])
        except NotFound:
            continue
    return found


def check_series(data: Data, findings: Findings) -> None:
    """Note every rule about sessions that is broken. Values that could not be read are passed over."""
    sessions = records(data["sessions"])
    if not sessions:
        return
    if data["format"] and data["format"] not in WITH_SESSIONS:
        what = f"a {data['format']} has no sessions"
        findings.add("sessions", what, f"for {' and '.join(sorted(WITH_SESSIONS))} only", f"{AMA}: learning formats")
    kinds = _kinds(data)
    for session in sessions:
        _day(session, data, findings)
        _repeats(session, sessions, findings)
        _amounts(session, kinds, findings)
    if any(fault.where.startswith("sessions") for fault in findings.faults):
        return
    values = [session_of(one) for one in sessions]
    for offer in records(data["credits"]):
        if offer["type"] in kinds:
            _maximum(offer, kinds[offer["type"]], values, findings)
