"""The gradebook column of a placement: told by the launch, found, or made once.

Open edX in programmatic mode names none in its launches, and Brightspace makes none for an LTI 1.3 link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_

from lti_tool.db import models
from lti_tool.domain.activity import Step
from lti_tool.domain.grade import LineItem, LineItemSpec
from lti_tool.domain.launch import Platform
from lti_tool.services.ports import GradebookPort

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCORE_SCOPE, WRITE_SCOPE, READ_SCOPE = f"{AGS}score", f"{AGS}lineitem", f"{AGS}lineitem.readonly"
RESULT_SCOPE = f"{AGS}result.readonly"
MAX_URL = 2048


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of a placement's column while its address is not."""

    line_items: str | None
    """Address of the course's list of line items."""
    scopes: frozenset[str]
    spec: LineItemSpec
    is_credit: bool = False


def resource_id(activity_key: str, step: Step | None) -> str:
    """The tool's own name for a column; the same in Deep Linking and here, so that columns are found again."""
    return f"{activity_key}:{step.value}" if step else activity_key


INFORMATION_TAG = "acknowledgement"
"""An LMS opens its own pages by this column."""


def tag_of(step: Step | None) -> str:
    """What the column is for; an LMS's rules may go by it."""
    if step is None:
        return "activity"
    return INFORMATION_TAG if step is Step.INFORMATION else step.value


CREDIT_TAG = "credit"
CREDIT_LINK = "\x1fcredit:"
"""Begins the link id of a row that is no link but a column of credit. Launches with control characters are refused."""


def credit_resource_id(activity_key: str) -> str:
    """The tool's own name for the column of an activity's credit: never taken for that of its grade."""
    return f"{activity_key}:{CREDIT_TAG}"


def can_be_graded(placement: models.Placement) -> bool:
    """The LMS takes scores for this link, and has named the column or the list to find or make it in."""
    return SCORE_SCOPE in placement.scopes.split() and bool(placement.line_item or placement.line_items)


def is_wanted() -> ColumnElement[bool]:
    """A link's column, or a column of credit that the office (still) wants: one that was switched off gets nothing."""
    course, owner, table = models.Course, models.Deployment, models.Placement
    here = and_(course.id == table.course_id, owner.id == course.deployment_id)
    return or_(table.credit_activity_id.is_(None), exists().where(here, owner.sends_credit.is_(True)))


def find(
    gradebook: GradebookPort, platform: Platform, column: Column, now: datetime, *, known: str = ""
) -> LineItem | None:
    """The placement's column (of several the one at ``known``), ``None`` if there is none (or none that may be looked
    for).

    Raises ``ServiceUnavailable``, ``BadInput`` as the port does.
    """
    if column.line_items is None or not column.scopes & {READ_SCOPE, WRITE_SCOPE}:
        return None
    spec, is_writable = column.spec, READ_SCOPE not in column.scopes
    by_link = (
        gradebook.list_line_items(
            platform, column.line_items, now, resource_link_id=spec.resource_link_id, is_writable=is_writable
        )
        if spec.resource_link_id
        else ()
    )
    by_name = (
        ()
        if by_link
        else gradebook.list_line_items(
            platform, column.line_items, now, resource_id=spec.resource_id, is_writable=is_writable
        )
    )
    own = [item for item in by_link or by_name if item.resource_link_id in ("", spec.resource_link_id)]
    best = min(own, key=lambda item: (item.url != known, item.resource_id != spec.resource_id), default=None)
    return _usable(best)


def make(gradebook: GradebookPort, platform: Platform, column: Column, now: datetime) -> LineItem | None:
    """Make the column, where the LMS lets tools do so. Look for it first, and never from two places at once: LMSs make
    a second one of the same name without a word. Raises like ``find``."""
    if column.line_items is None or WRITE_SCOPE not in column.scopes:
        return None
    return _usable(gradebook.create_line_item(platform, column.line_items, column.spec, now))


def _usable(item: LineItem | None) -> LineItem | None:
    return item if item and len(item.url) <= MAX_URL else None
