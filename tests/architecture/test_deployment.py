"""What is deployed from ``config/`` names what exists."""

from __future__ import annotations

import re

import yaml

from lti_tool.cli import root
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
