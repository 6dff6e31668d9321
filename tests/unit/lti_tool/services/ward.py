"""A provider with one activity, courses on several LMSs, and learners who do things: real rows in a real database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.wire import write_activity, write_value
from lti_tool.services.grade import note_arrival, note_progress
from lti_tool.services.line_item import AGS
from lti_tool.services.participation import progress
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.domain.builders import attempt

ALL_SCOPES = " ".join(f"{AGS}{name}" for name in ("lineitem", "lineitem.readonly", "result.readonly", "score"))
LMS = "https://lms.example"


@dataclass
class Ward:
    """Row keys by the names that a test uses; every call is one transaction."""

    sessions: Sessions
    now: datetime
    keys: dict[str, str] = field(default_factory=dict)
    steps: dict[str, Step | None] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)

    def activity(self, value: Activity | None = None) -> None:
        value = value or sample()
        with transaction(self.sessions) as db:
            provider = models.Provider(name="Example Medical School", created_at=self.now)
            db.add(provider)
            db.flush()
            row = models.Activity(
                provider_id=provider.id, key=value.key, title=value.title, version=1, created_at=self.now
            )
            db.add(row)
            db.flush()
            body = write_activity(value)
            db.add(
                models.ActivityVersion(
                    activity_id=row.id, number=1, definition=body, content_hash=row.id, created_at=self.now
                )
            )
            self.keys |= {"provider": provider.id, "activity": row.id}

    def course(self, name: str = "course", *, platform: dict[str, Any] | None = None) -> None:
        """A course in an LMS of its own; ``platform`` changes the registration."""
        known = {
            "issuer": f"{LMS}/{name}",
            "client_id": "client",
            "authorization_url": f"{LMS}/auth",
            "token_url": f"{LMS}/token",
            "keyset_url": f"{LMS}/jwks",
            "family": LmsFamily.GENERIC.value,
        }
        with transaction(self.sessions) as db:
            made = models.Platform(**known | (platform or {}), created_at=self.now)
            deployment = models.Deployment(
                platform=made, provider_id=self.keys["provider"], deployment_id="1", created_at=self.now
            )
            db.add_all([made, deployment])
            db.flush()
            row = models.Course(deployment_id=deployment.id, context_id=name, created_at=self.now)
            db.add(row)
            db.flush()
            self.keys |= {name: row.id, f"{name}.platform": made.id, f"{name}.deployment": deployment.id}

    def place(self, name: str = "link", course: str = "course", step: Step | None = None, **changes: Any) -> None:
        """A resource link with a line item of its own, unless ``changes`` says otherwise."""
        values: dict[str, Any] = {
            "resource_link_id": name,
            "title": name,
            "line_item": f"{LMS}/{name}/lineitem",
            "line_items": f"{LMS}/{course}/lineitems",
            "scopes": ALL_SCOPES,
        }
        with transaction(self.sessions) as db:
            row = models.Placement(
                course_id=self.keys[course],
                activity_id=self.keys["activity"],
                step=step.value if step else None,
                created_at=self.now,
                **values | changes,
            )
            db.add(row)
            db.flush()
            self.keys[name], self.steps[name], self.courses[name] = row.id, step, course

    def learner(self, name: str = "lee", course: str = "course", *, is_staff: bool = False, subject: str = "") -> None:
        """Known to this course; a second call puts the same person into another course."""
        with transaction(self.sessions) as db:
            if name not in self.keys:
                row = models.Learner(
                    provider_id=self.keys["provider"],
                    issuer=LMS,
                    subject=subject or name,
                    lms_name=name.title(),
                    created_at=self.now,
                )
                db.add(row)
                db.flush()
                self.keys[name] = row.id
            member = models.CourseMember(
                course_id=self.keys[course], learner_id=self.keys[name], is_staff=is_staff, last_seen_at=self.now
            )
            db.add(member)

    def visit(self, name: str = "lee", link: str = "link", *, is_staff: bool = False) -> Visit:
        course = self.courses[link]
        return Visit(
            session_id="s",
            provider_id=self.keys["provider"],
            deployment_id=self.keys[f"{course}.deployment"],
            platform_id=self.keys[f"{course}.platform"],
            course_id=self.keys[course],
            placement_id=self.keys[link],
            activity_id=self.keys["activity"],
            step=self.steps[link],
            learner_id=self.keys[name],
            is_staff=is_staff,
            locale="en",
            platform_origin=LMS,
            frame_origins=(LMS,),
            document_target="iframe",
            return_url=None,
            deep_linking=None,
        )

    def post_test(
        self, name: str = "lee", right: int = 3, link: str = "link", *, is_staff: bool = False, notes: bool = True
    ) -> None:
        """Submit an attempt with ``right`` of three, and note what it changes (unless told not to)."""
        visit = self.visit(name, link, is_staff=is_staff)
        with transaction(self.sessions) as db:
            before = progress(db, visit, self.now)
            number = len(before.record.attempts_at(TestKind.POST)) + 1
            made = attempt(right=right, number=number, at=self.now)
            row = models.Attempt(
                participation_id=before.participation_id,
                test=TestKind.POST.value,
                number=number,
                form=[write_value(item) for item in made.form],
                started_at=self.now,
                submitted_at=self.now,
                answers=[
                    models.Answer(question=key, value=value, saved_at=self.now) for key, value in made.answers.items()
                ],
            )
            db.add(row)
            db.flush()
            if notes:
                note_progress(db, progress(db, visit, self.now), visit, self.now)

    def acknowledge(self, name: str = "lee", link: str = "link") -> None:
        visit = self.visit(name, link)
        with transaction(self.sessions) as db:
            before = progress(db, visit, self.now)
            mark = before.page.fingerprint
            if db.get(models.ShownText, mark) is None:
                db.add(models.ShownText(fingerprint=mark, body={}, first_shown_at=self.now))
            db.flush()
            db.add(
                models.Acknowledgement(
                    participation_id=before.participation_id,
                    fingerprint=mark,
                    version=1,
                    locale="en",
                    acknowledged_at=self.now,
                )
            )
            db.flush()
            note_progress(db, progress(db, visit, self.now), visit, self.now)

    def arrive(self, name: str = "lee", link: str = "link", *, is_staff: bool = False) -> None:
        """A launch, as far as grades are concerned."""
        visit = self.visit(name, link, is_staff=is_staff)
        with transaction(self.sessions) as db:
            progress(db, visit, self.now)
            note_arrival(db, visit, self.now)

    def change(self, link: str = "link", **values: Any) -> None:
        """What a later launch or an LMS's teacher does to a placement."""
        with transaction(self.sessions) as db:
            row = db.get_one(models.Placement, self.keys[link])
            for name, value in values.items():
                setattr(row, name, value)

    def deliveries(self, name: str = "lee", link: str = "link") -> list[models.Delivery]:
        """Oldest first."""
        table = models.Delivery
        with transaction(self.sessions) as db:
            query = select(table).where(table.learner_id == self.keys[name], table.placement_id == self.keys[link])
            return list(db.scalars(query.order_by(table.stamp)))

    def states(self, name: str = "lee", link: str = "link") -> list[tuple[str, float]]:
        return [(row.state, row.given) for row in self.deliveries(name, link)]


@contextmanager
def opened(url: str, now: datetime) -> Iterator[Ward]:
    """The ward in the database at ``url``, with one course, one link and one learner."""
    engine = make_engine(url)
    try:
        ward = Ward(make_sessions(engine), now)
        ward.activity()
        ward.course()
        ward.place()
        ward.learner()
        yield ward
    finally:
        engine.dispose()
