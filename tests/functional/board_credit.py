"""Credit for which boards and registries need something of the learner, claimed in both faces of one activity."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.base import Base
from lti_tool.domain.credential import IdKind, Requirement
from lti_tool.domain.errors import CmeError
from lti_tool.domain.native import ActivityCopy, NativeAnswer, NativeClaim, NativeHolding, read_message, write_message
from lti_tool.domain.record import Record
from lti_tool.services.activity import import_activity
from lti_tool.services.audit import ToolActor
from lti_tool.services.credential import confirm_credentials, opened_credentials
from lti_tool.services.credit import ClaimForm, asked_credentials, claim_credit, claim_view
from lti_tool.services.learner import profile_digest
from lti_tool.services.native_activity import activity_copy
from lti_tool.services.native_claim import Desk, receive_claim, visit_of
from lti_tool.services.native_facts import native_course, native_learner, native_participation, write_facts
from lti_tool.services.native_record import native_holding
from lti_tool.services.wording import confirm_wording
from tests.functional.native import COURSE, NativeLearner
from tests.functional.test_native_parity import TEXTS, client_of
from tests.functional.two_faces import link
from tests.functional.world import World, sample
from tests.xblock.samples import BOARD_CREDIT, BOARD_OFFERS, with_board_credit
from xblock_cme.identifying import check_typed, credits_of, needs_of, typed_in

ABIM, BRN, ACPE = "moc-abim", "california-brn", "acpe"
EDITIONS = ((ABIM, "ABIM MOC 2022"), (BRN, "California BRN 2022"), (ACPE, "ACPE 2022"))
NUMBERS = itertools.count()
GIVEN = {"abim": "123456", "birth-day": "0704", "consent-pars": "yes"}
"""What ABIM needs."""


def offer_board_credit(world: World) -> None:
    """The activity, taken in and published for the world's provider."""
    found = sample("hypertension-2026")
    assert found.activity is not None
    made = with_board_credit(found.activity)
    with world.db() as db:
        for code, edition in EDITIONS:
            confirm_wording(db, ToolActor(world.provider_id), code, edition, "Avery Admin", world.clock())
        import_activity(db, world.provider_id, made, found.media, world.clock())


@dataclass(repr=False)
class Board:
    """One learner who has done everything but the claim."""

    world: World
    subject: str = field(default_factory=lambda: f"learner-{next(NUMBERS)}")
    degree: str = "MD"

    @cached_property
    def copy(self) -> ActivityCopy:
        with self.world.db() as db:
            return activity_copy(db, self.world.provider_id, BOARD_CREDIT, 1, TEXTS)

    @cached_property
    def who(self) -> NativeLearner:
        who = NativeLearner(self.copy, self.world.clock() - timedelta(days=1))
        who.walk()
        return who

    @property
    def desk(self) -> Desk:
        return Desk(link, self.world.deps.printer, self.world.deps.sealer)

    def sent(self, amounts: Mapping[str, str], typed: Mapping[str, str] | None = None) -> NativeClaim:
        """What the block would send. Raises what the block would refuse."""
        chosen = {offer.credit_type: "" for offer in BOARD_OFFERS} | dict(amounts)
        made = self.who.claim(self.degree, chosen, subject=self.subject, at=self.world.clock())
        if typed is None:
            return made
        claimed = credits_of(self.copy, made)
        fields = {"reporting": ["yes"], **{f"id.{name}": [text] for name, text in typed.items()}}
        needs = needs_of(claimed, fields)
        given = typed_in(fields, needs)
        check_typed(claimed, needs, given, ())
        return replace(made, identifiers=given)

    def deliver(self, claim: NativeClaim, key: str = "") -> NativeAnswer:
        with self.world.db() as db:
            place = key or f"board-{next(NUMBERS)}"
            data = receive_claim(db, client_of(self.world), place, write_message(claim), self.desk, self.world.clock())
        return read_message(NativeAnswer, data)

    def by_block(self, amounts: Mapping[str, str], typed: Mapping[str, str]) -> bool:
        """Whether credit was awarded; what the block refuses is not sent."""
        try:
            made = self.sent(amounts, typed)
        except CmeError:
            return False
        return self.deliver(made).is_awarded

    def by_page(self, amounts: Mapping[str, str], typed: Mapping[str, str]) -> bool:
        """The same on the pages of an LTI launch."""
        now, client = self.world.clock(), client_of(self.world)
        try:
            with self.world.db() as db:
                learner = native_learner(db, client, self.subject, "", now)
                learner.printed_name, learner.degree, learner.country = "Ada Lovelace", self.degree, "US"
                learner.confirmed_at = now
                activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key == BOARD_CREDIT)).one()
                row = native_participation(db, learner.id, activity_id, 1, now)
                write_facts(db, row, self.who.facts.record, Record(), now)
                course = native_course(db, client, COURSE, "", now)
                visit = visit_of(client, learner.id, course.id, activity_id, "")
                view = claim_view(db, visit, now)
                assert view.progress.profile is not None
                asked = list(asked_credentials(view))
                confirm_credentials(db, visit, typed, asked, self.world.deps.sealer, now)
                form = ClaimForm(amounts, is_attested=True, profile_digest=profile_digest(view.progress.profile))
                claim_credit(db, visit, form, link, now)
        except CmeError:
            return False
        return True

    def holding(self) -> NativeHolding:
        with self.world.db() as db:
            return native_holding(db, client_of(self.world), BOARD_CREDIT, self.subject)

    def awards(self) -> set[tuple[str, Decimal, bool]]:
        table, person = models.CreditEntry, models.Learner
        query = select(table).join(person, person.id == table.learner_id).where(person.subject == self.subject)
        with self.world.db() as db:
            return {(row.credit_type, row.amount, row.is_awarded) for row in db.scalars(query)}

    def kept(self) -> dict[Requirement, str]:
        """Their identifiers, opened."""
        with self.world.db() as db:
            found = db.scalars(select(models.Learner.id).where(models.Learner.subject == self.subject)).first()
            return opened_credentials(db, found, self.world.deps.sealer) if found else {}


def everything_stored(world: World) -> str:
    """Every value of every table, as text."""
    with world.db() as db:
        rows: list[Any] = []
        for table in Base.metadata.sorted_tables:
            rows += [repr(tuple(row)) for row in db.execute(select(table))]
    return "\n".join(rows)


ABIM_ID, BIRTH_DAY = Requirement(IdKind.ABIM), Requirement(IdKind.BIRTH_DAY)
CONSENT = Requirement(IdKind.CONSENT_PARS)
