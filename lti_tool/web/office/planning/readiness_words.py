"""What is unmet, in words: per rule what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.document import Document
from lti_tool.domain.mitigation import Reason
from lti_tool.domain.plan import PlanSection
from lti_tool.domain.readiness import STEP_NEVER_OPENS, Unmet
from lti_tool.services.plan.readiness import FILE_CHECK
from lti_tool.services.plan.settings import (
    ACCREDITATION_NOT_HELD,
    PROVIDER_DIFFERS,
    SIGNATORY_DIFFERS,
    WORDING_UNCONFIRMED,
)
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.office.disclosure_words import reason_words
from lti_tool.web.office.planning.delivery import ACCREDITATION_WORDS
from lti_tool.web.office.planning.sections import control_name, path_words
from lti_tool.web.office.planning.sessions import SESSION_WORDS

WORDS: dict[str, tuple[Any, Any]] = {
    **SESSION_WORDS,
    "gap_missing": (
        lazy_gettext("No professional practice gap is described"),
        lazy_gettext("Add the gap that the activity closes."),
    ),
    "gap_incomplete": (
        lazy_gettext("A gap lies between current and best practice; one of the two is missing"),
        lazy_gettext("Describe both."),
    ),
    "gap_cause_missing": (
        lazy_gettext("The educational need behind the gap is not named"),
        lazy_gettext("Say whether knowledge, competence or performance causes it."),
    ),
    "gap_evidence_missing": (
        lazy_gettext("A gap should be shown by evidence with a citation"),
        lazy_gettext("Say how you know of it, and cite the source."),
    ),
    "abstract_too_long": (
        lazy_gettext("%(count)s words; the accreditor’s abstract takes %(limit)s"),
        lazy_gettext("Shorten it."),
    ),
    "designed_to_change_missing": (
        lazy_gettext("It is not said what the activity is designed to change"),
        lazy_gettext("Name the competence, performance or patient outcome."),
    ),
    "format_rationale_missing": (
        lazy_gettext("It is not said why the format is appropriate"),
        lazy_gettext("Give the reason in a sentence."),
    ),
    "competencies_missing": (
        lazy_gettext("No desirable physician attribute is chosen"),
        lazy_gettext("Choose those that the activity was developed for."),
    ),
    "audience_missing": (lazy_gettext("The audience is not named"), lazy_gettext("Say for whom it is meant.")),
    "objective_missing": (lazy_gettext("There is no learning objective"), lazy_gettext("Add at least one.")),
    "objective_without_gap": (
        lazy_gettext("The objective closes no gap"),
        lazy_gettext("Choose the gap that it closes."),
    ),
    "gap_without_objective": (
        lazy_gettext("No objective closes this gap"),
        lazy_gettext("Add an objective, or leave the gap to another activity."),
    ),
    "objective_vague": (
        lazy_gettext("Nobody can observe whether this was achieved"),
        lazy_gettext("Begin with an act: choose, calculate, interpret, counsel."),
    ),
    "objective_too_long": (
        lazy_gettext("%(count)s words are more than one objective"),
        lazy_gettext("Split it, or keep it below %(limit)s words."),
    ),
    "only_knowledge": (
        lazy_gettext("All objectives are about knowledge"),
        lazy_gettext("Activities are designed to change competence, performance or patient outcomes."),
    ),
    "objective_unmeasured": (
        lazy_gettext("Nothing measures this objective"),
        lazy_gettext("Link a question of a test, or an item of the evaluation, to it."),
    ),
    "disclosure_not_collected": (
        lazy_gettext("The relationships of %(name)s were not collected"),
        lazy_gettext("Collect them, and enter the day."),
    ),
    "disclosure_beyond_window": (
        lazy_gettext("The relationships of %(name)s were collected more than %(months)s months before the release"),
        lazy_gettext("Collect them again."),
    ),
    "disclosure_stale": (
        lazy_gettext("The relationships of %(name)s were collected more than %(months)s months before the release"),
        lazy_gettext("Ask whether anything has changed."),
    ),
    "planner_missing": (
        lazy_gettext("Nobody is named as planner"),
        lazy_gettext("Planners control content too: add them."),
    ),
    "exception_not_argued": (
        lazy_gettext("The exception is not argued"),
        lazy_gettext("Say why it applies to this activity."),
    ),
    "support_agreement_missing": (
        lazy_gettext("The agreement with %(company)s must be signed before the activity starts"),
        lazy_gettext("Enter the day of the signature."),
    ),
    "joint_provider_unchecked": (
        lazy_gettext("An ineligible company cannot be a joint provider"),
        lazy_gettext("Check the joint providers, and confirm it."),
    ),
    "validation_open": (
        lazy_gettext("A clause of content validation is not confirmed"),
        lazy_gettext("Have the content reviewed, and confirm the clause."),
    ),
    "validation_unsigned": (
        lazy_gettext("It is not said who validated the content, and when"),
        lazy_gettext("Enter name and day."),
    ),
    "validation_by_author": (
        lazy_gettext("%(name)s reviewed their own content"),
        lazy_gettext("Ask somebody who did not write it."),
    ),
    "references_missing": (
        lazy_gettext("Learners have no access to the sources"),
        lazy_gettext("Add the references."),
    ),
    "objective_perhaps_unasked": (
        lazy_gettext("By chance no question about “%(text)s” may be drawn"),
        lazy_gettext("Draw per objective instead."),
    ),
    "pool_too_small": (
        lazy_gettext("%(draw)s of %(pool)s questions cannot be drawn"),
        lazy_gettext("Add questions, or draw fewer."),
    ),
    "two_draws": (
        lazy_gettext("Two draws exclude each other"),
        lazy_gettext("Draw from the whole pool, or per objective."),
    ),
    "case_question_missing": (
        lazy_gettext("The case “%(title)s” asks no question"),
        lazy_gettext("Write the question in the section Assessment, then choose it here."),
    ),
    "case_key_missing": (
        lazy_gettext("The question of the case “%(title)s” has no right answer"),
        lazy_gettext("Mark it in the section Assessment, or make the item a poll."),
    ),
    "case_rationale_missing": (
        lazy_gettext("The question of the case “%(title)s” has no rationale"),
        lazy_gettext("Explain the right answer: learners read it as soon as they have answered."),
    ),
    "rationale_missing": (
        lazy_gettext("The question has no rationale"),
        lazy_gettext("Explain the right answer: this is where learners learn."),
    ),
    "no_pairs": (
        lazy_gettext("The tests share no question"),
        lazy_gettext("Take some questions into both, so that the change can be shown."),
    ),
    "time_too_short": (
        lazy_gettext("%(minutes)s minutes for %(count)s questions test the speed of reading"),
        lazy_gettext("Give more time."),
    ),
    "attempts_beyond_expiry": (
        lazy_gettext("The last attempts could only begin after the expiration"),
        lazy_gettext("Shorten the wait, or lower the number of attempts."),
    ),
    "speaker_not_evaluated": (
        lazy_gettext("Learners are not asked about %(name)s"),
        lazy_gettext("Add the blocks for speakers."),
    ),
    "commitment_missing": (
        lazy_gettext("Learners are not asked for a commitment to change"),
        lazy_gettext("Add the question from the library; its follow-up shows change."),
    ),
    "retroactive_designation": (
        lazy_gettext("The release on %(release)s lies before the designation, which is %(designated)s at the earliest"),
        lazy_gettext("Move the release: credit cannot be designated after the fact."),
    ),
    "expired_already": (
        lazy_gettext("The activity would be over before anybody could start"),
        lazy_gettext("Move the expiration."),
    ),
    "review_in_future": (
        lazy_gettext("A review in the future has not happened"),
        lazy_gettext("Enter the day of the last review."),
    ),
    "expiry_before_release": (
        lazy_gettext("It expires on %(expires)s, before the release on %(release)s"),
        lazy_gettext("Correct one of the dates."),
    ),
    "certificate_field_empty": (
        lazy_gettext("Certificates would print an empty field"),
        lazy_gettext("Fill it in."),
    ),
    "location_missing": (
        lazy_gettext("Certificates of a live activity print its location"),
        lazy_gettext("Enter it, or write Online."),
    ),
    "credit_working_missing": (
        lazy_gettext("It is not said how the time was estimated"),
        lazy_gettext("Keep the working: reviewers ask for it."),
    ),
    "credit_missing": (
        lazy_gettext("No credit is designated"),
        lazy_gettext("Add a credit, unless the activity is meant to carry none."),
    ),
    STEP_NEVER_OPENS: (
        lazy_gettext("Nobody could ever do the step “%(step)s”"),
        lazy_gettext("Compare dates, pass mark and times with each other."),
    ),
    WORDING_UNCONFIRMED: (
        lazy_gettext("Nobody has confirmed the wording of %(edition)s yet"),
        lazy_gettext("Have it compared with the body’s own document and confirmed."),
    ),
    PROVIDER_DIFFERS: (
        lazy_gettext("The provider’s settings say “%(settings)s”"),
        lazy_gettext("Take it from the settings, or have them corrected."),
    ),
    SIGNATORY_DIFFERS: (
        lazy_gettext("%(name)s is not among the signatories of the provider’s settings"),
        lazy_gettext("Choose one of them, or have the settings corrected."),
    ),
    ACCREDITATION_NOT_HELD: (
        lazy_gettext("By the provider’s settings this accreditation is not held on the day of designation"),
        lazy_gettext("Correct it here, or have the settings corrected."),
    ),
    FILE_CHECK: ("%(what)s", "%(remedy)s"),
}
"""Code to (what, remedy). The texts of ``file_check`` come with it."""


PAGES: dict[str, tuple[str, Any]] = {
    WORDING_UNCONFIRMED: ("office.wording", lazy_gettext("Compare and confirm the wording")),
    PROVIDER_DIFFERS: ("office.provider", lazy_gettext("Provider’s settings")),
    SIGNATORY_DIFFERS: ("office.provider", lazy_gettext("Provider’s settings")),
    ACCREDITATION_NOT_HELD: ("office.provider", lazy_gettext("Provider’s settings")),
}
"""Pages for those who may configure."""


@dataclass(frozen=True, slots=True)
class UnmetRow:
    """One line of the readiness list."""

    field: str
    """Words for the field."""
    what: str
    remedy: str
    source: str
    is_error: bool
    section: PlanSection
    control: str
    """Name of the control, for the link to it."""
    page: tuple[str, Any] | None = None
    """Where it is settled outside the plan: endpoint, and words of the link."""
    roster_page: str = ""
    """Where it is met in the roster: its endpoint, or that of support and joint providers."""


def _fill(words: Any, facts: dict[str, Any]) -> str:
    text = str(words) % facts if facts else str(words)
    return f"{text[:1].upper()}{text[1:]}" if text else ""


def _roster_row(one: Unmet) -> UnmetRow:
    reason: Reason = one.facts["reason"]
    is_independence = one.path.startswith(("commercial_support", "provider", "standard3"))
    page = "office.independence" if is_independence else "office.roster"
    field = str(one.facts["who"] or _("People in control of content"))
    remedy = _("Settle it in the roster of the activity")
    return UnmetRow(field, reason_words(reason), remedy, one.source, one.is_error, one.section, "", roster_page=page)


def unmet_row(one: Unmet, document: Document) -> UnmetRow:
    if "reason" in one.facts:
        return _roster_row(one)
    what, remedy = WORDS.get(one.code, (one.code, ""))
    facts = dict(one.facts)
    if "step" in facts:
        facts["step"] = STEP_NAMES[facts["step"]]
    if one.code == PROVIDER_DIFFERS and one.path == "provider.accreditation":
        facts["settings"] = dict(ACCREDITATION_WORDS).get(facts["settings"], facts["settings"])
    field = path_words(one.path, document) if one.path else _("The activity")
    return UnmetRow(
        field,
        _fill(what, facts),
        _fill(remedy, facts),
        one.source,
        one.is_error,
        one.section,
        control_name(one.path),
        PAGES.get(one.code),
    )
