"""Wording that was not read in the body's own document: staff compare it, confirm it, and only then is it used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue.credit import edition_of
from lti_tool.catalogue.editions import Edition
from lti_tool.catalogue.shelf import accreditation_series, credit_series
from lti_tool.catalogue.statements import ACCREDITOR
from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Accreditation, Activity
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.services.audit import Actor, note


@dataclass(frozen=True, slots=True)
class WordingText:
    key: str
    text: str
    source: str
    confidence: str
    must_be_confirmed: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """One edition as staff see it. ``confirmed_at`` is ``None`` before somebody has compared it."""

    code: str
    name: str
    edition: str
    effective_from: date
    must_be_confirmed: bool
    texts: tuple[WordingText, ...]
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    notes: str = ""

    @property
    def is_usable(self) -> bool:
        return not self.must_be_confirmed or self.confirmed_at is not None


def _series_edition(code: str, on: date) -> Edition:
    if code == ACCREDITOR:
        return accreditation_series()[ACCREDITOR].in_force(on)
    return edition_of(code, on)


def _needs(edition: Edition) -> bool:
    credit = edition.credit
    texts = any(text.must_be_confirmed for key, text in edition.texts.items() if key != "pending")
    return texts or (
        credit is not None
        and (credit.must_be_confirmed or any(rule.must_be_confirmed for rule in credit.formats.values()))
    )


def _confirmations(session: Session, provider_id: str) -> dict[tuple[str, str], models.WordingConfirmation]:
    table = models.WordingConfirmation
    rows = session.scalars(select(table).where(table.provider_id == provider_id))
    return {(row.credit_type, row.edition): row for row in rows}


def wordings(session: Session, provider_id: str, on: date) -> tuple[Wording, ...]:
    """Every edition in force on the day, by code, with what this provider has confirmed."""
    given = _confirmations(session, provider_id)
    codes = {ACCREDITOR: "ACCME accreditation", **{code: series.name for code, series in credit_series().items()}}
    found = []
    for code, name in codes.items():
        try:
            edition = _series_edition(code, on)
        except NotFound:
            continue
        found.append(_wording(code, name, edition, given.get((code, edition.name))))
    return tuple(found)


def _wording(code: str, name: str, edition: Edition, row: models.WordingConfirmation | None) -> Wording:
    texts = tuple(
        WordingText(key, text.text, text.source, text.confidence, text.must_be_confirmed)
        for key, text in edition.texts.items()
    )
    return Wording(
        code,
        name,
        edition.name,
        edition.effective_from,
        _needs(edition),
        texts,
        row.confirmed_by if row else "",
        row.confirmed_at if row else None,
        edition.credit.notes if edition.credit else "",
    )


def confirm_wording(session: Session, actor: Actor, code: str, edition: str, by: str, now: datetime) -> None:
    """Somebody has compared the texts with the body's own document.

    Raises ``NotFound("edition_unknown")``, ``BadInput("name_missing")`` for a confirmation by nobody.
    """
    series = accreditation_series() if code == ACCREDITOR else credit_series()
    if code not in series or edition not in {one.name for one in series[code].editions}:
        raise NotFound("edition_unknown", f"{code} has no edition {edition!r}")
    if not by.strip():
        raise BadInput("name_missing", faults={"name": "name_missing"})
    key = {"provider_id": actor.provider_id, "credit_type": code, "edition": edition}
    insert_once(session, models.WordingConfirmation, key, {"confirmed_by": by.strip()[:255], "confirmed_at": now})
    note(session, actor, "wording.confirmed", f"edition:{code}", now, detail={"edition": edition})


def unconfirmed(session: Session, provider_id: str, activity: Activity) -> tuple[tuple[str, str], ...]:
    """What stands in the way of this activity: the editions (code and name) that nobody has confirmed yet."""
    codes = [offer.credit_type for offer in activity.credits]
    needed = to_confirm(codes, activity.format.value, activity.provider.accreditation.value, activity.designated_on)
    return not_confirmed(session, provider_id, needed)


def not_confirmed(session: Session, provider_id: str, needed: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Those of the editions (code and name) that this provider has not confirmed."""
    given = _confirmations(session, provider_id) if needed else {}
    return tuple(edition for edition in needed if edition not in given)


def to_confirm(codes: Iterable[str], learning_format: str, accreditation: str, on: date) -> Sequence[tuple[str, str]]:
    """Editions that an activity with this credit, format and accreditation prints and that must be confirmed.

    ``accreditation``: a value of ``Accreditation``, or ``""``. Raises ``NotFound`` as ``edition_of``.
    """
    found = []
    for code in codes:
        edition = edition_of(code, on)
        credit = edition.credit
        if credit is not None and (credit.must_be_confirmed or credit.rule_for(learning_format).must_be_confirmed):
            found.append((code, edition.name))
    if accreditation and accreditation != Accreditation.NONE.value:
        accreditor = _series_edition(ACCREDITOR, on)
        if accreditor.texts[accreditation].must_be_confirmed:
            found.append((ACCREDITOR, accreditor.name))
    return found


def require_confirmed(session: Session, provider_id: str, activity: Activity) -> None:
    """Raises ``Refused("wording_unconfirmed", editions=…)``: an activity is not taken in before."""
    missing = [f"{code}: {name}" for code, name in unconfirmed(session, provider_id, activity)]
    if missing:
        raise Refused(
            "wording_unconfirmed",
            f"compare these texts with the bodies' own documents and confirm them first: {'; '.join(missing)} "
            "(cme-tool catalogue show and confirm, or the office)",
            editions=", ".join(missing),
        )
