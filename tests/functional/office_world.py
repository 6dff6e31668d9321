"""People in the office: on top of ``staff_world``, for tests of the office's pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.domain.capability import Capability
from lti_tool.services.audit import ToolActor
from lti_tool.services.platform import provider_id_of
from lti_tool.services.team import invite
from lti_tool.web.access import csrf_token
from tests.functional.staff_world import BASE, NOW, PROVIDER, Person, World

ACCEPT = {"Accept": "text/html"}


@dataclass
class OfficePerson:
    """A browser that is signed in to the office. ``get`` and ``post`` take paths below the office's own address."""

    client: FlaskClient
    office_id: str

    def path(self, rule: str) -> str:
        return f"/office/{self.office_id}{rule}"

    def get(self, rule: str = "/", **how: Any) -> TestResponse:
        return self.client.get(self.path(rule), base_url=BASE, headers=ACCEPT, **how)

    def post(self, rule: str, /, fields: Any = None, **form: Any) -> TestResponse:
        """Sends the session's form token unless ``csrf_token`` is given. ``fields``: names that are no Python names."""
        data = {"csrf_token": self.form_token(), **(fields or {}), **form}
        return self.client.post(self.path(rule), base_url=BASE, data=data, headers={**ACCEPT, "Origin": BASE})

    def form_token(self) -> str:
        with self.client.application.app_context():
            return csrf_token(self.office_id)


def office_of(client: FlaskClient, answer: TestResponse) -> OfficePerson:
    """Where a redirect into the office leads."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    parts = answer.headers["Location"].split("/")
    return OfficePerson(client, parts[parts.index("office") + 1])


def from_course(person: Person) -> OfficePerson:
    """Course staff open the office from their launch."""
    return office_of(person.client, person.post("/staff/office"))


def invited(
    world: World,
    *capabilities: Capability,
    name: str = "Avery Admin",
    email: str = "avery@example.org",
    provider: str = PROVIDER,
) -> OfficePerson:
    """Somebody without LMS who took up an invitation with these capabilities (none given: all)."""
    with world.db() as db:
        actor = ToolActor(provider_id_of(db, provider, NOW, is_created=True))
        token = invite(db, actor, name, email, capabilities or tuple(Capability), world.clock())
    client = world.app.test_client()
    return office_of(client, client.post(f"/join/{token}", base_url=BASE, headers={**ACCEPT, "Origin": BASE}))
