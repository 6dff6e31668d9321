"""Asking a platform for notices: which address of ours wants which (1EdTech LTI Platform Notification Service 1.0).

Read in canvas-lms ``doc/api/pns.md``: one handler for each type of notice, on the tool's own host; ``""`` ends it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.launch import NoticeType, Platform
from lti_tool.domain.notice import MAX_NOTICES
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.ports import TokenCache, ToolKeys
from lti_tool.lti.service import PlatformService, accepted

NOTICE_SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
JSON_TYPE = "application/json"


class NoticeHandlers:
    """Asks platforms for notices; fits ``services.ports.NoticePort``. Make one per process."""

    def __init__(self, session: GuardedSession, tokens: TokenCache, keys: ToolKeys) -> None:
        self._service = PlatformService(session, tokens, keys)

    def put(self, platform: Platform, url: str, kind: NoticeType, handler: str, now: datetime) -> None:
        """Have notices of this kind sent to ``handler``, or to nobody (``""``).

        Raises ``ServiceUnavailable`` (``service_status``, ``notice_handler_unconfirmed``) and like
        ``PlatformService.call``.
        """
        wanted: dict[str, Any] = {"notice_type": kind.value, "handler": handler}
        body = json.dumps(wanted | ({"max_batch_size": MAX_NOTICES} if handler else {})).encode()
        headers = {"Content-Type": JSON_TYPE, "Accept": JSON_TYPE}
        reply = accepted(self._service.call(platform, NOTICE_SCOPE, "PUT", url, now, headers=headers, body=body))
        if handler and not _confirms(reply.json() if reply.body else None, wanted):
            raise ServiceUnavailable("notice_handler_unconfirmed", "the platform does not confirm where notices go")


def _confirms(answer: Any, wanted: Mapping[str, Any]) -> bool:
    """The answer repeats the handler, alone or in the list of all; an answer without a body confirms by its status."""
    if answer is None:
        return True
    listed = answer.get("notice_handlers", [answer]) if isinstance(answer, dict) else []
    return any(
        isinstance(one, dict) and all(one.get(name) == value for name, value in wanted.items())
        for one in (listed if isinstance(listed, list) else [])
    )
