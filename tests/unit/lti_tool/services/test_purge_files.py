"""Purging the files of an activity, and the names of people of whom nothing is left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.capability import Capability, Grant
from lti_tool.domain.retention import RecordClass
from lti_tool.services.audit import ToolActor, first_break
from lti_tool.services.legal_hold import place_hold
from lti_tool.services.pseudonym import ERASED
from lti_tool.services.purge import purge_provider
from lti_tool.services.team import give
from tests.unit.lti_tool.services.claiming import NOW, World
from tests.unit.lti_tool.services.keeping import OVER, STILL_KEPT, here, with_term, world
from tests.unit.lti_tool.services.officers import officer

__all__ = ["here", "world"]

FILES = (
    models.ActivityRole,
    models.RelevanceDecision,
    models.Mitigation,
    models.EvidenceFile,
    models.CommercialSupport,
    models.JointProvider,
    models.Standard3Choice,
)


def add(db: Any, row: Any) -> str:
    db.add(row)
    db.flush()
    return str(row.id)


def plan(world: World) -> models.ActivityPlan:
    return models.ActivityPlan(
        provider_id=world.provider_id,
        key="hypertension",
        title="Hypertension",
        state="approved",
        revision=1,
        document={},
        errors=0,
        activity_id=world.activity_id,
        created_at=NOW,
        updated_at=NOW,
    )


def files_of_the_activity(world: World, learner_id: str) -> None:
    """One row of each kind, and the term of the accreditation."""
    own: dict[str, Any] = {"provider_id": world.provider_id}
    whose = {**own, "created_at": NOW}
    with_term(world)
    with transaction(world.sessions) as db:
        own["plan_id"] = add(db, plan(world))
        company_id = add(db, models.Company(**whose, name="Acme", name_key="acme", eligibility="ineligible", kind=""))
        person_id = add(db, models.Person(**whose, name="Sam Lee", name_key="sam lee"))
        file = {"name": "a.pdf", "media_type": "application/pdf", "content_hash": "0", "size": 1, "body": b"1"}
        evidence_id = add(db, models.EvidenceFile(**own, **file, uploaded_by=learner_id, uploaded_at=NOW))
        added = {"added_by": learner_id, "added_at": NOW}
        decided = {"number": 1, "decided_by": learner_id, "decided_at": NOW}
        about = {"company_id": company_id, "nature": "consultant"}
        held = {**own, **added, "person_id": person_id, "role": "faculty", "starts_on": NOW.date()}
        role_id = add(db, models.ActivityRole(**held))
        done = {"strategy": "peer_review", "done_on": NOW.date(), "done_by": "R. Vega", "evidence_id": evidence_id}
        done |= {"number": 1, "recorded_by": learner_id, "recorded_at": NOW, "activity_role_id": role_id}
        word = {"relevance": "relevant", "reason": "r", "exclusion": ""}
        agreement = {"kind": "monetary", "signed_on": NOW.date(), "evidence_id": evidence_id}
        db.add_all(
            [
                models.RelevanceDecision(**own, **decided, **about, **word, person_id=person_id),
                models.Mitigation(provider_id=world.provider_id, **about, **done),
                models.CommercialSupport(**own, **added, **agreement, company_id=company_id),
                models.JointProvider(**own, **added, company_id=company_id),
                models.Standard3Choice(**own, **decided, exception="none", reason="r"),
            ]
        )


def left(world: World) -> list[str]:
    with transaction(world.sessions) as db:
        return [table.__tablename__ for table in FILES if db.scalars(select(table.id)).first()]


def test_files_of_an_activity_go_together_and_people_stay(world: World) -> None:
    learner_id = world.learner().learner_id
    files_of_the_activity(world, learner_id)
    with transaction(world.sessions) as db:
        give(db, ToolActor(world.provider_id), learner_id, Grant(Capability.REPORT), NOW)
    young = purge_provider(world.sessions, world.provider_id, STILL_KEPT)
    assert RecordClass.DISCLOSURES not in young.records and len(left(world)) == len(FILES)
    done = purge_provider(world.sessions, world.provider_id, OVER)
    assert done.records[RecordClass.DISCLOSURES] == 1 and left(world) == []
    assert done.rows["evidence_file"] == 1
    with transaction(world.sessions) as db:
        assert db.scalars(select(models.Person.name)).all() == ["Sam Lee"]
        assert db.get_one(models.Learner, learner_id).lms_name == "Ada Byron", "whoever works here keeps the name"
        assert first_break(db, world.provider_id) is None


def test_files_of_a_held_activity_stay(here: World) -> None:
    files_of_the_activity(here, here.learner().learner_id)
    with transaction(here.sessions) as db:
        place_hold(db, officer(here.provider_id), "A case in court.", NOW, activity_id=here.activity_id)
    assert RecordClass.DISCLOSURES not in purge_provider(here.sessions, here.provider_id, OVER).records
    assert len(left(here)) == len(FILES)


def test_a_name_goes_after_the_last_visit_and_not_while_anything_is_left(here: World) -> None:
    idle, recent = here.learner("Idle", is_ready=False), here.learner("Recent", is_ready=False)
    with transaction(here.sessions) as db:
        db.add(
            models.CourseMember(
                course_id=here.course_id, learner_id=recent.learner_id, is_staff=False, last_seen_at=STILL_KEPT
            )
        )
    before = datetime(2033, 3, 3, tzinfo=UTC)
    assert purge_provider(here.sessions, here.provider_id, before).records == {}
    assert purge_provider(here.sessions, here.provider_id, OVER).records == {RecordClass.CREDIT: 1}
    with transaction(here.sessions) as db:
        gone = db.get_one(models.Learner, idle.learner_id)
        assert (gone.lms_name, gone.subject) == ("", ERASED + gone.id)
        assert db.get_one(models.Learner, recent.learner_id).lms_name == "Recent"
    assert purge_provider(here.sessions, here.provider_id, OVER).records == {}
