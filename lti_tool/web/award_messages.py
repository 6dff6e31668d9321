"""What is told when credit by a rule cannot be awarded, and whose rule it is."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

RULE_EXPLANATIONS: dict[str, tuple[Any, Any]] = {
    "award_rule_unusable": (
        lazy_gettext("The amount cannot be worked out"),
        lazy_gettext("Correct the marked fields and send the form again."),
    ),
    "roll_unconfirmed": (
        lazy_gettext("What the accreditor asks of awards by a rule was not confirmed"),
        lazy_gettext("Nothing was entered. Check the list again and tick each condition, or leave those rows out."),
    ),
    "award_above_attended": (
        lazy_gettext("This is more than the recorded attendance gives"),
        lazy_gettext("The provider’s staff must record the attendance first, or say why more is right."),
    ),
    "award_needs_rule": (
        lazy_gettext("This format has fixed amounts"),
        lazy_gettext("Award it by its rule: the accreditor counts reviews, stages or cycles here and not time."),
    ),
    "format_by_time": (
        lazy_gettext("This format is counted by time"),
        lazy_gettext("Award an amount: the accreditor has no fixed one for this format."),
    ),
    "credit_not_awarded": (
        lazy_gettext("This credit is not awarded to this person’s profession"),
        lazy_gettext("AMA PRA credit system: only physicians are awarded it; others took part."),
    ),
    "teaching_not_live": (
        lazy_gettext("Credit for teaching is given at live activities only"),
        lazy_gettext("AMA PRA credit system, learning from teaching: original presentation at a live activity."),
    ),
    "teaching_unknown": (
        lazy_gettext("This credit is not given for teaching"),
        lazy_gettext("The catalogue holds no amount of this body for teaching. Choose another credit."),
    ),
    "teaching_without_faculty": (
        lazy_gettext("The activity names nobody as faculty"),
        lazy_gettext("Name the presenter among its people first: their relationships are disclosed before they teach."),
    ),
    "teaching_held": (
        lazy_gettext("This person has credit by a rule for this activity already"),
        lazy_gettext("Take it back first if it was wrong, then award it anew for all that they presented."),
    ),
    "teaching_repeated": (
        lazy_gettext("This person has credit for presenting the same material at another activity"),
        lazy_gettext("AMA PRA credit system: a presentation is credited once, however often it is repeated."),
    ),
    "presenter_credited": (
        lazy_gettext("Somebody else has the credit for this person’s presentation"),
        lazy_gettext("One of the two is wrong: take that credit back first."),
    ),
    "teaching_overlaps": (
        lazy_gettext("This person has claimed the session that they presented"),
        lazy_gettext(
            "AMA PRA credit system: no learner credit for one’s own presentation. Adjust what was claimed first."
        ),
    ),
}
