"""Deep Linking (LTI-DL 2.0): what comes back from the picker, checked, and what it puts into the course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lti_tool.demo.config import ContentItem
from lti_tool.demo.course import LineItem, Placement
from lti_tool.demo.gradebook import line_item_fault
from lti_tool.demo.launches import DeepLinkRequest

P = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MAX_ITEMS = 50
LINE_ITEM_EXTRAS = ("startDateTime", "endDateTime", "gradesReleased", "submissionReview")


def placement_from(item: ContentItem, placement_id: int, line_item_id: int) -> tuple[Placement, LineItem | None]:
    """The placement and line item of a content item. Raises ValueError naming what is wrong."""
    fault = item_fault(item)
    if fault:
        raise ValueError(fault)
    title = str(item.get("title") or "CME activity")
    placement = Placement(
        placement_id, title, str(item.get("url", "")), str(item.get("text", "")), dict(item.get("custom") or {})
    )
    return placement, _line_item(item.get("lineItem"), line_item_id, placement)


def _line_item(document: Mapping[str, Any] | None, number: int, placement: Placement) -> LineItem | None:
    if document is None:
        return None
    return LineItem(
        number,
        str(document.get("label") or placement.title),
        float(document["scoreMaximum"]),
        placement.id,
        str(document.get("resourceId", "")),
        str(document.get("tag", "")),
        {name: document[name] for name in LINE_ITEM_EXTRAS if name in document},
    )


def item_fault(item: object) -> str:
    """What is wrong with one content item, ``""`` when nothing is."""
    if not isinstance(item, Mapping):
        return "a content item is not an object"
    if item.get("type") != "ltiResourceLink":
        return f"type {item.get('type')!r} was not in accept_types"
    for name in ("title", "text", "url"):
        if not isinstance(item.get(name, ""), str):
            return f"{name} must be a string"
    if item.get("url") and not str(item["url"]).startswith(("http://", "https://")):
        return "url must be http or https"
    return _custom_fault(item.get("custom")) or _item_line_fault(item.get("lineItem"))


def _custom_fault(custom: object) -> str:
    if custom is None:
        return ""
    if not isinstance(custom, Mapping) or not all(isinstance(part, str) for pair in custom.items() for part in pair):
        return "custom must map strings to strings"
    return ""


def _item_line_fault(document: object) -> str:
    if document is None:
        return ""
    if not isinstance(document, dict):
        return "lineItem must be an object"
    fault = line_item_fault(document, needs_label=False)
    return f"lineItem: {fault}" if fault else ""


def response_fault(claims: Mapping[str, Any], request: DeepLinkRequest, client_id: str, issuer: str) -> str:
    """What is wrong with the parties and the kind of a response, ``""`` when nothing is. Times are checked apart."""
    wanted: dict[str, Any] = {
        "iss": client_id,
        P + "deployment_id": request.deployment_id,
        P + "message_type": "LtiDeepLinkingResponse",
        P + "version": "1.3.0",
    }
    for name, value in wanted.items():
        if claims.get(name) != value:
            return f"{name} is {claims.get(name)!r}, not {value!r}"
    if claims.get("aud") not in (issuer, [issuer]):
        return f"aud is not {issuer}"
    if claims.get("azp", issuer) != issuer:
        return "azp is not this LMS"
    if not isinstance(claims.get("nonce"), str) or not claims["nonce"]:
        return "nonce is required"
    return _data_fault(claims, request)


def _data_fault(claims: Mapping[str, Any], request: DeepLinkRequest) -> str:
    if not request.data:
        return "data was sent back although none was given" if DL + "data" in claims else ""
    return "" if claims.get(DL + "data") == request.data else "data is not what was sent"


def items_fault(items: object) -> str:
    """What is wrong with ``content_items``, ``""`` when nothing is (none at all is a cancel)."""
    if not isinstance(items, Sequence) or isinstance(items, str):
        return "content_items must be a list"
    if len(items) > MAX_ITEMS:
        return f"more than {MAX_ITEMS} content items"
    return next((fault for fault in map(item_fault, items) if fault), "")
