"""What the views are given: made once by ``app.create_app`` and carried by the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from lti_tool.lti.http import GuardedSession
from lti_tool.lti.launch import LaunchEndpoint
from lti_tool.lti.login import LoginEndpoint
from lti_tool.lti.notices import NoticeReader
from lti_tool.lti.registration import RegistrationEndpoint
from lti_tool.lti.settings import EdgeSettings
from lti_tool.services.launch_state import KeyRing
from lti_tool.services.ports import (
    Bindery,
    CertificatePrinter,
    ConnectionPort,
    GradebookPort,
    NoticePort,
    PictureReader,
    ResultsPort,
    RosterPort,
    Voices,
)
from lti_tool.services.press import Press
from lti_tool.services.transaction import Sealer, Sessions
from lti_tool.settings import Settings

EXTENSION = "cme_tool"


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything a request needs from outside."""

    settings: Settings
    sessions: Sessions
    sealer: Sealer
    edge: EdgeSettings
    session: GuardedSession
    """The one way out."""
    login: LoginEndpoint
    launch: LaunchEndpoint
    registration: RegistrationEndpoint
    notice_reader: NoticeReader
    notice_handlers: NoticePort
    keys: KeyRing
    printer: CertificatePrinter
    gradebook: GradebookPort
    results: ResultsPort
    roster: RosterPort
    check: ConnectionPort
    bindery: Bindery
    press: Press
    read_picture: PictureReader
    voices: Voices
    clock: Callable[[], datetime] = utc_now


def dependencies() -> Dependencies:
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Dependencies)  # noqa: S101 - narrows the type
    return found
