"""Two identities that may be one person: whether they can be merged at all, and what both of them hold.

Nothing here guesses: that two identities are one person is said by staff, or by the person through their mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, current_accounts, identities
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.ledger import balance, live_award
from lti_tool.domain.merge import Doubled, Held, doubled
from lti_tool.domain.standing import StepState
from lti_tool.services.participation import Progress, progress_of
from lti_tool.services.row_key import is_row_key

Pair = tuple[models.Learner, models.Learner]


def merge_pair(session: Session, provider_id: str, kept_id: str, absorbed_id: str) -> Pair:
    """Both rows. Raises ``NotFound("learner_unknown")``, ``Refused`` (``merge_of_one``, ``merged_already``,
    ``merge_of_staff``: whoever works in the office keeps that identity)."""
    kept, absorbed = (_own(session, provider_id, key) for key in (kept_id, absorbed_id))
    if kept is absorbed:
        raise Refused("merge_of_one")
    if kept.merged_into or absorbed.merged_into:
        raise Refused("merged_already")
    if _is_in_office(session, absorbed.id):
        raise Refused("merge_of_staff")
    return kept, absorbed


def _own(session: Session, provider_id: str, key: str) -> models.Learner:
    row = session.get(models.Learner, key, populate_existing=True) if is_row_key(key) else None
    if row is None or row.provider_id != provider_id:
        raise NotFound("learner_unknown")
    return row


def _is_in_office(session: Session, learner_id: str) -> bool:
    grant = models.OfficeGrant
    granted = select(grant.id).where(grant.person_id == learner_id, grant.revoked_at.is_(None))
    has_account = session.get(models.OfficeAccount, learner_id) is not None
    return has_account or session.scalars(granted).first() is not None


def held_awards(session: Session, learner_id: str) -> tuple[Held, ...]:
    """Every live award of a person."""
    table = models.CreditEntry
    rows = session.scalars(select(table).where(table.learner_id.in_(identities(learner_id)))).all()
    found = []
    for (activity_id, credit_type), chain in sorted(current_accounts(rows, learner_id).items()):
        live = live_award(chain)
        if live is not None:
            found.append(Held(live.id, activity_id, credit_type, balance(chain), live.is_awarded, live.at))
    return tuple(found)


def doubled_awards(session: Session, kept_id: str, absorbed_id: str) -> tuple[Doubled, ...]:
    """Credit that both hold for the same education."""
    first, second = held_awards(session, kept_id), held_awards(session, absorbed_id)
    names = {key: _names(session, key) for key in {one.activity_id for one in (*first, *second)}}

    def is_same(one: str, other: str) -> bool:
        (key, others), (other_key, its_others) = names[one], names[other]
        return one == other or other_key in others or key in its_others

    return doubled(first, second, is_same)


def _names(session: Session, activity_id: str) -> tuple[str, tuple[str, ...]]:
    row = session.get_one(models.Activity, activity_id)
    return row.key, tuple(activity_value(session, row.id, row.version).equivalents)


def lost_progress(session: Session, kept_id: str, absorbed_id: str, now: datetime) -> tuple[str, ...]:
    """Titles of activities without credit in which the record to be taken in is further: its steps would be lost."""
    found = []
    for kept, absorbed in _both_began(session, kept_id, absorbed_id):
        here, there = progress_of(session, kept, now), progress_of(session, absorbed, now)
        has_credit = here.record.claims or there.record.claims
        if not has_credit and _done(there) > _done(here):
            found.append(there.activity.title)
    return tuple(found)


def _both_began(session: Session, kept_id: str, absorbed_id: str) -> Sequence[tuple[models.Participation, ...]]:
    """Participations in the same activity: that of the record that stays, and the other."""
    table = models.Participation
    query = select(table).where(table.learner_id.in_((kept_id, absorbed_id)), table.is_trial.is_(False))
    by_activity: dict[str, dict[str, models.Participation]] = {}
    for row in session.scalars(query.order_by(table.activity_id)):
        by_activity.setdefault(row.activity_id, {})[row.learner_id] = row
    return [(own[kept_id], own[absorbed_id]) for own in by_activity.values() if {kept_id, absorbed_id} == own.keys()]


def _done(progress: Progress) -> int:
    return sum(step.state is StepState.DONE for step in progress.standing.steps)
