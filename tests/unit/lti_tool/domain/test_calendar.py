"""The calendar file, read back by a parser that somebody else wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from lti_tool.domain.calendar import CalendarEvent, calendar_file, escaped, folded

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TEXT = st.text(st.characters(blacklist_categories=("Cc", "Cs"), whitelist_characters="\n"), max_size=300)


def read(events: list[CalendarEvent], name: str = "Office") -> Calendar:
    body = calendar_file(events, name, NOW)
    found = Calendar.from_ical(body)
    assert not found.errors
    return found


def test_an_event_is_a_whole_day_with_its_alarms() -> None:
    day = date(2029, 3, 31)
    event = CalendarEvent("a-1@cme.example", day, "Term ends", "ACCME", (day - timedelta(days=90), day))
    (found,) = read([event]).walk("VEVENT")
    assert not found.errors
    assert (found["UID"], str(found["SUMMARY"])) == ("a-1@cme.example", "Term ends")
    assert found.decoded("DTSTART") == day and found.decoded("DTEND") == day + timedelta(days=1)
    assert found.decoded("DTSTAMP") == NOW
    (alarm,) = found.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(days=-90)


def test_an_empty_calendar_is_a_calendar() -> None:
    assert [one.name for one in read([]).subcomponents] == ["VTIMEZONE"]


@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(summary: str, description: str) -> None:
    (found,) = read([CalendarEvent("u", NOW.date(), summary, description)]).walk("VEVENT")
    assert str(found["SUMMARY"]) == summary.replace("\r", "\n")
    assert str(found.get("DESCRIPTION", "")) == description.replace("\r", "\n")


@given(st.text(max_size=400))
def test_lines_are_folded_within_75_octets_and_no_character_is_cut(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    body = folded(line).encode()
    assert body.endswith(b"\r\n")
    pieces = body.removesuffix(b"\r\n").split(b"\r\n ")
    assert all(len(piece) + (place > 0) <= 75 for place, piece in enumerate(pieces))
    assert "".join(piece.decode() for piece in pieces) == line


def test_nothing_can_be_smuggled_in() -> None:
    event = CalendarEvent("u", NOW.date(), "x\r\nBEGIN:VEVENT\r\nUID:evil\x00\x1b")
    body = calendar_file([event], "n;a,m\\e", NOW)
    assert body.count(b"\r\nBEGIN:VEVENT") == 1 and b"\x00" not in body and b"\x1b" not in body
    assert b"X-WR-CALNAME:n\\;a\\,m\\\\e\r\n" in body
