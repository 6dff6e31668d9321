"""``cme-tool demo``: the tool, its worker and a demo LMS on this machine, with nothing to set up."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIApplication

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.app import create_app, delivery_worker, guarded_session, make_dependencies, warm_up
from lti_tool.cli.setup import now
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.migrate import upgrade
from lti_tool.demo.config import ContentItem, LmsConfig, ToolAddresses
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import running_lms
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.errors import Conflict
from lti_tool.services.activity import import_activity
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.audit import ToolActor
from lti_tool.services.grade import score_maximum
from lti_tool.services.placement import PlacementOffer
from lti_tool.services.platform import Connection, add_platform, provider_id_of
from lti_tool.services.team import administrate
from lti_tool.services.wording import confirm_wording, unconfirmed
from lti_tool.settings import Settings
from lti_tool.web.dependencies import Dependencies

HOST = "127.0.0.1"
PORT = click.IntRange(1, 65535)
PROVIDER = "Northfield Academy of Medicine"
CLIENT_ID = "demo-cme-tool"
DEPLOYMENT = "1"
ADMIN = "admin"
SAMPLES = Path(__file__).resolve().parents[1] / "demo" / "activities"
GATED_SAMPLE = "hypertension-2026"
"""The sample that is also placed step by step, to show how the LMS's own pages are gated."""


TlsPaths = tuple[str, str]
"""Files of a certificate and its key."""


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """``address`` is the LMS's: where one begins."""

    deps: Dependencies
    lms: DemoLms
    address: str


class QuietHandler(WSGIRequestHandler):
    """The console is for the one address that matters."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def _check_port(port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is taken ({error.strerror}). Choose another: make demo {variable}={port + 10}"
            ) from error


def _secret(folder: Path) -> str:
    """The demo's own secret, made once. It protects nothing but the demo."""
    path = folder / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")


def demo_settings(folder: Path, tool_port: int, lms_port: int) -> Settings:
    """Settings of the demo; nothing of the caller's environment gets in."""
    return Settings(
        base_url=f"http://{HOST}:{tool_port}",
        database_url=f"sqlite:///{(folder / 'cme.db').resolve()}",
        secret_key=_secret(folder),
        allowed_private_hosts=(f"{HOST}:{lms_port}",),
        worker_poll_seconds=1.0,
    )


def _import_samples(sessions: Sessions) -> list[Activity]:
    found = []
    files = sorted(SAMPLES.glob("*.yaml"))
    with transaction(sessions) as session:
        provider_id = provider_id_of(session, PROVIDER, now(), is_created=True)
        for path in files:
            checked = read_activity_file(path)
            if checked.activity is None:
                raise click.ClickException(f"The sample {path.name} has faults: {checked.faults[0]}")
            # The staff of a real provider do this once, with the bodies' documents before them.
            for code, edition in unconfirmed(session, provider_id, checked.activity):
                confirm_wording(session, ToolActor(provider_id), code, edition, "The demo", now())
            with suppress(Conflict):  # somebody plans it in the demo's office: what they made of it stays
                import_activity(session, provider_id, checked.activity, checked.media, now())
            found.append(checked.activity)
    return found


def seed_items(activities: list[Activity], base_url: str) -> tuple[ContentItem, ...]:
    """What lies in the demo's course from the start: each sample whole, one of them also step by step."""
    gated = [activity for activity in activities if activity.key == GATED_SAMPLE]
    offers = [_offer(activity, Step.INFORMATION) for activity in gated]
    offers += [_offer(activity, None) for activity in sorted(activities, key=lambda one: one.key != GATED_SAMPLE)]
    return tuple(_content_item(offer, base_url) for offer in offers)


def _offer(activity: Activity, step: Step | None) -> PlacementOffer:
    return PlacementOffer(activity.key, activity.title, step, score_maximum(activity, step))


def _content_item(offer: PlacementOffer, base_url: str) -> ContentItem:
    """The JSON that a Deep Linking picker would have sent (LTI-DL 2.0, 3.3)."""
    title = f"{offer.activity_title}: information and disclosure" if offer.step else offer.activity_title
    spec = offer.line_item(title)
    return {
        "type": "ltiResourceLink",
        "title": title,
        "url": f"{base_url}/lti/launch?{urlencode(offer.custom)}",
        "custom": offer.custom,
        "lineItem": {
            "label": spec.label,
            "scoreMaximum": spec.score_maximum,
            "resourceId": spec.resource_id,
            "tag": spec.tag,
        },
    }


def _connect(deps: Dependencies, issuer: str) -> None:
    connection = Connection(
        provider=PROVIDER,
        issuer=issuer,
        client_id=CLIENT_ID,
        deployment_ids=(DEPLOYMENT,),
        authorization_url=f"{issuer}/lti/authorize",
        token_url=f"{issuer}/lti/token",
        keyset_url=f"{issuer}/lti/jwks",
    )
    with transaction(deps.sessions) as session:
        add_platform(session, connection, guarded_session(deps.settings).check, now())


def _staff_the_office(deps: Dependencies, lms: DemoLms) -> None:
    """The demo's accreditation admin runs the office of the provider from the start."""
    subject = lms.subject(lms.person(ADMIN))
    with transaction(deps.sessions) as session:
        provider_id = provider_id_of(session, PROVIDER, now())
        administrate(session, ToolActor(provider_id), lms.issuer, subject, now())


@contextmanager
def _serving(app: WSGIApplication, port: int, tls: TlsPaths | None) -> Iterator[None]:
    server = make_server(HOST, port, app, threaded=True, request_handler=QuietHandler, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _working(deps: Dependencies) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=delivery_worker(deps, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()


@contextmanager
def running_demo(
    settings: Settings,
    lms_port: int,
    state: Path,
    *,
    around: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    tls: TlsPaths | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> Iterator[RunningDemo]:
    """The tool at ``settings.base_url`` (any name of this machine), its worker, and the LMS, until the block ends.

    ``around`` and ``tls`` are for tests: a WSGI wrapper of the tool, and certificate and key to serve it over https.
    """
    say("Migrating the database …")
    upgrade(settings.database_url)
    deps = make_dependencies(settings)
    say("Loading the sample activities …")
    activities = _import_samples(deps.sessions)
    config = LmsConfig(
        tool=ToolAddresses.at(settings.base_url),
        base_url=f"http://{HOST}:{lms_port}",
        client_id=CLIENT_ID,
        deployment_ids=(DEPLOYMENT,),
        state=state / "lms",
        seed=seed_items(activities, settings.base_url),
    )
    tool_port = urlsplit(settings.base_url).port
    assert tool_port is not None  # noqa: S101 - demo_settings always names one
    with ExitStack() as stack:
        stack.callback(deps.sessions.kw["bind"].dispose)
        stack.enter_context(_serving(around(create_app(settings, deps)), tool_port, tls))
        lms = stack.enter_context(running_lms(config, host=HOST, port=lms_port))
        _connect(deps, config.base_url)
        _staff_the_office(deps, lms)
        stack.enter_context(_working(deps))
        threading.Thread(target=warm_up, args=(deps,), daemon=True).start()
        yield RunningDemo(deps, lms, config.base_url)


@click.command()
@click.option("--port", envvar="DEMO_PORT", type=PORT, default=8000, show_default=True, help="Port of the tool.")
@click.option("--lms-port", envvar="LMS_PORT", type=PORT, default=8100, show_default=True, help="Port of the demo LMS.")
@click.option("--state", type=click.Path(path_type=Path), default=Path(".state/demo"), show_default=True)
def demo(port: int, lms_port: int, state: Path) -> None:
    """Start the tool, its worker and a demo LMS with four sample activities; Ctrl-C stops all of it."""
    if port == lms_port:
        raise click.ClickException("The tool and the LMS need two different ports.")
    _check_port(port, "DEMO_PORT")
    _check_port(lms_port, "LMS_PORT")
    state.mkdir(parents=True, exist_ok=True)
    os.environ.pop("CME_SECRETS_DIR", None)
    with running_demo(demo_settings(state, port, lms_port), lms_port, state, say=click.echo) as running:
        click.echo(f"\n  Open  {running.address}/  and choose who you are. Ctrl-C stops the demo.\n")
        _wait_for_the_end()
        click.echo("\nStopping …")
