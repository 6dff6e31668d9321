"""What an LMS provides to ``lti_consumer.plugin.compat``, over the campus's own tables.

The consumer reaches its host through that one module and imports some names from it at load time; ``install`` therefore
runs before its models are imported, and the tables are imported only inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from opaque_keys.edx.keys import CourseKey, UsageKey

STUDIO_ROLES = {"staff", "instructor"}


class FlagOff:
    """A course flag that is off everywhere."""

    def is_enabled(self, course_key: CourseKey | None = None) -> bool:
        return False


def waffle_flag() -> FlagOff:
    return FlagOff()


def load_enough_xblock(location: UsageKey) -> Any:
    from campus.runtime import load_block

    return load_block(location)


def load_block_as_user(location: UsageKey) -> Any:
    from crum import get_current_user

    from campus.runtime import load_block

    user = get_current_user()
    return load_block(location, user if user is not None and user.is_authenticated else None)


def save_xblock(block: Any) -> None:
    from campus.runtime import save_block

    save_block(block)


def get_user_from_external_user_id(external_user_id: str) -> Any:
    from lti_consumer.exceptions import LtiError

    from campus.models import ExternalId

    try:
        return ExternalId.objects.get(external_user_id=external_user_id).user
    except (ExternalId.DoesNotExist, ValidationError) as error:
        raise LtiError(f"no person with external id {external_user_id}") from error


def batch_get_or_create_externalids(users: Iterable[Any]) -> dict[int, Any]:
    from campus.models import ExternalId

    return {user.id: ExternalId.objects.get_or_create(user=user)[0] for user in users}


def member_of(user: Any, course_key: CourseKey) -> Any:
    """The membership of ``user`` in the course, or None."""
    from campus.models import Member

    if user is None or not user.is_authenticated:
        return None
    return Member.objects.filter(course_id=str(course_key), user=user).first()


def user_has_access(user: Any, action: str, block: Any, course_key: CourseKey) -> bool:
    return member_of(user, course_key) is not None


def user_course_access(course: Any, user: Any, action: str, **checks: bool) -> bool:
    member = member_of(user, course.key)
    return member is not None and (member.is_enrolled or member.role in STUDIO_ROLES)


def user_has_studio_write_access(user: Any, course_key: CourseKey) -> bool:
    member = member_of(user, course_key)
    return member is not None and member.role in STUDIO_ROLES


def get_course_by_id(course_key: CourseKey) -> Any:
    from campus.models import Course

    return Course.objects.get(key=str(course_key))


def get_course_members(course_key: CourseKey) -> dict[int, dict[str, Any]]:
    from lti_consumer.exceptions import LtiError

    from campus.models import Course, Member

    members = Member.objects.filter(course_id=str(course_key)).select_related("user__profile")
    limit = Course.objects.get(key=str(course_key)).member_limit
    if limit is not None and members.count() > limit:
        raise LtiError(f"{course_key} has more than {limit} members")
    return {member.user_id: roster_row(member) for member in members}


def roster_row(member: Any) -> dict[str, Any]:
    roles = ["student"] if member.is_enrolled else []
    if member.role != "student":
        roles.append(member.role)
    user = member.user
    return {"id": user.id, "username": user.username, "email": user.email, "name": user.profile.name, "roles": roles}


def get_user_course_forum_role(user_id: int, course_id: CourseKey) -> None:
    """Nobody holds a discussion forum role here."""


def merge_course_forum_roles(course_id: CourseKey, members: dict[int, Any]) -> dict[int, Any]:
    return members


REPLACEMENTS: dict[str, Callable[..., Any]] = {
    "get_external_config_waffle_flag": waffle_flag,
    "get_external_user_id_1p1_launches_waffle_flag": waffle_flag,
    "get_database_config_waffle_flag": waffle_flag,
    "get_external_multiple_launch_urls_waffle_flag": waffle_flag,
    "load_enough_xblock": load_enough_xblock,
    "load_block_as_user": load_block_as_user,
    "save_xblock": save_xblock,
    "get_user_from_external_user_id": get_user_from_external_user_id,
    "batch_get_or_create_externalids": batch_get_or_create_externalids,
    "user_has_access": user_has_access,
    "user_course_access": user_course_access,
    "user_has_studio_write_access": user_has_studio_write_access,
    "get_course_by_id": get_course_by_id,
    "get_course_members": get_course_members,
    "get_user_course_forum_role": get_user_course_forum_role,
    "merge_course_forum_roles": merge_course_forum_roles,
}


def install() -> None:
    """Put the replacements in place; an unknown name means that the consumer changed and this file must follow."""
    from lti_consumer.plugin import compat

    for name, replacement in REPLACEMENTS.items():
        if not hasattr(compat, name):
            raise RuntimeError(f"lti_consumer.plugin.compat has no {name}: the peer platform must be revised")
        setattr(compat, name, replacement)
