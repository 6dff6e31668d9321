"""The way from Studio to the tool's authoring: a launch that the platform's own LTI consumer makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from xblock_cme.compat import BUCKET, Course, course_of, lti_id_of, optional, person_of

CONSUMER, LAUNCH_START = "lti_consumer", "get_lti_1p3_launch_start_url"
"""The platform's LTI consumer, and its way to begin a launch without a component of its own."""


def launch_address(block: Any, config_id: str, custom: Mapping[str, str]) -> str:
    """Where the platform's own LTI consumer begins a launch of the present author by one of its configurations; ``""``
    where it is not installed, or has no such configuration. No call leaves the platform.

    The consumer is open to other programs since 2022, and takes ``custom_parameters`` since 2023 (releases 9). The
    author's name goes with it only where the course lets names be shared.
    """
    data, start = optional(f"{CONSUMER}.data", "Lti1p3LaunchData"), optional(f"{CONSUMER}.api", LAUNCH_START)
    subject, course = lti_id_of(block), course_of(block)
    if data is None or start is None or not (subject and config_id):
        return ""
    person = person_of(block)
    launch = data(
        user_id=person.user_id,
        external_user_id=subject,
        user_role="staff",
        config_id=config_id,
        resource_link_id=f"{BUCKET}-planning",
        name=person.full_name if person.full_name and _may_share_names(course) else None,
        launch_presentation_document_target="window",
        context_id=course.key,
        context_type=["course_offering"],
        context_label=course.key,
        custom_parameters=dict(custom),
    )
    try:
        return str(start(launch))
    except (ObjectDoesNotExist, ValidationError, ValueError):
        return ""


def _may_share_names(course: Course) -> bool:
    ask = optional(f"{CONSUMER}.api", "get_lti_pii_sharing_state_for_course")
    return bool(ask and course.locator is not None and not course.is_library and ask(course.locator))
