"""What is deployed from ``config/`` names what exists."""

from __future__ import annotations

import re

import yaml

from lti_tool.cli import root
from lti_tool.settings import Settings
from tests.architecture.tree import ROOT

CONTAINER = ROOT / "config" / "container"


def compose() -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load((CONTAINER / "compose.yaml").read_text("utf-8"))
    return found


def test_the_image_copies_what_is_there() -> None:
    text = (CONTAINER / "Containerfile").read_text("utf-8")
    for name in re.findall(r"^COPY (config/\S+) ", text, re.MULTILINE) + re.findall(r"-r (\S+)", text):
        assert (ROOT / name).exists(), name
    assert "USER cme-tool" in text
    for library in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert library in text


def test_the_commands_exist() -> None:
    services = compose()["services"]
    for name in ("migrate", "worker"):
        command = services[name]["command"]
        assert isinstance(command, list) and command[0] == "cme-tool"
        assert command[1] in root.commands
    units = [
        (ROOT / "config" / "systemd" / f"cme-tool-{name}.service").read_text("utf-8") for name in ("web", "worker")
    ]
    commands = re.findall(r"bin/cme-tool (\w+)", "".join(units))
    assert commands and set(commands) <= set(root.commands)


def test_every_container_is_locked_down() -> None:
    for name in ("migrate", "web", "worker"):
        service = compose()["services"][name]
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name


def test_a_unit_is_as_locked_down_as_the_other() -> None:
    for name in ("web", "worker"):
        text = (ROOT / "config" / "systemd" / f"cme-tool-{name}.service").read_text("utf-8")
        for line in (
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=",
            "StateDirectory=cme-tool",
        ):
            assert line in text.splitlines()


def test_every_setting_can_be_given_to_the_containers() -> None:
    for name in ("migrate", "web", "worker"):
        environment = compose()["services"][name]["environment"]
        assert isinstance(environment, dict)
        assert {f"CME_{field.upper()}" for field in Settings.model_fields} <= set(environment), name


def test_what_is_mounted_into_a_container_is_there() -> None:
    mounts = re.findall(r"- (\./\S+?):", (CONTAINER / "compose.yaml").read_text("utf-8"))
    assert mounts and all((CONTAINER / mount).is_file() for mount in mounts)
