"""Activities and claims over the API; every answer is held against the OpenAPI document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.errors import CmeError, NotFound, Refused
from lti_tool.domain.learner import Profile
from lti_tool.domain.native import NativeClaim, write_message
from lti_tool.domain.record import Record
from lti_tool.services.activity import import_activity
from tests.functional.api_calls import NAME, count, fits, learner, raw, reasons, walked
from tests.functional.native import COURSE, SUBJECT, client, credentials, evaluation_fields
from tests.functional.world import World
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.rounds import SERIES
from xblock_cme.claiming import Claimant, evaluate
from xblock_cme.client import Approved, ByLink, ToolClient


def test_approved_activities_can_be_found(tool: ToolClient) -> None:
    fits("Activities", raw(tool, "GET", "/api/v1/activities").json())
    assert {one.key for one in tool.activities().activities} == {NAME, "journal-sglt2-ckd", "cases-ecg-rhythms"}
    (found,) = tool.activities("blood PRESSURE").activities
    assert found.key == NAME and "AMA PRA Category 1" in found.credit and not found.is_expired
    assert tool.activities("no such words") == Approved([])


def test_what_only_a_link_can_show_is_told_apart_with_the_reason(tool: ToolClient, world: World) -> None:
    rounds = short_activity(key="rounds", **SERIES)
    with world.db() as db:
        import_activity(db, world.provider_id, rounds, {}, world.clock())
    fits("Activities", raw(tool, "GET", "/api/v1/activities").json())
    told = ByLink("rounds", rounds.title, "sessions")
    assert tool.activities(rounds.title) == tool.activities("ROUNDS") == Approved([], [told])
    assert told in tool.activities().by_link and len(tool.activities().activities) == 3
    for key, kind, code in (("rounds", Refused, "activity_by_link"), ("round", NotFound, "activity_unknown")):
        with pytest.raises(kind) as refused:
            tool.newest_version(key)
        assert refused.value.code == code


def test_a_version_is_a_copy_that_needs_the_tool_no_more(tool: ToolClient, world: World) -> None:
    fits("ActivityCopy", raw(tool, "GET", f"/api/v1/activities/{NAME}/versions/1").json())
    copy = tool.copy("cases-ecg-rhythms", tool.newest_version("cases-ecg-rhythms"))
    assert copy.media and copy.terms
    for name in copy.media:
        assert tool.media(copy.key, 1, name)
    assert "<script" not in json.dumps(write_message(copy))


def test_the_copys_text_is_the_tools_text(tool: ToolClient, world: World) -> None:
    """Somebody who acknowledges in the block has acknowledged what an LTI launch shows."""
    copy = tool.copy(NAME, 1)
    person = world.enter("physician-md")
    assert copy.page.fingerprint in person.open(world.placement(NAME)).html


@pytest.mark.parametrize(("degree", "is_awarded"), [("MD", True), ("RN", False)])
def test_a_claim_is_awarded_once(tool: ToolClient, world: World, degree: str, is_awarded: bool) -> None:
    ada = learner(tool)
    ada.walk()
    message = write_message(ada.claim(degree))
    fits("NativeClaim", message)
    answer = tool.claim(message, "key-1")
    fits("NativeAnswer", write_message(answer))
    assert answer.is_awarded and not answer.reasons
    (certificate,) = answer.certificates
    assert certificate.is_awarded is is_awarded and bool(certificate.note) is not is_awarded
    assert any(run.is_italic for run in certificate.phrase.runs)
    assert certificate.learner_name.startswith("Ada Lovelace")
    assert tool.claim(message, "key-1") == answer
    assert tool.claim(message, "key-2") == answer
    assert count(world, models.CreditEntry) == count(world, models.Certificate) == 1


def test_the_certificate_is_its_owners(tool: ToolClient) -> None:
    ada = learner(tool)
    ada.walk()
    (certificate,) = tool.claim(write_message(ada.claim()), "key").certificates
    assert tool.certificate(certificate.id, SUBJECT).startswith(b"%PDF")
    for subject, identity in (("somebody-else", certificate.id), (SUBJECT, "0" * 32)):
        with pytest.raises(NotFound):
            tool.certificate(identity, subject)
    assert requests.get(certificate.verify_url, timeout=30).status_code == 200


def test_a_claim_before_the_path_is_done_is_refused_with_reasons(tool: ToolClient, world: World) -> None:
    ada = learner(tool)
    ada.acknowledge()
    profile = Profile("Ada Lovelace", "MD", "US")  # type: ignore[arg-type]
    sent = NativeClaim(SUBJECT, COURSE, NAME, 1, 1, datetime.now(UTC), ada.facts.record, profile, {}, True)
    found = reasons(tool.claim(write_message(sent), "key"))
    assert {"needs_pre-test", "needs_content", "needs_post-test"} <= found
    assert count(world, models.CreditEntry) == count(world, models.Participation) == 0


def test_wrong_answers_are_no_pass(tool: ToolClient) -> None:
    ada = learner(tool)
    ada.walk(answers=lambda question: {})
    assert ada.here.fraction(None) == 0
    record = replace(ada.facts.record, evaluated_at=None)
    profile = Profile("Ada Lovelace", "MD", "US")  # type: ignore[arg-type]
    sent = NativeClaim(SUBJECT, COURSE, NAME, 1, 1, datetime.now(UTC), record, profile, {}, True)
    assert "needs_post-test" in reasons(tool.claim(write_message(sent), "key"))


def without_pre_test(record: Record) -> Record:
    return replace(record, attempts=tuple(each for each in record.attempts if each.test.value != "pre-test"))


def untimely(record: Record) -> Record:
    late = record.acknowledgements[0].at + timedelta(days=30)
    return replace(record, acknowledgements=(replace(record.acknowledgements[0], at=late),))


def other_form(record: Record) -> Record:
    last = record.attempts[-1]
    return replace(record, attempts=(*record.attempts[:-1], replace(last, form=last.form[:1])))


def finished_too_soon(record: Record) -> Record:
    return replace(record, content_finished_at=record.acknowledgements[0].at - timedelta(minutes=1))


@pytest.mark.parametrize("spoil", [without_pre_test, untimely, other_form, finished_too_soon])
def test_facts_that_cannot_have_happened_are_refused(tool: ToolClient, world: World, spoil: Any) -> None:
    sent = walked(tool)
    answer = tool.claim(write_message(replace(sent, record=spoil(sent.record))), "key")
    assert reasons(answer) & {"facts_impossible", "needs_pre-test"}
    assert count(world, models.CreditEntry) == 0


def test_a_claim_from_the_future_or_long_ago_is_refused(tool: ToolClient) -> None:
    sent = walked(tool)
    for moved in (timedelta(hours=1), timedelta(days=-40)):
        late = replace(sent, at=datetime.now(UTC) + moved)
        assert reasons(tool.claim(write_message(late), f"key{moved.days}")) == {"claim_out_of_time"}


def test_a_name_that_cannot_be_printed_is_named(tool: ToolClient) -> None:
    sent = walked(tool)
    spoiled = replace(sent, profile=replace(sent.profile, printed_name="Ada \U0001f600"))
    answer = tool.claim(write_message(spoiled), "key")
    assert [(reason.control, reason.code) for reason in answer.reasons] == [("printed_name", "unprintable")]


def test_a_refused_claim_can_be_put_right(tool: ToolClient, world: World) -> None:
    sent = walked(tool)
    assert not tool.claim(write_message(replace(sent, amounts={})), "key-1").is_awarded
    assert tool.claim(write_message(sent), "key-2").is_awarded
    assert count(world, models.Participation) == 1


def test_an_evaluation_is_kept_once_and_without_a_name_where_that_was_promised(tool: ToolClient, world: World) -> None:
    ada = learner(tool)
    ada.walk()
    before = replace(ada.here, record=replace(ada.here.record, evaluated_at=None))
    again = replace(before, standing=ada.here.standing)
    _facts, sheet = evaluate(again, evaluation_fields(ada.copy), Claimant(SUBJECT, COURSE))
    assert sheet is not None
    for _ in range(2):
        tool.evaluation(write_message(sheet.evaluation), "one-key")
    with world.db() as db:
        (row,) = db.scalars(select(models.EvaluationResponse)).all()
        form = ada.copy.activity.evaluation
        assert form is not None and (row.participation_id is None) is form.is_anonymous


def test_an_unknown_version_is_refused_loudly(tool: ToolClient) -> None:
    message = write_message(walked(tool)) | {"version": "native-claim/4"}
    response = raw(tool, "POST", "/api/v1/claims", json=message, headers={"Idempotency-Key": "k"})
    assert response.status_code == 422 and response.json()["code"] == "wire_version"
    fits("Refusal", response.json())


def test_an_idempotency_key_belongs_to_one_request(tool: ToolClient) -> None:
    sent = walked(tool)
    tool.claim(write_message(sent), "key")
    other = write_message(replace(sent, context_title="Another course"))
    response = raw(tool, "POST", "/api/v1/claims", json=other, headers={"Idempotency-Key": "key"})
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")
    assert raw(tool, "POST", "/api/v1/claims", json=other).json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"version": "native-claim/1", "body": {"subject": 5}}'])
def test_what_cannot_be_read_is_refused(tool: ToolClient, body: bytes) -> None:
    headers = {"Idempotency-Key": "key", "Content-Type": "application/json"}
    response = raw(tool, "POST", "/api/v1/claims", data=body, headers=headers)
    assert response.status_code == 422
    fits("Refusal", response.json())


def test_another_providers_platform_sees_nothing_of_ours(tool: ToolClient, world: World) -> None:
    from lti_tool.demo.config import LmsConfig, ToolAddresses
    from lti_tool.demo.server import running_lms
    from tests.functional.world import pem

    sent = walked(tool)
    (mine,) = tool.claim(write_message(sent), "key").certificates
    config = LmsConfig(ToolAddresses.at(world.base_url), signing_pems=(pem(2),), client_id="other-client")
    with running_lms(config, clock=world.clock) as lms:
        world.add_platform(lms, provider="Another provider", deployments=config.deployment_ids)
        stranger = client(credentials(world, 1, issuer=lms.issuer, client_id="other-client"))
        assert stranger.activities() == Approved([])
        for call in (
            lambda: stranger.newest_version(NAME),
            lambda: stranger.copy(NAME, 1),
            lambda: stranger.certificate(mine.id, SUBJECT),
            lambda: stranger.certificates(NAME, SUBJECT),
        ):
            with pytest.raises(CmeError):
                call()
        assert reasons(stranger.claim(write_message(sent), "key")) == {"activity_unknown"}
        stranger.http.close()


def test_answers_to_cases_come_with_the_claim(tool: ToolClient, world: World) -> None:
    ada = learner(tool, name="cases-ecg-rhythms")
    ada.walk()
    message = write_message(ada.claim())
    fits("NativeClaim", message)
    spoiled = replace(ada.facts.record, responses={})
    found = tool.claim(write_message(replace(ada.claim(), record=spoiled)), "key-0")
    assert not found.is_awarded and {reason.code for reason in found.reasons} == {"facts_impossible"}
    for key in ("key-1", "key-2"):
        assert tool.claim(message, key).is_awarded
    with world.db() as db:
        kept = {row.item: row.value for row in db.scalars(select(models.ContentResponse))}
    assert kept == {key: one.answer for key, one in ada.facts.record.responses.items()} and len(kept) == 3
