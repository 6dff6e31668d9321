"""Printing all certificates of an activity: asked for in a page, done by the workers, taken away as one archive.

A job is a pointer that moves along the numbers: a worker moves it on before it prints, so that any number of workers
share a job. A file is stored by whoever is first, so a certificate is never printed into two files; one that a dying
worker left out is printed when it is next asked for.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.services.audit import note
from lti_tool.services.certificate import IssuedCertificate, issued_value
from lti_tool.services.certificate_filter import ALL, RegisterFilter
from lti_tool.services.certificate_register import (
    printed_numbers,
    register_activity,
    unprinted_activities,
    unprinted_after,
)
from lti_tool.services.office import Officer
from lti_tool.services.press import Press, find_pdf, printed_pdf

LOG = logging.getLogger(__name__)
BATCH = 10
"""Certificates between two looks at the grades: those go first."""
PAUSE = timedelta(minutes=5)
"""While the printer or the time-stamp authority cannot work."""


@dataclass(frozen=True, slots=True)
class Job:
    """How far a job is. ``finished_at`` is ``None`` while it runs."""

    job_id: str
    created_at: datetime
    finished_at: datetime | None
    printed: int
    failed: int


@dataclass(frozen=True, slots=True)
class _Turn:
    job_id: str
    issued: IssuedCertificate
    before: str


def print_all(session: Session, officer: Officer, activity_id: str, now: datetime) -> str:
    """Ask for every certificate of the activity that has no file; gives the job, the running one if there is one."""
    register_activity(session, officer, activity_id)
    table = models.PrintJob
    mine = (table.provider_id == officer.provider_id, table.activity_id == activity_id, table.finished_at.is_(None))
    running = session.scalars(select(table).where(*mine)).first()
    if running is not None:
        return running.id
    row = table(
        provider_id=officer.provider_id,
        activity_id=activity_id,
        asked_by=officer.person_id,
        created_at=now,
        next_at=now,
        printed=0,
        failed=0,
        passed="",
    )
    session.add(row)
    session.flush()
    note(session, officer, "certificates.printing-asked", f"print-job:{row.id}", now, activity_id=activity_id)
    return row.id


def print_wanted(session: Session, officer: Officer, wanted: RegisterFilter, now: datetime) -> int:
    """Ask for the files of every activity of which a certificate that is wanted has none; gives how many jobs run."""
    return len({print_all(session, officer, key, now) for key in unprinted_activities(session, officer, wanted)})


def running_jobs(session: Session, officer: Officer) -> tuple[Job, ...]:
    """Of the activities whose certificates this officer manages, oldest first."""
    table = models.PrintJob
    query = select(table).where(table.provider_id == officer.provider_id, table.finished_at.is_(None))
    return tuple(
        Job(row.id, row.created_at, None, row.printed, row.failed)
        for row in session.scalars(query.order_by(table.created_at, table.id))
        if officer.may(Capability.MANAGE_CERTIFICATES, row.activity_id)
    )


def last_job(session: Session, provider_id: str, activity_id: str) -> Job | None:
    """The newest job of the activity."""
    table = models.PrintJob
    query = select(table).where(table.provider_id == provider_id, table.activity_id == activity_id)
    row = session.scalars(query.order_by(table.created_at.desc()).limit(1)).first()
    return None if row is None else Job(row.id, row.created_at, row.finished_at, row.printed, row.failed)


def print_due(press: Press, is_stopping: Callable[[], bool] = lambda: False, limit: int = BATCH) -> int:
    """Print what is asked for, at most ``limit`` certificates; gives how many were tried."""
    for number in range(limit):
        turn = None if is_stopping() else _next_turn(press)
        if turn is None:
            return number
        _print(press, turn)
    return limit


def _next_turn(press: Press) -> _Turn | None:
    """Move the pointer of the oldest job on. A job at its end is finished."""
    table, now = models.PrintJob, press.clock()
    with transaction(press.sessions) as session:
        due = select(table).where(table.finished_at.is_(None), table.next_at <= now)
        for row in session.scalars(due.order_by(table.created_at, table.id).with_for_update(skip_locked=True)):
            found = unprinted_after(session, row.provider_id, row.activity_id, row.passed)
            if found is not None:
                turn = _Turn(row.id, issued_value(session, found), row.passed)
                row.passed = found.number
                return turn
            row.finished_at = now
    return None


def _print(press: Press, turn: _Turn) -> None:
    try:
        printed_pdf(press, turn.issued)
    except ServiceUnavailable as error:
        LOG.warning("printing waits: %s", error.code)
        _settle(press, turn, waits=True)
    except BadInput as error:
        LOG.error("certificate %s cannot be printed: %s", turn.issued.certificate.number, error.code)
        _settle(press, turn, failed=1)
    else:
        _settle(press, turn, printed=1)


def _settle(press: Press, turn: _Turn, *, printed: int = 0, failed: int = 0, waits: bool = False) -> None:
    with transaction(press.sessions) as session:
        query = select(models.PrintJob).where(models.PrintJob.id == turn.job_id)
        row = session.scalars(query.with_for_update()).one()
        row.printed, row.failed = row.printed + printed, row.failed + failed
        if waits:
            row.passed, row.next_at, row.finished_at = min(row.passed, turn.before), press.clock() + PAUSE, None


class _Outlet(io.RawIOBase):
    """What an archive is written to and taken from, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        data = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(data)
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def archive(sessions: Sessions, officer: Officer, activity_id: str, wanted: RegisterFilter = ALL) -> Iterator[bytes]:
    """Every printed file that is wanted as a ZIP archive, one in memory at a time, named by certificate number.

    ``activity_id`` ``""``: of every activity.
    """
    with transaction(sessions) as session:
        found = printed_numbers(session, officer, activity_id, wanted)
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archived:
        for number, certificate_id in found:
            with transaction(sessions) as session:
                stored = find_pdf(session, certificate_id)
            if stored is not None:
                archived.writestr(zipfile.ZipInfo(f"{number}.pdf"), stored.pdf)
                yield outlet.taken()
    yield outlet.taken()
