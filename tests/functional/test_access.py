"""Every route asks for the right person, and asks the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from lti_tool.db.base import Base
from lti_tool.web.access import Access, csrf_token
from tests.functional.browsing import Browser
from tests.functional.pages import Page
from tests.functional.world import World

WRITES_ON_GET = {
    "lti.login": "begins a login (LTI Core 1.3, 5.1.1.1 allows GET)",
    "lti.enter": "the handoff ends when the cookie came back",
    "learner.transcript_file": "the first signature of a provider makes its key",
}


def rules(world: World, *levels: Access) -> Iterator[Rule]:
    access: dict[str, Access] = world.app.extensions["cme_access"]
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint != "static" and access.get(rule.endpoint) in levels:
            yield rule


def address(rule: Rule, session_id: str) -> str:
    """The rule's address with its arguments filled in: this session, and harmless values."""

    def filled(found: re.Match[str]) -> str:
        if found["name"] == "session_id":
            return session_id
        chosen = re.match(r"any\(\s*['\"]?([^,'\")]+)", found["kind"] or "")
        return chosen[1].strip() if chosen else "1"

    return re.sub(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>[^<>]+)>", filled, rule.rule)


def calls(world: World, session_id: str, *levels: Access) -> Iterator[tuple[str, str, str]]:
    for rule in rules(world, *levels):
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, address(rule, session_id)


def ask(person: Browser, method: str, path: str, **how: Any) -> Page:
    person.stops_at = "/"
    return person.get(path) if method == "GET" else person.post(path, how.pop("fields", {"x": "y"}), **how)


def dump(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database."""
    with world.db() as db:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in db.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def learner(sqlite_world: World) -> tuple[Browser, str]:
    person = sqlite_world.enter("physician-md")
    page = person.open(sqlite_world.placement())
    assert page.status == 200
    return person, page.session_id


def test_every_route_says_who_may_call_it(sqlite_world: World) -> None:
    declared = sqlite_world.app.extensions["cme_access"]
    endpoints = {rule.endpoint for rule in sqlite_world.app.url_map.iter_rules()} - {"static"}
    assert endpoints == set(declared)


def test_what_is_below_a_session_asks_for_one(sqlite_world: World) -> None:
    public = [rule.rule for rule in rules(sqlite_world, Access.PUBLIC) if rule.rule.startswith("/s/")]
    assert public == ["/s/<session_id>/enter"]
    inside = list(rules(sqlite_world, Access.LEARNER, Access.STAFF))
    assert len(inside) > 10
    assert all(rule.rule.startswith("/s/<session_id>/") for rule in inside)


def test_without_a_cookie_nothing_opens(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    stranger, before = sqlite_world.enter("nurse"), dump(sqlite_world)
    for endpoint, method, path in calls(sqlite_world, learner[1], Access.LEARNER, Access.STAFF):
        page = ask(stranger, method, path)
        assert (page.status, "session_unknown" in page.text) == (403, True), (endpoint, page)
    assert dump(sqlite_world) == before


def test_the_cookie_of_another_session_opens_nothing(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    other = sqlite_world.enter("nurse")
    own = other.open(sqlite_world.placement()).session_id
    (token,) = [each.value or "" for each in other.session.cookies if each.name == f"cme-{own[:16]}"]
    other.session.cookies.set(f"cme-{learner[1][:16]}", token, domain="127.0.0.1", path="/")
    before = dump(sqlite_world)
    for endpoint, method, path in calls(sqlite_world, learner[1], Access.LEARNER, Access.STAFF):
        page = ask(other, method, path)
        assert (page.status, "session_unknown" in page.text) == (403, True), (endpoint, page)
    assert dump(sqlite_world) == before


def test_a_form_without_its_token_changes_nothing(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    person, session_id = learner
    before = dump(sqlite_world)
    for endpoint, method, path in calls(sqlite_world, session_id, Access.LEARNER):
        if method == "POST":
            for fields in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "é"}):
                page = ask(person, method, path, fields=fields)
                assert (page.status, "form_token_wrong" in page.text) == (403, True), (endpoint, page)
    assert dump(sqlite_world) == before


def token_of(world: World, session_id: str) -> str:
    with world.app.app_context():
        return csrf_token(session_id)


def test_another_site_can_change_nothing_even_with_the_token(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    person, session_id = learner
    fields, before = {"csrf_token": token_of(sqlite_world, session_id)}, dump(sqlite_world)
    for endpoint, method, path in calls(sqlite_world, session_id, Access.LEARNER):
        if method == "POST":
            for origin in ("https://evil.example", sqlite_world.lms.issuer):
                page = ask(person, method, path, fields=fields, origin=origin)
                assert (page.status, "cross_site" in page.text) == (403, True), (endpoint, page)
    assert dump(sqlite_world) == before


def test_staff_pages_are_for_staff(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    person, session_id = learner
    fields, before = {"csrf_token": token_of(sqlite_world, session_id)}, dump(sqlite_world)
    asked = list(calls(sqlite_world, session_id, Access.STAFF))
    assert asked
    for endpoint, method, path in asked:
        page = ask(person, method, path, fields=fields) if method == "POST" else ask(person, method, path)
        assert (page.status, "staff_only" in page.text) == (403, True), (endpoint, page)
    assert dump(sqlite_world) == before


@pytest.mark.parametrize("who", ["physician-md", "instructor"])
def test_looking_changes_nothing(sqlite_world: World, who: str) -> None:
    person = sqlite_world.enter(who)
    session_id = person.open(sqlite_world.placement()).session_id
    levels = (Access.PUBLIC, Access.LEARNER) + ((Access.STAFF,) if who == "instructor" else ())
    before = dump(sqlite_world)
    for endpoint, method, path in calls(sqlite_world, session_id, *levels):
        if method == "GET" and endpoint not in WRITES_ON_GET:
            page = ask(person, method, path)
            assert page.status < 500, page
            assert dump(sqlite_world) == before, f"GET {path} ({endpoint}) changed the database"


def test_a_session_ends_after_its_hours(sqlite_world: World, learner: tuple[Browser, str]) -> None:
    person, session_id = learner
    sqlite_world.clock.advance(hours=8, seconds=1)
    page = person.get(f"/s/{session_id}/")
    assert page.status == 403
    assert "signed out" in page.heading
