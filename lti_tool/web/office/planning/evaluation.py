"""Form of the section evaluation."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from lti_tool.domain.evaluation import Family, ItemKind
from lti_tool.web.office.planning.controls import Choice, Control, Group, Rows, Text, Tick, fixed
from lti_tool.web.office.planning.need import objective_options

FAMILY_WORDS = {
    Family.OTHER: lazy_gettext("Other"),
    Family.BIAS: lazy_gettext("Balance and freedom from commercial bias"),
    Family.OBJECTIVES: lazy_gettext("Objectives met"),
    Family.INTENT: lazy_gettext("Intent to change practice"),
}
SCALE_WORDS = (
    ("agree5", lazy_gettext("Agreement, five points")),
    ("likely5", lazy_gettext("Likelihood, five points")),
    ("quality5", lazy_gettext("Quality, five points")),
    ("confident5", lazy_gettext("Confidence, five points")),
)
_CHOICES = Rows(
    "choices", lazy_gettext("Choices"), (Text("text", lazy_gettext("Text")),), "a", lazy_gettext("Choice"), title="text"
)
KINDS: dict[str, tuple[Any, tuple[Control, ...]]] = {
    ItemKind.RATING: (
        lazy_gettext("Rating"),
        (Choice("scale", lazy_gettext("Scale"), fixed(*SCALE_WORDS), prompt=lazy_gettext("Choose"), is_needed=False),),
    ),
    ItemKind.CHOICE: (lazy_gettext("One choice"), (_CHOICES,)),
    ItemKind.MULTIPLE: (lazy_gettext("Several choices"), (_CHOICES,)),
    ItemKind.TEXT: (lazy_gettext("Free text"), ()),
    ItemKind.COMMITMENT: (
        lazy_gettext("Commitment to change"),
        (
            Text(
                "follow_up_days",
                lazy_gettext("Ask again after so many days"),
                lazy_gettext("Empty: 90. The answer is kept with the learner, never anonymously."),
                kind="number",
                is_needed=False,
            ),
        ),
    ),
}
_ITEM: tuple[Control, ...] = (
    Text("text", lazy_gettext("Question"), rows=2),
    Choice("family", lazy_gettext("Family"), fixed(*((one.value, words) for one, words in FAMILY_WORDS.items()))),
    Choice(
        "objective",
        lazy_gettext("About the objective"),
        objective_options,
        prompt=lazy_gettext("None"),
        is_needed=False,
    ),
    Tick("required", lazy_gettext("Must be answered"), is_kept=True),
)
EVALUATION: tuple[Control, ...] = (
    Group(
        "evaluation",
        lazy_gettext("Evaluation"),
        (
            Tick(
                "anonymous",
                lazy_gettext("Answers are stored without the learner"),
                lazy_gettext("Learners are told so before they answer."),
                is_kept=True,
            ),
            Rows("items", lazy_gettext("Questions"), _ITEM, "e", lazy_gettext("Question"), kinds=KINDS, title="text"),
        ),
    ),
)
