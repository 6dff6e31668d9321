"""How the credit of one claim is shared out among certificates: as the provider chooses.

Whatever the choice, the certificates that hold say together what the ledger says, no less and no more (ACCME, records
of the credit that each learner was awarded: rules 1.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from lti_tool.domain.series import AttendedSession


class Division(StrEnum):
    """The values are stored with each certificate."""

    TOGETHER = "together"
    """One certificate for all credit types of a claim, with a line of each."""
    BY_TYPE = "by-type"
    BY_SESSION = "by-session"
    """One for each credit type and attended session; by type where an activity has no sessions."""


def session_shares(
    sessions: Iterable[AttendedSession], amount: Decimal, minimum: Decimal
) -> tuple[AttendedSession, ...]:
    """The sessions that gave ``amount`` between them, in order of their days, each with all that it is worth.

    None where they give more or less than ``amount``: nobody has said which session a learner leaves who claims less,
    or what a maximum cuts off. None either where one alone is below the ``minimum`` that the body gives.
    """
    given = sorted((one for one in sessions if one.is_counted and one.amount), key=lambda one: one.session.held_on)
    if sum((one.amount for one in given), Decimal(0)) != amount or any(one.amount < minimum for one in given):
        return ()
    return tuple(given)


def added_sessions(
    before: Iterable[AttendedSession], after: Iterable[AttendedSession]
) -> tuple[AttendedSession, ...] | None:
    """What was attended since; ``None`` where a session of before counts no more, or for another amount."""
    held = {one.session.key: one.amount for one in before if one.is_counted and one.amount}
    counted = {one.session.key: one for one in after if one.is_counted and one.amount}
    if any(key not in counted or counted[key].amount != amount for key, amount in held.items()):
        return None
    return tuple(one for key, one in counted.items() if key not in held)
