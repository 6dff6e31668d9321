"""Due days as an iCalendar file (RFC 5545): whole-day events with alarms, nothing of a person in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FOLD = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""
PRODUCT = "-//CME tool//Accreditation calendar//EN"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A whole day. ``uid`` never changes; ``alarms`` are days before it on which to remind."""

    uid: str
    on: date
    summary: str
    description: str = ""
    alarms: tuple[date, ...] = ()


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11). Control characters other than line ends have no place in it."""
    lines = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    kept = "".join(one for one in lines if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs"))
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """One content line with its CRLF: at most 75 octets each, never cut inside a character."""
    pieces, current, room = [], "", FOLD
    for character in line:
        size = len(character.encode())
        if len(current.encode()) + size > room:
            pieces.append(current)
            current, room = "", FOLD - 1
        current += character
    return "\r\n ".join([*pieces, current]) + "\r\n"


def _alarm(event: CalendarEvent, day: date) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{escaped(event.summary)}"
    yield f"TRIGGER:-P{(event.on - day).days}D"
    yield "END:VALARM"


def _event(event: CalendarEvent, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    yield "TRANSP:TRANSPARENT"
    for day in event.alarms:
        if day < event.on:
            yield from _alarm(event, day)
    yield "END:VEVENT"


_ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
)
"""Stands in a calendar without events: one component there must be (RFC 5545, 3.6)."""


def _lines(events: Sequence[CalendarEvent], name: str, stamp: datetime) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield "METHOD:PUBLISH"
    yield f"X-WR-CALNAME:{escaped(name)}"
    yield from () if events else _ZONE
    for event in events:
        yield from _event(event, stamp)
    yield "END:VCALENDAR"


def calendar_file(events: Sequence[CalendarEvent], name: str, stamp: datetime) -> bytes:
    """The whole file in UTF-8. ``stamp`` is when it was made."""
    return "".join(folded(line) for line in _lines(events, name, stamp)).encode()
