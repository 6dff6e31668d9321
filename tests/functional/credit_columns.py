"""Credit of a school's learners, and the gradebook columns that show it."""

from __future__ import annotations

from decimal import Decimal

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.demo.course import LineItem
from lti_tool.domain.ledger import EntryKind
from lti_tool.services.audit import ToolActor
from lti_tool.services.credit_catch_up import catch_up, open_columns
from lti_tool.services.credit_switch import set_credit_columns
from lti_tool.services.ledger import Posting, post
from lti_tool.services.participation import progress
from tests.functional.gradebooks import PHYSICIAN, School


def switch(school: School, *, is_on: bool) -> None:
    keys = school.ward.keys
    with transaction(school.ward.sessions) as db:
        set_credit_columns(db, ToolActor(keys["provider"]), keys["school.platform"], "1", school.clock.now, is_on=is_on)


def enter(
    school: School,
    kind: EntryKind,
    balance: str,
    person: str = PHYSICIAN,
    *,
    is_awarded: bool = True,
    link: str = "test",
) -> None:
    """Post an entry to the ledger for a learner who comes by ``link``."""
    with transaction(school.ward.sessions) as db:
        found = progress(db, school.ward.visit(person, link), school.clock.now)
        code = found.activity.credits[0].credit_type
        post(db, found, Posting(code, kind, Decimal(balance), is_awarded, "learner", {}, claim_id="c" * 32))


def walk(school: School) -> int:
    """What the worker does between grades, until there is nothing left to do; gives the number of turns."""
    open_columns(school.ward.sessions, school.clock.now)
    turns = 0
    while catch_up(school.ward.sessions, school.clock):
        turns += 1
    return turns


def credit_items(school: School) -> list[LineItem]:
    return [item for item in school.lms.line_items() if item.tag == "credit"]


def shown(school: School, person: str = PHYSICIAN) -> tuple[float | None, str]:
    (item,) = credit_items(school)
    found = school.lms.grade(person, item)
    assert found is not None
    return found.score, found.comment


def columns(school: School) -> list[models.Placement]:
    """Rows that stand for columns of credit."""
    with transaction(school.ward.sessions) as db:
        table = models.Placement
        return list(db.query(table).filter(table.credit_activity_id.is_not(None)).order_by(table.created_at))
