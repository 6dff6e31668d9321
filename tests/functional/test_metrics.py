"""What monitoring sees, who may see it, and the id that runs through a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lti_tool.db import models
from lti_tool.services.measure import measure
from tests.functional.staff_world import BASE, NOW, World, make_world, world
from tests.functional.world import World as LiveWorld
from tests.functional.world import make_world as make_live_world

__all__ = ["world"]
TOKEN = "a token for monitoring"


@pytest.fixture
def live(migrated_sqlite_url: str) -> Iterator[LiveWorld]:
    with make_live_world(migrated_sqlite_url, metrics_token=TOKEN) as made:
        yield made


def owed(world: World, *states: str) -> None:
    """Grades in these states, each earned an hour after the one before."""
    visit = world.enter().visit
    with world.db() as db:
        for number, state in enumerate(states):
            at = NOW + timedelta(hours=number)
            row = models.Delivery(
                learner_id=visit.learner_id,
                placement_id=visit.placement_id or "",
                platform_id=visit.platform_id,
                given=1,
                maximum=1,
                stamp=at,
                state=state,
                next_at=at,
                created_at=at,
                queued_at=at,
            )
            db.add(row)


def test_depth_and_age_of_the_outbox(world: World) -> None:
    owed(world, "delivered", "sending", "waiting", "parked", "parked")
    with world.db() as db:
        (one,) = measure(db, NOW + timedelta(hours=5)).platforms
    assert (one.waiting, one.sending, one.parked) == (1, 1, 2)
    assert one.oldest_age == timedelta(hours=4).total_seconds()


def test_an_empty_installation_has_numbers_too(migrated_database_url: str) -> None:
    made = make_world(migrated_database_url)
    with made.db() as db:
        found = measure(db, NOW)
    made.close()
    assert (found.platforms, found.mail_waiting, found.certificates, found.unapproved) == ([], 0, 0, 0)
    assert found.signing_key_age == timedelta(days=1).total_seconds()


def test_clocks_that_differ_give_no_negative_age(world: World) -> None:
    owed(world, "waiting")
    with world.db() as db:
        assert measure(db, NOW - timedelta(hours=1)).platforms[0].oldest_age == 0


@pytest.mark.parametrize("header", [None, "", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer é"])
def test_without_the_token_there_is_nothing(live: LiveWorld, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert live.app.test_client().get("/metrics", headers=headers).status_code == 404


def test_without_the_setting_there_is_nothing_at_all(world: World) -> None:
    answer = world.app.test_client().get("/metrics", base_url=BASE, headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


def test_prometheus_can_read_it_and_it_names_nobody(live: LiveWorld) -> None:
    person = live.enter("physician-md")
    assert person.open(live.placement()).status == 200
    answer = live.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = answer.get_data(as_text=True)
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert {"cme_outbox_depth", "cme_outbox_oldest_age_seconds", "cme_launch_age_seconds", "cme_sessions"} <= set(found)
    assert [sample.value for sample in found["cme_sessions"].samples] == [1.0]
    assert live.lms.issuer in text
    with live.db() as db:
        (learner,) = db.query(models.Learner)
        assert learner.lms_name and learner.lms_name not in text and learner.subject not in text


def test_every_answer_has_an_id(live: LiveWorld) -> None:
    client = live.app.test_client()
    given = client.get("/healthz", headers={"X-Request-ID": "proxy-1234567"})
    assert given.headers["X-Request-ID"] == "proxy-1234567"
    for bad in ("short", "a b c d e f g h", "x" * 65, "<script>alert(1)</script>"):
        made = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{16}", made)
