"""What is kept beside the block's own state, in the plugin app's tables; and what a block does without them.

Without the plugin app a block still shows its disclosure and tests from its own state, but nothing is seen across
blocks, and no evaluation or claim is taken: ``Refused("store_missing")``.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lti_tool.domain.claim import without
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.native import (
    EARLIER,
    RECEIPT_VERSION,
    NativeAnswer,
    NativeClaim,
    NativeEvaluation,
    NativeReceipt,
    read_message,
    write_message,
)
from lti_tool.domain.record import Claim
from xblock_cme.claiming import ClaimState
from xblock_cme.compat import has_plugin, table
from xblock_cme.facts import LearnerFacts, read_facts, write_facts

RECEIPTS = (RECEIPT_VERSION, *EARLIER[NativeReceipt])
AT_ONCE = timedelta(minutes=1)
"""Requests that began within this time of each other may have read the same facts."""
HANDING_ON = timedelta(minutes=2)
"""How long the command leaves a claim alone that is being sent with what its learner has just typed."""


@dataclass(frozen=True, slots=True)
class Place:
    """One learner in one activity of one course."""

    user_id: str
    course_key: str
    activity_key: str

    def as_filter(self) -> dict[str, str]:
        return {"user_id": self.user_id, "course_key": self.course_key, "activity_key": self.activity_key}


def _table(name: str) -> Any:
    """Raises ``Refused("store_missing")``."""
    if not has_plugin():
        raise Refused("store_missing", "the Django app xblock_cme.plugin is not installed")
    return table(name)


def known_facts(place: Place) -> dict[str, LearnerFacts]:
    """What every block of the course knows of this learner, by usage key; nothing without the app."""
    if not has_plugin() or not place.user_id:
        return {}
    rows = _table("BlockFacts").objects.filter(**place.as_filter())
    return {row.usage_key: read_facts(row.body) for row in rows.order_by("usage_key")}


def forget_facts(user_id: str, usage_key: str) -> None:
    """The platform has deleted the block's state of this learner: what mirrored it goes too."""
    _table("BlockFacts").objects.filter(user_id=user_id, usage_key=usage_key).delete()


def keep_facts(place: Place, usage_key: str, facts: LearnerFacts, now: datetime) -> None:
    """The block's state once more, where its neighbours and the gates can see it."""
    if has_plugin() and place.user_id:
        values = {**place.as_filter(), "body": write_facts(facts), "updated_at": now}
        _table("BlockFacts").objects.update_or_create(
            user_id=place.user_id, usage_key=usage_key, defaults={k: v for k, v in values.items() if k != "user_id"}
        )


def is_overtaken(user_id: str, usage_key: str, body: Any, now: datetime) -> bool:
    """Another request has just written this learner's facts, and ``body``, which this one has read, is old. Within a
    transaction nobody else writes them until its end."""
    if not has_plugin():
        return False
    rows = _table("BlockFacts").objects.select_for_update().filter(user_id=user_id, usage_key=usage_key)
    row = rows.first()
    return row is not None and row.body != body and now - row.updated_at < AT_ONCE


def reset_at(place: Place) -> datetime | None:
    """When staff last set this learner's attempts aside."""
    if not has_plugin() or not place.user_id:
        return None
    found = _table("AttemptReset").objects.filter(**place.as_filter()).order_by("-at").first()
    moment: datetime | None = found.at if found else None
    return moment


def reset_attempts(place: Place, by: str, now: datetime) -> None:
    _table("AttemptReset").objects.create(**place.as_filter(), by=by, at=now)


def learners(course_key: str, activity_key: str) -> dict[str, list[LearnerFacts]]:
    """Everybody who has done something in this activity of this course, by user key; test runs are left out."""
    rows = _table("BlockFacts").objects.filter(course_key=course_key, activity_key=activity_key)
    found: dict[str, list[LearnerFacts]] = {}
    for row in rows.order_by("user_id", "usage_key"):
        facts = read_facts(row.body)
        if not facts.is_trial:
            found.setdefault(row.user_id, []).append(facts)
    return found


# ---- claims ----------------------------------------------------------------------------------------------------------


def claim_state(place: Place) -> ClaimState | None:
    """``None`` before the first claim."""
    if not has_plugin() or not place.user_id:
        return None
    row = _table("ClaimDelivery").objects.filter(**place.as_filter()).first()
    if row is None:
        return None
    answer = read_message(NativeAnswer, row.answer) if row.answer else None
    owed, is_waiting = tuple(row.owed), row.state == row.WAITING
    claim = read_message(NativeClaim, row.message) if owed or row.is_report_owed else None
    named = row.message.get("body", {}).get("amounts", {}) if answer and not answer.reasons else {}
    given = {code: amount for code, amount in named.items() if amount and code not in owed}
    return ClaimState(is_waiting, answer, owed, claim, row.is_report_owed, given)


def claims_of(state: ClaimState | None, at: datetime) -> Sequence[Claim]:
    """Credit that the tool has recorded."""
    if state is None or state.answer is None or not state.answer.is_awarded:
        return ()
    return tuple(
        Claim(one.credit_type, Decimal(one.amount or "0"), one.is_awarded, at) for one in state.answer.certificates
    )


def queue_claim(
    place: Place,
    organisation: str,
    claim: NativeClaim,
    now: datetime,
    owed: Collection[str] = (),
    held: Collection[str] = (),
    *,
    is_handed: bool = False,
    is_reporting: bool = False,
) -> Any:
    """Write the claim down before anything is sent, with what is ``owed``. One that was refused is replaced; one that
    was awarded stays, and its certificates with it where a further claim, beside what is ``held``, takes its place.
    ``is_handed``: it is being sent with what its learner has typed, so the command waits. ``is_reporting``: the learner
    wants reports, and what they need is owed until it has arrived."""
    claims = _table("ClaimDelivery")
    rest = [amount for code, amount in claim.amounts.items() if amount and code not in owed and code not in held]
    values = {
        "organisation": organisation,
        "key": secrets.token_hex(16),
        "message": write_message(replace(claim, identifiers=None)),
        "state": claims.WAITING if rest or not owed else claims.OWED,
        "answer": None,
        "owed": list(owed),
        "is_report_owed": is_reporting,
        "fault": "",
        "tries": 0,
        "next_at": now + HANDING_ON if is_handed else now,
        "created_at": now,
    }
    row, is_new = claims.objects.get_or_create(**place.as_filter(), defaults=values)
    if is_new:
        return row
    if row.state == row.AWARDED and held and not row.owed:
        values |= {"answer": row.answer, "state": claims.WAITING if rest or not owed else claims.AWARDED}
    elif row.state not in (row.REFUSED, row.OWED):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


def owed_claim(place: Place) -> Any:
    """The claim of which something is owed. Raises ``NotFound("claim_unknown")``."""
    row = _table("ClaimDelivery").objects.filter(**place.as_filter()).first()
    if row is None or not row.owed:
        raise NotFound("claim_unknown")
    return row


def leave_owed(place: Place) -> None:
    """The learner does not want it, or the tool has given it: what else was claimed goes its way."""
    row = owed_claim(place)
    if row.state == row.OWED:
        row.delete()
        return
    row.message["body"]["amounts"] = without(row.message["body"]["amounts"], row.owed)
    row.owed = []
    row.save()


def report_claim(place: Place) -> Any:
    """The claim whose report is owed. Raises ``NotFound("claim_unknown")``."""
    row = _table("ClaimDelivery").objects.filter(**place.as_filter(), is_report_owed=True).first()
    if row is None:
        raise NotFound("claim_unknown")
    return row


def leave_report(place: Place) -> None:
    """The learner does without it, or all that it needs is on file."""
    row = report_claim(place)
    row.is_report_owed = False
    row.save()


def keep_answer(place: Place, organisation: str, answer: NativeAnswer, now: datetime) -> None:
    """Credit that the tool has recorded, of which it was asked. A claim that is under way gets its own answer."""
    claims = _table("ClaimDelivery")
    values = {
        "organisation": organisation,
        "key": secrets.token_hex(16),
        "message": {},
        "state": claims.AWARDED,
        "answer": write_message(answer),
        "next_at": now,
        "created_at": now,
    }
    row, is_new = claims.objects.get_or_create(**place.as_filter(), defaults=values)
    if not is_new and row.state != row.WAITING:
        _answer_anew(row, answer)
        row.save()


def _answer_anew(row: Any, answer: NativeAnswer) -> None:
    """A claim that was refused gives nothing that it names: beside a certificate its reasons stay, else it is gone."""
    known = read_message(NativeAnswer, row.answer) if row.answer else None
    if known is not None and known.is_awarded:
        answer = replace(answer, reasons=known.reasons)
    elif row.state == row.REFUSED and not (row.owed or row.is_report_owed):
        row.message = {}
    row.state, row.answer = row.AWARDED, write_message(answer)


def queue_evaluation(organisation: str, message: NativeEvaluation | NativeReceipt) -> Any:
    """The row. Answers and the receipt for them are two, and nothing joins them."""
    return _table("EvaluationDelivery").objects.create(
        key=secrets.token_hex(16), organisation=organisation, message=write_message(message)
    )


def is_receipt(row: Any) -> bool:
    """It names a learner and holds no answers."""
    return row.message["version"] in RECEIPTS


# ---- retired accounts ------------------------------------------------------------------------------------------------


def organisations_of(user_id: str) -> set[str]:
    """Whose courses the learner has taken part in; ``""`` for one without an organisation."""
    courses = _table("BlockFacts").objects.filter(user_id=user_id).values_list("course_key", flat=True)
    claims = _table("ClaimDelivery").objects.filter(user_id=user_id).values_list("organisation", flat=True)
    return {key.partition(":")[2].partition("+")[0] for key in courses} | set(claims)


def queue_retirement(user_id: str, subject: str, organisation: str, now: datetime) -> None:
    """Write it down; a second time changes nothing. Nobody is told any more that the person has evaluated."""
    theirs = {"message__version__in": RECEIPTS, "message__body__subject": subject}
    _table("EvaluationDelivery").objects.filter(**theirs).delete()
    values = {"key": secrets.token_hex(16), "subject": subject, "next_at": now}
    _table("RetirementDelivery").objects.get_or_create(user_id=user_id, organisation=organisation, defaults=values)


def forget_learner(user_id: str) -> None:
    """All that is kept here of a learner, but a claim that the tool has not answered: credit was asked for."""
    _table("BlockFacts").objects.filter(user_id=user_id).delete()
    _table("AttemptReset").objects.filter(user_id=user_id).delete()
    claims = _table("ClaimDelivery")
    claims.objects.filter(user_id=user_id).exclude(state=claims.WAITING).delete()


def is_under_way(user_id: str, subject: str) -> bool:
    """Something of this learner has not been taken by the tool yet."""
    claims = _table("ClaimDelivery")
    has_claim: bool = claims.objects.filter(user_id=user_id, state=claims.WAITING).exists()
    return has_claim or _table("EvaluationDelivery").objects.filter(message__body__subject=subject).exists()
