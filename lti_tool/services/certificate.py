"""Certificates: issued with the award, printed once, shown to their owner, verified by anybody who has the code."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from babel.dates import format_date
from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.catalogue import certificate_title
from lti_tool.db import models
from lti_tool.db.load import identities
from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate, CertificateStatus, StatusReason
from lti_tool.domain.design import DEFAULT_DESIGN, Design
from lti_tool.domain.division import Division
from lti_tool.domain.errors import NotFound
from lti_tool.domain.learner import Profile
from lti_tool.domain.wire import read_certificate, write_certificate
from lti_tool.services.certificate_sessions import SessionPrint, printed_sessions, session_note
from lti_tool.services.certificate_text import (
    Printing,
    certificate_sentence,
    certificate_statements,
    credit_lines,
    small_print,
    teaching_note,
    worded_printing,
)
from lti_tool.services.design import current_design, printed_design
from lti_tool.services.session import Visit

Link = Callable[[str], str]
"""From a verification code to the absolute address of its page."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 without i, l, o, u: a code can be typed from paper."""
CODE_LENGTH = 26
"""130 random bits."""
_LOOKALIKES = str.maketrans("ilo", "110", " -")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KEY = re.compile(r"[0-9a-f]{32}")
_HAN_FORMS = {"JP": "ja", "KR": "ko", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant"}
"""Countries whose printed forms of Han characters differ from the simplified ones."""


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate as its owner and a verifier see it. ``certificate`` holds the frozen values."""

    id: str
    code: str
    status: CertificateStatus
    certificate: Certificate
    pdf_hash: str | None
    """SHA-256 in hex of the printed file, ``None`` before the first download."""
    provider_id: str
    issued_at: datetime
    status_at: datetime | None = None
    """When it ceased to be valid."""
    status_reason: StatusReason | None = None
    successor_code: str = ""
    """Code of the certificate that replaced it."""


def new_code() -> str:
    """An unguessable verification code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy_code(typed: str) -> str:
    """A code as typed from paper: case, blanks, hyphens and look-alikes do not matter; ``""`` if it cannot be one."""
    code = typed[: 2 * CODE_LENGTH].casefold().translate(_LOOKALIKES)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def learner_language(learner: models.Learner, country: str) -> str:
    """Best guess at the language of the learner's name, ``""`` if there is none."""
    tag = learner.locale.replace("_", "-")
    return _HAN_FORMS.get(country) or (tag if _LANGUAGE.fullmatch(tag) else "")


def text_language(activity: Activity) -> str:
    """The accreditors' sentences exist in English; the activity's own kind of English decides how dates are written."""
    tag = activity.language.replace("_", "-")
    return tag if tag.split("-")[0].lower() == "en" and _LANGUAGE.fullmatch(tag) else "en"


def written_date(day: date, language: str) -> str:
    """A date in words, e.g. ``November 24, 2026``."""
    region = language.replace("-", "_") if language in ("en-GB", "en-AU", "en-IE", "en-NZ", "en-ZA", "en-IN") else "en"
    return str(format_date(day, "long", locale=region))


def compose(
    activity: Activity,
    profile: Profile,
    printing: Printing,
    *,
    number: str,
    verify_url: str,
    design: Design = DEFAULT_DESIGN,
    is_specimen: bool = False,
) -> Certificate:
    """Everything that is printed (AMA PRA, required fields of documentation: rules 1.6), from the edition in force on
    the day of designation."""
    printing = worded_printing(activity, printing)
    first, provider, language = printing.lines[0], activity.provider, text_language(activity)
    written = partial(written_date, language=language)
    statements = certificate_statements(activity, printing)
    notes = (
        *(note for one in printing.lines if (note := small_print(activity, one)) is not None),
        *(note for one in printing.lines if (note := teaching_note(one)) is not None),
    )
    if printing.session is not None:
        sessions = SessionPrint((session_note(printing.session, written),))
    else:
        sessions = printed_sessions(printing.lines, written, (*statements, *notes))
    return Certificate(
        number=number,
        verify_url=verify_url,
        language=language,
        title=certificate_title(first.credit, is_awarded=first.is_awarded),
        learner_name=profile.printed_name,
        degree=profile.printed_degree,
        sentence=certificate_sentence(activity, profile, printing, written(printing.completed_on)),
        activity_title=activity.title,
        learning_format=activity.format.value,
        location=activity.location,
        provider_name=provider.name,
        provider_contact=provider.contact,
        completed_on=printing.completed_on,
        issued_on=printing.issued_on,
        released_on=activity.released_on,
        expires_on=activity.expires_on,
        credits=tuple(line for one in printing.lines for line in credit_lines(one)),
        statements=statements,
        notes=(*notes, *sessions.notes),
        sessions=sessions.lines,
        signatory_name=provider.signatory.name,
        signatory_title=provider.signatory.title,
        template=design.template,
        is_specimen=is_specimen,
        learner_language=printing.learner_language,
        design=design,
    )


def next_number(session: Session, provider_id: str, year: int) -> str:
    """The provider's next number of the year. Taken back when the transaction is: no gaps, no doubles."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table = models.CertificateCounter
    first = dialect.insert(table).values(provider_id=provider_id, year=year, last=1)
    query = first.on_conflict_do_update(index_elements=["provider_id", "year"], set_={"last": table.last + 1})
    count = session.execute(query.returning(table.last)).scalar_one()
    return f"{year}-{provider_id[:8].upper()}-{count:06d}"


def issue(
    session: Session,
    award: models.CreditEntry,
    activity: Activity,
    profile: Profile,
    printing: Printing,
    link: Link,
    now: datetime,
    division: Division = Division.TOGETHER,
) -> models.Certificate:
    """Freeze a certificate of a claim, in the claim's own transaction. ``award`` is the first of those it prints."""
    provider_id = award.provider_id
    number, code = next_number(session, provider_id, printing.issued_on.year), new_code()
    design = current_design(session, provider_id)
    design = printed_design(session, provider_id, design, activity.provider.signatory)
    certificate = compose(activity, profile, printing, number=number, verify_url=link(code), design=design)
    key = "" if printing.session is None else printing.session.key
    return add_certificate(session, award.id, provider_id, certificate, code, now, Part(division, key))


@dataclass(frozen=True, slots=True)
class Part:
    """What of its claim a certificate is for. ``session_key``: of the one session, ``""`` for no single one."""

    division: Division
    session_key: str = ""


def add_certificate(
    session: Session,
    award_id: str,
    provider_id: str,
    certificate: Certificate,
    code: str,
    now: datetime,
    part: Part,
) -> models.Certificate:
    """Store a certificate as the valid one of its award, or of a session of it."""
    row = models.Certificate(
        award_id=award_id,
        division=part.division.value,
        session_key=part.session_key,
        provider_id=provider_id,
        number=certificate.number,
        code=code,
        body=write_certificate(certificate),
        status=CertificateStatus.VALID.value,
        issued_at=now,
    )
    session.add(row)
    session.flush()
    return row


def issued_value(session: Session, row: models.Certificate) -> IssuedCertificate:
    """The row as a value."""
    successor = session.get(models.Certificate, row.successor_id) if row.successor_id else None
    return IssuedCertificate(
        id=row.id,
        code=row.code,
        status=CertificateStatus(row.status),
        certificate=read_certificate(row.body),
        pdf_hash=row.pdf_hash,
        provider_id=row.provider_id,
        issued_at=row.issued_at,
        status_at=row.status_at,
        status_reason=StatusReason(row.status_reason) if row.status_reason else None,
        successor_code=successor.code if successor else "",
    )


def issued_certificates(session: Session, visit: Visit) -> tuple[IssuedCertificate, ...]:
    """The visitor's certificates for the placement's activity, oldest first. They outlive the activity's expiry."""
    rows = session.scalars(_own(visit).order_by(models.Certificate.number))
    return tuple(issued_value(session, row) for row in rows)


def valid_certificates(issued: Iterable[IssuedCertificate]) -> tuple[IssuedCertificate, ...]:
    """Those that are neither withdrawn nor replaced."""
    return tuple(one for one in issued if one.status is CertificateStatus.VALID)


def own_certificate(session: Session, visit: Visit, certificate_id: str) -> IssuedCertificate:
    """Raises ``NotFound("certificate_unknown")`` also for somebody else's certificate and another activity's."""
    is_key = _KEY.fullmatch(certificate_id)
    row = session.scalars(_own(visit).where(models.Certificate.id == certificate_id)).first() if is_key else None
    if row is None:
        raise NotFound("certificate_unknown")
    return issued_value(session, row)


def _own(visit: Visit) -> Select[models.Certificate]:
    return (
        select(models.Certificate)
        .join(models.CreditEntry, models.CreditEntry.id == models.Certificate.award_id)
        .where(models.CreditEntry.learner_id.in_(identities(visit.learner_id)))
        .where(models.CreditEntry.activity_id == visit.activity_id)
        .where(models.Certificate.provider_id == visit.provider_id)
    )


def verify(session: Session, typed: str) -> IssuedCertificate | None:
    """What anybody with the code may know; ``None`` for a code that was never given out."""
    code = tidy_code(typed)
    row = session.scalars(select(models.Certificate).where(models.Certificate.code == code)).first()
    return None if row is None else issued_value(session, row)


def is_unaltered(issued: IssuedCertificate, digest: str) -> bool:
    """The file with this SHA-256 is the one that was handed out."""
    return hmac.compare_digest(issued.pdf_hash or "", digest)
