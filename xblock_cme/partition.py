"""Our own user-partition scheme: the lock that holds in every route on which a platform asks who may load a block.

Entry points ``openedx.user_partition_scheme`` and ``openedx.dynamic_partition_generator``. The group is computed at
each request from the learner's facts, so a gate opens at once and nothing has to be enrolled or expired.
"""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now as clock

from xblock_cme import store
from xblock_cme.compat import partition_classes
from xblock_cme.course import course_gates
from xblock_cme.gating import CLOSED_GROUP, OPEN_GROUP, GateRule, is_open

SCHEME = "cme_gate"


class CmeGateScheme:
    """Which of a gate's two groups somebody is in. Authors cannot choose groups of this scheme by hand."""

    read_only = True

    @classmethod
    def get_group_for_user(cls, course_key: Any, user: Any, user_partition: Any, **kwargs: Any) -> Any:
        """The open group once every chosen step is done, else the closed one: also for nobody and for strangers."""
        return user_partition.get_group(OPEN_GROUP if cls._is_open(course_key, user, user_partition) else CLOSED_GROUP)

    @classmethod
    def _is_open(cls, course_key: Any, user: Any, user_partition: Any) -> bool:
        user_id = str(getattr(user, "id", None) or "")
        found = user_partition.parameters or {}
        rule = GateRule(str(found.get("activity", "")), tuple(found.get("steps", ())))
        place = store.Place(user_id, str(course_key), rule.activity)
        return is_open(rule, course_gates(course_key).copies.get(rule.activity, {}), place, clock())

    @classmethod
    def create_user_partition(
        cls,
        id: int,  # noqa: A002 - the platform's own word
        name: str,
        description: str,
        groups: Any = None,
        parameters: Any = None,
        active: bool = True,
    ) -> Any:
        """The platform calls this where a scheme makes its own partitions."""
        partition, group = partition_classes()
        both = groups or [group(OPEN_GROUP, "Gate open"), group(CLOSED_GROUP, "Gate closed")]
        return partition(id, name, description, both, cls, parameters or {}, active)


def gate_partitions(course: Any) -> list[Any]:
    """One partition for each rule of the course's gates; they are made anew at each request and stored nowhere."""
    partition, _group = partition_classes()
    if partition is None:
        return []
    scheme = partition.get_scheme(SCHEME)
    gates = course_gates(course.id, str(getattr(course, "course_version", "") or "") or None)
    return [
        scheme.create_user_partition(
            id=rule.partition_id,
            name="CME gate",
            description=f"{rule.activity}: {', '.join(rule.steps)}",
            parameters={"activity": rule.activity, "steps": list(rule.steps)},
        )
        for rule in gates.rules.values()
    ]
