"""Forms of the sections need and objectives."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lti_tool.domain.activity import Level
from lti_tool.domain.document import Document, part, records
from lti_tool.web.office.planning.controls import Choice, Control, Group, Option, Rows, Text, Ticks, fixed

CAUSE_WORDS = (
    ("knowledge", lazy_gettext("Knowledge: they do not know")),
    ("competence", lazy_gettext("Competence: they know, and cannot do it yet")),
    ("performance", lazy_gettext("Performance: they can, and do not do it")),
)
LEVEL_WORDS = {
    Level.KNOWLEDGE: lazy_gettext("Knowledge"),
    Level.COMPETENCE: lazy_gettext("Competence"),
    Level.PERFORMANCE: lazy_gettext("Performance"),
    Level.PATIENT_OUTCOMES: lazy_gettext("Patient outcomes"),
}
COMPETENCIES = (
    ("patient-care", lazy_gettext("Patient care and procedural skills (ACGME/ABMS)")),
    ("medical-knowledge", lazy_gettext("Medical knowledge (ACGME/ABMS)")),
    ("practice-based-learning", lazy_gettext("Practice-based learning and improvement (ACGME/ABMS)")),
    ("communication", lazy_gettext("Interpersonal and communication skills (ACGME/ABMS)")),
    ("professionalism", lazy_gettext("Professionalism (ACGME/ABMS)")),
    ("systems-based-practice", lazy_gettext("Systems-based practice (ACGME/ABMS)")),
    ("patient-centered-care", lazy_gettext("Provide patient-centered care (IOM)")),
    ("interdisciplinary-teams", lazy_gettext("Work in interdisciplinary teams (IOM)")),
    ("evidence-based-practice", lazy_gettext("Employ evidence-based practice (IOM)")),
    ("quality-improvement", lazy_gettext("Apply quality improvement (IOM)")),
    ("informatics", lazy_gettext("Utilize informatics (IOM)")),
    ("values-ethics", lazy_gettext("Values and ethics (IPEC)")),
    ("roles-responsibilities", lazy_gettext("Roles and responsibilities (IPEC)")),
    ("interprofessional-communication", lazy_gettext("Interprofessional communication (IPEC)")),
    ("teams-teamwork", lazy_gettext("Teams and teamwork (IPEC)")),
)

_GAP: tuple[Control, ...] = (
    Text("current", lazy_gettext("Current practice"), lazy_gettext("What your learners do now."), rows=3, limit=2000),
    Text("best", lazy_gettext("Best practice"), lazy_gettext("What they should do."), rows=3, limit=2000),
    Text(
        "evidence",
        lazy_gettext("Evidence"),
        lazy_gettext("How you know of the gap: data, guidelines, surveys, your own records."),
        rows=3,
        limit=2000,
        is_needed=False,
    ),
    Text("citation", lazy_gettext("Citation"), rows=2, limit=2000, is_needed=False),
    Ticks("causes", lazy_gettext("What causes the gap"), fixed(*CAUSE_WORDS), is_needed=True),
    Text("cause_note", lazy_gettext("Explain the cause"), lazy_gettext("At most 50 words."), rows=2, is_needed=False),
)
NEED: tuple[Control, ...] = (
    Text("title", lazy_gettext("Title"), lazy_gettext("As certificates print it."), limit=200),
    Text("description", lazy_gettext("Description"), lazy_gettext("What it is about."), rows=4, limit=4000),
    Text("audience", lazy_gettext("Audience"), lazy_gettext("For whom it is meant."), rows=2, limit=2000),
    Group(
        "need",
        lazy_gettext("Need"),
        (
            Rows(
                "gaps",
                lazy_gettext("Professional practice gaps"),
                _GAP,
                "g",
                lazy_gettext("Gap"),
                lazy_gettext("Current and best practice together in at most 100 words."),
                title="current",
            ),
            Text(
                "designed_to_change",
                lazy_gettext("What the activity is designed to change"),
                lazy_gettext("Competence, performance or patient outcomes; at most 50 words."),
                rows=2,
                limit=1000,
            ),
            Text(
                "format_rationale",
                lazy_gettext("Why the format is appropriate"),
                lazy_gettext("At most 25 words."),
                rows=2,
            ),
            Ticks("competencies", lazy_gettext("Desirable physician attributes"), fixed(*COMPETENCIES)),
        ),
    ),
)


def gap_options(document: Document) -> list[Option]:
    return [
        {"value": gap["key"], "label": (gap.get("current") or _("Gap without text"))[:120]}
        for gap in records(part(document, "need", "gaps"))
    ]


def objective_options(document: Document) -> list[Option]:
    return [
        {"value": one["key"], "label": (one.get("text") or _("Objective without text"))[:120]}
        for one in records(document.get("objectives"))
    ]


OBJECTIVES: tuple[Control, ...] = (
    Rows(
        "objectives",
        lazy_gettext("Learning objectives"),
        (
            Text(
                "text",
                lazy_gettext("Learners will be able to …"),
                lazy_gettext(
                    "Begin with an act that can be observed, such as choose, calculate, interpret or counsel."
                ),
                rows=2,
            ),
            Choice(
                "level",
                lazy_gettext("Designed to change"),
                fixed(*((level.value, words) for level, words in LEVEL_WORDS.items())),
                prompt=lazy_gettext("Choose"),
            ),
            Choice("gap", lazy_gettext("Closes the gap"), gap_options, prompt=lazy_gettext("Choose")),
        ),
        "o",
        lazy_gettext("Objective"),
        title="text",
    ),
)
