"""Tutor renders the plugin: what it puts into images, settings and services."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that Tutor has written with the plugin enabled."""
    folder = tmp_path_factory.mktemp("tutor")
    tutor(folder, "plugins", "enable", "cme")
    settings = (
        "CME_RUN_TOOL=true",
        "CME_CLIENT_ID=the-client",
        "CME_KEY_ID=the-key",
        "CME_LTI_CONFIG_ID=the-way",
        "LMS_HOST=lms.example.org",
    )
    tutor(folder, "config", "save", *(part for each in settings for part in ("--set", each)))
    return folder


def tutor(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "TUTOR_ROOT": str(folder), "TUTOR_PLUGINS_ROOT": str(folder / "plugins")}
    command = [str(Path(sys.executable).parent / "tutor"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_image_gets_the_block(root: Path) -> None:
    text = (root / "env" / "build" / "openedx" / "Dockerfile").read_text()
    assert 'pip install "cme-tool[xblock]==0.1.0"' in text


@pytest.mark.parametrize("service", ["lms", "cms"])
def test_both_services_get_the_settings_and_the_key(root: Path, service: str) -> None:
    text = (root / "env" / "apps" / "openedx" / "settings" / service / "production.py").read_text()
    ast.parse(text)
    assert '"client_id": "the-client"' in text and "BEGIN RSA PRIVATE KEY" in text
    assert '"lti_config_id": "the-way"' in text
    assert '"tool_url": "https://cme.lms.example.org"' in text


def test_the_key_is_made_once(root: Path) -> None:
    before = tutor(root, "config", "printvalue", "CME_BLOCK_KEY")
    tutor(root, "config", "save")
    assert tutor(root, "config", "printvalue", "CME_BLOCK_KEY") == before


def test_services_run_the_delivery_and_the_tool(root: Path) -> None:
    services = yaml.safe_load((root / "env" / "local" / "docker-compose.yml").read_text())["services"]
    assert services["cme-deliver"]["command"][2:4] == ["cme_deliver", "--every"]
    assert services["cme-web"]["environment"]["CME_BASE_URL"] == "https://cme.lms.example.org"
    assert services["cme-worker"]["environment"] == services["cme-web"]["environment"]
    assert "cme-web:8000" in (root / "env" / "apps" / "caddy" / "Caddyfile").read_text()


def test_the_tables_are_made_at_the_first_start(root: Path) -> None:
    program = "from tutor import hooks, plugins; from tutorcme import plugin; "
    program += "print([each for each in hooks.Filters.CLI_DO_INIT_TASKS.iterate()])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "migrate xblock_cme" in done.stdout, done.stderr


def test_without_the_tool_only_the_block_is_installed(tmp_path: Path) -> None:
    tutor(tmp_path, "plugins", "enable", "cme")
    tutor(tmp_path, "config", "save", "--set", "CME_TOOL_URL=https://cme.example.org")
    services = yaml.safe_load((tmp_path / "env" / "local" / "docker-compose.yml").read_text())["services"]
    assert "cme-deliver" in services and "cme-web" not in services
