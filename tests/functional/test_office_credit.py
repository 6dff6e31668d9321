"""Credit in the office over HTTP: entries of staff, lists, late claims, wording, calculator; and who may not."""

from __future__ import annotations

from html import unescape
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import Degree
from lti_tool.domain.roll import COLUMNS
from tests.functional.office_world import ACCEPT, OfficePerson, invited
from tests.functional.staff_world import BASE, World, text_of, world
from tests.unit.lti_tool.domain.builders import AMA

__all__ = ["world"]
CREDIT = Capability.OVERRIDE_CLAIMS


@pytest.fixture
def learner_id(world: World) -> str:
    person = world.enter(name="Lee Learner")
    with world.db() as db:
        row = db.get_one(models.Learner, person.visit.learner_id)
        row.printed_name, row.degree, row.country, row.confirmed_at = "Lee Learner", "MD", "US", world.clock()
    return person.visit.learner_id


def activity_id(world: World) -> str:
    with world.db() as db:
        return db.scalars(select(models.Activity.id)).one()


def entries(world: World) -> list[tuple[str, str]]:
    with world.db() as db:
        rows = db.scalars(select(models.CreditEntry).order_by(models.CreditEntry.recorded_at, models.CreditEntry.kind))
        return [(row.kind, str(row.amount)) for row in rows]


def upload(office: OfficePerson, path: str, sent: str | bytes, **form: str) -> tuple[int, str]:
    body = sent.encode() if isinstance(sent, str) else sent
    data = {"csrf_token": office.form_token(), "file": (BytesIO(body), "list"), **form}
    answer = office.client.post(
        office.path(path),
        base_url=BASE,
        data=data,
        headers={**ACCEPT, "Origin": BASE},
        content_type="multipart/form-data",
    )
    return answer.status_code, text_of(answer)


def test_award_adjust_and_take_back(world: World, learner_id: str) -> None:
    office, key = invited(world, CREDIT), activity_id(world)
    page = office.get("/credit")
    assert "Hypertension in the Elderly" in text_of(page)
    assert "Lee Learner" in text_of(office.get(f"/credit/{key}?search=lee"))
    assert "Nobody found" in text_of(office.get(f"/credit/{key}?search=nobody"))
    path = f"/credit/{key}/person/{learner_id}"
    assert "Award credit" in text_of(office.get(path))
    for form, words in (
        ({"amount": "1.00", "reason": ""}, "Say in a few words"),
        ({"amount": "1.30", "reason": "Sheet"}, "Claim at most"),
        ({"amount": "0.30", "reason": "Sheet"}, "Claim in the steps"),
    ):
        answer = office.post(path, form, action="award", credit_type=AMA)
        assert answer.status_code == 422 and words in text_of(answer)
    assert entries(world) == []
    assert office.post(path, action="award", credit_type=AMA, amount="0.75", reason="Sheet 3").status_code == 303
    assert office.post(path, action="award", credit_type=AMA, amount="0.75", reason="Again").status_code == 422
    assert office.post(path, action="adjust", credit_type=AMA, amount="0.50", reason="Left early").status_code == 303
    assert office.post(path, action="adjust", credit_type=AMA, amount="0.50", reason="Left early").status_code == 422
    shown = text_of(office.get(path))
    assert "Left early" in shown and "AMA PRA Category 1 Credit™: 0.50" in shown
    assert office.post(path, action="revoke", credit_type=AMA, reason="Wrong person").status_code == 303
    assert "taken back" in text_of(office.get(path))
    again = {"action": "award", "credit_type": AMA, "amount": "1.00", "reason": "Sheet 4"}
    assert office.post(path, again).status_code == 303
    ends = {"action": "expire", "credit_type": AMA, "reason": "Its term is over"}
    answer = office.post(path, ends)
    assert answer.status_code == 422 and "Name the decision or document" in text_of(answer)
    assert office.post(path, ends, evidence="Letter of the board").status_code == 303
    assert office.post(path, ends, evidence="Letter of the board").status_code == 303
    shown = text_of(office.get(path))
    assert "AMA PRA Category 1 Credit™: expired" in shown and "Evidence: Letter of the board" in shown
    with world.db() as db:
        codes = db.scalars(select(models.Certificate.code).where(models.Certificate.status_reason == "credit-expired"))
        (code,) = codes.all()
    assert "The credit has expired." in text_of(office.client.get(f"/verify/{code}", base_url=BASE))
    assert office.post(path, action="dance", credit_type=AMA, reason="x").status_code == 422
    assert sorted(entries(world)) == [
        ("adjust", "-0.25"),
        ("award", "0.75"),
        ("award", "1.00"),
        ("expire", "-1.00"),
        ("revoke", "-0.50"),
    ]


def test_a_list_is_checked_shown_and_entered(world: World, learner_id: str) -> None:
    office, path = invited(world, CREDIT), f"/credit/{activity_id(world)}/list"
    assert "A CSV file in UTF-8" in text_of(office.get(path))
    bad = f"email,credit_type,amount\na@b.example,{AMA},9\n<script>,{AMA},1.00\n"
    status, words = upload(office, path, bad, reason="Workshop")
    assert status == 422 and "Nothing was entered" in words and "The list has 2 faults." in words
    good = f"learner,email,credit_type,amount\n{learner_id},,{AMA},0.50\n,grace@example.org,{AMA},1.00\n"
    status, words = upload(office, path, good, reason="Workshop")
    assert status == 200 and "This will be entered" in words and entries(world) == []
    answer = office.post(path, text=good, reason="Workshop", confirm="yes")
    assert "1 award is recorded. 1 waits for its person." in text_of(answer)
    assert entries(world) == [("award", "0.50")]
    answer = office.post(path, text=good, reason="Workshop", confirm="yes")
    assert "2 were entered before and stay as they are." in text_of(answer)
    assert entries(world) == [("award", "0.50")]
    status, words = upload(office, path, good, reason="Workshop")
    assert status == 200 and "All of this list was entered before." in words and "Enter this list" not in words


def test_a_list_awards_again_only_with_a_tick(world: World, learner_id: str) -> None:
    office, key = invited(world, CREDIT), activity_id(world)
    path, text = f"/credit/{key}/list", f"learner,credit_type,amount,reason\n{learner_id},{AMA},1.00,Sheet\n"
    assert "1 award is recorded" in text_of(office.post(path, text=text, confirm="yes"))
    office.post(f"/credit/{key}/person/{learner_id}", action="revoke", credit_type=AMA, reason="Somebody else")
    status, page = upload(office, path, text)
    assert status == 200 and "1 row names credit that was taken back or has expired" in page
    answer = office.post(path, text=text, confirm="yes")
    assert answer.status_code == 422 and "leave those rows out" in text_of(answer)
    assert [kind for kind, _ in entries(world)] == ["award", "revoke"]
    assert "1 award is recorded" in text_of(office.post(path, text=text, confirm="yes", again="yes"))
    assert len(entries(world)) == 3


def test_a_workbook_is_filled_in_checked_and_entered(world: World, learner_id: str) -> None:
    office, path = invited(world, CREDIT), f"/credit/{activity_id(world)}/list"
    empty = office.get(f"{path}.csv")
    assert empty.mimetype == "text/csv" and b'"learner","email","credit_type","amount","reason"' in empty.data
    book = load_workbook(BytesIO(office.get(f"{path}.xlsx").data))
    assert [cell.value for cell in book.worksheets[0][1]] == list(COLUMNS)
    sheet = book.worksheets[0]
    sheet.append([learner_id, None, AMA, 0.5, "Sheet 3"])
    sheet.append([None, "grace@example.org", AMA, "one", "Sheet 3"])
    status, words = upload(office, path, saved(book))
    assert status == 422 and "The list has 1 fault." in words and "3 Column amount Found one" in words
    sheet["D3"] = 1
    status, words = upload(office, path, saved(book))
    assert status == 200 and "This will be entered" in words and entries(world) == []
    page = office.client.post(
        office.path(path),
        base_url=BASE,
        data={"csrf_token": office.form_token(), "file": (BytesIO(saved(book)), "list.xlsx")},
        headers={**ACCEPT, "Origin": BASE},
    ).get_data(as_text=True)
    shown = unescape(page.partition('<textarea name="text" hidden>')[2].partition("</textarea>")[0])
    answer = office.post(path, text=shown, confirm="yes")
    assert "1 award is recorded. 1 waits for its person." in text_of(answer)
    assert entries(world) == [("award", "0.50")]
    status, words = upload(office, path, saved(book)[:-200])
    assert status == 422 and "The workbook is damaged" in words
    assert office.get(f"{path}.ods").status_code == 404


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_wording_is_compared_and_confirmed(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    page = text_of(office.get("/wording"))
    assert "ANCC contact hours to be confirmed" in page and "AMA PRA Category 1 Credit™ to be confirmed" in page
    assert office.post("/wording/ancc", edition="ANCC 2022").status_code == 422
    assert office.post("/wording/ancc", edition="ANCC 1999", compared="yes").status_code == 404
    assert office.post("/wording/ancc", edition="ANCC 2022", compared="yes").status_code == 303
    assert "ANCC contact hours confirmed" in text_of(office.get("/wording"))


def test_the_calculator(world: World) -> None:
    office = invited(world, Capability.PLAN)
    assert office.get("/calculator").status_code == 200
    answer = office.post("/calculator", credit_type=AMA, method="segments", segments="45 Lecture\n-15 Coffee\n30 Cases")
    assert "Result: 1.25" in text_of(answer)
    answer = office.post(
        "/calculator",
        credit_type="cdr",
        method="mergener",
        words="3774",
        questions="16",
        difficulty="2.5",
        keep="yes",
        activity_key="nutrition",
    )
    assert "Result: 1.00" in text_of(answer) and "nutrition" in text_of(answer)
    for method, fields in (
        ("media", {"seconds": "1470 1230", "questions": "10"}),
        ("pilot", {"minutes": "50 58 72"}),
        ("format", {"format": "PI CME activity", "count": "3"}),
    ):
        assert "Result:" in text_of(office.post("/calculator", fields, credit_type=AMA, method=method)), method
    for form in (
        {"credit_type": "shoes", "method": "pilot"},
        {"credit_type": AMA, "method": "guess"},
        {"credit_type": AMA, "method": "mergener", "words": "many"},
        {"credit_type": AMA, "method": "pilot", "minutes": "50 60"},
        {"credit_type": AMA, "method": "segments", "segments": "NaN x"},
        {"credit_type": AMA, "method": "format", "format": "live activity", "count": "1"},
        {"credit_type": AMA, "method": "mergener", "words": "1.5"},
    ):
        assert office.post("/calculator", form).status_code == 422, form
    with world.db() as db:
        row = db.scalars(select(models.CreditWorking)).one()
        assert (row.activity_key, row.credit_type, str(row.amount)) == ("nutrition", "cdr", "1.00")
        assert row.working["lines"][0] == {"key": "words", "value": "3774", "unit": "words"}


def test_the_rule_for_late_claims(world: World) -> None:
    office = invited(world, CREDIT, Capability.CONFIGURE)
    assert "No requests are waiting" in text_of(office.get("/late-claims"))
    assert office.post("/late-claims/policy", days="30", quota="x", grace_days="7").status_code == 422
    assert office.post("/late-claims/policy", days="30", quota="101", grace_days="7").status_code == 422
    assert office.post("/late-claims/policy", days="30", quota="1", grace_days="7").status_code == 303
    assert 'value="30"' in office.get("/late-claims").get_data(as_text=True)
    assert office.post("/late-claims/" + "0" * 32, decision="grant").status_code == 404


def test_without_the_capability_nothing_opens(world: World, learner_id: str) -> None:
    office, key = invited(world, Capability.REPORT), activity_id(world)
    for path in (
        "/credit",
        f"/credit/{key}",
        f"/credit/{key}/list.xlsx",
        f"/credit/{key}/person/{learner_id}",
        "/late-claims",
        "/wording",
    ):
        assert office.get(path).status_code == 403, path
    answer = office.post(f"/credit/{key}/person/{learner_id}", action="award", credit_type=AMA, amount="1", reason="x")
    assert answer.status_code == 403 and entries(world) == []


def test_another_providers_people_and_activities_do_not_exist(world: World, learner_id: str) -> None:
    stranger, key = invited(world, provider="Another Medical School", email="x@example.org"), activity_id(world)
    assert stranger.get(f"/credit/{key}").status_code == 404
    assert stranger.get(f"/credit/{key}/list.xlsx").status_code == 404
    assert stranger.get(f"/credit/{key}/person/{learner_id}").status_code == 404
    answer = stranger.post(
        f"/credit/{key}/person/{learner_id}", action="award", credit_type=AMA, amount="1", reason="x"
    )
    assert answer.status_code == 404 and entries(world) == []
    assert upload(stranger, f"/credit/{key}/list", f"email,credit_type,amount\na@b.example,{AMA},1\n")[0] == 404


def test_a_nurse_is_certified_and_never_awarded(world: World, learner_id: str) -> None:
    with world.db() as db:
        db.get_one(models.Learner, learner_id).degree = Degree.RN.value
    office, key = invited(world, CREDIT), activity_id(world)
    path = f"/credit/{key}/person/{learner_id}"
    assert office.post(path, action="award", credit_type=AMA, amount="1.00", reason="Sheet").status_code == 303
    with world.db() as db:
        assert not db.scalars(select(models.CreditEntry)).one().is_awarded
    assert "AMA PRA Category 1 Credit™: participation" in text_of(office.get(path))
