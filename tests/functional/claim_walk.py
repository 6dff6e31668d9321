"""Learners at the end of the path, over HTTP: everything before the claim stands in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.services.activity import import_activity
from tests.functional.browsing import Browser
from tests.functional.pages import Page
from tests.functional.world import World
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import do_everything, short_activity

FIELD = f"amount.{AMA}"
DETAILS = {"printed_name": "Ada Byron", "degree": "MD", "country": "US"}


def words(page: Page) -> str:
    """The page's text; between the end of an element and the sign after it stands no blank."""
    return page.text.replace(" ™", "™").replace(" .", ".").replace(" ,", ",")


@dataclass
class Claimant:
    """Somebody with a browser, in a session."""

    world: World
    person: Browser
    session_id: str

    def get(self, path: str) -> Page:
        return self.person.get(f"/s/{self.session_id}/{path}")

    def confirm(self, **details: str | None) -> Page:
        page = self.get("claim/details")
        return self.person.submit(page, "Confirm these details", {**DETAILS, **details})

    def claim(self, amount: str = "0.75", **fields: str | None) -> Page:
        changes: dict[str, Any] = {FIELD: amount, "attestation": "yes", **fields}
        return self.person.submit(self.get("claim"), "/claim", changes)

    def participate(self) -> Page:
        """What those do who choose no amount."""
        return self.person.submit(self.get("claim"), "/claim", {"attestation": "yes"})

    def pdf(self) -> Page:
        return self.person.get(self.get("certificate").link("Download certificate"))


def claimable_activity(world: World, **changes: Any) -> Activity:
    """An activity that nothing but the claim is left of, taken in for the world's provider."""
    made = short_activity(**changes)
    with world.db() as db:
        import_activity(db, world.provider_id, made, {}, world.clock())
    return made


def arrive(world: World, made: Activity, who: str = "physician-md", *, is_ready: bool = True) -> Claimant:
    person = world.enter(who)
    page = person.open(world.placement(made.key))
    claimant = Claimant(world, person, page.session_id)
    if is_ready:
        with world.db() as db:
            session = db.get_one(models.WebSession, page.session_id)
            placement = db.get_one(models.Placement, session.placement_id)
            query = select(models.Participation).where(
                models.Participation.learner_id == session.learner_id,
                models.Participation.activity_id == placement.activity_id,
            )
            do_everything(db, db.scalars(query).one(), made, world.clock())
    return claimant


def learner_count(world: World) -> tuple[int, int]:
    """Awards and certificates."""
    with world.db() as db:
        return len(db.scalars(select(models.CreditEntry)).all()), len(db.scalars(select(models.Certificate)).all())
