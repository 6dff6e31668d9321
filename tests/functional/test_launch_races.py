"""Several processes, many threads, and outsiders: what happens once happens once, and nobody is called for nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from lti_tool.app import create_app, guarded_session, make_dependencies
from lti_tool.db import models
from lti_tool.services.session import forget_expired
from tests.functional.world import World

THREADS = 16


def second_process(world: World) -> tuple[Flask, object]:
    """Another worker: its own engine, caches and connections; only the database is shared."""
    deps = make_dependencies(world.settings, session=guarded_session(world.settings), clock=world.clock)
    return create_app(world.settings, deps), deps.sessions.kw["bind"]


def test_one_login_opens_one_session_whoever_races(world: World) -> None:
    person = world.enter("physician-md")
    person.stops_at = f"{world.base_url}/lti/launch"
    fields = dict(person.open(world.placement()).form("lti").fields)
    (cookie,) = [each for each in person.session.cookies if each.name.startswith("lti-")]
    other, engine = second_process(world)

    def post(number: int) -> int:
        client = (world.app, other)[number % 2].test_client()
        client.set_cookie(cookie.name, cookie.value or "")
        return client.post("/lti/launch", data=fields).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        answers = sorted(pool.map(post, range(THREADS)))
    engine.dispose()  # type: ignore[attr-defined]
    assert answers == [303] + [400] * (THREADS - 1)
    with world.db() as db:
        assert db.scalar(select(func.count()).select_from(models.WebSession)) == 1


def test_a_restart_forgets_nothing(world: World) -> None:
    person = world.enter("physician-md")
    page = person.open(world.placement())
    (cookie,) = [each for each in person.session.cookies if each.name.startswith("cme-")]
    again, engine = second_process(world)
    client = again.test_client()
    client.set_cookie(cookie.name, cookie.value or "")
    assert client.get(f"/s/{page.session_id}/").status_code in (200, 302, 303)
    engine.dispose()  # type: ignore[attr-defined]


def test_unknown_keys_make_one_fetch_a_minute_for_all_processes(world: World) -> None:
    world.enter("physician-md").open(world.placement())
    fetched = len(world.lms.requests_received("jwks"))
    assert fetched == 1
    for _ in range(4):
        assert "key_unknown" in world.launch_as("nurse", world.placement(), "unknown-kid").text
    assert len(world.lms.requests_received("jwks")) == fetched + 1
    other, engine = second_process(world)
    person = world.enter("nurse")
    person.stops_at = f"{world.base_url}/lti/launch"
    world.lms.tamper_next("unknown-kid")
    fields = dict(person.open(world.placement()).form("lti").fields)
    client = other.test_client()
    for cookie in person.session.cookies:
        client.set_cookie(cookie.name, cookie.value or "")
    assert client.post("/lti/launch", data=fields).status_code == 400
    engine.dispose()  # type: ignore[attr-defined]
    assert len(world.lms.requests_received("jwks")) == fetched + 1
    world.clock.advance(seconds=61)
    world.launch_as("nurse", world.placement(), "unknown-kid")
    assert len(world.lms.requests_received("jwks")) == fetched + 2


def test_an_outsider_cannot_make_the_tool_call_anybody(world: World) -> None:
    before = len(world.lms.requests_received())
    client = world.app.test_client()
    hostile = {"iss": world.lms.issuer + "/x", "login_hint": "1", "target_link_uri": f"{world.base_url}/lti/launch"}
    assert client.post("/lti/login", data=hostile).status_code == 400
    assert client.post("/lti/launch", data={"state": "s", "id_token": "a.b.c"}).status_code == 400
    known = hostile | {"iss": world.lms.issuer, "client_id": world.lms.config.client_id}
    assert client.post("/lti/login", data=known).status_code in (200, 302)  # sends the browser, calls nobody
    assert len(world.lms.requests_received()) == before


def test_what_has_expired_is_swept_away(world: World) -> None:
    person = world.enter("physician-md")
    person.stops_at = f"{world.base_url}/lti/launch"
    person.open(world.placement())
    world.enter("nurse").open(world.placement())
    with world.db() as db:
        assert forget_expired(db, world.clock()) == 0
        assert forget_expired(db, world.clock() + timedelta(minutes=11)) == 1
        assert forget_expired(db, world.clock() + timedelta(hours=9)) == 1
