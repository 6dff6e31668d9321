"""Every address of the LMS, and the ids it uses, as the behaviour in force writes them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lti_tool.demo.behaviour import Behaviour, IdStyle
from lti_tool.demo.course import COURSE_NUMBER, Placement
from lti_tool.demo.people import Person

COURSE_KEY = "course-v1:Demo+CME101+2026"


@dataclass(frozen=True, slots=True)
class Addresses:
    """``base`` has no trailing slash. ``query`` is what the behaviour appends to gradebook addresses."""

    base: str
    query: str = ""

    @property
    def authorize(self) -> str:
        return f"{self.base}/lti/authorize"

    @property
    def token(self) -> str:
        return f"{self.base}/lti/token"

    @property
    def jwks(self) -> str:
        return f"{self.base}/lti/jwks"

    @property
    def openid_configuration(self) -> str:
        return f"{self.base}/.well-known/openid-configuration"

    @property
    def registration(self) -> str:
        return f"{self.base}/lti/registrations"

    @property
    def line_items(self) -> str:
        return self.line_items_of(COURSE_NUMBER)

    def line_items_of(self, course: str) -> str:
        """The list of one course; a line item has the same address whatever its course."""
        return self._with_query(f"{self.base}/lti/ags/{course}/lineitems")

    def line_item(self, number: int, sub: str = "") -> str:
        """``sub`` is ``/scores`` or ``/results``; it stands before the query."""
        return self._with_query(f"{self.base}/lti/ags/{COURSE_NUMBER}/lineitems/{number}/lineitem{sub}")

    @property
    def members(self) -> str:
        return self.members_of(COURSE_NUMBER)

    def members_of(self, course: str) -> str:
        return f"{self.base}/lti/nrps/{course}/memberships"

    def notice_handlers(self, deployment_id: str) -> str:
        return f"{self.base}/lti/notices/{quote(deployment_id, safe='')}"

    @property
    def course(self) -> str:
        return f"{self.base}/course"

    def deep_link_return(self, ticket: str) -> str:
        return f"{self.base}/lti/deep-link-return/{ticket}"

    def _with_query(self, address: str) -> str:
        return f"{address}?{self.query}" if self.query else address


def subject(person: Person, style: IdStyle) -> str:
    """The person's ``sub`` and ``user_id``."""
    if style is IdStyle.INTEGER:
        return str(person.number)
    return _opaque("person", person.key, style)


def link_id(placement: Placement, style: IdStyle) -> str:
    """The placement's ``resource_link.id``."""
    if style is IdStyle.INTEGER:
        return str(placement.id)
    if style is IdStyle.USAGE_KEY:
        block = _opaque("link", str(placement.id), IdStyle.HEX)
        return f"block-v1:Demo+CME101+2026+type@lti_consumer+block@{block}"
    return _opaque("link", str(placement.id), style)


def context_id(style: IdStyle, number: str = COURSE_NUMBER) -> str:
    """The ``context.id`` of a course."""
    if style is IdStyle.INTEGER:
        return number
    if style is IdStyle.USAGE_KEY:
        return COURSE_KEY if number == COURSE_NUMBER else f"{COURSE_KEY}-{number}"
    return _opaque("course", number, style)


def _opaque(kind: str, name: str, style: IdStyle) -> str:
    value = uuid5(NAMESPACE_URL, f"demo-lms/{kind}/{name}")
    return value.hex if style is IdStyle.HEX else str(value)


def query_for(behaviour: Behaviour, deployment_id: str) -> str:
    return behaviour.service_query.format(deployment=deployment_id)
