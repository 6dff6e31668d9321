"""A platform tells that it has retired an account: restricted at once, decided by staff, credit stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.data_request import RequestKind, RequestState
from lti_tool.domain.native import NativeRetirement, write_message
from lti_tool.services.data_request import data_requests, decide
from lti_tool.services.restriction import is_person_restricted
from tests.functional.api_calls import count, fits, raw, walked
from tests.functional.native import SUBJECT, client, credentials
from tests.functional.world import World
from tests.unit.lti_tool.services.officers import officer
from xblock_cme.client import ToolClient

GONE = write_message(NativeRetirement(SUBJECT))


def claimed(tool: ToolClient, world: World) -> str:
    """Row key of somebody with credit from a block."""
    assert tool.claim(write_message(walked(tool)), "claim").is_awarded
    with world.db() as db:
        return db.scalars(select(models.Learner.id)).one()


def requests(world: World) -> list[models.DataRequest]:
    with world.db() as db:
        found = list(db.scalars(select(models.DataRequest)))
        db.expunge_all()
    return found


def test_what_is_known_is_restricted_and_staff_are_asked_for_its_erasure(tool: ToolClient, world: World) -> None:
    key = claimed(tool, world)
    fits("NativeRetirement", GONE)
    answer = raw(tool, "POST", "/api/v1/retirements", json=GONE, headers={"Idempotency-Key": "key-1"})
    fits("Noted", answer.json())
    assert answer.json() == {"is_known": True}
    (row,) = requests(world)
    assert (row.learner_id, row.kind, row.state) == (key, RequestKind.ERASE.value, RequestState.WAITING.value)
    with world.db() as db:
        assert is_person_restricted(db, key)
        (shown,) = data_requests(db, officer(row.provider_id))
        assert shown.is_of_platform and not shown.is_own and shown.is_waiting


def test_it_is_one_request_however_often_it_is_told(tool: ToolClient, world: World) -> None:
    claimed(tool, world)
    assert [tool.retirement(GONE, key) for key in ("key-1", "key-1", "key-2")] == [True] * 3
    assert len(requests(world)) == 1


def test_staff_decide_and_credit_stays(tool: ToolClient, world: World) -> None:
    key = claimed(tool, world)
    tool.retirement(GONE, "key-1")
    (row,) = requests(world)
    with world.db() as db:
        decide(db, officer(row.provider_id), row.id, is_granted=True, answer="Carried out.", now=world.clock())
    with world.db() as db:
        person = db.get_one(models.Learner, key)
        assert (person.printed_name, person.lms_name) == ("", "") and person.subject != SUBJECT
        assert is_person_restricted(db, key)
    assert count(world, models.CreditEntry) == count(world, models.Certificate) == 1
    assert not tool.retirement(GONE, "key-2"), "whoever was erased is known no more"
    assert tool.retirement(GONE, "key-1"), "the answer to a request is its answer for ever"


def test_a_person_who_is_not_known_leaves_no_trace_and_may_come_to_be_known(tool: ToolClient, world: World) -> None:
    assert not tool.retirement(GONE, "key-1")
    assert count(world, models.Learner) == count(world, models.ApiRequest) == count(world, models.DataRequest) == 0
    claimed(tool, world)
    assert tool.retirement(GONE, "key-1") and len(requests(world)) == 1


def test_the_request_is_that_of_the_person_into_whom_the_account_was_merged(tool: ToolClient, world: World) -> None:
    key = claimed(tool, world)
    with world.db() as db:
        provider_id = db.get_one(models.Learner, key).provider_id
        kept = models.Learner(provider_id=provider_id, issuer="elsewhere", subject="x", created_at=world.clock())
        db.add(kept)
        db.flush()
        db.get_one(models.Learner, key).merged_into = kept.id
        kept_id = kept.id
    tool.retirement(GONE, "key-1")
    (row,) = requests(world)
    assert row.learner_id == kept_id
    with world.db() as db:
        assert is_person_restricted(db, kept_id) and is_person_restricted(db, key)


def test_the_same_id_of_another_platform_is_somebody_else(tool: ToolClient, world: World) -> None:
    from lti_tool.demo.config import LmsConfig, ToolAddresses
    from lti_tool.demo.server import running_lms
    from tests.functional.world import pem

    claimed(tool, world)
    config = LmsConfig(ToolAddresses.at(world.base_url), signing_pems=(pem(2),), client_id="other-client")
    with running_lms(config, clock=world.clock) as lms:
        world.add_platform(lms, deployments=config.deployment_ids)
        stranger = client(credentials(world, 1, issuer=lms.issuer, client_id="other-client"))
        assert not stranger.retirement(GONE, "key-1")
        stranger.http.close()
    assert requests(world) == []


@pytest.mark.parametrize(
    "body", [None, [], {"version": "native-retirement/2", "body": {"subject": "x"}}, {"version": "native-retirement/1"}]
)
def test_what_cannot_be_read_is_refused(tool: ToolClient, body: Any) -> None:
    response = raw(tool, "POST", "/api/v1/retirements", json=body, headers={"Idempotency-Key": "key"})
    assert response.status_code == 422
    fits("Refusal", response.json())


def test_no_id_is_too_odd_to_be_unknown(tool: ToolClient, world: World) -> None:
    for number, subject in enumerate(("", "\x00", "x" * 4000, "' OR 1=1 --", "‮")):
        assert not tool.retirement(write_message(NativeRetirement(subject)), f"key-{number}")
    answer = raw(tool, "POST", "/api/v1/retirements", json=GONE)
    assert answer.json()["code"] == "idempotency_key_missing"
    assert count(world, models.DataRequest) == count(world, models.Learner) == 0
