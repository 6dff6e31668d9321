"""``cme-tool catalogue``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from lti_tool.catalogue.difference import Change, changes, series_changes
from lti_tool.catalogue.shelf import credit_series, read_folder
from lti_tool.cli.setup import now, unit_of_work
from lti_tool.services.audit import ToolActor
from lti_tool.services.platform import provider_id_of
from lti_tool.services.wording import Wording, confirm_wording, wordings

DAY = click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day for which to look. Default: today."
)
PROVIDER = click.option("--provider", required=True, help="Name of the accredited provider.")


@click.group()
def catalogue() -> None:
    """Credit types and the accreditors' texts: look, compare editions, confirm wording."""


def _on(day: date | None) -> date:
    return day or now().date()


def _state(one: Wording) -> str:
    if not one.must_be_confirmed:
        return "ready"
    return f"confirmed by {one.confirmed_by}" if one.confirmed_at else "must be confirmed"


@catalogue.command("list")
@PROVIDER
@DAY
def list_(provider: str, day: date | None) -> None:
    """Every type with its edition, and whether its wording can be used by PROVIDER."""
    with unit_of_work() as session:
        provider_id = provider_id_of(session, provider, now(), is_created=True)
        for one in wordings(session, provider_id, _on(day)):
            click.echo(f"{one.code:22} {one.edition:22} {_state(one)}")


@catalogue.command("show")
@click.argument("code")
def show(code: str) -> None:
    """The texts of the newest edition of CODE, each with its source."""
    series = credit_series().get(code)
    if series is None:
        raise click.ClickException(f"There is no credit type {code!r}; known: {', '.join(sorted(credit_series()))}")
    edition = series.editions[-1]
    click.echo(f"{series.name} ({series.body}), {edition.name}, from {edition.effective_from}")
    click.echo(f"numbers: {edition.source} [{edition.confidence}]")
    for key, text in edition.texts.items():
        mark = ", must be confirmed" if text.must_be_confirmed else ""
        click.echo(f"\n{key} [{text.confidence}{mark}]\n  {text.text}\n  source: {text.source}")


def _print(title: str, found: tuple[Change, ...]) -> None:
    click.echo(title)
    for change in found:
        click.echo(f"  {change.where}\n    - {change.before or '(not there)'}\n    + {change.after or '(not there)'}")


@catalogue.command("diff")
@click.argument("code", required=False)
@click.option(
    "--with",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the credit files of another release; compares every type's newest edition with them.",
)
def diff(code: str | None, folder: Path | None) -> None:
    """What a new edition changes: the last two editions of CODE, or everything against another release's files."""
    if folder is not None:
        found = series_changes(credit_series(), read_folder(folder))
        for name, difference in found.items():
            if code in (None, name):
                _print(name, difference)
        if not found:
            click.echo("No difference.")
        return
    chosen = {name: series for name, series in credit_series().items() if code in (None, name)}
    if not chosen:
        raise click.ClickException(f"There is no credit type {code!r}.")
    for name, series in chosen.items():
        *_, newest = series.editions
        before = series.editions[-2] if len(series.editions) > 1 else None
        if before is not None:
            _print(f"{name}: {before.name} -> {newest.name}", changes(before, newest))
        else:
            click.echo(f"{name}: {newest.name} is the only edition.")


@catalogue.command("confirm")
@click.argument("code")
@click.argument("edition")
@PROVIDER
@click.option("--by", required=True, help="Who compared the texts with the body's own document.")
def confirm(code: str, edition: str, provider: str, by: str) -> None:
    """Record that the texts of an EDITION of CODE agree with the body's own document."""
    with unit_of_work() as session:
        actor = ToolActor(provider_id_of(session, provider, now(), is_created=True))
        confirm_wording(session, actor, code, edition, by, now())
    click.echo(f"Confirmed {code}, {edition}.")
