"""The faces of what boards and registries need: the page that asks, and what waits of a claim that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lti_tool.domain.answer_form import Fields
from lti_tool.domain.claim import OfferedCredit
from lti_tool.domain.credential import CONSENTS, IdKind, Requirement
from lti_tool.domain.native import ActivityCopy
from xblock_cme.claiming import ClaimState
from xblock_cme.face import runs
from xblock_cme.identifying import ASKED, GIVEN, HELD, REPORTING, Asked, credits_of
from xblock_cme.question_face import Shelf
from xblock_cme.words import CREDENTIALS, PERMISSION, PLACED_LICENCE, _

DIGITS = frozenset({IdKind.NPI, IdKind.BIRTH_DAY, IdKind.NABP, IdKind.ABIM})
"""What a phone offers its number keys for."""
CARRIED = ("profile", "attestation", REPORTING, GIVEN)
LONGEST = 40


def label_of(shelf: Shelf, need: Requirement) -> str:
    if need.place:
        return shelf.translate(PLACED_LICENCE) % {"place": need.place}
    return shelf.translate(CREDENTIALS[need.kind][0])


def needs_line(shelf: Shelf, needs: Sequence[Requirement]) -> str:
    """What a credit asks for, in one line of a few words each."""
    labels = [label_of(shelf, need) for need in needs if need.kind not in CONSENTS]
    permission = [shelf.translate(PERMISSION)] if len(labels) < len(needs) else []
    return ", ".join([*labels, *permission])


def _hint(shelf: Shelf, need: Requirement, needed_for: Sequence[OfferedCredit], *, is_held: bool) -> str:
    own = "" if need.place else shelf.translate(CREDENTIALS[need.kind][1])
    optional = [one.phrase.plain for one in needed_for if one.is_optional]
    wanted = shelf.translate(_("Needed for: %(credits)s.")) % {"credits": ", ".join(optional)} if optional else ""
    there = shelf.translate(_("On file with the provider. Leave it empty to keep it.")) if is_held else ""
    return " ".join(filter(None, (own, wanted, there)))


def _field(
    shelf: Shelf, asked: Asked, need: Requirement, needed_for: Sequence[OfferedCredit], errors: Mapping[str, str]
) -> dict[str, Any]:
    name, is_consent = f"id.{need}", need.kind in CONSENTS
    is_held = need in asked.held
    value = asked.typed.get(str(need), "")
    return {
        "name": name,
        "id": shelf.id_of(name),
        "label": label_of(shelf, need),
        "hint": _hint(shelf, need, needed_for, is_held=is_held and not is_consent),
        "value": value,
        "is_ticked": value == "yes" if asked.typed else is_held,
        "is_consent": is_consent,
        "is_needed": bool(needed_for),
        "is_digits": need.kind in DIGITS,
        "error": errors.get(name, ""),
    }


def identifiers_face(shelf: Shelf, asked: Asked, fields: Fields, errors: Mapping[str, str]) -> dict[str, Any]:
    """Only what the chosen credits need; what was chosen is carried on."""
    claim = asked.claim
    names = [] if asked.is_kept else [*CARRIED, *(name for name in fields if name.startswith("amount."))]
    carried = [(name, value) for name in names for value in fields.get(name, ())]
    named = credits_of(shelf.copy, claim, fields.get(GIVEN, ()))
    chosen = [one for one in named if not asked.is_kept or _is_for(one, asked)]
    return {
        "action": "finish_report" if asked.is_report else "finish_claim" if asked.is_kept else "claim",
        "is_report": asked.is_report,
        "is_kept": asked.is_kept,
        "hidden": [*carried, (ASKED, "yes"), *((HELD, str(need)) for need in sorted(asked.held, key=str))],
        "chosen": [{"phrase": runs(one.phrase), "amount": claim.amounts.get(one.credit.code, "")} for one in chosen],
        "identifiers": [_field(shelf, asked, need, asked.needs[need], errors) for need in asked.needs],
        "longest": LONGEST,
    }


def _is_for(one: OfferedCredit, asked: Asked) -> bool:
    return any(need in asked.needs for need in (*one.needs, *(one.takes if asked.is_report else ())))


def owed_face(shelf: Shelf, copy: ActivityCopy, state: ClaimState) -> dict[str, Any]:
    """What waits of a claim, until when it was made, and what each needs."""
    if state.claim is None:
        return {"owed": []}
    owed = [one for one in copy.offered(state.claim.profile) if one.credit.code in state.owed]
    return {
        "owed": [
            {
                "phrase": runs(one.phrase),
                "amount": state.claim.amounts.get(one.credit.code, ""),
                "needs": needs_line(shelf, one.needs),
            }
            for one in owed
        ],
        "claimed_on": state.claim.at.date(),
    }
