"""The information page: what a learner must be shown, and acknowledge, before the education starts.

Sources: ACCME Standards for Integrity and Independence, Standard 3.5 and 4 (disclosure before learners
engage, names of companies only, presence *and* absence, in a form that can be verified later); AMA PRA
(designation statement, completion instructions with the pass mark). See ``docs/reference/rules.md``, 2.3-2.5.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lti_tool.domain.activity import (
    Activity,
    CommercialSupport,
    PersonInControl,
    Requirement,
    Standard3Exception,
    Step,
    SupportKind,
)
from lti_tool.domain.text import RichText

DEFINITION = (
    "An ineligible company is one whose primary business is producing, marketing, selling, re-selling, or "
    "distributing healthcare products used by or on patients."
)
MITIGATED = "All relevant financial relationships have been mitigated."
NOBODY = (
    "No one in control of the content of this activity has a relevant financial relationship "
    "with an ineligible company."
)
NO_SUPPORT = "No commercial support was received for this activity."
EXCEPTIONS = {
    Standard3Exception.NON_CLINICAL: (
        "This activity is non-clinical education; financial relationships with ineligible companies were not collected."
    ),
    Standard3Exception.LEARNER_CONTROLLED: (
        "The learners are in control of the content of this activity; "
        "financial relationships with ineligible companies were not collected."
    ),
    Standard3Exception.SELF_DIRECTED: (
        "This is self-directed education; financial relationships with ineligible companies were not collected."
    ),
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""English whatever the machine's locale is: the fingerprint must not depend on it."""


class SectionKey(StrEnum):
    """The parts of the page, in order. Headings are the web layer's (translated)."""

    ACCREDITATION = "accreditation"
    DESIGNATION = "designation"
    DESCRIPTION = "description"
    AUDIENCE = "audience"
    OBJECTIVES = "objectives"
    FORMAT = "format"
    COMPLETION = "completion"
    DISCLOSURE = "disclosure"
    PEOPLE = "people"
    MITIGATION = "mitigation"
    SUPPORT = "support"
    EVOLVING = "evolving"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Section:
    key: SectionKey
    paragraphs: tuple[RichText, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class InformationPage:
    """Exactly what is shown. ``fingerprint`` changes if and only if a word or its style does."""

    sections: tuple[Section, ...]
    language: str

    def as_record(self) -> dict[str, object]:
        """Plain values to keep as evidence of what was shown."""
        return {
            "language": self.language,
            "sections": [
                {
                    "key": section.key.value,
                    "list": section.is_list,
                    "paragraphs": [[[run.text, run.is_italic] for run in text.runs] for text in section.paragraphs],
                }
                for section in self.sections
            ],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex over the canonical JSON of :meth:`as_record`."""
        canonical = json.dumps(self.as_record(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Statements:
    """Bodies' own sentences for this activity, from the catalogue."""

    accreditation: tuple[RichText, ...]
    designation: tuple[RichText, ...]


def _lines(texts: Iterable[str]) -> tuple[RichText, ...]:
    return tuple(RichText.of(text) for text in texts if text)


def _who(person: PersonInControl) -> str:
    name = ", ".join(part for part in (person.name, person.credentials) if part)
    roles = ", ".join(role.value for role in person.roles)
    where = f", {person.affiliation}" if person.affiliation else ""
    return f"{name} ({roles}){where}"


def _relationships(person: PersonInControl) -> str:
    return "; ".join(
        f"{relationship.nature} – {relationship.company}{' (ended)' if relationship.has_ended else ''}"
        for relationship in person.relationships
    )


def _person_line(person: PersonInControl) -> str:
    return f"{_who(person)}: {_relationships(person) or 'no relevant financial relationships'}."


def disclosure_sections(people: Sequence[PersonInControl], exception: Standard3Exception) -> tuple[Section, ...]:
    """What learners are told of the people in control: presence and absence of relationships (Standard 3.5)."""
    excepted = EXCEPTIONS.get(exception)
    if excepted:
        return (Section(SectionKey.DISCLOSURE, _lines([excepted])), _people(map(_who, people)))
    if not any(person.relationships for person in people):
        opening = (Section(SectionKey.DISCLOSURE, _lines([DEFINITION, NOBODY])),)
        return (*opening, _people(map(_who, people)))
    return (
        Section(SectionKey.DISCLOSURE, _lines([DEFINITION])),
        _people(map(_person_line, people)),
        Section(SectionKey.MITIGATION, _lines([MITIGATED])),
    )


def _people(lines: Iterable[str]) -> Section:
    return Section(SectionKey.PEOPLE, _lines(lines), is_list=True)


def support_section(given: Iterable[CommercialSupport]) -> Section:
    """What learners are told of commercial support, or that there was none (Standard 4.4)."""
    lines = [
        f"Commercial support: {support.company}"
        + (f" (in kind: {support.description})" if support.kind is SupportKind.IN_KIND else "")
        + "."
        for support in given
    ]
    return Section(SectionKey.SUPPORT, _lines(lines or [NO_SUPPORT]))


def printed_date(day: date) -> str:
    """ "November 24, 2026": never an order of digits that another country reads differently."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _claim_window(activity: Activity) -> str:
    """When credit can be claimed, as far as that is not what everybody expects."""
    opens, closes = activity.claims_open_on, activity.claims_close_on
    begins = f"Credit can be claimed from {printed_date(opens)}. " if opens else ""
    ends = "Credit cannot be claimed after this date."
    return begins + (f"Credit can be claimed until {printed_date(closes)} ({activity.time_zone})." if closes else ends)


def _format(activity: Activity) -> tuple[str, ...]:
    return (
        f"Format: {activity.format.value}.",
        f"Estimated time to complete: {activity.estimated_minutes} minutes.",
        f"Release date: {printed_date(activity.released_on)}.",
        f"Most recent review: {printed_date(activity.reviewed_on)}.",
        f"Expiration date: {printed_date(activity.expires_on)}. {_claim_window(activity)}",
    )


def pass_mark_sentence(activity: Activity) -> str:
    """ "Answer at least 8 of 10 questions correctly", or ``""`` without a pass mark."""
    test = activity.post_test
    if test is None or test.pass_mark is None:
        return ""
    attempts = {None: "as often as needed", 1: "in one attempt"}.get(
        test.attempts, f"in at most {test.attempts} attempts"
    )
    return f"Pass the post-test: answer at least {test.pass_mark} of {test.length} questions correctly, {attempts}."


_HOW = {
    Step.INFORMATION: "Read this information and acknowledge it.",
    Step.PRE_TEST: "Take the pre-test; its result does not count.",
    Step.POST_TEST: "Take the post-test.",
    Step.EVALUATION: "Complete the evaluation.",
    Step.CLAIM: "Claim the credit that matches your participation.",
}


def _how_to_study(activity: Activity) -> str:
    """What the content step asks for, so that nothing gates credit that was not told (AMA PRA, core requirement 4)."""
    content = activity.content
    sentences = ["Study the content."]
    if content is not None and content.minimum_minutes:
        sentences.append(f"Spend at least {content.minimum_minutes} minutes on it.")
    for item in content.items if content is not None else ():
        if item.is_recording and item.minimum_coverage:
            sentences.append(f"Play at least {(item.minimum_coverage * 100).normalize():f}% of “{item.title}”.")
    if any(item.awaits_answer for item in (content.items if content is not None else ())):
        sentences.append("Answer the cases and polls in it; any answer counts, and what follows opens with it.")
    return " ".join(sentences)


def _time_limit(activity: Activity) -> str:
    test = activity.post_test
    if test is None or test.time_limit_minutes is None:
        return ""
    return f" There is a time limit of {test.time_limit_minutes} minutes for each attempt."


def _how_to(activity: Activity, step: Step) -> str:
    if step is Step.CONTENT:
        return _how_to_study(activity)
    if step is Step.POST_TEST:
        return (pass_mark_sentence(activity) or _HOW[step]) + _time_limit(activity)
    return _HOW.get(step, "")


def _how_to_complete(activity: Activity) -> tuple[str, ...]:
    lines: list[str] = []
    for step in activity.steps:
        sentence = _how_to(activity, step)
        is_optional = activity.requirement(step) is Requirement.OPTIONAL
        lines.append(f"Optional: {sentence[:1].lower()}{sentence[1:]}" if is_optional and sentence else sentence)
    return tuple(lines)


def information_page(activity: Activity, statements: Statements) -> InformationPage:
    """Compose the page from the activity's data and the bodies' sentences."""
    sections = (
        Section(SectionKey.ACCREDITATION, statements.accreditation),
        Section(SectionKey.DESIGNATION, statements.designation),
        Section(SectionKey.DESCRIPTION, _lines([activity.description])),
        Section(SectionKey.AUDIENCE, _lines([activity.audience])),
        Section(SectionKey.OBJECTIVES, _lines(objective.text for objective in activity.objectives), is_list=True),
        Section(SectionKey.FORMAT, _lines(_format(activity)), is_list=True),
        Section(SectionKey.COMPLETION, _lines(_how_to_complete(activity)), is_list=True),
        *disclosure_sections(activity.people, activity.standard3_exception),
        support_section(activity.support),
        Section(SectionKey.EVOLVING, _lines([activity.new_and_evolving])),
        Section(SectionKey.CONTACT, _lines([activity.provider.contact])),
    )
    return InformationPage(tuple(section for section in sections if section.paragraphs), activity.language)
