"""Other activities for the ward, and learners who have passed the gate."""

from __future__ import annotations

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity, Requirement, Step
from lti_tool.domain.wire import write_activity
from lti_tool.services.disclosure import acknowledge, disclosure
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.ward import Ward


def only(*steps: Step) -> dict[Step, Requirement]:
    """Information and these steps required, the rest absent."""
    wanted = {Step.INFORMATION, *steps}
    every = (Step.INFORMATION, Step.PRE_TEST, Step.CONTENT, Step.POST_TEST, Step.EVALUATION)
    return {step: Requirement.REQUIRED if step in wanted else Requirement.ABSENT for step in every}


def redefine(ward: Ward, value: Activity) -> None:
    """The ward's activity is this one from the beginning."""
    with transaction(ward.sessions) as db:
        row = db.get_one(models.ActivityVersion, (ward.keys["activity"], 1))
        row.definition, row.content_hash = write_activity(value), "redefined"


def new_version(ward: Ward, value: Activity) -> None:
    """The activity is revised; learners under way keep what they began with."""
    with transaction(ward.sessions) as db:
        row = db.get_one(models.Activity, ward.keys["activity"])
        row.version += 1
        version = models.ActivityVersion(
            activity_id=row.id,
            number=row.version,
            definition=write_activity(value),
            content_hash=f"revised {row.version}",
            created_at=NOW,
        )
        db.add(version)


def pass_the_gate(ward: Ward, name: str = "lee", *, is_staff: bool = False) -> None:
    visit = ward.visit(name, is_staff=is_staff)
    with transaction(ward.sessions) as db:
        acknowledge(db, visit, disclosure(db, visit, NOW).progress.page.fingerprint, "en", NOW)
