"""A message to one person, as a mail server is given it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Security(StrEnum):
    """How the way to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """For a relay on this machine only."""


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text for one recipient. ``id`` stays the same however often it is sent."""

    id: str
    recipient: str
    subject: str
    body: str
    written_at: datetime
    language: str = ""
    """BCP 47 tag of the text (RFC 3282); ``""`` where nobody knows."""
    stop_link: str = ""
    """Where one request ends such mail (RFC 2369, RFC 8058); ``""`` for mail that its reader has asked for."""


def to_translate(words: str) -> str:
    """Mark a text for the mail catalogue (``scripts/mail_texts.py`` collects what is marked)."""
    return words


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in English, as translators are given it: ``{placeholders}`` are filled in by its writer.

    A paragraph that is one placeholder alone is left as it is: addresses are to be opened, not to be turned round.
    """

    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in its reader's language. Mail is queued in this form only, so that none goes out untranslated."""

    subject: str
    body: str
    language: str
    stop_link: str = ""
