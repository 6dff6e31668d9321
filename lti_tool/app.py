"""Joins the parts: settings in, a WSGI application out."""

from __future__ import annotations

import importlib
import logging
import random
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.binding import Binder
from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.certificates.picture import read_picture
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.certificates.seal import PdfSeal, Post
from lti_tool.certificates.specimen import specimen
from lti_tool.db.engine import make_engine, make_sessions
from lti_tool.db.listen import alarm
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import CmeError, ServiceUnavailable
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.check import ConnectionCheck
from lti_tool.lti.gradebook import Gradebook
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.keys import generate_key, retirement_of_older
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.launch import LaunchEndpoint
from lti_tool.lti.login import LoginEndpoint
from lti_tool.lti.notice_handlers import NoticeHandlers
from lti_tool.lti.notices import NoticeReader
from lti_tool.lti.registration import RegistrationEndpoint
from lti_tool.lti.roster import Roster
from lti_tool.lti.settings import EdgeSettings
from lti_tool.mail.smtp import SmtpMailer
from lti_tool.mail.voice import Voices
from lti_tool.services.bulk_printing import print_due
from lti_tool.services.credit_catch_up import OPENING_CHECK, catch_up, open_columns
from lti_tool.services.delivery import Courier
from lti_tool.services.disclosure_reminder import ReminderPolicy, reminder_chore
from lti_tool.services.follow_up_reminder import FollowUpPost, follow_up_chore
from lti_tool.services.issuer import IssuerKeys
from lti_tool.services.key_rotation import rotate_if_due
from lti_tool.services.launch_state import KeyRing, KeysetStore, LoginStore, Registrations, TokenStore
from lti_tool.services.mail import Postman, deliver_mail
from lti_tool.services.overdue import close_all_overdue
from lti_tool.services.ports import CertificatePrinter, Mailer
from lti_tool.services.press import Press
from lti_tool.services.purge import EVERY as PURGE_CHECK
from lti_tool.services.purge import purge_all
from lti_tool.services.reconcile import Auditor, reconcile_due
from lti_tool.services.reminder import ReminderChore
from lti_tool.services.schedule import Every
from lti_tool.services.worker import Chore, run_worker
from lti_tool.settings import Settings
from lti_tool.web import (
    api,
    disclosure,
    health,
    issuer,
    learner,
    lti,
    metrics,
    notices,
    office,
    registration,
    staff,
    verify,
)
from lti_tool.web.dependencies import EXTENSION, Dependencies, utc_now
from lti_tool.web.errors import set_up_errors
from lti_tool.web.headers import set_up_headers
from lti_tool.web.page import chosen_locale, set_up_pages
from lti_tool.web.request_id import set_up_request_ids
from lti_tool.web.sub_path import BelowPath
from lti_tool.web.unread import set_up_unread

STATIC_SECONDS = 3600
ROTATION_CHECK = timedelta(hours=1)
RECONCILE_CHECK = timedelta(minutes=5)
"""How often the worker looks whether a column is due."""
FOLLOW_UP_CHECK = timedelta(hours=1)
log = logging.getLogger("cme_tool")


def guarded_session(settings: Settings) -> GuardedSession:
    """The one way out, with the private addresses that the settings allow."""
    return GuardedSession(AddressRules.parse(settings.allowed_private_hosts))


def make_dependencies(
    settings: Settings,
    *,
    session: GuardedSession | None = None,
    printer: CertificatePrinter | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Dependencies:
    """Everything a request needs, from the settings. The keyword arguments are for tests."""
    guarded = session or guarded_session(settings)
    sessions = make_sessions(make_engine(settings.database_url))
    sealer = Sealer(settings.secret_key.get_secret_value())
    edge = EdgeSettings(
        settings.base_url,
        target_paths=("/lti/launch", "/lti/deep-link"),
        leeway=timedelta(seconds=settings.clock_leeway_seconds),
    )
    registrations, logins = Registrations(sessions), LoginStore(sessions)
    tokens, ring = TokenStore(sessions, sealer), KeyRing(sessions, sealer)
    gradebook = Gradebook(guarded, tokens, ring)
    keysets = KeysetReader(guarded, KeysetStore(sessions))
    printing = printer or CertificateRenderer()
    return Dependencies(
        settings=settings,
        sessions=sessions,
        sealer=sealer,
        edge=edge,
        session=guarded,
        login=LoginEndpoint(edge, registrations, logins),
        launch=LaunchEndpoint(edge, logins, keysets, guarded.is_plain_http_allowed),
        registration=RegistrationEndpoint(edge, guarded),
        notice_reader=NoticeReader(edge, registrations, keysets),
        notice_handlers=NoticeHandlers(guarded, tokens, ring),
        keys=ring,
        printer=printing,
        gradebook=gradebook,
        results=gradebook,
        roster=Roster(guarded, tokens, ring),
        check=ConnectionCheck(guarded, tokens, ring),
        bindery=Binder(),
        press=Press(
            sessions=sessions,
            printer=printing,
            seal=PdfSeal(time_stamps(settings, guarded)),
            badges=BadgeSigner(),
            keys=IssuerKeys(sessions, sealer),
            make_key=make_issuer_key,
            address=lambda provider_id: f"{settings.base_url}/issuers/{provider_id}",
            clock=clock,
        ),
        read_picture=read_picture,
        voices=Voices(),
        clock=clock,
    )


def time_stamps(settings: Settings, guarded: GuardedSession) -> Post | None:
    """The way to the time-stamp authority, ``None`` where none is set."""
    if not settings.timestamp_url:
        return None

    def post(query: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        reply = guarded.send("POST", settings.timestamp_url, headers=headers, body=query)
        if not reply.is_ok:
            raise ServiceUnavailable("timestamp_unavailable", f"the time-stamp authority answered {reply.status}")
        return reply.body

    return post


def delivery_worker(deps: Dependencies, stop: threading.Event) -> Callable[[], None]:
    """The grade worker's loop, to be run in a thread or process of its own; ends soon after ``stop`` is set."""
    courier = Courier(
        deps.sessions,
        deps.gradebook,
        deps.clock,
        random.SystemRandom().random,
        deps.settings.delivery_days,
        stop.is_set,
    )

    def run() -> None:
        with closing(alarm(deps.sessions.kw["bind"], stop)) as waking:
            run_worker(courier, stop, deps.settings.worker_poll_seconds, waking, chores(deps, stop))

    return run


def mailer(settings: Settings) -> Mailer | None:
    """The way to the mail server, ``None`` where there is none."""
    if not settings.has_mail:
        return None
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
    )


def chores(deps: Dependencies, stop: threading.Event) -> tuple[Chore, ...]:
    """What the worker does between grades."""
    found: list[Chore] = [lambda: close_all_overdue(deps.sessions, deps.clock())]
    sender = mailer(deps.settings)
    if sender is not None:
        postman = Postman(deps.sessions, sender, deps.clock, stop.is_set)
        asking = partial(follow_up_chore, deps.sessions, _follow_up(deps), deps.clock)
        found += [
            Every(FOLLOW_UP_CHECK, asking, deps.clock),
            disclosure_reminders(deps),
            ReminderChore(deps.sessions, deps.voices, deps.clock),
            partial(deliver_mail, postman),
        ]
    found.append(partial(print_due, deps.press, stop.is_set))
    if deps.settings.key_rotation_days:
        every = timedelta(days=deps.settings.key_rotation_days)
        found.append(Every(ROTATION_CHECK, lambda: _rotate(deps, every), deps.clock))
    found.append(Every(OPENING_CHECK, lambda: open_columns(deps.sessions, deps.clock(), stop.is_set), deps.clock))
    found.append(partial(catch_up, deps.sessions, deps.clock, stop.is_set))
    auditor = Auditor(deps.sessions, deps.results, deps.clock, stop.is_set)
    found.append(Every(RECONCILE_CHECK, lambda: reconcile_due(auditor), deps.clock))
    found.append(Every(PURGE_CHECK, lambda: purge_all(deps.sessions, deps.clock(), stop.is_set), deps.clock))
    return tuple(found)


def _follow_up(deps: Dependencies) -> FollowUpPost:
    base = deps.settings.base_url
    return FollowUpPost(
        deps.settings.follow_up_reminder_days,
        lambda token: f"{base}/follow-up?token={token}",
        lambda token: f"{base}/follow-up/stop?token={token}",
        deps.voices,
        deps.sealer,
    )


def _rotate(deps: Dependencies, every: timedelta) -> int:
    return rotate_if_due(deps.keys, generate_key, retirement_of_older, every, deps.clock())


def disclosure_reminders(deps: Dependencies) -> Chore:
    """Mail to people whose disclosure of financial relationships is missing or expires."""
    settings = deps.settings
    policy = ReminderPolicy(
        settings.disclosure_reminder_days, settings.disclosure_months, timedelta(days=settings.disclosure_link_days)
    )
    return reminder_chore(
        deps.sessions, policy, lambda token: f"{settings.base_url}/disclosure?token={token}", deps.voices, deps.clock
    )


def warm_up(deps: Dependencies) -> None:
    """Load the certificate printer before a learner waits for it; a machine that cannot print still serves all else."""
    try:
        deps.printer.render(specimen())
    except CmeError as error:
        log.warning("certificates cannot be printed: %s", error)


def _register(app: Flask) -> None:
    for room in (api, learner, staff, office, disclosure):
        for name in room.MODULES:
            importlib.import_module(name)
    parts = (lti, registration, notices, health, metrics, issuer, verify, api, learner, staff, office, disclosure)
    for part in parts:
        app.register_blueprint(part.blueprint)


def create_app(settings: Settings, deps: Dependencies | None = None) -> Flask:
    """The tool as a WSGI application. The database must be at the newest migration; a missing first key is made."""
    app = Flask("lti_tool.web")
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME="cme-unused",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.extensions[EXTENSION] = deps or make_dependencies(settings)
    app.extensions[EXTENSION].keys.ensure(generate_key, app.extensions[EXTENSION].clock())
    Babel(app, locale_selector=chosen_locale)
    set_up_request_ids(app)
    set_up_pages(app)
    set_up_headers(app)
    set_up_errors(app)
    set_up_unread(app)
    _register(app)
    prefix = urlsplit(settings.base_url).path
    if prefix:
        app.wsgi_app = BelowPath(app.wsgi_app, prefix)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)  # type: ignore[method-assign]
    return app
