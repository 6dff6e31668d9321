"""A learner with two faces of one activity: LTI links and the block."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.assessment import Question, TestKind
from lti_tool.domain.native import ActivityCopy, NativeAnswer, NativeClaim, NativeRecord, read_message, write_message
from lti_tool.domain.record import Record
from lti_tool.services.claimable import claimables
from lti_tool.services.credit import ClaimForm, claim_credit
from lti_tool.services.learner import profile_digest
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import activity_copy
from lti_tool.services.native_claim import Desk, receive_claim, visit_of
from lti_tool.services.native_facts import native_course, native_learner, native_participation, write_facts
from lti_tool.services.native_record import native_record
from lti_tool.services.participation import progress_of
from tests.functional.native import COURSE, Fields, NativeLearner, right
from tests.functional.test_native_parity import NAME, TEXTS, client_of
from tests.functional.world import World

NUMBERS = itertools.count()
STEPS = ("information", "pre-test", "content", "post-test", "evaluation")


def link(code: str) -> str:
    return f"https://cme.example.org/verify/{code}"


def wrong(question: Question) -> Fields:
    return {}


@dataclass
class Both:
    """A learner with two faces of the same activity. ``by_link`` walks as an LTI launch would let them."""

    world: World
    client: NativeClient
    copy: ActivityCopy
    subject: str

    @property
    def desk(self) -> Desk:
        return Desk(link, self.world.deps.printer, self.world.deps.sealer)

    def learner(self, days: float = 1) -> NativeLearner:
        return NativeLearner(self.copy, self.world.clock() - timedelta(days=days))

    def by_link(self, upto: int, *, days: float = 2, passes: bool = True, version: int = 1) -> NativeLearner:
        """The first steps by LTI links, written down as the tool does."""
        who = self.learner(days)
        walk(who, upto, passes=passes)
        with self.world.db() as db:
            learner = native_learner(db, self.client, self.subject, "", self.world.clock())
            activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key == NAME)).one()
            row = native_participation(db, learner.id, activity_id, version, self.world.clock())
            write_facts(db, row, who.facts.record, Record(), self.world.clock())
            assert row.text_version is None
        return who

    def look_up(self, context: str = COURSE) -> NativeRecord:
        with self.world.db() as db:
            return native_record(db, self.client, NAME, self.subject, context, link, self.world.clock())

    def claim(self, sent: NativeClaim, key: str = "") -> NativeAnswer:
        with self.world.db() as db:
            message = write_message(replace(sent, subject=self.subject))
            place = key or f"key-{next(NUMBERS)}"
            data = receive_claim(db, self.client, place, message, self.desk, self.world.clock())
        return read_message(NativeAnswer, data)

    def claim_by_link(self) -> int:
        """Number of certificates of a claim on the pages of an LTI launch."""
        with self.world.db() as db:
            learner = native_learner(db, self.client, self.subject, "", self.world.clock())
            learner.printed_name, learner.degree, learner.country = "Ada Lovelace", "MD", "US"
            learner.confirmed_at = self.world.clock()
        with self.world.db() as db:  # the particulars are confirmed on a page of their own
            learner = native_learner(db, self.client, self.subject, "", self.world.clock())
            row = db.scalars(select(models.Participation).where(models.Participation.learner_id == learner.id)).one()
            found = progress_of(db, row, self.world.clock())
            assert found.profile is not None
            amounts = {one.credit.code: str(one.amounts[-1]) for one in claimables(db, found).credits if one.amounts}
            course = native_course(db, self.client, COURSE, "", self.world.clock())
            visit = visit_of(self.client, learner.id, course.id, row.activity_id, "")
            form = ClaimForm(amounts, is_attested=True, profile_digest=profile_digest(found.profile))
            return len(claim_credit(db, visit, form, link, self.world.clock()).certificates)

    def awards(self) -> list[models.CreditEntry]:
        with self.world.db() as db:
            query = select(models.CreditEntry).join(models.Learner, models.Learner.id == models.CreditEntry.learner_id)
            found = list(db.scalars(query.where(models.Learner.subject == self.subject)))
            db.expunge_all()
        return found


def walk(who: NativeLearner, upto: int, *, passes: bool = True) -> None:
    """The steps up to number ``upto`` that are not done yet."""
    acts: list[Any] = [
        who.acknowledge,
        lambda: who.take(TestKind.PRE),
        who.study,
        lambda: who.take(TestKind.POST, right if passes else wrong),
        who.evaluate,
    ]
    done = {each.step.value for each in who.here.standing.steps if who.here.standing.is_done(each.step)}
    for name, act in zip(STEPS[:upto], acts[:upto], strict=True):
        if name not in done:
            act()


def both_of(world: World, subject: str = "") -> Both:
    """``subject``: the platform's id of the learner, a new one of nobody else's if left out."""
    with world.db() as db:
        copy = activity_copy(db, world.provider_id, NAME, 1, TEXTS)
    return Both(world, client_of(world), copy, subject or f"learner-{next(NUMBERS)}")
