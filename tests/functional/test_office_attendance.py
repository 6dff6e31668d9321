"""Attendance over HTTP: marked in the office, claimed by the learner; and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.launch import Role
from lti_tool.domain.roll import ATTENDANCE_COLUMNS
from lti_tool.domain.series import ActivitySession
from tests.functional.office_world import OfficePerson, from_course, invited
from tests.functional.staff_world import Person, World, make_world, text_of
from tests.functional.test_office_credit import upload
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import do_everything, short_activity

MARK = Capability.MARK_ATTENDANCE
SESSIONS = (
    ActivitySession("jan", "Rounds in January", date(2026, 1, 20), 60),
    ActivitySession("feb", "Rounds in <b>February</b>", date(2026, 2, 17), 60),
    ActivitySession("mar", "Rounds in March", date(2026, 3, 17), 60),
)


def grand_rounds() -> Activity:
    return short_activity(
        format=LearningFormat.LIVE,
        location="Auditorium",
        sessions=SESSIONS,
        lists_sessions=True,
        credits=(CreditOffer(AMA, Decimal("2.00"), Decimal("0.25")),),
    )


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.place(grand_rounds())
    yield made
    made.close()


def activity_id(world: World) -> str:
    with world.db() as db:
        return db.scalars(select(models.Activity.id)).one()


def ready(world: World, name: str) -> Person:
    """A learner with everything done but the claim."""
    person = world.enter(name=name)
    with world.db() as db:
        row = db.get_one(models.Learner, person.visit.learner_id)
        row.printed_name, row.degree, row.country, row.confirmed_at = name, "MD", "US", world.clock()
        part = db.scalars(select(models.Participation).where(models.Participation.learner_id == row.id)).one()
        do_everything(db, part, grand_rounds())
    return person


def tick(office: OfficePerson, key: str, session: str, learner_id: str, minutes: str = "", was: str = "absent") -> int:
    fields = {
        "learner": learner_id,
        f"present.{learner_id}": "yes",
        f"minutes.{learner_id}": minutes,
        f"was.{learner_id}": was,
    }
    return office.post(f"/attendance/{key}/session/{session}", fields).status_code


def test_marked_in_the_office_claimed_by_the_learner(world: World) -> None:
    office, key, lee = invited(world, MARK), activity_id(world), ready(world, "Lee Learner")
    learner_id = lee.visit.learner_id
    locked = lee.get("/claim")
    assert locked.status_code == 403 and "Staff record who was there" in text_of(locked)
    assert grand_rounds().title in text_of(office.get("/attendance"))
    page = office.get(f"/attendance/{key}")
    assert "Its day has not come yet" in text_of(page) and "<b>February</b>" not in page.get_data(as_text=True)
    assert "Lee Learner" in text_of(office.get(f"/attendance/{key}/session/jan?search=lee"))
    assert "Nobody found" in text_of(office.get(f"/attendance/{key}/session/jan?search=nobody"))
    assert tick(office, key, "jan", learner_id) == 303
    assert tick(office, key, "feb", learner_id, "30") == 303
    assert "1 person was there" in text_of(office.get(f"/attendance/{key}"))
    claim = text_of(lee.get("/claim"))
    assert "Sessions that you attended" in claim and "Rounds in January" in claim
    assert "The sessions that you attended give 1.50" in claim
    done = lee.post("/claim", **{f"amount.{AMA}": "1.50"}, attestation="yes", profile=profile(lee))
    assert done.status_code == 303, text_of(done)
    assert "1.50" in text_of(lee.get("/certificate"))


def profile(person: Person) -> str:
    page = unescape(person.get("/claim").get_data(as_text=True))
    return page.partition('name="profile" value="')[2].partition('"')[0]


def test_staff_see_the_attendance_and_say_why_more_is_right(world: World) -> None:
    office, key, lee = invited(world, MARK, Capability.OVERRIDE_CLAIMS), activity_id(world), ready(world, "Lee Learner")
    path = f"/credit/{key}/person/{lee.visit.learner_id}"
    assert tick(office, key, "jan", lee.visit.learner_id, "30") == 303
    page = office.get(path)
    shown = text_of(page)
    assert "30 of 60" in shown and "not recorded" in shown and "<b>February</b>" not in page.get_data(as_text=True)
    assert "It gives at most: AMA PRA Category 1 Credit™ 0.50" in shown
    form = {"action": "award", "credit_type": AMA, "amount": "1.00", "reason": "Sheet 7"}
    answer = office.post(path, form)
    assert answer.status_code == 422 and "more than the attendance gives. Say why it is right." in text_of(answer)
    assert office.post(path, form, beyond="The sheet of <b>February</b> was lost").status_code == 303
    page = office.get(path)
    assert "Beyond attendance: The sheet of <b>February</b> was lost" in unescape(text_of(page))
    assert "<b>February</b>" not in page.get_data(as_text=True)
    assert "say why under beyond" in text_of(office.get(f"/credit/{key}/list"))


def test_a_fault_keeps_what_was_typed_and_records_nothing(world: World) -> None:
    office, key, lee = invited(world, MARK), activity_id(world), world.enter(name="Lee Learner")
    learner_id = lee.visit.learner_id
    fields = {
        "learner": learner_id,
        f"present.{learner_id}": "yes",
        f"minutes.{learner_id}": "90",
        f"was.{learner_id}": "absent",
    }
    answer = office.post(f"/attendance/{key}/session/jan", fields)
    assert answer.status_code == 422 and "at most the length of the session" in text_of(answer)
    assert 'value="90"' in answer.get_data(as_text=True)
    with world.db() as db:
        assert db.scalars(select(models.Attendance)).all() == []


def test_a_page_that_was_opened_earlier_undoes_nothing(world: World) -> None:
    """Two people mark the same session: each sends only what they changed."""
    office, key = invited(world, MARK), activity_id(world)
    lee, may = (world.enter(name=name).visit.learner_id for name in ("Lee Learner", "May Miller"))
    assert tick(office, key, "jan", lee) == 303
    fields = [("learner", lee), ("learner", may), (f"was.{lee}", "absent"), (f"was.{may}", "absent")]
    sent = dict(fields) | {"learner": [lee, may], f"present.{may}": "yes"}
    assert office.post(f"/attendance/{key}/session/jan", sent).status_code == 303
    with world.db() as db:
        assert [row.is_present for row in db.scalars(select(models.Attendance))] == [True, True]


def test_a_list_is_checked_then_entered(world: World) -> None:
    office, key = invited(world, MARK), activity_id(world)
    learner_id = world.enter(name="Lee Learner").visit.learner_id
    template = office.get(f"/attendance/{key}/list.xlsx").get_data()
    sheet = load_workbook(BytesIO(template)).active
    assert sheet is not None and [cell.value for cell in sheet[1]] == list(ATTENDANCE_COLUMNS)
    assert office.get(f"/attendance/{key}/list.csv").get_data().startswith(b"\xef\xbb\xbf")
    head = ",".join(ATTENDANCE_COLUMNS)
    status, page = upload(office, f"/attendance/{key}/list", f"{head}\n{learner_id},,dec,\n,x,jan,70\n")
    assert status == 422 and "The list has 3 faults" in page and "no session with this key" in page
    text = f"{head}\n{learner_id},,jan,\n,new@example.org,feb,45\n"
    status, page = upload(office, f"/attendance/{key}/list", text)
    assert status == 200 and "This will be entered" in page
    answer = text_of(office.post(f"/attendance/{key}/list", text=text, confirm="yes"))
    assert "2 entries are new or different. 1 waits for its person." in answer
    assert "1 more of a list has not come to the tool yet" in answer
    again = text_of(office.post(f"/attendance/{key}/list", text=text, confirm="yes"))
    assert "0 entries are new or different" in again and "2 stay as they are" in again


def test_course_staff_mark_for_their_own_course_only(world: World) -> None:
    key, lee = activity_id(world), world.enter(name="Lee Learner").visit.learner_id
    teacher = from_course(world.enter(name="Tara Teacher", role=Role.INSTRUCTOR))
    assert tick(teacher, key, "jan", lee) == 303


def test_who_may_not(world: World) -> None:
    key, lee = activity_id(world), world.enter(name="Lee Learner").visit.learner_id
    reporter = invited(world, Capability.REPORT)
    for path in ("/attendance", f"/attendance/{key}", f"/attendance/{key}/session/jan", f"/attendance/{key}/list.csv"):
        assert reporter.get(path).status_code == 403
    assert tick(reporter, key, "jan", lee) == 403
    stranger = invited(world, MARK, email="other@example.org", provider="Another Provider")
    assert stranger.get(f"/attendance/{key}").status_code == 404
    assert tick(stranger, key, "jan", lee) == 404
    office = invited(world, MARK)
    assert office.get(f"/attendance/{key}/session/dec").status_code == 404
    assert tick(office, key, "mar", lee) in (403, 409, 422)
    assert tick(office, key, "jan", "0" * 32) == 404
    unsigned = office.post(f"/attendance/{key}/session/jan", csrf_token="wrong")
    assert unsigned.status_code == 403
