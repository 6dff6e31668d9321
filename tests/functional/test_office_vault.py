"""The document vault: versions are never overwritten, hostile files are not taken, nobody else's are there."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from sqlalchemy import insert, update
from sqlalchemy.exc import DatabaseError

from lti_tool.db import models
from lti_tool.services.audit import trail
from lti_tool.services.platform import provider_id_of
from lti_tool.services.vault import PAGE
from tests.functional.office_world import OfficePerson, invited
from tests.functional.provider_world import DOCUMENT, key_in, office_file, pdf, picture, upload
from tests.functional.staff_world import NOW, PROVIDER, World, text_of, world

__all__ = ["world"]
OTHER = "Another Medical School"


def put_in(person: OfficePerson, body: bytes, name: str = "policy.pdf", **form: object) -> str:
    """A document with one version; gives its key."""
    answer = upload(person, "/vault/new", {"file": (name, body)}, **{**DOCUMENT, **form})
    assert answer.status_code == 303, text_of(answer)
    return key_in(person.get("/vault"), "/vault/")


def test_every_version_stays_as_it_was_put_in(world: World) -> None:
    admin = invited(world)
    first, second = pdf("first"), pdf("second")
    key = put_in(admin, first)
    assert upload(admin, f"/vault/{key}/versions/new", {"file": ("new.pdf", second)}, note="revised").status_code == 303
    page = text_of(admin.get(f"/vault/{key}"))
    assert "policy.pdf" in page and "new.pdf" in page and "revised" in page and "Avery Admin" in page
    files = [admin.get(f"/vault/{key}/versions/{number}/file") for number in (1, 2)]
    assert [one.data for one in files] == [first, second]
    for one in files:
        assert one.headers["Content-Disposition"].startswith("attachment; ")
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in one.headers["Content-Security-Policy"]


def test_the_database_itself_refuses_to_overwrite_a_version(world: World) -> None:
    key = put_in(invited(world), pdf())
    table = models.VaultVersion
    for values in ({"body": b"other"}, {"number": 7}, {"content_hash": "0" * 64}):
        with pytest.raises(DatabaseError, match="never overwritten"), world.db() as db:
            db.execute(update(table).where(table.document_id == key).values(**values))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.docx", office_file()),
        ("a.xlsx", office_file("xl/")),
        ("a.png", picture()),
        ("a.jpg", picture("JPEG")),
        ("a.txt", "Größe\n".encode()),
        ("a.PDF", pdf()),
    ],
)
def test_what_is_taken(world: World, name: str, body: bytes) -> None:
    admin = invited(world)
    key = put_in(admin, body, name)
    assert admin.get(f"/vault/{key}/versions/1/file").data == body


def active(**entries: object) -> bytes:
    return pdf(root={f"/{key}": value for key, value in entries.items()})


HOSTILE = {
    "script": ("a.pdf", active(OpenAction=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))),
    "launch": ("a.pdf", active(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe")))),
    "nested": ("a.pdf", active(Names=Dictionary(JavaScript=Dictionary(Names=Array([]))))),
    "deep": ("a.pdf", active(X=Array([Dictionary(Y=Array([Dictionary(AA=Dictionary())]))]))),
    "files": ("a.pdf", active(Names=Dictionary(EmbeddedFiles=Dictionary(Names=Array([]))))),
    "form": ("a.pdf", active(AcroForm=Dictionary(XFA=String("x")))),
    "locked": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user="u"))),
    "locked, open": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user=""))),
    "two at once": ("a.pdf", pdf() + office_file() + b"\0" * 3000),
    "something first": ("a.pdf", b"<html><script>x</script></html>" + pdf()),
    "cut off": ("a.pdf", pdf()[:300]),
    "no pdf": ("a.pdf", b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF"),
    "too many pages": ("a.pdf", pdf(pages=501)),
    "web page": ("a.html", b"<script>alert(1)</script>"),
    "drawing": ("a.svg", b"<svg onload='alert(1)'/>"),
    "web page as text": ("a.html.txt.svg", b"<svg/>"),
    "macro": ("a.docx", office_file("word/", "word/vbaProject.bin")),
    "no office file": ("a.docx", b"PK\x03\x04" + b"\0" * 100),
    "other office file": ("a.xlsx", office_file("word/")),
    "renamed picture": ("a.png", picture("JPEG")),
    "cut picture": ("a.jpg", picture("JPEG", (400, 400))[:-40]),
    "binary text": ("a.txt", b"MZ\x00\x01\x02"),
    "latin text": ("a.csv", b"\xff\xfe\xfa"),
    "no ending": ("policy", pdf()),
    "nothing": ("a.pdf", b""),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_taken(world: World, kind: str) -> None:
    admin = invited(world)
    name, body = HOSTILE[kind]
    answer = upload(admin, "/vault/new", {"file": (name, body)}, **DOCUMENT)
    assert answer.status_code == 422, kind
    assert "Policy on disclosure" in answer.get_data(as_text=True)
    assert "No document yet." in text_of(admin.get("/vault"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\evil.pdf", "evil.pdf"),
        ("a<b>|c.pdf", "abc.pdf"),
        ("…/..\u202efdp.exe.pdf", "..fdp.exe.pdf".lstrip(".")),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_lead_nowhere(world: World, name: str, kept: str) -> None:
    admin = invited(world)
    key = put_in(admin, pdf(), name)
    assert kept in text_of(admin.get(f"/vault/{key}"))
    disposition = admin.get(f"/vault/{key}/versions/1/file").headers["Content-Disposition"]
    assert "/" not in disposition.replace("UTF-8''", "") and "\\" not in disposition


def test_what_was_typed_is_kept_when_the_file_is_refused(world: World) -> None:
    answer = upload(invited(world), "/vault/new", {"file": ("a.exe", b"MZ")}, **DOCUMENT)
    page = answer.get_data(as_text=True)
    assert 'value="Policy on disclosure"' in page and 'value="S3" checked' in page and "are not kept" in page


def test_a_file_that_is_larger_than_the_limit(world: World) -> None:
    body = b"%PDF-1.7\n" + b"\0" * 20_100_000 + b"%%EOF"
    answer = upload(invited(world), "/vault/new", {"file": ("a.pdf", body)}, **DOCUMENT)
    assert (answer.status_code, "The file is too large" in text_of(answer)) == (422, True)


def test_another_providers_documents_do_not_exist(world: World) -> None:
    key = put_in(invited(world), pdf())
    stranger = invited(world, provider=OTHER, name="Olu Other", email="o@example.org")
    assert "Policy on disclosure" not in text_of(stranger.get("/vault"))
    for rule in (f"/vault/{key}", f"/vault/{key}/versions/1/file", f"/vault/{key}/versions/new"):
        assert stranger.get(rule).status_code == 404, rule
    assert stranger.post(f"/vault/{key}", revision="1", **DOCUMENT).status_code == 404
    assert stranger.post(f"/vault/{key}/retire").status_code == 404
    answer = upload(stranger, f"/vault/{key}/versions/new", {"file": ("a.pdf", pdf())})
    assert answer.status_code == 404


def test_a_document_never_belongs_to_another_providers_activity(world: World) -> None:
    admin, foreign = invited(world), world.place(provider=OTHER)
    form = {**DOCUMENT, "kind": "support-agreement", "activity": foreign}
    answer = upload(admin, "/vault/new", {"file": ("a.pdf", pdf())}, **form)
    assert (answer.status_code, "Choose one of the list" in text_of(answer)) == (422, True)


def test_a_policy_belongs_to_no_activity(world: World) -> None:
    admin, mine = invited(world), world.place()
    answer = upload(admin, "/vault/new", {"file": ("a.pdf", pdf())}, **{**DOCUMENT, "activity": mine})
    assert (answer.status_code, "belong to the provider" in text_of(answer)) == (422, True)


def test_two_who_change_the_same_document(world: World) -> None:
    admin, second = invited(world), invited(world, name="Bo", email="bo@example.org")
    key = put_in(admin, pdf())
    form: dict[str, Any] = {"kind": "policy", "criteria": ["S3", "C1"]}
    assert admin.post(f"/vault/{key}", revision="1", title="First title", **form).status_code == 303
    answer = second.post(f"/vault/{key}", revision="1", title="Second title", **form)
    assert (answer.status_code, "Stands there now: First title" in text_of(answer)) == (409, True)
    assert 'value="Second title"' in answer.get_data(as_text=True)


def test_every_act_is_in_the_audit_trail(world: World) -> None:
    admin = invited(world)
    key = put_in(admin, pdf())
    upload(admin, f"/vault/{key}/versions/new", {"file": ("b.pdf", pdf("b"))})
    admin.post(f"/vault/{key}", revision="1", title="Another", kind="policy")
    admin.post(f"/vault/{key}/retire")
    with world.db() as db:
        rows = [row for row in trail(db, provider_id_of(db, PROVIDER, NOW)) if row.subject == f"document:{key}"]
    assert [row.action for row in rows] == [
        "document.retired",
        "document.changed",
        "document.version",
        "document.version",
        "document.added",
    ]
    assert rows[1].detail == {"title": ["Policy on disclosure", "Another"], "criteria": [["S3"], []]}


def test_two_thousand_documents_come_page_by_page(world: World) -> None:
    admin = invited(world)
    with world.db() as db:
        provider = provider_id_of(db, PROVIDER, NOW)
        keys = [f"{number:032x}" for number in range(2000)]
        document = {"provider_id": provider, "kind": "policy", "criteria": ["C1"], "version": 1, "revision": 1}
        version = {"number": 1, "file_name": "a.pdf", "media_type": "application/pdf", "size": 200_000, "note": ""}
        rest = {"content_hash": "0" * 64, "created_at": NOW, "body": b"%PDF-" + b"\0" * 2000}
        db.execute(
            insert(models.VaultDocument),
            [{"id": key, "title": f"Policy {key}", "created_at": NOW, **document} for key in keys],
        )
        db.execute(insert(models.VaultVersion), [{"document_id": key, **version, **rest} for key in keys])
    answer = admin.get("/vault")
    assert "2000 documents" in text_of(answer) and f"Page 1 of {2000 // PAGE}" in text_of(answer)
    for page in (1, 20, 40):
        assert admin.get(f"/vault?page={page}").status_code == 200
    assert "1 document" in text_of(admin.get(f"/vault?search={'7cf':0>32}"))
    for wrong in ("page=x", "page=-1", "kind=spell"):
        assert admin.get(f"/vault?{wrong}").status_code == 422
