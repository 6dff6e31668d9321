"""Approval refuses with the very list, designates today, and freezes; changes afterwards need a reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, CmeError, Forbidden, NotFound, Refused
from lti_tool.domain.plan import Act, Phase, PlanState
from lti_tool.services.activity import import_activity, list_activities
from lti_tool.services.plan.begin import adopt_activity, copy_plan, plan_from_activity
from lti_tool.services.plan.listing import list_plans, unplanned_activities
from lti_tool.services.plan.media import plan_file, remove_file
from tests.unit.lti_tool.services.activity_files import SAMPLES, activity_of
from tests.unit.lti_tool.services.planning import Bureau, bureau
from tests.unit.lti_tool.services.plans import sample_media, sample_plan, spotless

ECG = "cases-ecg-rhythms"


def newest(office: Bureau, activity_id: str | None) -> Activity:
    with office.db() as db:
        row = db.get_one(models.Activity, activity_id)
        return activity_value(db, row.id, row.version)


def offered(office: Bureau) -> list[str]:
    with office.db() as db:
        found = list_activities(db, office.providers["North"], only_published=True)
        return [one.key for one in found]


def refusal(*codes: str) -> pytest.RaisesExc[CmeError]:
    return pytest.RaisesExc(CmeError, check=lambda error: error.code in codes)


def test_an_unfinished_plan_is_refused_with_the_list_that_its_authors_see(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        office.act(ada, plan_id, Act.SUBMIT)
        with pytest.raises(Refused) as refused:
            office.act(ada, plan_id, Act.APPROVE)
        shown = office.plan(ada, plan_id).readiness.errors
        assert refused.value.code == "plan_not_ready" and refused.value.facts["unmet"] == shown and shown
        assert office.plan(ada, plan_id).activity_id is None and offered(office) == []


def test_approval_designates_today_and_freezes_a_version(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan = office.plan(ada, office.approved(ada))
        made = newest(office, plan.activity_id)
        assert plan.state is PlanState.APPROVED and made.designated_on == date(2026, 8, 24)
        assert made.title == spotless()["title"] and plan.closes_at == made.closes_at
        assert offered(office) == []


def test_designation_is_never_before_the_approval(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        office.fill(ada, plan_id)
        office.act(ada, plan_id, Act.SUBMIT)
        office.later(days=10)
        with pytest.raises(Refused) as refused:
            office.act(ada, plan_id, Act.APPROVE)
        assert [one.code for one in refused.value.facts["unmet"]] == ["retroactive_designation"]


def test_publishing_offers_closing_and_archiving_end_it(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH)
        key = office.plan(ada, plan_id).key
        assert offered(office) == [key]
        with office.db() as db:
            assert list_plans(db, ada, office.now).plans[0].phase is Phase.WAITING
            assert list_plans(db, ada, office.now + timedelta(days=30)).plans[0].phase is Phase.RUNNING
            assert list_plans(db, ada, office.now + timedelta(days=2000)).plans[0].phase is Phase.EXPIRED
        office.act(ada, plan_id, Act.CLOSE)
        assert offered(office) == []
        assert office.act(ada, plan_id, Act.ARCHIVE) is PlanState.ARCHIVED
        with office.db() as db:
            assert list_plans(db, ada, office.now).total == 0


def test_what_is_over_cannot_be_published(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada)
        office.later(days=2000)
        with refusal("activity_over"):
            office.act(ada, plan_id, Act.PUBLISH)


@pytest.mark.parametrize(
    ("act", "needed"),
    [
        (Act.SUBMIT, Capability.PLAN),
        (Act.APPROVE, Capability.APPROVE),
        (Act.PUBLISH, Capability.PUBLISH),
        (Act.CLOSE, Capability.PUBLISH),
        (Act.ARCHIVE, Capability.PLAN),
    ],
)
def test_each_act_needs_its_capability(migrated_sqlite_url: str, act: Act, needed: Capability) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        without = office.officer("Bo", *({Capability.PLAN, Capability.APPROVE, Capability.PUBLISH} - {needed}))
        with pytest.raises(Forbidden):
            office.act(without, plan_id, act)


def test_nothing_is_approved_that_the_approver_has_not_seen(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada)
        with refusal("plan_moved_on"):
            office.act(ada, plan_id, Act.SUBMIT, revision=9)


def test_a_copy_is_a_draft_of_its_own_with_everything_to_be_checked_again(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada = office.officer()
        plan_id = office.approved(ada, Act.PUBLISH)
        with office.db() as db:
            copy_id = copy_plan(db, ada, plan_id, 1, office.now)
        plan = office.plan(ada, copy_id)
        codes = {one.code for one in plan.readiness.errors}
        assert plan.state is PlanState.DRAFT and plan.document["release"] == "2027-09-01"
        assert {"disclosure_not_collected", "validation_open"} <= codes
        assert plan.key != office.plan(ada, plan_id).key and plan.activity_id is None
        with refusal("plan_unusable"), office.db() as db:
            copy_plan(db, ada, plan_id, 99, office.now)


def imported(office: Bureau, name: str = ECG) -> str:
    office.officer()
    with office.db() as db:
        done = import_activity(db, office.providers["North"], activity_of(name), sample_media(name), office.now)
        return done.activity_id


def test_an_activity_that_came_as_a_file_is_adopted_as_it_is(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, activity_id = office.officer(), imported(office)
        assert offered(office) == [ECG]
        with office.db() as db:
            assert [one.key for one in unplanned_activities(db, ada)] == [ECG]
            plan_id = adopt_activity(db, ada, activity_id, office.now, sample_plan(ECG))
        plan = office.plan(ada, plan_id)
        assert (plan.state, plan.key, plan.activity_id) == (PlanState.PUBLISHED, ECG, activity_id)
        assert set(plan.files) == set(sample_media(ECG)) and plan.readiness.activity == activity_of(ECG)
        with office.db() as db:
            assert unplanned_activities(db, ada) == ()
        with refusal("activity_planned"), office.db() as db:
            adopt_activity(db, ada, activity_id, office.now)
        with pytest.raises(NotFound), office.db() as db:
            adopt_activity(db, office.officer("Bo", provider="South"), activity_id, office.now)


def test_a_file_changes_no_activity_that_is_planned_here(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada, activity_id = office.officer(), imported(office)
        with office.db() as db:
            adopt_activity(db, ada, activity_id, office.now)
        imported(office)  # the same again changes nothing
        with refusal("activity_planned"), office.db() as db:
            import_activity(db, office.providers["North"], activity_of(ECG), {}, office.now)


def test_a_file_that_took_the_key_meanwhile_stops_the_approval(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        plan_id = office.create(ada, "Cases ECG rhythms")
        office.fill(ada, plan_id, {**spotless(), "title": "Cases ECG rhythms"})
        imported(office)
        office.act(ada, plan_id, Act.SUBMIT)
        with refusal("activity_key_taken"):
            office.act(ada, plan_id, Act.APPROVE)


def test_a_plan_from_a_file_keeps_its_key_and_files(migrated_sqlite_url: str) -> None:
    with bureau(migrated_sqlite_url) as office:
        ada = office.officer()
        with office.db() as db:
            plan_id = plan_from_activity(db, ada, activity_of(ECG), sample_media(ECG), office.now)
        plan = office.plan(ada, plan_id)
        assert (plan.key, plan.state) == (ECG, PlanState.DRAFT) and len(plan.files) == len(sample_media(ECG))


def test_files_are_checked_and_belong_to_their_plan(migrated_database_url: str) -> None:
    with bureau(migrated_database_url) as office:
        ada, other = office.officer(), office.officer("Bo", provider="South")
        plan_id = office.create(ada)
        strip = (SAMPLES / "strip-1.png").read_bytes()
        for name, body, fault in [
            ("../x.png", strip, "name"),
            ("x.png", b"<svg>", "content"),
            ("x.pdf", strip, "content"),
            ("x.svg", b"<svg/>", "content"),
        ]:
            with pytest.raises(BadInput) as refused:
                office.add_files(ada, plan_id, {name: body})
            assert refused.value.faults == {"file": fault}
        office.add_files(ada, plan_id, {"strip.png": strip})
        with office.db() as db:
            assert plan_file(db, ada, plan_id, "strip.png") == (strip, "image/png")
        with pytest.raises(NotFound), office.db() as db:
            plan_file(db, other, plan_id, "strip.png")
        with office.db() as db:
            remove_file(db, ada, plan_id, "strip.png", office.now)
        with pytest.raises(NotFound), office.db() as db:
            plan_file(db, ada, plan_id, "strip.png")
        with pytest.raises(NotFound), office.db() as db:
            remove_file(db, ada, plan_id, "strip.png", office.now)
        with office.db() as db:
            acts = db.scalars(select(models.PlanRevision.act).order_by(models.PlanRevision.number)).all()
        assert list(acts) == ["created", "file-added", "file-removed"]
