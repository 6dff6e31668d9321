"""Names and Role Provisioning Services 2.0: the members of a course."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.launch import MAX_ID, PersonName, Platform, RosterEndpoint
from lti_tool.domain.roster import Member, MemberStatus
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.links import with_query
from lti_tool.lti.ports import TokenCache, ToolKeys
from lti_tool.lti.roles import roles_of
from lti_tool.lti.service import PlatformService

MEMBERSHIP_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
CONTAINER_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


class Roster:
    """A client for any platform's member lists; make one per process."""

    def __init__(self, session: GuardedSession, tokens: TokenCache, keys: ToolKeys) -> None:
        self._service = PlatformService(session, tokens, keys)

    def members(
        self, platform: Platform, endpoint: RosterEndpoint, now: datetime, *, resource_link_id: str = ""
    ) -> list[Member]:
        """Everybody in the course whom the platform lists, each once, in its order.

        ``role`` is never asked for: Moodle forgets it from the second page on. Moodle with delegated privacy shares
        names only for a ``resource_link_id``.

        Raises ``ServiceUnavailable``, ``BadInput`` like ``PlatformService.pages``.
        """
        url = with_query(endpoint.url, urlencode({"rlid": resource_link_id}) if resource_link_id else "")
        found: dict[str, Member] = {}
        for page in self._service.pages(platform, MEMBERSHIP_SCOPE, url, CONTAINER_TYPE, now):
            for entry in _entries(page):
                member = _member(entry, platform)
                if member is not None:
                    found.setdefault(member.user_id, member)
        return list(found.values())


def _entries(page: Any) -> list[Any]:
    members = page.get("members") if isinstance(page, dict) else None
    if not isinstance(members, list):
        raise ServiceUnavailable("reply_malformed", "the platform's answer holds no list of members")
    return members


def _member(entry: Any, platform: Platform) -> Member | None:
    """One member; ``None`` for an entry that names nobody."""
    user_id = entry.get("user_id") if isinstance(entry, dict) else None
    if not isinstance(user_id, str) or not 0 < len(user_id) <= MAX_ID:
        return None
    listed = entry.get("roles")
    roles = [role for role in listed if isinstance(role, str)] if isinstance(listed, list) else []
    name = PersonName(*(_line(entry.get(part)) for part in ("name", "given_name", "family_name")))
    return Member(
        user_id, roles_of(roles, platform.family), _status(entry.get("status")), name, _line(entry.get("email"))
    )


def _status(value: Any) -> MemberStatus:
    known = {status.value.lower(): status for status in MemberStatus}
    return known.get(value.lower(), MemberStatus.ACTIVE) if isinstance(value, str) else MemberStatus.ACTIVE


def _line(value: Any) -> str:
    return " ".join(value.split())[:1000] if isinstance(value, str) else ""
