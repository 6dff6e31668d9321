"""What a learner can do in a block: one function for each action, from the facts to the facts."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import field_of, first, read_evaluation
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.errors import BadInput, CmeError, Refused
from xblock_cme.claim_acts import (
    claim_more,
    edit_claim,
    finish_claim,
    finish_report,
    leave_owed,
    leave_report,
    make_claim,
    renew,
)
from xblock_cme.claiming import confirm_profile, evaluate, heard
from xblock_cme.face import Notice, refusal
from xblock_cme.scene import Outcome, Scene, fault_words
from xblock_cme.studying import acknowledge, confirm_reading, finish_content, open_item, respond
from xblock_cme.taking import KIND_OF, Saved, save, start, submit
from xblock_cme.words import ANSWER_FAULTS

SEED_BITS = 64


def _kind(scene: Scene) -> TestKind:
    if scene.step not in KIND_OF:
        raise Refused("step_absent", step=scene.step)
    return KIND_OF[scene.step]


def _acknowledge(scene: Scene) -> Outcome:
    if first(scene.fields, "acknowledged") != "yes":
        raise BadInput("not_acknowledged", faults={"acknowledged": "missing"})
    return Outcome(acknowledge(scene.here, first(scene.fields, "fingerprint")))


def _start(scene: Scene) -> Outcome:
    return Outcome(start(scene.here, _kind(scene), secrets.randbits(SEED_BITS)))


def _save(scene: Scene) -> Outcome:
    saved = save(scene.here, _kind(scene), first(scene.fields, "attempt"), scene.fields)
    kept = scene.shelf.translate("Your answers are saved")
    notice = _sheet_notice(scene, saved) if not saved.is_clean else Notice(kept, kind="good")
    return Outcome(saved.facts, saved=saved, notice=notice)


def _submit(scene: Scene, *, is_confirmed: bool = False) -> Outcome:
    saved = submit(scene.here, _kind(scene), first(scene.fields, "attempt"), scene.fields, is_confirmed=is_confirmed)
    return Outcome(saved.facts, saved=saved, notice=None if saved.is_clean else _sheet_notice(scene, saved))


def _sheet_notice(scene: Scene, saved: Saved) -> Notice:
    say = scene.shelf.translate
    if saved.stale:
        text = say("You answered in another tab as well. The newer answers were kept; nothing has been submitted.")
        return Notice(text, kind="warn")
    if saved.faults:
        words = {key: say(ANSWER_FAULTS.get(code, code)) for key, code in saved.faults.items()}
        return Notice(say("Some answers could not be read"), faults=words, fields=scene.fields)
    words = dict.fromkeys(saved.unanswered, say(ANSWER_FAULTS["unanswered"]))
    return Notice(say("Some questions are not answered"), kind="warn", faults=words, confirms=len(words))


def _open_item(scene: Scene) -> Outcome:
    key = first(scene.fields, "item")
    return Outcome(open_item(scene.here, key), item=key)


def _read_item(scene: Scene) -> Outcome:
    return Outcome(confirm_reading(scene.here, first(scene.fields, "item")))


def _answer_item(scene: Scene) -> Outcome:
    key = first(scene.fields, "item")
    try:
        return Outcome(respond(scene.here, key, scene.fields), item=key)
    except BadInput as wrong:
        if wrong.code != "response_wrong":
            raise
        words = {field_of(name): scene.shelf.translate(ANSWER_FAULTS[code]) for name, code in wrong.faults.items()}
        text = scene.shelf.translate("Check your answer")
        return Outcome(notice=Notice(text, kind="warn", faults=words, fields=scene.fields), item=key)


def _finish_content(scene: Scene) -> Outcome:
    return Outcome(finish_content(scene.here))


def _evaluate(scene: Scene) -> Outcome:
    try:
        facts, sheet = evaluate(scene.here, scene.fields, scene.claimant())
    except BadInput as wrong:
        form = scene.here.activity.evaluation
        given = read_evaluation(scene.fields, form.items) if form else {}
        text = scene.shelf.translate("Some questions are not answered")
        return Outcome(notice=Notice(text, kind="warn"), answers=given, faults=wrong.faults)
    return Outcome(facts, sheet=sheet)


def _details(scene: Scene) -> Outcome:
    try:
        return Outcome(confirm_profile(scene.here, scene.fields))
    except BadInput as wrong:
        words = fault_words(scene.shelf, wrong.faults)
        text = scene.shelf.translate("Check your details")
        return Outcome(notice=Notice(text, faults=words, fields=scene.fields), is_editing=True)


def _edit_details(scene: Scene) -> Outcome:
    return Outcome(is_editing=True)


def _look_up(scene: Scene) -> Outcome:
    """What was done through LTI links counts here too, where it was the same version."""
    if scene.here.facts.is_trial:
        raise Refused("trial_claim")
    found = scene.ask_tool(scene.claimant())
    facts = heard(scene.here, found)
    say = scene.shelf.translate
    if found.answer is not None:
        return Outcome(facts, step=Step.CLAIM, answer=found.answer)
    if not found.version:
        return Outcome(facts, notice=Notice(say("Nothing that you did through a link is recorded."), kind="warn"))
    return Outcome(facts, notice=Notice(say("What you did through the link is looked up."), kind="good"))


ACTIONS: Mapping[str, Callable[[Scene], Outcome]] = {
    "show": lambda scene: Outcome(),
    "acknowledge": _acknowledge,
    "start": _start,
    "save": _save,
    "submit": _submit,
    "submit_anyway": lambda scene: _submit(scene, is_confirmed=True),
    "open_item": _open_item,
    "read_item": _read_item,
    "answer_item": _answer_item,
    "finish_content": _finish_content,
    "evaluate": _evaluate,
    "details": _details,
    "edit_details": _edit_details,
    "claim": make_claim,
    "claim_more": claim_more,
    "edit_claim": edit_claim,
    "finish_claim": finish_claim,
    "leave_owed": leave_owed,
    "finish_report": finish_report,
    "leave_report": leave_report,
    "renew": renew,
    "look_up": _look_up,
}
"""Every action that the page's script may ask for. ``show`` changes nothing."""


def perform(action: str, scene: Scene) -> Outcome:
    """Do it, or say why not: a refusal is told, never raised."""
    try:
        if action not in ACTIONS:
            raise BadInput("action_unknown", action=action[:40])
        return ACTIONS[action](scene)
    except CmeError as error:
        return Outcome(notice=refusal(scene.shelf, error))
