"""Rules about credit, dates and what certificates print."""

from __future__ import annotations

from collections.abc import Iterator

from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.document import Document, is_given, part, records, value_at
from lti_tool.domain.plan import PlanSection
from lti_tool.domain.readiness.rule import AMA, OURS, Days, Finding, Rule, Severity, day_of, found

PRINTED = (
    "title",
    "format",
    "provider.name",
    "provider.contact",
    "provider.signatory.name",
    "provider.signatory.title",
    "release",
    "expires",
)
"""What every certificate prints (AMA PRA, documentation provided to physicians; rules 1.6)."""
TIMED = frozenset({LearningFormat.LIVE, LearningFormat.ENDURING, LearningFormat.JOURNAL, LearningFormat.OTHER})
"""Formats whose credit is an estimate of time, and so needs its working."""


def _retroactive(document: Document, days: Days) -> Iterator[Finding]:
    release = day_of(document.get("release"))
    if release is not None and release < days.designation:
        yield found("release", release=release, designated=days.designation)


def _expired(document: Document, days: Days) -> Iterator[Finding]:
    expires = day_of(document.get("expires"))
    if expires is not None and expires < days.today:
        yield found("expires", expires=expires)


def _future_review(document: Document, days: Days) -> Iterator[Finding]:
    reviewed = day_of(document.get("reviewed"))
    if reviewed is not None and reviewed > days.today:
        yield found("reviewed", reviewed=reviewed)


def _ends_before_it_begins(document: Document, days: Days) -> Iterator[Finding]:
    release, expires = day_of(document.get("release")), day_of(document.get("expires"))
    if release and expires and expires < release:
        yield found("expires", release=release, expires=expires)


def _empty_on_certificate(document: Document, days: Days) -> Iterator[Finding]:
    for path in PRINTED:
        if not is_given(value_at(document, path)):
            yield found(path)
    for offer in records(document.get("credits")):
        if not offer.get("maximum"):
            yield found(f"credits[{offer['key']}].maximum")


def _no_place(document: Document, days: Days) -> Iterator[Finding]:
    if document.get("format") == LearningFormat.LIVE and not document.get("location"):
        yield found("location")


def _session_without_day(document: Document, days: Days) -> Iterator[Finding]:
    for session in records(document.get("sessions")):
        if day_of(session.get("date")) is None:
            yield found(f"sessions[{session['key']}].date")


def _series_without_sessions(document: Document, days: Days) -> Iterator[Finding]:
    offers = records(document.get("credits"))
    if any(offer.get("session_maximum") for offer in offers) and not records(document.get("sessions")):
        yield found("sessions")


def _no_working(document: Document, days: Days) -> Iterator[Finding]:
    is_timed = str(document.get("format")) in TIMED
    if is_timed and document.get("credits") and not part(document, "credit_working", "basis"):
        yield found("credit_working.basis")


def _no_credit(document: Document, days: Days) -> Iterator[Finding]:
    if not records(document.get("credits")):
        yield found("credits")


_CREDIT, _DELIVERY, _HINT = PlanSection.CREDIT, PlanSection.DELIVERY, Severity.WARNING
RULES = (
    Rule("retroactive_designation", _DELIVERY, f"{AMA}: no retroactive designation", _retroactive),
    Rule("expired_already", _DELIVERY, f"{AMA}: designated in advance", _expired),
    Rule("review_in_future", _DELIVERY, "ACCME, enduring materials", _future_review),
    Rule("expiry_before_release", _DELIVERY, "an activity that opens", _ends_before_it_begins),
    Rule("certificate_field_empty", _CREDIT, f"{AMA}: documentation provided to physicians", _empty_on_certificate),
    Rule("location_missing", _DELIVERY, f"{AMA}: documentation provided to physicians", _no_place, _HINT),
    Rule("session_day_missing", _DELIVERY, f"{AMA}: extent of participation", _session_without_day),
    Rule("sessions_missing", _DELIVERY, "caps for one session, by the bodies that have one", _series_without_sessions),
    Rule("credit_working_missing", _CREDIT, f"{AMA}: good-faith estimate of the time", _no_working),
    Rule("credit_missing", _CREDIT, OURS, _no_credit, _HINT),
)
