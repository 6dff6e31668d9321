"""The log of all certificates of a provider, across activities: filtered, sorted, exported, printed, taken away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.domain.mail import Written
from lti_tool.services import certificate_register
from lti_tool.services.bulk_printing import print_wanted, running_jobs
from lti_tool.services.certificate_filter import RegisterFilter
from lti_tool.services.certificate_register import register_choices, register_export, register_page
from lti_tool.services.mail import Cause, queue_mail
from tests.functional.issued import issued_to
from tests.functional.office_world import OfficePerson, invited
from tests.functional.staff_world import NOW, World, make_world, text_of
from tests.functional.test_certificate_log import listed
from tests.functional.test_office_certificates import WORLD_KEY, manager
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.officers import officer

LOG = "/certificates/log"
LATER = NOW + timedelta(days=2)
NEXT_DAY = (NOW + timedelta(days=1)).date().isoformat()
RENAL = short_activity(key="renal", title="Kidneys in the Elderly")


@contextmanager
def holding(url: str) -> Iterator[World]:
    """Two certificates of one activity, one of another."""
    made = make_world(url)
    object.__setattr__(made.deps.press, "make_key", lambda name, now: WORLD_KEY)
    for one in (short_activity(), RENAL):
        made.place(one)
    issued_to(made)
    issued_to(made, "Grace Hopper", "s-2", "DO")
    issued_to(made, "Ida Noddack", "s-3", made=RENAL, now=LATER)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    with holding(migrated_sqlite_url) as made:
        yield made


@pytest.fixture
def either_world(migrated_database_url: str) -> Iterator[World]:
    with holding(migrated_database_url) as made:
        yield made


@pytest.fixture
def three(world: World) -> dict[str, str]:
    """Number of each certificate by its holder's name."""
    with world.db() as db:
        rows = db.scalars(select(models.Certificate))
        return {row.body["body"]["learner_name"]: row.number for row in rows}


def names(office: OfficePerson, **asked: str) -> list[str]:
    return [row["name"] for row in listed(office, LOG, **asked)]


EVERYBODY = ["Ada Byron", "Grace Hopper", "Ida Noddack"]


def test_each_filter_narrows_the_log_of_all_activities(either_world: World) -> None:
    office = manager(either_world)
    with either_world.db() as db:
        renal = db.scalars(select(models.Activity.id).where(models.Activity.key == RENAL.key)).one()
    assert names(office) == EVERYBODY
    assert names(office, activity=renal) == ["Ida Noddack"]
    assert names(office, credit=AMA) == EVERYBODY and names(office, credit="ancc") == []
    assert names(office, degree="DO") == ["Grace Hopper"]
    assert names(office, issued_from=NEXT_DAY) == ["Ida Noddack"]
    assert names(office, search="hopper") == ["Grace Hopper"]
    assert names(office, mailed="no") == EVERYBODY and names(office, mailed="yes") == []
    assert names(office, status="revoked") == []
    assert names(office, status="x", degree="x", mailed="x", issued_from="x") == EVERYBODY
    assert names(office, activity="\0" * 500, search="%_") == []


def test_whether_it_was_mailed_is_asked_of_sent_letters(world: World, three: dict[str, str]) -> None:
    with world.db() as db:
        for name, state in (("Ada Byron", "sent"), ("Grace Hopper", "waiting")):
            row = db.scalars(select(models.Certificate).where(models.Certificate.number == three[name])).one()
            cause = Cause(None, None, row.id)
            queue_mail(db, row.provider_id, "a@example.org", Written("s", "b", "en"), NOW, cause, key=name)
            db.scalars(select(models.Mail).where(models.Mail.key == name)).one().state = state
    office = manager(world)
    assert names(office, mailed="yes") == ["Ada Byron"]
    assert names(office, mailed="no") == ["Grace Hopper", "Ida Noddack"]
    assert [row["mailed"] for row in listed(office, LOG)] == ["yes", "no", "no"]


def test_the_page_is_sorted_and_says_until_when_each_is_kept(world: World) -> None:
    office = manager(world)
    newest, oldest = (text_of(office.get(LOG, query_string={"order": order})) for order in ("newest", "oldest"))
    assert newest.index("Ida Noddack") < newest.index("Ada Byron")
    assert oldest.index("Ada Byron") < oldest.index("Ida Noddack")
    for words in (RENAL.title, "0.75 AMA PRA Category 1 Credits™", "Keep until", "own period", "Not sent by e-mail"):
        assert words in newest, words
    assert "All certificates" in text_of(office.get("/certificates"))


def test_pages_follow_each_other_by_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate_register, "PAGE", 2)
    found = {}
    with world.db() as db:
        who = officer(db.scalars(select(models.Certificate.provider_id).limit(1)).one())
        for is_newest_first in (False, True):
            first = register_page(db, who, "", NOW, is_newest_first=is_newest_first)
            rest = register_page(db, who, "", NOW, after=first[-1].number, is_newest_first=is_newest_first)
            found[is_newest_first] = [row.name for row in (*first, *rest)]
        assert register_page(db, who, "", NOW, after=rest[-1].number, is_newest_first=True) == ()
        assert len(list(register_export(db, who, "", NOW))) == 3
    assert found[False] == EVERYBODY == found[True][::-1]


def test_a_page_asks_the_database_as_often_for_many_as_for_one(world: World) -> None:
    def asked(search: str) -> tuple[int, int]:
        statements: list[str] = []
        with world.db() as db:
            who = officer(db.scalars(select(models.Certificate.provider_id).limit(1)).one())
            engine = db.get_bind()
            event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
            activity_id = db.scalars(select(models.Activity.id).where(models.Activity.key != RENAL.key)).one()
            rows = register_page(db, who, activity_id, NOW, wanted=RegisterFilter(search))
        return len(rows), len(statements)

    (one, few), (two, many) = asked("Ada"), asked("")
    assert (one, two) == (1, 2) and many == few


def test_files_are_printed_and_taken_away_across_activities(world: World, three: dict[str, str]) -> None:
    office = manager(world)

    def jobs() -> int:
        with world.db() as db:
            return len(db.scalars(select(models.PrintJob)).all())

    assert office.post(f"{LOG}/print?search=hopper").status_code == 303 and jobs() == 1
    assert office.post(f"{LOG}/print").status_code == 303 and jobs() == 2
    assert "Printing since" in text_of(office.get(LOG))
    with world.db() as db:
        for row in db.scalars(select(models.Certificate)):
            row.pdf, row.pdf_hash, row.template = b"%PDF", "0" * 64, "letter-v1"
    answer = office.get(f"{LOG}.zip", query_string={"issued_from": NEXT_DAY})
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archived:
        assert archived.namelist() == [f"{three['Ida Noddack']}.pdf"]
    assert office.post(f"{LOG}/print").status_code == 303 and jobs() == 2, "everything is printed"


def test_whoever_manages_one_activity_sees_its_certificates_alone(world: World) -> None:
    with world.db() as db:
        row = db.scalars(select(models.Activity).where(models.Activity.key == RENAL.key)).one()
        powers = Powers(frozenset({Grant(Capability.MANAGE_CERTIFICATES, row.id)}))
        person_id = db.scalars(select(models.Learner.id).limit(1)).one()
        who = replace(officer(row.provider_id), powers=powers, person_id=person_id)
        assert [one.name for one in register_page(db, who, "", NOW)] == ["Ida Noddack"]
        assert [title for _, title in register_choices(db, who).activities] == [RENAL.title]
        assert print_wanted(db, who, RegisterFilter(), NOW) == len(running_jobs(db, who)) == 1


def test_nobody_else_sees_the_log_of_all(world: World) -> None:
    stranger = invited(world, provider="Another School", email="other@example.org")
    assert names(stranger) == [] and "Ada Byron" not in text_of(stranger.get(LOG))
    reporter = manager(world, Capability.REPORT)
    for path in (LOG, f"{LOG}.csv", f"{LOG}.zip"):
        assert reporter.get(path).status_code == 403
    assert reporter.post(f"{LOG}/print").status_code == 403
