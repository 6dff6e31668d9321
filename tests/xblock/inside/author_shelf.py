"""An author in Studio before what the tool would answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from workbench.runtime import WorkbenchRuntime

from lti_tool.domain.errors import NotFound
from lti_tool.domain.native import ActivityCopy
from tests.xblock.inside.answers import copy_of
from tests.xblock.inside.learner import Learner
from xblock_cme import client
from xblock_cme.client import Approved, ByLink, Listed

COPY = copy_of("hypertension-2026")
TOOL = {"tool_url": "https://cme.example.org", "client_id": "c", "key_id": "k", "private_key": "pem"}
AUTHORING = override_settings(SERVICE_VARIANT="cms", XBLOCK_SETTINGS={"cme": TOOL})


def learning() -> Any:
    """Within ``AUTHORING``: in the LMS meanwhile."""
    return override_settings(SERVICE_VARIANT="lms")


class Shelf:
    """What the tool would answer."""

    def __init__(self, copy: ActivityCopy) -> None:
        self.copies = {copy.version: copy}
        self.by_link: list[ByLink] = []

    def activities(self, _client: Any, search: str = "") -> Approved:
        newest = self.copies[max(self.copies)]
        listed = Listed(newest.key, newest.activity.title, newest.version, "1.00 credit", "2029-08-19", False)
        return Approved([listed], self.by_link)

    def newest_version(self, _client: Any, key: str) -> int:
        if key != COPY.key:
            raise NotFound("activity_unknown")
        return max(self.copies)

    def copy(self, _client: Any, key: str, version: int) -> ActivityCopy:
        return self.copies[version]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    made = Shelf(COPY)
    for name in ("activities", "newest_version", "copy"):
        monkeypatch.setattr(client.ToolClient, name, lambda self, *args, _n=name: getattr(made, _n)(self, *args))
    return made


def author() -> Learner:
    return Learner("empty", "staff-author")


def block_of(who: Learner) -> Any:
    return WorkbenchRuntime(who.name).get_block(who.usage)
