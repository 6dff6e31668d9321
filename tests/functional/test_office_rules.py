"""Awards by a body's rule over HTTP: the page works the amount out, asks for what the body asks, and lists do too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.db import models
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import CreditOffer
from tests.functional.office_world import invited
from tests.functional.staff_world import World, make_world, text_of
from tests.functional.test_office_credit import upload
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import short_activity

CREDIT = Capability.OVERRIDE_CLAIMS
TICKS = {f"condition.{one}": "yes" for one in ("original-presentation", "first-time", "no-learner-credit")}
TEACHING: dict[str, Any] = {"action": "rule", "rule": "teaching", "rule_credit_type": AMA, "presenter": "lee"}


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    offers = (CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),)
    made.place(short_activity(format=LearningFormat.LIVE, location="Auditorium", credits=offers))
    yield made
    made.close()


def keys(world: World) -> tuple[str, str]:
    """The activity and a physician who opened it."""
    person = world.enter(name="Sam Lee")
    with world.db() as db:
        row = db.get_one(models.Learner, person.visit.learner_id)
        row.printed_name, row.degree, row.country, row.confirmed_at = "Sam Lee", "MD", "US", world.clock()
        return db.scalars(select(models.Activity.id)).one(), row.id


def amounts(world: World) -> list[Decimal]:
    with world.db() as db:
        return list(db.scalars(select(models.CreditEntry.amount)))


def doubled_ids(page: TestResponse) -> set[str]:
    """Element ids that stand twice on a page: labels and the error summary would lead to the wrong control."""
    found = re.findall(r' id="([^"]+)"', page.get_data(as_text=True))
    assert len(found) > 3
    return {one for one in found if found.count(one) > 1}


def test_every_control_has_an_id_of_its_own(world: World) -> None:
    office, (activity_id, learner_id) = invited(world, CREDIT), keys(world)
    assert doubled_ids(office.get(f"/credit/{activity_id}/person/{learner_id}")) == set()
    head = "learner,credit_type,amount,reason,rule,count,presenter"
    text = f"{head}\n{learner_id},{AMA},,Programme,teaching,60,lee\n"
    assert doubled_ids(office.post(f"/credit/{activity_id}/list", text=text)) == set()


def test_teaching_is_worked_out_and_kept(world: World) -> None:
    office, (activity_id, learner_id) = invited(world, CREDIT), keys(world)
    path = f"/credit/{activity_id}/person/{learner_id}"
    page = text_of(office.get(path))
    assert "Award credit for teaching" in page and "2.00 for each hour of original presentation" in page
    answer = office.post(path, TEACHING, count="45", rule_reason="Programme")
    assert answer.status_code == 422 and "Confirm this, or award nothing" in text_of(answer)
    assert 'value="45"' in unescape(answer.get_data(as_text=True)) and amounts(world) == []
    answer = office.post(path, {**TEACHING, **TICKS}, count="90", rule_reason="Programme")
    assert answer.status_code == 422 and "longer than the activity lasted" in text_of(answer)
    answer = office.post(path, {**TEACHING, **TICKS}, count="45", rule_reason=" ")
    assert answer.status_code == 422 and 'href="#f-rule_reason"' in answer.get_data(as_text=True)
    assert office.post(path, {**TEACHING, **TICKS}, count="45", rule_reason="Programme").status_code == 303
    assert amounts(world) == [Decimal("1.50")]
    page = text_of(office.get(path))
    assert "learning from teaching: minutes 45, for each 2, before rounding 1.5; Sam Lee" in page
    answer = office.post(path, {**TEACHING, **TICKS}, count="45", rule_reason="Again")
    assert answer.status_code == 422 and "has credit by a rule for this activity already" in text_of(answer)


def test_a_list_of_presenters(world: World) -> None:
    office, (activity_id, learner_id) = invited(world, CREDIT), keys(world)
    path = f"/credit/{activity_id}/list"
    assert "lee (Sam Lee)" in text_of(office.get(path))
    head = "learner,credit_type,amount,reason,rule,count,presenter"
    status, page = upload(office, path, f"{head}\n{learner_id},{AMA},,Programme,teaching,90,nobody\n")
    assert status == 422 and "longer than the activity lasted" in page and "names no such person as faculty" in page
    text = f"{head}\n{learner_id},{AMA},,Programme,teaching,60,lee\n"
    status, page = upload(office, path, text)
    assert status == 200 and "2.00" in page and "presented original material" in page
    answer = office.post(path, text=text, confirm="yes")
    assert answer.status_code == 422 and "leave those rows out" in text_of(answer) and amounts(world) == []
    answer = office.post(path, TICKS, text=text, confirm="yes")
    assert "1 award is recorded" in text_of(answer) and amounts(world) == [Decimal("2.00")]


def test_a_review_has_a_fixed_amount(migrated_sqlite_url: str) -> None:
    world = make_world(migrated_sqlite_url)
    offers = (CreditOffer(AMA, Decimal("3.00"), Decimal("0.25")),)
    world.place(short_activity(format=LearningFormat.MANUSCRIPT_REVIEW, credits=offers))
    office, (activity_id, learner_id) = invited(world, CREDIT), keys(world)
    path = f"/credit/{activity_id}/person/{learner_id}"
    assert "Award credit by the format’s fixed amount" in text_of(office.get(path))
    answer = office.post(path, action="award", credit_type=AMA, amount="3.00", reason="Review")
    assert answer.status_code == 422 and "This format has fixed amounts" in text_of(answer)
    form = {"action": "rule", "rule": "format", "rule_credit_type": AMA, "condition.journal-indexed": "yes"}
    answer = office.post(path, form, count="1", rule_reason="Review")
    assert answer.status_code == 422 and "Confirm this" in text_of(answer)
    form["condition.editor-accepted"] = "yes"
    assert office.post(path, form, count="1", rule_reason="Review").status_code == 303
    assert amounts(world) == [Decimal("3.00")]
    world.close()


def test_without_the_capability_nothing_is_awarded(world: World) -> None:
    reporter, (activity_id, learner_id) = invited(world, Capability.REPORT), keys(world)
    form = {**TEACHING, **TICKS}
    answer = reporter.post(f"/credit/{activity_id}/person/{learner_id}", form, count="45", rule_reason="Programme")
    assert answer.status_code == 403 and amounts(world) == []
