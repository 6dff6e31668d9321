"""The claim's actions: make it, give what its bodies need, and what becomes of it where the tool cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lti_tool.domain.answer_form import first
from lti_tool.domain.claim import OfferedCredit
from lti_tool.domain.credential import asked_for
from lti_tool.domain.errors import BadInput, CmeError, NotFound, Refused, ServiceUnavailable
from lti_tool.domain.native import NativeClaim
from xblock_cme.claiming import chosen_amounts, claim, require_open
from xblock_cme.face import Notice, refusal
from xblock_cme.identifying import (
    GIVEN,
    REPORTING,
    Asked,
    check_typed,
    credits_of,
    held_in,
    is_asked,
    needs_of,
    requirements_of,
    typed_in,
    waiting_without,
)
from xblock_cme.scene import Outcome, Scene, fault_words
from xblock_cme.words import BLOCKERS


def make_claim(scene: Scene) -> Outcome:
    """Claim at once what needs nothing further; else ask for it first.

    A further claim names what was left, and carries what was claimed before: the tool gives nothing twice.
    """
    held = _held(scene)
    if held and not _wants_more(scene, held):
        return Outcome()
    try:
        sent = claim(scene.here, scene.fields, scene.claimant(), held)
        claimed = credits_of(scene.here.copy, sent, held)
        if held and scene.kept is not None:
            sent = replace(sent, amounts={**scene.kept.amounts, **sent.amounts})
        return _handed_on(scene, sent, claimed, is_kept=False)
    except BadInput as wrong:
        if wrong.code != "claim_unusable":
            raise
        words = fault_words(scene.shelf, wrong.faults)
        text = scene.shelf.translate("Check your claim")
        return Outcome(notice=Notice(text, faults=words, fields=scene.fields), further=held or None)


def _held(scene: Scene) -> frozenset[str]:
    """What was given before a further claim: as the tool has told, and as is known here."""
    kept, told = scene.kept, scene.fields.get(GIVEN, ())
    return frozenset({*told, *kept.held}) if told and kept is not None and kept.is_settled else frozenset()


def _wants_more(scene: Scene, held: frozenset[str]) -> bool:
    """A form that was sent twice names nothing that is left."""
    named = {code for code, amount in chosen_amounts(scene.fields).items() if amount.strip()}
    return not named or bool(named - held)


def claim_more(scene: Scene) -> Outcome:
    """Credit that was left at the claim: what the tool has given is taken from what is offered."""
    kept = scene.kept
    if kept is None or not kept.is_settled:
        return Outcome()
    require_open(scene.here)
    try:
        given = frozenset(scene.ask_holding(scene.claimant()).credits)
    except (ServiceUnavailable, BadInput, NotFound):
        given = frozenset()  # the tool looks again at the claim
    held, profile = kept.held | given, scene.here.facts.profile
    if profile is not None and not scene.here.copy.offered(profile, held):
        return Outcome(notice=Notice(scene.shelf.translate(BLOCKERS["nothing_to_claim"]), kind="warn"))
    return Outcome(further=held)


def renew(scene: Scene) -> Outcome:
    """What has become of the certificates: one that was corrected has a successor, one may have been withdrawn."""
    kept = scene.kept
    if kept is None or kept.is_waiting or kept.answer is None or not kept.answer.is_awarded:
        return Outcome()
    found = scene.ask_tool(scene.claimant()).answer
    if found is None:
        text = scene.shelf.translate("The provider tells of no certificate at the moment. Ask the provider.")
        return Outcome(notice=Notice(text, kind="warn"))
    text = scene.shelf.translate("Your certificates are shown as they are now.")
    return Outcome(scene.here.facts, answer=found, notice=Notice(text, kind="good"))


def edit_claim(scene: Scene) -> Outcome:
    """Back to the amounts."""
    return Outcome(draft=scene.fields, further=_held(scene) or None)


def finish_claim(scene: Scene) -> Outcome:
    """What is owed of a claim that is kept: ask for what is not on file, and send all of it."""
    kept = scene.kept
    if kept is None or kept.claim is None:
        return Outcome()
    owed = [one for one in credits_of(scene.here.copy, kept.claim) if one.credit.code in kept.owed]
    return _handed_on(scene, kept.claim, owed, is_kept=True)


def leave_owed(scene: Scene) -> Outcome:
    """The learner does without the credit that waits for them."""
    has_owed = scene.kept is not None and bool(scene.kept.owed)
    return Outcome(scene.here.facts, is_leaving_owed=True) if has_owed else Outcome()


def finish_report(scene: Scene) -> Outcome:
    """What is needed for the reports that were wanted: asked once the credit was given."""
    kept, facts = scene.kept, scene.here.facts
    if kept is None or kept.claim is None or not kept.is_report_owed or not (kept.answer and kept.answer.is_awarded):
        return Outcome()
    claimed = [one for one in credits_of(scene.here.copy, kept.claim) if one.credit.code not in kept.owed]
    needs = asked_for(claimed)
    if is_asked(scene.fields):
        asked = Asked(kept.claim, needs, held_in(scene.fields), True, typed_in(scene.fields, needs), is_report=True)
        return _read(scene, asked, claimed)
    try:
        held = requirements_of(scene.ask_holding(scene.claimant()).identifiers)
    except ServiceUnavailable:
        return _away(scene)
    if needs.keys() <= held:
        return Outcome(facts, is_leaving_report=True)
    return Outcome(asked=Asked(kept.claim, needs, held, is_kept=True, is_report=True))


def leave_report(scene: Scene) -> Outcome:
    """The learner does without reports."""
    is_owed = scene.kept is not None and scene.kept.is_report_owed
    return Outcome(scene.here.facts, is_leaving_report=True) if is_owed else Outcome()


def _away(scene: Scene) -> Outcome:
    text = scene.shelf.translate("The certificate service cannot be reached at the moment. Try again in a few minutes.")
    return Outcome(notice=Notice(text, kind="warn"))


def _is_reporting(scene: Scene) -> bool:
    return first(scene.fields, REPORTING) == "yes"


def _handed_on(scene: Scene, sent: NativeClaim, claimed: Sequence[OfferedCredit], *, is_kept: bool) -> Outcome:
    facts, needs = scene.here.facts, needs_of(claimed, scene.fields)
    further = _held(scene)
    if not needs:
        return Outcome(facts, claim=sent, held=further)
    if is_asked(scene.fields):
        return _read(scene, Asked(sent, needs, held_in(scene.fields), is_kept, typed_in(scene.fields, needs)), claimed)
    try:
        holding = scene.ask_holding(scene.claimant())
    except (BadInput, NotFound) as error:
        why = error if error.code == "activity_unknown" else Refused("identifiers_untaken")
        return Outcome(notice=refusal(scene.shelf, why), draft=scene.fields, further=further or None)
    except CmeError as error:
        if error.code in ("not_signed_in", "viewing_as"):
            raise
        return _unreachable(scene, sent, claimed, is_kept=is_kept)
    held = requirements_of(holding.identifiers)
    is_given = {one.credit.code for one in claimed} <= set(holding.credits)
    if is_given or needs.keys() <= held:
        is_reporting = _is_reporting(scene) and not needs.keys() <= held
        whole = Outcome(facts, claim=sent, held=further, is_reporting=is_reporting)
        return Outcome(facts, identifiers={}) if is_kept else whole
    return Outcome(asked=Asked(sent, needs, held, is_kept))


def _read(scene: Scene, asked: Asked, claimed: Sequence[OfferedCredit]) -> Outcome:
    try:
        check_typed(claimed, asked.needs, asked.typed, asked.held)
    except BadInput as wrong:
        words = fault_words(scene.shelf, wrong.faults)
        return Outcome(notice=Notice(scene.shelf.translate("Check what you entered"), faults=words), asked=asked)
    if asked.is_kept:
        return Outcome(scene.here.facts, identifiers=asked.typed, is_reporting=asked.is_report)
    return Outcome(
        scene.here.facts,
        claim=asked.claim,
        held=_held(scene),
        owed=waiting_without(claimed, asked.held),
        identifiers=asked.typed,
        is_reporting=_is_reporting(scene),
    )


def _unreachable(scene: Scene, sent: NativeClaim, claimed: Sequence[OfferedCredit], *, is_kept: bool) -> Outcome:
    """Nobody types a number that would have to be thrown away: the claim is kept, and the number is asked later."""
    if is_kept:
        return _away(scene)
    owed, held = waiting_without(claimed), _held(scene)
    return Outcome(scene.here.facts, claim=sent, held=held, owed=owed, is_reporting=_is_reporting(scene))
