"""A learner of a short activity, from the course to the certificate, through whatever stands in front of the tool."""

from __future__ import annotations

from lti_tool.domain.activity import Activity
from tests.functional import learner_walk as walk
from tests.functional.browsing import Browser
from tests.functional.claim_walk import DETAILS, FIELD
from tests.functional.pages import Page


def take_test(person: Browser, page: Page, activity: Activity, *, wrong: int = 0) -> Page:
    """Start (unless begun) and submit the post-test; gives the page behind it."""
    assert activity.post_test is not None
    sheet = walk.start(person, page, "post-test")
    questions = walk.given(activity.post_test, sheet.form("Submit answers"))
    fields = walk.filled(questions[wrong:]) | walk.filled(questions[:wrong], is_right=False)
    return person.submit(sheet, "Submit answers", fields, "Submit answers")


def study(person: Browser, page: Page, activity: Activity) -> Page:
    """Open every item and say that it was studied."""
    assert activity.content is not None
    for item in activity.content.items:
        person.get(f"/s/{page.session_id}/content/{item.key}")
    return person.submit(person.get(f"/s/{page.session_id}/content"), "I have studied this")


def confirm(person: Browser, page: Page) -> Page:
    """Confirm what will be printed on the certificate."""
    details = person.get(f"/s/{page.session_id}/claim/details")
    return person.submit(details, "Confirm these details", DETAILS)


def claim(person: Browser, page: Page) -> Page:
    """Claim the whole credit."""
    return person.submit(person.get(f"/s/{page.session_id}/claim"), "/claim", {FIELD: "1.00", "attestation": "yes"})
