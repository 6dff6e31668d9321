"""The answer to a Deep Linking request (LTI Deep Linking 2.0, 4.5): which links to put into the course.

The words of each item come from pylti1p3's ``DeepLinkResource``; the envelope is ours, because pylti1p3's sends
``data: null`` where none was asked for, ``iat`` without slack, and an unescaped form.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem as LibraryLineItem

from lti_tool.domain.errors import BadInput, LaunchRefused
from lti_tool.domain.grade import LineItemSpec
from lti_tool.domain.launch import Launch
from lti_tool.domain.login import SigningKey
from lti_tool.lti.keys import sign
from lti_tool.lti.settings import EdgeSettings, origin_of

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ISSUED_BACK = timedelta(seconds=10)
"""``iat`` lies this far in the past: Moodle has no leeway for clocks that differ."""
LIFE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class DeepLinkItem:
    """One placement. ``url`` becomes the ``target_link_uri`` of its launches (Blackboard refuses an item without)."""

    title: str
    url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItemSpec | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeepLinkResponse:
    """A form to render: POST ``jwt`` as the field ``JWT`` (capitals) to ``return_url``; escape all of it."""

    return_url: str
    jwt: str
    form_origin: str
    """For ``Content-Security-Policy: form-action``."""


def respond(
    launch: Launch,
    items: Sequence[DeepLinkItem],
    key: SigningKey,
    settings: EdgeSettings,
    now: datetime,
    *,
    message: str = "",
    error_message: str = "",
) -> DeepLinkResponse:
    """Sign the selection; no items = cancelled. ``message`` and ``error_message`` are shown to the teacher by the LMS.

    Raises ``LaunchRefused`` (``not_deep_linking``) for another kind of launch, ``BadInput`` for items that the
    request does not allow (``too_many_items``, ``item_url_foreign``).
    """
    request = launch.deep_linking
    if request is None:
        raise LaunchRefused("not_deep_linking", "this launch did not ask for a selection")
    if len(items) > 1 and not request.accept_multiple:
        raise BadInput("too_many_items", "this placement takes one item", count=len(items))
    if not all(settings.is_own_target(item.url) for item in items):
        raise BadInput("item_url_foreign", "an item must point to this tool")
    claims = _envelope(launch, now)
    claims[DL + "content_items"] = [_content_item(item, request.accept_lineitem) for item in items]
    optional = {"data": request.data, "msg": message or None, "errormsg": error_message or None}
    claims.update({DL + name: value for name, value in optional.items() if value is not None})
    return DeepLinkResponse(request.return_url, sign(claims, key), origin_of(request.return_url))


def _envelope(launch: Launch, now: datetime) -> dict[str, Any]:
    issued = now - ISSUED_BACK
    return {
        "iss": launch.platform.client_id,
        "aud": launch.platform.issuer,
        "iat": int(issued.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "nonce": secrets.token_urlsafe(24),
        LTI + "deployment_id": launch.deployment_id,
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
    }


def _content_item(item: DeepLinkItem, is_line_item_accepted: bool) -> dict[str, Any]:
    resource = DeepLinkResource().set_title(item.title).set_url(item.url).set_custom_params(dict(item.custom))
    if item.line_item is not None and is_line_item_accepted:
        resource.set_lineitem(_line_item(item.line_item))
    body = dict(resource.to_dict())
    if not item.custom:
        del body["custom"]
    if item.text:
        body["text"] = item.text
    return body


def _line_item(spec: LineItemSpec) -> LibraryLineItem:
    return (
        LibraryLineItem()
        .set_score_maximum(spec.score_maximum)
        .set_label(spec.label)
        .set_resource_id(spec.resource_id)
        .set_tag(spec.tag)
    )
