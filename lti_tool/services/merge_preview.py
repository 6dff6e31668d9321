"""What both records of one person hold, and what a merge would do: for staff to look at before they confirm a match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.merge import Held
from lti_tool.domain.transcript import TranscriptLine
from lti_tool.services.merge_pair import doubled_awards, lost_progress, merge_pair
from lti_tool.services.transcript import transcript

PAGE = 50


@dataclass(frozen=True, slots=True)
class RecordSide:
    """One of the two records. ``origin`` is the issuer of the identity, ``subject`` the id that it has there."""

    learner_id: str
    name: str
    printed_name: str
    degree: str
    country: str
    origin: str
    subject: str
    created_at: datetime
    further_identities: int
    activities: tuple[str, ...]
    lines: tuple[TranscriptLine, ...]
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoubledCredit:
    """The same credit in both, in words."""

    activity_title: str
    credit_name: str
    stands: Held
    ends: Held


@dataclass(frozen=True, slots=True)
class MergePreview:
    """``lost_progress``: titles of activities in which the record to be taken in is further than the one that stays."""

    kept: RecordSide
    absorbed: RecordSide
    doubled: tuple[DoubledCredit, ...]
    lost_progress: tuple[str, ...]
    has_same_address: bool


def merge_preview(session: Session, provider_id: str, kept_id: str, absorbed_id: str, now: datetime) -> MergePreview:
    """Both records and what would become of them. Raises as ``merge_pair``."""
    kept, absorbed = merge_pair(session, provider_id, kept_id, absorbed_id)
    twice = doubled_awards(session, kept_id, absorbed_id)
    titles = {one.ends.activity_id: session.get_one(models.Activity, one.ends.activity_id).title for one in twice}
    return MergePreview(
        kept=_side(session, kept),
        absorbed=_side(session, absorbed),
        doubled=tuple(
            DoubledCredit(titles[one.ends.activity_id], credit_name(one.ends.credit_type), one.stands, one.ends)
            for one in twice
        ),
        lost_progress=lost_progress(session, kept_id, absorbed_id, now),
        has_same_address=bool(kept.email_digest) and kept.email_digest == absorbed.email_digest,
    )


def _side(session: Session, row: models.Learner) -> RecordSide:
    further = select(func.count()).where(models.Learner.merged_into == row.id)
    return RecordSide(
        learner_id=row.id,
        name=row.lms_name,
        printed_name=row.printed_name,
        degree=row.degree,
        country=row.country,
        origin=row.issuer,
        subject=row.subject,
        created_at=row.created_at,
        further_identities=session.scalar(further) or 0,
        activities=_titles(session, row.id),
        lines=transcript(session, row.provider_id, row.id),
        certificates=_numbers(session, row.id),
    )


def _titles(session: Session, learner_id: str) -> tuple[str, ...]:
    activity, part = models.Activity, models.Participation
    query = (
        select(activity.title)
        .join(part, part.activity_id == activity.id)
        .where(part.learner_id.in_(identities(learner_id)), part.is_trial.is_(False))
        .distinct()
    )
    return tuple(sorted(session.scalars(query)))


def _numbers(session: Session, learner_id: str) -> tuple[str, ...]:
    certificate, entry = models.Certificate, models.CreditEntry
    query = (
        select(certificate.number)
        .join(entry, entry.id == certificate.award_id)
        .where(entry.learner_id.in_(identities(learner_id)))
        .order_by(certificate.number)
    )
    return tuple(session.scalars(query))


@dataclass(frozen=True, slots=True)
class FoundLearner:
    """An identity that staff may choose."""

    learner_id: str
    name: str
    origin: str
    subject: str


def find_learners(session: Session, provider_id: str, search: str) -> tuple[FoundLearner, ...]:
    """Unmerged identities by name, printed name, or the platform's id for them; the first page."""
    table = models.Learner
    words = [
        or_(
            table.lms_name.icontains(word, autoescape=True),
            table.printed_name.icontains(word, autoescape=True),
            table.subject == word,
            table.id == word.lower(),
        )
        for word in search.replace("\0", " ").split()[:6]
    ]
    if not words:
        return ()
    query = select(table).where(table.provider_id == provider_id, table.merged_into.is_(None), *words)
    return tuple(map(_found, session.scalars(query.order_by(table.lms_name, table.id).limit(PAGE))))


def same_address(session: Session, provider_id: str) -> tuple[tuple[FoundLearner, ...], ...]:
    """Groups for whom platforms share one e-mail address: to be looked at, never merged by that alone."""
    table = models.Learner
    mine = (table.provider_id == provider_id, table.merged_into.is_(None), table.email_digest != "")
    twice = select(table.email_digest).where(*mine).group_by(table.email_digest).having(func.count() > 1).limit(PAGE)
    query = select(table).where(*mine, table.email_digest.in_(twice))
    groups: dict[str, list[FoundLearner]] = {}
    for row in session.scalars(query.order_by(table.email_digest, table.created_at)):
        groups.setdefault(row.email_digest, []).append(_found(row))
    return tuple(map(tuple, groups.values()))


def _found(row: models.Learner) -> FoundLearner:
    return FoundLearner(row.id, row.lms_name or row.printed_name, row.issuer, row.subject)


@dataclass(frozen=True, slots=True)
class PastMerge:
    """One merge for the list. ``by`` is ``learner`` or ``officer:<key>``."""

    id: str
    kept_name: str
    absorbed_name: str
    reason: str
    by: str
    at: datetime
    undone_at: datetime | None


def past_merges(session: Session, provider_id: str) -> tuple[PastMerge, ...]:
    """Newest first; the first page."""
    table = models.LearnerMerge
    query = select(table).where(table.provider_id == provider_id).order_by(table.merged_at.desc(), table.id)
    return tuple(
        PastMerge(
            row.id,
            _found(session.get_one(models.Learner, row.kept_id)).name,
            _found(session.get_one(models.Learner, row.absorbed_id)).name,
            row.reason,
            row.merged_by,
            row.merged_at,
            row.undone_at,
        )
        for row in session.scalars(query.limit(PAGE))
    )
