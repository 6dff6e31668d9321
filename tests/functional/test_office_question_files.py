"""Question files in the office, over HTTP: looked at, brought in, taken out."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lti_tool.db import models
from lti_tool.exchange import QuestionFormat, read_questions, write_questions
from tests.functional.office_world import ACCEPT, OfficePerson, invited
from tests.functional.question_bank import OTHER, below_office, fill, officer_of, upload
from tests.functional.staff_world import BASE, World, make_world, text_of, world
from tests.unit.lti_tool.exchange.questions import EVERY, MEDIA, PHOTO, PICTURED, STRIP, TRUE_FALSE

__all__ = ["world"]


@pytest.fixture
def admin(world: World) -> OfficePerson:
    return invited(world)


@pytest.mark.parametrize("form", QuestionFormat)
def test_what_is_exported_comes_in_elsewhere(world: World, admin: OfficePerson, form: QuestionFormat) -> None:
    fill(world, admin, *((TRUE_FALSE,) if form is QuestionFormat.GIFT else EVERY))
    download = admin.get(f"/questions/export?format={form.value}")
    assert download.status_code == 200, text_of(download)
    assert "attachment" in download.headers["Content-Disposition"]
    stranger = invited(world, provider=OTHER, email="o@example.org")
    seen = upload(stranger, f"q{download.headers['Content-Disposition'].rpartition('.')[2]}", download.get_data())
    assert seen.status_code == 303, text_of(seen)
    preview = stranger.client.get(seen.headers["Location"], base_url=BASE)
    assert "Nothing has come in yet" in text_of(preview)
    assert "No question is found" in text_of(stranger.get("/questions"))
    path = below_office(seen)
    done = stranger.post(path, known="revise")
    assert done.status_code == 200 and "Questions are in the bank" in text_of(done)
    assert "tf" in text_of(stranger.get("/questions"))
    assert stranger.post(path, known="revise").status_code == 404, "a file is brought in once"


PICTURES = [form for form in QuestionFormat if form is not QuestionFormat.GIFT]


@pytest.mark.parametrize("form", PICTURES)
def test_pictures_travel_with_their_questions(migrated_sqlite_url: str, form: QuestionFormat) -> None:
    """Byte for byte, with what they say to those who cannot see them. GIFT has no place for them, and says so."""
    world = make_world(migrated_sqlite_url)
    world.place()
    admin, stranger = invited(world), invited(world, provider=OTHER, email="o@example.org")
    fill(world, admin, PICTURED)
    download = admin.get(f"/questions/export?format={form.value}")
    seen = upload(stranger, f"q{download.headers['Content-Disposition'].rpartition('.')[2]}", download.get_data())
    assert seen.status_code == 303 and stranger.post(below_office(seen), known="revise").status_code == 200
    with world.db() as db:
        theirs = models.QuestionImage.provider_id == officer_of(world, stranger).provider_id
        kept = {row.name: row.body for row in db.scalars(select(models.QuestionImage).where(theirs))}
    assert {STRIP, PHOTO} <= set(kept) and all(MEDIA[name] == body for name, body in kept.items())
    found = re.search(r"/questions/(\w{32})", stranger.get("/questions").get_data(as_text=True))
    assert found is not None
    page = stranger.get(f"/questions/{found[1]}").get_data(as_text=True)
    assert 'alt="a photo"' in page and STRIP in page
    world.close()


def test_known_keys_become_new_versions_or_stay(world: World, admin: OfficePerson) -> None:
    question_id = fill(world, admin, TRUE_FALSE)["tf"]
    changed = replace(TRUE_FALSE, question=replace(TRUE_FALSE.question, stem="Otherwise."))
    body = write_questions(QuestionFormat.MOODLE_XML, (changed,), {}).body
    for known, stem in (("skip", "It is so."), ("revise", "Otherwise.")):
        seen = upload(admin, "q.xml", body)
        preview = text_of(admin.client.get(seen.headers["Location"], base_url=BASE))
        assert "differs in: stem" in preview
        path = below_office(seen)
        assert admin.post(path, known=known).status_code == 200
        assert stem in text_of(admin.get(f"/questions/{question_id}"))


def test_a_file_with_faults_brings_nothing_and_lists_each_with_its_place(admin: OfficePerson) -> None:
    table = "key,kind,stem,choice_1,choice_2,correct\ngood,single,Fine?,a,b,1\nbad,single,,a,a,3\n,essay,Why?,,,\n"
    page = upload(admin, "q.csv", table.encode())
    text = text_of(page)
    assert page.status_code == 422 and "Nothing was imported" in text
    assert "There is no choice '3'" in text and "bad.stem" in text and "'essay' is not one of the words" in text
    assert "No question is found" in text_of(admin.get("/questions"))
    assert upload(admin, "", b"").status_code == 422


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("x.xml", b'<!DOCTYPE q [<!ENTITY a "b">]><quiz><question type="truefalse">&a;</question></quiz>'),
        ("x.xml", b'<!DOCTYPE q SYSTEM "http://evil.example/x.dtd"><quiz/>'),
        ("x.gift", b"What <script>alert(1)</script>? {=a ~b}"),
        ("x.gift", b"[html]<img src\\=http\\://evil.example/x.png onerror\\=alert(1)> {=a ~b}"),
        ("x.zip", b"PK\x03\x04" + b"\x00" * 40),
    ],
)
def test_hostile_files_bring_nothing(admin: OfficePerson, name: str, body: bytes) -> None:
    page = upload(admin, name, body)
    assert (page.status_code, "Nothing was imported" in text_of(page)) == (422, True)
    assert "<script>alert" not in page.get_data(as_text=True)


def test_what_a_format_cannot_hold_is_listed(world: World, admin: OfficePerson) -> None:
    fill(world, admin)
    page = admin.get("/questions/export?format=gift")
    assert (page.status_code, "cannot hold things to put in order" in text_of(page)) == (422, True)
    assert admin.get("/questions/export?format=pdf").status_code == 422
    assert admin.get("/questions/export?format=csv&tag=none").status_code == 422
    only = admin.get("/questions/export?format=gift&kind=true_false")
    assert [one.key for one in read_questions("x.txt", only.get_data()).questions] == ["tf"]


def test_large_files_are_taken_here_and_nowhere_else(admin: OfficePerson) -> None:
    large = b"kind,stem,correct\n" + b"true_false,So?,maybe\n" * 70_000
    assert len(large) > admin.client.application.config["MAX_CONTENT_LENGTH"]
    # The test client's own way to send files would leave a temporary one open.
    file = FileStorage(BytesIO(large), "q.csv", "file")
    boundary, body = encode_multipart({"csrf_token": admin.form_token(), "file": file})
    how: dict[str, Any] = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
    for rule, status in (("/questions/import", 422), ("/questions/new", 422), ("/team/invite", 413)):
        answer = admin.client.post(admin.path(rule), base_url=BASE, headers={**ACCEPT, "Origin": BASE}, **how)
        assert answer.status_code == status, rule
