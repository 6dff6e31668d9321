"""``cme-tool doctor``: what is wrong with this installation, and how to put it right."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from lti_tool.app import guarded_session
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.cli.setup import migration_remedy, now, read_settings, reason
from lti_tool.db.engine import DatabaseEngine, make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, head_revision
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import is_above_the_wall
from lti_tool.domain.errors import CmeError
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.platform import list_platforms
from lti_tool.services.transaction import DatabaseError
from lti_tool.settings import Settings

MAX_CLOCK_DRIFT = timedelta(seconds=30)
"""Moodle's id_tokens live 60 seconds, so a clock that is half a minute off is already a risk."""
DATABASE_FIRST = "put the database right first"
LOCAL_DISK = "put the file on a disk of this machine, or use PostgreSQL"
KEY_REMEDIES = {
    "sqlite_on_network": DATABASE_FIRST,
    "no_signing_key": "run: cme-tool keys rotate",
    "secret_key_changed": "set CME_SECRET_KEY to the one that this database was made with; a new key would not help",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``remedy`` is empty when all is well."""

    name: str
    state: str
    remedy: str = ""


@contextmanager
def _engine(settings: Settings) -> Iterator[DatabaseEngine]:
    engine = make_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with _engine(settings) as engine:
            found = current_revision(engine)
    except CmeError as error:
        yield Finding("database", str(error), LOCAL_DISK)
        return
    except DatabaseError as error:
        remedy = "check CME_DATABASE_URL and that the server runs"
        yield Finding("database", f"cannot be opened: {reason(error)}", remedy)
        return
    yield Finding("database", "answers")
    yield Finding("migrations", f"at {found or 'none'}, release needs {head_revision()}", migration_remedy(found))


def _walls(settings: Settings) -> Iterator[Finding]:
    """What the database lets this role see is decided by PostgreSQL only for one that is no superuser."""
    try:
        with _engine(settings) as engine, transaction(make_sessions(engine)) as session:
            is_above = is_above_the_wall(session)
    except (CmeError, DatabaseError):
        return
    if is_above:
        remedy = "let the tool connect as a role of its own without SUPERUSER and BYPASSRLS that owns the database"
        yield Finding("providers", "the database role passes the wall between providers", remedy)


def _certificates(settings: Settings) -> Iterator[Finding]:
    problems = CertificateRenderer().problems()
    yield from (Finding("certificates", "not ready", problem) for problem in problems)
    if not problems:
        yield Finding("certificates", "renderer and fonts are complete")


def _keys(settings: Settings) -> Iterator[Finding]:
    sealer = Sealer(settings.secret_key.get_secret_value())
    try:
        with _engine(settings) as engine:
            key = KeyRing(make_sessions(engine), sealer).signing(now())
        yield Finding("signing keys", f"signs with {key.kid}")
    except CmeError as error:
        yield Finding("signing keys", str(error), KEY_REMEDIES.get(error.code, "run: cme-tool keys list"))
    except DatabaseError:
        yield Finding("signing keys", "cannot be read", DATABASE_FIRST)


def _storage(settings: Settings) -> Iterator[Finding]:
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(16))
        yield Finding("temporary files", f"can be written in {Path(tempfile.gettempdir())}")
    except OSError as error:
        yield Finding("temporary files", str(error), "free some space, or set TMPDIR to a folder that can be written")


def _keysets(settings: Settings) -> list[str]:
    """Each address once: an LMS may be registered many times (Open edX, for each block). Raises ``DatabaseError``."""
    with _engine(settings) as engine, transaction(make_sessions(engine)) as session:
        return list(dict.fromkeys(row.keyset_url for row in list_platforms(session)))


def _network(settings: Settings) -> Iterator[Finding]:
    """Connected platforms are asked for their keys, and for the time with it: nobody else is known to answer."""
    try:
        urls = _keysets(settings)
    except (CmeError, DatabaseError):
        yield Finding("outgoing HTTP and clock", "which platforms to ask cannot be read", DATABASE_FIRST)
        return
    if not urls:
        yield Finding("outgoing HTTP and clock", "not tried: no platform is connected that could be asked")
    session = guarded_session(settings)
    for url in urls:
        try:
            reply = session.get(url)
        except CmeError as error:
            yield Finding("outgoing HTTP", f"{url}: {error}", "open the firewall, or see CME_ALLOWED_PRIVATE_HOSTS")
            continue
        yield Finding("outgoing HTTP", f"{url} answers {reply.status}", "" if reply.is_ok else "ask the LMS's admin")
        yield from _clock(reply.headers.get("date", ""), url)


def _clock(date: str, url: str) -> Iterator[Finding]:
    """The LMS's clock against ours: its tokens are judged by ours."""
    try:
        theirs = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        yield Finding("clock", f"{url} does not tell the time")
        return
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    drift = abs(datetime.now(UTC) - theirs)
    remedy = "" if drift <= MAX_CLOCK_DRIFT else "set this machine's clock by NTP: timedatectl set-ntp true"
    yield Finding("clock", f"{drift.total_seconds():.0f} s from {url}", remedy)


def _release(settings: Settings) -> Iterator[Finding]:
    try:
        yield Finding("release", version("cme-tool"))
    except PackageNotFoundError:
        yield Finding("release", "runs from its sources")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _release,
    _database,
    _walls,
    _keys,
    _certificates,
    _storage,
    _network,
)


@click.command()
def doctor() -> None:
    """Check database, migrations, keys, certificate fonts, clock and outgoing HTTP; say how to fix each."""
    settings = read_settings()
    has_fault = False
    for check in CHECKS:
        for finding in check(settings):
            has_fault = has_fault or bool(finding.remedy)
            click.echo(f"{'FIX ' if finding.remedy else 'ok  '} {finding.name}: {finding.state}")
            if finding.remedy:
                click.echo(f"     -> {finding.remedy}")
    if has_fault:
        raise click.ClickException("Something needs attention, see above.")
