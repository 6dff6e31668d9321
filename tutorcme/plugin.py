"""Tutor plugin ``cme``: the block in LMS and Studio, and, if wanted, the tool beside them.

Configuration, all with the prefix ``CME_``: see ``DEFAULTS``. Secrets are made once per installation and kept in
Tutor's own configuration.
"""

from __future__ import annotations

from importlib import resources

from tutor import hooks

VERSION = "0.1.0"

DEFAULTS = {
    "VERSION": VERSION,
    "PACKAGE": "cme-tool[xblock]",
    "HOST": "cme.{{ LMS_HOST }}",
    "TOOL_URL": "https://{{ CME_HOST }}",
    "CLIENT_ID": "",
    "KEY_ID": "",
    "LTI_CONFIG_ID": "",
    "DELIVER_SECONDS": 60,
    "RUN_TOOL": False,
    "TOOL_IMAGE": "cme-tool:{{ CME_VERSION }}",
}
UNIQUE = {
    "SECRET_KEY": "{{ 48|random_string }}",
    "BLOCK_KEY": "{{ 3072|rsa_private_key }}",
}

hooks.Filters.CONFIG_DEFAULTS.add_items([(f"CME_{name}", value) for name, value in DEFAULTS.items()])
hooks.Filters.CONFIG_UNIQUE.add_items([(f"CME_{name}", value) for name, value in UNIQUE.items()])
hooks.Filters.CLI_DO_INIT_TASKS.add_item(("lms", "./manage.py lms migrate xblock_cme\n"))

for patch in sorted((resources.files("tutorcme") / "patches").iterdir(), key=lambda one: one.name):
    hooks.Filters.ENV_PATCHES.add_item((patch.name.removesuffix(".txt"), patch.read_text(encoding="utf-8")))
