"""The certification suite's launches (parts A to C) through LMS, browser and the whole tool."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.demo.tampering import CLAIM, TAMPERINGS
from tests.functional.world import World, make_world, no_crashes

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
NAMES = ("name", "given_name", "family_name")
PEOPLE = ("instructor", "physician-md")
VALID: dict[str, dict[str, Any]] = {
    "several roles": {"claims": {CLAIM + "roles": [MEMBERSHIP + "Instructor", MEMBERSHIP + "Mentor", "urn:other"]}},
    "short role": {"claims": {CLAIM + "roles": ["Learner"]}},
    "unknown role": {"claims": {CLAIM + "roles": [MEMBERSHIP + "UnknownRole"]}},
    "no role": {"claims": {CLAIM + "roles": [""]}},
    "only email": {"without": NAMES},
    "only names": {"without": ("email",)},
    "no personal data": {"without": (*NAMES, "email")},
    "email without context": {"without": (*NAMES, CLAIM + "context")},
    "only a resource link": {"without": (*NAMES, "email", CLAIM + "context")},
}


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with make_world(migrated_sqlite_url) as made, no_crashes(made):
        yield made


def rows_of(world: World) -> int:
    tables = (models.WebSession, models.Learner, models.Course, models.Participation)
    with world.db() as db:
        return sum(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_bad_launch_is_refused_visibly_and_leaves_nothing(
    world: World, tampering: str, caplog: pytest.LogCaptureFixture
) -> None:
    for key in PEOPLE:
        page = world.launch_as(key, world.placement(), tampering)
        assert 400 <= page.status < 500, page
        assert "For the help desk" in page.headings
        assert page.heading != "This could not be done"
        assert not [cookie for cookie in page.cookies_set if cookie.startswith("cme-")]
        for secret in (
            world.lms.person(key).full,
            world.lms.person(key).email,
            world.lms.subject(world.lms.person(key)),
        ):
            assert secret not in caplog.text
            assert secret not in page.html
    reference = page.text.partition("Reference ")[2].split()[0]
    assert any(getattr(record, "reference", "") == reference for record in caplog.records)
    assert rows_of(world) == 0


@pytest.mark.parametrize("case", VALID)
def test_a_valid_launch_lands_on_a_page(world: World, case: str) -> None:
    for key in PEOPLE:
        page = world.launch_as(key, world.placement(), **VALID[case])
        assert page.status == 200, page
        assert page.session_id
