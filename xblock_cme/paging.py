"""One page of a block: the step that is looked at, in its shell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields
from lti_tool.domain.native import Reason
from lti_tool.domain.pathway import claim_blockers
from lti_tool.domain.standing import StepState
from xblock_cme.claiming import ClaimState
from xblock_cme.compat import has_plugin
from xblock_cme.content_face import Peers, content_face
from xblock_cme.face import Notice, blocker_texts, evaluation_face, information_face, shell
from xblock_cme.identifier_face import identifiers_face, label_of, owed_face
from xblock_cme.progress import Progress
from xblock_cme.question_face import Shelf
from xblock_cme.scene import Outcome
from xblock_cme.step_face import certificate_face, claim_face, details_face, test_face
from xblock_cme.taking import KIND_OF
from xblock_cme.words import BLOCKERS, REFUSALS, STEP_NAMES, fault_of


@dataclass(frozen=True, slots=True)
class View:
    """What the page is made of beside the progress."""

    shelf: Shelf
    only: Step | None
    """The single step that the block shows; ``None`` for the whole activity."""
    name: str
    """The platform's name of the learner, offered for print."""
    claim: ClaimState | None
    certificate_url: Callable[[str], str]
    link_url: Callable[[str], str]
    """Address of a component of the course, ``""`` for none."""
    peers: Peers | None
    """``None`` where nobody counts what others answer."""
    outcome: Outcome = field(default_factory=Outcome)
    fields: Fields = field(default_factory=dict, repr=False)
    """The form that was sent."""


def _locked(view: View, here: Progress, step: Step) -> tuple[str, dict[str, Any]] | None:
    """The step cannot be entered and there is nothing of it to look at."""
    standing = here.standing.of(step)
    is_expired = all(blocker.code == "expired" for blocker in standing.blockers)
    if not standing.blockers or (standing.state is StepState.DONE and is_expired):
        return None
    if step in KIND_OF and is_expired and here.record.submitted(KIND_OF[step]):
        return None
    items = [{**each, "is_met": False} for each in blocker_texts(view.shelf, standing.blockers)]
    done = [
        {"text": view.shelf.translate(STEP_NAMES[each.step]), "is_met": True, "step": each.step.value}
        for each in here.standing.steps
        if each.state is StepState.DONE and step is Step.CLAIM
    ]
    return "locked.html", {"requirements": done + items, "is_claim": step is Step.CLAIM}


def _elsewhere(view: View, here: Progress) -> dict[str, Any]:
    """Whether the tool can be asked for what was done through LTI links, and where to go on with it."""
    link = here.elsewhere.link if here.elsewhere is not None else ""
    is_claimed = view.claim is not None and (view.claim.is_waiting or bool(here.record.claims))
    return {
        "can_look_up": has_plugin() and not here.facts.is_trial and not is_claimed,
        "is_elsewhere": here.is_elsewhere,
        "link": view.link_url(link) if link else "",
    }


def _claim(view: View, here: Progress) -> tuple[str, dict[str, Any]]:
    state, outcome = view.claim, view.outcome
    notice = outcome.notice or Notice("")
    if outcome.asked is not None:
        return "identifiers.html", identifiers_face(view.shelf, outcome.asked, view.fields, notice.faults)
    refused = state.answer.reasons if state is not None and state.answer is not None else ()
    reasons = [_reason(view, each) for each in refused]
    is_claimed = state is not None and bool(state.is_waiting or state.owed or here.record.claims)
    is_editing = outcome.is_editing or (outcome.further is not None and here.facts.profile is None)
    if state is not None and is_claimed and not is_editing and outcome.further is None:
        return _claimed(view, here, state, reasons)
    if here.facts.profile is None or is_editing:
        return "details.html", details_face(view.shelf, here, view.name, notice)
    face = claim_face(view.shelf, here, notice, outcome.draft, outcome.further or ())
    return "claim.html", {**face, "reasons": [] if is_claimed else reasons}


def _claimed(view: View, here: Progress, state: ClaimState, reasons: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """What was claimed: the certificate, or that it is kept; and what of it waits for the learner."""
    values = {**owed_face(view.shelf, here.copy, state), "reasons": reasons, "is_waiting": state.is_waiting}
    is_dropped = bool(view.outcome.identifiers)
    values |= {"has_more": _has_more(here, state), "is_report_owed": state.is_report_owed, "is_dropped": is_dropped}
    if state.answer is not None and state.answer.is_awarded:
        return "certificate.html", {**values, **certificate_face(view.shelf, state.answer, view.certificate_url)}
    return "claim_kept.html", values


def _has_more(here: Progress, state: ClaimState) -> bool:
    """Something may be left to claim, as far as this platform knows."""
    if not state.is_settled or claim_blockers(here.activity, here.record, here.now):
        return False
    profile = here.facts.profile
    return bool(here.copy.offered(profile, state.held)) if profile is not None else len(here.activity.credits) > 1


def _reason(view: View, reason: Reason) -> dict[str, str]:
    words = fault_of(reason.control, reason.code) or BLOCKERS.get(reason.code) or REFUSALS.get(reason.code, reason.code)
    link = reason.facts.get("link", "")
    return {"text": view.shelf.translate(words) % _Facts(reason.facts), "link": view.link_url(link) if link else ""}


class _Facts(dict[str, str]):
    """Facts of a reason for a sentence; one that another release did not send is shown as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _body(view: View, here: Progress, step: Step) -> tuple[str, dict[str, Any]]:
    shelf, outcome = view.shelf, view.outcome
    if step in (Step.CLAIM, Step.CERTIFICATE):
        locked = None if view.claim is not None else _locked(view, here, Step.CLAIM)
        if locked is not None:
            return locked
        template, values = _claim(view, here)
        # A further claim, and what is asked for it, is reached from the certificate and is no part of it.
        return template, {"step_name": shelf.translate(STEP_NAMES[Step.CLAIM]), **values}
    locked = _locked(view, here, step)
    if locked:
        return locked
    if step in KIND_OF:
        return "test.html", test_face(shelf, here, KIND_OF[step], outcome.notice or Notice(""))
    if step is Step.CONTENT:
        return "content.html", content_face(shelf, here, outcome.item, outcome.notice or Notice(""), view.peers)
    if step is Step.EVALUATION:
        return "evaluation.html", evaluation_face(shelf, here, outcome.answers, outcome.faults)
    return "information.html", information_face(shelf, here)


def _fault_links(view: View, notice: Notice) -> list[dict[str, str]]:
    """Sentences that lead to their fields; those of identifiers are alike, so each names its own."""
    asked = (
        {f"id.{need}": label_of(view.shelf, need) for need in view.outcome.asked.needs} if view.outcome.asked else {}
    )
    return [
        {"id": view.shelf.id_of(name), "text": f"{asked[name]}: {text}" if name in asked else text}
        for name, text in notice.faults.items()
    ]


def page_values(view: View, here: Progress, step: Step) -> dict[str, Any]:
    """Everything that ``page.html`` needs."""
    template, values = _body(view, here, step)
    notice = view.outcome.notice
    faults = _fault_links(view, notice) if notice and step not in KIND_OF else []
    told = {"text": notice.text, "kind": notice.kind, "reasons": notice.reasons, "faults": faults} if notice else None
    frame = {**shell(view.shelf, here, step, view.only), **_elsewhere(view, here)}
    return {**frame, "body": template, "notice": told, **values}
