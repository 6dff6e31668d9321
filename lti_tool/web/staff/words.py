"""Words that only the staff pages need: what is wrong with a choice, names of steps and links."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from lti_tool.domain.activity import Step
from lti_tool.domain.errors import BadInput
from lti_tool.services.placement import PlacementOffer
from lti_tool.web.messages import EXPLANATIONS, STEP_NAMES

MAX_TITLE = 255
"""Longest title or label that every LMS keeps whole, in characters."""

FAULTS: dict[str, Any] = {
    "nothing_chosen": lazy_gettext("Choose an activity or a step"),
    "too_many_items": lazy_gettext("Your learning platform takes %(limit)s at a time here; you chose %(count)s"),
    "choice_unknown": lazy_gettext("“%(choice)s” is not one of your activities or steps; choose from the list"),
    "activity_expired": lazy_gettext("“%(title)s” has expired: no credit can be earned, so it cannot be placed"),
}

EXPLANATIONS.update(
    {
        "deep_linking_over": (
            lazy_gettext("This selection has already been sent"),
            lazy_gettext("To place something else, go back to your course and begin again there."),
        ),
        "placement_begun": (
            lazy_gettext("This link can no longer be changed"),
            lazy_gettext("Learners have begun the activity. Add a new link to your course for another activity."),
        ),
        "placement_unknown": (
            lazy_gettext("This page belongs to a link in your course"),
            lazy_gettext("Open it from the activity's link in your course."),
        ),
        "participation_unknown": (
            lazy_gettext("There is no such learner here"),
            lazy_gettext(
                "Only learners of this course who have begun this activity are listed. Go back to the results."
            ),
        ),
        "delivery_unknown": (
            lazy_gettext("There is no such grade delivery here"),
            lazy_gettext("Go back to the list of grade deliveries."),
        ),
    }
)


def fault_message(error: BadInput) -> str:
    """One sentence for what is wrong with a choice."""
    text = FAULTS.get(error.code)
    return str(text) % dict(error.facts) if text else str(gettext("This choice cannot be used"))


def fault_rows(error: BadInput) -> list[dict[str, str]]:
    """For ``error_summary``."""
    return [{"field": field, "message": fault_message(error)} for field in error.faults or {"choose": error.code}]


def link_title(offer: PlacementOffer) -> str:
    """Name of a link in the course, and of its gradebook column."""
    if offer.step is None:
        return offer.activity_title[:MAX_TITLE]
    step = str(STEP_NAMES[offer.step])
    activity = offer.activity_title[: MAX_TITLE - len(step) - 2]
    return str(gettext("%(step)s: %(activity)s", step=step, activity=activity))


def opens_what(step: Step | None) -> str:
    return str(STEP_NAMES[step]) if step else str(gettext("Whole activity"))
