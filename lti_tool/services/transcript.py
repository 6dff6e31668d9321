"""A learner's transcript: all that stands in the ledger for them at this provider, and what they can still claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import named_credit
from lti_tool.db import models
from lti_tool.db.load import current_accounts, identities
from lti_tool.domain.ledger import Entry, balance, is_expired, live_award
from lti_tool.domain.transcript import Transcript, TranscriptLine, ValidCertificate
from lti_tool.services.award_paper import AwardPapers
from lti_tool.services.owed_claim import owed_claims
from lti_tool.services.session import Visit


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
        named_credit(last.credit_type, kind),
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
        owed_claims(session, provider_id, learner_id, now),
        now,
    )
