"""Looking into what the platform holds: its gradebook and the consumer's own rows."""

from __future__ import annotations

from typing import Any

from lti_consumer.models import LtiAgsLineItem, LtiAgsScore, LtiConfiguration, LtiDlContentItem
from opaque_keys.edx.keys import UsageKey

from campus.models import ExternalId, PublishedGrade


def grades(block: str) -> list[dict[str, Any]]:
    """Every grade event of the block, oldest first."""
    subs = dict(ExternalId.objects.values_list("user_id", "external_user_id"))
    return [
        {"sub": str(subs[row.user_id]), "value": row.value, "max_value": row.max_value}
        for row in PublishedGrade.objects.filter(block_id=block).order_by("id")
    ]


def line_items(block: str) -> list[dict[str, Any]]:
    """The block's line items, oldest first."""
    return [
        {
            "id": row.id,
            "label": row.label,
            "score_maximum": row.score_maximum,
            "resource_id": row.resource_id,
            "resource_link_id": str(row.resource_link_id) if row.resource_link_id else None,
            "tag": row.tag,
        }
        for row in LtiAgsLineItem.objects.filter(lti_configuration=_configuration(block)).order_by("id")
    ]


def scores(block: str) -> list[dict[str, Any]]:
    """The scores that the tool has posted, one for each person and line item."""
    return [
        {
            "line_item": row.line_item_id,
            "sub": row.user_id,
            "given": row.score_given,
            "maximum": row.score_maximum,
            "activity_progress": row.activity_progress,
            "grading_progress": row.grading_progress,
            "comment": row.comment,
            "timestamp": row.timestamp.isoformat(),
        }
        for row in LtiAgsScore.objects.filter(line_item__lti_configuration=_configuration(block)).order_by("id")
    ]


def content_items(block: str) -> list[dict[str, Any]]:
    """What deep linking has stored for the block."""
    rows = LtiDlContentItem.objects.filter(lti_configuration=_configuration(block)).order_by("id")
    return [{"type": row.content_type, **row.attributes} for row in rows]


def _configuration(block: str) -> LtiConfiguration:
    return LtiConfiguration.objects.get(location=UsageKey.from_string(block))
