"""One sentence for each thing that can stand in the way of a step."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

BLOCKERS: dict[str, Any] = {
    "needs_information": lazy_gettext("Read and acknowledge the information and disclosure"),
    "needs_pre-test": lazy_gettext("Take the pre-test"),
    "needs_content": lazy_gettext("Study the content"),
    "needs_post-test": lazy_gettext("Pass the post-test"),
    "needs_evaluation": lazy_gettext("Complete the evaluation"),
    "needs_claim": lazy_gettext("Claim your credit"),
    "not_released": lazy_gettext("This activity opens on %(date)s"),
    "not_designated": lazy_gettext("Credit is designated from %(date)s"),
    "expired": lazy_gettext("This activity expired on %(date)s; credit can no longer be earned"),
    "closed": lazy_gettext("The provider closed this activity on %(date)s; credit can no longer be earned"),
    "claims_not_open": lazy_gettext("Credit can be claimed from %(date)s"),
    "claims_closed": lazy_gettext("The deadline for claims was %(date)s"),
    "credit_ended": lazy_gettext(
        "Your credit for this activity was taken back or has expired. The provider can tell you why"
    ),
    "credited_elsewhere": lazy_gettext(
        "You have credit for the same education already: “%(title)s”. It is given for one of the two only"
    ),
    "nothing_to_claim": lazy_gettext("You have claimed everything that this activity offers you"),
    "not_attended": lazy_gettext(
        "Attend a session. Staff record who was there; if you were, ask the provider to record it"
    ),
    "attended_too_little": lazy_gettext(
        "The sessions that you attended do not come to the least amount that can be claimed"
    ),
    "content_unopened": lazy_gettext("Open “%(title)s”"),
    "content_unanswered": lazy_gettext("Answer “%(title)s”"),
    "content_minutes": lazy_gettext("Spend at least %(minutes)s min on the content"),
    "content_coverage": lazy_gettext("Watch or listen to more of “%(title)s”"),
    "attempts_used": lazy_gettext(
        "No attempt is left (%(attempts)s allowed). Your instructor can tell you what to do next"
    ),
    "cool_down": lazy_gettext("The next attempt opens at %(until)s"),
    "already_passed": lazy_gettext("You have passed; there is nothing more to do here"),
    "already_taken": lazy_gettext("You have taken the pre-test; it is taken once"),
    "pre_test_over": lazy_gettext("The pre-test is only open before the content has been studied"),
    "step_absent": lazy_gettext("This activity has no such step"),
}
