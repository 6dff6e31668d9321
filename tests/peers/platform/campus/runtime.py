"""A small XBlock runtime that hosts the real ``LtiConsumerXBlock``."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from opaque_keys.edx.keys import UsageKey
from xblock.core import XBlockMixin
from xblock.field_data import DictFieldData
from xblock.fields import Boolean, DateTime, Scope, ScopeIds, Timedelta
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import Runtime

from campus import lms
from campus.models import Block, ExternalId, PublishedGrade

Face = Literal["lms", "studio"]
BLOCK_TYPE = "lti_consumer"


class CourseDates(XBlockMixin):
    """The dates and flags that blocks inherit from their course in an LMS."""

    start = DateTime(scope=Scope.settings, default=None)
    due = DateTime(scope=Scope.settings, default=None)
    graceperiod = Timedelta(scope=Scope.settings, default=None)
    graded = Boolean(scope=Scope.settings, default=True)


class CampusUserService(UserService):
    """Who is looking at the block.

    The LMS marks every member of the course staff as staff; Studio does not. Deep linking from Studio depends on it.
    """

    def __init__(self, user: Any, usage_key: UsageKey, face: Face) -> None:
        super().__init__()
        self._user = user
        self._role = getattr(lms.member_of(user, usage_key.course_key), "role", "student")
        self._is_staff = face == "lms" and (self._role in lms.STUDIO_ROLES or bool(user and user.is_superuser))

    def get_current_user(self) -> XBlockUser:
        if self._user is None:
            anonymous = XBlockUser(is_current_user=True)
            anonymous.opt_attrs["edx-platform.is_authenticated"] = False
            return anonymous
        person = XBlockUser(is_current_user=True, emails=[self._user.email], full_name=self._user.profile.name)
        person.opt_attrs.update(
            {
                "edx-platform.is_authenticated": True,
                "edx-platform.user_id": self._user.id,
                "edx-platform.username": self._user.username,
                "edx-platform.user_role": self._role,
                "edx-platform.user_is_staff": self._is_staff,
            }
        )
        return person

    def get_external_user_id(self, type_name: str) -> str | None:
        if self._user is None:
            return None
        return str(ExternalId.objects.get_or_create(user=self._user)[0].external_user_id)


class RebindService:
    """Binds a block that a tool's request loaded without a user to the learner whom the score is for."""

    def rebind_noauth_module_to_user(self, block: Any, user: Any) -> None:
        block.scope_ids = block.scope_ids._replace(user_id=user.id)


class PiiFlagService:
    """Gives the block the consumer's own course flag for sharing personal data."""

    @property
    def configuration(self) -> Any:
        from lti_consumer.models import CourseAllowPIISharingInLTIFlag

        return CourseAllowPIISharingInLTIFlag


class CampusRuntime(Runtime):
    """Runs one block for one user, or for nobody when a tool calls."""

    def __init__(self, user: Any, usage_key: UsageKey, face: Face) -> None:
        services = {
            "user": CampusUserService(user, usage_key, face),
            "rebind_user": RebindService(),
            "lti-configuration": PiiFlagService(),
        }
        super().__init__(id_reader=None, id_generator=None, services=services, mixins=(CourseDates,))

    def handler_url(
        self, block: Any, handler_name: str, suffix: str = "", query: str = "", thirdparty: bool = False
    ) -> str:
        return f"{settings.LMS_ROOT_URL}/handler/{block.scope_ids.usage_id}/{handler_name}"

    def resource_url(self, resource: str) -> str:
        return f"{settings.LMS_ROOT_URL}/resource/{resource}"

    def local_resource_url(self, block: Any, uri: str) -> str:
        return self.resource_url(uri)

    def publish(self, block: Any, event_type: str, event_data: dict[str, Any]) -> None:
        """Record a grade for the bound user; like the LMS, take no notice of a user named in the event."""
        if event_type != "grade":
            return
        PublishedGrade.objects.create(
            user_id=block.scope_ids.user_id,
            block_id=str(block.scope_ids.usage_id),
            value=event_data["value"],
            max_value=event_data["max_value"],
        )


def load_block(usage_key: UsageKey, user: Any = None, face: Face = "lms") -> Any:
    """The block with its stored settings, bound to ``user`` as seen in the LMS or in Studio."""
    row = Block.objects.get(usage_key=str(usage_key))
    runtime = CampusRuntime(user, usage_key, face)
    scope_ids = ScopeIds(user.id if user else None, BLOCK_TYPE, usage_key, usage_key)
    return runtime.construct_xblock(BLOCK_TYPE, scope_ids, field_data=DictFieldData(dict(row.fields)))


def save_block(block: Any) -> None:
    """Keep the settings that were set on the block."""
    fields = {
        name: field.read_json(block)
        for name, field in block.fields.items()
        if field.scope == Scope.settings and field.is_set_on(block)
    }
    Block.objects.filter(usage_key=str(block.scope_ids.usage_id)).update(fields=fields)
