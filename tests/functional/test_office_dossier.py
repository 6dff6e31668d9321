"""Review files: whole, numbered, bookmarked and tagged; hostile papers stay out; nobody else's records are in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf, String
from werkzeug.test import TestResponse

from lti_tool.db import models
from lti_tool.domain.activity import CommercialSupport, Content, ContentItem, ContentKind, Relationship, SupportKind
from lti_tool.domain.capability import Capability
from lti_tool.services.activity import import_activity
from lti_tool.services.audit import trail
from lti_tool.services.platform import provider_id_of
from lti_tool.web.learner.information import FIELD
from tests.functional.office_world import OfficePerson, from_course, invited
from tests.functional.provider_world import DOCUMENT, pdf, upload
from tests.functional.staff_world import NOW, PROVIDER, World, make_world, text_of
from tests.pdf_text import pdf_text
from tests.unit.lti_tool.domain.builders import PERSON, activity

OTHER = "Another Medical School"
TITLES = [
    "1 Structured abstract",
    "2 Agenda and content",
    "3 People in control of content",
    "4 How disclosures were collected",
    "5 Mitigation",
    "6 What learners were shown",
    "7 Statements",
    "8 Instruments",
    "9 Specimen certificates",
    "10 Commercial support",
    "11 Results and learner change",
    "12 Change log",
]
ABSTRACT: dict[str, Any] = {
    "gap": "Physicians treat older adults to targets of the past.",
    "need_competence": "They do not weigh frailty when choosing a target.",
    "change": "Competence: choosing a target that fits the patient.",
    "format": "Self-paced cases fit shift work.",
    "attributes": ["acgme-1", "iom-3"],
}
SCRIPT = '<script>alert("x")</script>'


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    """A file costs seconds; its queries are those of other tests, so one of them on each engine is enough."""
    made = make_world(migrated_sqlite_url)
    yield made
    made.close()


@pytest.fixture
def postgres_world(migrated_postgres_url: str) -> Iterator[World]:
    made = make_world(migrated_postgres_url)
    yield made
    made.close()


def supported() -> Any:
    """An activity with everything that a reviewer looks for, and markup where text belongs."""
    person = replace(
        PERSON, relationships=(Relationship("Acme Pharma", "consultant"),), mitigation="Content was peer reviewed."
    )
    return activity(
        people=(person, replace(PERSON, key="roe", name="Ana Ruiz 李", credentials="DO")),
        support=(CommercialSupport("Acme Pharma", SupportKind.IN_KIND, "manikins"),),
        description=f"What to do. {SCRIPT} \U0001f9ea",
        content=Content((ContentItem("notes", ContentKind.PDF, "Handout", file="notes.pdf"),)),
    )


def take_in(world: World, made: Any, media: dict[str, bytes], provider: str = PROVIDER) -> str:
    with world.db() as db:
        return import_activity(db, provider_id_of(db, provider, NOW, is_created=True), made, media, NOW).activity_id


def made_pdf(person: OfficePerson, activity_id: str) -> tuple[TestResponse, Pdf]:
    answer = person.post(f"/review-files/{activity_id}/pdf")
    assert answer.status_code == 200, text_of(answer)
    return answer, Pdf.open(BytesIO(answer.data))


def bookmarks(found: Pdf) -> dict[str, list[str]]:
    with found.open_outline() as outline:
        return {item.title: [child.title for child in item.children] for item in outline.root}


def test_a_review_file_is_whole_on_postgresql(postgres_world: World) -> None:
    a_review_file_is_whole_bookmarked_and_tagged(postgres_world)


def test_a_review_file_is_whole_bookmarked_and_tagged(world: World) -> None:
    a_review_file_is_whole_bookmarked_and_tagged(world)


def a_review_file_is_whole_bookmarked_and_tagged(world: World) -> None:
    activity_id, admin = take_in(world, supported(), {"notes.pdf": pdf("HANDOUT", pages=3)}), invited(world)
    assert admin.post(f"/review-files/{activity_id}/abstract", revision="0", **ABSTRACT).status_code == 303
    form = {**DOCUMENT, "kind": "support-agreement", "title": "Agreement with Acme", "activity": activity_id}
    upload(admin, "/vault/new", {"file": ("agreement.pdf", pdf("AGREEMENT", pages=2))}, **form)
    answer, found = made_pdf(admin, activity_id)
    assert answer.headers["Content-Disposition"] == ('attachment; filename="hypertension_activity-file_2026-03-02.pdf"')
    marks = bookmarks(found)
    assert list(marks) == ["Contents", *TITLES]
    assert marks["2 Agenda and content"] == ["2.1 notes.pdf"]
    assert marks["10 Commercial support"] == ["10.1 agreement.pdf"]
    assert [one.split(" ", 1)[0] for one in marks["9 Specimen certificates"]] == ["9.1", "9.2"]
    assert found.Root.MarkInfo.Marked and "/StructTreeRoot" in found.Root and str(found.Root.Lang) == "en"
    text = pdf_text(answer.data)
    for words in (
        *("older adults to targets of the past", "Acme Pharma", "Content was peer reviewed", "manikins", "Ana Ruiz"),
        *("HANDOUT", "AGREEMENT", "Specimen", "AMA PRA Category 1 Credit", "ACGME/ABMS: Patient Care"),
        *("dossier.made", "abstract.written", "first version", "Which? q1", "10.1 – 2 of 2 – Page"),
    ):
        assert words in text, words
    assert SCRIPT in text
    own = re.search(r"agreement\.pdf\s+pages (\d+)-(\d+)", text)
    assert own and "AGREEMENT" in pdf_text(answer.data, page=int(own[1])) and int(own[2]) == int(own[1]) + 1


def test_the_zip_has_the_same_numbers(world: World) -> None:
    activity_id, admin = take_in(world, supported(), {"notes.pdf": pdf("HANDOUT")}), invited(world)
    form = {**DOCUMENT, "kind": "needs", "title": "Survey", "activity": activity_id}
    upload(admin, "/vault/new", {"file": ("Übersicht 2026.csv", b"a,b\n")}, **form)
    answer = admin.post(f"/review-files/{activity_id}/zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(BytesIO(answer.data)) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
        assert packed.read("01.1-Ubersicht-2026.csv") == b"a,b\n"
        assert "HANDOUT" in pdf_text(packed.read("02.1-notes.pdf"))
        statements = Pdf.open(BytesIO(packed.read("07-statements.pdf")))
        assert bookmarks(statements) == {"7 Statements": []}
    assert names[0] == "00-activity-file.pdf" and len(names) == len(set(names)) == 1 + 12 + 4
    assert {"09.1-Specimen-for-a-physician.pdf", "12-change-log.pdf"} <= set(names)


def test_what_learners_were_shown_is_in_it_word_for_word(world: World) -> None:
    activity_id = take_in(world, activity(), {})
    learner = world.enter(key="hypertension")
    page = learner.get("/information").get_data(as_text=True)
    fingerprint = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', page)
    assert fingerprint
    learner.post("/information", fingerprint=fingerprint[1], **{FIELD: "yes"})
    with world.db() as db:
        assert db.query(models.Acknowledgement).count() == 1
    changed = activity(description="Corrected description.")
    take_in(world, changed, {})
    answer, _ = made_pdf(invited(world), activity_id)
    text = pdf_text(answer.data)
    assert "Text 1 of 1" in text and "1 learner\n" in text and fingerprint[1][:48] in text
    assert "What to do." in text and "description" in text


def test_a_hostile_paper_is_named_and_left_out(world: World) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    activity_id = take_in(world, supported(), {"notes.pdf": pdf("EVIL", root={"/OpenAction": script})})
    admin = invited(world)
    answer, found = made_pdf(admin, activity_id)
    text = pdf_text(answer.data)
    assert "not included: it holds scripts" in " ".join(text.split()) and "EVIL" not in text
    assert "/OpenAction" not in found.Root and b"app.alert" not in answer.data
    with zipfile.ZipFile(BytesIO(admin.post(f"/review-files/{activity_id}/zip").data)) as packed:
        assert not [name for name in packed.namelist() if "notes" in name]


def test_a_file_of_our_own_pages_claims_to_be_accessible(world: World) -> None:
    bare = take_in(world, activity(credits=(), content=Content(())), {})
    _, found = made_pdf(invited(world), bare)
    with found.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_what_is_missing_is_said(world: World) -> None:
    activity_id = take_in(world, supported(), {})
    admin = invited(world)
    text = " ".join(pdf_text(made_pdf(admin, activity_id)[0].data).split())
    assert "No document: the executed support agreement" in text and "Not yet written." in text
    assert "The abstract is not complete" in text_of(admin.get(f"/review-files/{activity_id}"))


def test_a_text_above_its_limit_is_refused_and_kept_in_the_form(world: World) -> None:
    activity_id, admin = take_in(world, activity(), {}), invited(world)
    long = " ".join(["word"] * 26)
    answer = admin.post(f"/review-files/{activity_id}/abstract", revision="0", **{**ABSTRACT, "format": long})
    assert (answer.status_code, "more words than the form takes" in text_of(answer)) == (422, True)
    assert long in answer.get_data(as_text=True)


def test_two_who_write_the_abstract(world: World) -> None:
    activity_id, admin = take_in(world, activity(), {}), invited(world)
    rule = f"/review-files/{activity_id}/abstract"
    assert admin.post(rule, revision="0", **ABSTRACT).status_code == 303
    other = invited(world, name="Bo", email="bo@example.org")
    answer = other.post(rule, revision="0", **{**ABSTRACT, "format": "Because."})
    text = text_of(answer)
    assert (answer.status_code, "Stands there now: Self-paced cases fit shift work." in text) == (409, True)
    assert text.count("Stands there now") == 1 and "Because." in text
    assert other.post(rule, revision="1", **{**ABSTRACT, "format": "Because."}).status_code == 303


def test_nothing_of_another_provider(world: World) -> None:
    mine, foreign = take_in(world, activity(), {}), take_in(world, activity(), {}, OTHER)
    admin = invited(world)
    assert mine != foreign
    page = admin.get("/review-files").get_data(as_text=True)
    assert mine in page and foreign not in page
    for rule in (f"/review-files/{foreign}", f"/review-files/{foreign}/abstract"):
        assert admin.get(rule).status_code == 404
    for rule in ("pdf", "zip", "abstract"):
        answer = admin.post(f"/review-files/{foreign}/{rule}", revision="0", **ABSTRACT)
        assert answer.status_code == 404, rule


def test_who_may_make_it(world: World) -> None:
    activity_id = take_in(world, activity(), {})
    instructor = from_course(world.staff())
    assert activity_id in instructor.get("/review-files").get_data(as_text=True)
    page = instructor.get(f"/review-files/{activity_id}").get_data(as_text=True)
    assert (
        f"/audit?activity={activity_id}" in page and instructor.get(f"/audit?activity={activity_id}").status_code == 200
    )
    assert instructor.post(f"/review-files/{activity_id}/pdf").status_code == 200
    other = take_in(world, activity(key="another", title="Another"), {})
    assert instructor.post(f"/review-files/{other}/pdf").status_code == 403
    reporter = invited(world, Capability.REPORT, email="r@example.org")
    assert reporter.post(f"/review-files/{activity_id}/abstract", revision="0", **ABSTRACT).status_code == 403
    with world.db() as db:
        rows = trail(db, provider_id_of(db, PROVIDER, NOW), activity_id=activity_id)
    assert [row.action for row in rows] == ["dossier.made"]


def test_printing_opens_no_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*arguments: object, **how: object) -> None:
        raise AssertionError("the printer asked for the network")

    markup = '<img src="https://evil.example/x.png"/><link rel="stylesheet" href="file:///etc/passwd"/>'
    activity_id, admin = take_in(world, activity(description=markup, credits=()), {}), invited(world)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    answer, found = made_pdf(admin, activity_id)
    assert "evil.example" in pdf_text(answer.data) and "root:" not in pdf_text(answer.data)
    assert not [one for one in found.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == Name.URI]
