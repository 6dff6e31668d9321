"""A learner's transcript: all that stands in the ledger for them at this provider, and what they can still claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue import named_credit
from lti_tool.db import models
from lti_tool.db.load import current_accounts, identities
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.ledger import Entry, balance, is_expired, live_award
from lti_tool.domain.transcript import Transcript, TranscriptLine
from lti_tool.domain.wire import read_certificate
from lti_tool.services.owed_claim import owed_claims
from lti_tool.services.session import Visit


@dataclass(frozen=True, slots=True)
class _Paper:
    """What certificates say of one claim. ``number`` and ``code`` are those of the valid one, if there is one."""

    completed_on: date
    number: str = ""
    code: str = ""


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
    papers = _papers(session, provider_id, learner_id)
    kinds = {row.id: str(row.terms.get("offer", {}).get("variant", "")) for row, _ in rows}
    found = current_accounts((row for row, _ in rows), learner_id)
    lines = (_line(titles[activity_id], chain, papers, kinds) for (activity_id, _), chain in found.items())
    return tuple(sorted(lines, key=lambda line: (line.at, line.activity_title, line.credit_type), reverse=True))


def _papers(session: Session, provider_id: str, learner_id: str) -> dict[str, _Paper]:
    """By claim. Where none is valid, the newest still says on which day the activity was completed."""
    table, award = models.Certificate, models.CreditEntry
    query = (
        select(award.claim_id, table)
        .join(award, award.id == table.award_id)
        .where(award.learner_id.in_(identities(learner_id)), table.provider_id == provider_id)
        .order_by(table.issued_at, table.number)
    )
    found: dict[str, _Paper] = {}
    for claim_id, row in session.execute(query):
        completed = read_certificate(row.body).completed_on
        if row.status == CertificateStatus.VALID.value:
            found[claim_id] = _Paper(completed, row.number, row.code)
        elif claim_id not in found or not found[claim_id].number:
            found[claim_id] = _Paper(completed)
    return found


def _line(
    title: str, chain: tuple[Entry, ...], papers: Mapping[str, _Paper], kinds: Mapping[str, str]
) -> TranscriptLine:
    live = live_award(chain)
    last = live or chain[-1]
    paper, kind = papers.get(last.claim_id), kinds[last.id]
    return TranscriptLine(
        title,
        last.credit_type,
        named_credit(last.credit_type, kind),
        balance(chain),
        last.is_awarded,
        live is not None,
        is_expired(chain),
        last.at,
        paper.completed_on if paper else last.at.date(),
        paper.number if paper and live else "",
        paper.code if paper and live else "",
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
