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
