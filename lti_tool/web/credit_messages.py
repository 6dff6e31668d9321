"""What is told when credit cannot be awarded, changed, confirmed or claimed late, and what to do about it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from lti_tool.web.award_messages import RULE_EXPLANATIONS

CREDIT_EXPLANATIONS: dict[str, tuple[Any, Any]] = {
    "award_live": (
        lazy_gettext("This person holds this credit already"),
        lazy_gettext("Adjust the amount instead, or take it back first."),
    ),
    "award_missing": (
        lazy_gettext("There is no credit to change"),
        lazy_gettext("Reload the page: it was taken back, has expired, or was never awarded."),
    ),
    "amount_unchanged": (
        lazy_gettext("The amount is the same as before"),
        lazy_gettext("Enter another amount, or leave it as it is."),
    ),
    "participation_has_no_amount": (
        lazy_gettext("A participation has no amount to adjust"),
        lazy_gettext("It says that credit was designated, not that any was awarded. Take it back if it is wrong."),
    ),
    "profile_unconfirmed": (
        lazy_gettext("This person has not confirmed name and degree yet"),
        lazy_gettext("Enter them in a list by e-mail address: the credit is recorded when they come and confirm."),
    ),
    "credit_not_for_learner": (
        lazy_gettext("This credit is not for this person’s degree or country"),
        lazy_gettext("The accreditor awards it to others only. Choose a credit that is for this person."),
    ),
    "not_designated": (
        lazy_gettext("The activity is not designated for credit yet"),
        lazy_gettext("No credit is ever awarded before the day of designation."),
    ),
    "account_unknown": (
        lazy_gettext("There is no such person or activity here"),
        lazy_gettext("Go back to the list and choose again."),
    ),
    "credit_being_withdrawn": (
        lazy_gettext("Credit from before is still being taken back"),
        lazy_gettext("Nothing was changed. Try again in a minute."),
    ),
    "ledger_moved": (
        lazy_gettext("Somebody else changed this credit at the same moment"),
        lazy_gettext("Nothing of yours was entered. Reload the page, look at the new entry, and try again."),
    ),
    "action_unknown": (
        lazy_gettext("This form could not be understood"),
        lazy_gettext("Go back, reload the page and try again."),
    ),
    **RULE_EXPLANATIONS,
    "activity_session_unknown": (
        lazy_gettext("The activity has no such session"),
        lazy_gettext("Go back to its sessions: the plan may have changed."),
    ),
    "session_not_held": (
        lazy_gettext("The day of this session has not come yet"),
        lazy_gettext("Record who was there on that day or later."),
    ),
    "attendance_unusable": (
        lazy_gettext("The attendance could not be recorded"),
        lazy_gettext("Correct the marked fields and send the form again."),
    ),
    "roll_has_faults": (
        lazy_gettext("The list has faults, or nothing in it"),
        lazy_gettext("Nothing was entered. Check the list again."),
    ),
    "roll_awards_again": (
        lazy_gettext("The list awards credit again that was taken back or has expired"),
        lazy_gettext("Nothing was entered. Tick that this is meant, or leave those rows out of the list."),
    ),
    "waiting_award_ended": (
        lazy_gettext("This credit was taken back from you before, or has expired"),
        lazy_gettext("Only the provider can award it again. Ask them if you think that this is wrong."),
    ),
    "wording_unconfirmed": (
        lazy_gettext("The wording of a credit has not been confirmed"),
        lazy_gettext("Compare the texts with the accreditor’s own documents and confirm them in the office first."),
    ),
    "edition_unknown": (
        lazy_gettext("There is no such edition"),
        lazy_gettext("Reload the page: the catalogue has changed."),
    ),
    "not_compared": (
        lazy_gettext("The comparison was not confirmed"),
        lazy_gettext("Compare the texts, tick the box, and send the form again."),
    ),
    "late_claim_unknown": (
        lazy_gettext("There is no such request here"),
        lazy_gettext("Go back to the list of late claims."),
    ),
    "late_claim_decided": (
        lazy_gettext("This request has been decided already"),
        lazy_gettext("Somebody else was faster. Reload the list to see the decision."),
    ),
    "late_claim_not_late": (
        lazy_gettext("The deadline for claims is not over"),
        lazy_gettext("Claim in the ordinary way."),
    ),
    "late_claim_incomplete": (
        lazy_gettext("The education was not completed in time"),
        lazy_gettext("A late claim is for those who had done everything else before the deadline."),
    ),
    "late_claim_waiting": (
        lazy_gettext("Your request is being looked at"),
        lazy_gettext("You can claim as soon as it is granted."),
    ),
    "late_claim_too_late": (
        lazy_gettext("It is too late for a late claim"),
        lazy_gettext(
            "The time in which the provider takes requests is over. Ask the provider if you think it is wrong."
        ),
    ),
    "late_claim_quota": (
        lazy_gettext("You have had all late claims of this year"),
        lazy_gettext("The provider grants only so many in a year. Ask the provider if you think this is wrong."),
    ),
    "waiting_award_unknown": (
        lazy_gettext("This credit is not waiting for you any more"),
        lazy_gettext("It was taken or declined before. Go back to your course and open the activity again."),
    ),
}
"""Code to (what, remedy); part of ``messages.EXPLANATIONS``."""
