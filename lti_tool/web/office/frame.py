"""What all office pages share: the bars between them. A page is offered only to those whom the server would let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request
from flask_babel import lazy_gettext

from lti_tool.domain.capability import Capability
from lti_tool.services.office import Officer
from lti_tool.web.access import OfficeWork
from lti_tool.web.page import page


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a bar. Whom it is offered to is what its route asks for."""

    endpoint: str
    label: Any
    about: Any


@dataclass(frozen=True, slots=True)
class Room:
    """Pages that belong together: one entry of the upper bar, and a lower bar of its own."""

    label: Any
    tabs: tuple[Tab, ...]


ROOMS: tuple[Room, ...] = (
    Room(
        lazy_gettext("Activities"),
        (
            Tab(
                "office.plans",
                lazy_gettext("Activities"),
                lazy_gettext("Plan, review, approve and publish activities."),
            ),
            Tab(
                "office.questions",
                lazy_gettext("Questions"),
                lazy_gettext("The question bank: write, import, revise and export questions, and correct keys."),
            ),
            Tab(
                "office.dossiers",
                lazy_gettext("Review files"),
                lazy_gettext("Everything a reviewer asks for about an activity, as one PDF or ZIP."),
            ),
        ),
    ),
    Room(
        lazy_gettext("People"),
        (
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
        ),
    ),
    Room(
        lazy_gettext("Credit"),
        (
            Tab(
                "office.credit",
                lazy_gettext("Credit"),
                lazy_gettext("Who holds which credit; award, adjust, take back."),
            ),
            Tab(
                "office.attendance",
                lazy_gettext("Attendance"),
                lazy_gettext("Who was at which session of a live activity or series."),
            ),
            Tab(
                "office.late_claim_list",
                lazy_gettext("Late claims"),
                lazy_gettext("Decide on claims after the deadline."),
            ),
            Tab(
                "office.merges",
                lazy_gettext("Records of one person"),
                lazy_gettext("Somebody who came from two platforms: look at both records and join them."),
            ),
            Tab(
                "office.calculator",
                lazy_gettext("Calculator"),
                lazy_gettext("Work out how much credit an activity is worth."),
            ),
            Tab(
                "office.wording",
                lazy_gettext("Wording"),
                lazy_gettext("Compare and confirm the accreditors’ texts."),
            ),
            Tab(
                "office.certificates",
                lazy_gettext("Certificates"),
                lazy_gettext("What was issued, and what it looks like; correct and withdraw."),
            ),
        ),
    ),
    Room(
        lazy_gettext("Provider"),
        (
            Tab(
                "office.provider",
                lazy_gettext("Provider"),
                lazy_gettext("Name, accreditations, signatories, logos, and wording of statements."),
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
                "office.connections",
                lazy_gettext("Learning platforms"),
                lazy_gettext("Connect an LMS, test it, and see what went wrong last."),
            ),
            Tab("office.team", lazy_gettext("Team"), lazy_gettext("Who may plan, approve, report and configure.")),
            Tab(
                "office.retention",
                lazy_gettext("Retention"),
                lazy_gettext("How long records are kept, legal holds, and requests about data."),
            ),
            Tab("office.audit", lazy_gettext("Audit trail"), lazy_gettext("What staff did, who and when.")),
        ),
    ),
)
"""In the order of the bars."""

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


def offered(officer: Officer) -> list[Room]:
    """The pages that this person would be let into, room by room."""
    rooms = (Room(room.label, tuple(tab for tab in room.tabs if _is_open(officer, tab))) for room in ROOMS)
    return [room for room in rooms if room.tabs]


def _is_open(officer: Officer, tab: Tab) -> bool:
    capability = needed(tab.endpoint)
    return capability is None or officer.may(capability)


def current_tab(rooms: list[Room]) -> Tab | None:
    """The entry of this page: its own, else the one whose address its own begins with, else the one whose view stands
    beside its view."""
    views, here = current_app.view_functions, request.endpoint or ""
    address = request.url_rule.rule if request.url_rule else ""
    module = views[here].__module__ if here in views else ""
    tabs = [tab for room in rooms for tab in room.tabs]
    own = [tab for tab in tabs if tab.endpoint == here]
    above = [tab for tab in tabs if address.startswith(f"{_address(tab)}/")]
    beside = [tab for tab in tabs if views[tab.endpoint].__module__ == module]
    return next(iter([*own, *above, *beside]), None)


def _address(tab: Tab) -> str:
    rule = next(current_app.url_map.iter_rules(tab.endpoint))
    return str(rule.rule).rstrip("/")


def office_page(template: str, work: OfficeWork, *, status: int = 200, **values: Any) -> Response:
    """A page below the bars."""
    rooms = offered(work.officer)
    tab = current_tab(rooms)
    return page(
        template,
        work,
        status=status,
        office_rooms=rooms,
        office_tab=tab,
        office_room=next((room for room in rooms if tab in room.tabs), None),
        capability_words=CAPABILITY_WORDS,
        provider_name=work.officer.provider_name,
        **values,
    )
