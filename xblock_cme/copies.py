"""Dated copies of an activity, as a block keeps them: the one in force, and earlier ones that learners began with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.native import ActivityCopy, read_message


@lru_cache(maxsize=64)
def _parsed(text: str) -> ActivityCopy:
    return read_message(ActivityCopy, json.loads(text))


def read_copy(data: Any) -> ActivityCopy:
    """Raises ``BadInput`` for a copy that this release cannot read. Parsed once per process."""
    text = data if isinstance(data, str) else json.dumps(data)
    try:
        return _parsed(text)
    except ValueError as error:
        raise BadInput("copy_unreadable", "the stored copy of the activity is not JSON") from error


def newest_copy(copies: Mapping[str, Any]) -> ActivityCopy:
    """The copy that new learners get. Raises ``NotFound("copy_missing")`` while no activity has been chosen."""
    numbers = [int(number) for number in copies if number.isdigit()]
    if not numbers:
        raise NotFound("copy_missing", "no activity has been chosen")
    return read_copy(copies[str(max(numbers))])


def copy_of_version(copies: Mapping[str, Any], version: int) -> ActivityCopy:
    """The copy that a learner began with; the newest for somebody who has not begun.

    Raises ``NotFound``: ``copy_missing``, or ``version_gone`` where the author has removed a version in use.
    """
    if version == 0:
        return newest_copy(copies)
    if str(version) not in copies:
        raise NotFound("version_gone", f"version {version} of the activity is not kept in this block")
    return read_copy(copies[str(version)])
