"""The only door to Open edX itself: nothing else in this package imports the platform's code.

Everything here works, with less, where the platform is not there: in the workbench, in tests, and on releases that have
moved a module.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils.translation import get_language

BUCKET = "cme"
"""Key of this package's settings in ``XBLOCK_SETTINGS``."""
LTI_ID = "lti"
"""The platform's kind of external id that LTI 1.3 launches carry as ``sub``."""
STATES = "courseware.StudentModule"
"""The platform's table of learners' states, by its name."""
WITHOUT_COURSE = "workbench"


class Preview(StrEnum):
    """How somebody sees a course without taking part in it."""

    NONE = ""
    LEARNER = "learner"
    """Staff, as any learner: the platform takes their rights away, the account stays their own."""
    PERSON = "person"
    """Staff, as one learner, by name: the account that the platform tells of is that learner's."""
    AUTHOR = "author"
    """In Studio, which serves the same handlers: a block's state is in the author's session there."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever looks at a block. ``user_id`` is the platform's key, ``""`` for somebody who is not signed in."""

    user_id: str
    full_name: str
    is_staff: bool
    preview: Preview = Preview.NONE

    @property
    def is_trial(self) -> bool:
        """What they do is a test run."""
        return self.is_staff or self.preview in (Preview.LEARNER, Preview.AUTHOR)

    @property
    def may_write(self) -> bool:
        """Nobody writes in another's name, not even staff who look at a learner's page; nor do authors in Studio, where
        an account's facts in the course are none of the preview's."""
        return self.preview not in (Preview.PERSON, Preview.AUTHOR)


@dataclass(frozen=True, slots=True)
class Course:
    """Where a block stands."""

    key: str
    organisation: str
    locator: Any = None
    """The platform's own key; ``None`` where there are no courses."""

    @property
    def is_library(self) -> bool:
        """A content library: authors keep blocks there for courses, and nobody learns in it."""
        return self.key.startswith("lib:")


def optional(module: str, name: str) -> Any:
    """Something of the platform, ``None`` where there is no such thing."""
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def person_of(block: Any) -> Person:
    """The present user as the platform's user service says."""
    service = block.runtime.service(block, "user")
    user = service.get_current_user() if service else None
    attributes: Mapping[str, Any] = user.opt_attrs if user else {}
    found = attributes.get("edx-platform.user_id") or attributes.get("xblock-workbench.user_id") or ""
    is_known = attributes.get("edx-platform.is_authenticated", True)
    return Person(
        user_id=str(found) if is_known and found != "none" else "",
        full_name=(user.full_name or "") if user else "",
        is_staff=bool(attributes.get("edx-platform.user_is_staff")),
        preview=_preview_of(service, course_of(block)),
    )


def _preview_of(service: Any, course: Course) -> Preview:
    """The LMS keeps it beside the account that it hands to its user service, and nowhere else."""
    if is_studio():
        return Preview.AUTHOR
    find = optional("lms.djangoapps.courseware.masquerade", "get_course_masquerade")
    user = getattr(service, "_django_user", None)
    found = find(user, course.locator) if find and user is not None else None
    if found is None:
        return Preview.NONE
    return Preview.PERSON if found.user_name else Preview.LEARNER if found.role == "student" else Preview.NONE


def lti_id_of(block: Any) -> str:
    """The id by which an LTI launch from this platform would introduce the present user; ``""`` if there is none."""
    service = block.runtime.service(block, "user")
    find = getattr(service, "get_external_user_id", None)
    found = find(LTI_ID) if find else None
    return str(found) if found else ""


def course_of(block: Any) -> Course:
    """The course of a block; a name of its own where the runtime has no courses."""
    usage = block.scope_ids.usage_id
    key = getattr(usage, "context_key", None) or getattr(usage, "course_key", None)
    return Course(str(key), str(getattr(key, "org", "") or ""), key) if key is not None else Course(WITHOUT_COURSE, "")


def jump_address(course: Course, usage: str) -> str:
    """Where the LMS leads to a component of a course; ``""`` for what is no component of this platform."""
    if not usage.startswith("block-v1:"):
        return ""
    return f"/courses/{quote(course.key, safe=':+')}/jump_to/{quote(usage, safe=':+@')}"


def is_studio() -> bool:
    """This process serves authors. Both services run the same handlers, so what is for authors asks this first."""
    return bool(getattr(settings, "SERVICE_VARIANT", "") == "cms")


def may_author(block: Any) -> bool:
    """The present user may change the block's course or library. Studio itself serves handlers to whoever is signed in,
    and only leaves out what they would write. Without a platform, whoever is in Studio may."""
    user = getattr(block.runtime.service(block, "user"), "_django_user", None)
    place = course_of(block)
    check = _may_edit if place.is_library else optional("common.djangoapps.student.auth", "has_studio_write_access")
    return is_studio() and (check is None or (user is not None and bool(check(user, place.locator))))


def _may_edit(user: Any, library: Any) -> bool:
    """Content libraries have rights of their own, whatever somebody may do in courses."""
    require = optional("openedx.core.djangoapps.content_libraries.api", "require_permission_for_library_key")
    try:
        return require is not None and require(library, user, "content_libraries.edit_library") is not None
    except (PermissionDenied, ObjectDoesNotExist):
        return False


def tool_settings(organisation: str) -> Mapping[str, Any]:
    """Address and credentials of the tool: the site's own, else the organisation's, else the installation's.

    Never from a block's field: fields are exported with a course and shown in Studio.
    """
    helpers = optional("openedx.core.djangoapps.site_configuration.helpers", "get_value_for_org")
    site = helpers(organisation, "CME_TOOL", None) if helpers and organisation else None
    bucket: Mapping[str, Any] = getattr(settings, "XBLOCK_SETTINGS", {}).get(BUCKET, {})
    own = bucket.get("organisations", {}).get(organisation, {})
    common = {name: value for name, value in bucket.items() if name != "organisations"}
    return {**common, **own, **(site or {})}


def tool_organisations() -> tuple[str, ...]:
    """Organisations with a tool of their own in the settings; ``""`` stands for the installation's."""
    bucket: Mapping[str, Any] = getattr(settings, "XBLOCK_SETTINGS", {}).get(BUCKET, {})
    return ("", *bucket.get("organisations", {}))


def has_plugin() -> bool:
    """The plugin app, which keeps what must outlive a block, is installed."""
    return bool(apps.is_installed("xblock_cme.plugin"))


def table(name: str) -> Any:
    """One of the plugin app's models, by name: they exist only where the app is installed."""
    return apps.get_model("xblock_cme", name)


def language() -> str:
    """BCP 47 tag of the page."""
    return str(get_language() or "en")


def user_names(user_ids: Iterable[str]) -> dict[str, str]:
    """Login names by user key; keys that are no accounts (the workbench's) stand for themselves."""
    ids = list(user_ids)
    known = get_user_model().objects.filter(pk__in=[int(each) for each in ids if each.isdigit()])
    return {**{each: each for each in ids}, **{str(user.pk): user.get_username() for user in known}}


def lti_id_of_user(user: Any) -> str:
    """The id of some account, as :func:`lti_id_of` gives it for the present user; ``""`` where none was ever made."""
    table = optional("openedx.core.djangoapps.external_user_ids.models", "ExternalId")
    found = table.objects.filter(user=user, external_id_type__name=LTI_ID).first() if table else None
    return str(found.external_user_id) if found else ""


def retirement_signals() -> dict[str, Any]:
    """The signals of a retirement by name. Sites choose the stages of theirs, so either may be the one that comes."""
    module = "openedx.core.djangoapps.user_api.accounts.signals"
    found = {name: optional(module, name) for name in ("USER_RETIRE_LMS_MISC", "USER_RETIRE_LMS_CRITICAL")}
    return {name: signal for name, signal in found.items() if signal is not None}


def stored_states(user: Any, kind: str) -> Iterable[Any]:
    """The platform's rows with a learner's state in blocks of a kind: each with ``state``, JSON, and ``save()``."""
    table = optional("lms.djangoapps.courseware.models", "StudentModule")
    return table.objects.filter(student=user, module_type=kind) if table else ()


def partition_classes() -> tuple[Any, Any]:
    """The platform's ``UserPartition`` and ``Group``; ``(None, None)`` without a platform."""
    module = "xmodule.partitions.partitions"
    return optional(module, "UserPartition"), optional(module, "Group")


def modulestore() -> Any:
    """The platform's store of courses; ``None`` without a platform."""
    found = optional("xmodule.modulestore.django", "modulestore")
    return found() if found else None


def plain_key(usage: Any) -> str:
    """A usage key as text, without branch and version, so that draft and published blocks are the same."""
    agnostic = usage.version_agnostic() if hasattr(usage, "version_agnostic") else usage
    return str(agnostic.for_branch(None) if hasattr(agnostic, "for_branch") else agnostic)


def usage_in(text: str, course: str = "") -> Any:
    """The plain key of a course's block that an address names, in the course that it names beside; ``None`` for any
    other text."""
    usages, courses = (optional("opaque_keys.edx.keys", name) for name in ("UsageKey", "CourseKey"))
    refused: type[Exception] = optional("opaque_keys", "InvalidKeyError") or ValueError
    try:
        found = usages.from_string(text)
        found = getattr(found, "usage_key", found)  # an aside has the access of the block beside which it stands
        plain = usages.from_string(plain_key(found.map_into_course(courses.from_string(course)) if course else found))
    except (AttributeError, TypeError, ValueError, refused):
        return None
    return plain if plain.context_key.is_course and not plain.deprecated else None


def may_read_course(user: Any, course_key: Any) -> bool:
    """In Studio. Without a platform, everybody."""
    check = optional("common.djangoapps.student.auth", "has_studio_read_access")
    return check is None or bool(user.is_authenticated and check(user, course_key))


def author_id() -> int:
    """Whose hand the store of courses notes for what the plugin changes: the platform's own."""
    found = optional("xmodule.modulestore", "ModuleStoreEnum")
    return int(found.UserID.mgmt_command) if found else -1


def content_events() -> dict[str, Any]:
    """The signals of authoring by name; those that this release does not have are left out."""
    module = "openedx_events.content_authoring.signals"
    changes = ("XBLOCK_CREATED", "XBLOCK_UPDATED", "XBLOCK_DUPLICATED", "XBLOCK_DELETED")
    names = (*changes, "XBLOCK_PUBLISHED", "COURSE_IMPORT_COMPLETED")
    found = {name: optional(module, name) for name in names}
    return {name: signal for name, signal in found.items() if signal is not None}


def override_base() -> type:
    """The platform's base of field override providers, or a stand-in with its constructor."""
    found = optional("lms.djangoapps.courseware.field_overrides", "FieldOverrideProvider")
    return found if isinstance(found, type) else _Override


class _Override:
    def __init__(self, user: Any, fallback_field_data: Any = None) -> None:
        self.user = user
        self.fallback_field_data = fallback_field_data
