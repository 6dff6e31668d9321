"""Write ``docs/reference/command-line.md`` from the help of the commands themselves.

Run ``python docs/generate_command_line.py`` after a change of ``lti_tool/cli``; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

import click
from reference_page import document, table, write

from lti_tool.cli import root

OPENING = """\
One command, `cme-tool`, with commands below it. `--help` (or `-h`) explains each. Settings come from the environment
([settings](settings.md)).

Exit codes: 0 done, 1 refused (the last line says why, with a stable code), 2 wrong usage, 130 stopped by Ctrl-C.
Nothing is half done: a command that is refused has changed nothing."""


def commands(group: click.Group = root, path: str = "cme-tool") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its full name, in alphabetical order."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _option(parameter: click.Option) -> tuple[str, str, str]:
    names = " ".join(f"`{name}`" for name in parameter.opts)
    kind = "" if parameter.is_flag else f" {parameter.make_metavar(click.Context(root))}"
    has_default = parameter.show_default and parameter.default is not None
    default = f"`{parameter.default}`" if has_default else ("must be given" if parameter.required else "")
    return f"{names}{kind}", default, parameter.help or ""


def _section(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f"## {name}"
    yield f"```\n{command.get_usage(context).removeprefix('Usage: ')}\n```"
    yield cleandoc(command.help or "")
    options = [_option(one) for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        yield table(("Option", "Default", "Meaning"), options)


def page() -> str:
    """The whole page."""
    sections = [part for name, command in commands() for part in _section(name, command)]
    return document("# Command line", OPENING, *sections, generator="generate_command_line.py")


if __name__ == "__main__":
    write("command-line.md", page())
