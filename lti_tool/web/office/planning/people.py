"""Form of the section people: who controls content, exceptions, commercial support."""

from __future__ import annotations

from flask_babel import lazy_gettext

from lti_tool.domain.activity import PersonRole, Standard3Exception, SupportKind
from lti_tool.web.office.planning.controls import Choice, Control, Rows, Text, Tick, Ticks, fixed

ROLE_WORDS = {
    PersonRole.PLANNER: lazy_gettext("Planner"),
    PersonRole.FACULTY: lazy_gettext("Faculty"),
    PersonRole.AUTHOR: lazy_gettext("Author"),
    PersonRole.REVIEWER: lazy_gettext("Reviewer"),
    PersonRole.MODERATOR: lazy_gettext("Moderator"),
    PersonRole.STAFF: lazy_gettext("Staff"),
}
EXCEPTION_WORDS = {
    Standard3Exception.NONE: lazy_gettext("None: relationships are collected from everybody"),
    Standard3Exception.NON_CLINICAL: lazy_gettext("Non-clinical education"),
    Standard3Exception.LEARNER_CONTROLLED: lazy_gettext("The learner group is in control of content"),
    Standard3Exception.SELF_DIRECTED: lazy_gettext("Self-directed education with a report on changes"),
}
_RELATIONSHIP: tuple[Control, ...] = (
    Text("company", lazy_gettext("Ineligible company"), lazy_gettext("The name in words, nothing else."), limit=200),
    Text("nature", lazy_gettext("Nature of the relationship"), lazy_gettext("Consultant, speaker, stock …"), limit=200),
    Tick("ended", lazy_gettext("It has ended within the past 24 months")),
)
_PERSON: tuple[Control, ...] = (
    Text("name", lazy_gettext("Name"), lazy_gettext("As disclosed to learners."), limit=200),
    Text("credentials", lazy_gettext("Degrees"), limit=200, is_needed=False),
    Text("affiliation", lazy_gettext("Affiliation"), limit=200, is_needed=False),
    Ticks(
        "roles",
        lazy_gettext("Roles"),
        fixed(*((role.value, words) for role, words in ROLE_WORDS.items())),
        is_needed=True,
    ),
    Text(
        "disclosed",
        lazy_gettext("Relationships collected on"),
        lazy_gettext("All with ineligible companies within the prior 24 months, in any amount."),
        kind="date",
    ),
    Rows(
        "relationships",
        lazy_gettext("Relevant financial relationships"),
        _RELATIONSHIP,
        "r",
        lazy_gettext("Relationship"),
        lazy_gettext("None: leave the list empty. Learners are told of the absence too."),
        title="company",
    ),
    Text(
        "mitigation",
        lazy_gettext("Mitigation"),
        lazy_gettext("How each relationship was mitigated before the role began."),
        rows=3,
        limit=2000,
        is_needed=False,
    ),
)
_SUPPORT: tuple[Control, ...] = (
    Text("company", lazy_gettext("Company"), lazy_gettext("The name in words, nothing else."), limit=200),
    Choice(
        "kind",
        lazy_gettext("Kind of support"),
        fixed(
            (SupportKind.MONETARY.value, lazy_gettext("Money")), (SupportKind.IN_KIND.value, lazy_gettext("In kind"))
        ),
        prompt=lazy_gettext("Choose"),
    ),
    Text("description", lazy_gettext("What was given"), lazy_gettext("Needed for support in kind."), is_needed=False),
    Text("signed", lazy_gettext("Agreement signed on"), lazy_gettext("Before the activity starts."), kind="date"),
)
PEOPLE: tuple[Control, ...] = (
    Rows("people", lazy_gettext("People in control of content"), _PERSON, "p", lazy_gettext("Person"), title="name"),
    Choice(
        "standard3_exception",
        lazy_gettext("Exception to collecting relationships"),
        fixed(*((one.value, words) for one, words in EXCEPTION_WORDS.items())),
        lazy_gettext("Never for enduring materials, except non-clinical education."),
    ),
    Text(
        "standard3_reason",
        lazy_gettext("Why the exception applies"),
        rows=2,
        limit=2000,
        is_needed=False,
    ),
    Rows(
        "commercial_support",
        lazy_gettext("Commercial support"),
        _SUPPORT,
        "s",
        lazy_gettext("Support"),
        lazy_gettext("None: leave the list empty. Learners are told that there was none."),
        title="company",
    ),
)
