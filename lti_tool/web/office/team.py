"""The team: who holds which capability, invitations, and what course roles bring."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from lti_tool.domain.capability import COURSE_LEVEL, Capability
from lti_tool.domain.errors import BadInput
from lti_tool.domain.launch import Role
from lti_tool.services.office import role_capabilities
from lti_tool.services.office_letter import mail_invitation
from lti_tool.services.team import (
    change_role_map,
    clean_email,
    course_staff,
    invite,
    member,
    members,
    set_grants,
)
from lti_tool.web.access import OfficeWork, office_route
from lti_tool.web.office import blueprint
from lti_tool.web.office.frame import office_page
from lti_tool.web.page import absolute

MAX_SEARCH = 100
ROLE_WORDS = {
    Role.INSTRUCTOR: lazy_gettext("Instructor"),
    Role.TEACHING_ASSISTANT: lazy_gettext("Teaching assistant"),
    Role.CONTENT_DEVELOPER: lazy_gettext("Content developer"),
    Role.ADMINISTRATOR: lazy_gettext("Administrator of the course"),
}
FAULT_WORDS = {
    "email_wrong": lazy_gettext("Enter an e-mail address such as name@example.org"),
    "name_missing": lazy_gettext("Enter the person’s name"),
}


def _chosen(name: str) -> frozenset[Capability]:
    """What was ticked. Raises ``BadInput`` for a word that is no capability."""
    try:
        return frozenset(map(Capability, request.form.getlist(name)))
    except ValueError as error:
        raise BadInput("capability_unknown", faults={name: "capability_unknown"}) from error


@office_route(blueprint, "/team", Capability.CONFIGURE)
def team(work: OfficeWork) -> ResponseReturnValue:
    return _team_page(work)


def _team_page(work: OfficeWork, *, status: int = 200, error: BadInput | None = None, link: str = "") -> Response:
    work.officer.require_everywhere(Capability.CONFIGURE)
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    faults = (
        [{"field": name, "message": FAULT_WORDS.get(code, code)} for name, code in error.faults.items()]
        if error
        else []
    )
    return office_page(
        "office/team.html",
        work,
        status=status,
        members=members(work.db, work.officer.provider_id),
        candidates=course_staff(work.db, work.officer.provider_id, search),
        search=search,
        faults=faults,
        link=link,
        form=request.form,
        role_words=ROLE_WORDS,
        role_map=role_capabilities(work.db, work.officer.provider_id),
        course_level=[one for one in Capability if one in COURSE_LEVEL],
    )


@office_route(blueprint, "/team/invite", Capability.CONFIGURE, ("POST",))
def team_invite(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    name, email = request.form.get("name", ""), request.form.get("email", "")
    try:
        token = invite(work.db, work.officer, name, email, _chosen("capability"), work.now)
    except BadInput as error:
        if error.code not in FAULT_WORDS:
            raise
        return _team_page(work, status=422, error=error)
    address = absolute("office.join", token=token)
    if work.deps.settings.has_mail:
        mail_invitation(work.db, work.officer, clean_email(email), address, work.deps.voices, work.now)
        return _team_page(work, link="mailed")
    return _team_page(work, link=address)


@office_route(blueprint, "/team/<person_id>", Capability.CONFIGURE)
def team_member(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    found = member(work.db, work.officer.provider_id, person_id)
    return office_page("office/team_member.html", work, person=found)


@office_route(blueprint, "/team/<person_id>", Capability.CONFIGURE, ("POST",))
def team_change(work: OfficeWork, person_id: str) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    set_grants(work.db, work.officer, person_id, _chosen("capability"), work.now)
    return redirect(url_for("office.team"), 303)


@office_route(blueprint, "/team/roles", Capability.CONFIGURE, ("POST",))
def team_roles(work: OfficeWork) -> ResponseReturnValue:
    work.officer.require_everywhere(Capability.CONFIGURE)
    wanted = {role: _chosen(f"role.{role.value}") for role in ROLE_WORDS}
    change_role_map(work.db, work.officer, wanted, work.now)
    return redirect(url_for("office.team"), 303)
