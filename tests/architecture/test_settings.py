"""Every setting is explained where an operator looks for it."""

import re

from lti_tool.settings import Settings
from tests.architecture.tree import ROOT

REFERENCE = ROOT / "docs" / "reference" / "settings.md"


def test_every_setting_is_documented() -> None:
    explained = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", REFERENCE.read_text(encoding="utf-8")))
    prefix = str(Settings.model_config.get("env_prefix", "")).upper()
    missing = {f"{prefix}{name.upper()}" for name in Settings.model_fields} - explained
    assert not missing


def test_every_setting_says_what_it_is() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
