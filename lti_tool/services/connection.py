"""The platforms of a provider as its office sees them: how they are doing, what went wrong last, and tests of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_platform import platform_value
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.connection import Endpoints, Finding
from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.domain.launch import MAX_ID, Launch, LmsFamily, Platform
from lti_tool.domain.wire import read_value, write_value
from lti_tool.services.registration import owns

NOTE_EVERY = timedelta(minutes=1)
"""Good launches are noted no more often, so that they do not wait for each other."""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One platform with what is known of its health. ``deployments`` are those of this provider."""

    id: str
    issuer: str
    client_id: str
    family: LmsFamily
    platform: Platform
    deployments: tuple[str, ...]
    is_own: bool
    """This office may change it."""
    created_at: datetime
    approved_at: datetime | None
    takes_deployments: bool
    launched_at: datetime | None
    received: Mapping[str, Any]
    refused_at: datetime | None
    refusal_code: str
    refusal_words: str
    refused_deployment: str
    refused_claims: Mapping[str, Any]
    tested_at: datetime | None
    findings: tuple[Finding, ...]

    @property
    def is_failing(self) -> bool:
        """The last launch was refused, and none was good since."""
        return self.refused_at is not None and (self.launched_at is None or self.launched_at < self.refused_at)


def _empty(platform_id: str) -> dict[str, Any]:
    return {
        "platform_id": platform_id,
        "received": {},
        "refusal_code": "",
        "refusal_words": "",
        "refused_deployment": "",
        "refused_claims": {},
        "findings": [],
    }


def note_launch(session: Session, launch: Launch, noted_at: datetime | None, now: datetime) -> None:
    """A good launch came; noted at most once a minute and platform, the last time at ``noted_at``."""
    if noted_at is not None and noted_at > now - NOTE_EVERY:
        return
    table = models.ConnectionState
    session.execute(insert_or_skip(session, table, _empty(launch.platform.id)))
    is_due = or_(table.launched_at.is_(None), table.launched_at <= now - NOTE_EVERY)
    values = {"launched_at": now, "received": dict(launch.received)}
    session.execute(update(table).where(table.platform_id == launch.platform.id, is_due).values(**values))


def note_refusal(session: Session, error: CmeError, now: datetime) -> None:
    """A launch was refused. Does nothing unless it is known through which platform it came."""
    platform_id, received = error.facts.get("platform"), error.facts.get("received", {})
    if not isinstance(platform_id, str):
        return
    deployment = error.facts.get("deployment", "") if error.code == "deployment_unknown" else ""
    values = {
        "refused_at": now,
        "refusal_code": error.code[:64],
        "refusal_words": str(error)[:500],
        "refused_deployment": str(deployment)[:MAX_ID],
        "refused_claims": dict(received),
    }
    table = models.ConnectionState
    session.execute(insert_or_skip(session, table, _empty(platform_id)))
    session.execute(update(table).where(table.platform_id == platform_id).values(**values))


def connections(session: Session, provider_id: str) -> Sequence[ConnectionView]:
    """Every platform that this provider connected or has a deployment of, those that wait for approval first."""
    own = select(models.Deployment.platform_id).where(models.Deployment.provider_id == provider_id)
    table = models.Platform
    query = select(table).where(or_(table.home_provider_id == provider_id, table.id.in_(own)))
    rows = session.scalars(query.order_by(table.approved_at.is_not(None), table.issuer, table.client_id)).all()
    return [_view(session, provider_id, row) for row in rows]


def connection(session: Session, provider_id: str, platform_id: str) -> ConnectionView:
    """Raises ``NotFound("platform_unknown")`` for one that serves other providers only."""
    row = session.get(models.Platform, platform_id)
    view = _view(session, provider_id, row) if row is not None else None
    if view is None or not (view.is_own or view.deployments):
        raise NotFound("platform_unknown")
    return view


def _view(session: Session, provider_id: str, row: models.Platform) -> ConnectionView:
    state = session.get(models.ConnectionState, row.id) or models.ConnectionState(**_empty(row.id))
    is_own = owns(row, provider_id)
    own = [one.deployment_id for one in row.deployments if one.provider_id == provider_id]
    return ConnectionView(
        id=row.id,
        issuer=row.issuer,
        client_id=row.client_id,
        family=LmsFamily(row.family),
        platform=platform_value(row),
        deployments=tuple(sorted(own)),
        is_own=is_own,
        created_at=row.created_at,
        approved_at=row.approved_at,
        takes_deployments=row.takes_deployments,
        launched_at=state.launched_at,
        received=state.received if is_own else {},
        refused_at=state.refused_at,
        refusal_code=state.refusal_code,
        refusal_words=state.refusal_words,
        refused_deployment=state.refused_deployment if is_own else "",
        refused_claims=state.refused_claims if is_own else {},
        tested_at=state.tested_at,
        findings=tuple(read_value(Finding, one) for one in state.findings),
    )


def endpoints_of(session: Session, provider_id: str, platform_id: str) -> Endpoints:
    """Services of the course that was opened last through this platform, to test with."""
    deployment, course, placement = models.Deployment, models.Course, models.Placement
    here = (deployment.platform_id == platform_id, deployment.provider_id == provider_id)
    graded = (
        select(placement)
        .join(course, course.id == placement.course_id)
        .join(deployment, deployment.id == course.deployment_id)
        .where(*here, placement.line_items.is_not(None))
    )
    link = session.scalars(graded.order_by(placement.created_at.desc()).limit(1)).first()
    listed = select(course.roster_url).join(deployment, deployment.id == course.deployment_id)
    roster = session.scalars(
        listed.where(*here, course.roster_url.is_not(None)).order_by(course.created_at.desc()).limit(1)
    ).first()
    scopes = frozenset(link.scopes.split()) if link else frozenset()
    return Endpoints(link.line_items if link else None, scopes, roster)


def note_test(session: Session, platform_id: str, findings: Sequence[Finding], now: datetime) -> None:
    """Keep what a test found."""
    table = models.ConnectionState
    session.execute(insert_or_skip(session, table, _empty(platform_id)))
    kept = [write_value(one) for one in findings]
    session.execute(update(table).where(table.platform_id == platform_id).values(tested_at=now, findings=kept))
