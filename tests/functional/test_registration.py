"""Dynamic registration end to end: the LMS opens the tool's page in a frame, and launches work afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.demo.config import LmsConfig
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import running_lms
from lti_tool.domain.connection import Checked
from lti_tool.services.audit import ToolActor, first_break, trail
from lti_tool.services.connection import connection, endpoints_of
from lti_tool.services.registration import approve_platform, invite_platform
from tests.functional.browsing import Browser
from tests.functional.pages import Page
from tests.functional.world import World, content_item, pem

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@contextmanager
def another_lms(world: World, family: str) -> Iterator[tuple[World, DemoLms]]:
    """An LMS that knows no tool yet, and the world seen from there."""
    config = LmsConfig(None, family=family, signing_pems=(pem(2), pem(3)))
    with running_lms(config, clock=world.clock) as lms:
        yield replace(world, lms=lms), lms


def address(world: World) -> str:
    """A fresh registration address, as the office shows it."""
    with world.db() as db:
        token = invite_platform(db, ToolActor(world.provider_id), world.clock())
    return f"{world.base_url}/lti/register?invitation={token}"


def begin(there: World, url: str) -> tuple[Browser, Page]:
    """The LMS's administrator enters the address: what its frame then shows."""
    admin = Browser(there, "admin")
    admin.sign_in()
    shown = admin.session.post(f"{there.lms.issuer}/settings/register", data={"url": url}, timeout=20)
    frame = re.search(r'<iframe[^>]* src="([^"]+)"', shown.text)
    assert frame, shown.text
    admin.keeps_cookies = False
    return admin, admin.get(unescape(frame[1]))


def platform_of(world: World, lms: DemoLms) -> models.Platform:
    with world.db() as db:
        row = db.scalars(select(models.Platform).where(models.Platform.issuer == lms.issuer)).one()
        assert row.deployments is not None
        return row


@pytest.mark.parametrize("family", ["moodle", "canvas", "brightspace", "blackboard", "sakai", "generic"])
def test_an_lms_registers_is_approved_and_used(sqlite_world: World, family: str) -> None:
    with another_lms(sqlite_world, family) as (there, lms):
        admin, page = begin(there, address(sqlite_world))
        assert page.status == 200 and "Northfield Academy of Medicine invites 127.0.0.1" in page.text
        assert "frame-ancestors 'self' *" in page.response.headers["Content-Security-Policy"]
        done = admin.submit(page, button="Register")
        assert (done.status, done.heading) == (200, "Registered"), done
        assert f'data-registration-close="{lms.issuer}"' in done.html
        assert ("Show in activity chooser" in done.text) is (family == "moodle")
        row = platform_of(sqlite_world, lms)
        assert row.approved_at is None and row.family == family
        placement = lms.add_placement(content_item("hypertension-2026"))
        learner = Browser(there, "physician-md")
        learner.sign_in()
        assert "waits for approval" in learner.open(placement).heading
        with sqlite_world.db() as db:
            actor = ToolActor(sqlite_world.provider_id)
            approve_platform(db, actor, row.id, sqlite_world.clock(), takes_deployments=not row.deployments)
        opened = learner.open(placement)
        assert opened.status == 200 and opened.path.endswith("/information"), opened
        with sqlite_world.db() as db:
            assert [one.action for one in trail(db, sqlite_world.provider_id)][:2] == [
                "platform.approved",
                "platform.registered",
            ]
            assert first_break(db, sqlite_world.provider_id) is None


def test_what_is_asked_for_is_what_is_needed(sqlite_world: World) -> None:
    with another_lms(sqlite_world, "canvas") as (there, lms):
        admin, page = begin(there, address(sqlite_world))
        admin.submit(page, button="Register")
        tool = lms.tool
        assert tool is not None
        assert tool.custom == {"context_history": "$Context.id.history", "link_history": "$ResourceLink.id.history"}
        sent = next(entry for entry in lms.requests_received("registration") if entry.method == "POST")
        assert sent.status == 200
        row = platform_of(sqlite_world, lms)
        assert (row.family, row.deployments, row.takes_deployments) == ("canvas", [], False)


@pytest.mark.parametrize(("path", "shown_to"), [("icon.svg", "cross-origin"), ("css/base.css", "same-origin")])
def test_the_icon_that_is_registered_may_be_shown_on_the_lms_own_pages(
    sqlite_world: World, path: str, shown_to: str
) -> None:
    with another_lms(sqlite_world, "moodle") as (there, lms):
        admin, page = begin(there, address(sqlite_world))
        admin.submit(page, button="Register")
        sent = next(entry for entry in lms.requests_received("registration") if entry.method == "POST")
        assert json.loads(sent.body)["logo_uri"] == f"{sqlite_world.base_url}/static/icon.svg"
        found = admin.session.get(f"{sqlite_world.base_url}/static/{path}", timeout=20)
        assert (found.status_code, found.headers["Cross-Origin-Resource-Policy"]) == (200, shown_to)


def test_an_address_works_once(sqlite_world: World) -> None:
    url = address(sqlite_world)
    with another_lms(sqlite_world, "moodle") as (there, lms):
        admin, page = begin(there, url)
        again = admin.get(page.url)
        assert admin.submit(page, button="Register").heading == "Registered"
        assert admin.submit(again, button="Register").status == 403
        assert begin(there, url)[1].status == 403
        assert platform_of(sqlite_world, lms).client_id == (lms.tool.client_id if lms.tool else "")


def test_an_address_is_too_old_after_a_week(sqlite_world: World) -> None:
    url = address(sqlite_world)
    sqlite_world.clock.advance(days=7, seconds=1)
    with another_lms(sqlite_world, "moodle") as (there, _):
        page = begin(there, url)[1]
    assert page.status == 403 and "registration_invitation_used" in page.text


def test_a_registration_that_the_lms_refuses_can_be_tried_again(sqlite_world: World) -> None:
    url = address(sqlite_world)
    with another_lms(sqlite_world, "canvas") as (there, lms):
        admin, page = begin(there, url)
        lms.fail_next("500", service="registration")
        assert admin.submit(page, button="Register").status == 503
        lms.clear_faults()
        fields = dict(page.forms[0].filled({}))
        refused = admin.post("/lti/register", {**fields, "registration_token": "wrong"})
        assert refused.status == 503 and "registration" in refused.text
        assert admin.submit(page, button="Register").heading == "Registered"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 403),
        ("?invitation=wrong", 403),
        ("?invitation={token}", 422),
        ("?invitation={token}&openid_configuration=http://169.254.169.254/latest", 422),
        ("?invitation={token}&openid_configuration=ftp://lms.example/x", 422),
    ],
)
def test_a_bad_address_shows_why(sqlite_world: World, query: str, status: int) -> None:
    token = parse_qs(urlsplit(address(sqlite_world)).query)["invitation"][0]
    admin = Browser(sqlite_world, "admin")
    page = admin.get("/lti/register" + query.format(token=token))
    assert page.status == status


def test_another_site_cannot_send_the_form(sqlite_world: World) -> None:
    with another_lms(sqlite_world, "moodle") as (there, lms):
        admin, page = begin(there, address(sqlite_world))
        fields = dict(page.forms[0].filled({}))
        assert admin.post("/lti/register", fields, origin="https://evil.example").status == 403
        assert lms.tool is None


def test_an_lms_that_speaks_for_another_is_refused(sqlite_world: World) -> None:
    """The world's own LMS lends its configuration's address to a stranger's issuer."""
    with another_lms(sqlite_world, "moodle") as (there, lms):
        admin, page = begin(there, address(sqlite_world))
        fields = dict(page.forms[0].filled({}))
        stranger = f"http://localhost:{urlsplit(lms.issuer).port}/.well-known/openid-configuration"
        refused = admin.post("/lti/register", {**fields, "openid_configuration": stranger})
        assert refused.status == 422
        assert lms.tool is None


def test_a_test_of_a_working_connection_finds_no_fault(sqlite_world: World) -> None:
    person = sqlite_world.enter("physician-md")
    assert person.open(sqlite_world.placement()).status == 200
    with sqlite_world.db() as db:
        found = connection(db, sqlite_world.provider_id, sqlite_world.platform_id)
        endpoints = endpoints_of(db, sqlite_world.provider_id, sqlite_world.platform_id)
    assert found.launched_at is not None and not found.is_failing
    assert found.received["iss"] == sqlite_world.lms.issuer
    findings = sqlite_world.deps.check.run(found.platform, endpoints, sqlite_world.clock())
    assert [(one.checked, one.code) for one in findings] == [(checked, "ok") for checked in Checked]
    sqlite_world.lms.fail_next("401", 2, service="members")
    sqlite_world.lms.fail_next("500", service="jwks")
    findings = sqlite_world.deps.check.run(found.platform, endpoints, sqlite_world.clock())
    assert [one.checked for one in findings if one.is_fault] == [Checked.KEYSET, Checked.ROSTER]
    assert [one.status for one in findings if one.is_fault] == [500, 401]


def test_a_launch_that_is_refused_is_seen_in_the_office(sqlite_world: World) -> None:
    sqlite_world.launch_as("physician-md", sqlite_world.placement(), claims={f"{CLAIM}deployment_id": "99"})
    with sqlite_world.db() as db:
        found = connection(db, sqlite_world.provider_id, sqlite_world.platform_id)
    assert (found.refusal_code, found.refused_deployment, found.is_failing) == ("deployment_unknown", "99", True)
    assert found.refused_claims["name"] == "•••"
