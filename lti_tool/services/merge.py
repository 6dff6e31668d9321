"""Making one person of two identities, after a confirmed match; and taking it back.

The ledger stays as it was written: entries keep the identity under which they came, and belong to the person to whom
that identity belongs (``db.load.identities``). Only credit that would count twice gets an entry that ends it. Facts
move with their participation; where both began the same activity, each keeps its own and the credit counts for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.certificate import CertificateStatus, StatusReason
from lti_tool.domain.division import Division
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.late_claim import clean_reason
from lti_tool.domain.ledger import EntryKind
from lti_tool.domain.merge import Doubled
from lti_tool.services.audit import Actor, note
from lti_tool.services.certificate import Link
from lti_tool.services.certificate_replacement import replace_certificates
from lti_tool.services.ledger import Posting, post
from lti_tool.services.merge_moves import move, move_back
from lti_tool.services.merge_pair import doubled_awards, lost_progress, merge_pair
from lti_tool.services.override import MAX_REASON
from lti_tool.services.participation import lock, progress_of
from lti_tool.services.row_key import is_row_key

HELD_TWICE = "The same credit is held by this person under another identity."


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who says that the two are one person, and why. ``by``: as it stands in the ledger."""

    actor: Actor
    by: str
    reason: str


def merge_learners(
    session: Session, confirmed: Confirmed, kept_id: str, absorbed_id: str, link: Link, now: datetime
) -> str:
    """``absorbed`` belongs to ``kept`` from now on; gives the key of the merge. Callers check the capability.

    Raises as ``merge_pair.merge_pair``, ``BadInput("reason_unusable")``, ``Refused("merge_loses_progress")``.
    """
    reason = clean_reason(confirmed.reason, MAX_REASON)
    _lock(session, kept_id, absorbed_id)
    kept, absorbed = merge_pair(session, confirmed.actor.provider_id, kept_id, absorbed_id)
    lost = lost_progress(session, kept_id, absorbed_id, now)
    if lost:
        raise Refused("merge_loses_progress", activities="; ".join(lost))
    ended = [_end(session, confirmed, one, link, now) for one in doubled_awards(session, kept_id, absorbed_id)]
    _take_profile(kept, absorbed)
    session.flush()
    row = models.LearnerMerge(
        provider_id=confirmed.actor.provider_id,
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        moved={**move(session, kept_id, absorbed_id), "ended": ended},
        reason=reason,
        merged_by=confirmed.by,
        merged_at=now,
    )
    session.add(row)
    session.flush()
    counts = {name: len(keys) for name, keys in row.moved.items()}
    detail = {"absorbed": absorbed_id, "counts": counts, "reason": reason}
    note(session, confirmed.actor, "learner.merged", f"learner:{kept_id}", now, detail=detail)
    return row.id


def _lock(session: Session, *keys: str) -> None:
    """All that both began, then both, in the order in which a claim locks them: nobody claims or merges meanwhile."""
    part, learner = models.Participation, models.Learner
    wanted = [key for key in keys if is_row_key(key)]
    session.execute(select(part.id).where(part.learner_id.in_(wanted)).order_by(part.id).with_for_update())
    session.execute(select(learner.id).where(learner.id.in_(wanted)).order_by(learner.id).with_for_update())


def _take_profile(kept: models.Learner, absorbed: models.Learner) -> None:
    """Particulars that the person has confirmed under the other identity alone."""
    if kept.confirmed_at is None and absorbed.confirmed_at is not None:
        kept.printed_name, kept.degree, kept.country = absorbed.printed_name, absorbed.degree, absorbed.country
        kept.confirmed_at = absorbed.confirmed_at


def _end(session: Session, confirmed: Confirmed, one: Doubled, link: Link, now: datetime) -> str:
    """The entry that ends the one of two; its certificate points to the one that stands."""
    award = session.get_one(models.CreditEntry, one.ends.entry_id)
    found = progress_of(session, lock(session, award.participation_id), now)
    posting = Posting(
        credit_type=award.credit_type,
        kind=EntryKind.REVOKE,
        balance=Decimal(0),
        is_awarded=award.is_awarded,
        actor=confirmed.by,
        terms=award.terms,
        reason=HELD_TWICE,
    )
    row = post(session, found, posting)
    replace_certificates(session, found, row, link, StatusReason.HELD_TWICE, HELD_TWICE)
    _point_to(session, row, session.get_one(models.CreditEntry, one.stands.entry_id))
    return row.id


def _point_to(session: Session, ended: models.CreditEntry, standing: models.CreditEntry) -> None:
    """A certificate that nothing replaced says which one holds the credit, rather than that it was withdrawn: of
    several the one for the same session, else the first."""
    valid = _certificates_with(session, standing, models.Certificate.status == CertificateStatus.VALID.value)
    if not valid:
        return
    of_session = {row.session_key: row.id for row in reversed(valid)}
    for row in _certificates_with(session, ended, models.Certificate.successor_id.is_(None)):
        if row.status == CertificateStatus.REVOKED.value and row.status_reason == StatusReason.HELD_TWICE.value:
            row.status = CertificateStatus.SUPERSEDED.value
            row.successor_id = of_session.get(row.session_key, valid[0].id)
    session.flush()


def _certificates_with(
    session: Session, held: models.CreditEntry, condition: ColumnElement[bool]
) -> Sequence[models.Certificate]:
    """Those on which this credit of this claim stands, alone or among others, by number."""
    certificate, entry = models.Certificate, models.CreditEntry
    is_on_it = or_(certificate.division == Division.TOGETHER.value, entry.credit_type == held.credit_type)
    query = select(certificate).join(entry, entry.id == certificate.award_id)
    query = query.where(entry.claim_id == held.claim_id, is_on_it, condition)
    return session.scalars(query.order_by(certificate.number)).all()


def undo_merge(session: Session, actor: Actor, merge_id: str, reason: str, now: datetime) -> None:
    """Two records again, each with what it had. Callers check the capability.

    Raises ``NotFound("merge_unknown")``, ``BadInput("reason_unusable")``, and ``Refused("merge_settled")`` once nobody
    can tell any more whose is what: the merge ended credit, credit was entered after it, another merge followed, or it
    was undone before.
    """
    words = clean_reason(reason, MAX_REASON)
    table = models.LearnerMerge
    query = select(table).where(table.id == merge_id, table.provider_id == actor.provider_id).with_for_update()
    row = session.scalars(query).first() if is_row_key(merge_id) else None
    if row is None:
        raise NotFound("merge_unknown")
    _lock(session, row.kept_id, row.absorbed_id)
    if not _can_be_undone(session, row):
        raise Refused("merge_settled")
    kept_id, absorbed_id, row.undone_at = row.kept_id, row.absorbed_id, now
    session.flush()
    move_back(session, kept_id, absorbed_id, row.moved)
    detail = {"absorbed": absorbed_id, "reason": words}
    note(session, actor, "learner.merge_undone", f"learner:{kept_id}", now, detail=detail)


def _can_be_undone(session: Session, row: models.LearnerMerge) -> bool:
    entry, later = models.CreditEntry, models.LearnerMerge
    written = select(entry.id).where(entry.learner_id.in_(identities(row.kept_id)), entry.recorded_at >= row.merged_at)
    both = (row.kept_id, row.absorbed_id)
    merged_since = select(later.id).where(
        later.id != row.id,
        later.undone_at.is_(None),
        later.merged_at >= row.merged_at,
        or_(later.kept_id.in_(both), later.absorbed_id.in_(both)),
    )
    is_settled = session.scalars(written).first() or session.scalars(merged_since).first()
    return row.undone_at is None and not row.moved["ended"] and not is_settled
