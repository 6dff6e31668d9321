"""Words of the pages about people, companies and independence: statuses, reasons, choices and faults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date, gettext, lazy_gettext

from lti_tool.domain.activity import PersonRole, Standard3Exception, SupportKind
from lti_tool.domain.company import CompanyKind, Eligibility
from lti_tool.domain.mitigation import DisclosureStatus, Exclusion, Reason, Relevance, Strategy
from lti_tool.services.people_list import Currency, Shown

ROLES = {
    PersonRole.PLANNER: lazy_gettext("Planner"),
    PersonRole.FACULTY: lazy_gettext("Faculty"),
    PersonRole.AUTHOR: lazy_gettext("Author"),
    PersonRole.REVIEWER: lazy_gettext("Reviewer"),
    PersonRole.MODERATOR: lazy_gettext("Moderator"),
    PersonRole.STAFF: lazy_gettext("Staff who decide on content"),
}
STATUSES = {
    DisclosureStatus.NONE: (lazy_gettext("No disclosure"), "bad"),
    DisclosureStatus.EXPIRED: (lazy_gettext("Disclosure expired"), "bad"),
    DisclosureStatus.EXCLUDED: (lazy_gettext("Excluded"), "bad"),
    DisclosureStatus.REVIEW: (lazy_gettext("Needs review"), "warn"),
    DisclosureStatus.MITIGATED: (lazy_gettext("Mitigated"), "good"),
    DisclosureStatus.NOTHING_RELEVANT: (lazy_gettext("Nothing relevant"), "good"),
    DisclosureStatus.NOTHING: (lazy_gettext("Disclosed nothing"), "good"),
}
"""Status to words and the kind of its tag."""
CURRENCIES = {
    Currency.MISSING: (lazy_gettext("No disclosure"), "bad"),
    Currency.EXPIRED: (lazy_gettext("Expired"), "bad"),
    Currency.NOTHING: (lazy_gettext("Nothing to disclose"), "good"),
    Currency.RELATIONSHIPS: (lazy_gettext("Has relationships"), "info"),
}
SHOWN = {
    Shown.ALL: lazy_gettext("Everybody"),
    Shown.MISSING: lazy_gettext("Disclosure missing"),
    Shown.EXPIRED: lazy_gettext("Disclosure expired"),
    Shown.OPEN: lazy_gettext("To be reviewed or mitigated, or excluded"),
    Shown.CURRENT: lazy_gettext("Disclosure counts"),
}
RELEVANCE = {
    Relevance.RELEVANT: lazy_gettext("Relevant: the content is about products or business lines of this company"),
    Relevance.NOT_RELEVANT: lazy_gettext("Not relevant: the content has nothing to do with this company"),
}
EXCLUSIONS = {
    Exclusion.NONE: lazy_gettext("None: this person is excluded from the activity"),
    Exclusion.UNRELATED_CONTENT: lazy_gettext("The content is not related to the business lines or products"),
    Exclusion.BASIC_SCIENCE: lazy_gettext(
        "The content is limited to basic science research or research methods, without care recommendations"
    ),
    Exclusion.TECHNICIAN: lazy_gettext(
        "The person takes part as a technician who teaches the safe use of devices, not whether or when to use them"
    ),
}
STRATEGIES = {
    Strategy.DIVEST: lazy_gettext("Divest: the relationship has been ended"),
    Strategy.RECUSAL: lazy_gettext("Recusal from the parts of planning that the relationship touches"),
    Strategy.PEER_REVIEW_PLANNING: lazy_gettext("Peer review of planning decisions by people without relationships"),
    Strategy.PEER_REVIEW_CONTENT: lazy_gettext("Peer review of content by people without relationships"),
    Strategy.ATTEST: lazy_gettext("Attestation that recommendations are evidence-based and free of commercial bias"),
    Strategy.OTHER: lazy_gettext("Another step, described in the note"),
}
ELIGIBILITIES = {
    Eligibility.UNKNOWN: (lazy_gettext("Not reviewed"), "warn"),
    Eligibility.INELIGIBLE: (lazy_gettext("Ineligible company"), "info"),
    Eligibility.ELIGIBLE: (lazy_gettext("Eligible organisation"), "good"),
}
KINDS = {
    CompanyKind.PHARMACEUTICAL: lazy_gettext("Pharmaceutical company or distributor"),
    CompanyKind.DEVICE: lazy_gettext("Device manufacturer or distributor"),
    CompanyKind.BIOMEDICAL_STARTUP: lazy_gettext("Biomedical start-up that has begun a regulatory approval"),
    CompanyKind.COMPOUNDING: lazy_gettext("Compounding pharmacy with proprietary compounds"),
    CompanyKind.DIAGNOSTIC_PROPRIETARY: lazy_gettext("Diagnostic laboratory that sells proprietary products"),
    CompanyKind.MEDICAL_FOOD: lazy_gettext("Medical foods or dietary supplements"),
    CompanyKind.WEARABLE: lazy_gettext("Health-related wearable products"),
    CompanyKind.BENEFIT_MANAGER: lazy_gettext("Pharmacy benefit manager"),
    CompanyKind.REAGENT: lazy_gettext("Reagent manufacturer or seller"),
    CompanyKind.AGENCY: lazy_gettext("Agency whose clients are ineligible companies"),
    CompanyKind.OTHER_INELIGIBLE: lazy_gettext("Other ineligible company (say why)"),
    CompanyKind.HOSPITAL: lazy_gettext("Hospital, health system or infusion centre"),
    CompanyKind.PRACTICE: lazy_gettext("Group practice or ambulatory centre"),
    CompanyKind.SCHOOL: lazy_gettext("School or university"),
    CompanyKind.MEMBERSHIP: lazy_gettext("Membership organisation"),
    CompanyKind.GOVERNMENT: lazy_gettext("Government or military"),
    CompanyKind.INSURER: lazy_gettext("Insurer or managed care"),
    CompanyKind.PUBLISHER: lazy_gettext("Publisher or education company"),
    CompanyKind.SOFTWARE: lazy_gettext("Software, health record or game developer"),
    CompanyKind.LABORATORY: lazy_gettext("Laboratory without proprietary products, or blood bank"),
    CompanyKind.PHARMACY: lazy_gettext("Pharmacy without proprietary compounds"),
    CompanyKind.CARE_FACILITY: lazy_gettext("Nursing home or rehabilitation centre"),
    CompanyKind.LAW_FIRM: lazy_gettext("Health law firm"),
    CompanyKind.OTHER_ELIGIBLE: lazy_gettext("Other eligible organisation (say why)"),
}
EXCEPTIONS = {
    Standard3Exception.NONE: lazy_gettext("None: relationships are collected, mitigated and disclosed"),
    Standard3Exception.NON_CLINICAL: lazy_gettext("Education that is not clinical and leaves no room for bias"),
    Standard3Exception.LEARNER_CONTROLLED: lazy_gettext("The group of learners is in control of the content"),
    Standard3Exception.SELF_DIRECTED: lazy_gettext(
        "Self-directed: learners set their goals and report the changes that resulted"
    ),
}
SUPPORT_KINDS = {SupportKind.MONETARY: lazy_gettext("Money"), SupportKind.IN_KIND: lazy_gettext("In kind")}

REASONS: dict[str, Any] = {
    "disclosure_missing": lazy_gettext("Nothing has been disclosed yet"),
    "disclosure_expired": lazy_gettext("The disclosure expired on %(until)s"),
    "disclosed_after_start": lazy_gettext("First disclosed on %(signed_on)s, after the role began on %(starts_on)s"),
    "notice_not_shown": lazy_gettext("It cannot be proved that the definition and the 24 months were shown"),
    "company_unreviewed": lazy_gettext("Nobody has said yet whether %(company)s is eligible"),
    "company_ineligible": lazy_gettext("%(company)s is ineligible and cannot be a joint provider"),
    "owner_or_employee": lazy_gettext("Owner or employee of %(company)s: excluded, unless an exception is argued"),
    "exception_contradicted": lazy_gettext(
        "The content cannot be unrelated to %(company)s and the relationship relevant at once"
    ),
    "relevance_undecided": lazy_gettext("Whether the relationship with %(company)s is relevant is not decided"),
    "unmitigated": lazy_gettext("The relationship with %(company)s is not mitigated"),
    "mitigated_too_late": lazy_gettext(
        "The relationship with %(company)s was mitigated on %(done_on)s, not before the role began on %(starts_on)s"
    ),
    "strategy_wrong_for_role": lazy_gettext("The mitigation for %(company)s does not fit the role"),
    "divested_but_active": lazy_gettext("The relationship with %(company)s is called ended, yet disclosed as active"),
    "nobody_in_control": lazy_gettext("Nobody is named who is in control of content"),
    "exception_not_offered": lazy_gettext("The exception that is claimed does not fit this format: %(format)s"),
    "support_signed_too_late": lazy_gettext("The agreement with %(company)s was not signed before the activity begins"),
    "support_company_eligible": lazy_gettext("%(company)s is an eligible organisation: this is no commercial support"),
    "support_company_unreviewed": lazy_gettext("Nobody has said yet whether %(company)s is eligible"),
}
"""Code of a reason to one sentence."""


def _shown(value: object) -> object:
    return format_date(value) if isinstance(value, date) else value


def reason_words(reason: Reason) -> str:
    """One sentence, with the clause it comes from left to the page."""
    words = REASONS.get(reason.code)
    if words is None:
        return str(gettext("Something about commercial support is missing: %(code)s", code=reason.code))
    return str(words) % {key: _shown(value) for key, value in reason.facts.items()}


MISSING = lazy_gettext("Enter a value.")
DAY = lazy_gettext("Enter a day, such as 2026-11-24.")
COMPANY_UNREVIEWED = lazy_gettext("Say first, on the page of companies, whether this company is eligible.")
NAME_ALONE = lazy_gettext("Use words alone: no address, logo, product name or trademark sign.")
FAULTS = {
    ("name", "missing"): lazy_gettext("Enter the person's name."),
    ("name", "too_long"): lazy_gettext("Shorten the name to at most 120 characters."),
    ("name", "unprintable"): lazy_gettext("Type the name in letters."),
    ("credentials", "too_long"): lazy_gettext("Shorten the credentials to at most 60 characters."),
    ("affiliation", "too_long"): lazy_gettext("Shorten the affiliation to at most 160 characters."),
    ("email", "not_an_address"): lazy_gettext("Enter one e-mail address, such as name@school.example."),
    ("coordinator_email", "not_an_address"): lazy_gettext("Enter one e-mail address, such as name@school.example."),
    ("email", "missing"): lazy_gettext("Enter an e-mail address first, or make a link to hand over."),
    ("company", "missing"): lazy_gettext("Enter the company's name."),
    ("company", "too_long"): lazy_gettext("Shorten the name to at most 120 characters."),
    ("company", "unprintable"): lazy_gettext("Type the name in letters."),
    ("company", "more_than_a_name"): NAME_ALONE,
    ("company", "unreviewed"): COMPANY_UNREVIEWED,
    ("company", "company_unreviewed"): COMPANY_UNREVIEWED,
    ("company", "company_eligible"): lazy_gettext(
        "This organisation is eligible: what it gives is no commercial support."
    ),
    ("company", "company_ineligible"): lazy_gettext("An ineligible company cannot be a joint provider."),
    ("kind", "missing"): lazy_gettext("Choose from the list."),
    ("kind", "unknown"): lazy_gettext("Choose from the list."),
    ("rationale", "missing"): lazy_gettext("Say why."),
    ("into", "missing"): lazy_gettext("Enter the name of the other company."),
    ("into", "unknown"): lazy_gettext("There is no company with this name."),
    ("into", "itself"): lazy_gettext("These two are one already."),
    ("role", "missing"): lazy_gettext("Choose a role."),
    ("role", "unknown"): lazy_gettext("Choose a role from the list."),
    ("starts_on", "missing"): lazy_gettext("Enter the first day of the role."),
    ("starts_on", "not_a_day"): DAY,
    ("ends_on", "not_a_day"): DAY,
    ("ends_on", "before_start"): lazy_gettext("The role cannot end before it begins."),
    ("relevance", "missing"): lazy_gettext("Choose whether the relationship is relevant."),
    ("reason", "missing"): lazy_gettext("Say why, in a few words."),
    ("reason", "too_short"): lazy_gettext("Argue it in at least 20 characters."),
    ("exclusion", "missing"): lazy_gettext("Choose whether one of the three exceptions holds."),
    ("exclusion", "contradicted"): lazy_gettext("If the content is unrelated, the relationship cannot be relevant."),
    ("argument", "too_short"): lazy_gettext("Argue the exception in at least 20 characters."),
    ("strategy", "missing"): lazy_gettext("Choose what was done."),
    ("strategy", "wrong_for_role"): lazy_gettext("Choose a step that fits this role."),
    ("strategy", "still_active"): lazy_gettext(
        "The relationship is disclosed as active. Ask for a new disclosure once it has ended."
    ),
    ("done_on", "missing"): lazy_gettext("Enter the day on which it was done."),
    ("done_on", "not_a_day"): DAY,
    ("done_on", "after_start"): lazy_gettext(
        "It must be done before the role begins. If that is too late, the role has to begin later."
    ),
    ("done_on", "in_future"): lazy_gettext("Enter a day that is not in the future."),
    ("done_by", "missing"): lazy_gettext("Say who did it."),
    ("note", "missing"): lazy_gettext("Describe the step."),
    ("evidence", "empty"): lazy_gettext("The file is empty."),
    ("evidence", "too_large"): lazy_gettext("The file is larger than 900 kB."),
    ("evidence", "wrong_kind"): lazy_gettext("Choose a PDF, PNG or JPEG file."),
    ("evidence", "damaged"): lazy_gettext("The file is damaged."),
    ("exception", "missing"): lazy_gettext("Choose from the list."),
    ("exception", "not_offered"): lazy_gettext("The Standard does not allow this exception for this format."),
    ("signed_on", "missing"): lazy_gettext("Enter the day on which both sides had signed."),
    ("signed_on", "signed_too_late"): lazy_gettext("The agreement must be signed before the activity begins."),
    ("amount", "missing"): lazy_gettext("Enter the amount."),
    ("amount", "not_a_number"): lazy_gettext("Enter an amount such as 25000 or 1200.50."),
    ("currency", "missing"): lazy_gettext("Enter the currency, such as USD."),
    ("currency", "unknown"): lazy_gettext("Enter the currency by its three letters, such as USD."),
    ("description", "missing"): lazy_gettext("Say what was given."),
    ("description", "more_than_a_name"): NAME_ALONE,
}
"""(field, code) to words."""


def fault_words(faults: Mapping[str, str]) -> dict[str, str]:
    """Field to sentence."""
    return {field: str(FAULTS.get((field, code), MISSING)) for field, code in faults.items()}


def summary(words: Mapping[str, str]) -> list[dict[str, str]]:
    """For ``error_summary``."""
    return [{"field": field, "message": message} for field, message in words.items()]


def options(words: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """For ``select_field`` and ``option_group``."""
    return [{"value": key.value, "label": label} for key, label in words.items()]
