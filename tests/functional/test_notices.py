"""Notices over HTTP: switched on in the office, sent by the LMS when a course is copied, found by the copied link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from lti_tool.db import models
from lti_tool.demo.claims import NoticeKind, P
from lti_tool.demo.course import MAIN, Placement
from lti_tool.domain.capability import Capability
from lti_tool.domain.notice import MAX_NOTICES
from lti_tool.services.audit import ToolActor
from lti_tool.services.notice import ask, note_answer, switch
from lti_tool.services.team import invite
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import World as OfficeWorld
from tests.functional.staff_world import make_world as make_office_world
from tests.functional.staff_world import text_of
from tests.functional.world import World
from tests.unit.lti_tool.services.test_notice import OFFERED

TITLE = "A link without a name"
BARE = {"type": "ltiResourceLink", "title": TITLE, "lineItem": {"scoreMaximum": 100, "label": TITLE}}


def switched(world: World, *, is_on: bool = True) -> None:
    """What the button in the office does."""
    with world.db() as db:
        offer = switch(db, ToolActor(world.provider_id), world.platform_id, "1", world.clock(), is_on=is_on)
    error = ask(world.deps.notice_handlers, offer, f"{world.base_url}/lti/notices" if is_on else "", world.clock())
    assert error is None, error
    with world.db() as db:
        note_answer(db, offer, error, is_on=is_on)


def bound(world: World) -> Placement:
    """A link that opens an activity because staff said so; the LMS knows nothing of it."""
    link = world.lms.add_placement(BARE)
    world.enter("instructor").open(link)
    with world.db() as db:
        row = db.query(models.Placement).filter_by(title=TITLE).one()
        row.activity_id = world.activity_ids["hypertension-2026"]
    return link


def copy_claims(world: World, **changes: Any) -> dict[str, Any]:
    made = world.lms.copy_course()
    about = {P + "context": {"id": made.number}, P + "origin_contexts": ["anything"]}
    return world.lms.notices.claims("1", NoticeKind.CONTEXT_COPY, about) | changes


def post(world: World, *notices: Any, raw: bytes | None = None) -> requests.Response:
    tokens = [one if isinstance(one, str) else world.lms.notices.sign(one) for one in notices]
    body = json.dumps({"notices": [{"jwt": token} for token in tokens]}).encode() if raw is None else raw
    headers = {"Content-Type": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(f"{world.base_url}/lti/notices", data=body, headers=headers, timeout=20)


def test_a_copied_course_from_the_switch_in_the_office_to_the_copied_link(world: World) -> None:
    bound(world)
    with world.db() as db:
        token = invite(
            db, ToolActor(world.provider_id), "Avery", "avery@example.org", (Capability.CONFIGURE,), world.clock()
        )
    instructor = world.enter("instructor")
    office = instructor.post(f"/join/{token}").url.rstrip("/")
    shown = f"{office}/connections/{world.platform_id}"
    page = instructor.submit(instructor.get(shown), "/notices", button="Turn on for deployment 1")
    assert "Last notice" in page.text and "Turn off for deployment 1" in page.text, "greeted, and confirmed"
    page = instructor.post(f"{world.lms.issuer}/course/copy", origin=world.lms.issuer)
    assert "The tool was told; it answered: 200." in page.text
    copy = next(one for one in world.lms.placements() if one.title == TITLE and one.course != MAIN.number)
    assert world.enter("physician-md").open(copy).status == 200
    with world.db() as db:
        rows = db.query(models.Placement).filter_by(title=TITLE).all()
        assert [row.activity_id for row in rows] == [world.activity_ids["hypertension-2026"]] * 2
    instructor.submit(instructor.get(shown), "/notices", button="Turn off for deployment 1")
    assert set(world.lms.notices.handlers("1").values()) == {""}
    assert post(world, copy_claims(world)).json()["refused"][0]["code"] == "notices_off"


def test_replays_strangers_and_garbage_leave_nothing_behind(world: World) -> None:
    world.enter("instructor").open(world.placement())
    unasked = post(world, copy_claims(world))
    assert (unasked.status_code, unasked.json()["refused"][0]["code"]) == (403, "notices_off")
    switched(world)
    good = world.lms.notices.sign(copy_claims(world))
    assert (post(world, good).status_code, post(world, good).json()) == (200, {"taken": 1, "refused": []})
    expired = copy_claims(world)
    world.clock.advance(hours=2)
    for spoiled, status, code in (
        (good, 400, "token_expired"),
        (expired, 400, "token_expired"),
        (copy_claims(world, iss="https://elsewhere.example"), 400, "issuer_unknown"),
        (copy_claims(world, **{P + "deployment_id": "7"}), 400, "deployment_unknown"),
        ("garbage", 400, "token_malformed"),
    ):
        answer = post(world, spoiled)
        assert (answer.status_code, answer.json()["refused"]) == (status, [{"notice": 0, "code": code}])
    with world.db() as db:
        assert db.query(models.CourseCopy).count() == 1


def test_before_the_registration_is_approved_nothing_is_taken(world: World) -> None:
    world.enter("instructor").open(world.placement())
    switched(world)
    with world.db() as db:
        db.get_one(models.Platform, world.platform_id).approved_at = None
    assert post(world, copy_claims(world)).json()["refused"][0]["code"] == "registration_pending"


def test_a_delivery_is_bounded_and_its_good_notices_are_taken(world: World) -> None:
    world.enter("instructor").open(world.placement())
    switched(world)
    mixed = post(world, copy_claims(world), "x", copy_claims(world))
    assert (mixed.status_code, mixed.json()) == (
        200,
        {"taken": 2, "refused": [{"notice": 1, "code": "token_malformed"}]},
    )
    token = world.lms.notices.sign(copy_claims(world))
    assert post(world, *[token] * MAX_NOTICES).json()["taken"] == MAX_NOTICES
    thousand = post(world, *["x"] * 1000)
    assert (thousand.status_code, thousand.json()["refused"][0]["code"]) == (413, "notices_too_many")
    assert post(world, raw=b"{").status_code == 422
    assert post(world, raw=b"x" * 2_000_000).status_code == 413
    with world.db() as db:
        assert db.query(models.CourseCopy).count() == 3


def test_too_many_in_a_minute_are_told_when_to_come_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enter("instructor").open(world.placement())
    switched(world)
    monkeypatch.setattr("lti_tool.services.notice.MAX_A_MINUTE", 3)
    answer = post(world, *(copy_claims(world) for _ in range(4)))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.json()["taken"] == 2, "the greeting was the first of three"


# -- the office ------------------------------------------------------------------------------------------------------


@pytest.fixture
def office_world(migrated_sqlite_url: str) -> Iterator[OfficeWorld]:
    made = make_office_world(migrated_sqlite_url)
    made.place()
    yield made
    made.close()


def offering(world: OfficeWorld) -> str:
    """A platform that offered notices, at addresses that may not be called; gives its row key."""
    platform = world.platform()
    with world.db() as db:
        db.get_one(models.Platform, platform.id).token_url = "https://10.0.0.1/token"
        deployment = db.query(models.Deployment).filter_by(platform_id=platform.id).one()
        types = sorted(OFFERED.types)
        db.add(models.NoticeService(deployment_id=deployment.id, url="https://10.0.0.1/n", offered=types, handled=[]))
    return platform.id


def toggle(office: OfficePerson, platform: str, wanted: str, deployment: str = "1") -> int:
    return office.post(f"/connections/{platform}/notices", deployment=deployment, wanted=wanted).status_code


def test_the_office_switches_notices_and_shows_what_the_platform_said(office_world: OfficeWorld) -> None:
    office, platform = invited(office_world, Capability.CONFIGURE), offering(office_world)
    page = text_of(office.get(f"/connections/{platform}"))
    assert "Copies of courses" in page and "Turn on for deployment 1" in page and "Turn off" not in page
    assert toggle(office, platform, "yes") == 303
    page = text_of(office.get(f"/connections/{platform}"))
    assert "Not confirmed" in page and "address_forbidden" in page and "CME_ALLOWED_PRIVATE_HOSTS" in page
    assert toggle(office, platform, "no") == 303
    assert "Off" in text_of(office.get(f"/connections/{platform}"))
    with office_world.db() as db:
        entries = db.query(models.AuditEntry).filter_by(action="notices.switched").all()
        assert [entry.detail["is_on"] for entry in entries] == [[False, True], [True, False]]


def test_without_an_offer_or_the_right_there_is_nothing_to_switch(office_world: OfficeWorld) -> None:
    office = invited(office_world, Capability.CONFIGURE)
    planner = invited(office_world, Capability.PLAN, email="pat@example.org")
    bare = office_world.platform().id
    assert "Copies of courses" not in text_of(office.get(f"/connections/{bare}"))
    assert toggle(office, bare, "yes") == 404
    platform = offering(office_world)
    assert toggle(planner, platform, "yes") == 403
    assert toggle(office, platform, "yes", deployment="9") == 404
    other = invited(office_world, Capability.CONFIGURE, provider="Another School", email="b@example.org")
    assert toggle(other, platform, "yes") == 404
    assert office.post(f"/connections/{platform}/notices", csrf_token="x", wanted="yes").status_code == 403
    with office_world.db() as db:
        assert not db.query(models.NoticeService).one().is_on
