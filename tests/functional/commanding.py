"""The command line as an operator uses it: settings in the environment, what a command prints, its exit code."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

import pytest

from lti_tool.cli import main
from tests.functional.world import SECRET

Command = Callable[..., "Ended"]
BASE_URL = "https://cme.example.org"


@dataclass(frozen=True, slots=True)
class Ended:
    """``code`` is 0 for a command that did its work; ``text`` is all that it printed, on both streams."""

    code: object
    text: str


def environment(database_url: str) -> Mapping[str, str]:
    return {"CME_BASE_URL": BASE_URL, "CME_DATABASE_URL": database_url, "CME_SECRET_KEY": SECRET}


def made_by_a_newer_release(database_url: str) -> None:
    """Put the database at a migration that this release does not have."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``command("doctor", database_url=…)``; further settings by their full names."""

    def run(*arguments: str, database_url: str, **settings: str) -> Ended:
        with monkeypatch.context() as patched:
            for name, value in {**environment(database_url), **settings}.items():
                patched.setenv(name, value)
            patched.setattr(sys, "argv", ["cme-tool", *arguments])
            code: object = 0
            try:
                main()
            except SystemExit as ended:
                code = ended.code
        out, err = capsys.readouterr()
        return Ended(code, out + err)

    return run
