"""A certificate in an office's world: claimed by a learner through the use-case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.services.certificate import IssuedCertificate
from lti_tool.services.credit import ClaimForm, claim_credit, claim_view
from tests.functional.staff_world import BASE, NOW, World
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import do_everything, short_activity


def issued_to(
    world: World,
    name: str = "Ada Byron",
    subject: str = "",
    degree: str = "MD",
    made: Activity | None = None,
    now: datetime = NOW,
) -> IssuedCertificate:
    """A learner's certificate, claimed through the use-case."""
    made = made or short_activity()
    person = world.enter(name=name, subject=subject, key=made.key, link=f"link-{made.key}")
    with world.db() as db:
        row = db.get_one(models.Learner, person.visit.learner_id)
        row.printed_name, row.degree, row.country, row.confirmed_at = name, degree, "US", now
        query = select(models.Participation).where(models.Participation.learner_id == row.id)
        do_everything(db, db.scalars(query).one(), made, now)
    with world.db() as db:
        form = ClaimForm({AMA: "0.75"}, True, claim_view(db, person.visit, now).profile_digest)
        claimed = claim_credit(db, person.visit, form, lambda code: f"{BASE}/verify/{code}", now)
    return claimed.certificates[0]
