"""Lists, counts and reminders: whose disclosure is missing, expired or unmitigated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.mitigation import DisclosureStatus
from lti_tool.domain.person import last_valid_day
from lti_tool.mail.voice import Voices
from lti_tool.services.company import find_companies
from lti_tool.services.dashboard import dashboard
from lti_tool.services.disclosure_form import RelationshipRow
from lti_tool.services.disclosure_reminder import Due, ReminderPolicy, offset_now, remind, remind_everybody
from lti_tool.services.invitation import open_invitation
from lti_tool.services.people_list import PAGE, Currency, PeoplePage, Shown, oldest_valid, people_page
from tests.unit.lti_tool.services.collecting import CONSULTS, MONTHS, NOW, START, Office, opened
from tests.unit.lti_tool.services.letters import letters

POLICY = ReminderPolicy((30, 14, 3), MONTHS, timedelta(days=30))


@pytest.fixture(name="offices")
def _offices(migrated_database_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_database_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


def page(office: Office, shown: Shown = Shown.ALL, search: str = "", after: str = "") -> PeoplePage:
    with office.db() as db:
        return people_page(db, office.officer, office.now, MONTHS, shown, search, after)


def names(office: Office, shown: Shown = Shown.ALL, search: str = "") -> list[str]:
    return [row.person.name for row in page(office, shown, search).rows]


@pytest.fixture(name="crowd")
def _crowd(office: Office) -> Office:
    """One of each kind."""
    for name in ("Ed Expired", "Nia Nothing", "Cy Consultant", "Mo Missing"):
        person = office.person(name, email=f"{name.split()[0].lower()}@school.example")
        office.role(person)
    office.person("Zoe Roleless")
    with office.db() as db:
        ids = dict(db.execute(select(models.Person.name, models.Person.id)).all())
    office.now = NOW - timedelta(days=400)
    office.disclose(ids["Ed Expired"])
    office.now = NOW
    office.disclose(ids["Nia Nothing"])
    office.disclose(ids["Cy Consultant"], CONSULTS)
    return office


def test_each_filter_shows_its_people(crowd: Office) -> None:
    assert names(crowd) == ["Cy Consultant", "Ed Expired", "Mo Missing", "Nia Nothing", "Zoe Roleless"]
    assert names(crowd, Shown.MISSING) == ["Mo Missing", "Zoe Roleless"]
    assert names(crowd, Shown.EXPIRED) == ["Ed Expired"]
    assert names(crowd, Shown.OPEN) == ["Cy Consultant"]
    assert names(crowd, Shown.CURRENT) == ["Cy Consultant", "Nia Nothing"]


def test_a_row_says_how_things_are(crowd: Office) -> None:
    rows = {row.person.name: row for row in page(crowd).rows}
    assert [(row.currency, row.worst) for row in rows.values()] == [
        (Currency.RELATIONSHIPS, DisclosureStatus.REVIEW),
        (Currency.EXPIRED, DisclosureStatus.EXPIRED),
        (Currency.MISSING, DisclosureStatus.NONE),
        (Currency.NOTHING, DisclosureStatus.NOTHING),
        (Currency.MISSING, None),
    ]
    assert rows["Nia Nothing"].valid_until == date(2027, 3, 2)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ED", ["Ed Expired"]),
        ("consultant cy", ["Cy Consultant"]),
        ("mo@school", ["Mo Missing"]),
        ("%", []),
        ("\x00", 5),
    ],
)
def test_a_search_looks_into_names_and_addresses(crowd: Office, search: str, found: list[str] | int) -> None:
    assert names(crowd, search=search) == found or len(names(crowd, search=search)) == found


def test_another_providers_people_are_not_listed(offices: tuple[Office, Office], crowd: Office) -> None:
    assert names(offices[1]) == [] and names(offices[1], Shown.OPEN) == []


@pytest.mark.parametrize("shown", [Shown.ALL, Shown.MISSING, Shown.OPEN])
def test_pages_follow_each_other_without_gap_or_double(office: Office, shown: Shown) -> None:
    expected = []
    for number in range(PAGE + 20):
        name = f"Person {number:03}"
        person = office.person(name)
        if shown is Shown.OPEN and number % 5 < 4:
            office.role(person)
            office.disclose(person, CONSULTS)
        if shown is not Shown.OPEN or number % 5 < 4:
            expected.append(name)
    first = page(office, shown)
    second = page(office, shown, after=first.following) if first.following else PeoplePage((), "")
    assert [row.person.name for row in (*first.rows, *second.rows)] == expected
    assert second.following == ""


@pytest.mark.parametrize("after", ["x", "\n", "\x00\n", "a\x00\nb", "\n" * 9])
def test_any_place_in_the_list_may_be_asked_for(crowd: Office, after: str) -> None:
    assert len(page(crowd, after=after).rows) <= 5


def test_the_dashboard_counts_people_and_names_activities(crowd: Office) -> None:
    with crowd.db() as db:
        found = dashboard(db, crowd.officer, NOW, MONTHS)
    assert (found.people, found.missing, found.expired, found.open, found.unreviewed_companies) == (5, 2, 1, 1, 1)
    ((about, counts),) = found.activities
    assert about.id == crowd.plan_id
    assert counts == {
        DisclosureStatus.REVIEW: 1,
        DisclosureStatus.EXPIRED: 1,
        DisclosureStatus.NONE: 1,
        DisclosureStatus.NOTHING: 1,
    }


def test_roles_that_are_over_keep_nobody_waiting(office: Office) -> None:
    person = office.person()
    office.role(person, ends_on="2026-05-01")
    office.disclose(person, CONSULTS)
    assert names(office, Shown.OPEN) == ["Sam Lee"]
    office.now = datetime(2026, 5, 2, 12, tzinfo=UTC)
    assert names(office, Shown.OPEN) == []


@given(st.dates(date(2023, 1, 1), date(2029, 12, 31)), st.integers(1, 30), st.integers(0, 900))
def test_the_database_and_the_rule_agree_on_expiry(today: date, months: int, ago: int) -> None:
    now = datetime.combine(today, datetime.min.time(), UTC)
    signed = now - timedelta(days=ago)
    assert (signed >= oldest_valid(now, months)) is (last_valid_day(signed.date(), months) >= today)


def sent(office: Office, now: datetime) -> list[tuple[str, str]]:
    """Address and text of what a run at ``now`` queued."""
    with office.db() as db:
        before = {letter.id for letter in letters(db)}
        remind(db, office.provider_id, POLICY, "https://cme.example/disclosure?token={}".format, Voices(), now)
        return [(letter.recipient, letter.body) for letter in letters(db) if letter.id not in before]


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+00:00")


def test_reminders_come_at_their_offsets_and_stop_when_the_form_is_there(office: Office) -> None:
    person = office.person(email="lee@school.example", coordinator_email="office@school.example")
    office.role(person)
    assert sent(office, on("2026-03-01")) == []
    first = sent(office, on("2026-03-02"))
    assert [to for to, _ in first] == ["lee@school.example", "office@school.example"]
    assert "Before April 1, 2026" in first[0][1] and "https://" not in first[1][1]
    assert sent(office, on("2026-03-03")) == []
    assert len(sent(office, on("2026-03-20"))) == 2
    assert sent(office, on("2026-03-20")) == []
    office.disclose(person)
    assert sent(office, on("2026-03-30")) == []
    assert sent(office, on("2027-01-01")) == []


def test_a_reminder_that_still_waits_is_withdrawn_when_the_form_arrives(office: Office) -> None:
    person = office.person(email="lee@school.example", coordinator_email="office@school.example")
    other = office.person("Ann Roy", email="roy@school.example")
    for each in (person, other):
        office.role(each)
    assert len(sent(office, NOW)) == 3
    office.disclose(person)
    with office.db() as db:
        assert [letter.recipient for letter in letters(db)] == ["roy@school.example"]


def test_the_link_in_a_reminder_opens_the_form(office: Office) -> None:
    person = office.person(email="lee@school.example")
    office.role(person)
    ((_, text),) = sent(office, NOW)
    token = text.partition("token=")[2].split()[0]
    with office.db() as db:
        assert open_invitation(db, token, NOW).person_id == person


def test_an_expiring_form_is_due_on_its_last_day_if_a_role_goes_on(office: Office) -> None:
    """Signed on 2025-05-06, so it counts until 2026-05-06; the second person's role is over by then."""
    office.now = on("2025-05-06")
    for name, ends_on in (("lee", ""), ("roy", "2026-05-01")):
        person = office.person(name, email=f"{name}@school.example")
        office.role(person, ends_on=ends_on)
        office.disclose(person)
    assert sent(office, on("2026-04-05")) == []
    assert [(to, "May 6, 2026" in text) for to, text in sent(office, on("2026-04-06"))] == [
        ("lee@school.example", True)
    ]


def test_of_several_missed_reminders_only_the_latest_is_sent() -> None:
    wanted = Due(START, ())
    days = [offset_now(wanted, (30, 14, 3), START - timedelta(days=ago)) for ago in (31, 30, 15, 14, 4, 3, 0, -9)]
    assert days == [None, 30, 30, 14, 14, 3, 3, 3]


def test_nobody_without_a_role_is_reminded(office: Office) -> None:
    office.person(email="lee@school.example")
    assert sent(office, on("2026-03-30")) == []


def test_without_offsets_nothing_is_sent(office: Office) -> None:
    office.role(office.person(email="lee@school.example"))
    with office.db() as db:
        policy = ReminderPolicy((), MONTHS, timedelta(days=30))
        assert remind_everybody(db, policy, str, Voices(), NOW) == 0
        assert remind_everybody(db, POLICY, str, Voices(), NOW) == 1
        assert remind_everybody(db, POLICY, str, Voices(), NOW) == 0


def test_companies_of_the_form_are_offered_to_the_next_person(office: Office) -> None:
    office.disclose(office.person(), RelationshipRow("Gamma Imaging", "speaker", "none", "no"))
    with office.db() as db:
        assert find_companies(db, office.provider_id, "gam") == ["Gamma Imaging"]
