"""Papers are looked into, and bound with numbers and bookmarks; two printers never work at once in one process."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf

from lti_tool.certificates.binding import Binder, inspect
from lti_tool.certificates.render import PRESS, CertificateRenderer
from lti_tool.certificates.specimen import specimen
from lti_tool.domain.dossier import (
    PDF,
    Bullets,
    Dossier,
    DossierSection,
    FactList,
    Grid,
    Heading,
    Missing,
    Paper,
    Paragraph,
)
from lti_tool.domain.errors import BadInput
from lti_tool.domain.text import RichText
from tests.functional.provider_world import pdf
from tests.pdf_text import pdf_text

BINDER = Binder()
BLOCKS = (
    Heading("A heading"),
    Paragraph(RichText.parse("Up to *AMA PRA Category 1 Credit*™ and 李 <b>&amp; محمد")),
    Bullets((RichText.of("one"), RichText.of("two"))),
    FactList((("Term", "first line\nsecond line"),)),
    Grid(("No.", "What"), (("1", "a"), ("2", "b")), (20, 80)),
    Missing("Something is missing \U0001f9ea"),
)


def dossier(*papers: Paper) -> Dossier:
    sections = (DossierSection("First", BLOCKS), DossierSection("Second", (), papers))
    return Dossier("Title", "Provider", "en", date(2026, 3, 2), (("Key", "value"),), sections)


def test_own_pages_are_tagged_titled_and_say_their_language() -> None:
    body = BINDER.bind(dossier())
    text = pdf_text(body)
    assert "<b>&amp;" in text and "second line" in text and "Something is missing" in text
    with Pdf.open(BytesIO(body)) as found:
        assert found.Root.MarkInfo.Marked and str(found.Root.Lang) == "en"
        tags = {
            str(one.S) for one in found.objects if isinstance(one, Dictionary) and one.get("/Type") == Name.StructElem
        }
        with found.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1" and metadata["dc:title"] == "Title: activity file"
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/LI", "/Link"} <= tags


def test_pages_are_where_the_contents_say() -> None:
    papers = [Paper(f"{name}.pdf", PDF, pdf(name, pages=count)) for name, count in (("A", 2), ("B", 1), ("C", 3))]
    body = BINDER.bind(dossier(*papers, Paper("d.docx", "application/x", b"x")))
    with Pdf.open(BytesIO(body)) as found:
        own = len(found.pages) - 6
        with found.open_outline() as outline:
            section = next(item for item in outline.root if item.title == "2 Second")
            assert [child.title for child in section.children] == ["2.1 A.pdf", "2.2 B.pdf", "2.3 C.pdf"]
    for page, words in ((own + 1, "2.1 – 1 of 2"), (own + 3, "2.2 – 1 of 1"), (own + 6, "2.3 – 3 of 3")):
        assert f"{words} – Page {page}" in pdf_text(body, page=page)
    assert f"pages {own + 4}-{own + 6}" in pdf_text(body) and "in the ZIP archive" in pdf_text(body)


def test_a_turned_or_odd_page_is_bound_too() -> None:
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(3, 3))
    page.rotate(90, relative=False)
    out = BytesIO()
    made.save(out)
    assert BINDER.bind(dossier(Paper("a.pdf", PDF, out.getvalue()))).startswith(b"%PDF-")


def test_one_section_alone() -> None:
    text = pdf_text(BINDER.bind(dossier(), 2))
    assert "Second" in text and "First" not in text and "Title · Provider" in text


@pytest.mark.parametrize("key", ["/JS", "/AA", "/XFA", "/EF", "/EmbeddedFiles", "/JavaScript"])
def test_what_runs_is_found_however_deep(key: str) -> None:
    nested = Dictionary({"/A": Array([Dictionary({"/B": Array([Dictionary({key: Name.X})])})])})
    with pytest.raises(BadInput) as caught:
        inspect(pdf(root={"/Z": nested}))
    assert caught.value.code == "file_active"


def test_links_to_pages_and_addresses_are_harmless() -> None:
    link = Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org"))
    assert inspect(pdf(root={"/Z": link, "/OpenAction": Dictionary(S=Name.GoTo)}, pages=2)) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.integers(0, 800), st.integers(0, 60))
def test_any_bytes_give_pages_or_a_refusal(noise: bytes, place: int, cut: int) -> None:
    whole = pdf()
    damaged = whole[:place] + noise + whole[place + cut :]
    try:
        pages = inspect(damaged)
    except BadInput as error:
        assert error.code in {"not_what_it_says", "file_active", "file_locked", "too_many_pages"}  # noqa: PT017
    else:
        assert pages >= 1


def test_two_printers_never_work_at_once() -> None:
    renderer = CertificateRenderer()
    with ThreadPoolExecutor(2) as pool:
        with PRESS:
            waiting: list[Future[Any]] = [pool.submit(BINDER.bind, dossier()), pool.submit(renderer.render, specimen())]
            assert not wait(waiting, timeout=1).done
        assert not wait(waiting, timeout=60).not_done


def test_a_paper_with_a_fault_is_not_bound() -> None:
    paper = Paper("a.pdf", PDF, pdf("EVIL"))
    text = pdf_text(BINDER.bind(dossier(replace(paper, body=b"", fault="it is encrypted"))))
    assert "not included: it is encrypted" in text and "EVIL" not in text
