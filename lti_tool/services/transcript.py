"""A learner's transcript: all that stands in the ledger for them at this provider, and what they can still claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import credit_name
from lti_tool.db import models
from lti_tool.db.load import current_accounts, identities
from lti_tool.domain.activity import Step
from lti_tool.domain.ledger import Entry, balance, is_expired, live_award
from lti_tool.domain.standing import StepState
from lti_tool.domain.transcript import OwedClaim, Transcript, TranscriptLine, ValidCertificate
from lti_tool.services.award_paper import AwardPapers
from lti_tool.services.participation import progress_of
from lti_tool.services.session import Visit

HOPELESS = frozenset({"expired", "closed", "credit_ended", "credited_elsewhere", "nothing_to_claim"})
"""What no step of the learner's clears: such an activity is not among those that are still to be claimed."""


def transcript(session: Session, provider_id: str, learner_id: str) -> tuple[TranscriptLine, ...]:
    """Of a person, under whichever identity it was recorded; newest first."""
    table = models.CreditEntry
    query = (
        select(table, models.Activity.title)
        .join(models.Activity, models.Activity.id == table.activity_id)
        .where(table.learner_id.in_(identities(learner_id)), table.provider_id == provider_id)
    )
    rows = session.execute(query).all()
    titles = {row.activity_id: title for row, title in rows}
    papers = AwardPapers.load(session, table.learner_id.in_(identities(learner_id)))
    kinds = {row.id: str(row.terms.get("offer", {}).get("variant", "")) for row, _ in rows}
    found = current_accounts((row for row, _ in rows), learner_id)
    lines = (_line(titles[activity_id], chain, papers, kinds) for (activity_id, _), chain in found.items())
    return tuple(sorted(lines, key=lambda line: (line.at, line.activity_title, line.credit_type), reverse=True))


def _line(title: str, chain: tuple[Entry, ...], papers: AwardPapers, kinds: Mapping[str, str]) -> TranscriptLine:
    live = live_award(chain)
    last = live or chain[-1]
    found, kind = papers.of(last), kinds[last.id]
    return TranscriptLine(
        title,
        last.credit_type,
        f"{credit_name(last.credit_type)} ({kind})" if kind else credit_name(last.credit_type),
        balance(chain),
        last.is_awarded,
        live is not None,
        is_expired(chain),
        last.at,
        max((paper.completed_on for paper in found), default=last.at.date()),
        tuple(ValidCertificate(paper.number, paper.code) for paper in found if live and paper.is_valid),
    )


def own_transcript(session: Session, visit: Visit) -> tuple[TranscriptLine, ...]:
    """The visitor's own."""
    return transcript(session, visit.provider_id, visit.learner_id)


def whole_transcript(session: Session, provider_id: str, learner_id: str, now: datetime) -> Transcript:
    """Everything of one person at one provider."""
    row = session.get_one(models.Learner, learner_id)
    return Transcript(
        session.get_one(models.Provider, provider_id).name,
        row.printed_name or row.lms_name,
        transcript(session, provider_id, learner_id),
        owed_claims(session, learner_id, now),
        now,
    )


def owed_claims(session: Session, learner_id: str, now: datetime) -> tuple[OwedClaim, ...]:
    """Activities that the person began, that have given nothing yet and still can; by title.

    Of two identities that began the same activity the one that stays counts.
    """
    table = models.Participation
    query = select(table).where(table.learner_id.in_(identities(learner_id)), table.is_trial.is_(False))
    rows = {
        row.activity_id: row for row in sorted(session.scalars(query), key=lambda row: row.learner_id == learner_id)
    }
    found = (_owed(session, row, now) for row in rows.values())
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.activity_title))


def _owed(session: Session, row: models.Participation, now: datetime) -> OwedClaim | None:
    here = progress_of(session, row, now)
    claim = here.standing.of(Step.CLAIM)
    is_hopeless = any(blocker.code in HOPELESS for blocker in claim.blockers)
    if claim.state is StepState.DONE or here.record.claims or is_hopeless:
        return None
    return OwedClaim(here.activity.title, claim.blockers)
