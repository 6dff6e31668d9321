"""Purging on both engines: what is over goes, in batches and with its audit entry; what is held or young stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.retention import RecordClass
from lti_tool.services import purge
from lti_tool.services.audit import first_break
from lti_tool.services.legal_hold import legal_holds, lift_hold, place_hold
from lti_tool.services.purge import due_now, purge_all, purge_provider
from lti_tool.services.retention import own_periods, set_periods
from lti_tool.services.session import Visit
from tests.unit.lti_tool.services.claiming import NOW, World
from tests.unit.lti_tool.services.keeping import OVER, STILL_KEPT, here, with_term, world
from tests.unit.lti_tool.services.officers import officer

__all__ = ["here", "world"]


def count(world: World, table: Any) -> int:
    with transaction(world.sessions) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def claimed(world: World, name: str = "Ada Byron") -> Visit:
    visit = world.learner(name)
    world.claim(visit)
    with transaction(world.sessions) as db:
        db.add(models.Credential(learner_id=visit.learner_id, kind="npi", place="", sealed=b"sealed", confirmed_at=NOW))
    return visit


def actions(world: World) -> list[tuple[str, dict[str, Any]]]:
    with transaction(world.sessions) as db:
        table = models.AuditEntry
        rows = db.scalars(select(table).where(table.action == "retention.purged").order_by(table.number))
        return [(row.detail["class"], dict(row.detail["rows"])) for row in rows]


def whole(world: World) -> bool:
    with transaction(world.sessions) as db:
        return first_break(db, world.provider_id) is None


def test_the_last_day_stays_and_the_first_day_after_it_goes(world: World) -> None:
    with_term(world)
    claimed(world)
    young = purge_provider(world.sessions, world.provider_id, STILL_KEPT)
    assert RecordClass.CREDIT not in young.records and RecordClass.ANSWERS not in young.records
    assert world.counts()[:2] == (1, 1)
    done = purge_provider(world.sessions, world.provider_id, OVER)
    assert done.records == {RecordClass.ANSWERS: 1, RecordClass.CREDIT: 2}, "the record, and then the name"
    assert world.counts()[:2] == (0, 0)
    assert [count(world, table) for table in (models.Participation, models.Attempt, models.Answer)] == [0, 0, 0]
    with transaction(world.sessions) as db:
        assert db.scalars(select(models.Learner.lms_name)).all() == [""]
    assert [name for name, _ in actions(world)] == ["identifiers", "answers", "credit", "credit"]
    assert actions(world)[-2][1] == {"certificate": 1, "credit_entry": 1, "participation": 1}
    assert actions(world)[-1][1] == {"learner": 1}
    assert whole(world)


def test_a_dry_look_changes_nothing_and_says_the_same(world: World) -> None:
    with_term(world)
    claimed(world)
    with transaction(world.sessions) as db:
        found = {one.record_class: one for one in due_now(db, world.provider_id, OVER)}
    assert found[RecordClass.CREDIT].count == 1 and str(found[RecordClass.CREDIT].oldest) == "2033-12-31"
    assert world.counts()[:2] == (1, 1) and actions(world) == []
    done = purge_provider(world.sessions, world.provider_id, OVER)
    then = {name: one.count for name, one in found.items() if one.count}
    assert then == done.records | {RecordClass.CREDIT: 1}, "names go once nothing hangs on them any more"


def test_answers_stay_while_nobody_has_entered_the_term(here: World) -> None:
    claimed(here)
    done = purge_provider(here.sessions, here.provider_id, OVER)
    assert RecordClass.ANSWERS not in done.records, "the credit goes with its facts, the answers not before it"


@pytest.mark.parametrize("target", ["learner", "activity", "provider"])
def test_what_is_held_is_not_purged_until_the_hold_is_lifted(here: World, target: str) -> None:
    with_term(here)
    visit = claimed(here)
    keys = {"learner": {"learner_id": visit.learner_id}, "activity": {"activity_id": here.activity_id}, "provider": {}}
    who = officer(here.provider_id)
    with transaction(here.sessions) as db:
        hold_id = place_hold(db, who, "A claim is in court.", NOW, **keys[target])
    assert purge_provider(here.sessions, here.provider_id, OVER).records == {}
    with transaction(here.sessions) as db:
        held = {one.record_class: (one.count, one.held) for one in due_now(db, here.provider_id, OVER)}
        assert held[RecordClass.CREDIT] == (0, 1) and held[RecordClass.IDENTIFIERS] == (0, 1)
        lift_hold(db, who, hold_id, "The case is closed.", NOW)
    assert purge_provider(here.sessions, here.provider_id, OVER).records[RecordClass.CREDIT] == 2


def test_who_may_hold_and_lift(here: World) -> None:
    who = officer(here.provider_id)
    with transaction(here.sessions) as db:
        with pytest.raises(Forbidden):
            place_hold(db, officer(here.provider_id, Capability.REPORT), "x y", NOW)
        with pytest.raises(BadInput):
            place_hold(db, who, " ", NOW)
        with pytest.raises(BadInput):
            place_hold(db, who, "Both", NOW, learner_id="1" * 32, activity_id="2" * 32)
        with pytest.raises(NotFound):
            place_hold(db, officer("f" * 32), "Theirs", NOW, activity_id=here.activity_id)
        with pytest.raises(NotFound):
            place_hold(db, who, "Nobody", NOW, learner_id="\x00")
        hold_id = place_hold(db, who, "Audit", NOW, activity_id=here.activity_id)
        (row,) = legal_holds(db, who)
        assert (row.target, row.reason, row.lifted_at) == (here.activity.title, "Audit", None)
        with pytest.raises(NotFound):
            lift_hold(db, officer("f" * 32), hold_id, "Over", NOW)
        with pytest.raises(BadInput):
            lift_hold(db, who, hold_id, "", NOW)
        lift_hold(db, who, hold_id, "Over", NOW)
        with pytest.raises(Conflict):
            lift_hold(db, who, hold_id, "Over", NOW)


def test_a_run_that_is_killed_half_way_is_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with_term(world)
    for number in range(5):
        claimed(world, f"Person {'ABCDE'[number]}")
    monkeypatch.setattr(purge, "BATCH", 2)
    calls: list[int] = []

    def dies(*_: object) -> None:
        """At the end of the second batch, when its rows are gone and its entry is about to be written."""
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    event.listen(models.AuditEntry, "before_insert", dies)
    try:
        with pytest.raises(KeyboardInterrupt):
            purge_provider(world.sessions, world.provider_id, OVER)
    finally:
        event.remove(models.AuditEntry, "before_insert", dies)
    left = count(world, models.Credential)
    assert left == 3 and len(actions(world)) == 1, "the batch that was cut is whole again"
    done = purge_provider(world.sessions, world.provider_id, OVER)
    assert done.records == {RecordClass.IDENTIFIERS: 3, RecordClass.ANSWERS: 5, RecordClass.CREDIT: 10}
    assert world.counts()[:2] == (0, 0) and whole(world)
    assert purge_provider(world.sessions, world.provider_id, OVER).records == {}


def test_it_stops_when_told_and_does_all_providers(here: World) -> None:
    with_term(here)
    claimed(here)
    assert purge_all(here.sessions, OVER, lambda: True) == 0
    with transaction(here.sessions) as db:
        db.add(models.Provider(name="Another Medical School", created_at=NOW))
    assert purge_all(here.sessions, OVER) == 0, "nobody has set the periods"
    with transaction(here.sessions) as db:
        set_periods(db, officer(here.provider_id), own_periods(db, here.provider_id), NOW)
    assert purge_all(here.sessions, OVER) == 4


def test_nothing_of_another_provider(here: World) -> None:
    with_term(here)
    claimed(here)
    with transaction(here.sessions) as db:
        other = models.Provider(name="Another Medical School", created_at=NOW)
        db.add(other)
        db.flush()
        other_id = other.id
    assert purge_provider(here.sessions, other_id, OVER).records == {}
    assert here.counts()[:2] == (1, 1)


def test_mail_and_repeated_requests(world: World) -> None:
    with transaction(world.sessions) as db:
        for key, state in (("old", "sent"), ("waits", "waiting")):
            db.add(
                models.Mail(
                    provider_id=world.provider_id,
                    key=key,
                    recipient="a@b.example",
                    subject="s",
                    body="",
                    state=state,
                    next_at=NOW,
                    created_at=NOW,
                    finished_at=NOW if state == "sent" else None,
                )
            )
        db.add(
            models.ApiRequest(
                deployment_id=world.deployment_id,
                idempotency_key="k",
                request_hash="h",
                answer={},
                created_at=NOW,
            )
        )
    early = purge_provider(world.sessions, world.provider_id, NOW + timedelta(days=30))
    assert early.records == {}
    done = purge_provider(world.sessions, world.provider_id, NOW + timedelta(days=400))
    assert done.records == {RecordClass.SIGN_IN: 1, RecordClass.MAIL: 1} and count(world, models.Mail) == 1


def test_periods_of_the_provider(here: World) -> None:
    who = officer(here.provider_id)
    with transaction(here.sessions) as db:
        set_periods(db, who, {RecordClass.CREDIT: 120, RecordClass.MAIL: 12}, NOW)
        set_periods(db, who, {RecordClass.CREDIT: 120}, NOW)
        assert own_periods(db, here.provider_id)[RecordClass.CREDIT] == 120
        notes = db.scalars(select(models.AuditEntry.detail)).all()
        assert notes == [{"credit": [84, 120], "mail": [12, 12]}], "what stays as it was is noted the first time only"
        with pytest.raises(BadInput) as caught:
            set_periods(db, who, {RecordClass.CREDIT: 12, RecordClass.MAIL: 0}, NOW)
        assert caught.value.faults == {"credit": "too_short", "mail": "too_short"}
        with pytest.raises(Forbidden):
            set_periods(db, officer(here.provider_id, Capability.REPORT), {}, NOW)
    claimed(here)
    assert RecordClass.CREDIT not in purge_provider(here.sessions, here.provider_id, OVER).records
