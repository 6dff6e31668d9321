"""Two records of one person: by staff with a preview, and by the learner through the mailbox of the other record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.address_mark import email_digest
from tests.functional.claim_walk import arrive, claimable_activity
from tests.functional.mailing import Post, mailing
from tests.functional.office_world import invited
from tests.functional.staff_world import BASE, Person, World, text_of, world_on_sqlite
from tests.functional.test_follow_up_mail import address_in
from tests.functional.world import World as Site

__all__ = ["world_on_sqlite"]
ADDRESS = "ada@clinic.example"


def ids(*people: Person) -> dict[str, str]:
    return dict(zip(("keep", "take"), (person.visit.learner_id for person in people), strict=True))


def merged_into(world: World, person: Person) -> str | None:
    with world.db() as db:
        return db.get_one(models.Learner, person.visit.learner_id).merged_into


def test_staff_find_look_at_both_confirm_and_take_back(world: World) -> None:
    one, two = world.enter(name="Ada Byron"), world.enter(name="Ada B.", course="course-2", link="l2")
    admin = invited(world)
    assert "Look at both" in text_of(admin.get("/merges?search=ada"))
    preview = admin.get("/merges/preview", query_string=ids(one, two))
    assert "Ada Byron" in text_of(preview) and "No credit is held twice" in text_of(preview)
    refused = admin.post("/merges/preview", **ids(one, two), reason=" ")
    assert refused.status_code == 422 and "Say how you know" in text_of(refused)
    assert admin.post("/merges/preview", **ids(one, two), reason="Passport").status_code == 303
    assert merged_into(world, two) == one.visit.learner_id
    assert "Ada B." in text_of(admin.get("/merges")) and "learner.merged" in text_of(admin.get("/audit"))
    again = world.enter(subject="person-1", course="course-2", link="l2")
    assert again.visit.learner_id == one.visit.learner_id
    key = re.search(r"/merges/(\w{32})/undo", admin.get("/merges").get_data(as_text=True))
    assert key is not None
    assert admin.post(f"/merges/{key[1]}/undo", reason="").status_code == 422
    assert admin.post(f"/merges/{key[1]}/undo", reason="Two sisters").status_code == 303
    assert merged_into(world, two) is None
    assert admin.post(f"/merges/{key[1]}/undo", reason="Again").status_code == 422


def test_only_those_who_decide_on_claims_everywhere_and_of_this_provider(world: World) -> None:
    one, two = world.enter(), world.enter()
    planner = invited(world, Capability.PLAN, email="p@example.org")
    assert planner.get("/merges").status_code == 403
    assert planner.post("/merges/preview", **ids(one, two), reason="x").status_code == 403
    world.place(provider="Another school")
    other = invited(world, email="o@example.org", provider="Another school")
    assert other.get("/merges/preview", query_string=ids(one, two)).status_code == 404
    assert other.post("/merges/preview", **ids(one, two), reason="x").status_code == 404
    admin = invited(world)
    assert admin.get("/merges/preview?keep=%00&take=x").status_code == 404
    same = {"keep": one.visit.learner_id, "take": one.visit.learner_id}
    assert admin.get("/merges/preview", query_string=same).status_code == 422
    assert merged_into(world, two) is None


def test_without_mail_the_learner_is_told_whom_to_ask(world: World) -> None:
    person = world.enter()
    assert "/records" in person.get("/transcript").get_data(as_text=True)
    assert "Ask the provider" in text_of(person.get("/records"))


@pytest.fixture
def post(migrated_sqlite_url: str) -> Iterator[Post]:
    with mailing(migrated_sqlite_url) as made:
        made.world.place()
        yield made


def known_at(post: Post, person: Person, email: str = ADDRESS) -> Person:
    with post.world.db() as db:
        mark = email_digest(post.world.deps.sealer, person.visit.provider_id, email)
        db.get_one(models.Learner, person.visit.learner_id).email_digest = mark
    return person


def confirmed(post: Post, address: str, **changes: Any) -> Any:
    client = post.world.app.test_client()
    page = client.get(address, base_url=BASE).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    data = {"csrf_token": token[1] if token else "", **changes}
    return client.post(address, base_url=BASE, data=data, headers={"Origin": BASE})


def test_a_learner_joins_another_record_through_its_mailbox(post: Post) -> None:
    other = known_at(post, post.world.enter(name="Ada B.", course="course-2", link="l2"))
    person = post.world.enter(name="Ada Byron")
    assert person.post("/records", email="nonsense").status_code == 422
    assert "If a record has this address" in text_of(person.post("/records", email=f" {ADDRESS.upper()}"))
    ((to, text),) = post.run()
    assert to == ADDRESS and "Ada Byron is signed in" in text
    address = address_in(text, "/records")
    page = text_of(post.world.app.test_client().get(address, base_url=BASE))
    assert "Ada Byron" in page and "Ada B." in page and merged_into(post.world, other) is None
    assert confirmed(post, address, csrf_token="x").status_code == 403
    assert "Your records are one now" in text_of(confirmed(post, address))
    assert merged_into(post.world, other) == person.visit.learner_id
    assert confirmed(post, address).status_code == 403
    with post.world.db() as db:
        entry = db.scalars(select(models.AuditEntry)).all()[-1]
        assert (entry.action, entry.actor_id) == ("learner.merged", person.visit.learner_id)


def test_nothing_tells_whether_somebody_has_an_address(post: Post) -> None:
    known_at(post, post.world.enter(subject="other"))
    person = known_at(post, post.world.enter(subject="own"), "own@clinic.example")
    answers = {
        text_of(person.post("/records", email=email))
        for email in (ADDRESS, "own@clinic.example", "nobody@clinic.example")
    }
    assert len(answers) == 1
    assert [to for to, _ in post.run()] == [ADDRESS]
    assert person.post("/records", email=ADDRESS).status_code == 200
    assert post.run() == [], "one mail in five minutes"
    staff = post.world.staff()
    assert staff.post("/records", email=ADDRESS).status_code == 403


def test_a_link_ends_after_a_day(post: Post) -> None:
    known_at(post, post.world.enter(subject="other"))
    post.world.enter(subject="own").post("/records", email=ADDRESS)
    ((_, text),) = post.run()
    post.world.clock.now += timedelta(hours=24)
    assert confirmed(post, address_in(text, "/records")).status_code == 403
    for token in ("", "x" * 500, "%00"):
        assert post.world.app.test_client().get(f"/records?token={token}", base_url=BASE).status_code == 403


def test_the_launch_keeps_a_digest_and_no_address(sqlite_world: Site) -> None:
    """The address itself goes with the session."""
    arrive(sqlite_world, claimable_activity(sqlite_world))
    email, sealer = sqlite_world.lms.person("physician-md").email, sqlite_world.deps.sealer
    with sqlite_world.db() as db:
        (session,) = db.scalars(select(models.WebSession)).all()
        mark = session.learner.email_digest
        assert session.contact is not None and sealer.open(session.contact) == email
        assert len(mark) == 64 and email not in mark
