"""Telling the tool what happens between launches (LTI Platform Notification Service 1.0), as Canvas words it.

A notice is posted once and never again, whatever the tool answers.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.demo.addresses import context_id
from lti_tool.demo.claims import COURSE_TYPE, NoticeKind, P
from lti_tool.demo.config import is_loopback
from lti_tool.demo.course import MAIN, Course
from lti_tool.demo.record import CourseRecord

NOTICE_SECONDS = 3600
POST_TIMEOUT = 10
KEPT = 200
MEMBERS = {"notice_type", "handler", "max_batch_size"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery. ``status`` 0: nobody answered."""

    kind: str
    url: str
    status: int
    answer: str = ""


class NoticeDesk:
    """Handlers and deliveries. ``sign`` makes a JWT of claims with the LMS's key."""

    def __init__(self, record: CourseRecord, sign: Callable[[Mapping[str, Any]], str]) -> None:
        self.record = record
        self.sign = sign
        self.sent: deque[Sent] = deque(maxlen=KEPT)

    # -- handlers --------------------------------------------------------------------------------------------------

    def handlers(self, deployment_id: str) -> dict[str, str]:
        """Every type of notice with the address that wants it, ``""`` for nobody."""
        with self.record.store.read() as state:
            return {str(kind): state.notice_handlers.get(f"{deployment_id} {kind}", "") for kind in NoticeKind}

    def put(self, deployment_id: str, document: Mapping[str, Any]) -> None:
        """One handler for one type, in place of the last. Whoever asks for greetings is greeted at once."""
        kind, handler = NoticeKind(document["notice_type"]), document["handler"]
        with self.record.store.change() as state:
            state.notice_handlers[f"{deployment_id} {kind}"] = handler
        if kind is NoticeKind.HELLO and handler:
            self.send(deployment_id, kind, {P + "context": self._context(MAIN)})

    def handler_fault(self, document: object) -> str:
        """What is wrong with a PUT, ``""`` when nothing is."""
        if not isinstance(document, dict) or not set(document) <= MEMBERS:
            return f"the body must be an object with {', '.join(sorted(MEMBERS))}"
        if document.get("notice_type") not in {str(kind) for kind in NoticeKind}:
            return f"notice_type {document.get('notice_type')!r} is not supported"
        size = document.get("max_batch_size", 1)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            return "max_batch_size must be a whole number above 0"
        return self._address_fault(document.get("handler"))

    def _address_fault(self, handler: object) -> str:
        if handler == "":
            return ""
        tool = self.record.tool
        if not isinstance(handler, str) or tool is None:
            return "handler must be a string"
        parts = urlsplit(handler)
        if parts.scheme not in {"http", "https"} or parts.netloc != urlsplit(tool.launch).netloc:
            return "handler must be on the tool's own domain"
        return ""

    # -- deliveries ------------------------------------------------------------------------------------------------

    def tell_copy(self, origin: Course, made: Course) -> tuple[Sent, ...]:
        """Tells every deployment that wants to know."""
        about = {
            P + "context": self._context(made),
            P + "origin_contexts": [context_id(self.record.behaviour.ids, origin.number)],
        }
        tool = self.record.tool
        told = (self.send(one, NoticeKind.CONTEXT_COPY, about) for one in (tool.deployment_ids if tool else ()))
        return tuple(sent for sent in told if sent is not None)

    def send(self, deployment_id: str, kind: NoticeKind, about: Mapping[str, Any]) -> Sent | None:
        """None where nobody wants it."""
        url = self.handlers(deployment_id)[kind]
        return self.post(url, kind, [self.claims(deployment_id, kind, about)]) if url else None

    def post(self, url: str, kind: str, notices: Sequence[Mapping[str, Any]]) -> Sent:
        """Signs and delivers, several at once if need be."""
        body = json.dumps({"notices": [{"jwt": self.sign(claims)} for claims in notices]}).encode()
        sent = Sent(kind, url, *_posted(url, body))
        self.sent.append(sent)
        return sent

    def claims(self, deployment_id: str, kind: NoticeKind, about: Mapping[str, Any]) -> dict[str, Any]:
        """A good notice. Raises LookupError without a tool."""
        tool, now = self.record.tool, self.record.now()
        if tool is None:
            raise LookupError("No tool is connected to the demo LMS yet.")
        issued = int(now.timestamp())
        happened = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {
            "iss": self.record.issuer,
            "aud": tool.client_id,
            "azp": tool.client_id,
            "iat": issued,
            "exp": issued + NOTICE_SECONDS,
            "nonce": str(uuid.uuid4()),
            P + "version": "1.3.0",
            P + "deployment_id": deployment_id,
            P + "notice": {"id": str(uuid.uuid4()), "timestamp": happened, "type": str(kind)},
            **about,
        }

    def _context(self, course: Course) -> dict[str, Any]:
        return {
            "id": context_id(self.record.behaviour.ids, course.number),
            "label": course.label,
            "title": course.title,
            "type": [COURSE_TYPE],
        }


def _posted(url: str, body: bytes) -> tuple[int, str]:
    """Status and answer; the LMS calls this machine only."""
    if not is_loopback(urlsplit(url).hostname or ""):
        return 0, "the demo LMS sends notices to loopback addresses only"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"User-Agent": "DemoLMS/1", "Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  (the tool's own domain, on loopback)
    try:
        with opener.open(request, timeout=POST_TIMEOUT) as answer:
            return answer.status, answer.read(KEPT).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(KEPT).decode("utf-8", "replace")
    except OSError as error:
        return 0, str(error)
