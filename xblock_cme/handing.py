"""What an action of a learner leads to at the tool: kept first, and tried at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lti_tool.domain.native import NativeClaim
from xblock_cme import store
from xblock_cme.outbox import client_for, send_claim, send_report
from xblock_cme.scene import Outcome


def hand_on(outcome: Outcome, organisation: str, place: store.Place, now: datetime) -> None:
    """Whatever comes of a claim, it is kept and the command tries again. What was typed for boards is in one request
    and nowhere else. Raises ``NotFound("claim_unknown")`` for what waits no more."""
    if outcome.is_leaving_owed:
        store.leave_owed(place)
    elif outcome.is_leaving_report:
        store.leave_report(place)
    elif outcome.claim is not None:
        _hand_claim(outcome, outcome.claim, organisation, place, now)
    elif outcome.identifiers is not None:
        _hand_identifiers(outcome, outcome.identifiers, place, now)


def _hand_claim(outcome: Outcome, claim: NativeClaim, organisation: str, place: store.Place, now: datetime) -> None:
    is_handed, is_reporting = outcome.identifiers is not None, outcome.is_reporting
    row = store.queue_claim(
        place,
        organisation,
        claim,
        now,
        outcome.owed,
        outcome.held,
        is_handed=is_handed,
        is_reporting=is_reporting,
    )
    if row.state == row.WAITING or is_handed:
        send_claim(row, client_for, now, outcome.identifiers, takes_reports=is_handed and is_reporting)


def _hand_identifiers(outcome: Outcome, typed: Mapping[str, str], place: store.Place, now: datetime) -> None:
    if outcome.is_reporting:
        send_report(store.report_claim(place), client_for, typed)
    else:
        send_claim(store.owed_claim(place), client_for, now, typed)
