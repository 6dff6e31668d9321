"""What every service address has in common: faults, the bearer token, media types, paging, the journal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, json, request

from lti_tool.demo.behaviour import Refusal
from lti_tool.demo.faults import FaultKind, answer_for, drop_connection
from lti_tool.demo.gradebook import Refused
from lti_tool.demo.journal import Entry
from lti_tool.demo.platform import DemoLms

View = Callable[..., Response]
Row = TypeVar("Row")
MAX_PAGE = 100
REASON = "X-Demo-Reason"
"""Carries a refusal's reason to the journal; taken off before the answer leaves."""


def refuse(status: int, reason: str) -> Refused:
    return Refused(Refusal(status, reason))


def refusal_response(refusal: Refusal) -> Response:
    body = json.dumps({"status": refusal.status, "reason": refusal.reason})
    answer = Response(body, status=refusal.status, mimetype="application/json")
    answer.headers[REASON] = refusal.reason.encode("ascii", "replace").decode()
    return answer


def json_response(document: object, media_type: str, status: int = 200) -> Response:
    return Response(json.dumps(document), status=status, content_type=media_type)


class Services:
    """Wraps a service's views. ``service`` names are those of ``faults.SERVICES``."""

    def __init__(self, lms: DemoLms) -> None:
        self.lms = lms

    def wrap(self, service: str, view: View) -> View:
        """The view with faults before it, refusals turned into answers, and a line in the journal."""

        def answer(**arguments: Any) -> Response:
            fault = self.lms.faults.take(service)
            spoiled = answer_for(fault) if fault else None
            if fault and spoiled is not None:
                spoiled.headers[REASON] = f"demo fault: {fault.label}"
            response = spoiled if spoiled is not None else self._answer(view, arguments)
            self.record(service, response)
            if fault and fault.kind is FaultKind.DROPPED_AFTER:
                drop_connection()
            return response

        answer.__name__ = f"{service}_{view.__name__}"
        return answer

    def _answer(self, view: View, arguments: Mapping[str, Any]) -> Response:
        try:
            if self.lms.behaviour.needs_user_agent and not request.headers.get("User-Agent", "").strip():
                raise refuse(403, "a User-Agent header is required")
            return view(**arguments)
        except Refused as error:
            return refusal_response(error.refusal)

    def record(self, service: str, response: Response) -> None:
        """Writes the request in hand into the journal."""
        is_json = "json" in request.headers.get("Content-Type", "")
        self.lms.journal.add(
            Entry(
                at=self.lms.now().isoformat(timespec="milliseconds"),
                service=service,
                method=request.method,
                path=request.full_path.rstrip("?"),
                status=response.status_code,
                reason=response.headers.pop(REASON, ""),
                user_agent=request.headers.get("User-Agent", ""),
                body=request.get_data(as_text=True) if is_json else "",
            )
        )

    # -- what a view asks for ---------------------------------------------------------------------------------------

    def require_scope(self, *scopes: str) -> None:
        """Raises Refused unless the bearer token holds one of ``scopes``."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise refuse(401, "no bearer token")
        granted = self.lms.tokens.scopes_of(token, self.lms.now())
        if granted is None:
            raise refuse(self.lms.behaviour.refused_token, "the access token is unknown or has expired")
        if not granted & set(scopes):
            raise refuse(self.lms.behaviour.forbidden_scope, f"the token lacks {' or '.join(scopes)}")
        self._require_own_query()

    def _require_own_query(self) -> None:
        sent, query = request.args.get("type_id"), self.lms.addresses.query
        if sent is not None and query and query != f"type_id={sent}":
            raise refuse(401, "type_id is another tool's")

    def require_accept(self, media_type: str, *, alone: bool = False) -> None:
        """Raises Refused unless Accept names ``media_type`` exactly; ``alone``: nothing else beside it."""
        accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
        if media_type not in accepted or (alone and len(accepted) > 1):
            raise refuse(self.lms.behaviour.bad_accept, f"Accept must be {media_type}")

    def require_content_type(self, media_type: str) -> None:
        """Raises Refused unless Content-Type is ``media_type``, at most with ``charset=utf-8``."""
        sent, _, parameter = request.headers.get("Content-Type", "").partition(";")
        if sent.strip() != media_type or parameter.strip().lower() not in {"", "charset=utf-8"}:
            raise refuse(self.lms.behaviour.bad_content_type, f"Content-Type must be {media_type}")

    # -- paging -----------------------------------------------------------------------------------------------------

    def page(self, rows: Sequence[Row], address: str, filters: Sequence[str]) -> tuple[Sequence[Row], str]:
        """The rows of the page asked for and the ``Link`` header, ``""`` when no page follows.

        ``filters`` are the query parameters that the next page's address repeats.
        """
        size, secret = self._page_size(), self._secret()
        start = offset_of(secret, request.args["page"]) if "page" in request.args else 0
        if size is None or start + size >= len(rows):
            return rows[start:], ""
        kept = {name: request.args[name] for name in (*filters, "limit") if name in request.args}
        query = urlencode(kept | {"page": cursor(secret, start + size)})
        following = f"{address}{'&' if '?' in address else '?'}{query}"
        return rows[start : start + size], f'<{following}>; rel="next"'

    def _page_size(self) -> int | None:
        asked, behaviour = request.args.get("limit"), self.lms.behaviour
        if asked is None:
            return behaviour.page_size if behaviour.pages_by_default else None
        if not asked.isascii() or not asked.isdigit() or int(asked) < 1:
            raise refuse(400, "limit must be a whole number above 0")
        return min(int(asked), behaviour.page_size if behaviour.pages_by_default else MAX_PAGE)

    def _secret(self) -> str:
        with self.lms.store.read() as state:
            return state.secret


def cursor(secret: str, offset: int) -> str:
    """An opaque, case-sensitive mark for a place in a list."""
    number = offset.to_bytes(4, "big")
    seal = hmac.new(secret.encode(), number, hashlib.sha256).digest()[:8]
    return base64.urlsafe_b64encode(seal + number).decode()


def offset_of(secret: str, mark: str) -> int:
    """Raises Refused 404 for a mark that this LMS did not make, letter for letter."""
    try:
        offset = int.from_bytes(base64.urlsafe_b64decode(mark)[8:12], "big")
    except ValueError:
        offset = 0
    if not hmac.compare_digest(cursor(secret, offset).encode(), mark.encode()):
        raise refuse(404, "unknown page; follow the Link header to the letter")
    return offset
