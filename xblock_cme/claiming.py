"""The evaluation, the learner's particulars and the claim: checked here as in the tool, decided by the tool."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lti_tool.domain.activity import Step
from lti_tool.domain.answer_form import Fields, first, read_evaluation
from lti_tool.domain.claim import chosen_credits
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.evaluation import check_evaluation, split_commitments
from lti_tool.domain.learner import Profile, clean_name
from lti_tool.domain.native import NativeAnswer, NativeClaim, NativeEvaluation, NativeReceipt, NativeRecord
from lti_tool.domain.pathway import claim_blockers
from lti_tool.domain.record import Record
from lti_tool.domain.wire import write_value
from xblock_cme.facts import Elsewhere, LearnerFacts, sparing
from xblock_cme.progress import Progress

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who asks, from where, as the platform says."""

    subject: str
    context: str
    context_title: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class ClaimState:
    """A claim as its learner sees it. ``answer`` is there once the tool has spoken."""

    is_waiting: bool
    answer: NativeAnswer | None
    owed: tuple[str, ...] = ()
    """Credit types that wait for what the learner has to give."""
    claim: NativeClaim | None = None
    """As it was made, where something of it is owed."""
    is_report_owed: bool = False
    """A report was wanted, for which the learner has to give something once more."""
    amounts: Mapping[str, str] = field(default_factory=dict)
    """What was claimed in blocks, by credit type, where none of it was refused."""

    @property
    def is_settled(self) -> bool:
        """Credit was given, and nothing of the claim is under way or waits for its learner."""
        is_given = self.answer is not None and self.answer.is_awarded
        return is_given and not (self.is_waiting or self.owed or self.is_report_owed)

    @property
    def held(self) -> frozenset[str]:
        """The credit types that were given, as far as this platform knows: a certificate names its first alone."""
        answer = self.answer.certificates if self.answer is not None else ()
        return frozenset({*self.amounts, *(one.credit_type for one in answer)} - {""})


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answered evaluation on its way: the answers, and the receipt that goes ahead of them."""

    evaluation: NativeEvaluation
    receipt: NativeReceipt


def evaluate(here: Progress, fields: Fields, claimant: Claimant) -> tuple[LearnerFacts, Sheet | None]:
    """The facts afterwards, and what is to be sent: nothing for a second time or a test run.

    The answers leave with the message and are kept nowhere else. Raises ``Refused("step_locked")`` and
    ``BadInput("evaluation_incomplete")`` with a fault per item.
    """
    if here.record.evaluated_at is not None:
        return here.facts, None
    here.require(Step.EVALUATION)
    form = here.activity.evaluation
    if form is None:
        raise Refused("step_absent", step=Step.EVALUATION)
    answers = check_evaluation(form, read_evaluation(fields, form.items))
    promises, rest = split_commitments(form, answers)
    facts = replace(here.facts, record=replace(here.facts.record, evaluated_at=here.now))
    message = NativeEvaluation(
        activity=here.copy.key,
        version=here.copy.version,
        context=claimant.context,
        answers=rest if form.is_anonymous else answers,
        subject="" if form.is_anonymous else claimant.subject,
        context_title=claimant.context_title,
    )
    told = _receipt(here, claimant, promises if form.is_anonymous and promises else None)
    return facts, None if facts.is_trial else Sheet(message, told)


def _receipt(here: Progress, claimant: Claimant, commitments: Mapping[str, str] | None) -> NativeReceipt:
    """That the learner answers the evaluation now: sent apart from the answers, ahead of them."""
    return NativeReceipt(
        subject=claimant.subject,
        activity=here.copy.key,
        version=here.copy.version,
        context=claimant.context,
        at=here.now,
        context_title=claimant.context_title,
        commitments=commitments,
    )


def heard(here: Progress, found: NativeRecord) -> LearnerFacts:
    """The facts with what the tool has recorded of the learner itself. An attempt that is open there is finished there.

    Who has done nothing in a block yet goes on with the version that they began with elsewhere.
    """
    closed = tuple(attempt for attempt in found.record.attempts if not attempt.is_open)
    record = sparing(replace(found.record, attempts=closed))
    elsewhere = Elsewhere(found.version, record, found.link, here.now)
    version = here.facts.version if here.native != Record() else 0
    return replace(here.facts, version=version, elsewhere=elsewhere)


def profile_digest(profile: Profile) -> str:
    """Tells whether a page still shows the particulars in force: 16 hex digits."""
    return hashlib.sha256(json.dumps(write_value(profile), sort_keys=True).encode()).hexdigest()[:16]


def _chosen(raw: str, read: Callable[[str], Value], field: str, faults: dict[str, str]) -> Value | None:
    try:
        return read(raw)
    except ValueError:
        faults[field] = "unknown" if raw else "missing"
        return None


def read_profile(fields: Fields, countries: tuple[str, ...]) -> Profile:
    """The particulars if all can be used. Whether the certificate has every character, the tool says at the claim.

    Raises ``BadInput("profile_unusable")`` with faults for ``printed_name``, ``degree``, ``country``, ``equivalence``.
    """
    faults: dict[str, str] = {}
    name = ""
    try:
        name = clean_name(first(fields, "printed_name"))
    except BadInput as error:
        faults.update(error.faults)
    degree = _chosen(first(fields, "degree"), Degree, "degree", faults)
    country = _chosen(first(fields, "country"), lambda code: countries[countries.index(code)], "country", faults)
    if degree is Degree.OTHER_PHYSICIAN and first(fields, "equivalence") != "yes":
        faults["equivalence"] = "missing"
    if faults or degree is None or country is None:
        raise BadInput("profile_unusable", faults=faults)
    return Profile(name, degree, country)


def confirm_profile(here: Progress, fields: Fields) -> LearnerFacts:
    """Raises ``Refused("step_locked")`` while the claim is not open: nothing is asked before it is needed."""
    here.require(Step.CLAIM)
    profile = read_profile(fields, here.copy.countries)
    return replace(here.facts, profile=profile, is_equivalence_stated=first(fields, "equivalence") == "yes")


def require_open(here: Progress) -> None:
    """Of a claim that was made the step stays open: the window is asked again for a further one.

    Raises ``Refused("step_locked", blockers=…)``.
    """
    blockers = tuple(claim_blockers(here.activity, here.record, here.now)) if here.record.claims else ()
    if blockers:
        raise Refused("step_locked", step=Step.CLAIM, blockers=blockers)


def chosen_amounts(fields: Fields) -> Mapping[str, str]:
    """What was chosen, by credit type."""
    return {name.partition(".")[2]: first(fields, name) for name in fields if name.startswith("amount.")}


def claim(here: Progress, fields: Fields, claimant: Claimant, held: Collection[str] = ()) -> NativeClaim:
    """The claim to be sent: what is certain to be refused is not sent. ``held``: credit types that were given before.

    Raises ``Refused("step_locked")``, ``Refused("trial_claim")`` and ``BadInput("claim_unusable")`` with faults.
    """
    here.require(Step.CLAIM)
    require_open(here)
    profile = here.facts.profile
    if profile is None:
        raise BadInput("claim_unusable", faults={"profile": "missing"})
    if first(fields, "profile") != profile_digest(profile):
        raise BadInput("claim_unusable", faults={"profile": "changed"})
    amounts, is_attested = chosen_amounts(fields), first(fields, "attestation") == "yes"
    chosen_credits(here.copy.offered(profile, held), amounts, is_attested=is_attested)
    if here.facts.is_trial:
        raise Refused("trial_claim")
    return NativeClaim(
        subject=claimant.subject,
        context=claimant.context,
        activity=here.copy.key,
        version=here.copy.version,
        text_version=here.newest.version,
        at=here.now,
        record=here.native,
        profile=profile,
        amounts=amounts,
        is_attested=is_attested,
        is_equivalence_stated=here.facts.is_equivalence_stated,
        context_title=claimant.context_title,
        locale=claimant.locale,
    )
