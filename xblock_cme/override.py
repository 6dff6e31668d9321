"""The second lock: while a gate is closed, everything behind it is for staff only, stamped or not.

A field override provider, put into the LMS's settings by the plugin app. It reaches pages, child pages and handlers,
but not the course blocks API: that one obeys the partition alone.
"""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now as clock

from xblock_cme import store
from xblock_cme.compat import course_of, override_base, plain_key
from xblock_cme.course import course_gates
from xblock_cme.gating import is_open

FIELD = "visible_to_staff_only"


class CmeGateOverride(override_base()):  # type: ignore[misc]
    """One for each user and request."""

    def get(self, block: Any, name: str, default: Any) -> Any:
        """``True`` for the one field while a gate above the block is closed to this user; else what it would be."""
        if name != FIELD:
            return default
        usage = block.scope_ids.usage_id
        course_key = getattr(usage, "course_key", None)
        if course_key is None:
            return default
        gates = course_gates(course_key)
        user_id = str(getattr(self.user, "id", None) or "")
        for rule in gates.covered.get(plain_key(usage), ()):
            place = store.Place(user_id, course_of(block).key, rule.activity)
            if not is_open(rule, gates.copies.get(rule.activity, {}), place, clock()):
                return True
        return default

    @classmethod
    def enabled_for(cls, course: Any) -> bool:
        """Everywhere: a course without gates costs one look into a dictionary."""
        return True
