"""The credit ledger as pure rules: what entries mean, what they add up to, and which may come next.

Transcript, certificates, grades and reports derive from it; the balance of an account is the sum of its entries.
Source: ACCME, records of the credit of each learner are kept for six years and can be verified (rules 1.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lti_tool.domain.errors import BadInput, Refused


class EntryKind(StrEnum):
    """The values are stored."""

    AWARD = "award"
    ADJUST = "adjust"
    REVOKE = "revoke"
    EXPIRE = "expire"


ENDINGS = frozenset({EntryKind.REVOKE, EntryKind.EXPIRE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. ``amount`` is what it adds, in the type's unit."""

    id: str
    follows: str
    kind: EntryKind
    credit_type: str
    amount: Decimal
    is_awarded: bool
    at: datetime
    reason: str = ""
    actor: str = ""
    claim_id: str = ""
    evidence: str = ""
    """For credit that has expired: what says so."""
    beyond: str = ""
    """Why staff awarded more than the recorded attendance gives."""
    working: Mapping[str, Any] = field(default_factory=dict)
    """How staff came to the amount by a rule, as kept: the wire form of ``domain.award_rule.AwardWorking``."""


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The chain of one account, first entry first. Raises ``ValueError`` for entries that are not one chain."""
    by_former = {entry.follows: entry for entry in entries}
    chain: list[Entry] = []
    here = by_former.pop("", None)
    while here is not None:
        chain.append(here)
        here = by_former.pop(here.id, None)
    if by_former:
        raise ValueError("these entries are not one chain")
    return tuple(chain)


def balance(entries: Iterable[Entry]) -> Decimal:
    """The sum: ``0`` for an account without live award."""
    return sum((entry.amount for entry in entries), Decimal(0))


def live_award(chain: Sequence[Entry]) -> Entry | None:
    """The award that stands, whatever was adjusted since; ``None`` if there is none or it has ended."""
    if not chain or chain[-1].kind in ENDINGS:
        return None
    return next(entry for entry in reversed(chain) if entry.kind is EntryKind.AWARD)


def is_expired(chain: Sequence[Entry]) -> bool:
    """The last that happened to the account is that its credit expired."""
    return bool(chain) and chain[-1].kind is EntryKind.EXPIRE


def next_amount(chain: Sequence[Entry], kind: EntryKind, new_balance: Decimal) -> Decimal:
    """What the next entry adds so that the account holds ``new_balance``; an ending takes all.

    Raises ``Refused`` (``award_live``: there is one already; ``award_missing``: there is none to change) and
    ``BadInput("amount_unchanged")``.
    """
    live = live_award(chain)
    if kind is EntryKind.AWARD:
        if live is not None:
            raise Refused("award_live")
        return new_balance
    if live is None:
        raise Refused("award_missing")
    if kind in ENDINGS:
        return -balance(chain)
    if new_balance == balance(chain):
        raise BadInput("amount_unchanged", faults={"amount": "amount_unchanged"})
    return new_balance - balance(chain)
