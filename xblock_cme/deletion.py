"""A learner's state in a step block that the platform deletes ("delete state" of the instructor dashboard).

The block would notice when the learner looks at it next; gates and the course's other blocks must not wait for that.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete

from xblock_cme import store
from xblock_cme.compat import STATES, has_plugin, is_studio
from xblock_cme.course import STEP


def on_delete(instance: Any, **kwargs: Any) -> None:
    """A row of the platform's table of states has gone: what mirrored it goes too."""
    if instance.module_type == STEP and has_plugin():
        store.forget_facts(str(instance.student_id), str(instance.module_state_key))


def connect() -> None:
    """Listen in the LMS, where learners' states are kept."""
    if not is_studio():
        post_delete.connect(on_delete, sender=STATES, dispatch_uid="xblock_cme.deletion")
