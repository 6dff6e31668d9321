"""How a provider's claims are divided among certificates: the choice, and what it makes of the credits of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_replace
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.credit import certain_parts
from lti_tool.domain.division import Division, session_shares
from lti_tool.domain.errors import BadInput
from lti_tool.domain.series import ActivitySession, AttendedSession
from lti_tool.services.audit import note
from lti_tool.services.certificate_text import PrintedOffer
from lti_tool.services.office import Officer


@dataclass(frozen=True, slots=True)
class Paper:
    """What one certificate prints. ``session``: the only one that it is for."""

    lines: tuple[PrintedOffer, ...]
    session: ActivitySession | None = None

    @property
    def session_key(self) -> str:
        """As it is stored; ``""`` for none."""
        return "" if self.session is None else self.session.key

    def completed_on(self, activity: Activity, day: date) -> date:
        """``day``, or that of the session where the activity is live: bodies ask for the date of a live activity."""
        is_live = activity.format is LearningFormat.LIVE
        return self.session.held_on if self.session is not None and is_live else day


def current_division(session: Session, provider_id: str) -> Division:
    """What holds for claims from now on."""
    row = session.get(models.CertificateDivision, provider_id)
    return Division.TOGETHER if row is None else Division(row.division)


def choose_division(session: Session, officer: Officer, typed: str, now: datetime) -> None:
    """For claims from now on: what was issued stays, and is later replaced as it was divided.

    Raises ``Forbidden``, ``BadInput("division_unknown")``.
    """
    officer.require_everywhere(Capability.MANAGE_CERTIFICATES)
    if typed not in {one.value for one in Division}:
        raise BadInput("division_unknown", faults={"division": "division_unknown"})
    before, chosen = current_division(session, officer.provider_id), Division(typed)
    if chosen is before:
        return
    key, rest = {"provider_id": officer.provider_id}, {"division": chosen.value, "chosen_at": now}
    insert_or_replace(session, models.CertificateDivision, key, rest)
    session.expire_all()
    detail = {"division": [before.value, chosen.value]}
    note(session, officer, "certificate-division.chosen", f"provider:{officer.provider_id}", now, detail=detail)


def lists_sessions(activity: Activity, division: Division) -> bool:
    """Attended sessions are printed: the activity's provider wants it, or they tell certificates apart."""
    return activity.lists_sessions or division is Division.BY_SESSION


def papers(lines: Sequence[PrintedOffer], division: Division) -> tuple[Paper, ...]:
    """The certificates of these credits, in order."""
    if division is Division.TOGETHER:
        return (Paper(tuple(lines)),)
    return tuple(paper for line in lines for paper in _of_type(line, division))


def _of_type(line: PrintedOffer, division: Division) -> tuple[Paper, ...]:
    shares = _shares(line) if division is Division.BY_SESSION else ()
    each = (Paper((replace(line, amount=one.amount, sessions=(one,)),), one.session) for one in shares)
    return tuple(each) or (Paper((line,)),)


def _shares(line: PrintedOffer) -> tuple[AttendedSession, ...]:
    """None where a session's certificate would leave out what the whole says, such as hours of pharmacotherapeutics."""
    if not line.is_awarded or line.working is not None or certain_parts(line.offer, line.amount):
        return ()
    return session_shares(line.sessions, line.amount, max(line.offer.minimum, line.credit.least))
