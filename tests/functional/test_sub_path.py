"""The tool below a path of a shared host, with proxies that cut the path off and proxies that do not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lti_tool.services.audit import ToolActor
from lti_tool.services.registration import invite_platform
from lti_tool.web.sub_path import BelowPath
from tests.functional.world import World, make_world, no_crashes

BASE = "https://example.org/cme"


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with make_world(migrated_sqlite_url, base_url=BASE) as made, no_crashes(made):
        yield made


def test_a_launch_stays_below_the_path(world: World) -> None:
    person = world.enter("physician-md")
    page = person.open(world.placement())
    assert page.status == 200 and page.path.startswith("/cme/s/")
    addresses = [link for _, link in page.links] + [form.action for form in page.forms]
    assert addresses and all(one.startswith(("/cme/", "#", "https://", "http://")) or not one for one in addresses)
    loaded = re.findall(r'(?:src|href)="(/[^"]*)"', page.html)
    assert loaded and all(one.startswith("/cme/") for one in loaded)
    style = next(one for one in loaded if one.endswith("base.css"))
    with world.app.test_client().get(style, base_url="https://example.org") as answer:
        assert answer.status_code == 200


def test_the_registration_address_is_whole(world: World) -> None:
    with world.db() as db:
        token = invite_platform(db, ToolActor(world.provider_id), world.clock())
    page = world.enter("instructor").get(f"/lti/register?invitation={token}&openid_configuration={world.lms.issuer}")
    assert page.status == 200
    assert page.forms[0].action == "/cme/lti/register"


@pytest.mark.parametrize(
    ("asked", "inside"),
    [("/cme/healthz", "/healthz"), ("/healthz", "/healthz"), ("/cme", "/"), ("/cmexyz", "/cmexyz"), ("", "")],
)
def test_both_kinds_of_proxy_lead_to_the_same_page(asked: str, inside: str) -> None:
    seen: dict[str, str] = {}

    def app(environ: dict[str, str], start: object) -> list[bytes]:
        seen.update(environ)
        return []

    BelowPath(app, "/cme")({"PATH_INFO": asked}, lambda *_: lambda _: None)
    assert (seen["PATH_INFO"], seen["SCRIPT_NAME"]) == (inside, "/cme")
