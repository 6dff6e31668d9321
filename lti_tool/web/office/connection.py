"""One learning platform: how it is doing, what it sent last, a test of it, and its approval."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext, ngettext

from lti_tool.domain.capability import Capability
from lti_tool.domain.connection import Checked, Finding
from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.domain.launch import MAX_ID, LmsFamily
from lti_tool.services.connection import connection as found_connection
from lti_tool.services.connection import endpoints_of, note_test
from lti_tool.services.credit_switch import credit_columns, set_credit_columns
from lti_tool.services.notice import notice_views
from lti_tool.services.office import Officer
from lti_tool.services.redrive import redrive_platform, stuck_grades
from lti_tool.services.registration import add_deployment, approve_platform, dismiss_platform
from lti_tool.services.transaction import confine, transaction
from lti_tool.web.access import OfficeWork, office_route, office_service_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.messages import explain
from lti_tool.web.office import blueprint
from lti_tool.web.office.connections import FAMILY_WORDS
from lti_tool.web.office.frame import office_page
from lti_tool.web.office.refusal_remedies import refusal_remedy
from lti_tool.web.staff.deliveries import OUTCOME_WORDS

CHECKED_WORDS = {
    Checked.KEYSET: lazy_gettext("Keys of the platform"),
    Checked.TOKEN: lazy_gettext("Access token"),
    Checked.GRADEBOOK: lazy_gettext("Gradebook"),
    Checked.ROSTER: lazy_gettext("Members of the course"),
}
UNTESTED = lazy_gettext("Not tested: open an activity from a course once, so that the platform says where this is.")
REMEDIES = {
    "scope_not_granted": lazy_gettext(
        "Allow this service in the tool’s settings in the platform (in Moodle: “IMS LTI Assignment and Grade Services” "
        "and “Names and Role Provisioning”; in Canvas: the services of the developer key)."
    ),
    "token_refused": lazy_gettext(
        "The platform could not check who is asking. The tool must still be there in the platform, the client id and "
        "the access token URL must be its own, and it must be able to fetch this tool’s public keyset URL."
    ),
    "address_forbidden": lazy_gettext(
        "The address is a private one. Whoever runs this tool must allow it on purpose (CME_ALLOWED_PRIVATE_HOSTS)."
    ),
    "url_not_https": lazy_gettext("The address must begin with https."),
    "tls_failed": lazy_gettext(
        "The platform’s certificate is not trusted or has expired. Renew it, or make its authority known."
    ),
    "connection_failed": lazy_gettext(
        "The platform is out of reach from here. Check the address and the firewalls between."
    ),
    "timeout": lazy_gettext("The platform does not answer in time. Check the address, the firewalls, and its load."),
    "keyset_malformed": lazy_gettext(
        "The public keyset URL leads to something that is no key set. Compare the address."
    ),
    "keyset_empty": lazy_gettext("The public keyset URL leads to a set without RSA signing keys. Compare the address."),
    "service_status": lazy_gettext("The platform refused. Its own words tell why; compare its settings for this tool."),
    "reply_not_json": lazy_gettext("The address leads to a page for people, not to the service. Compare the address."),
    "redirect_refused": lazy_gettext("The address leads elsewhere. Enter the one that it leads to."),
}
"""What to change, by the code of a finding."""
KEEP_OUT_OF_TOTAL = {
    LmsFamily.MOODLE: lazy_gettext("In Moodle: in the gradebook’s setup, set the column’s weight to 0."),
    LmsFamily.CANVAS: lazy_gettext(
        "In Canvas: edit the assignment that appears and tick “Do not count this assignment towards the final grade”."
    ),
    LmsFamily.BLACKBOARD: lazy_gettext(
        "In Blackboard: leave the column out of the calculation of the overall grade, in the gradebook’s settings."
    ),
    LmsFamily.BRIGHTSPACE: lazy_gettext(
        "In Brightspace: edit the grade item and tick “Exclude from Final Grade Calculation”."
    ),
}
"""What keeps credit out of the course total: AGS cannot say it, so somebody must in the LMS."""
KEEP_OUT = lazy_gettext("In the gradebook, exclude the column from the course total or set its weight to 0.")
NOTHING_SPECIAL = lazy_gettext("Compare the addresses with those that the platform shows for this tool.")


def _rows(claims: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Each claim by the last part of its name, with its values one to a line."""
    return [(name.rpartition("/claim/")[2] or name, _lines(value)) for name, value in claims.items()]


def _lines(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}: {_written(one)}" for key, one in value.items()] or ["{}"]
    return [_written(one) for one in value] or ["[]"] if isinstance(value, list) else [_written(value)]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _answer(finding: Finding) -> str:
    """What was found, in words: how many of what, or the services that the token is good for."""
    if finding.is_fault:
        return finding.words
    if finding.checked is Checked.TOKEN:
        return ", ".join(scope.rpartition("/")[2] for scope in finding.words.split())
    return _counted(finding.checked, int(finding.words)) if finding.words.isdecimal() else finding.words


def _counted(checked: Checked, number: int) -> str:
    if checked is Checked.KEYSET:
        return str(ngettext("%(num)s key", "%(num)s keys", number))
    if checked is Checked.GRADEBOOK:
        return str(ngettext("%(num)s column of this tool", "%(num)s columns of this tool", number))
    return str(ngettext("%(num)s person", "%(num)s people", number))


def _remedy(finding: Finding) -> Any:
    if finding.code == "untested":
        return UNTESTED
    return REMEDIES.get(finding.code, NOTHING_SPECIAL) if finding.is_fault else ""


@office_route(blueprint, "/connections/<platform_id>", Capability.CONFIGURE)
def connection(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """How a platform is doing, and what it sent last, personal data masked."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    found = found_connection(work.db, work.officer.provider_id, platform_id)
    stuck = stuck_grades(work.db, work.officer.provider_id, platform_id)
    return office_page(
        "office/connection.html",
        work,
        one=found,
        families=FAMILY_WORDS,
        checked_words=CHECKED_WORDS,
        answer=_answer,
        remedy=_remedy,
        stuck=stuck,
        credit_columns=credit_columns(work.db, work.officer.provider_id, platform_id),
        keep_out=KEEP_OUT_OF_TOTAL.get(found.family, KEEP_OUT),
        parked=sum(one.number for one in stuck if one.is_parked),
        outcome_words=OUTCOME_WORDS,
        notices=notice_views(work.db, work.officer.provider_id, platform_id),
        notice_remedy=lambda code: REMEDIES.get(code, NOTHING_SPECIAL),
        received=_rows(found.received),
        refused=_rows(found.refused_claims),
        refusal=explain(CmeError(found.refusal_code)) if found.refusal_code else None,
        refusal_remedy=refusal_remedy(found.refusal_code),
    )


@office_route(blueprint, "/connections/<platform_id>/approve", Capability.CONFIGURE, ("POST",))
def connection_approve(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """Let people sign in through a platform that registered itself."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    takes = request.form.get("takes_deployments") == "yes"
    approve_platform(work.db, work.officer, platform_id, work.now, takes_deployments=takes)
    return redirect(url_for("office.connection", platform_id=platform_id), 303)


@office_route(blueprint, "/connections/<platform_id>/dismiss", Capability.CONFIGURE, ("POST",))
def connection_dismiss(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """Disconnect a platform that was never used."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    dismiss_platform(work.db, work.officer, platform_id, work.now)
    return redirect(url_for("office.connections"), 303)


@office_route(blueprint, "/connections/<platform_id>/deployments", Capability.CONFIGURE, ("POST",))
def connection_deployment(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """Take a further deployment of a platform."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    deployment = request.form.get("deployment", "").strip()
    if not 0 < len(deployment) <= MAX_ID or not deployment.isprintable():
        raise BadInput("deployment_malformed", faults={"deployment": "deployment_malformed"})
    add_deployment(work.db, work.officer, platform_id, deployment, work.now)
    return redirect(url_for("office.connection", platform_id=platform_id), 303)


@office_route(blueprint, "/connections/<platform_id>/grades", Capability.CONFIGURE, ("POST",))
def connection_grades(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """Send every grade again that was given up, for another full period."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    found = found_connection(work.db, work.officer.provider_id, platform_id)
    redrive_platform(work.db, work.officer, found.id, work.now)
    return redirect(url_for("office.connection", platform_id=platform_id, _anchor="grades"), 303)


@office_route(blueprint, "/connections/<platform_id>/credit-columns", Capability.CONFIGURE, ("POST",))
def connection_credit(work: OfficeWork, platform_id: str) -> ResponseReturnValue:
    """Give the courses of a deployment a gradebook column for credit, or send nothing more to it."""
    work.officer.require_everywhere(Capability.CONFIGURE)
    is_on, deployment = request.form.get("on") == "yes", request.form.get("deployment", "")
    set_credit_columns(work.db, work.officer, platform_id, deployment, work.now, is_on=is_on)
    return redirect(url_for("office.connection", platform_id=platform_id, _anchor="credit"), 303)


@office_service_route(blueprint, "/connections/<platform_id>/test", Capability.CONFIGURE)
def connection_test(deps: Dependencies, now: datetime, officer: Officer, platform_id: str) -> ResponseReturnValue:
    """Ask the platform for keys, a token, line items and members, and keep what came of it."""
    officer.require_everywhere(Capability.CONFIGURE)
    with transaction(deps.sessions) as db:
        confine(db, officer.provider_id)
        found = found_connection(db, officer.provider_id, platform_id)
        endpoints = endpoints_of(db, officer.provider_id, platform_id)
    findings = deps.check.run(found.platform, endpoints, now)
    with transaction(deps.sessions) as db:
        note_test(db, platform_id, findings, now)
    return redirect(url_for("office.connection", platform_id=platform_id, _anchor="test"), 303)
