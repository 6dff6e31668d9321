"""The protocol edge over HTTP: login, launch, keys, and moving to a window of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import CmeError
from lti_tool.domain.launch import Launch, MessageType
from lti_tool.lti.keys import jwks_document
from lti_tool.lti.launch import PROOF_FIELD, NeedsBrowserProof
from lti_tool.lti.login import LoginCookie, LoginStart, login_cookie_name
from lti_tool.services.arrival import ACTIVITY_PARAMETER, OPEN_PARAMETER, PLANNING, STEP_PARAMETER, Target, arrive
from lti_tool.services.awaited import match_awaited
from lti_tool.services.connection import note_launch, note_refusal
from lti_tool.services.credit_catch_up import note_arrived_credit
from lti_tool.services.data_request import person_of_launch
from lti_tool.services.grade import note_arrival
from lti_tool.services.learner_facts import participation_of_subject
from lti_tool.services.notice import note_offer
from lti_tool.services.participation import take_up
from lti_tool.services.session import (
    OpenedSession,
    Visit,
    drop_handoff,
    find_visit,
    frame_origins,
    open_session,
    use_handoff,
)
from lti_tool.services.transaction import transaction
from lti_tool.web.access import PublicWork, check_same_origin, cookie_name, edge_route, public_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.headers import allow_form_action, allow_framing, web_origin
from lti_tool.web.page import page
from lti_tool.web.session_cookie import set_session_cookie

blueprint = Blueprint("lti", __name__)

KEYS_FRESH_SECONDS = 300
ABOUT, NOBODY = "about", "nobody"
ANYBODY = "*"
"""Sign-in pages hold nothing of a person, and nobody knows yet which pages are around the frame."""


def _set_login_cookie(response: Response, deps: Dependencies, cookie: LoginCookie) -> None:
    """``Partitioned`` survives blocked third-party cookies. Plain http (the demo) cannot have it."""
    is_https = deps.settings.is_https
    response.set_cookie(
        cookie.name if is_https else cookie.name.removeprefix("__Host-"),
        cookie.value,
        max_age=cookie.max_age,
        secure=is_https,
        httponly=True,
        samesite="None" if is_https else "Lax",
        partitioned=is_https,
    )


def _login_page(start: LoginStart) -> Response:
    """Platform storage is offered: keep the browser's secret there, then go on to the LMS."""
    storage = start.storage
    assert storage is not None  # noqa: S101 - narrows the type
    allow_framing(ANYBODY)
    allow_form_action(storage.origin)
    parts = urlsplit(start.redirect_url)
    fields = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    action = parts._replace(query="").geturl()
    return page("lti/store.html", storage=storage, secret=start.cookie.value, action=action, fields=fields)


@edge_route(blueprint, "/lti/login", ("GET", "POST"))
def login(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    start = deps.login.start(request.values.to_dict(), now)
    response = _login_page(start) if start.storage else make_response(redirect(start.redirect_url, 302))
    _set_login_cookie(response, deps, start.cookie)
    return response


def _cookies(deps: Dependencies) -> dict[str, str]:
    if deps.settings.is_https:
        return dict(request.cookies)
    return {f"__Host-{name}": value for name, value in request.cookies.items()}


@edge_route(blueprint, "/lti/launch", ("POST",))
def launch(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """The redirect URI: every kind of message arrives here."""
    return _receive(deps, now)


@edge_route(blueprint, "/lti/deep-link", ("POST",))
def deep_link(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """Where an LMS that wants an address of its own for Deep Linking may post; nothing differs."""
    return _receive(deps, now)


def _receive(deps: Dependencies, now: datetime) -> Response:
    found = _checked(deps, now)
    if isinstance(found, NeedsBrowserProof):
        return _proof_page(found)
    opened = _open(deps, found, now)
    about = _about(deps, found, opened, now)
    address = url_for("lti.enter", session_id=opened.session_id, h=opened.handoff, **about)
    response = make_response(redirect(address, 303))
    set_session_cookie(response, deps, opened.session_id, opened.token)
    _drop_login_cookie(response, deps)
    return response


def _about(deps: Dependencies, found: Launch, opened: OpenedSession, now: datetime) -> dict[str, Any]:
    """Whom staff ask about: a row key, or a word for nobody who is known here.

    A data-privacy launch asks about a person, a grade that is opened in the gradebook about what a learner did, authors
    about the activity that they plan.
    """
    target = _target(found)
    if target.is_planning:
        return {ABOUT: f"{PLANNING}:{target.activity_key}"}
    if found.for_user in (None, found.subject):
        return {}
    with transaction(deps.sessions) as db:
        if found.message_type is MessageType.DATA_PRIVACY:
            return {ABOUT: person_of_launch(db, found) or NOBODY}
        if found.message_type is MessageType.SUBMISSION_REVIEW and found.is_staff:
            visit = find_visit(db, opened.session_id, opened.token, now)
            return {ABOUT: participation_of_subject(db, visit, found.for_user) or NOBODY} if visit.activity_id else {}
    return {}


def _checked(deps: Dependencies, now: datetime) -> Launch | NeedsBrowserProof:
    """The launch; the office of whoever connected the platform learns of one that is refused."""
    try:
        return deps.launch.receive(request.form.to_dict(), _cookies(deps), now)
    except CmeError as error:
        with transaction(deps.sessions) as db:
            note_refusal(db, error, now)
        raise


def _proof_page(found: NeedsBrowserProof) -> Response:
    """Nothing shows yet that this browser began the login: ask the platform's storage, or offer a new window.

    The storage is asked once: a second post without an answer would otherwise ask for ever.
    """
    allow_framing(ANYBODY)
    if PROOF_FIELD in request.form:
        found = replace(found, storage=None)
    # The form to the login is redirected to the LMS, and browsers hold form-action against redirects too.
    allow_form_action(found.authorization_origin)
    status = 200 if found.storage else 400
    return page("lti/proof.html", status=status, proof=found)


def _target(found: Launch) -> Target:
    query = parse_qs(urlsplit(found.target_link_uri).query)
    names = (ACTIVITY_PARAMETER, STEP_PARAMETER, OPEN_PARAMETER)
    activity, step, opens = (found.custom.get(name) or query.get(name, [""])[0] for name in names)
    return Target(activity, step, is_planning=opens == PLANNING and found.message_type is MessageType.RESOURCE_LINK)


def _open(deps: Dependencies, found: Launch, now: datetime) -> OpenedSession:
    with transaction(deps.sessions) as db:
        arrival = arrive(db, found, _target(found), now, deps.sealer)
        note_launch(db, found, arrival.noted_at, now)
        note_offer(db, arrival.deployment_id, found)
        lifetime = timedelta(hours=deps.settings.session_hours)
        contact = deps.sealer.seal(found.email) if found.email and not found.is_staff else None
        opened = open_session(db, found, arrival, _origins(found), now, lifetime, contact)
        visit = find_visit(db, opened.session_id, opened.token, now)
        match_awaited(db, visit, arrival.address_mark, now)
        if visit.activity_id:
            take_up(db, visit, now)
            note_arrival(db, visit, now)
            note_arrived_credit(db, visit, now)
        return opened


def _origins(found: Launch) -> tuple[str, ...]:
    """Pages around the frame, the likeliest first."""
    deep_linking = found.deep_linking.return_url if found.deep_linking else None
    candidates = (deep_linking, found.return_url, found.platform.issuer, found.platform.authorization_url)
    origins = (web_origin(url) for url in candidates if url)
    return tuple(dict.fromkeys(origin for origin in origins if origin))


def _drop_login_cookie(response: Response, deps: Dependencies) -> None:
    name = login_cookie_name(request.form.get("state", ""))
    is_https = deps.settings.is_https
    response.delete_cookie(
        name if is_https else name.removeprefix("__Host-"),
        secure=is_https,
        httponly=True,
        samesite="None" if is_https else "Lax",
        partitioned=is_https,
    )


@edge_route(blueprint, "/s/<session_id>/enter")
def enter(deps: Dependencies, now: datetime, session_id: str) -> ResponseReturnValue:
    """First page after a launch: did the cookie come back? If not, offer a window where it will."""
    if not request.cookies.get(cookie_name(session_id)):
        handoff = request.args.get("h", "")
        with transaction(deps.sessions) as db:
            allow_framing(*frame_origins(db, session_id))
        about = request.args.get(ABOUT, "")
        return page("lti/new_window.html", status=200 if handoff else 403, handoff=handoff, about=about)
    with transaction(deps.sessions) as db:
        visit = find_visit(db, session_id, request.cookies[cookie_name(session_id)], now)
        drop_handoff(db, session_id)
    return redirect(_first_address(visit, request.args.get(ABOUT, "")), 303)


def _first_address(visit: Visit, about: str) -> str:
    """Staff who ask about somebody else's data are led to the office; what they may see there, the office asks.

    Staff who open a grade see what this learner did, and the list where they did not begin. Authors are led to plans.
    """
    kind, _, key = about.partition(":")
    if kind == PLANNING and visit.placement_id is None:
        return url_for("staff.planning", session_id=visit.session_id, activity=key or None)
    if about and visit.is_staff and visit.placement_id is None:
        return url_for("staff.data_privacy", session_id=visit.session_id, learner_id=about)
    if about and visit.is_staff and about != NOBODY:
        return url_for("staff.learner", session_id=visit.session_id, participation_id=about)
    if about and visit.is_staff:
        return url_for("staff.results", session_id=visit.session_id)
    return url_for(_first_page(visit), session_id=visit.session_id)


def _first_page(visit: Visit) -> str:
    """A session without a link is for choosing what to place, or for asking what is kept of oneself."""
    if visit.deep_linking:
        return "staff.deep_link"
    if visit.placement_id is None:
        return "learner.own_data"
    return "staff.home" if visit.is_staff else "learner.home"


@public_route(blueprint, "/lti/continue", ("POST",))
def continue_in_window(work: PublicWork) -> ResponseReturnValue:
    """The same session in a window of its own, where this tool is first-party and keeps its cookie."""
    check_same_origin()
    opened = use_handoff(work.db, request.form.get("handoff", ""), work.now)
    about: dict[str, Any] = {ABOUT: request.form[ABOUT]} if request.form.get(ABOUT) else {}
    response = make_response(redirect(url_for("lti.enter", session_id=opened.session_id, **about), 303))
    set_session_cookie(response, work.deps, opened.session_id, opened.token)
    return response


@edge_route(blueprint, "/lti/jwks")
def jwks(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """The tool's public keys (RFC 7517), each with ``alg``: Moodle refetches a set that lacks it for every token."""
    response = jsonify(jwks_document(deps.keys.all(), now))
    response.headers["Cache-Control"] = f"public, max-age={KEYS_FRESH_SECONDS}"
    return response
