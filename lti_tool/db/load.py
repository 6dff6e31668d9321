"""Rows to values. The only place where the domain's values are made from tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Answer, FormItem, Question, TestKind
from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import NotFound
from lti_tool.domain.key_correction import Correction, corrected
from lti_tool.domain.learner import Profile
from lti_tool.domain.ledger import Entry, EntryKind, balance, in_order, live_award
from lti_tool.domain.playback import Playback, in_seconds, united
from lti_tool.domain.record import Accommodation, Acknowledgement, Attempt, Claim, Record, Response, Study
from lti_tool.domain.series import Attendance
from lti_tool.domain.wire import read_activity, read_value


@lru_cache(maxsize=256)
def _parsed(activity_id: str, number: int, content_hash: str, reader: _Definition) -> Activity:
    return read_activity(reader.definition)


class _Definition:
    """Carries a definition past the cache's key: versions are immutable, so id, number and hash say it all."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Definition)

    def __hash__(self) -> int:
        return 0


def activity_value(session: Session, activity_id: str, number: int) -> Activity:
    """One version of an activity, with the corrections that keys of its questions have had. Raises ``NotFound``."""
    defined = defined_activity(session, activity_id, number)
    return corrected(defined, number, corrections(session, activity_id))


def defined_activity(session: Session, activity_id: str, number: int) -> Activity:
    """One version of an activity as it was taken in. Raises ``NotFound``."""
    row = session.get(models.ActivityVersion, (activity_id, number))
    if row is None:
        raise NotFound("activity_version_unknown", activity=activity_id, number=number)
    return _parsed(activity_id, number, row.content_hash, _Definition(row.definition))


def corrections(session: Session, activity_id: str) -> tuple[Correction, ...]:
    """Corrections of keys in an activity, oldest first."""
    table = models.KeyCorrection
    query = select(table).where(table.activity_id == activity_id).order_by(table.applied_at, table.id)
    return tuple(
        Correction(row.question, read_value(Question, row.body), row.applied_at, row.through_version)
        for row in session.scalars(query)
    )


def profile_value(row: models.Learner) -> Profile | None:
    """``None`` until the learner has confirmed it."""
    if row.confirmed_at is None:
        return None
    return Profile(row.printed_name, Degree(row.degree), row.country)


def answer_value(stored: Any) -> Answer:
    """An answer as the domain takes it: JSON lists become tuples."""
    return tuple(stored) if isinstance(stored, list) else stored


def _attempts(session: Session, participation_id: str) -> tuple[Attempt, ...]:
    rows = session.scalars(
        select(models.Attempt)
        .where(models.Attempt.participation_id == participation_id)
        .order_by(models.Attempt.test, models.Attempt.number)
    ).all()
    answers = _answers(session, [row.id for row in rows])
    return tuple(attempt_value(row, answers.get(row.id, {})) for row in rows)


def _answers(session: Session, attempt_ids: Sequence[str]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for row in session.scalars(select(models.Answer).where(models.Answer.attempt_id.in_(attempt_ids))):
        found.setdefault(row.attempt_id, {})[row.question] = answer_value(row.value)
    return found


def attempt_value(row: models.Attempt, answers: Mapping[str, Answer]) -> Attempt:
    return Attempt(
        id=row.id,
        test=TestKind(row.test),
        number=row.number,
        form=tuple(read_value(FormItem, item) for item in row.form),
        started_at=row.started_at,
        answers=answers,
        submitted_at=row.submitted_at,
    )


def playback_value(views: Iterable[models.StudyView]) -> Playback:
    """All that was played of one recording."""
    return united(*(in_seconds(view.duration, view.ranges) for view in views))


def _studies(session: Session, participation_id: str) -> dict[str, Study]:
    views: dict[str, list[models.StudyView]] = {}
    for view in session.scalars(select(models.StudyView).where(models.StudyView.participation_id == participation_id)):
        views.setdefault(view.item, []).append(view)
    rows = session.scalars(select(models.Study).where(models.Study.participation_id == participation_id))
    return {row.item: _study(row, views.get(row.item, [])) for row in rows}


def _study(row: models.Study, views: Sequence[models.StudyView]) -> Study:
    playback, seconds = playback_value(views), sum(view.seconds for view in views)
    return Study(row.item, seconds, playback.coverage, row.first_opened_at, playback if playback.duration else None)


def entry_value(row: models.CreditEntry) -> Entry:
    return Entry(
        id=row.id,
        follows=row.follows,
        kind=EntryKind(row.kind),
        credit_type=row.credit_type,
        amount=row.amount,
        is_awarded=row.is_awarded,
        at=row.recorded_at,
        reason=row.reason,
        actor=row.actor,
        claim_id=row.claim_id,
        evidence=row.terms.get("evidence_of_expiry", ""),
        beyond=row.terms.get("evidence", {}).get("beyond_attendance", ""),
        working=row.terms.get("evidence", {}).get("working") or {},
    )


def person_of(learner_id: str) -> ScalarSelect[str]:
    """Key of the person to whom an identity belongs: its own, unless it was merged into another."""
    table = models.Learner
    return select(func.coalesce(table.merged_into, table.id)).where(table.id == learner_id).scalar_subquery()


def identities(learner_id: str) -> Select[str]:
    """Keys of all identities of the same person. What was recorded under any of them is theirs."""
    table, person = models.Learner, person_of(learner_id)
    return select(table.id).where(or_(table.id == person, table.merged_into == person))


def accounts(session: Session, learner_id: str, activity_id: str) -> dict[str, tuple[Entry, ...]]:
    """The ledger of a person in an activity: by credit type, each account in order."""
    table = models.CreditEntry
    query = select(table).where(table.learner_id.in_(identities(learner_id)), table.activity_id == activity_id)
    rows = session.scalars(query.order_by(table.credit_type)).all()
    return {credit_type: chain for (_, credit_type), chain in current_accounts(rows, learner_id).items()}


def current_accounts(rows: Iterable[models.CreditEntry], learner_id: str) -> dict[tuple[str, str], tuple[Entry, ...]]:
    """By activity and credit type, each account in order. Of two identities of one person, the account that holds
    credit counts, else that of ``learner_id``, else the one that was written last."""
    chains: dict[tuple[str, str], dict[str, list[Entry]]] = {}
    for row in rows:
        own = chains.setdefault((row.activity_id, row.credit_type), {})
        own.setdefault(row.learner_id, []).append(entry_value(row))
    return {key: _current(own, learner_id) for key, own in chains.items()}


def _current(chains: Mapping[str, list[Entry]], learner_id: str) -> tuple[Entry, ...]:
    ordered = [(owner == learner_id, in_order(entries)) for owner, entries in sorted(chains.items())]
    return max(ordered, key=lambda one: (live_award(one[1]) is not None, one[0], one[1][-1].at))[1]


def _claims(found: Mapping[str, tuple[Entry, ...]]) -> tuple[Claim, ...]:
    """The awards that stand, with their balance."""
    live = [(live_award(chain), balance(chain)) for chain in found.values()]
    return tuple(Claim(award.credit_type, held, award.is_awarded, award.at) for award, held in live if award)


def _accommodations(session: Session, participation_id: str) -> tuple[Accommodation, ...]:
    rows = session.scalars(
        select(models.Accommodation)
        .where(models.Accommodation.participation_id == participation_id)
        .order_by(models.Accommodation.granted_at)
    )
    return tuple(Accommodation(row.extra_minutes, row.granted_at) for row in rows)


def _acknowledgements(session: Session, participation_id: str) -> tuple[Acknowledgement, ...]:
    rows = session.scalars(
        select(models.Acknowledgement)
        .where(models.Acknowledgement.participation_id == participation_id)
        .order_by(models.Acknowledgement.acknowledged_at)
    )
    return tuple(Acknowledgement(row.fingerprint, row.acknowledged_at) for row in rows)


def _responses(session: Session, participation_id: str) -> dict[str, Response]:
    table = models.ContentResponse
    query = select(table).where(table.participation_id == participation_id).order_by(table.answered_at, table.item)
    return {row.item: Response(row.item, answer_value(row.value), row.answered_at) for row in session.scalars(query)}


def _late_claim_until(session: Session, participation_id: str) -> datetime | None:
    table = models.LateClaim
    query = select(table.open_until).where(table.participation_id == participation_id, table.is_granted)
    return max((moment for moment in session.scalars(query) if moment), default=None)


def attendance_of(session: Session, learner_id: str, activity_id: str) -> dict[str, Attendance]:
    """At which sessions a person was, by session; of several identities' entries the newest counts."""
    table, part = models.Attendance, models.Participation
    query = (
        select(table)
        .join(part, part.id == table.participation_id)
        .where(part.learner_id.in_(identities(learner_id)), part.activity_id == activity_id, part.is_trial.is_(False))
        .order_by(table.recorded_at, table.id)
    )
    newest = {row.session: row for row in session.scalars(query)}
    return {key: Attendance(key, row.minutes, row.recorded_at) for key, row in newest.items() if row.is_present}


def awaited_attendance(session: Session, activity_id: str, email_digest: str) -> dict[str, Attendance]:
    """What a list said of somebody who has not come yet, by session."""
    table = models.Attendance
    query = select(table).where(table.activity_id == activity_id, table.email_digest == email_digest)
    rows = session.scalars(query.where(table.participation_id.is_(None), table.is_present))
    return {row.session: Attendance(row.session, row.minutes, row.recorded_at) for row in rows}


def record_value(session: Session, participation: models.Participation, *, has_sessions: bool = True) -> Record:
    """All facts of one participation. A test run has no credit; without sessions attendance is not asked for."""
    is_real = not participation.is_trial
    is_asked = is_real and has_sessions
    found = accounts(session, participation.learner_id, participation.activity_id) if is_real else {}
    receipt = session.get(models.EvaluationReceipt, participation.id)
    return Record(
        acknowledgements=_acknowledgements(session, participation.id),
        attempts=_attempts(session, participation.id),
        studies=_studies(session, participation.id),
        content_finished_at=participation.content_finished_at,
        evaluated_at=receipt.submitted_at if receipt else None,
        claims=_claims(found),
        late_claim_until=_late_claim_until(session, participation.id),
        ended_types=tuple(code for code, chain in found.items() if live_award(chain) is None),
        accommodations=_accommodations(session, participation.id),
        responses=_responses(session, participation.id),
        attendance=attendance_of(session, participation.learner_id, participation.activity_id) if is_asked else None,
    )
