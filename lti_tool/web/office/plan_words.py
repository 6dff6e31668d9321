"""Words of the plans' pages: states, acts, and what is wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext

from lti_tool.domain.plan import Act, Phase, PlanState
from lti_tool.services.plan.preview import Beholder
from lti_tool.web.messages import EXPLANATIONS

STATE_WORDS = {
    PlanState.DRAFT: lazy_gettext("Draft"),
    PlanState.IN_REVIEW: lazy_gettext("In review"),
    PlanState.APPROVED: lazy_gettext("Approved"),
    PlanState.PUBLISHED: lazy_gettext("Published"),
    PlanState.CLOSED: lazy_gettext("Closed"),
    PlanState.ARCHIVED: lazy_gettext("Archived"),
}
STATE_KINDS = {PlanState.IN_REVIEW: "warn", PlanState.APPROVED: "info", PlanState.PUBLISHED: "good"}
PHASE_WORDS = {
    Phase.WAITING: lazy_gettext("Published, not open yet"),
    Phase.RUNNING: lazy_gettext("Published, running"),
    Phase.EXPIRED: lazy_gettext("Expired"),
}
"""What the dates make of a published activity; in all other states the state says it."""
PHASE_KINDS = {Phase.WAITING: "info", Phase.RUNNING: "good", Phase.EXPIRED: "bad"}
ACT_WORDS = {
    Act.SUBMIT: lazy_gettext("Submit for review"),
    Act.RETURN: lazy_gettext("Return to the authors"),
    Act.APPROVE: lazy_gettext("Approve and designate the credit"),
    Act.PUBLISH: lazy_gettext("Publish"),
    Act.CLOSE: lazy_gettext("Close: no new credit from now on"),
    Act.ARCHIVE: lazy_gettext("Archive"),
}
ACT_KINDS = {Act.RETURN: "secondary", Act.CLOSE: "danger", Act.ARCHIVE: "danger"}
HISTORY_WORDS = {
    "created": lazy_gettext("Begun"),
    "copied": lazy_gettext("Copied"),
    "imported": lazy_gettext("Taken from an activity file"),
    "saved": lazy_gettext("Changed"),
    "file-added": lazy_gettext("File added"),
    "file-removed": lazy_gettext("File removed"),
    "bank-taken": lazy_gettext("Taken from the question bank"),
    "bank-renewed": lazy_gettext("Newer version taken from the question bank"),
    "provider-taken": lazy_gettext("Provider taken from the settings"),
    "submit": lazy_gettext("Submitted for review"),
    "return": lazy_gettext("Returned to the authors"),
    "approve": lazy_gettext("Approved"),
    "publish": lazy_gettext("Published"),
    "close": lazy_gettext("Closed"),
    "archive": lazy_gettext("Archived"),
    "change-begun": lazy_gettext("Change request begun"),
    "change-applied": lazy_gettext("Change applied"),
    "change-withdrawn": lazy_gettext("Change withdrawn"),
}
CHANGE_WORDS = {"applied": lazy_gettext("Applied"), "withdrawn": lazy_gettext("Withdrawn")}
BEHOLDER_WORDS = {
    Beholder.PHYSICIAN: lazy_gettext("Physician"),
    Beholder.NURSE: lazy_gettext("Nurse"),
    Beholder.PHARMACIST: lazy_gettext("Pharmacist"),
    Beholder.OTHER: lazy_gettext("Other profession"),
}
LOCKED_WORDS = {
    PlanState.IN_REVIEW: lazy_gettext("It is under review, so that what is approved is what was seen."),
    PlanState.APPROVED: lazy_gettext("It is approved. Changes need a change request with a reason."),
    PlanState.PUBLISHED: lazy_gettext("It is published. Changes need a change request with a reason."),
    PlanState.CLOSED: lazy_gettext("It is closed."),
    PlanState.ARCHIVED: lazy_gettext("It is archived. Copy it to use it again."),
}
FAULT_WORDS = {
    ("title", "missing"): lazy_gettext("Enter a title"),
    ("title", "too_long"): lazy_gettext("A title has at most 200 characters"),
    ("format", "missing"): lazy_gettext("Choose the learning format"),
    ("reason", "missing"): lazy_gettext("Say why it must be changed"),
    ("file", "name"): lazy_gettext("A file’s name holds only letters, digits, points, hyphens and underscores"),
    ("file", "content"): lazy_gettext("This is not a sound PNG, JPEG or PDF of the allowed size"),
    ("file", "too_many"): lazy_gettext("There are too many files already"),
    ("file", "missing"): lazy_gettext("Choose a file"),
    ("question", "missing"): lazy_gettext("Choose a question"),
    ("question", "too_many"): lazy_gettext("Choose at most 50 questions at once"),
    ("years", "not_possible"): lazy_gettext("Enter a number of years from 0 to 10"),
}

_BACK = lazy_gettext("Go back to the activity, reload it and try again.")
EXPLANATIONS.update(
    {
        "plan_unknown": (
            lazy_gettext("There is no such activity here"),
            lazy_gettext("Go back to the list of activities."),
        ),
        "plan_state_wrong": (lazy_gettext("This is no longer possible"), _BACK),
        "plan_moved_on": (lazy_gettext("Somebody has changed the activity since you saw it"), _BACK),
        "plan_people_moved_on": (
            lazy_gettext("The people, support or joint providers have changed since you saw them"),
            lazy_gettext("This page shows what holds now. Read it again before you approve."),
        ),
        "plan_merge_needed": (
            lazy_gettext("Somebody else has changed this section meanwhile"),
            lazy_gettext("Press “Save”: what both of you did is brought together."),
        ),
        "revision_unknown": (lazy_gettext("This form is out of date"), _BACK),
        "plan_not_ready": (
            lazy_gettext("Not every rule is met"),
            lazy_gettext("The list under Readiness names each of them and leads to the field."),
        ),
        "plan_incomplete": (
            lazy_gettext("There is not enough to show yet"),
            lazy_gettext("Complete what the list under Readiness names, then look again."),
        ),
        "plan_in_review": (
            lazy_gettext("The activity is under review"),
            lazy_gettext("Ask the approver to return it if it must be changed."),
        ),
        "plan_people_in_roster": (
            lazy_gettext("The people of this activity come from its roster"),
            lazy_gettext("Change roles, disclosures, support and the exception there."),
        ),
        "plan_approved": (
            lazy_gettext("What is approved changes by a change request only"),
            lazy_gettext("Begin one on the review page, with the reason."),
        ),
        "plan_not_changeable": (
            lazy_gettext("A closed or archived activity stays as it was"),
            lazy_gettext("Copy it to use it again."),
        ),
        "activity_over": (
            lazy_gettext("The activity has expired"),
            lazy_gettext("Copy it to another year."),
        ),
        "change_open": (
            lazy_gettext("A change request is under way"),
            lazy_gettext("Apply or withdraw it first."),
        ),
        "change_over": (lazy_gettext("There is no change request any more"), _BACK),
        "nothing_changed": (
            lazy_gettext("Nothing has been changed"),
            lazy_gettext("Edit the sections, then apply the change."),
        ),
        "activity_planned": (
            lazy_gettext("This activity is planned here already"),
            lazy_gettext("Look for it in the list of activities."),
        ),
        "activity_key_taken": (
            lazy_gettext("An activity with the same key was imported meanwhile"),
            lazy_gettext("Copy the plan: the copy gets a key of its own."),
        ),
        "questions_unchosen": (
            lazy_gettext("No question, or too many at once, were chosen"),
            lazy_gettext("Choose from 1 to 50 questions."),
        ),
        "question_not_approved": (
            lazy_gettext("This question of the bank is not approved"),
            lazy_gettext("Have it approved in the question bank, then add it."),
        ),
        "section_unknown": (lazy_gettext("There is no such section"), lazy_gettext("Go back to the activity.")),
        "beholder_unknown": (lazy_gettext("There is no such preview"), lazy_gettext("Go back to the review.")),
    }
)


def fault_rows(faults: dict[str, str]) -> list[dict[str, str]]:
    """For ``error_summary``."""
    return [{"field": name, "message": str(FAULT_WORDS.get((name, code), code))} for name, code in faults.items()]
