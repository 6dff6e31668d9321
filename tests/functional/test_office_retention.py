"""Retention in the office and for the learner, over HTTP; and who may not."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from importlib import import_module

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lti_tool.app import chores
from lti_tool.cli import root
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.credential import credentials_for_report
from lti_tool.services.data_request import tell_retired
from lti_tool.services.platform import provider_id_of
from lti_tool.services.purge import EVERY
from lti_tool.services.schedule import Every
from tests.functional.office_world import invited
from tests.functional.staff_world import NOW, PROVIDER, Person, World, text_of, world_on_sqlite
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.officers import officer

__all__ = ["world_on_sqlite"]

CONFIGURE, CREDIT = Capability.CONFIGURE, Capability.OVERRIDE_CLAIMS
OTHER = "Another Medical School"


def activity_id(world: World) -> str:
    with world.db() as db:
        return db.scalars(select(models.Activity.id)).one()


def credited(world: World) -> Person:
    """A learner whom staff have awarded credit."""
    person = world.enter(name="Lee Learner")
    key = person.visit.learner_id
    with world.db() as db:
        row = db.get_one(models.Learner, key)
        row.printed_name, row.degree, row.country, row.confirmed_at = "Lee Learner", "MD", "US", world.clock()
        sealed = world.deps.sealer.seal("1234567893")
        db.add(models.Credential(learner_id=key, kind="npi", sealed=sealed, confirmed_at=NOW))
    office = invited(world, CREDIT, email="credit@example.org")
    path = f"/credit/{activity_id(world)}/person/{key}"
    assert office.post(path, action="award", credit_type=AMA, amount="0.75", reason="Sheet 3").status_code == 303
    return person


def request_id(world: World) -> str:
    with world.db() as db:
        return db.scalars(select(models.DataRequest.id)).one()


def data_page(person: Person) -> str:
    return f"/retention/person/{person.visit.learner_id}"


def test_periods_what_is_due_and_the_least(world: World) -> None:
    office = invited(world, CONFIGURE)
    page = text_of(office.get("/retention"))
    assert "CME Activity and Attendance Records Retention" in page and "At least 84 months." in page
    assert "Audit trail: never purged" in page and "Nothing is held" in page and "Nobody has asked." in page
    answer = office.post("/retention/periods", credit="83")
    assert answer.status_code == 422 and "asks for longer" in text_of(answer)
    assert office.post("/retention/periods", credit="many").status_code == 422
    assert office.post("/retention/periods", audit="900").status_code == 422
    assert office.post("/retention/periods", credit="120").status_code == 303
    assert 'value="120"' in office.get("/retention").get_data(as_text=True)


def test_a_retired_account_is_told_apart_from_what_people_asked(world: World) -> None:
    person = credited(world)
    with world.db() as db:
        tell_retired(db, person.visit.provider_id, person.visit.learner_id, NOW)
    office = invited(world, CONFIGURE)
    page = text_of(office.get(data_page(person)))
    assert "The learning platform has retired the account" in page and "Asked by the learner" not in page
    answer = office.post(f"{data_page(person)}/requests/{request_id(world)}", decision="grant", answer="Done.")
    assert answer.status_code == 303


def test_a_hold_is_placed_and_lifted(world: World) -> None:
    office = invited(world, CONFIGURE)
    key = activity_id(world)
    assert office.post("/retention/holds", activity_id=key, reason="").status_code == 422
    assert office.post("/retention/holds", activity_id=key, reason="A case in court").status_code == 303
    page = office.get("/retention")
    assert "A case in court" in text_of(page) and "in force" in text_of(page)
    with world.db() as db:
        hold_id = db.scalars(select(models.LegalHold.id)).one()
    assert office.post(f"/retention/holds/{hold_id}/lift", reason="").status_code == 422
    assert office.post(f"/retention/holds/{hold_id}/lift", reason="Settled").status_code == 303
    assert "Lifted: Settled" in text_of(office.get("/retention"))
    assert office.post(f"/retention/holds/{hold_id}/lift", reason="Settled").status_code == 409
    assert office.post("/retention/holds", reason="All of it").status_code == 303
    assert "Everything of the provider in force" in text_of(office.get("/retention"))


def test_a_learner_asks_is_told_what_stays_and_takes_it_back(world: World) -> None:
    person = credited(world)
    page = text_of(person.get("/own-data"))
    assert "Hypertension in the Elderly" in page and "What must be kept" in page
    assert person.post("/own-data/requests", kind="erase", reason="...").status_code == 422
    assert person.post("/own-data/requests", kind="dance").status_code == 422
    assert person.post("/own-data/requests", kind="erase", reason="I moved on.").status_code == 303
    assert person.post("/own-data/requests", kind="erase").status_code == 409
    assert "I moved on." in text_of(person.get("/own-data"))
    assert person.post(f"/own-data/requests/{request_id(world)}/withdraw").status_code == 303
    assert "withdrawn" in text_of(person.get("/own-data"))
    assert person.post(f"/own-data/requests/{request_id(world)}/withdraw").status_code == 409
    assert world.enter(name="Eve").post(f"/own-data/requests/{request_id(world)}/withdraw").status_code == 404


def test_staff_decide_and_a_later_launch_is_a_new_person(world: World) -> None:
    person = credited(world)
    office = invited(world, CONFIGURE)
    with world.db() as db:
        subject = db.get_one(models.Learner, person.visit.learner_id).subject
    assert person.post("/own-data/requests", kind="erase").status_code == 303
    assert "Lee Learner" in text_of(office.get("/retention"))
    assert "Lee Learner" in text_of(office.get("/retention?search=lee"))
    assert "Nobody found" in text_of(office.get("/retention?search=nobody"))
    path = data_page(person)
    assert "Asked by the learner" in text_of(office.get(path))
    decision = f"{path}/requests/{request_id(world)}"
    assert office.post(decision, decision="grant", answer="").status_code == 422
    assert office.post("/retention/holds", learner_id=person.visit.learner_id, reason="").status_code == 422
    assert office.post("/retention/holds", learner_id=person.visit.learner_id, reason="In court").status_code == 303
    held = office.post(decision, decision="grant", answer="Done.")
    assert held.status_code == 403 and "A legal hold covers these records" in text_of(held)
    with world.db() as db:
        hold_id = db.scalars(select(models.LegalHold.id)).one()
    assert office.post(f"/retention/holds/{hold_id}/lift", reason="Settled").status_code == 303
    assert office.post(decision, decision="grant", answer="Done.").status_code == 303
    page = text_of(office.get(path))
    assert "Lee" not in page and "granted" in page and "Hypertension in the Elderly" in page
    assert person.get("/own-data").status_code == 403, "the session is gone with the rest"
    again = world.enter(subject=subject, name="Lee Learner")
    assert again.visit.learner_id != person.visit.learner_id
    assert json.loads(again.get("/own-data.json").get_data())["awards"] == []


def test_staff_enter_a_request_that_came_by_letter(world: World) -> None:
    person, office = world.enter(name="Lee Learner"), invited(world, CONFIGURE)
    path = data_page(person)
    assert office.post(f"{path}/requests", kind="restrict", how="").status_code == 422
    assert office.post(f"{path}/requests", kind="restrict", how="By letter of 1 March.").status_code == 303
    assert "Entered by staff" in text_of(office.get(path))
    answer = office.post(f"{path}/requests/{request_id(world)}", decision="refuse", answer="Not the holder.")
    assert answer.status_code == 303 and "Not the holder." in text_of(person.get("/own-data"))


def test_who_may_not(world: World) -> None:
    person = world.enter(name="Lee Learner")
    office, stranger = invited(world, CREDIT), invited(world, CONFIGURE, provider=OTHER, email="x@example.org")
    assert office.get("/retention").status_code == 403
    assert office.get(data_page(person)).status_code == 403
    assert office.post("/retention/holds", reason="x y").status_code == 403
    assert stranger.get(data_page(person)).status_code == 404
    assert stranger.post("/retention/holds", activity_id=activity_id(world), reason="Mine").status_code == 404
    assert "Lee Learner" not in text_of(stranger.get("/retention?search=lee"))


def test_the_file_holds_identifiers_and_who_read_them(world: World) -> None:
    person = credited(world)
    with world.db() as db:
        who = officer(provider_id_of(db, PROVIDER, NOW))
        credentials_for_report(db, who, person.visit.learner_id, world.deps.sealer, "PARS", NOW)
    document = json.loads(person.get("/own-data.json").get_data())
    assert document["identifiers"] == [{"kind": "npi", "place": "", "value": "1234567893"}]
    (reading,) = document["identifiers_read"]
    assert (reading["purpose"], reading["by"]) == ("PARS", who.person_id)
    assert document["kept_until"][0]["rule"] and document["late_claims"] == []
    other = json.loads(world.enter(name="Eve").get("/own-data.json").get_data())
    assert other["identifiers"] == other["identifiers_read"] == [] and "1234567893" not in json.dumps(other)


def test_the_log_of_certificates_says_until_when_and_why(world: World) -> None:
    credited(world)
    office = invited(world, Capability.MANAGE_CERTIFICATES)
    page = text_of(office.get(f"/certificates/of/{activity_id(world)}"))
    assert "Keep until" in page and "The provider’s own period" in page
    with world.db() as db:
        key = db.scalars(select(models.Certificate.id)).one()
    assert "The provider’s own period" in text_of(office.get(f"/certificates/{key}"))


def test_the_command_says_first_and_purges_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    credited(world)
    monkeypatch.setenv("CME_BASE_URL", world.deps.settings.base_url)
    monkeypatch.setenv("CME_DATABASE_URL", world.deps.settings.database_url)
    monkeypatch.setenv("CME_SECRET_KEY", "s" * 40)
    monkeypatch.setattr(import_module("lti_tool.cli.retention"), "now", lambda: NOW + timedelta(days=365 * 10))
    dry = CliRunner().invoke(root, ["retention", "run", "--dry-run"])
    assert dry.exit_code == 0 and "credit: 1 due, oldest kept until" in dry.output
    with world.db() as db:
        assert db.scalars(select(models.CreditEntry.kind)).all() == ["award"]
    wet = CliRunner().invoke(root, ["retention", "run", "--provider", PROVIDER])
    assert wet.exit_code == 0 and "credit: 2 purged" in wet.output
    again = CliRunner().invoke(root, ["retention", "run"])
    assert "nothing was due" in again.output
    assert CliRunner().invoke(root, ["retention", "run", "--provider", "Nobody"]).exit_code == 1
    whole = CliRunner().invoke(root, ["office", "verify-audit"])
    assert whole.exit_code == 0 and "whole" in whole.output


def test_the_worker_purges_too(world: World) -> None:
    credited(world)
    assert invited(world).post("/retention/periods", credit="84").status_code == 303
    world.clock.now = NOW + timedelta(days=365 * 10)
    due = [one for one in chores(world.deps, threading.Event()) if isinstance(one, Every) and one.interval == EVERY]
    assert [one() for one in due] == [3] and [one() for one in due] == [0]
    with world.db() as db:
        assert db.scalars(select(models.CreditEntry)).all() == []
