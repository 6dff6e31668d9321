"""Invitations and forms: links that end, versions that stay, and forms that are refused whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, Conflict, Forbidden, NotFound
from lti_tool.domain.person import MOST_RELATIONSHIPS, NOTICE
from lti_tool.mail.voice import Voices
from lti_tool.services.audit import first_break
from lti_tool.services.disclosure_form import RelationshipRow, SentForm, forms_of, given_rows, submit_form
from lti_tool.services.invitation import invite, live_links, open_invitation, revoke_links
from lti_tool.services.person import PersonForm, add_person, edit_person, person_of
from tests.unit.lti_tool.services.collecting import CONSULTS, MONTHS, NOW, Office, opened, sent, submission

LIFE = timedelta(days=30)


@pytest.fixture(name="offices")
def _offices(migrated_database_url: str) -> Iterator[tuple[Office, Office]]:
    with opened(migrated_database_url) as made:
        yield made


@pytest.fixture(name="office")
def _office(offices: tuple[Office, Office]) -> Office:
    return offices[0]


def link(office: Office, person_id: str, voices: Voices | None = None) -> str:
    with office.db() as db:
        return invite(db, office.officer, person_id, lambda token: token, NOW, LIFE, voices).link


def test_a_link_opens_the_form_of_one_person_until_it_ends(office: Office) -> None:
    person = office.person()
    token = link(office, person)
    assert len(token) >= 43
    with office.db() as db:
        assert open_invitation(db, token, NOW + LIFE - timedelta(seconds=1)).person_id == person
        assert db.scalars(select(models.DisclosureInvitation)).one().token_hash != token
        for wrong in ("", "x", token[:-1], token + "x", "\x00", "é" * 500):
            with pytest.raises(Forbidden, match="invitation_unknown"):
                open_invitation(db, wrong, NOW)
        with pytest.raises(Forbidden, match="invitation_unknown"):
            open_invitation(db, token, NOW + LIFE)


def test_revoked_links_open_nothing(office: Office) -> None:
    person = office.person()
    tokens = [link(office, person) for _ in range(2)]
    with office.db() as db:
        assert len(live_links(db, person, NOW)) == 2
        assert revoke_links(db, office.officer, person, NOW) == 2
        assert live_links(db, person, NOW) == [] and revoke_links(db, office.officer, person, NOW) == 0
        for token in tokens:
            with pytest.raises(Forbidden, match="invitation_unknown"):
                open_invitation(db, token, NOW)


def test_nobody_without_an_address_is_written_to(office: Office) -> None:
    with pytest.raises(BadInput, match="person_unreachable"):
        link(office, office.person(), Voices())


def test_another_providers_people_are_not_there(offices: tuple[Office, Office]) -> None:
    office, other = offices
    person = other.person()
    for ask in (lambda: link(office, person), lambda: office.role(person)):
        with pytest.raises(NotFound, match="person_unknown"):
            ask()


def forms(office: Office, person_id: str) -> list[tuple[int, int]]:
    """Number and count of relationships of each version, newest first."""
    with office.db() as db:
        return [(one.form.number, len(one.form.relationships)) for one in forms_of(db, person_id, MONTHS)]


def test_every_submission_is_a_version(office: Office) -> None:
    person = office.person()
    office.disclose(person, CONSULTS)
    office.now += timedelta(days=10)
    office.disclose(person)
    assert forms(office, person) == [(2, 0), (1, 1)]
    with office.db() as db:
        newest, first = forms_of(db, person, MONTHS)
        assert first.notice == newest.notice == NOTICE.paragraphs
        assert (first.form.signed_at, newest.form.signed_at) == (NOW, NOW + timedelta(days=10))
        assert first.valid_until == date(2027, 3, 2)
        row = person_of(db, office.provider_id, person)
        assert (row.disclosed_at, row.has_relationships) == (NOW + timedelta(days=10), False)
        assert given_rows(first) == (CONSULTS,) and given_rows(None) == ()


def test_what_was_shown_is_kept_as_evidence(office: Office) -> None:
    office.disclose(office.person())
    with office.db() as db:
        kept = db.scalars(select(models.ShownText)).one()
        assert (kept.fingerprint, kept.body) == (NOTICE.fingerprint, NOTICE.as_record())


@pytest.mark.parametrize("column", ["signed_name", "signed_at", "notice"])
def test_the_database_itself_refuses_to_change_what_was_given(office: Office, column: str) -> None:
    key = office.disclose(office.person(), CONSULTS)
    table = models.DisclosureForm
    with pytest.raises(DBAPIError, match="never changed"), office.db() as db:
        db.execute(update(table).where(table.id == key).values({column: getattr(table, column)}))


def test_the_same_form_sent_twice_counts_once(office: Office) -> None:
    person = office.person()
    first = office.disclose(person, CONSULTS, submission=submission(7))
    assert office.disclose(person, submission=submission(7)) == first
    assert forms(office, person) == [(1, 1)]


def test_two_requests_at_once_count_once(office: Office) -> None:
    person = office.person()
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(office.disclose, person, CONSULTS, submission=submission(7)) for _ in range(4)]
        assert len({each.result() for each in done}) == 1
    assert forms(office, person) == [(1, 1)]


def test_many_people_at_once_do_not_stand_in_each_others_way(office: Office) -> None:
    """Each waits for the others' audit entries at most, and nobody for a lock that somebody else waits for."""
    people = [office.person(f"Person {number}") for number in range(8)]
    rows = [replace(CONSULTS, company=f"Company {number}") for number in range(5)]
    with ThreadPoolExecutor(8) as pool:
        done = [
            pool.submit(office.disclose, person, *rows[:: 1 if number % 2 else -1])
            for number, person in enumerate(people)
        ]
        assert len({each.result() for each in done}) == 8
    with office.db() as db:
        assert first_break(db, office.provider_id) is None


def test_the_same_relationship_twice_is_one(office: Office) -> None:
    person = office.person()
    office.disclose(person, CONSULTS, RelationshipRow(), replace(CONSULTS, company=" ACME  pharma"))
    assert forms(office, person) == [(1, 1)]


BLANK = RelationshipRow()
ROW = CONSULTS
FAULTS: list[tuple[str, SentForm, dict[str, str]]] = [
    ("nothing chosen", sent(discloses=""), {"discloses": "missing"}),
    ("yes, but none", sent(BLANK), {"discloses": "no_relationships"}),
    ("none, but some", sent(ROW, discloses="no"), {"discloses": "contradicted"}),
    ("too many", sent(*[ROW] * (MOST_RELATIONSHIPS + 1)), {"discloses": "too_many"}),
    ("unsigned", sent(signed_name=" "), {"signed_name": "missing"}),
    ("unattested", sent(is_attested=False), {"attestation": "missing"}),
    ("no company", sent(replace(ROW, company="")), {"company.0": "missing"}),
    ("a link", sent(BLANK, replace(ROW, company="acme.com")), {"company.1": "more_than_a_name"}),
    ("markup", sent(replace(ROW, company="<script>")), {"company.0": "more_than_a_name"}),
    ("NUL", sent(replace(ROW, company="A\x00")), {"company.0": "unprintable"}),
    ("no nature", sent(replace(ROW, nature="")), {"nature.0": "missing"}),
    ("no such nature", sent(replace(ROW, nature="spouse")), {"nature.0": "unknown"}),
    ("ended?", sent(replace(ROW, has_ended="")), {"has_ended.0": "missing"}),
    ("research", sent(replace(ROW, nature="researcher")), {"research_role.0": "missing"}),
    ("no such part", sent(replace(ROW, research_role="x")), {"research_role.0": "unknown"}),
    ("other what", sent(replace(ROW, nature="other")), {"detail.0": "missing"}),
    ("amount", sent(replace(ROW, nature="other", detail="$ 500")), {"detail.0": "amount_given"}),
]


@pytest.mark.parametrize(("form", "faults"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_what_cannot_be_kept_leaves_nothing(office: Office, form: SentForm, faults: dict[str, str]) -> None:
    person = office.person()
    with office.db() as db:
        with pytest.raises(BadInput, match="disclosure_unusable") as caught:
            submit_form(db, person_of(db, office.provider_id, person), form, "link", "en", NOW)
        assert caught.value.faults == faults
        for table in (models.DisclosureForm, models.Company, models.DisclosedRelationship):
            assert db.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize("change", [{"notice": "f" * 64}, {"notice": ""}, {"submission": ""}, {"submission": "x" * 32}])
def test_nobody_signs_under_a_notice_that_was_not_shown(office: Office, change: dict[str, str]) -> None:
    with pytest.raises(Conflict, match="notice_changed"):
        office.disclose(office.person(), **change)


def test_one_profile_per_address(office: Office) -> None:
    first = office.person(email="lee@school.example")
    second = office.person("Ann Roy")
    with pytest.raises(Conflict, match="person_known") as caught:
        office.person("Samuel Lee", email="lee@school.example")
    assert caught.value.facts == {"person_id": first}
    with office.db() as db:
        with pytest.raises(Conflict, match="person_known"):
            edit_person(db, office.officer, second, PersonForm("Ann Roy", email="lee@school.example"), NOW)
        edit_person(db, office.officer, first, PersonForm("Samuel  Lee", "MD", email="lee@school.example"), NOW)
        assert person_of(db, office.provider_id, first).name == "Samuel Lee"


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        (PersonForm(""), {"name": "missing"}),
        (PersonForm("Sam\u202e"), {"name": "unprintable"}),
        (PersonForm("Sam", "M" * 61), {"credentials": "too_long"}),
        (PersonForm("Sam", affiliation="a\x00b"), {"affiliation": "unprintable"}),
        (PersonForm("Sam", email="sam"), {"email": "not_an_address"}),
        (PersonForm("Sam", coordinator_email="a@b.example, c@d.example"), {"coordinator_email": "not_an_address"}),
    ],
)
def test_particulars_that_cannot_be_used(office: Office, form: PersonForm, faults: dict[str, str]) -> None:
    with office.db() as db, pytest.raises(BadInput, match="person_unusable") as caught:
        add_person(db, office.officer, form, NOW)
    assert caught.value.faults == faults


@pytest.mark.parametrize(
    "text", ["a", "a@b", "a b@c.example", "a@b.example\nBcc: x@y.example", "<a@b.example>", "a@b.example;c@d.example"]
)
def test_nothing_that_could_become_two_addresses_or_a_header(office: Office, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        office.person(email=text)
    assert caught.value.faults == {"email": "not_an_address"}


def test_an_address_is_one_whatever_its_case(office: Office) -> None:
    office.person(email=" Lee@School.Example ")
    with pytest.raises(Conflict, match="person_known"):
        office.person("Samuel Lee", email="lee@school.example")
