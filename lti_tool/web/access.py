"""Who may call what: every route is declared here, with its role, or it does not exist.

A view gets a :class:`Work`: the visitor, one open transaction, and the time. The transaction is committed when the view
returns and rolled back when it raises, so a refused request leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any

from flask import Blueprint, g, request
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import Forbidden
from lti_tool.services.office import Officer, find_officer
from lti_tool.services.session import Visit, find_visit
from lti_tool.services.transaction import Database, confine, transaction
from lti_tool.web.dependencies import Dependencies, dependencies

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a form field


class Access(StrEnum):
    """The least that a route asks of its caller."""

    PUBLIC = "public"
    """Anybody. Unsafe methods must be token-authenticated in some other way (LTI, handoff)."""
    LEARNER = "learner"
    """Anybody with a session in a course; staff take part in a test run."""
    STAFF = "staff"
    """A session whose launch carried a staff role in this course."""
    OFFICE = "office"
    """A session in a provider's office; the route names the capability it needs besides, if any."""
    PLATFORM = "platform"
    """A platform's server with an access token of the API."""


@dataclass(frozen=True, slots=True)
class PublicWork:
    """A request without a session."""

    db: Database
    now: datetime
    deps: Dependencies


@dataclass(frozen=True, slots=True)
class Work(PublicWork):
    """A request within a session."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class OfficeWork(PublicWork):
    """A request within an office session."""

    officer: Officer


def cookie_name(session_id: str) -> str:
    """One cookie per session, so that two frames on one page never share."""
    prefix = "__Host-" if dependencies().settings.is_https else ""
    return f"{prefix}cme-{session_id[:16]}"


def csrf_token(session_id: str) -> str:
    """The form token of a session."""
    secret = dependencies().settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, f"csrf:{session_id}".encode(), hashlib.sha256).hexdigest()


def check_same_origin() -> None:
    """Refuse a request that another site made this browser send.

    The LMS's own page shares the cookie partition, so a cookie alone proves nothing (OWASP ASVS 5.0, 3.5.3).
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = dependencies().edge.origin
    if site not in (None, "same-origin") or (site is None and origin is not None and origin != own):
        raise Forbidden("cross_site")


def check_form(session_id: str) -> None:
    """Refuse an unsafe request without this session's token, or from another site."""
    check_same_origin()
    sent = request.form.get(TOKEN_FIELD, "") or request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(sent.encode(), csrf_token(session_id).encode()):
        raise Forbidden("form_token_wrong")


def _visit(db: Database, session_id: str, now: datetime) -> Visit:
    visit = find_visit(db, session_id, request.cookies.get(cookie_name(session_id), ""), now)
    if request.method not in SAFE:
        check_form(session_id)
    confine(db, visit.provider_id)
    g.visit = visit
    return visit


def public_route(
    blueprint: Blueprint, rule: str, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Declare a route for anybody. The view is called with a :class:`PublicWork` and the rule's arguments."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(**arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            with transaction(deps.sessions) as db:
                return view(PublicWork(db, deps.clock(), deps), **arguments)

        register_route(blueprint, rule, answer, methods, Access.PUBLIC)
        return answer

    return declare


def edge_route(
    blueprint: Blueprint, rule: str, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Declare a route of the protocol edge: public, and in charge of its own transactions. Called with (deps, now)."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(**arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            return view(deps, deps.clock(), **arguments)

        register_route(blueprint, rule, answer, methods, Access.PUBLIC)
        return answer

    return declare


def route(
    blueprint: Blueprint, rule: str, access: Access, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Declare a route within a session, below ``/s/<session_id>``. The view is called with a :class:`Work`."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(session_id: str, **arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            now = deps.clock()
            with transaction(deps.sessions) as db:
                visit = _visit(db, session_id, now)
                if access is Access.STAFF and not visit.is_staff:
                    raise Forbidden("staff_only")
                return view(Work(db, now, deps, visit), **arguments)

        register_route(blueprint, f"/s/<session_id>{rule}", answer, methods, access)
        return answer

    return declare


def staff_service_route(
    blueprint: Blueprint, rule: str, methods: Sequence[str] = ("POST",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """A route for course staff that asks an LMS something: called with (deps, now, visit), and no transaction is open.

    A database that lets one write at a time must not wait for an LMS.
    """

    def staff(db: Database, session_id: str, now: datetime) -> Visit:
        visit = _visit(db, session_id, now)
        if not visit.is_staff:
            raise Forbidden("staff_only")
        return visit

    return _service_route(blueprint, f"/s/<session_id>{rule}", "session_id", staff, methods, Access.STAFF, None)


def _service_route(
    blueprint: Blueprint,
    rule: str,
    key: str,
    who: Callable[[Database, str, datetime], Visit | Officer],
    methods: Sequence[str],
    access: Access,
    capability: Capability | None,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """``who`` says in a short transaction who asks, from the argument ``key`` of the rule, or refuses."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(**arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            now = deps.clock()
            with transaction(deps.sessions) as db:
                person = who(db, arguments.pop(key), now)
            return view(deps, now, person, **arguments)

        register_route(blueprint, rule, answer, methods, access, capability)
        return answer

    return declare


def office_route(
    blueprint: Blueprint,
    rule: str,
    capability: Capability | None,
    methods: Sequence[str] = ("GET",),
    *,
    max_bytes: int | None = None,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Declare a route of the office, below ``/office/<office_id>``. The view is called with an :class:`OfficeWork`.

    ``capability`` is needed *somewhere* (``None``: everybody in the office); over which activity, the use-case asks.
    ``max_bytes``: the largest body that this route takes, where files are sent to it.
    """

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(office_id: str, **arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            now = deps.clock()
            if max_bytes is not None:
                request.max_content_length = max(max_bytes, deps.settings.max_request_bytes)
            with transaction(deps.sessions) as db:
                officer = _officer(db, office_id, now)
                if capability is not None:
                    officer.require(capability)
                return view(OfficeWork(db, now, deps, officer), **arguments)

        register_route(blueprint, f"/office/<office_id>{rule}", answer, methods, Access.OFFICE, capability)
        return answer

    return declare


def office_service_route(
    blueprint: Blueprint, rule: str, capability: Capability, methods: Sequence[str] = ("POST",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """The same for a view that asks an LMS something: called with (deps, now, officer), and no transaction is open."""

    def officer_of(db: Database, office_id: str, now: datetime) -> Officer:
        officer = _officer(db, office_id, now)
        officer.require(capability)
        return officer

    path = f"/office/<office_id>{rule}"
    return _service_route(blueprint, path, "office_id", officer_of, methods, Access.OFFICE, capability)


def _officer(db: Database, office_id: str, now: datetime) -> Officer:
    months = dependencies().settings.disclosure_months
    officer = find_officer(db, office_id, request.cookies.get(cookie_name(office_id), ""), now, months)
    if request.method not in SAFE:
        check_form(office_id)
    confine(db, officer.provider_id)
    g.officer = officer
    return officer


def register_route(
    blueprint: Blueprint,
    rule: str,
    view: Callable[..., ResponseReturnValue],
    methods: Sequence[str],
    access: Access,
    capability: Capability | None = None,
) -> None:
    blueprint.add_url_rule(rule, view_func=view, methods=list(methods), endpoint=view.__name__)

    def note(state: BlueprintSetupState) -> None:
        name = f"{blueprint.name}.{view.__name__}"
        state.app.extensions.setdefault("cme_access", {})[name] = access
        state.app.extensions.setdefault("cme_capability", {})[name] = capability

    blueprint.record(note)
