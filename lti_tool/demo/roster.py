"""Names and Role Provisioning Services over HTTP (LTI-NRPS 2.0)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo.addresses import context_id
from lti_tool.demo.claims import MessageKind, P, shared_names
from lti_tool.demo.course import Placement
from lti_tool.demo.people import PEOPLE, Person
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.services import Services, json_response, refuse
from lti_tool.demo.vocabulary import MEMBERS_READ, MEMBERSHIP

MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


class RosterRoutes:
    """The members of the one course. Names and e-mail only where they are shared."""

    def __init__(self, lms: DemoLms, services: Services) -> None:
        self.lms = lms
        self.services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint("nrps", __name__)
        path = "/lti/nrps/<course>/memberships"
        routes.add_url_rule(path, "members", self.services.wrap("members", self.list_members), methods=["GET"])
        return routes

    def list_members(self, course: str) -> Response:
        self.services.require_scope(MEMBERS_READ)
        self.services.require_accept(MEMBERS)
        here = self.lms.course(course)
        if here is None:
            raise refuse(404, f"there is no course {course}")
        placement = self._link_asked_for()
        rows = [self._member(person, placement) for person in PEOPLE if self._has_role_asked_for(person)]
        page, link = self.services.page(rows, self.lms.addresses.members_of(course), ("role", "rlid"))
        context = {"id": context_id(self.lms.behaviour.ids, course)}
        if self.lms.behaviour.link_has_title:
            context |= {"label": here.label, "title": here.title}
        answer = json_response({"id": request.url, "context": context, "members": list(page)}, MEMBERS)
        if link:
            answer.headers["Link"] = link
        return answer

    def _link_asked_for(self) -> Placement | None:
        link = request.args.get("rlid")
        if link is None:
            return None
        placement = self.lms.placement_by_link(link)
        if placement is None:
            raise refuse(404, f"LTI link {link} doesn't exist")
        return placement

    def _has_role_asked_for(self, person: Person) -> bool:
        asked = request.args.get("role")
        if asked is None:
            return True
        full = asked if "#" in asked else MEMBERSHIP + asked
        return full in self.lms.behaviour.roles[person.role]

    def _member(self, person: Person, placement: Placement | None) -> dict[str, Any]:
        behaviour = self.lms.behaviour
        roles = list(behaviour.roles[person.role])
        if behaviour.short_member_roles:
            roles = [role.removeprefix(MEMBERSHIP) for role in roles if role.startswith(MEMBERSHIP)]
        with self.lms.store.read() as state:
            names = shared_names(person, behaviour, state.shares_names)
        member: dict[str, Any] = {"status": "Active", "user_id": self.lms.subject(person), "roles": roles, **names}
        if placement is not None:
            custom = {P + "custom": placement.custom} if placement.custom else {}
            member["message"] = [{P + "message_type": str(MessageKind.RESOURCE_LINK), **custom}]
        return member
