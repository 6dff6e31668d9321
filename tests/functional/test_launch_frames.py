"""When the browser keeps no cookie in a frame: platform storage, a window of one's own, or clear words."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.launch import LmsFamily
from tests.functional.browsing import Browser
from tests.functional.pages import Page
from tests.functional.world import World


def sessions_of(world: World) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(models.WebSession)) or 0


def policy(page: Page, name: str) -> str:
    parts = (part.strip() for part in page.response.headers["Content-Security-Policy"].split(";"))
    return next(part for part in parts if part.startswith(name + " "))


# --- platform storage -------------------------------------------------------------------------------------------------


def blocked(world: World, person: str = "physician-md", family: str = "canvas") -> Browser:
    world.lms.set_behaviour(family)
    world.add_platform(world.lms)
    return world.enter(person, keeps_cookies=False)


def test_the_secret_goes_to_the_platforms_storage_and_nowhere_else(sqlite_world: World) -> None:
    person = blocked(sqlite_world)
    person.stops_at = "/lti/authorize"
    page = person.open(sqlite_world.placement())
    form = page.form()
    assert form.attributes["data-platform-storage"] == "put"
    assert form.attributes["data-target-origin"] == sqlite_world.lms.issuer
    assert form.attributes["data-target-frame"] == "post_message_forwarding"
    (kept,) = (each for each in form.inputs if "data-storage-key" in each)
    assert "name" not in kept
    assert sqlite_world.lms.issuer in policy(page, "form-action")
    assert policy(page, "frame-ancestors") == "frame-ancestors 'self' *"


@pytest.mark.parametrize("family", ["canvas", "brightspace", "generic"])
def test_proof_from_the_storage_opens_the_door_without_the_logins_cookie(world: World, family: str) -> None:
    person = blocked(world, family=family)
    page = person.open(world.placement())
    # The launch is believed; the session's own cookie is blocked as well, so a window is offered next.
    assert page.status == 200
    assert page.path.endswith("/enter")
    assert "new window" in page.heading
    assert sessions_of(world) == 1
    assert page.form().attributes["target"] == "_blank"
    person.keeps_cookies = True  # the new window is first-party
    landed = person.submit(page)
    assert landed.status == 200
    assert landed.session_id == page.session_id


def test_a_wrong_proof_is_refused_and_uses_the_login_up(world: World) -> None:
    person = blocked(world)
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    sent = dict(held.form("lti").fields)
    person.stops_at = ""
    wrong = person.post("/lti/launch", sent | {"browser_proof": "x" * 43}, origin=world.lms.issuer)
    assert "browser_wrong" in wrong.text
    assert person.storage
    right = next(iter(person.storage.values()))
    assert "state_unknown" in person.post("/lti/launch", sent | {"browser_proof": right}).text
    assert sessions_of(world) == 0


def test_a_storage_that_does_not_answer_is_asked_once(world: World) -> None:
    person = blocked(world, family="brightspace")
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    person.stops_at, person.storage = "", {}
    page = person.submit(held, "lti")
    assert page.status == 400
    assert [each.url for each in page.history].count(f"{world.base_url}/lti/launch") == 2
    assert "new window" in page.heading
    assert sessions_of(world) == 0


# --- begun again in a window ------------------------------------------------------------------------------------------


def test_without_scripts_a_new_window_begins_the_login_again(sqlite_world: World) -> None:
    person = blocked(sqlite_world, family="canvas")
    person.stops_at = f"{sqlite_world.base_url}/lti/launch"
    held = person.open(sqlite_world.placement())
    person.stops_at, person.storage = "", None
    page = person.submit(person.submit(held, "lti"))
    assert page.status == 400
    form = page.form()
    assert form.action == "/lti/login"
    assert form.attributes["target"] == "_blank"
    assert {"iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id"} <= form.names


def test_moodle_is_told_to_open_a_window_itself(sqlite_world: World) -> None:
    """Its login hint works once, so beginning again could only fail."""
    person = blocked(sqlite_world, family="moodle")
    sqlite_world.add_platform(sqlite_world.lms, family=LmsFamily.MOODLE)
    page = person.open(sqlite_world.placement())
    assert page.status == 400
    assert not page.forms
    assert "new window" in page.text.lower()
    assert sessions_of(sqlite_world) == 0


# --- the handoff to a window ------------------------------------------------------------------------------------------


def framed(world: World) -> tuple[Browser, Page]:
    """A person whose frame keeps no session cookie, at the page that offers a window."""
    person = blocked(world, family="brightspace")
    page = person.open(world.placement())
    assert page.path.endswith("/enter")
    person.keeps_cookies = True
    return person, page


def test_the_handoff_works_once(world: World) -> None:
    person, page = framed(world)
    landed = person.submit(page)
    assert landed.status == 200
    with world.db() as db:
        assert db.get_one(models.WebSession, landed.session_id).document_target == "window"
    thief = world.enter("nurse")
    again = thief.submit(page)
    assert again.status == 403
    assert "handoff_used" in again.text
    assert person.get(landed.path).status == 200


def test_the_handoff_replaces_the_token(world: World) -> None:
    person, page = framed(world)
    with world.db() as db:
        before = db.get_one(models.WebSession, page.session_id).token_hash
    person.submit(page)
    with world.db() as db:
        assert db.get_one(models.WebSession, page.session_id).token_hash != before


def test_the_handoff_lasts_five_minutes(world: World) -> None:
    person, page = framed(world)
    world.clock.advance(minutes=5)
    assert "handoff_used" in person.submit(page).text


def test_the_handoff_ends_when_the_cookie_came_back(world: World) -> None:
    person = world.enter("physician-md")
    page = person.open(world.placement())
    (entry,) = (each.url for each in page.history if "/enter?h=" in each.url)
    handoff = entry.partition("?h=")[2]
    with world.db() as db:
        assert db.get_one(models.WebSession, page.session_id).handoff_hash is None
    assert "handoff_used" in world.enter("nurse").post("/lti/continue", {"handoff": handoff}).text


def test_another_site_cannot_use_a_handoff(world: World) -> None:
    person, page = framed(world)
    fields = dict(page.form().fields)
    for origin in ("https://evil.example", world.lms.issuer):
        refused = person.post("/lti/continue", fields, origin=origin)
        assert refused.status == 403
        assert "cross_site" in refused.text
    assert person.submit(page).status == 200


@pytest.mark.parametrize("handoff", ["", "x", "é" * 50, "\0", "a" * 5000])
def test_a_made_up_handoff_is_refused(sqlite_world: World, handoff: str) -> None:
    page = sqlite_world.enter("nurse").post("/lti/continue", {"handoff": handoff})
    assert page.status == 403
    assert "handoff_used" in page.text


def test_a_browser_without_any_cookies_gets_words_and_no_loop(world: World) -> None:
    person, page = framed(world)
    person.keeps_cookies = False
    lost = person.submit(page)
    assert lost.status == 403
    assert "Allow cookies" in lost.text
    assert not lost.forms


def test_the_window_is_offered_in_the_frame_of_this_platform_only(world: World) -> None:
    _, page = framed(world)
    assert policy(page, "frame-ancestors") == f"frame-ancestors 'self' {world.lms.issuer}"
    stranger = world.enter("nurse").get(f"/s/{'0' * 32}/enter?h=x")
    assert policy(stranger, "frame-ancestors") == "frame-ancestors 'none'"
