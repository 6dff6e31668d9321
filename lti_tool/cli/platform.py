"""``cme-tool platform``."""

from __future__ import annotations

from typing import TextIO

import click

from lti_tool.app import guarded_session
from lti_tool.cli.setup import now, read_settings, unit_of_work
from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.assertion import public_key_of
from lti_tool.services.audit import ToolActor
from lti_tool.services.native_access import add_block_key, list_block_keys, revoke_block_key
from lti_tool.services.platform import (
    Connection,
    add_platform,
    list_platforms,
    provider_id_of,
    provider_names,
    remove_platform,
)
from lti_tool.services.registration import approve_by_name, invite_platform


@click.group()
def platform() -> None:
    """Learning platforms: connect, invite, approve, list, disconnect."""


@platform.command("add")
@click.option("--provider", required=True, help="Accredited provider that owns what happens through this platform.")
@click.option("--issuer", required=True, help="The platform's issuer, exactly as it spells it.")
@click.option("--client-id", required=True, help="Client id that the platform gave to this tool.")
@click.option("--deployment", "deployments", multiple=True, required=True, help="Deployment id; repeat for several.")
@click.option("--authorization-url", required=True, help="OIDC authorization endpoint.")
@click.option("--token-url", required=True, help="OAuth 2 token endpoint.")
@click.option("--keyset-url", required=True, help="Address of the platform's public keys (JWKS).")
@click.option("--token-audience", help="Audience of token requests, where it is not the token URL (Brightspace).")
@click.option(
    "--lms",
    type=click.Choice([family.value for family in LmsFamily]),
    default="generic",
    show_default=True,
    help="Which product it is; decides how its gradebook is spoken to.",
)
@click.option(
    "--frame-origin", "frame_origins", multiple=True, help="Further origin that frames the tool (Open edX MFE)."
)
def add(
    provider: str,
    issuer: str,
    client_id: str,
    deployments: tuple[str, ...],
    authorization_url: str,
    token_url: str,
    keyset_url: str,
    token_audience: str | None,
    lms: str,
    frame_origins: tuple[str, ...],
) -> None:
    """Connect a platform, or add deployments to one that is connected.

    Private addresses are refused unless CME_ALLOWED_PRIVATE_HOSTS names them.
    """
    connection = Connection(
        provider=provider,
        issuer=issuer,
        client_id=client_id,
        deployment_ids=deployments,
        authorization_url=authorization_url,
        token_url=token_url,
        keyset_url=keyset_url,
        token_audience=token_audience,
        family=LmsFamily(lms),
        frame_origins=frame_origins,
    )
    with unit_of_work() as session:
        add_platform(session, connection, guarded_session(read_settings()).check, now())
    base = read_settings().base_url
    click.echo(f"Connected {issuer} as {client_id}. Enter these in the platform:")
    for label, path in (
        ("Tool (launch) URL", "/lti/launch"),
        ("Redirect URI", "/lti/launch"),
        ("Login initiation URL", "/lti/login"),
        ("Deep linking URL", "/lti/launch"),
        ("Public keyset URL", "/lti/jwks"),
    ):
        click.echo(f"  {label + ':':22} {base}{path}")


@platform.group("block-key")
def block_key() -> None:
    """Keys by which a platform's server calls the API (the Open edX block)."""


@block_key.command("add")
@click.option("--issuer", required=True, help="Issuer of the connected platform.")
@click.option("--client-id", required=True, help="Client id of the connected platform.")
@click.option("--deployment", required=True, help="Deployment that the server acts for; Open edX has only 1.")
@click.option("--public-key", required=True, type=click.File(), help="RSA public key in PEM; - for standard input.")
def add_key(issuer: str, client_id: str, deployment: str, public_key: TextIO) -> None:
    """Register the public half of a key that the platform's operator made. The private half never comes here."""
    kid, pem = public_key_of(public_key.read())
    with unit_of_work() as session:
        key = add_block_key(session, issuer, client_id, deployment, kid, pem, now())
    click.echo('Registered. Enter these in the platform\'s XBLOCK_SETTINGS under "cme":')
    for label, value in (("tool_url", read_settings().base_url), ("client_id", key.client_id), ("key_id", key.kid)):
        click.echo(f"  {label + ':':11} {value}")


@block_key.command("list")
def list_keys() -> None:
    """Every key with the deployment that it speaks for."""
    with unit_of_work() as session:
        for key in list_block_keys(session):
            state = "revoked" if key.is_revoked else "in use"
            click.echo(f"{key.kid}  client {key.client_id}  {state}  since {key.created_at:%Y-%m-%d}")


@block_key.command("revoke")
@click.argument("kid")
def revoke_key(kid: str) -> None:
    """End a key and all its tokens at once."""
    with unit_of_work() as session:
        revoke_block_key(session, kid, now())
    click.echo(f"Revoked {kid}.")


@platform.command("list")
def list_() -> None:
    """Every connected platform with its deployments and providers."""
    with unit_of_work() as session:
        rows = list_platforms(session)
        for row in rows:
            deployments = ", ".join(sorted(deployment.deployment_id for deployment in row.deployments))
            owners = ", ".join(provider_names(session, row))
            waits = "" if row.approved_at else "  WAITS FOR APPROVAL"
            click.echo(
                f"{row.issuer}  client {row.client_id}  ({row.family})  deployments: {deployments}  for {owners}{waits}"
            )
    if not rows:
        click.echo("No platform is connected. See: cme-tool platform add --help")


@platform.command("invite")
@click.option("--provider", required=True, help="Accredited provider that will own what happens there.")
def invite(provider: str) -> None:
    """Print an address by which one learning platform registers itself. It works once within seven days."""
    with unit_of_work() as session:
        moment = now()
        actor = ToolActor(provider_id_of(session, provider, moment, is_created=True))
        token = invite_platform(session, actor, moment)
    click.echo(f"{read_settings().base_url}/lti/register?invitation={token}")


@platform.command("approve")
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
@click.option("--all-deployments", is_flag=True, help="Also accept deployments that are not known yet (Canvas).")
def approve(issuer: str, client_id: str, all_deployments: bool) -> None:
    """Let people sign in through a platform that registered itself."""
    with unit_of_work() as session:
        approve_by_name(session, issuer, client_id, now(), takes_deployments=all_deployments)
    click.echo(f"Approved {issuer}, client {client_id}.")


@platform.command("remove")
@click.option("--issuer", required=True)
@click.option("--client-id", required=True)
def remove(issuer: str, client_id: str) -> None:
    """Disconnect a platform that has not been used. One with records is kept: records must be."""
    with unit_of_work() as session:
        remove_platform(session, issuer, client_id)
    click.echo(f"Disconnected {issuer}, client {client_id}.")
