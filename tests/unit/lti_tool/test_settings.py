"""Settings: read from the environment, refused with words that help, and never changed afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lti_tool.settings import Settings

SECRET = "x" * 32
GOOD = {"CME_BASE_URL": "https://cme.example.org", "CME_DATABASE_URL": "sqlite:///x.db", "CME_SECRET_KEY": SECRET}


@pytest.fixture(autouse=True)
def _good_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def fault(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    monkeypatch.setenv(f"CME_{name}", value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    (found,) = caught.value.errors()
    assert found["loc"] == (name.lower(),)
    return str(found["msg"])


def test_the_three_needed_ones_are_enough() -> None:
    settings = Settings()
    assert settings.is_https and settings.allowed_private_hosts == () and settings.session_hours == 8


@pytest.mark.parametrize("name", GOOD)
def test_each_needed_one_is_missed_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert [error["loc"] for error in caught.value.errors()] == [(name.removeprefix("CME_").lower(),)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("cme.example.org", "not an address"),
        ("ftp://cme.example.org", "not an address"),
        ("https://", "not an address"),
        ("https://cme.example.org?x=1", "not an address"),
        ("https://cme.example.org#x", "not an address"),
        ("https://user:word@cme.example.org", "not an address"),
        ("http://cme.example.org", "needs https"),
        ("http://127.0.0.1.example.org", "needs https"),
    ],
)
def test_a_base_address_must_be_public_https(monkeypatch: pytest.MonkeyPatch, value: str, words: str) -> None:
    assert words in fault(monkeypatch, "BASE_URL", value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://cme.example.org/", "https://cme.example.org"),
        ("https://example.org/cme//", "https://example.org/cme"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_a_base_address_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.setenv("CME_BASE_URL", value)
    assert Settings().base_url == expected


def test_a_short_secret_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CME_SECRET_KEY", "much-too-short")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "openssl rand" in str(caught.value) and "much-too-short" not in str(caught.value)


def test_the_secret_is_not_in_the_representation() -> None:
    assert SECRET not in repr(Settings()) and SECRET not in str(Settings())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        (" , ", ()),
        ("10.1.0.0/16", ("10.1.0.0/16",)),
        (" 10.1.0.0/16 , lms.internal:8443,", ("10.1.0.0/16", "lms.internal:8443")),
        ("fd00::/8", ("fd00::/8",)),
    ],
)
def test_private_hosts_are_a_list(monkeypatch: pytest.MonkeyPatch, value: str, expected: tuple[str, ...]) -> None:
    monkeypatch.setenv("CME_ALLOWED_PRIVATE_HOSTS", value)
    assert Settings().allowed_private_hosts == expected


@pytest.mark.parametrize("value", ["10.1.0.0/33", "10.1.0.1/16", "lms/8"])
def test_a_wrong_network_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert value in fault(monkeypatch, "ALLOWED_PRIVATE_HOSTS", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLOCK_LEEWAY_SECONDS", "-1"),
        ("CLOCK_LEEWAY_SECONDS", "301"),
        ("SESSION_HOURS", "0"),
        ("SESSION_HOURS", "25"),
        ("SESSION_HOURS", "eight"),
        ("TRUSTED_PROXIES", "6"),
        ("SMALL_CELL", "0"),
        ("MAX_REQUEST_BYTES", "65535"),
        ("WORKER_POLL_SECONDS", "0"),
        ("DELIVERY_DAYS", "0"),
    ],
)
def test_numbers_have_limits(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert fault(monkeypatch, name, value)


@pytest.mark.parametrize(
    ("value", "days"), [("30,14,3", (30, 14, 3)), ("3, 30,3", (30, 3)), ("7", (7,)), ("0", (0,)), ("", ())]
)
def test_reminders_come_in_order_and_once(monkeypatch: pytest.MonkeyPatch, value: str, days: tuple[int, ...]) -> None:
    monkeypatch.setenv("CME_DISCLOSURE_REMINDER_DAYS", value)
    assert Settings().disclosure_reminder_days == days


@pytest.mark.parametrize("value", ["soon", "-1", "366", "3.5"])
def test_reminders_are_whole_days(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert fault(monkeypatch, "DISCLOSURE_REMINDER_DAYS", value)


def test_settings_do_not_change() -> None:
    settings: Any = Settings()
    with pytest.raises(ValidationError):
        settings.base_url = "https://elsewhere.example"


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_secrets_may_lie_in_files(tmp_path: Path) -> None:
    (tmp_path / "cme_secret_key").write_text("from a file, and long enough to be used\n")
    environment = {**GOOD, "CME_SECRETS_DIR": str(tmp_path)}
    del environment["CME_SECRET_KEY"]
    program = "from lti_tool.settings import Settings; print(Settings().secret_key.get_secret_value())"
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "from a file, and long enough to be used"
