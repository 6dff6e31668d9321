"""What goes wrong at the command line ends with one line that says what to do, never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.commanding import Command, command, made_by_a_newer_release

__all__ = ["command"]
COMMANDS = (["db", "upgrade"], ["db", "check"], ["platform", "list"], ["keys", "list"], ["worker"], ["serve"])
UNUSABLE = ("sqlite:////nowhere/at/all/cme.db", "postgresql://cme:word@127.0.0.1:1/cme")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("url", UNUSABLE)
def test_a_database_that_cannot_be_used(command: Command, url: str, arguments: list[str]) -> None:
    ended = command(*arguments, database_url=url)
    assert ended.code == 1 and "word" not in ended.text
    assert ended.text.startswith("The database cannot be used: ") and ended.text.count("\n") == 1, ended.text
    assert "cme-tool doctor" in ended.text


def test_an_address_of_no_database_is_a_wrong_setting(command: Command) -> None:
    ended = command("db", "upgrade", database_url="mysql://cme:word@localhost/cme")
    assert ended.code == 1 and "word" not in ended.text
    assert "CME_DATABASE_URL" in ended.text and "must begin with sqlite:/// or postgresql://" in ended.text


@pytest.mark.parametrize("arguments", [["db", "check"], ["platform", "list"], ["db", "upgrade"]], ids=" ".join)
def test_a_database_of_a_newer_release_serves_this_one_too(
    command: Command, migrated_sqlite_url: str, arguments: list[str]
) -> None:
    made_by_a_newer_release(migrated_sqlite_url)
    ended = command(*arguments, database_url=migrated_sqlite_url)
    assert ended.code == 0, ended.text


def test_a_migration_that_is_not_there(command: Command, migrated_sqlite_url: str) -> None:
    down = command("db", "downgrade", "nonsense", "--yes", database_url=migrated_sqlite_url)
    assert down.code == 1 and down.text.startswith("Refused (migration_unknown): ") and "nonsense" in down.text
    made_by_a_newer_release(migrated_sqlite_url)
    newer = command("db", "downgrade", "0005", "--yes", database_url=migrated_sqlite_url)
    assert newer.code == 1 and newer.text.startswith("Refused (migration_unknown): ") and "9999" in newer.text


def test_a_folder_that_cannot_be_written(command: Command, migrated_sqlite_url: str, tmp_path: Path) -> None:
    sample = "lti_tool/demo/activities/hypertension-2026.yaml"
    imported = command("activity", "import", "--provider", "P", sample, database_url=migrated_sqlite_url)
    assert imported.code == 0, imported.text
    (tmp_path / "file").write_text("no folder")
    where = ["--to", str(tmp_path / "file" / "folder")]
    ended = command(
        "activity", "export", "hypertension-2026", "--provider", "P", *where, database_url=migrated_sqlite_url
    )
    assert ended.code == 1 and ended.text.startswith("Error: ") and str(tmp_path) in ended.text


@pytest.mark.parametrize("option", ["--port", "--lms-port"])
def test_a_port_that_no_machine_has(command: Command, tmp_path: Path, option: str) -> None:
    ended = command("demo", option, "99999", "--state", str(tmp_path / "demo"), database_url="sqlite:///unused.db")
    assert ended.code == 2 and "99999" in ended.text and not (tmp_path / "demo").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["keys", "list"], "There is no key yet"),
        (["office", "verify-audit"], "There is no provider yet"),
        (["catalogue", "diff"], "is the only edition"),
    ],
    ids=str,
)
def test_nothing_to_show_is_said(command: Command, migrated_sqlite_url: str, arguments: list[str], words: str) -> None:
    ended = command(*arguments, database_url=migrated_sqlite_url)
    assert ended.code == 0 and words in ended.text


def test_a_refusal_says_what_is_wrong(command: Command, migrated_sqlite_url: str) -> None:
    place = ["--provider", "P", "--name", "Ada Osei"]
    ended = command("office", "invite", *place, "--email", "nobody", database_url=migrated_sqlite_url)
    assert ended.code == 1 and ended.text == "Refused (email_wrong): not an e-mail address\n"
