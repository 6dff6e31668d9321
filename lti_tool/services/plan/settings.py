"""What the provider's settings and confirmations say of a plan: where it begins, and where the two disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import credit_types
from lti_tool.catalogue.statements import ACCREDITOR
from lti_tool.domain.activity import Accreditation
from lti_tool.domain.document import Document, part, records, tidied
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.plan import section_of
from lti_tool.domain.provider import kind_of
from lti_tool.domain.readiness import Days, Severity, Unmet
from lti_tool.services.provider_settings import Kept, accreditations, profile, signatories
from lti_tool.services.wording import not_confirmed, to_confirm

WORDING_UNCONFIRMED = "wording_unconfirmed"
PROVIDER_DIFFERS = "provider_differs"
SIGNATORY_DIFFERS = "signatory_differs"
ACCREDITATION_NOT_HELD = "accreditation_not_held"
SETTINGS = "the provider’s settings"
SOURCES: Mapping[str, tuple[Severity, str]] = {
    WORDING_UNCONFIRMED: (Severity.ERROR, "wording that was not read at its source"),
    PROVIDER_DIFFERS: (Severity.WARNING, SETTINGS),
    SIGNATORY_DIFFERS: (Severity.WARNING, SETTINGS),
    ACCREDITATION_NOT_HELD: (Severity.WARNING, SETTINGS),
}
"""Severity and source of each rule that looks beyond the document."""
_HELD = frozenset({Accreditation.DIRECT.value, Accreditation.JOINT.value, Accreditation.STATE.value})
"""Kinds that follow from the accreditations in the settings; others are stated by hand."""


def _filled(db: Session, provider_id: str) -> Mapping[str, Any]:
    """The profile's values, nothing before somebody has filled it in."""
    kept = profile(db, provider_id)
    return kept.values if kept.revision else {}


def place_of(db: Session, provider_id: str) -> Document:
    """Time zone and language of a new plan; what the settings do not say is not in it."""
    values = _filled(db, provider_id)
    languages = values.get("languages") or ("",)
    found: Document = tidied({"time_zone": values.get("time_zone"), "language": languages[0]})
    return found


def _accreditation(db: Session, provider_id: str, on: date, *, is_joint: bool) -> Document | None:
    """Kind and state body on the day; ``None`` where nothing is held, empty where the settings name none at all."""
    held = [value for _, value in accreditations(db, provider_id)]
    if not held:
        return {}
    try:
        kind, body = kind_of(held, on, is_joint=is_joint)
    except BadInput:
        return None
    return {"accreditation": kind.value, "state_body": body}


def _signing(db: Session, provider_id: str, signatory_id: str) -> Document:
    """The signatory who was chosen, or the first. Raises ``NotFound("record_unknown")``."""
    chosen = [one for one in signatories(db, provider_id) if signatory_id in ("", one.id)]
    if signatory_id and not chosen:
        raise NotFound("record_unknown")
    return {"signatory": dict(chosen[0].values)} if chosen else {}


def provider_part(
    db: Session, provider_id: str, on: date, *, is_joint: bool = False, signatory_id: str = ""
) -> Document:
    """What the settings say for ``provider`` of a plan; joint providers are the plan's own.

    Raises ``NotFound("record_unknown")`` for an unknown signatory.
    """
    values = _filled(db, provider_id)
    found: Document = tidied(
        {
            "name": values.get("name"),
            "contact": values.get("contact"),
            **(_accreditation(db, provider_id, on, is_joint=is_joint) or {}),
            **_signing(db, provider_id, signatory_id),
        }
    )
    return found


def signing_people(db: Session, provider_id: str) -> tuple[Kept, ...]:
    """Who may sign certificates, the first one unless an activity names another."""
    return tuple(signatories(db, provider_id))


def unmet_of_provider(db: Session, provider_id: str, document: Document, days: Days) -> tuple[Unmet, ...]:
    """Wording that must be confirmed first, and where document and settings disagree."""
    on = days.designation
    return (*_unconfirmed(db, provider_id, document, on), *_differing(db, provider_id, document, on))


def _unmet(code: str, path: str, **facts: str) -> Unmet:
    severity, source = SOURCES[code]
    return Unmet(code, path, section_of(path), source, severity, facts)


def _unconfirmed(db: Session, provider_id: str, document: Document, on: date) -> Iterator[Unmet]:
    """At the credit that prints the wording, or at the kind of accreditation."""
    known = {one.code for one in credit_types(on)}
    offers = [one for one in records(document.get("credits")) if one.get("type") in known]
    kind = part(document, "provider", "accreditation")
    accreditation = str(kind) if kind in {one.value for one in Accreditation} else ""
    codes = dict.fromkeys(str(offer["type"]) for offer in offers)
    try:
        needed = to_confirm(codes, str(document.get("format") or ""), accreditation, on)
    except NotFound:  # a day before the accreditor's first edition: the file's own checks say so
        return
    for code, edition in not_confirmed(db, provider_id, needed):
        if code == ACCREDITOR:
            yield _unmet(WORDING_UNCONFIRMED, "provider.accreditation", edition=edition)
        for offer in offers:
            if offer["type"] == code:
                yield _unmet(WORDING_UNCONFIRMED, f"credits[{offer['key']}].type", edition=edition)


def _differing(db: Session, provider_id: str, document: Document, on: date) -> Iterator[Unmet]:
    """Where both say something, and not the same."""
    stated = document.get("provider") or {}
    values = _filled(db, provider_id)
    for name in ("name", "contact"):
        if stated.get(name) and values and stated[name] != values[name]:
            yield _unmet(PROVIDER_DIFFERS, f"provider.{name}", settings=values[name])
    yield from _accreditation_differs(db, provider_id, stated, on)
    signing = [one.values for one in signatories(db, provider_id)]
    own = stated.get("signatory")
    if own and signing and own not in signing:
        yield _unmet(SIGNATORY_DIFFERS, "provider.signatory", name=str(own.get("name") or ""))


def _accreditation_differs(db: Session, provider_id: str, stated: Document, on: date) -> Iterator[Unmet]:
    if stated.get("accreditation") not in _HELD:
        return
    held = _accreditation(db, provider_id, on, is_joint=bool(stated.get("joint_providers")))
    if held is None:
        yield _unmet(ACCREDITATION_NOT_HELD, "provider.accreditation")
        return
    for name, value in held.items():
        if (stated.get(name) or "") != value:
            yield _unmet(PROVIDER_DIFFERS, f"provider.{name}", settings=value)
