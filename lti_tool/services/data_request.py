"""Requests of learners about their data: asked by them or entered by staff, withdrawn, decided, and told.

From the moment of asking until a request is closed the person is restricted (:mod:`lti_tool.services.restriction`).
The audit trail keeps keys, states and counts, and nothing of the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.data_request import RequestKind, RequestState, next_states
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.launch import Launch
from lti_tool.services.audit import Actor, ToolActor, note
from lti_tool.services.erasure import check_erasable, erase
from lti_tool.services.legal_hold import person_name
from lti_tool.services.office import Officer
from lti_tool.services.row_count import Counts
from lti_tool.services.row_key import is_row_key
from lti_tool.services.session import Visit

LEARNER = "learner"
"""Who asked, where it was the person themselves."""
PLATFORM = "platform"
"""Who asked, where the learning platform told that it has retired the person's account."""
LISTED = 200
FOUND = 25


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as the learner and staff see it."""

    id: str
    learner_id: str
    name: str
    kind: RequestKind
    state: RequestState
    reason: str
    is_own: bool
    is_of_platform: bool
    """The learning platform has retired the account; nobody has asked here."""
    asked_at: datetime
    answer: str
    decided_at: datetime | None

    is_open: bool
    """Nobody has closed it: it waits, or restricts until the learner ends it."""

    @property
    def is_waiting(self) -> bool:
        return self.state is RequestState.WAITING


@dataclass(frozen=True, slots=True)
class DataPerson:
    """Whose data it is, for staff."""

    learner_id: str
    name: str
    subject: str


def _row(session: Session, row: models.DataRequest) -> RequestRow:
    return RequestRow(
        row.id,
        row.learner_id,
        person_name(session, row.learner_id),
        RequestKind(row.kind),
        RequestState(row.state),
        row.reason,
        row.asked_by == LEARNER,
        row.asked_by == PLATFORM,
        row.asked_at,
        row.answer,
        row.decided_at,
        row.closed_at is None,
    )


def _listed(session: Session, *rules: ColumnElement[bool]) -> Sequence[RequestRow]:
    table = models.DataRequest
    query = select(table).where(*rules).order_by(table.closed_at.is_not(None), table.asked_at.desc(), table.id)
    return [_row(session, row) for row in session.scalars(query.limit(LISTED))]


def own_requests(session: Session, visit: Visit) -> Sequence[RequestRow]:
    """The visitor's own, the open ones first."""
    return _listed(session, models.DataRequest.learner_id == visit.learner_id)


def data_requests(session: Session, officer: Officer) -> Sequence[RequestRow]:
    """All of the provider's, the open ones first. Raises ``Forbidden``."""
    officer.require_everywhere(Capability.CONFIGURE)
    return _listed(session, models.DataRequest.provider_id == officer.provider_id)


def requests_of(session: Session, officer: Officer, learner_id: str) -> Sequence[RequestRow]:
    """Those of one person. Raises ``Forbidden``, ``NotFound("person_unknown")``."""
    person = data_person(session, officer, learner_id)
    return _listed(session, models.DataRequest.learner_id == person.learner_id)


def data_person(session: Session, officer: Officer, learner_id: str) -> DataPerson:
    """Raises ``Forbidden``, and ``NotFound("person_unknown")`` also for a person of another provider."""
    officer.require_everywhere(Capability.CONFIGURE)
    row = session.get(models.Learner, learner_id) if is_row_key(learner_id) else None
    if row is None or row.provider_id != officer.provider_id:
        raise NotFound("person_unknown")
    return DataPerson(row.id, row.lms_name or row.printed_name, row.subject)


def found_people(session: Session, officer: Officer, search: str) -> Sequence[DataPerson]:
    """Those whose name holds the words, or whose id of the LMS is exactly that; none without words."""
    officer.require_everywhere(Capability.CONFIGURE)
    words = search.strip()
    if not words:
        return ()
    table = models.Learner
    names = (table.lms_name.icontains(words, autoescape=True), table.printed_name.icontains(words, autoescape=True))
    query = select(table).where(table.provider_id == officer.provider_id, or_(table.subject == words, *names))
    rows = session.scalars(query.order_by(table.lms_name, table.printed_name, table.id).limit(FOUND))
    return [DataPerson(row.id, row.lms_name or row.printed_name, row.subject) for row in rows]


def person_of_launch(session: Session, launch: Launch) -> str:
    """Key of the person whom a data-privacy launch is about, at the provider of its deployment; ``""`` for nobody."""
    table, deployment = models.Learner, models.Deployment
    query = (
        select(table.id)
        .join(deployment, deployment.provider_id == table.provider_id)
        .where(deployment.platform_id == launch.platform.id, deployment.deployment_id == launch.deployment_id)
        .where(table.issuer == launch.platform.issuer, table.subject == launch.for_user)
    )
    return session.scalars(query).first() or ""


def ask(session: Session, visit: Visit, kind: RequestKind, reason: str, now: datetime) -> str:
    """The visitor asks; gives the request's key. A reason need not be given.

    Raises ``Conflict("request_open")`` while one of this kind is open.
    """
    words = clean_reason(reason) if reason.strip() else ""
    return _ask(session, ToolActor(visit.provider_id, visit.learner_id), visit.learner_id, kind, words, LEARNER, now)


def enter(session: Session, officer: Officer, learner_id: str, kind: RequestKind, reason: str, now: datetime) -> str:
    """Staff enter what a person asked by another way; ``reason`` says how. Raises as :func:`ask`, ``Forbidden``,
    ``NotFound("person_unknown")`` and ``BadInput("reason_unusable")``."""
    person = data_person(session, officer, learner_id)
    words = clean_reason(reason)
    return _ask(session, officer, person.learner_id, kind, words, officer.person_id, now)


def tell_retired(session: Session, provider_id: str, learner_id: str, now: datetime) -> None:
    """The platform has retired the account: an erasure is asked for, unless one is asked for already. Staff decide."""
    try:
        _ask(session, ToolActor(provider_id), learner_id, RequestKind.ERASE, "", PLATFORM, now)
    except Conflict as error:
        if error.code != "request_open":
            raise


def _ask(
    session: Session, actor: Actor, learner_id: str, kind: RequestKind, reason: str, asked_by: str, now: datetime
) -> str:
    row = models.DataRequest(
        provider_id=actor.provider_id,
        learner_id=learner_id,
        kind=kind.value,
        state=RequestState.WAITING.value,
        reason=reason,
        asked_by=asked_by,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict("request_open") from error
    note(session, actor, "data_request.asked", f"data_request:{row.id}", now, detail={"kind": kind.value})
    return row.id


def _locked(session: Session, provider_id: str, request_id: str) -> models.DataRequest:
    table = models.DataRequest
    query = select(table).where(table.id == request_id, table.provider_id == provider_id)
    row = session.scalars(query.with_for_update()).first() if is_row_key(request_id) else None
    if row is None:
        raise NotFound("record_unknown")
    return row


def _move(row: models.DataRequest, state: RequestState) -> None:
    if state not in next_states(RequestKind(row.kind), RequestState(row.state)):
        raise Conflict("request_decided")
    row.state = state.value


def withdraw(session: Session, visit: Visit, request_id: str, now: datetime) -> None:
    """The visitor takes a request back before it was decided, or ends a restriction that was granted.

    Raises ``NotFound("record_unknown")`` and ``Conflict("request_decided")``.
    """
    row = _locked(session, visit.provider_id, request_id)
    if row.learner_id != visit.learner_id:
        raise NotFound("record_unknown")
    is_granted = row.state == RequestState.GRANTED.value
    _move(row, RequestState.LIFTED if is_granted else RequestState.WITHDRAWN)
    row.closed_at = now
    session.flush()
    actor = ToolActor(visit.provider_id, visit.learner_id)
    note(session, actor, f"data_request.{row.state}", f"data_request:{row.id}", now, detail={"kind": row.kind})


def decide(
    session: Session, officer: Officer, request_id: str, *, is_granted: bool, answer: str, now: datetime
) -> Counts:
    """Refuse with words that the learner reads, or grant: an erasure is carried out in this transaction.

    Gives rows that were erased, by table. Raises ``Forbidden``, ``NotFound("record_unknown")``,
    ``Conflict("request_decided")``, ``BadInput("reason_unusable")``, ``Refused("legal_hold")`` and
    ``Refused("erasure_of_staff")``.
    """
    officer.require_everywhere(Capability.CONFIGURE)
    row = _locked(session, officer.provider_id, request_id)
    words = clean_reason(answer)
    kind = RequestKind(row.kind)
    _move(row, RequestState.GRANTED if is_granted else RequestState.REFUSED)
    row.answer, row.decided_by, row.decided_at = words, officer.person_id, now
    # A granted restriction stays open until the learner lifts it.
    row.closed_at = None if is_granted and kind is RequestKind.RESTRICT else now
    learner_id, state = row.learner_id, row.state
    session.flush()
    counts: Counts = {}
    if is_granted and kind is RequestKind.ERASE:
        check_erasable(session, officer.provider_id, learner_id, now)
        counts = erase(session, officer.provider_id, learner_id, now)
    detail = {"kind": kind.value, "rows": counts}
    note(session, officer, f"data_request.{state}", f"data_request:{request_id}", now, detail=detail)
    return counts


def request_kind(text: str) -> RequestKind:
    """Raises ``BadInput("fields_unusable")``."""
    try:
        return RequestKind(text)
    except ValueError as error:
        raise BadInput("fields_unusable", faults={"kind": "unknown"}) from error
