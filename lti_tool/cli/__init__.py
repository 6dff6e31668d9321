"""The command line, ``cme-tool``: every command with its help."""

from __future__ import annotations

import sys

import click

from lti_tool.cli.activity import activity
from lti_tool.cli.catalogue import catalogue
from lti_tool.cli.database import db
from lti_tool.cli.demo import demo
from lti_tool.cli.doctor import doctor
from lti_tool.cli.grades import grades
from lti_tool.cli.keys import keys
from lti_tool.cli.office import office
from lti_tool.cli.platform import platform
from lti_tool.cli.retention import retention
from lti_tool.cli.serve import serve
from lti_tool.cli.setup import reason
from lti_tool.cli.worker import worker
from lti_tool.domain.errors import CmeError
from lti_tool.services.transaction import DatabaseError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cme-tool", prog_name="cme-tool")
def root() -> None:
    """Accredited continuing medical education inside a learning platform.

    Settings come from the environment (CME_BASE_URL, CME_DATABASE_URL, CME_SECRET_KEY, ...);
    docs/reference/settings.md lists them. `cme-tool demo` needs none.
    """


for command in (db, activity, catalogue, platform, office, grades, retention, keys, worker, serve, demo, doctor):
    root.add_command(command)


def main() -> None:
    """Entry point. A refusal, a database that does not answer or a file that cannot be used end with one clear line."""
    try:
        root(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except CmeError as error:
        click.echo(f"Refused ({error.code}): {error}", err=True)
        sys.exit(1)
    except DatabaseError as error:
        click.echo(f"The database cannot be used: {reason(error)}. For the remedy run: cme-tool doctor", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
