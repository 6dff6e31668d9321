"""Questions in the bank of somebody who is in the office, and files sent to it."""

from __future__ import annotations

from io import BytesIO

from werkzeug.test import TestResponse

from lti_tool.domain.question import BankQuestion
from lti_tool.services.office import Officer, find_officer
from lti_tool.services.question import create_question
from lti_tool.services.question_picture import keep_pictures
from lti_tool.web.access import cookie_name
from tests.functional.office_world import OfficePerson
from tests.functional.staff_world import World
from tests.unit.lti_tool.exchange.questions import EVERY, MEDIA

OTHER = "Another Medical School"


def officer_of(world: World, person: OfficePerson) -> Officer:
    with world.app.app_context(), world.db() as db:
        cookie = person.client.get_cookie(cookie_name(person.office_id), domain="cme.example")
        assert cookie is not None
        return find_officer(db, person.office_id, cookie.value, world.clock(), 12)


def fill(world: World, person: OfficePerson, *questions: BankQuestion) -> dict[str, str]:
    """Put questions into the bank; gives their ids by key."""
    officer = officer_of(world, person)
    with world.db() as db:
        keep_pictures(db, officer, MEDIA)
        return {one.key: create_question(db, officer, one, world.clock()) for one in questions or EVERY}


def upload(person: OfficePerson, name: str, body: bytes) -> TestResponse:
    return person.post("/questions/import", file=(BytesIO(body), name))


def below_office(answer: TestResponse) -> str:
    """The path below the office that a redirect leads to."""
    return "/" + answer.headers["Location"].rpartition("/office/")[2].partition("/")[2]
