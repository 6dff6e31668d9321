"""``cme-tool activity``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lti_tool.cli.setup import now, unit_of_work
from lti_tool.services.activity import export_activity, import_activity
from lti_tool.services.activity_file import (
    CheckedFile,
    activity_schema,
    read_activity_file,
    write_activity_file,
)
from lti_tool.services.platform import provider_id_of

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group()
def activity() -> None:
    """Activities as files: check, import, export."""


def _report(path: Path, checked: CheckedFile) -> None:
    if checked.activity is not None:
        click.echo(f"{path}: good – “{checked.activity.title}”")
        return
    for fault in checked.faults:
        click.echo(str(fault), err=True)


def _checked(files: tuple[Path, ...]) -> list[tuple[Path, CheckedFile]]:
    """Every file read; ends with the list of all faults if any file has one."""
    results = []
    with click.progressbar(files, label="Checking", show_pos=True, hidden=len(files) < 2) as bar:
        for path in bar:
            results.append((path, read_activity_file(path)))
    for path, checked in results:
        _report(path, checked)
    count = sum(len(checked.faults) for _, checked in results)
    if count:
        raise click.ClickException(f"{count} fault{'s' if count > 1 else ''}. Nothing was changed.")
    return results


@activity.command("check")
@FILES
def check(files: tuple[Path, ...]) -> None:
    """List every fault in FILES with file, line and remedy."""
    _checked(files)


@activity.command("import")
@FILES
@click.option("--provider", required=True, help="Name of the accredited provider that owns the activities.")
def import_(files: tuple[Path, ...], provider: str) -> None:
    """Take in FILES as new activities or new versions. A fault in one file leaves all of them out."""
    results = _checked(files)
    with unit_of_work() as session:
        provider_id = provider_id_of(session, provider, now(), is_created=True)
        for path, checked in results:
            assert checked.activity is not None  # noqa: S101 - faults have ended the command
            done = import_activity(session, provider_id, checked.activity, checked.media, now())
            word = "imported" if done.is_new else "unchanged"
            click.echo(f"{path}: {word} as {done.key}, version {done.version}")


@activity.command("export")
@click.argument("key")
@click.option("--provider", required=True, help="Name of the accredited provider that owns the activity.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default=True)
def export(key: str, provider: str, folder: Path) -> None:
    """Write the activity KEY and its media into a folder, as a file that imports to the same activity."""
    with unit_of_work() as session:
        found, media = export_activity(session, provider_id_of(session, provider, now()), key)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{found.key}.yaml"
    target.write_text(write_activity_file(found), encoding="utf-8")
    for name, body in media.items():
        (folder / Path(name).name).write_bytes(body)
    click.echo(f"Wrote {target} and {len(media)} media file{'' if len(media) == 1 else 's'}.")


@activity.command("schema")
def schema() -> None:
    """Print the JSON Schema of activity files, for editors."""
    click.echo(json.dumps(activity_schema(), indent=2, ensure_ascii=False))
