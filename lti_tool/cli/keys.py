"""``cme-tool keys``."""

from __future__ import annotations

from pathlib import Path

import click

from lti_tool.certificates.issuer_key import read_issuer_key
from lti_tool.cli.setup import now, open_database, read_settings
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.lti.keys import generate_key, retirement_of_older
from lti_tool.services.audit import ToolActor
from lti_tool.services.issuer import IssuerKeys
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.platform import provider_id_of


@click.group()
def keys() -> None:
    """The tool's own signing keys."""


def _ring() -> KeyRing:
    settings = read_settings()
    return KeyRing(open_database(settings), Sealer(settings.secret_key.get_secret_value()))


@keys.command("rotate")
def rotate() -> None:
    """Make a new key. It is published now, signs from tomorrow, and the old one stays valid for a week after."""
    ring, moment = _ring(), now()
    older = ring.all()
    newcomer = generate_key(moment, is_first=not older)
    ring.add(newcomer, retirement_of_older(older, newcomer))
    click.echo(f"New key {newcomer.kid}: published now, signs from {newcomer.not_before:%Y-%m-%d %H:%M} UTC.")


@keys.command("issuer")
@click.option("--provider", required=True, help="Accredited provider whose certificates the key signs.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.password_option(confirmation_prompt=False, help="The file's password; asked for if left out.")
def issuer(provider: str, file: Path, password: str) -> None:
    """Sign a provider's certificates and badges with its own key from now on (PKCS #12 FILE)."""
    settings, moment = read_settings(), now()
    sessions = open_database(settings)
    key = read_issuer_key(file.read_bytes(), password, moment)
    stored = IssuerKeys(sessions, Sealer(settings.secret_key.get_secret_value()))
    with transaction(sessions) as session:
        actor = ToolActor(provider_id_of(session, provider, moment))
        stored.replace(session, actor, key, moment)
    click.echo(f"Key {key.kid} signs the certificates of {provider} from now on.")


@keys.command("list")
def list_() -> None:
    """Every key with its life."""
    found = sorted(_ring().all(), key=lambda one: one.created_at)
    if not found:
        click.echo("There is no key yet. See: cme-tool keys rotate --help")
    for key in found:
        end = f"{key.retire_at:%Y-%m-%d %H:%M}" if key.retire_at else "in use"
        click.echo(f"{key.kid}  signs from {key.not_before:%Y-%m-%d %H:%M}  until {end}")
