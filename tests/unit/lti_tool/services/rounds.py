"""Grand rounds: a series of three sessions, and staff who record who was there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lti_tool.db.engine import transaction
from lti_tool.db.load import attendance_of
from lti_tool.db.sealing import Sealer
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.roll import ATTENDANCE, read_form
from lti_tool.domain.series import ActivitySession
from lti_tool.services.address_mark import email_digest
from lti_tool.services.attendance import (
    Mark,
    mark_attendance,
)
from lti_tool.services.attendance_list import (
    CheckedAttendance,
    EnteredAttendance,
    check_attendance,
    enter_attendance,
)
from lti_tool.services.credit import claim_view
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World
from tests.unit.lti_tool.services.officers import officer

SEALER = Sealer("a secret of the installation for tests")
HEAD = "learner,email,session,minutes\n"
ADDRESS = "grace@example.org"
JANUARY = ActivitySession("jan", "Grand rounds in January", date(2026, 1, 20), 60)
FEBRUARY = ActivitySession("feb", "Grand rounds in February", date(2026, 2, 17), 60)
MARCH = ActivitySession("mar", "Grand rounds in March", date(2026, 3, 17), 60)
SERIES = {
    "format": LearningFormat.LIVE,
    "location": "Auditorium",
    "sessions": (JANUARY, FEBRUARY, MARCH),
    "lists_sessions": True,
    "estimated_minutes": 180,
    "credits": (CreditOffer(AMA, Decimal("2.50"), Decimal("0.25")),),
}


def address_mark(visit: Visit, email: str = ADDRESS) -> str:
    """What a launch with this address carries."""
    return email_digest(SEALER, visit.provider_id, email) if email else ""


def mark(world: World, visit: Visit, key: str, minutes: str = "", *, is_present: bool = True) -> int:
    with transaction(world.sessions) as db:
        who = officer(world.provider_id)
        return mark_attendance(db, who, world.activity_id, key, [Mark(visit.learner_id, is_present, minutes)], NOW)


def check(world: World, *lines: str) -> CheckedAttendance:
    with transaction(world.sessions) as db:
        roll = read_form((HEAD + "\n".join(lines)).encode(), ATTENDANCE)
        return check_attendance(db, officer(world.provider_id), world.activity_id, roll, NOW)


def enter(world: World, *lines: str) -> EnteredAttendance:
    who = officer(world.provider_id)
    with transaction(world.sessions) as db:
        roll = read_form((HEAD + "\n".join(lines)).encode(), ATTENDANCE)
        checked = check_attendance(db, who, world.activity_id, roll, NOW)
        return enter_attendance(db, who, world.activity_id, checked, SEALER, NOW)


def attended(world: World, visit: Visit) -> dict[str, int | None]:
    with transaction(world.sessions) as db:
        return {key: one.minutes for key, one in attendance_of(db, visit.learner_id, world.activity_id).items()}


def most(world: World, visit: Visit) -> Decimal:
    with transaction(world.sessions) as db:
        (one,) = claim_view(db, visit, NOW).claimable
        return one.amounts[-1]
