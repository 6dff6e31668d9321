"""Forms of the sections credit and delivery."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.activity import Accreditation, LearningFormat, Requirement, Step
from lti_tool.domain.credit import Unit, printed_amount
from lti_tool.domain.document import Document, records
from lti_tool.services.plan.preview import offered_credits
from lti_tool.web.messages import STEP_NAMES
from lti_tool.web.office.planning.controls import (
    Choice,
    Control,
    Group,
    Numbers,
    Option,
    Rows,
    Text,
    Tick,
    fixed,
)
from lti_tool.web.office.planning.sessions import SESSIONS

FORMAT_WORDS = tuple((one.value, one.value[:1].upper() + one.value[1:]) for one in LearningFormat)
"""The AMA's own names, never translated: they are printed."""
ACCREDITATION_WORDS = (
    (Accreditation.DIRECT.value, lazy_gettext("Accredited by the ACCME")),
    (Accreditation.JOINT.value, lazy_gettext("Accredited by the ACCME, with a joint provider")),
    (Accreditation.STATE.value, lazy_gettext("Accredited by a recognized state accreditor")),
    (Accreditation.JOINTLY_ACCREDITED.value, lazy_gettext("Jointly accredited (ACCME, ACPE and ANCC)")),
    (Accreditation.NONE.value, lazy_gettext("Not accredited for physicians")),
)
REQUIREMENT_WORDS = (
    (Requirement.REQUIRED.value, lazy_gettext("Required")),
    (Requirement.OPTIONAL.value, lazy_gettext("Optional")),
    (Requirement.ABSENT.value, lazy_gettext("Not part of the activity")),
)


UNIT_WORDS = {
    Unit.CREDIT: lazy_gettext("credits"),
    Unit.CONTACT_HOUR: lazy_gettext("contact hours"),
    Unit.HOUR: lazy_gettext("hours"),
    Unit.CPEU: "CPEU",
    Unit.ECMEC: "ECMEC",
    Unit.POINT: lazy_gettext("points"),
}


def credit_options(on: date) -> list[Option]:
    """The types in force on a day, with what each is counted in and by which steps."""
    return [
        {
            "value": one.code,
            "label": _(
                "%(name)s: %(unit)s in steps of %(step)s",
                name=one.name,
                unit=UNIT_WORDS[one.unit],
                step=printed_amount(one.step),
            ),
        }
        for one in offered_credits(on)
    ]


def credit_type_options(document: Document) -> list[Option]:
    """Filled by the page, which knows the catalogue; what the plan names already is always there."""
    known = [str(offer.get("type")) for offer in records(document.get("credits")) if offer.get("type")]
    offered: list[Option] = list(document.get("_credit_types") or ())
    values = {option["value"] for option in offered}
    return [*offered, *({"value": code, "label": code} for code in dict.fromkeys(known) if code not in values)]


PART_WORDS = {"pharmacology": lazy_gettext("Pharmacology")}
"""Parts that boards count by themselves; a plan may hold others."""


def part_options(document: Document) -> list[Option]:
    """The parts that boards are known to count, and those that the plan names already."""
    held = (key for offer in records(document.get("credits")) for key in offer.get("parts") or ())
    return [{"value": key, "label": PART_WORDS.get(key, key)} for key in dict.fromkeys((*PART_WORDS, *held))]


_OFFER: tuple[Control, ...] = (
    Choice("type", lazy_gettext("Credit type"), credit_type_options, prompt=lazy_gettext("Choose")),
    Text("maximum", lazy_gettext("Maximum credits"), lazy_gettext("What is designated, such as 1.00."), kind="decimal"),
    Text("minimum", lazy_gettext("Least credits that may be claimed"), kind="decimal"),
    Text(
        "variant",
        lazy_gettext("Kind within the type"),
        lazy_gettext("Where the body has several, such as Knowledge."),
        limit=200,
        is_needed=False,
    ),
    Text(
        "reference",
        lazy_gettext("Number from the body"),
        lazy_gettext("Such as the UAN, or its number of the provider or the activity."),
        limit=200,
        is_needed=False,
    ),
    Numbers("parts", lazy_gettext("Of the maximum"), part_options, lazy_gettext("Only what a board counts by itself.")),
    Text(
        "topics",
        lazy_gettext("Topic tags of boards"),
        lazy_gettext("One per line."),
        rows=2,
        limit=2000,
        kind="lines",
        is_needed=False,
    ),
    Text(
        "session_maximum",
        lazy_gettext("Most credits for one session"),
        lazy_gettext("For a series only."),
        kind="decimal",
        is_needed=False,
    ),
    Text(
        "group",
        lazy_gettext("Group of credits that exclude each other"),
        lazy_gettext("A word of yours. Of the credits with the same word a learner claims one."),
        limit=60,
        is_needed=False,
    ),
)
CREDIT: tuple[Control, ...] = (
    Text(
        "estimated_minutes",
        lazy_gettext("Estimated minutes"),
        lazy_gettext("A good-faith estimate for a typical learner."),
        kind="number",
    ),
    Group(
        "credit_working",
        lazy_gettext("Working"),
        (
            Text(
                "basis",
                lazy_gettext("How the estimate was made"),
                lazy_gettext("Minutes of the program without breaks, words and questions, pilot learners’ times …"),
                rows=3,
                limit=4000,
            ),
        ),
    ),
    Rows(
        "credits",
        lazy_gettext("Credit"),
        _OFFER,
        "c",
        lazy_gettext("Credit"),
        lazy_gettext("None: leave the list empty. Nothing can be claimed then."),
        title="type",
    ),
    Text(
        "equivalents",
        lazy_gettext("The same education"),
        lazy_gettext("Keys of other activities, one per line. Nobody gets credit for both."),
        rows=2,
        limit=2000,
        kind="lines",
        is_needed=False,
    ),
    Group(
        "provider",
        lazy_gettext("Who awards the credit"),
        (
            Text("name", lazy_gettext("Accredited provider"), lazy_gettext("As statements print it."), limit=200),
            Text("contact", lazy_gettext("How learners reach the provider")),
            Choice(
                "accreditation",
                lazy_gettext("Accreditation"),
                fixed(*ACCREDITATION_WORDS),
                prompt=lazy_gettext("Choose"),
            ),
            Text("state_body", lazy_gettext("State accreditor"), limit=200, is_needed=False),
            Text(
                "joint_providers",
                lazy_gettext("Joint providers"),
                lazy_gettext("One per line: nonaccredited organizations with which it was planned."),
                rows=2,
                limit=2000,
                kind="lines",
                is_needed=False,
            ),
            Group(
                "signatory",
                lazy_gettext("Who signs certificates"),
                (
                    Text("name", lazy_gettext("Name"), limit=200),
                    Text("title", lazy_gettext("Office held"), limit=200),
                ),
            ),
        ),
    ),
    Tick("joint_eligible", lazy_gettext("No joint provider is an ineligible company; this was checked")),
)


_STEPS = (Step.INFORMATION, Step.PRE_TEST, Step.CONTENT, Step.POST_TEST, Step.EVALUATION)
DELIVERY: tuple[Control, ...] = (
    Choice(
        "format",
        lazy_gettext("Learning format"),
        fixed(*FORMAT_WORDS),
        lazy_gettext("The AMA’s name of it, as the designation statement prints it."),
        prompt=lazy_gettext("Choose"),
    ),
    Text("release", lazy_gettext("Release"), lazy_gettext("First day. Never before the approval."), kind="date"),
    Text("reviewed", lazy_gettext("Last review of the content"), kind="date"),
    Text(
        "expires",
        lazy_gettext("Expiration"),
        lazy_gettext("Last day on which credit can be earned: at most three years after the review."),
        kind="date",
    ),
    Text(
        "claims_open",
        lazy_gettext("Claims open"),
        lazy_gettext("Only if later than the release."),
        kind="date",
        is_needed=False,
    ),
    Text(
        "claims_close",
        lazy_gettext("Claims close"),
        lazy_gettext("Last day of claims, only if other than the expiration."),
        kind="date",
        is_needed=False,
    ),
    Text(
        "location",
        lazy_gettext("Location"),
        lazy_gettext("For live activities, as certificates print it."),
        limit=200,
        is_needed=False,
    ),
    Text(
        "time_zone",
        lazy_gettext("Time zone"),
        lazy_gettext("In which days begin and end, such as America/Chicago."),
        limit=60,
    ),
    Text("language", lazy_gettext("Language"), lazy_gettext("Of the content, such as en-US."), limit=35),
    *SESSIONS,
    Group(
        "steps",
        lazy_gettext("The learner’s path"),
        tuple(Choice(step.value, STEP_NAMES[step], fixed(*REQUIREMENT_WORDS)) for step in _STEPS),
    ),
)
