"""Which certificates a list, an export or an archive is about: conditions on the provider's log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.credit import Degree
from lti_tool.domain.division import Division
from lti_tool.services.office import Officer

MAX_SEARCH = 100
NAME = models.Certificate.body["body"]["learner_name"].as_string()
DEGREE = models.CreditEntry.terms["profile"]["degree"].as_string()
"""As it was when the credit was awarded."""


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which certificates are wanted; what is left out filters nothing. Days are in UTC, both included."""

    search: str = ""
    """Part of a number or name."""
    status: CertificateStatus | None = None
    issued_from: date | None = None
    issued_until: date | None = None
    activity_id: str = ""
    credit_type: str = ""
    """One of those that it prints."""
    degree: Degree | None = None
    is_mailed: bool | None = None
    """A letter with a link to it was sent. The tool remembers letters as long as sent mail is kept."""

    def of(self, query: Select[Any]) -> Select[Any]:
        """``query`` of certificates, joined with their first award, with these conditions."""
        return query.where(*self._conditions())

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        table, award = models.Certificate, models.CreditEntry
        if wanted := self.search.strip()[:MAX_SEARCH]:
            number = table.number.icontains(wanted, autoescape=True)
            yield or_(number, NAME.icontains(wanted, autoescape=True))
        if self.status is not None:
            yield table.status == self.status.value
        if self.issued_from is not None:
            yield table.issued_at >= _midnight(self.issued_from)
        if self.issued_until is not None and self.issued_until < date.max:
            yield table.issued_at < _midnight(self.issued_until + timedelta(days=1))
        if self.activity_id:
            yield award.activity_id == self.activity_id
        if self.credit_type:
            yield _prints(self.credit_type)
        if self.degree is not None:
            yield self.degree.value == DEGREE
        if self.is_mailed is not None:
            yield was_mailed() if self.is_mailed else ~was_mailed()


ALL = RegisterFilter()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _prints(credit_type: str) -> ColumnElement[bool]:
    """Its award's, or another one of the same claim where these share a certificate."""
    award, other = models.CreditEntry, aliased(models.CreditEntry)
    beside = exists().where(other.claim_id == award.claim_id, other.credit_type == credit_type, other.kind == "award")
    is_shared = models.Certificate.division == Division.TOGETHER.value
    return or_(award.credit_type == credit_type, and_(is_shared, beside))


def was_mailed() -> ColumnElement[bool]:
    """For queries of certificates: alone, or with others in one letter."""
    mail, table = models.Mail, models.Certificate
    alone = exists().where(mail.certificate_id == table.id, mail.state == "sent")
    bundled = exists().where(mail.provider_id == table.provider_id, mail.key == table.letter_key, mail.state == "sent")
    return or_(alone, bundled)


def certificates_of(provider_id: str, activity_id: str = "") -> Select[models.Certificate]:
    """All certificates of an activity, or of the provider, joined with their first award."""
    certificate, award = models.Certificate, models.CreditEntry
    query = (
        select(certificate).join(award, award.id == certificate.award_id).where(certificate.provider_id == provider_id)
    )
    return query.where(award.activity_id == activity_id) if activity_id else query


def managed_certificates(officer: Officer) -> Select[models.Certificate]:
    """The same over all activities whose certificates this officer manages. Raises ``Forbidden``."""
    officer.require(Capability.MANAGE_CERTIFICATES)
    query = certificates_of(officer.provider_id)
    if officer.powers.may_everywhere(Capability.MANAGE_CERTIFICATES):
        return query
    grants = officer.powers.grants
    own = sorted(one.activity_id for one in grants if one.capability is Capability.MANAGE_CERTIFICATES)
    return query.where(models.CreditEntry.activity_id.in_(own))
