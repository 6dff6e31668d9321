"""A learner's transcript as values: what the ledger holds, by activity, type and year, and what is still to be claimed.

Sources: rules 1.7 (credit can be verified for years), 7.2 (signed credentials); W3C Verifiable Credentials 2.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lti_tool.domain.badge import VC_CONTEXT, Issuer, instant, profile
from lti_tool.domain.credential import Requirement
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.standing import Blocker

VERSION = "transcript/1"
OWN_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
"""The context of terms that no vocabulary defines (Verifiable Credentials 2.0, B.3)."""
CREDIT_COLUMNS = ("earned_on", "activity", "credit_type", "credit", "amount", "status", "certificate", "verify_url")
"""Of what was recorded. Names for machines: never translated."""
COLUMNS = (*CREDIT_COLUMNS, "claimable", "claim_until", "owed")
"""Of the table for spreadsheets. What can still be claimed stands in a column of its own, so that nobody adds it up."""
TO_CLAIM = "to_claim"
"""Status of a row that tells what can still be claimed."""

SEVERAL = "; "
"""Between the numbers, and between the addresses, of the certificates of one line."""

VerifyLink = Callable[[str], str]
"""From a certificate's code to the absolute address of its public page."""


@dataclass(frozen=True, slots=True)
class ValidCertificate:
    """One that bears a credit now. ``code``: of its public page."""

    number: str
    code: str


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One account. ``amount`` is its balance: ``0`` for credit that was taken back or has expired."""

    activity_title: str
    credit_type: str
    credit_name: str
    """With the kind, where the type has several: they are never added up with each other either."""
    amount: Decimal
    is_awarded: bool
    is_live: bool
    is_expired: bool
    at: datetime
    """When it was awarded, in UTC."""
    earned_on: date
    """The day that the certificate prints, of several the last; without one, that of the award."""
    certificates: tuple[ValidCertificate, ...] = ()
    """Several where each session has its own."""

    @property
    def status(self) -> str:
        """``awarded``, ``participated``, ``expired`` or ``revoked``."""
        if self.is_live:
            return "awarded" if self.is_awarded else "participated"
        return "expired" if self.is_expired else "revoked"

    @property
    def counts(self) -> bool:
        """It is credit that the learner holds."""
        return self.is_awarded and self.is_live


@dataclass(frozen=True, slots=True)
class OwedCredit:
    """One credit that can still be claimed, as far as the learner's particulars are known."""

    credit_type: str
    name: str
    """With the kind, where the type has several."""
    most: Decimal | None
    """The largest amount that can be claimed; ``None``: participation, for which nothing is awarded."""
    held: Decimal = Decimal(0)
    """What was claimed of it before: ``most`` takes its place."""
    needs: tuple[Requirement, ...] = ()
    """Identifiers and permissions that its body asks for and the learner has not given."""


class LateClaim(StrEnum):
    """What became of the time after the deadline."""

    NONE = ""
    CAN_BE_ASKED = "can_be_asked"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class OwedClaim:
    """An activity of which something can still be claimed. ``blockers``: what stands in the way of the claim, in the
    order of the path; none: it can be claimed now."""

    activity_id: str
    activity_title: str
    blockers: tuple[Blocker, ...]
    until: date
    """The last day for it, in the activity's time zone."""
    credits: tuple[OwedCredit, ...] = ()
    is_further: bool = False
    """Something was claimed before: this is what was left, or what further sessions add."""
    late: LateClaim = LateClaim.NONE
    course: str = ""
    """Title of the course from which it was opened last; ``""``: not known."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """All of one person at one provider, newest first."""

    provider_name: str
    name: str
    lines: tuple[TranscriptLine, ...]
    owed: tuple[OwedClaim, ...]
    made_at: datetime


def totals(lines: Iterable[TranscriptLine]) -> dict[str, Decimal]:
    """Awarded credit by name of its type. Types are never added up with each other."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.counts:
            found[line.credit_name] = found.get(line.credit_name, Decimal(0)) + line.amount
    return found


def yearly_totals(lines: Iterable[TranscriptLine]) -> dict[int, dict[str, Decimal]]:
    """The same for each year in which credit was earned, newest first."""
    years: dict[int, list[TranscriptLine]] = {}
    for line in lines:
        if line.counts:
            years.setdefault(line.earned_on.year, []).append(line)
    return {year: totals(years[year]) for year in sorted(years, reverse=True)}


def transcript_rows(transcript: Transcript, link: VerifyLink) -> list[tuple[str | Decimal | None, ...]]:
    """One for each account, then one for each credit that can still be claimed, as ``COLUMNS``. The amount of a
    participation is empty: nothing was awarded."""
    rows: list[tuple[str | Decimal | None, ...]] = [(*row, None, "", "") for row in _credit_rows(transcript, link)]
    return rows + [row for one in transcript.owed for row in _owed_rows(one)]


def _owed_rows(one: OwedClaim) -> list[tuple[str | Decimal | None, ...]]:
    """One for each credit; one without credit where it is not known yet which is for this person."""
    empty = OwedCredit("", "", None)
    return [
        (
            "",
            one.activity_title,
            credit.credit_type,
            credit.name,
            None,
            TO_CLAIM,
            "",
            "",
            credit.most,
            one.until.isoformat(),
            " ".join([*_owed_codes(one), *map(str, credit.needs)]),
        )
        for credit in one.credits or (empty,)
    ]


def _owed_codes(one: OwedClaim) -> list[str]:
    return [blocker.code for blocker in one.blockers] + ([f"late_claim.{one.late}"] if one.late else [])


def _credit_rows(transcript: Transcript, link: VerifyLink) -> list[tuple[str | Decimal | None, ...]]:
    return [
        (
            line.earned_on.isoformat(),
            line.activity_title,
            line.credit_type,
            line.credit_name,
            line.amount if line.is_awarded else None,
            line.status,
            SEVERAL.join(one.number for one in line.certificates),
            SEVERAL.join(link(one.code) for one in line.certificates),
        )
        for line in transcript.lines
    ]


def write_transcript(transcript: Transcript, link: VerifyLink) -> dict[str, Any]:
    """As plain JSON values. Amounts are texts with two decimals, so that they stay exact."""
    rows = [dict(zip(CREDIT_COLUMNS, row, strict=True)) for row in _credit_rows(transcript, link)]
    for row in rows:
        row["amount"] = printed_amount(row["amount"]) if isinstance(row["amount"], Decimal) else None
    return {
        "version": VERSION,
        "provider": transcript.provider_name,
        "name": transcript.name,
        "made_at": instant(transcript.made_at),
        "credits": rows,
        "totals": _written(totals(transcript.lines)),
        "totals_by_year": {str(year): _written(sums) for year, sums in yearly_totals(transcript.lines).items()},
        "to_claim": [_written_claim(one) for one in transcript.owed],
    }


def _written_claim(one: OwedClaim) -> dict[str, Any]:
    return {
        "activity": one.activity_title,
        "owed": _owed_codes(one),
        "until": one.until.isoformat(),
        "is_further": one.is_further,
        "credits": [
            {
                "credit_type": credit.credit_type,
                "credit": credit.name,
                "most": None if credit.most is None else printed_amount(credit.most),
                "held": printed_amount(credit.held),
                "needs": [str(need) for need in credit.needs],
            }
            for credit in one.credits
        ],
    }


def _written(sums: dict[str, Decimal]) -> dict[str, str]:
    return {name: printed_amount(amount) for name, amount in sums.items()}


def transcript_credential(written: dict[str, Any], issuer: Issuer, key: str) -> dict[str, Any]:
    """The unsigned credential that says what ``write_transcript`` has written. ``key``: a URN of its own."""
    return {
        "@context": [VC_CONTEXT, OWN_TERMS],
        "id": key,
        "type": ["VerifiableCredential", "TranscriptCredential"],
        "name": f"Transcript of {written['name']}",
        "issuer": profile(issuer),
        "validFrom": written["made_at"],
        "credentialSubject": {"type": ["Transcript"], **written},
    }
