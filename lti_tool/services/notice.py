"""Notices of platforms: who offers them, who wants them, and taking one once.

Only a deployment whose staff have switched notices on is listened to. What is taken is kept as a fact, which course was
copied from which, and changes no link: a link that opens nothing looks there when somebody first comes through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load_platform import platform_value
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.errors import CmeError, Forbidden, LaunchRefused, NotFound, ServiceUnavailable
from lti_tool.domain.launch import Launch, NoticeType, Platform
from lti_tool.domain.notice import Notice
from lti_tool.services.audit import Actor, note
from lti_tool.services.ports import NoticePort

MAX_A_MINUTE = 300
"""Notices of one platform. Whoever copies faster is asked to wait."""
REMEMBERED = timedelta(hours=1)
"""How long a notice is known after its token has expired: longer than clocks may differ."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What is known of one deployment's notices. ``handled``: what the platform has confirmed to send."""

    deployment_id: str
    """As the platform names it."""
    can_copy: bool
    """It offers notices of copied courses."""
    is_on: bool
    is_confirmed: bool
    asked_at: datetime | None
    fault: str
    fault_words: str
    noticed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Where to ask for notices, and for which."""

    row_id: str
    """Of the deployment."""
    platform: Platform
    url: str
    types: tuple[NoticeType, ...]


def note_offer(session: Session, deployment_row: str, launch: Launch) -> None:
    """Remember what a launch offers. At another address the wish has to be told anew."""
    offered = launch.notices
    if offered is None:
        return
    row, types = session.get(models.NoticeService, deployment_row), sorted(offered.types)
    if row is None:
        values = {"deployment_id": deployment_row, "url": offered.url, "offered": types, "handled": []}
        rest = {"is_on": False, "fault": "", "fault_words": ""}
        session.execute(insert_or_skip(session, models.NoticeService, values | rest))
    elif (row.url, row.offered) != (offered.url, types):
        row.handled = row.handled if row.url == offered.url else []
        row.url, row.offered = offered.url, types


def notice_views(session: Session, provider_id: str, platform_id: str) -> Sequence[NoticeView]:
    """Deployments of this provider whose platform offers notices, by name."""
    return [_view(row) for row in _rows(session, provider_id, platform_id)]


def _rows(session: Session, provider_id: str, platform_id: str) -> Iterable[models.NoticeService]:
    table, owner = models.NoticeService, models.Deployment
    query = select(table).join(owner, owner.id == table.deployment_id)
    mine = query.where(owner.platform_id == platform_id, owner.provider_id == provider_id)
    return session.scalars(mine.order_by(owner.deployment_id))


def _view(row: models.NoticeService) -> NoticeView:
    copy = NoticeType.CONTEXT_COPY.value
    return NoticeView(
        deployment_id=row.deployment.deployment_id,
        can_copy=copy in row.offered,
        is_on=row.is_on,
        is_confirmed=copy in row.handled,
        asked_at=row.asked_at,
        fault=row.fault,
        fault_words=row.fault_words,
        noticed_at=row.noticed_at,
    )


def switch(
    session: Session, actor: Actor, platform_id: str, deployment_id: str, now: datetime, *, is_on: bool
) -> Offer:
    """Note that notices are wanted, or not; then ``ask`` the platform, and ``note_answer``.

    Noted first, because a platform may greet at once. Raises ``NotFound("notices_not_offered")``.
    """
    rows = [row for row in _rows(session, actor.provider_id, platform_id) if _names(row, deployment_id)]
    if not rows or rows[0].deployment.platform.approved_at is None:
        raise NotFound("notices_not_offered")
    row = rows[0]
    detail = {"deployment": deployment_id, "is_on": [row.is_on, is_on]}
    note(session, actor, "notices.switched", f"platform:{platform_id}", now, detail=detail)
    row.is_on, row.asked_at = is_on, now
    types = tuple(NoticeType(kind) for kind in (row.offered if is_on else row.handled))
    return Offer(row.deployment_id, platform_value(row.deployment.platform), row.url, types)


def _names(row: models.NoticeService, deployment_id: str) -> bool:
    return row.deployment.deployment_id == deployment_id


def ask(port: NoticePort, offer: Offer, handler: str, now: datetime) -> CmeError | None:
    """Tell the platform where notices go (``""``: nowhere); gives what went wrong. No transaction may be open."""
    try:
        for kind in offer.types:
            port.put(offer.platform, offer.url, kind, handler, now)
    except CmeError as error:
        return error
    return None


def note_answer(session: Session, offer: Offer, error: CmeError | None, *, is_on: bool) -> None:
    """Keep what came of asking."""
    row = session.get(models.NoticeService, offer.row_id)
    if row is None:
        return
    if error is None:
        row.handled = [kind.value for kind in offer.types] if is_on else []
    row.fault = error.code[:64] if error else ""
    row.fault_words = str(error.facts.get("words") or error)[:500] if error else ""


def take_notice(session: Session, notice: Notice, now: datetime) -> bool:
    """Note what it tells, once; ``False`` for one that was taken before, which changes nothing.

    Raises ``LaunchRefused`` (``deployment_unknown``, ``nonce_used``), ``Forbidden("notices_off")``,
    ``ServiceUnavailable("notices_too_fast")``.
    """
    deployment = _deployment(session, notice)
    service = session.get(models.NoticeService, deployment.id)
    if service is None or not service.is_on:
        raise Forbidden("notices_off", "nobody has switched notices of this deployment on")
    if not _is_new(session, notice, now):
        return False
    service.noticed_at = now
    for origin in notice.origins if notice.context else ():
        _note_copy(session, deployment.id, notice, origin, now)
    return True


def _deployment(session: Session, notice: Notice) -> models.Deployment:
    key = {"platform_id": notice.platform.id, "deployment_id": notice.deployment_id}
    row = session.scalars(select(models.Deployment).filter_by(**key)).first()
    if row is None:
        raise LaunchRefused("deployment_unknown", "this deployment is not connected")
    return row


def _is_new(session: Session, notice: Notice, now: datetime) -> bool:
    table, platform_id = models.ReceivedNotice, notice.platform.id
    known = select(table.nonce_hash).where(table.platform_id == platform_id, table.notice_id == notice.id)
    if session.scalars(known).first() is not None:
        return False
    _check_rate(session, platform_id, now)
    values = {
        "platform_id": platform_id,
        "notice_id": notice.id,
        "nonce_hash": notice.nonce_hash,
        "received_at": now,
        "expires_at": max(notice.expires_at, now) + REMEMBERED,
    }
    made = session.execute(insert_or_skip(session, table, values).returning(table.notice_id)).first()
    if made is None and session.scalars(known).first() is None:
        raise LaunchRefused("nonce_used", "the token of this notice was used before")
    return made is not None


def _check_rate(session: Session, platform_id: str, now: datetime) -> None:
    table = models.ReceivedNotice
    lately = (table.platform_id == platform_id, table.received_at > now - timedelta(minutes=1))
    if session.scalars(select(func.count()).select_from(table).where(*lately)).one() >= MAX_A_MINUTE:
        raise ServiceUnavailable("notices_too_fast", f"more than {MAX_A_MINUTE} notices a minute", retry_after=60)


def _note_copy(session: Session, deployment_row: str, notice: Notice, origin: str, now: datetime) -> None:
    context = notice.context.id if notice.context else ""
    if origin == context:
        return
    values = {
        "deployment_id": deployment_row,
        "context_id": context,
        "origin_id": origin,
        "copied_at": min(notice.happened_at, now),
    }
    session.execute(insert_or_skip(session, models.CourseCopy, values))


def forget_notices(session: Session, now: datetime) -> int:
    """Remove those whose token could not be used again anyway; gives their number."""
    gone = session.execute(delete(models.ReceivedNotice).where(models.ReceivedNotice.expires_at <= now))
    return int(gone.rowcount)  # type: ignore[attr-defined]
