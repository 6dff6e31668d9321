"""Codes to words: what is wrong, and what to do about it. Every text is translatable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g, url_for
from flask_babel import format_date, format_datetime, gettext, lazy_gettext

from lti_tool.domain.activity import Step
from lti_tool.domain.errors import CmeError
from lti_tool.domain.standing import Blocker
from lti_tool.web.blocker_words import BLOCKERS
from lti_tool.web.content_messages import CONTENT_EXPLANATIONS
from lti_tool.web.credit_messages import CREDIT_EXPLANATIONS
from lti_tool.web.launch_messages import ASK_LMS, LAUNCH_EXPLANATIONS
from lti_tool.web.retention_messages import RETENTION_EXPLANATIONS

STEP_NAMES = {
    Step.INFORMATION: lazy_gettext("Information and disclosure"),
    Step.PRE_TEST: lazy_gettext("Pre-test"),
    Step.CONTENT: lazy_gettext("Content"),
    Step.POST_TEST: lazy_gettext("Post-test"),
    Step.EVALUATION: lazy_gettext("Evaluation"),
    Step.CLAIM: lazy_gettext("Claim credit"),
    Step.CERTIFICATE: lazy_gettext("Certificate"),
}

EXPLANATIONS: dict[str, tuple[Any, Any]] = {
    "page_unknown": (
        lazy_gettext("This page does not exist"),
        lazy_gettext("Check the address, or go back to your course."),
    ),
    "method_wrong": (
        lazy_gettext("This address cannot be used like that"),
        lazy_gettext("Go back to your course and open the activity again."),
    ),
    "request_too_large": (lazy_gettext("Too much was sent at once"), lazy_gettext("Go back and send less text.")),
    "request_wrong": (lazy_gettext("This request could not be understood"), lazy_gettext("Go back and try again.")),
    "unexpected": (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext(
            "Nothing that you had saved is lost. Try again in a minute; "
            "if it happens again, give the reference to your help desk."
        ),
    ),
    "database_unreachable": (
        lazy_gettext("The database does not answer"),
        lazy_gettext("Nothing that you had saved is lost. Try again in a minute."),
    ),
    "session_unknown": (
        lazy_gettext("You are signed out"),
        lazy_gettext(
            "What was saved is kept. Go back to your course and open the activity again. If you see this every time, "
            "your browser blocks the cookie that keeps you signed in: open the activity in a new window."
        ),
    ),
    "handoff_used": (
        lazy_gettext("This window can no longer be opened"),
        lazy_gettext("Go back to your course and open the activity again."),
    ),
    "cross_site": (
        lazy_gettext("This request came from another site"),
        lazy_gettext("Nothing was changed. Open the activity from your course and use the buttons there."),
    ),
    "form_token_wrong": (
        lazy_gettext("This form is out of date"),
        lazy_gettext("Nothing was changed. Go back, reload the page and send it again."),
    ),
    "staff_only": (
        lazy_gettext("This page is for course staff"),
        lazy_gettext("Your course lists you as a learner. Ask the course's owner if that is wrong."),
    ),
    "office_session_unknown": (
        lazy_gettext("You are signed out of the office"),
        lazy_gettext("Nothing that was saved is lost. Open the office again from your course, or ask for a new link."),
    ),
    "office_link_used": (
        lazy_gettext("This link has been used or is too old"),
        lazy_gettext("Each link works once. Ask for a new one on the sign-in page, or ask whoever invited you."),
    ),
    "office_closed": (
        lazy_gettext("Your role in this course opens nothing in the office"),
        lazy_gettext("Ask an administrator of the provider to grant you what you need, by name."),
    ),
    "capability_missing": (
        lazy_gettext("You may not do this"),
        lazy_gettext("Nothing was changed. Ask an administrator of the provider to grant it to you."),
    ),
    "last_administrator": (
        lazy_gettext("Somebody must be able to administer this office"),
        lazy_gettext("Nothing was changed. Let another person configure first, then take it from this one."),
    ),
    "person_unknown": (
        lazy_gettext("There is no such person here"),
        lazy_gettext("Go back to the list and choose again."),
    ),
    **{
        code: (
            lazy_gettext("This form holds something that cannot be"),
            lazy_gettext("Nothing was changed. Go back, reload the page and try again."),
        )
        for code in (
            "capability_unknown",
            "not_course_level",
            "page_wrong",
            "email_wrong",
            "name_missing",
            "fields_unusable",
            "lms_unknown",
            "deployment_malformed",
        )
    },
    "record_unknown": (
        lazy_gettext("There is no such entry here"),
        lazy_gettext("It may have been removed from the list. Go back to the list and choose again."),
    ),
    "changed_meanwhile": (
        lazy_gettext("Somebody else has changed this meanwhile"),
        lazy_gettext("Nothing was changed. Go back, reload the page and look at what stands there now."),
    ),
    "settings_incomplete": (
        lazy_gettext("The settings of the provider are not complete"),
        lazy_gettext("Fill in the contact and a signatory in the office, under Provider."),
    ),
    "accreditation_missing": (
        lazy_gettext("No accreditation is in force on that day"),
        lazy_gettext("Enter the term in the office, under Provider, or choose another day."),
    ),
    "joint_needs_accme": (
        lazy_gettext("A state accreditor’s statement names no joint providers"),
        lazy_gettext("The joint providership statement is the ACCME’s own. Enter that accreditation, or name none."),
    ),
    "wording_taken": (
        lazy_gettext("There is a wording from that very day already"),
        lazy_gettext("Nothing was changed. Withdraw the other one first, or choose another day."),
    ),
    "calendar_unknown": (
        lazy_gettext("This calendar address is not in use"),
        lazy_gettext("Make a new one in the office, under Accreditation."),
    ),
    "step_locked": (lazy_gettext("This step is not open yet"), lazy_gettext("These things come first:")),
    "step_absent": (lazy_gettext("This activity has no such step"), lazy_gettext("Go back to the activity.")),
    "placement_unbound": (
        lazy_gettext("Nothing has been set up here yet"),
        lazy_gettext(
            "Tell your instructor: the activity has to be chosen once, by opening this link as an instructor."
        ),
    ),
    "certificate_unknown": (
        lazy_gettext("There is no such certificate here"),
        lazy_gettext("Go back to the activity; your own certificates are listed there."),
    ),
    **{
        code: (
            lazy_gettext("This is not part of your activity"),
            lazy_gettext("Go back to the activity and use the buttons there. Nothing that you had saved is lost."),
        )
        for code in ("attempt_unknown", "question_unknown", "content_unknown", "view_unknown", "media_unknown")
    },
    **CONTENT_EXPLANATIONS,
    "attempt_closed": (
        lazy_gettext("This attempt has been submitted"),
        lazy_gettext("Its answers count as they were then. Go back to the test to see the result."),
    ),
    "lease_over": (
        lazy_gettext("The learning platform was too slow to take this grade"),
        lazy_gettext("Nothing is lost: it is sent again by itself."),
    ),
    "delivery_not_waiting": (
        lazy_gettext("This grade is not waiting to be sent"),
        lazy_gettext("Reload the list: it was delivered, replaced by a newer one, or is being sent right now."),
    ),
    "certificate_not_valid": (
        lazy_gettext("This certificate was replaced or withdrawn before"),
        lazy_gettext("Nothing was changed. Look it up again: perhaps somebody else was quicker."),
    ),
    "correction_impossible": (
        lazy_gettext("The name cannot be corrected by itself"),
        lazy_gettext("The sentence of this certificate does not hold the name as one piece. Nothing was changed."),
    ),
    **{
        code: (
            lazy_gettext("There is no such record here"),
            lazy_gettext("Check the address. A badge exists once the certificate was downloaded."),
        )
        for code in ("issuer_unknown", "badge_unknown", "picture_unknown")
    },
    **{
        code: (
            lazy_gettext("This design cannot be used"),
            lazy_gettext("Nothing was changed. Go back and choose again."),
        )
        for code in ("design_unusable", "markup_too_long", "picture_unusable", "pictures_full", "style_too_long")
    },
    "roster_absent": (
        lazy_gettext("Your learning platform does not share the list of this course’s members"),
        lazy_gettext("Its administrator can allow that in the tool’s settings (Names and Role Provisioning Services)."),
    ),
    "activity_unknown": (
        lazy_gettext("This activity does not exist"),
        lazy_gettext("Tell your instructor that the link points to an activity that is gone."),
    ),
    "invitation_unknown": (
        lazy_gettext("This link does not open a form"),
        lazy_gettext(
            "It may have expired, been withdrawn, or been cut off in your mail. Nothing that you gave before is lost. "
            "Ask the office that invited you for a new link."
        ),
    ),
    **{
        code: (
            lazy_gettext("This is not among your provider's records"),
            lazy_gettext("It was removed, or it belongs to somebody else. Go back to the list and choose again."),
        )
        for code in (
            "person_unknown",
            "company_unknown",
            "plan_unknown",
            "role_unknown",
            "relationship_unknown",
            "evidence_unknown",
            "support_unknown",
            "partner_unknown",
            "learner_unknown",
        )
    },
    "learner_linked": (
        lazy_gettext("Somebody else on the list is linked to this person"),
        lazy_gettext("Find that entry in the list of people: it may be the same person twice."),
    ),
    "not_asked": (
        lazy_gettext("You have not been asked to disclose here"),
        lazy_gettext("If you plan, teach or review accredited education, ask the office to add you to its list."),
    ),
    **CREDIT_EXPLANATIONS,
    **RETENTION_EXPLANATIONS,
    **LAUNCH_EXPLANATIONS,
}
"""Code to (what, remedy). A code without a row gets a general text with the code beside it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str
    remedy: str


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """One thing in the way; ``href`` leads to where it is cleared."""

    text: str
    href: str | None


def explain(error: CmeError) -> Explanation:
    return explain_code(error.code)


def explain_code(code: str) -> Explanation:
    """What a refusal's code says, and what to do about it."""
    found = EXPLANATIONS.get(code)
    if found is None:
        return Explanation(gettext("This could not be done"), str(ASK_LMS))
    return Explanation(str(found[0]), str(found[1]))


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_datetime(value)
    return format_date(value) if isinstance(value, date) else value


def blocker_text(blocker: Blocker) -> str:
    """One sentence for one reason."""
    text = BLOCKERS.get(blocker.code)
    return str(text) % {key: _shown(value) for key, value in blocker.facts.items()} if text else blocker.code


def step_address(step: Step) -> str:
    """Where a step is done, within the present session."""
    return url_for(f"learner.{step.value.replace('-', '_')}")


def blocker_rows(blockers: Iterable[Blocker]) -> tuple[BlockerRow, ...]:
    has_session = g.get("visit") is not None
    return tuple(
        BlockerRow(blocker_text(blocker), _blocker_address(blocker) if has_session else None) for blocker in blockers
    )


def _blocker_address(blocker: Blocker) -> str | None:
    """The item of the content that it names, else its step."""
    if blocker.step is Step.CONTENT and "item" in blocker.facts:
        return url_for("learner.content_item", item=blocker.facts["item"])
    return step_address(blocker.step) if blocker.step else None
