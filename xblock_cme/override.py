"""The second lock: while a gate is closed, everything behind it is for staff only, stamped or not.

A field override provider, put into the LMS's settings by the plugin app. It reaches pages, child pages and handlers,
but not the course blocks API: that one obeys the partition alone.
"""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now as clock

from xblock_cme.compat import override_base
from xblock_cme.course import is_behind

FIELD = "visible_to_staff_only"


class CmeGateOverride(override_base()):  # type: ignore[misc]
    """One for each user and request."""

    def get(self, block: Any, name: str, default: Any) -> Any:
        """``True`` for the one field while a gate above the block is closed to this user; else what it would be."""
        if name != FIELD:
            return default
        usage = block.scope_ids.usage_id
        if getattr(usage, "course_key", None) is None:
            return default
        return True if is_behind(usage, str(getattr(self.user, "id", None) or ""), clock()) else default

    @classmethod
    def enabled_for(cls, course: Any) -> bool:
        """Everywhere: a course without gates costs one look into a dictionary."""
        return True
