"""``cme-tool doctor``: what is wrong with this installation, and how to put it right."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from lti_tool.app import guarded_session
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.cli.setup import now, read_settings
from lti_tool.db.engine import DatabaseEngine, make_engine, make_sessions, transaction
from lti_tool.db.migrate import current_revision, head_revision, is_behind
from lti_tool.db.sealing import Sealer
from lti_tool.db.tenancy import is_above_the_wall
from lti_tool.domain.errors import CmeError
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.platform import list_platforms
from lti_tool.services.transaction import DatabaseError
from lti_tool.settings import Settings

MAX_CLOCK_DRIFT = timedelta(seconds=30)
"""Moodle's id_tokens live 60 seconds, so a clock that is half a minute off is already a risk."""

KEY_REMEDIES = {"secret_key_changed": "set CME_SECRET_KEY to the one that this database was made with"}
"""By the code of a refusal; a new signing key would not help where the old ones cannot be opened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``remedy`` is empty when all is well."""

    name: str
    state: str
    remedy: str = ""


def _database(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    try:
        found = current_revision(engine)
    except DatabaseError as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        yield Finding("database", f"cannot be opened: {reason}", "check CME_DATABASE_URL and that the server runs")
        return
    yield Finding("database", "answers")
    remedy = "run: cme-tool db upgrade" if is_behind(found) else ""
    yield Finding("migrations", f"at {found or 'none'}, release needs {head_revision()}", remedy)


def _walls(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    """What the database lets this role see is decided by PostgreSQL only for one that is no superuser."""
    try:
        with transaction(make_sessions(engine)) as session:
            is_above = is_above_the_wall(session)
    except DatabaseError:
        return
    if is_above:
        remedy = "let the tool connect as a role of its own without SUPERUSER and BYPASSRLS that owns the database"
        yield Finding("providers", "the database role passes the wall between providers", remedy)


def _certificates(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    problems = CertificateRenderer().problems()
    yield from (Finding("certificates", "not ready", problem) for problem in problems)
    if not problems:
        yield Finding("certificates", "renderer and fonts are complete")


def _keys(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    ring = KeyRing(make_sessions(engine), Sealer(settings.secret_key.get_secret_value()))
    try:
        yield Finding("signing keys", f"signs with {ring.signing(now()).kid}")
    except CmeError as error:
        yield Finding("signing keys", str(error), KEY_REMEDIES.get(error.code, "run: cme-tool keys rotate"))
    except DatabaseError:
        yield Finding("signing keys", "cannot be read", "put the database right first")


def _storage(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(16))
        yield Finding("temporary files", f"can be written in {Path(tempfile.gettempdir())}")
    except OSError as error:
        yield Finding("temporary files", str(error), "free some space, or set TMPDIR to a folder that can be written")


def _keysets(engine: DatabaseEngine) -> list[str]:
    """Each address once: an LMS may be registered many times (Open edX, for each block)."""
    try:
        with transaction(make_sessions(engine)) as session:
            return list(dict.fromkeys(row.keyset_url for row in list_platforms(session)))
    except DatabaseError:
        return []


def _network(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    session = guarded_session(settings)
    for url in _keysets(engine):
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
        return
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    drift = abs(datetime.now(UTC) - theirs)
    remedy = "" if drift <= MAX_CLOCK_DRIFT else "set this machine's clock by NTP: timedatectl set-ntp true"
    yield Finding("clock", f"{drift.total_seconds():.0f} s from {url}", remedy)


def _release(settings: Settings, engine: DatabaseEngine) -> Iterator[Finding]:
    try:
        yield Finding("release", version("cme-tool"))
    except PackageNotFoundError:
        yield Finding("release", "runs from its sources")


CHECKS: tuple[Callable[[Settings, DatabaseEngine], Iterator[Finding]], ...] = (
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
    engine = make_engine(settings.database_url)
    try:
        faults = [finding for check in CHECKS for finding in check(settings, engine) if _told(finding)]
    finally:
        engine.dispose()
    if faults:
        raise click.ClickException("Something needs attention, see above.")


def _told(finding: Finding) -> bool:
    """Print it; gives whether something has to be done."""
    click.echo(f"{'FIX ' if finding.remedy else 'ok  '} {finding.name}: {finding.state}")
    if finding.remedy:
        click.echo(f"     -> {finding.remedy}")
    return bool(finding.remedy)
