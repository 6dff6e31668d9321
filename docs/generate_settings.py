"""Write ``docs/reference/settings.md`` from the descriptions in ``lti_tool/settings.py``.

Run ``python docs/generate_settings.py`` after a change of the settings; a test compares.
"""

from __future__ import annotations

from typing import Any

from reference_page import document, table, write

from lti_tool.settings import Settings

OPENING = """\
All settings are environment variables with the prefix `CME_`. They are read once, when a process starts; a wrong or
missing one ends the start with a message that names it. There are no other configuration files.

The three without a default must be set. `config/cme-tool.env.example` is a file to begin from."""

SECRETS = """\
## Secrets in files

Where secrets are mounted as files (systemd credentials, container secrets), name the folder in `CME_SECRETS_DIR` and
put each value into a file named like its variable in lower case, for example `cme_secret_key`. A variable that is
also set in the environment wins.

## The secret key

`CME_SECRET_KEY` signs form tokens and seals, in the database, the private signing keys and the access tokens of
learning platforms. Make it once (`openssl rand -hex 32`) and keep a copy apart from the database's backup. With
another key the tool cannot open what is sealed: it stops with `secret_key_changed`. The remedy is the old key. If it
is truly lost, remove the rows of `tool_key` and `access_token` and restart: a new signing key is made and published,
and platforms that cache key sets may refuse it until they look again."""

DEMO = """\
## The demo

`make demo` needs none of these. It reads `DEMO_PORT` and `LMS_PORT` for its two ports, and keeps everything below
`.state/demo`."""


def _default(default: Any) -> str:
    if default in ((), ""):
        return "empty"
    return f"`{default}`"


def _rows() -> list[tuple[str, str, str]]:
    prefix = str(Settings.model_config.get("env_prefix", ""))
    return [
        (
            f"`{prefix}{name.upper()}`",
            "must be set" if field.is_required() else _default(field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def page() -> str:
    """The whole page."""
    rows = table(("Setting", "Default", "What it does"), _rows())
    return document("# Settings", OPENING, rows, SECRETS, DEMO, generator="generate_settings.py")


if __name__ == "__main__":
    write("settings.md", page())
