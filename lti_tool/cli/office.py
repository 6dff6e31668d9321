"""``cme-tool office``."""

from __future__ import annotations

import click

from lti_tool.cli.setup import now, read_settings, unit_of_work
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import NotFound
from lti_tool.services.audit import ToolActor, first_break
from lti_tool.services.platform import provider_id_of, providers
from lti_tool.services.team import invite, sign_in_link


@click.group()
def office() -> None:
    """The providers' offices: first administrators, links, and the audit trail."""


@office.command("invite")
@click.option("--provider", required=True, help="Accredited provider; made if there is none of this name.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--email", required=True, help="Their e-mail address; it signs them in again later.")
@click.option(
    "--capability",
    "capabilities",
    multiple=True,
    type=click.Choice([one.value for one in Capability]),
    help="What they may do; repeat for several. Default: everything.",
)
def invite_(provider: str, name: str, email: str, capabilities: tuple[str, ...]) -> None:
    """Invite somebody, such as a provider's first administrator, and print a link that works once within seven days."""
    chosen = [Capability(one) for one in capabilities] or list(Capability)
    with unit_of_work() as session:
        moment = now()
        actor = ToolActor(provider_id_of(session, provider, moment, is_created=True))
        token = invite(session, actor, name, email, chosen, moment)
    click.echo(f"{read_settings().base_url}/join/{token}")


@office.command("link")
@click.option("--provider", required=True)
@click.option("--email", required=True, help="Address of somebody who was invited before.")
def link(provider: str, email: str) -> None:
    """Print a new sign-in link for somebody who was invited before. It works once within 30 minutes."""
    with unit_of_work() as session:
        known = {name: key for key, name in providers(session)}
        token = sign_in_link(session, known[provider], email, now()) if provider in known else None
    if token is None:
        raise NotFound(
            "person_unknown", f"{provider!r} has nobody with the address {email!r}; see: cme-tool office invite"
        )
    click.echo(f"{read_settings().base_url}/join/{token}")


@office.command("verify-audit")
def verify_audit() -> None:
    """Check every provider's audit trail: nothing changed, nothing missing."""
    broken = 0
    with unit_of_work() as session:
        known = providers(session)
        if not known:
            click.echo("There is no provider yet, and so no audit trail.")
        for provider_id, name in known:
            number = first_break(session, provider_id)
            broken += number is not None
            click.echo(f"{name}: {'whole' if number is None else f'broken at entry {number}'}")
    if broken:
        raise click.ClickException(
            "An audit trail was tampered with, or the database was damaged. Compare with a backup."
        )
