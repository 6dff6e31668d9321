"""The disclosure form behind a signed link and from a launch, without JavaScript: honest use and all other use."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.domain.disclosure import DEFINITION
from lti_tool.domain.person import WINDOW
from tests.functional.disclosing import NOTHING, ONE, SOME, Invitee, add_person, hidden, invite
from tests.functional.office_world import ACCEPT, OfficePerson, invited
from tests.functional.staff_world import BASE, World, text_of, world

__all__ = ["world"]
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def office(world: World) -> OfficePerson:
    return invited(world)


@pytest.fixture
def lee(world: World, office: OfficePerson) -> Invitee:
    return invite(world, office, add_person(office))


def count(world: World, table: Any = models.DisclosureForm) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def test_the_form_is_asked_signed_and_confirmed(world: World, lee: Invitee) -> None:
    first = lee.get()
    assert first.status_code == 303 and "/disclosure/form?" in first.headers["Location"]
    page = text_of(lee.get("/form"))
    assert DEFINITION in page and WINDOW in page and "Sam Lee" in page and "Example Medical School" in page
    answer = lee.fill(**SOME)
    assert answer.status_code == 303
    given = lee.client.get(answer.headers["Location"], base_url=BASE, headers=ACCEPT)
    text = text_of(given)
    for each in (
        "your disclosure has been received",
        "Acme Pharma",
        "Consultant",
        "Active",
        "March 2, 2027",
        DEFINITION,
    ):
        assert each in text
    assert count(world) == 1


def test_nothing_to_disclose_is_two_clicks_and_a_name(lee: Invitee) -> None:
    assert lee.fill(**NOTHING).status_code == 303
    assert "no financial relationship with an ineligible company" in text_of(lee.get())


def test_the_pages_are_kept_by_nobody_and_leak_nothing(lee: Invitee) -> None:
    answer = lee.get("/form")
    assert "noindex" in answer.headers["X-Robots-Tag"] and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin" and "Set-Cookie" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "lee" not in lee.path().lower() and len(lee.token) >= 43


def test_later_visits_show_what_was_given_and_a_new_version_begins_with_it(world: World, lee: Invitee) -> None:
    lee.fill(**SOME)
    assert lee.get().status_code == 200
    page = lee.get("/form").get_data(as_text=True)
    assert 'value="Acme Pharma"' in page and '<option value="consultant" selected>' in page
    lee.fill(**NOTHING, **dict.fromkeys(ONE, ""))
    text = text_of(lee.get())
    assert "Version 1, signed on March 2, 2026" in text and "Acme Pharma" not in text
    assert count(world) == 2 and count(world, models.DisclosedRelationship) == 1


def test_a_double_click_and_going_back_count_once(world: World, lee: Invitee) -> None:
    assert lee.fill(**SOME).status_code == 303
    for _ in range(2):
        assert lee.post(lee.sent).status_code == 303
    assert count(world) == 1


def test_rows_are_added_looked_up_picked_and_removed_without_scripts(world: World, lee: Invitee) -> None:
    office_names = ("Acme Pharma", "Acme Devices")
    lee.fill(
        discloses="yes", rows="2", **ONE, **{f"{k[:-1]}1": v for k, v in ONE.items()} | {"company.1": office_names[1]}
    )
    begun = lee.open()
    added = lee.post({**begun, "do": "add", **SOME}).get_data(as_text=True)
    assert hidden(added)["rows"] == "3" and "Relationship 3" in added and 'value="Acme Pharma"' in added
    looked = lee.post({**begun, "rows": "1", "do": "find.0", "company.0": "acme"}).get_data(as_text=True)
    assert all(f'value="pick.0:{name}"' in looked for name in office_names)
    picked = lee.post({**begun, "rows": "1", "do": "pick.0:Acme Devices", "company.0": "acme"}).get_data(as_text=True)
    assert 'name="company.0" type="text" value="Acme Devices"' in picked
    removed = lee.post({**begun, "rows": "2", "do": "remove.0", "company.1": "Beta"}).get_data(as_text=True)
    assert hidden(removed)["rows"] == "1" and 'value="Beta"' in removed
    none = lee.post({**begun, "rows": "1", "do": "find.0", "company.0": "zzz"}).get_data(as_text=True)
    assert "Keep what you typed: it will be added" in none
    assert count(world) == 1


@pytest.mark.parametrize("action", ["find.9", "remove.", "pick.7:x", "find.x", "remove.99999", "x", "add.1"])
def test_buttons_that_do_not_exist_do_no_harm(lee: Invitee, action: str) -> None:
    assert lee.post({**lee.open(), "do": action}).status_code in (200, 422)


def test_faults_are_named_at_their_fields_and_nothing_is_lost(world: World, lee: Invitee) -> None:
    answer = lee.fill(**{**SOME, "company.0": HOSTILE, "nature.0": "", "attestation": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and HOSTILE not in page and "&lt;script&gt;" in page
    for field in ("company-0", "nature-0", "attestation"):
        assert f'href="#f-{field}"' in page and f'id="f-{field}"' in page
    assert "no address, logo, product name or trademark sign" in text_of(answer)
    assert count(world) == 0 and count(world, models.Company) == 0


@pytest.mark.parametrize("name", ["acme.com", "https://acme.example", "Acmezole®", "<b>Acme</b>", "A" * 400, "\u202e"])
def test_hostile_company_names_are_refused(world: World, lee: Invitee, name: str) -> None:
    assert lee.fill(**{**SOME, "company.0": name}).status_code == 422
    assert count(world, models.Company) == 0


def test_another_notice_than_the_one_in_force_is_read_again(world: World, lee: Invitee) -> None:
    answer = lee.fill(**SOME, notice="f" * 64)
    assert answer.status_code == 409 and "Please read this page again" in text_of(answer)
    assert 'value="Acme Pharma"' in answer.get_data(as_text=True)
    assert count(world) == 0


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "This link does not open a form" in text_of(answer)


def test_an_expired_link_opens_nothing(world: World, lee: Invitee) -> None:
    fields = lee.open()
    world.clock.now += timedelta(days=30)
    assert refused(lee.get()) and refused(lee.get("/form")) and refused(lee.post({**fields, **NOTHING}))
    assert count(world) == 0


def test_a_withdrawn_link_opens_nothing(world: World, office: OfficePerson) -> None:
    person = add_person(office)
    lee = invite(world, office, person)
    fields = lee.open()
    assert office.post(f"/people/{person}/revoke").status_code == 303
    assert refused(lee.get()) and refused(lee.post({**fields, **NOTHING}))


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "%00", "%ff", "a" * 3000, "王", "' or 1=1 --"])
def test_unknown_links_all_get_the_same_answer(world: World, token: str) -> None:
    for rule in ("/disclosure", "/disclosure/form"):
        answer = world.app.test_client().get(f"{rule}?token={token}", base_url=BASE, headers=ACCEPT)
        assert refused(answer)


def test_a_link_serves_its_own_person_alone(world: World, office: OfficePerson, lee: Invitee) -> None:
    roy = invite(world, office, add_person(office, "Ann Roy"))
    assert "Ann Roy" in text_of(roy.get("/form")) and "Sam Lee" not in text_of(roy.get("/form"))
    lee.fill(**SOME)
    assert roy.get().status_code == 303
    answer = roy.post({**lee.open(), **NOTHING, "signed_name": "Ann Roy", "attestation": "yes"})
    assert answer.status_code == 403 and "form_token_wrong" in answer.get_data(as_text=True)
    assert count(world) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_other_sites_send_nothing(world: World, lee: Invitee, headers: dict[str, str]) -> None:
    fields = {**lee.open(), **NOTHING, "signed_name": "Sam Lee", "attestation": "yes"}
    assert lee.post(fields, {**ACCEPT, **headers}).status_code == 403
    assert lee.post({**fields, "csrf_token": "0" * 64}).status_code == 403
    assert count(world) == 0


def test_companies_of_another_provider_are_not_offered(world: World, lee: Invitee) -> None:
    other = invited(world, provider="Another school", email="o@example.org")
    theirs = invite(world, other, add_person(other))
    theirs.fill(**{**SOME, "company.0": "Secret Labs"})
    assert "Secret" not in lee.get("/form").get_data(as_text=True)
    looked = lee.post({**lee.open(), "do": "find.0", "company.0": "secret"})
    assert "pick.0" not in looked.get_data(as_text=True)
    lee.fill(**{**SOME, "company.0": "Open Labs"})
    again = lee.get("/form").get_data(as_text=True)
    assert '<option value="Open Labs">' in again


def test_staff_disclose_from_a_launch(world: World) -> None:
    person = world.staff(name="Iris Instructor")
    assert "Your disclosure" in text_of(person.get("/staff/home"))
    before = count(world, models.Person)
    assert person.get("/disclosure").status_code == 303
    page = person.get("/disclosure/form").get_data(as_text=True)
    assert "Iris Instructor" in page and count(world, models.Person) == before
    fields = hidden(page) | SOME | {"signed_name": "Iris Instructor", "attestation": "yes"}
    token = fields.pop("csrf_token")
    assert person.post("/disclosure/form", token=token, **fields).status_code == 303
    assert "Acme Pharma" in text_of(person.get("/disclosure"))
    with world.db() as db:
        assert [row.came_by for row in db.scalars(select(models.DisclosureForm))] == ["launch"]
    assert person.post("/disclosure/form", token="0" * 64, **fields).status_code == 403


def test_a_learner_discloses_only_if_the_office_named_them(world: World, office: OfficePerson) -> None:
    learner = world.enter(name="Rhea Reviewer")
    answer = learner.get("/disclosure/form")
    assert answer.status_code == 404 and "You have not been asked to disclose here" in text_of(answer)
    person = add_person(office, "Rhea Reviewer, PhD")
    found = office.get(f"/people/{person}?lms=rhea").get_data(as_text=True)
    (key,) = re.findall(r'name="learner" value="([0-9a-f]{32})"', found)
    assert office.post(f"/people/{person}/lms", learner=key).status_code == 303
    assert "Rhea Reviewer, PhD" in text_of(learner.get("/disclosure/form"))
    again = office.post(f"/people/{add_person(office, 'Somebody Else')}/lms", learner=key)
    assert again.status_code == 409


def test_learners_of_another_provider_are_not_linked(world: World, office: OfficePerson) -> None:
    other = invited(world, provider="Another school", email="o@example.org")
    learner = world.enter(name="Rhea Reviewer")
    person = add_person(other)
    assert "Rhea" not in text_of(other.get(f"/people/{person}?lms=rhea"))
    assert other.post(f"/people/{person}/lms", learner=learner.visit.learner_id).status_code == 404
