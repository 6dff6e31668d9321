"""What can still be claimed, in words: for the page, and for the pages to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from lti_tool.domain.credential import CONSENTS
from lti_tool.domain.credit import printed_amount
from lti_tool.domain.transcript import LateClaim, OwedClaim, OwedCredit
from lti_tool.web.learner.claim_words import credential_label
from lti_tool.web.messages import blocker_text, step_address


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One activity. ``href``: where to go on; ``""`` where only the learning platform can open it."""

    activity: str
    credits: tuple[str, ...]
    what: tuple[str, ...]
    until: str
    href: str = ""


def owed_row(one: OwedClaim, activity_id: str | None = None) -> OwedRow:
    """``activity_id``: the activity that the reader's session opens, if there is one."""
    is_here = one.activity_id == activity_id
    return OwedRow(
        one.activity_title,
        tuple(map(_credit, one.credits)),
        tuple(_what(one, is_here=is_here)),
        format_date(one.until, "long"),
        _address(one) if is_here else "",
    )


def _credit(credit: OwedCredit) -> str:
    if credit.most is None:
        return str(_("%(credit)s: participation", credit=credit.name))
    most = printed_amount(credit.most)
    if credit.held:
        before = printed_amount(credit.held)
        return str(_("%(credit)s: up to %(most)s in place of %(before)s", credit=credit.name, most=most, before=before))
    return str(_("%(credit)s: up to %(most)s", credit=credit.name, most=most))


def _what(one: OwedClaim, *, is_here: bool) -> Iterator[str]:
    yield from map(blocker_text, one.blockers)
    if one.late is LateClaim.CAN_BE_ASKED:
        yield _("You can ask for a late claim")
    if one.late is LateClaim.WAITING:
        yield _("Your request for a late claim is being looked at")
    if not one.blockers:
        yield _("It can be claimed now")
    needs = {need for credit in one.credits for need in credit.needs}
    asked = sorted(credential_label(need) for need in needs if need.kind not in CONSENTS)
    asked += [_("your permission to report")] if any(need.kind in CONSENTS for need in needs) else []
    if asked:
        yield _("The claim asks for: %(what)s", what=", ".join(asked))
    if one.course and not is_here:
        yield _("Open the activity in “%(course)s”", course=one.course)


def _address(one: OwedClaim) -> str:
    """Of the first step that is missing, else of the claim."""
    step = next((blocker.step for blocker in one.blockers if blocker.step), None)
    return step_address(step) if step else url_for("learner.claim", more=1)
