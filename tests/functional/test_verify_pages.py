"""The public verification page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.text import RichText
from lti_tool.domain.wire import read_certificate, write_certificate
from lti_tool.web.verify import PER_MINUTE
from tests.functional.browsing import http
from tests.functional.claim_walk import Claimant, arrive, claimable_activity, words
from tests.functional.pages import Page
from tests.functional.world import World


@pytest.fixture
def holder(sqlite_world: World) -> Claimant:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world))
    claimant.confirm()
    claimant.claim()
    return claimant


def ask(url: str, **sent: Any) -> Page:
    """A board's browser: no session, no cookie."""
    with http() as session:
        method = "POST" if sent else "GET"
        return Page(session.request(method, url, headers={"Accept": "text/html"}, timeout=30, **sent))


def address(holder: Claimant) -> str:
    return holder.get("certificate").link("Verification page")


def test_what_a_board_sees(holder: Claimant) -> None:
    page = ask(address(holder))
    assert page.status == 200 and page.heading == "Certificate of Credit"
    for each in (
        "Valid",
        "Ada Byron, MD",
        "Hypertension in the Elderly",
        "Example Medical School",
        "November 24, 2026",
        "Credit awarded 0.75 AMA PRA Category 1 Credits™",
        "and is awarded 0.75 AMA PRA Category 1 Credits™",
        "2026-",
    ):
        assert each in words(page)
    headers = page.response.headers
    assert "noindex" in headers["X-Robots-Tag"] and 'name="robots"' in page.html
    assert headers["Cache-Control"] == "no-store" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_several_credits_are_told_apart_and_each_badge_is_named(holder: Claimant) -> None:
    holder.pdf()
    with holder.world.db() as db:
        row = db.scalars(select(models.Certificate)).one()
        values = read_certificate(row.body)
        other = replace(values.credits[0], credit_type="ancc", label=RichText.parse("nursing contact hours"))
        row.body = write_certificate(replace(values, credits=(*values.credits, other)))
    page = ask(address(holder))
    awarded = ("0.75 AMA PRA Category 1 Credits™", "0.75 nursing contact hours")
    assert f"Credit awarded {'; '.join(awarded)} Activity" in words(page)
    assert [text for text, _ in page.links if "Badge" in text] == [f"Open Badge: {each}" for each in awarded]
    assert "ama-pra-category-1" not in page.text


def test_a_degree_stays_behind_a_name_that_is_written_from_the_right(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world))
    claimant.confirm(printed_name="ليلى الحسيني")
    claimant.claim()
    for page in (ask(address(claimant)), claimant.get("certificate")):
        assert "<bdi><bdi>ليلى الحسيني</bdi>, MD</bdi>" in page.html


def test_sessions_that_the_page_had_no_room_for_are_listed(holder: Claimant) -> None:
    assert "Sessions attended" not in words(ask(address(holder)))
    sessions = (RichText.parse("Round <1>, January 6, 2026: 1.00 *AMA PRA Category 1 Credit*™"),)
    with holder.world.db() as db:
        row = db.scalars(select(models.Certificate)).one()
        row.body = write_certificate(replace(read_certificate(row.body), sessions=sessions))
    page = ask(address(holder))
    assert "Sessions attended Round <1>, January 6, 2026: 1.00 AMA PRA Category 1 Credit™" in words(page)
    assert "<1>" not in page.html and "<i>AMA PRA Category 1 Credit</i>" in page.html


def test_a_participant_is_never_called_awarded(sqlite_world: World) -> None:
    claimant = arrive(sqlite_world, claimable_activity(sqlite_world), "nurse")
    claimant.confirm(degree="RN")
    claimant.participate()
    page = ask(address(claimant))
    assert "Participated in an activity designated for 1.00 AMA PRA Category 1 Credit™" in words(page)
    assert "award" not in page.text.lower()


def test_unknown_codes_all_get_the_same_answer(sqlite_world: World) -> None:
    first = ask(f"{sqlite_world.base_url}/verify/{'1' * 26}")
    assert first.status == 404 and first.heading == "No such certificate"
    assert "frame-ancestors 'none'" in first.response.headers["Content-Security-Policy"]
    for code in ("0" * 26, "x", "%00", "%27%20or%201=1", "a" * 3000, "王", "%ff"):
        page = ask(f"{sqlite_world.base_url}/verify/{code}")
        assert (page.status, page.html) == (404, first.html), code


def test_a_code_typed_from_paper(holder: Claimant) -> None:
    code = address(holder).rpartition("/")[2]
    page = ask(f"{holder.world.base_url}/verify?code={code.upper()[:13]}-{code.upper()[13:]}")
    assert page.heading == "Certificate of Credit"
    assert ask(f"{holder.world.base_url}/verify").heading == "Verify a certificate"


def test_a_file_is_compared(holder: Claimant) -> None:
    url = address(holder)
    before = ask(url, files={"file": ("c.pdf", b"%PDF", "application/pdf")})
    assert before.heading == "No file was issued yet"
    pdf = holder.pdf().response.content
    assert ask(url, files={"file": ("c.pdf", pdf, "application/pdf")}).heading == "This is the file that was issued"
    forged = pdf.replace(b"0", b"1", 1)
    assert ask(url, files={"file": ("c.pdf", forged)}).heading == "This is not the file that was issued"
    assert ask(url, data={"x": "1"}).heading == "No file was chosen"
    assert ask(url, files={"file": ("c.pdf", b"x" * 3_000_000)}).status == 413


def test_the_status_is_told(holder: Claimant) -> None:
    for status, told in (("superseded", "Replaced by a newer"), ("revoked", "Withdrawn")):
        with holder.world.db() as db:
            db.scalars(select(models.Certificate)).one().status = status
        page = ask(address(holder))
        assert told in page.text and "Valid" not in page.text


def test_guessing_is_slowed_down(sqlite_world: World) -> None:
    sqlite_world.clock.freeze()
    url = f"{sqlite_world.base_url}/verify/{'0' * 26}"
    with http() as session:
        answers: list[requests.Response] = [session.get(url, timeout=30) for _ in range(PER_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [404] * PER_MINUTE + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    sqlite_world.clock.advance(minutes=1)
    assert ask(url).status == 404
