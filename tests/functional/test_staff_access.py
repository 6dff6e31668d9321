"""Who may open the staff pages: staff of this course, with a live session and the session's own form token."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db.base import Base
from lti_tool.domain.launch import Role
from lti_tool.web.access import Access
from tests.functional.staff_world import BASE, World, world_on_sqlite
from tests.unit.lti_tool.domain.builders import activity

__all__ = ["world_on_sqlite"]
LOOKS = (
    "/deep-link",
    "/deep-link/preview",
    "/staff/",
    "/staff/home",
    "/staff/bind",
    "/staff/outcomes",
    "/staff/evaluation",
    "/staff/follow-ups",
    "/staff/certificates",
    "/staff/grades",
    "/staff/results.csv",
    "/staff/results.xlsx",
    "/staff/learners/x",
    "/staff/roster",
    "/staff/data-privacy/x",
    "/staff/planning",
)
CHANGES = (
    "/deep-link/return",
    "/staff/bind",
    "/staff/test-run/wipe",
    "/staff/grades/x/retry",
    "/staff/learners/x/time",
    "/staff/roster",
)


def test_every_staff_route_is_known_here_and_asks_for_staff(world: World) -> None:
    access = world.app.extensions["cme_access"]
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]
    assert {access[rule.endpoint] for rule in rules} == {Access.STAFF}
    known = {f"/s/<session_id>{rule}" for rule in (*LOOKS, *CHANGES)}
    found = {re.sub(r"<(?!session_id)\w+>", "x", rule.rule) for rule in rules}
    assert found == known


def test_only_these_change_anything(world: World) -> None:
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.endpoint.startswith("staff.")]
    named = re.compile("<(?:delivery_id|participation_id)>")
    posting = {named.sub("x", rule.rule) for rule in rules if "POST" in (rule.methods or ())}
    assert posting == {f"/s/<session_id>{rule}" for rule in CHANGES}


def test_learners_are_refused_everywhere(world: World) -> None:
    for role in (Role.LEARNER, Role.MENTOR):
        learner = world.enter(role)
        assert {rule: learner.get(rule).status_code for rule in LOOKS} == dict.fromkeys(LOOKS, 403)
        assert {rule: learner.post(rule).status_code for rule in CHANGES} == dict.fromkeys(CHANGES, 403)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.TEACHING_ASSISTANT, Role.CONTENT_DEVELOPER, Role.ADMINISTRATOR])
def test_staff_are_let_in(world: World, role: Role) -> None:
    assert world.enter(role).get("/staff/").status_code == 200


def test_an_expired_session_opens_nothing(world: World) -> None:
    instructor = world.staff()
    world.clock.now += timedelta(hours=9)
    assert {instructor.get(rule).status_code for rule in LOOKS} == {403}
    assert {instructor.post(rule).status_code for rule in CHANGES} == {403}


def test_a_session_of_somebody_else_opens_nothing(world: World) -> None:
    instructor, other = world.staff(), world.staff(subject="other")
    assert other.client.get(instructor.path("/staff/"), base_url=BASE).status_code == 403
    stranger = world.app.test_client()
    assert stranger.get(instructor.path("/staff/"), base_url=BASE).status_code == 403


def test_a_wrong_or_missing_form_token_changes_nothing(world: World) -> None:
    instructor, other = world.staff(), world.staff(subject="other")
    for token in ("", "wrong", other.form_token()):
        assert {instructor.post(rule, token=token).status_code for rule in CHANGES} == {403}
    crossing = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for rule in CHANGES:
        data = {"csrf_token": instructor.form_token()}
        answer = instructor.client.post(instructor.path(rule), base_url=BASE, data=data, headers=crossing)
        assert answer.status_code == 403


def counts(world: World) -> dict[str, int]:
    """Rows per table, sessions aside."""
    tables = Base.metadata.sorted_tables
    with world.db() as db:
        return {table.name: db.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_looking_writes_nothing(world: World) -> None:
    instructor, picking = world.staff(), world.picker(subject="picker")
    before = counts(world)
    for rule in LOOKS:
        for person in (instructor, picking):
            person.get(rule)
        assert instructor.get("/staff/test-run/wipe").status_code == 405
    assert counts(world) == before


def test_a_link_cannot_be_bound_to_another_providers_activity(world: World) -> None:
    world.place(activity(key="foreign", title="Foreign"), provider="Another school")
    instructor = world.staff(key="")
    assert instructor.post("/staff/bind", choose="foreign").status_code == 422
    assert "Foreign" not in instructor.get("/staff/bind").get_data(as_text=True)
    assert instructor.get("/staff/").status_code == 404


def test_a_picker_session_has_no_results(world: World) -> None:
    picking = world.picker()
    assert {rule: picking.get(rule).status_code for rule in ("/staff/", "/staff/outcomes", "/staff/bind")} == {
        "/staff/": 404,
        "/staff/outcomes": 404,
        "/staff/bind": 404,
    }
    assert picking.get("/staff/home").headers["Location"].endswith("/deep-link")
