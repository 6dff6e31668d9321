"""Which certificates bear the credit of an award: one that it shares with others, its own, or one for each session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.division import Division
from lti_tool.domain.ledger import Entry

COMPLETED_ON = models.Certificate.body["body"]["completed_on"].as_string()


@dataclass(frozen=True, slots=True)
class AwardPaper:
    """What lists say of a certificate."""

    number: str
    code: str
    status: str
    completed_on: date

    @property
    def is_valid(self) -> bool:
        return self.status == CertificateStatus.VALID.value


@dataclass(frozen=True, slots=True)
class AwardPapers:
    """All certificates of some awards, by claim and credit type, oldest first; without type where they share one."""

    found: dict[tuple[str, str], list[AwardPaper]] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, awards: ColumnElement[bool]) -> AwardPapers:
        """``awards``: which entries of the ledger."""
        table, award = models.Certificate, models.CreditEntry
        query = (
            select(
                award.claim_id, award.credit_type, table.division, table.number, table.code, table.status, COMPLETED_ON
            )
            .join(award, award.id == table.award_id)
            .where(awards)
            .order_by(table.issued_at, table.number)
        )
        papers = cls()
        for claim_id, credit_type, division, number, code, status, completed in session.execute(query):
            key = claim_id, "" if division == Division.TOGETHER.value else credit_type
            paper = AwardPaper(number, code, status, date.fromisoformat(completed))
            papers.found.setdefault(key, []).append(paper)
        return papers

    def of(self, award: Entry) -> tuple[AwardPaper, ...]:
        """Those that are valid; where none is, the newest."""
        keys = ((award.claim_id, ""), (award.claim_id, award.credit_type))
        known = [paper for key in keys for paper in self.found.get(key, ())]
        return tuple(paper for paper in known if paper.is_valid) or tuple(known[-1:])
