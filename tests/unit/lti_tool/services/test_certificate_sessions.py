"""What a certificate says of sessions: each with what it gave of each credit, within the page's room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from lti_tool.catalogue import credit_type
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.design import Design
from lti_tool.domain.learner import Profile
from lti_tool.domain.series import ActivitySession, AttendedSession
from lti_tool.domain.text import RichText
from lti_tool.domain.wire import read_certificate, write_certificate
from lti_tool.services.certificate import compose, written_date
from lti_tool.services.certificate_sessions import SessionPrint, printed_sessions
from lti_tool.services.certificate_text import PrintedOffer, Printing
from tests.unit.lti_tool.domain.builders import activity

DAY = date(2026, 11, 20)
CODES = ("ama-pra-category-1", "ancc", "aapa-category-1", "california-brn", "aoa", "cdr")
TITLE = "Grand rounds {}: management of acute decompensated heart failure"


def sessions(count: int, title: str = "Round {}") -> tuple[ActivitySession, ...]:
    days = (date(2026, 1, 6) + timedelta(days=7 * number) for number in range(count))
    return tuple(ActivitySession(f"s{n}", title.format(n), day, 60) for n, day in enumerate(days, start=1))


def line(code: str, *attended: tuple[ActivitySession, str]) -> PrintedOffer:
    """All of it claimed."""
    rows = tuple(AttendedSession(session, 60, Decimal(amount)) for session, amount in attended)
    offer = CreditOffer(code, Decimal(40), Decimal("0.25"), "1-A" if code == "aoa" else "", "4357-26-012")
    amount = sum((row.amount for row in rows), Decimal(0))
    return PrintedOffer(credit_type(code, DAY), offer, amount, True, rows)


def told(*lines: PrintedOffer, beside: int = 0) -> SessionPrint:
    return printed_sessions(lines, lambda day: written_date(day, "en"), [RichText.of("x" * beside)])


def words(*lines: PrintedOffer) -> str:
    (note,) = told(*lines).notes
    return note.plain.removeprefix("Sessions attended: ")


ONE, TWO, THREE = sessions(3)
AMA = line(CODES[0], (ONE, "1.00"), (TWO, "0.75"))


def test_amounts_that_are_the_same_for_all_credits_stand_once() -> None:
    expected = "Round 1, January 6, 2026 (1.00); Round 2, January 13, 2026 (0.75)."
    assert words(AMA) == words(AMA, line("cdr", (ONE, "1.00"), (TWO, "0.75"))) == expected


def test_different_amounts_name_their_credit() -> None:
    assert words(AMA, line("ancc", (ONE, "1.00"), (TWO, "1.00"))) == (
        "Round 1, January 6, 2026 (1.00 AMA PRA Category 1 Credit™; 1.00 nursing contact hour); "
        "Round 2, January 13, 2026 (0.75 AMA PRA Category 1 Credits™; 1.00 nursing contact hour)."
    )
    assert [run.text for run in told(AMA, line("ancc", (ONE, "1.00"))).notes[0].runs if run.is_italic]


def test_a_session_that_gives_nothing_of_a_credit_is_not_said_to() -> None:
    whole_only = line("ancc", (ONE, "1.00"), (TWO, "0"))
    assert "Round 2, January 13, 2026 (0.75 AMA PRA Category 1 Credits™)." in words(AMA, whole_only)


def test_many_sessions_of_many_credits_are_numbered() -> None:
    many = sessions(8, "A long title of a session {}")
    first = line(CODES[0], *((one, "0.50" if place == 5 else "1.00") for place, one in enumerate(many)))
    second = line("ancc", *((one, "1.00") for one in many))
    text = words(first, second)
    assert text.startswith("(1) A long title of a session 1, January 6, 2026; (2) ")
    assert text.endswith(
        "1.00 AMA PRA Category 1 Credit™ for each of (1) to (5), (7), (8); 0.50 AMA PRA Category 1 Credits™ for (6); "
        "1.00 nursing contact hour for each of (1) to (8)."
    )


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("1.50", " Claimed of the 1.75 AMA PRA Category 1 Credits™ of these sessions: 1.50."),
        ("1.75", ""),
        ("2.25", " Of the 2.25 AMA PRA Category 1 Credits™ awarded, 1.75 is for these sessions."),
    ],
)
def test_what_was_claimed_of_it_is_said(claimed: str, expected: str) -> None:
    text = words(replace(AMA, amount=Decimal(claimed)))
    assert text == f"Round 1, January 6, 2026 (1.00); Round 2, January 13, 2026 (0.75).{expected}"


def test_who_is_awarded_nothing_has_no_amounts() -> None:
    present = replace(AMA, is_awarded=False)
    assert words(present) == "Round 1, January 6, 2026; Round 2, January 13, 2026."
    assert "(1.00 nursing contact hour)" in words(present, line("ancc", (ONE, "1.00")))
    assert told() == told(line(CODES[0])) == SessionPrint()


def test_of_rivals_only_what_counts_is_named() -> None:
    rows = tuple(replace(row, is_counted=row.session is ONE) for row in AMA.sessions)
    assert words(replace(AMA, sessions=rows, amount=Decimal("1.00"))) == "Round 1, January 6, 2026 (1.00)."


def test_without_room_the_verification_page_has_them() -> None:
    found = told(AMA, line("ancc", (ONE, "1.00"), (THREE, "1.00")), beside=2300)
    assert [note.plain for note in found.notes] == [
        "Sessions attended: 3, from January 6, 2026 to January 20, 2026. "
        "The verification page lists them with the credit of each."
    ]
    assert [each.plain for each in found.lines] == [
        "Round 1, January 6, 2026: 1.00 AMA PRA Category 1 Credit™; 1.00 nursing contact hour",
        "Round 2, January 13, 2026: 0.75 AMA PRA Category 1 Credits™",
        "Round 3, January 20, 2026: 1.00 nursing contact hour",
    ]


def composed(codes: tuple[str, ...], count: int, template: str) -> Certificate:
    held = sessions(count, TITLE)
    amounts = ("1.00", "0.75", "1.00")
    lines = tuple(
        line(code, *((one, amounts[(place + number) % 3]) for number, one in enumerate(held)))
        for place, code in enumerate(codes)
    )
    made = activity(format=LearningFormat.LIVE, location="Auditorium", sessions=held, lists_sessions=True)
    made = replace(made, credits=tuple(one.offer for one in lines))
    profile, printing = Profile("Elena M. Vasquez", Degree.MD, "US"), Printing(lines, DAY, DAY)
    address = "https://cme.example.org/verify/0M3kq7vT9xZLr2Wc8yNbQa0000"
    return compose(made, profile, printing, number="2026-X-000001", verify_url=address, design=Design(template))


@pytest.mark.parametrize("template", ["classic-v2", "formal-v1", "minimal-v1", "modern-v1"])
def test_every_design_has_room(template: str) -> None:
    """The fullest of both kinds: as many words as fit beside one credit and beside six, and what is told in short."""
    renderer = CertificateRenderer()
    for codes, count, is_short in ((CODES[:1], 20, False), (CODES, 3, False), (CODES, 20, True)):
        made = composed(codes, count, template)
        assert bool(made.sessions) is is_short and len(made.sessions) in (0, count)
        assert renderer.render(made).pdf.startswith(b"%PDF")
        assert read_certificate(write_certificate(made)) == made


def test_certificates_from_before_had_no_list() -> None:
    kept = write_certificate(composed(CODES[:1], 1, "classic-v2"))
    del kept["body"]["sessions"]
    assert read_certificate(kept).sessions == ()
