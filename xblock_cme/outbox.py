"""Claims, evaluations and retired accounts on their way to the tool: claims at once where that works, all of them again
and again by a command.

No learner is needed for a repeat. What the tool refuses is kept with its reasons; what it cannot take now waits.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from lti_tool.domain.claim import without
from lti_tool.domain.errors import BadInput, CmeError, Conflict, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import (
    NativeAnswer,
    NativeIdentifiers,
    NativeRetirement,
    read_message,
    with_identifiers,
    write_message,
)
from xblock_cme.client import Credentials, ToolClient
from xblock_cme.compat import table, tool_settings
from xblock_cme.store import forget_learner, is_receipt, is_under_way

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
BATCH = 200
"""Most claims that one run of the command sends."""

Clients = Callable[[str], ToolClient]
"""From an organisation to its tool. Raises ``Refused("tool_not_connected")``."""


@dataclass(slots=True)
class Tally:
    """What a run has done."""

    awarded: int = 0
    refused: int = 0
    waiting: int = 0
    evaluations: int = 0
    retired: int = 0


def client_for(organisation: str) -> ToolClient:
    """The tool of an organisation. Raises ``Refused("tool_not_connected")``."""
    return ToolClient(Credentials.of(tool_settings(organisation)))


def pause(tries: int) -> timedelta:
    """How long to wait after this many tries in vain."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(tries, 12)))


def send_claim(
    row: Any,
    clients: Clients,
    now: datetime,
    identifiers: Mapping[str, str] | None = None,
    *,
    takes_reports: bool = False,
) -> None:
    """One try. The answer is stored with the row; without one the row waits longer each time.

    What is owed is left out unless ``identifiers`` are there: then all of it is sent, with them, once. No row has them.
    ``takes_reports``: what reports need is among them.
    """
    row.tries += 1
    is_whole = identifiers is not None
    try:
        answer = clients(row.organisation).claim(*_sent(row, identifiers))
    except (ServiceUnavailable, Refused, NotFound, BadInput, Conflict) as error:
        row.fault, row.next_at = str(error)[:500], now + pause(row.tries)
    else:
        _settle(row, answer, is_whole=is_whole)
        row.is_report_owed = row.is_report_owed and not (takes_reports and answer.is_awarded)
    row.save()


def _sent(row: Any, identifiers: Mapping[str, str] | None) -> tuple[Mapping[str, Any], str]:
    """The message and its key. The whole claim is another request than the one without what is owed."""
    if identifiers is not None:
        return with_identifiers(row.message, identifiers), secrets.token_hex(16)
    body = row.message["body"]
    return {**row.message, "body": {**body, "amounts": without(body["amounts"], row.owed)}}, row.key


def _settle(row: Any, answer: NativeAnswer, *, is_whole: bool) -> None:
    """Certificates that are there stay, whatever a later claim brings."""
    row.fault = ""
    known = read_message(NativeAnswer, row.answer) if row.answer else None
    if known is not None and known.is_awarded and not answer.is_awarded:
        row.state, row.answer = row.AWARDED, write_message(replace(known, reasons=answer.reasons))
        return
    row.state = row.AWARDED if answer.is_awarded else row.REFUSED
    row.answer = write_message(answer)
    row.owed = [] if is_whole or not answer.is_awarded else row.owed


def send_report(row: Any, clients: Clients, identifiers: Mapping[str, str]) -> None:
    """One try, with what the learner has typed just now. Where it fails the report stays owed."""
    body = row.message["body"]
    try:
        message = write_message(NativeIdentifiers(body["subject"], body["activity"], identifiers))
        clients(row.organisation).identifiers(message)
    except CmeError as error:
        row.fault = str(error)[:500]
    else:
        row.fault, row.is_report_owed = "", False
    row.save()


def send_due(clients: Clients, now: datetime, *, is_forced: bool = False) -> Tally:
    """Everything that is due, oldest first; ``is_forced``: what rests as well."""
    tally = Tally()
    claims = table("ClaimDelivery")
    waiting = claims.objects.filter(state=claims.WAITING)
    due = waiting if is_forced else waiting.filter(next_at__lte=now)
    for row in due.order_by("next_at")[:BATCH]:
        send_claim(row, clients, now)
        tally.awarded += row.state == row.AWARDED
        tally.refused += row.state == row.REFUSED
        tally.waiting += row.state == row.WAITING
    tally.evaluations = _send_evaluations(clients)
    tally.retired = _send_retirements(clients, now, is_forced=is_forced)
    return tally


def _send_evaluations(clients: Clients) -> int:
    """In the order of their random keys, so that not even the order of arrival tells who answered when."""
    sent = 0
    for row in table("EvaluationDelivery").objects.order_by("key")[:BATCH]:
        if is_receipt(row):
            send_receipt(row, clients)
            continue
        try:
            clients(row.organisation).evaluation(row.message, row.key)
        except CmeError as error:
            row.fault = str(error)[:500]
            row.save()
            continue
        row.delete()
        sent += 1
    return sent


def send_receipt(row: Any, clients: Clients) -> bool:
    """One try; whether the answers are to be sent. What is not taken now stays: the claim carries the fact as well."""
    try:
        is_first = clients(row.organisation).receipt(row.message, row.key)
    except CmeError as error:
        row.fault = str(error)[:500]
        row.save()
        return True
    row.delete()
    return is_first


def _send_retirements(clients: Clients, now: datetime, *, is_forced: bool) -> int:
    """After the claims and evaluations, so that the tool knows of whom it is told."""
    rows = table("RetirementDelivery").objects.order_by("next_at")
    done = 0
    for row in (rows if is_forced else rows.filter(next_at__lte=now))[:BATCH]:
        _send_retirement(row, clients, now)
        done += row.pk is None
    return done


def _send_retirement(row: Any, clients: Clients, now: datetime) -> None:
    """One try. It is over once the tool was told and nothing of the person is under way any more.

    Somebody of whom the tool knows nothing is told of again as long as a claim may yet arrive.
    """
    row.tries += 1
    waits = is_under_way(row.user_id, row.subject)
    try:
        message = write_message(NativeRetirement(row.subject))
        row.is_told = row.is_told or clients(row.organisation).retirement(message, row.key) or not waits
        row.fault = ""
    except CmeError as error:
        row.fault = str(error)[:500]
    if row.is_told and not waits:
        forget_learner(row.user_id)
        row.delete()
        return
    row.next_at = now + pause(row.tries)
    row.save()
