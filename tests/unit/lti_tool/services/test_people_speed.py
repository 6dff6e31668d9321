"""Two thousand people: what a page of the list costs does not grow with the list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from lti_tool.db import models
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.services.dashboard import dashboard
from lti_tool.services.people_list import PAGE, Shown, people_page, standings_of
from tests.conftest import migrate, new_name
from tests.postgres import PostgresForTests
from tests.unit.lti_tool.services.collecting import MONTHS, NOW, Office, opened
from tests.unit.lti_tool.services.crowd import PEOPLE, furnish

pytestmark = pytest.mark.slow
MOST_STATEMENTS = {Shown.OPEN: 30}
"""Pages of open cases look at several batches; all others at one."""


@pytest.fixture(name="office", scope="module")
def _office(postgres_server: PostgresForTests) -> Iterator[Office]:
    template = postgres_server.template(migrate)
    with postgres_server.database(new_name(), template=template) as url, opened(url) as (office, _):
        furnish(office)
        yield office


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    engine, asked = office.sessions.kw["bind"], list[str]()

    def note(*heard: object) -> None:
        asked.append(str(heard[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("search", ["", "7", "@school"])
@pytest.mark.parametrize("shown", list(Shown))
def test_a_page_asks_a_fixed_number_of_questions(office: Office, shown: Shown, search: str) -> None:
    """``python -m benchmarks people`` measures what that comes to in milliseconds."""
    after = ""
    for _ in range(3):
        with office.db() as db, statements(office) as asked:
            page = people_page(db, office.officer, NOW, MONTHS, shown, search, after)
        assert page.rows and len(page.rows) <= PAGE
        assert len(asked) <= MOST_STATEMENTS.get(shown, 12)
        after = page.following
        if not after:
            break


def test_the_dashboard_counts_everybody(office: Office) -> None:
    with office.db() as db:
        found = dashboard(db, office.officer, NOW, MONTHS)
    assert (found.people, found.missing, found.expired, found.open) == (PEOPLE, 334, 334, 333)


def test_walking_through_the_pages_meets_everybody_once(office: Office) -> None:
    seen, after = list[str](), ""
    while True:
        with office.db() as db:
            page = people_page(db, office.officer, NOW, MONTHS, after=after)
        seen += [row.person.id for row in page.rows]
        after = page.following
        if not after:
            break
    assert len(seen) == len(set(seen)) == PEOPLE


def test_the_dashboard_says_what_the_rule_says_of_each_person(office: Office) -> None:
    """Most people are counted by their days: that must come to the same as judging everybody."""
    judged: dict[DisclosureStatus, int] = {}
    open_people = set()
    with office.db() as db:
        everybody = list(db.scalars(select(models.Person.id)))
        for key, rows in standings_of(db, office.officer, everybody, {}, NOW, MONTHS).items():
            for row in rows:
                status = row.standing.status
                judged[status] = judged.get(status, 0) + 1
                if status in (DisclosureStatus.REVIEW, DisclosureStatus.EXCLUDED):
                    open_people.add(key)
        found = dashboard(db, office.officer, NOW, MONTHS)
    ((_, counts),) = found.activities
    assert dict(counts) == judged and len(judged) > 3
    assert found.open == len(open_people)
