"""What all office pages share: the bar between them. A page is offered only to those whom the server would let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.services.office import Officer
from lti_tool.web.access import OfficeWork
from lti_tool.web.page import page


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of the bar. Whom it is offered to is what its route asks for."""

    endpoint: str
    label: Any
    about: Any


TABS: tuple[Tab, ...] = (
    Tab("office.home", lazy_gettext("Overview"), ""),
    Tab(
        "office.questions",
        lazy_gettext("Questions"),
        lazy_gettext("The question bank: write, import, revise and export questions, and correct keys."),
    ),
    Tab(
        "office.disclosures",
        lazy_gettext("Disclosures"),
        lazy_gettext("Whose disclosure is missing, expired or unmitigated."),
    ),
    Tab(
        "office.people",
        lazy_gettext("People"),
        lazy_gettext("Everybody who plans, teaches or reviews, with what they disclosed."),
    ),
    Tab(
        "office.companies",
        lazy_gettext("Companies"),
        lazy_gettext("Which organisations are eligible, and which are not."),
    ),
    Tab(
        "office.rosters",
        lazy_gettext("People of activities"),
        lazy_gettext("Roles, support and joint providers of each activity."),
    ),
    Tab("office.plans", lazy_gettext("Activities"), lazy_gettext("Plan, review, approve and publish activities.")),
    Tab("office.credit", lazy_gettext("Credit"), lazy_gettext("Who holds which credit; award, adjust, take back.")),
    Tab("office.late_claim_list", lazy_gettext("Late claims"), lazy_gettext("Decide on claims after the deadline.")),
    Tab(
        "office.calculator", lazy_gettext("Calculator"), lazy_gettext("Work out how much credit an activity is worth.")
    ),
    Tab("office.wording", lazy_gettext("Wording"), lazy_gettext("Compare and confirm the accreditors’ texts.")),
        "office.certificates",
        lazy_gettext("Certificates"),
        lazy_gettext("What was issued, and what it looks like; correct and withdraw."),
    ),
    Tab("office.team", lazy_gettext("Team"), lazy_gettext("Who may plan, approve, report and configure.")),
    Tab(
        "office.dossiers",
        lazy_gettext("Review files"),
        lazy_gettext("Everything a reviewer asks for about an activity, as one PDF or ZIP."),
    ),
    Tab(
        "office.tracker",
        lazy_gettext("Accreditation"),
        lazy_gettext("What is due and when, findings, and the calendar."),
    ),
    Tab(
        "office.vault",
        lazy_gettext("Documents"),
        lazy_gettext("Policies, mission, procedures, and the papers of activities."),
    ),
    Tab(
        "office.provider",
        lazy_gettext("Provider"),
        lazy_gettext("Name, accreditations, signatories, logos, and wording of statements."),
        "office.connections",
        lazy_gettext("Learning platforms"),
        lazy_gettext("Connect an LMS, test it, and see what went wrong last."),
    ),
    Tab("office.audit", lazy_gettext("Audit trail"), lazy_gettext("What staff did, who and when.")),
)
"""In the order of the bar."""

CAPABILITY_WORDS = {
    Capability.PLAN: lazy_gettext("Plan activities"),
    Capability.REVIEW_DISCLOSURES: lazy_gettext("Review disclosures"),
    Capability.APPROVE: lazy_gettext("Approve activities"),
    Capability.PUBLISH: lazy_gettext("Publish activities"),
    Capability.MARK_ATTENDANCE: lazy_gettext("Mark attendance"),
    Capability.OVERRIDE_CLAIMS: lazy_gettext("Decide on claims"),
    Capability.MANAGE_CERTIFICATES: lazy_gettext("Manage certificates"),
    Capability.REPORT: lazy_gettext("See and export reports"),
    Capability.REVIEW_SUBMISSIONS: lazy_gettext("Review submissions"),
    Capability.CONFIGURE: lazy_gettext("Configure and administer"),
}


def needed(endpoint: str) -> Capability | None:
    """The capability that a route asks for."""
    found: Capability | None = current_app.extensions["cme_capability"][endpoint]
    return found


def offered(officer: Officer) -> list[Tab]:
    """The pages that this person would be let into."""
    wanted = [(tab, needed(tab.endpoint)) for tab in TABS]
    return [tab for tab, capability in wanted if capability is None or officer.may(capability)]


def office_page(template: str, work: OfficeWork, *, status: int = 200, **values: Any) -> Response:
    """A page below the bar."""
    return page(
        template,
        work,
        status=status,
        office_tabs=offered(work.officer),
        capability_words=CAPABILITY_WORDS,
        provider_name=work.officer.provider_name,
        **values,
    )
