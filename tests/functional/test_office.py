"""The office: who comes in, what they are offered, and what the server refuses whatever is offered."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.launch import Role
from lti_tool.services.audit import ToolActor, first_break
from lti_tool.services.team import invite
from lti_tool.web.access import Access
from tests.functional.office_world import ACCEPT, OfficePerson, from_course, invited
from tests.functional.staff_world import BASE, NOW, PROVIDER, World, text_of, world

__all__ = ["world"]
OTHER = "Another Medical School"


def routes(world: World) -> list[tuple[str, str, str, Capability | None]]:
    """Every route of the office: endpoint, method, address below the office, capability."""
    access, needed = world.app.extensions["cme_access"], world.app.extensions["cme_capability"]
    found = []
    for rule in world.app.url_map.iter_rules():
        if access.get(rule.endpoint) is Access.OFFICE:
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule.removeprefix("/office/<office_id>"))
            path = re.sub(r"<[^>]+>", "1", path)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                found.append((rule.endpoint, method, path, needed[rule.endpoint]))
    return found


def ask(person: OfficePerson, method: str, path: str) -> tuple[int, str]:
    answer = person.get(path) if method == "GET" else person.post(path)
    return answer.status_code, answer.get_data(as_text=True)


def test_an_instructor_opens_the_office_from_the_course(world: World) -> None:
    person = world.staff(name="Iris Instructor")
    assert "Open the office" in text_of(person.get("/staff/home"))
    office = from_course(person)
    page = office.get()
    assert page.status_code == 200
    assert "Signed in as Iris Instructor." in text_of(page)
    assert "frame-ancestors 'self' https://lms.example" in page.headers["Content-Security-Policy"]


def test_learners_and_mentors_do_not(world: World) -> None:
    assert world.enter().post("/staff/office").status_code == 403
    assert world.enter(Role.MENTOR).post("/staff/office").status_code == 403


def test_a_role_that_brings_nothing_opens_nothing(world: World) -> None:
    admin = invited(world)
    assert admin.post("/team/roles", {"role.instructor": ["plan"]}).status_code == 303
    assistant = world.enter(Role.TEACHING_ASSISTANT)
    assert "Open the office" not in text_of(assistant.get("/staff/home"))
    assert "office_closed" in assistant.post("/staff/office").get_data(as_text=True)
    assert from_course(world.staff()).get().status_code == 200


def test_a_link_is_looked_at_as_often_as_one_likes_and_used_once(world: World) -> None:
    with world.db() as db:
        provider = db.scalars(select(models.Provider).where(models.Provider.name == PROVIDER)).one()
        token = invite(db, ToolActor(provider.id), "Avery", "a@example.org", [Capability.CONFIGURE], NOW)
    client = world.app.test_client()
    for _ in range(2):
        assert "This link is for Avery." in text_of(client.get(f"/join/{token}", base_url=BASE, headers=ACCEPT))
    own = {**ACCEPT, "Origin": BASE}
    foreign = client.post(f"/join/{token}", base_url=BASE, headers={**ACCEPT, "Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert client.post(f"/join/{token}", base_url=BASE, headers=own).status_code == 303
    for answer in (
        client.get(f"/join/{token}", base_url=BASE, headers=ACCEPT),
        client.post(f"/join/{token}", base_url=BASE, headers=own),
        client.get("/join/never-was", base_url=BASE, headers=ACCEPT),
    ):
        assert answer.status_code == 403
        assert "office_link_used" in answer.get_data(as_text=True)


def test_a_link_grows_old(world: World) -> None:
    with world.db() as db:
        provider = db.scalars(select(models.Provider).where(models.Provider.name == PROVIDER)).one()
        token = invite(db, ToolActor(provider.id), "Avery", "a@example.org", [], NOW)
    world.clock.now += timedelta(days=7)
    assert world.app.test_client().get(f"/join/{token}", base_url=BASE, headers=ACCEPT).status_code == 403


def test_every_route_needs_the_office_its_cookie_and_its_form_token(world: World) -> None:
    admin = invited(world)
    stranger = OfficePerson(world.app.test_client(), admin.office_id)
    asked = routes(world)
    assert len(asked) >= 8
    for endpoint, method, path, _ in asked:
        status, text = ask(stranger, method, path)
        assert (status, "office_session_unknown" in text) == (403, True), endpoint
        if method == "POST":
            assert admin.post(path, csrf_token="0" * 64).status_code == 403, endpoint


def test_every_route_refuses_those_without_its_capability(world: World) -> None:
    for endpoint, method, path, capability in routes(world):
        if capability is None:
            continue
        rest = [one for one in Capability if one is not capability]
        person = invited(world, *rest, name="Rest", email=f"{capability.value}@example.org")
        status, text = ask(person, method, path)
        assert (status, "capability_missing" in text) == (403, True), endpoint


def test_what_is_offered_opens_and_nothing_else_is_offered(world: World) -> None:
    for capability in Capability:
        person = invited(world, capability, email=f"{capability.value}@example.org")
        links = set(re.findall(rf'href="/office/{person.office_id}(/[^"]*)"', person.get().get_data(as_text=True)))
        assert "/" in links
        assert [link for link in links if person.get(link).status_code != 200] == []


def test_the_session_ends(world: World) -> None:
    admin = invited(world)
    world.clock.now += timedelta(hours=8)
    assert "office_session_unknown" in admin.get().get_data(as_text=True)


def test_leaving_signs_out(world: World) -> None:
    admin = invited(world)
    assert "You have left the office" in text_of(admin.post("/leave"))
    assert admin.get().status_code == 403


def test_course_staff_are_accepted_by_name_and_lose_it_again(world: World) -> None:
    teacher = world.staff(name="Iris Instructor", subject="iris")
    admin = invited(world)
    page = admin.get("/team?search=iris").get_data(as_text=True)
    (person_id,) = set(re.findall(r"/team/([0-9a-f]{32})\">\s*<bdi>Iris", page))
    assert admin.post(f"/team/{person_id}", capability=["approve", "report"]).status_code == 303
    office = from_course(teacher)
    assert "Audit trail" in text_of(office.get())
    assert office.get("/audit").status_code == 200
    assert admin.post(f"/team/{person_id}").status_code == 303
    # The role in the course still brings reports on the course, never the provider's whole trail.
    assert office.get("/audit").status_code == 403


def test_somebody_must_remain_who_can_configure(world: World) -> None:
    admin = invited(world)
    page = admin.get("/team").get_data(as_text=True)
    (person_id,) = set(re.findall(r"/team/([0-9a-f]{32})\">\s*<bdi>Avery", page))
    answer = admin.post(f"/team/{person_id}", capability=["plan"])
    assert (answer.status_code, "last_administrator" in answer.get_data(as_text=True)) == (409, True)
    invited(world, name="Second", email="second@example.org")
    assert admin.post(f"/team/{person_id}", capability=["plan"]).status_code == 303
    assert admin.get("/team").status_code == 403


def test_no_role_ever_brings_what_is_granted_by_name_only(world: World) -> None:
    admin = invited(world)
    answer = admin.post("/team/roles", {"role.instructor": ["approve"]})
    assert (answer.status_code, "not_course_level" in answer.get_data(as_text=True)) == (422, True)
    assert from_course(world.staff()).get("/team").status_code == 403


def test_people_of_another_provider_do_not_exist(world: World) -> None:
    admin, stranger = invited(world), invited(world, provider=OTHER, name="Olu Other", email="o@example.org")
    page = stranger.get("/team").get_data(as_text=True)
    (person_id,) = set(re.findall(r"/team/([0-9a-f]{32})\">\s*<bdi>Olu", page))
    assert admin.get(f"/team/{person_id}").status_code == 404
    assert admin.post(f"/team/{person_id}", capability=["plan"]).status_code == 404
    assert "Olu" not in text_of(admin.get("/team"))


def test_faults_of_an_invitation_are_named_and_nothing_is_kept(world: World) -> None:
    admin = invited(world)
    answer = admin.post("/team/invite", name=" ", email="x@example.org", capability=["plan"])
    assert (answer.status_code, "Enter the person’s name" in text_of(answer)) == (422, True)
    answer = admin.post("/team/invite", name="Pat", email="no address", capability=["plan"])
    assert (answer.status_code, "Enter an e-mail address" in text_of(answer)) == (422, True)
    assert admin.post("/team/invite", name="Pat", email="p@example.org", capability=["fly"]).status_code == 422
    assert "Pat" not in text_of(admin.get("/team"))


def test_without_mail_the_link_is_shown_and_works(world: World) -> None:
    admin = invited(world)
    text = text_of(admin.post("/team/invite", name="Pat", email="p@example.org", capability=["plan"]))
    (token,) = re.findall(rf"{BASE}/join/(\S+)", text)
    client = world.app.test_client()
    assert client.post(f"/join/{token}", base_url=BASE, headers={**ACCEPT, "Origin": BASE}).status_code == 303


def test_the_trail_tells_who_did_what_and_is_whole(world: World) -> None:
    admin = invited(world)
    admin.post("/team/invite", name="Pat", email="p@example.org", capability=["plan"])
    text = text_of(admin.get("/audit"))
    assert "person.invited" in text and "grant.given" in text and "Avery Admin" in text and "p@example.org" not in text
    assert "capability: plan" in text and "{" not in text
    exported = admin.get("/audit.csv")
    assert '""capability"": ""plan""' in exported.get_data(as_text=True)
    assert (
        exported.mimetype == "text/csv" and exported.get_data(as_text=True).count("\n") == text.count("grant.given") + 3
    )
    with world.db() as db:
        assert (
            first_break(db, db.scalars(select(models.Provider.id).where(models.Provider.name == PROVIDER)).one())
            is None
        )


def test_the_trail_of_an_activity_of_another_provider_is_not_there(world: World) -> None:
    admin, foreign = invited(world), world.place(provider=OTHER)
    assert admin.get(f"/audit?activity={foreign}").status_code == 404
    assert admin.get("/audit?before=x").status_code == 422


def test_signing_in_answers_the_same_for_every_address(world: World) -> None:
    invited(world)
    client, own = world.app.test_client(), {**ACCEPT, "Origin": BASE}
    answers = [
        client.post("/sign-in", base_url=BASE, data={"email": email}, headers=own).get_data()
        for email in ("avery@example.org", "nobody@example.org")
    ]
    assert answers[0] == answers[1]
    assert client.post("/sign-in", base_url=BASE, data={"email": "x"}, headers=own).status_code == 422
