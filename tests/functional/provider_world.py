"""What the tests of provider settings, documents and review files fill in and put in."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from tests.functional.office_world import ACCEPT, OfficePerson
from tests.functional.staff_world import BASE

PROFILE = {
    "name": "Northfield Academy of Medicine",
    "contact": "cme@northfield.example",
    "time_zone": "America/Chicago",
    "languages": "en, es-US",
}
ACCREDITATION = {
    "body": "Accreditation Council for Continuing Medical Education",
    "accreditor": "accme",
    "provider_number": "0001234",
    "status": "accreditation",
    "term_from": "2025-04-01",
    "term_to": "2029-03-31",
}
DOCUMENT: dict[str, Any] = {"title": "Policy on disclosure", "kind": "policy", "criteria": ["S3"], "note": "as adopted"}


def upload(person: OfficePerson, rule: str, files: dict[str, tuple[str, bytes]], **form: Any) -> TestResponse:
    """Posts a form with files, as a browser does."""
    sent = {name: FileStorage(BytesIO(body), file_name, name) for name, (file_name, body) in files.items()}
    data = MultiDict({"csrf_token": person.form_token(), **form, **sent})
    headers = {**ACCEPT, "Origin": BASE}
    boundary, body = encode_multipart(data)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return person.client.post(person.path(rule), base_url=BASE, data=body, headers=headers, content_type=kind)


def key_in(answer: TestResponse, before: str) -> str:
    """The first key of a row in a link below ``before``."""
    found = re.search(rf"{before}([0-9a-f]{{32}})", answer.get_data(as_text=True))
    assert found, answer.get_data(as_text=True)
    return found[1]


def revision_of(person: OfficePerson, rule: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', person.get(rule).get_data(as_text=True))
    assert found
    return found[1]


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 20)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (20, 40, 90)).save(out, kind)
    return out.getvalue()


def pdf(*words: str, pages: int = 1, root: dict[str, Any] | None = None, **how: Any) -> bytes:
    """A small PDF; ``root`` goes into its catalogue, ``words`` are the first page's."""
    made = pikepdf.new()
    for number in range(pages):
        page = made.add_blank_page(page_size=(612, 792))
        line = " ".join(words) or f"page {number + 1}"
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = made.make_stream(f"BT /F1 18 Tf 72 700 Td ({line}) Tj ET".encode())
    for key, value in (root or {}).items():
        made.Root[key] = value
    out = BytesIO()
    made.save(out, **how)
    return out.getvalue()


def office_file(folder: str = "word/", *parts: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", f"{folder}document.xml", *parts):
            packed.writestr(name, "<x/>")
    return out.getvalue()
