"""People in control of content in the office, and browsers that open their links: for tests of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.functional.office_world import ACCEPT, OfficePerson, invited
from tests.functional.staff_world import BASE, World, make_world
from tests.unit.lti_tool.services.collecting import planned

ONE = {"company.0": "Acme Pharma", "nature.0": "consultant", "research_role.0": "none", "has_ended.0": "no"}
NOTHING = {"discloses": "no"}
SOME = {"discloses": "yes", **ONE}
BROWSER = {**ACCEPT, "Origin": BASE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    made = make_world(migrated_database_url)
    yield made
    made.close()


@pytest.fixture
def plan(world: World) -> str:
    return world.place(planned())


@pytest.fixture
def office(world: World) -> OfficePerson:
    return invited(world)


def hidden(page: str) -> dict[str, str]:
    """The values that the form carries along."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    }


@dataclass
class Invitee:
    """Somebody who opened a link: no account, no cookie."""

    client: FlaskClient
    token: str
    sent: dict[str, str] = field(default_factory=dict)

    def path(self, rule: str = "") -> str:
        return f"/disclosure{rule}?token={self.token}"

    def get(self, rule: str = "", **how: Any) -> TestResponse:
        return self.client.get(self.path(rule), base_url=BASE, headers=ACCEPT, **how)

    def post(self, fields: Mapping[str, str], headers: Mapping[str, str] = BROWSER) -> TestResponse:
        return self.client.post(self.path("/form"), base_url=BASE, data=dict(fields), headers=dict(headers))

    def open(self) -> dict[str, str]:
        return hidden(self.get("/form").get_data(as_text=True))

    def fill(self, **fields: str) -> TestResponse:
        """Open the form, fill it in, sign and send it."""
        signed = {"signed_name": "Sam Lee", "attestation": "yes", "do": "send"}
        self.sent = {**self.open(), **signed, **fields}
        return self.post(self.sent)


def row_key(answer: TestResponse) -> str:
    """The key in the address that a redirect leads to."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"].rstrip("/").rsplit("/", 1)[-1]


def add_person(office: OfficePerson, name: str = "Sam Lee", **particulars: str) -> str:
    return row_key(office.post("/people/new", {"name": name, **particulars}))


def token_of(text: str) -> str:
    """The secret of the link in a page or a mail."""
    (token,) = re.findall(rf"{re.escape(BASE)}/disclosure\?token=([\w-]+)", text)
    return str(token)


def invite(world: World, office: OfficePerson, person_id: str) -> Invitee:
    answer = office.post(f"/people/{person_id}/invite", how="link")
    return Invitee(world.app.test_client(), token_of(answer.get_data(as_text=True)))


def give_role(office: OfficePerson, plan_id: str, person_id: str, role: str = "faculty", starts_on: str = "") -> str:
    """Gives the role's key."""
    form = {"person": person_id, "role": role, "starts_on": starts_on or "2026-04-01"}
    answer = office.post(f"/activities/{plan_id}/people", form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = office.get(f"/activities/{plan_id}/people").get_data(as_text=True)
    return str(re.findall(r'id="starts-([0-9a-f]{32})"', page)[-1])


def review_company(office: OfficePerson, name: str = "Acme Pharma", kind: str = "pharmaceutical") -> str:
    """Say what a company that was named is; gives its key."""
    page = office.get(f"/companies?search={name}").get_data(as_text=True)
    (key,) = re.findall(rf"/companies/([0-9a-f]{{32}})\">{name}<", page)
    assert office.post(f"/companies/{key}", company=name, kind=kind).status_code == 303
    return str(key)


DECISION = {"relevance": "relevant", "reason": "Her talk is about this drug."}


def step(done_on: str = "2026-03-01", **more: Any) -> dict[str, Any]:
    """A mitigation as typed."""
    return {"strategy": "peer-review-content", "done_on": done_on, "done_by": "R. Vega", **more}


class Case:
    """A consultant of Acme Pharma who is faculty: the addresses of everything about it."""

    def __init__(self, world: World, office: OfficePerson, plan: str, nature: str = "consultant") -> None:
        self.person = add_person(office, credentials="MD")
        invite(world, office, self.person).fill(**{**SOME, "nature.0": nature})
        self.role = give_role(office, plan, self.person)
        company = review_company(office)
        self.base = f"/activities/{plan}/people/{self.role}"
        self.asked = f"?relationship={company}:{nature}"
        self.page, self.decide, self.mitigate = (
            f"{self.base}{rule}{self.asked}" for rule in ("", "/decide", "/mitigate")
        )
