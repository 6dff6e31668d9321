"""An activity's certificates by mail: who would be written to and who not, letters queued once each, how far they are.

Whoever holds several certificates of the activity gets them in one letter. Sending, pauses and giving up are the mail
service's own. A letter brings a link, never the file: the certificate waits for no mail, and a withdrawn one is not out
of reach in somebody's mailbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.services.audit import note
from lti_tool.services.certificate_filter import ALL, RegisterFilter, certificates_of
from lti_tool.services.certificate_letter import CertificatePost, written_letter
from lti_tool.services.certificate_link import LINK_LIFE, about_certificates
from lti_tool.services.certificate_register import register_activity
from lti_tool.services.mail import Cause, is_held, queue_mail
from lti_tool.services.office import Officer
from lti_tool.services.ports import Voice
from lti_tool.services.recipient import voice_for
from lti_tool.services.restriction import is_restricted

FIRST = "first"
"""Ends the key of a certificate's first letter; a later one ends with the stamp of the form that asked for it."""
MOST_TROUBLES = 50
PORTION = 500
"""So many letters' rows are read at a time."""
_Held = tuple[models.Certificate, models.Participation, models.LearnerContact]


class Silence(StrEnum):
    """Why nobody is written to about a certificate. The first that holds is told."""

    NOT_VALID = "not-valid"
    """Superseded or withdrawn."""
    RESTRICTED = "restricted"
    """Its holder's data may not be used at present (GDPR, article 18)."""
    NO_ADDRESS = "no-address"
    UNWANTED = "unwanted"
    """Its holder wants no more mail."""
    UNDER_WAY = "under-way"
    """A letter is waiting to be sent."""
    WRITTEN = "written"


class LetterState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MailPreview:
    """How many letters would be written, and how many certificates are left out of them and why."""

    fresh: int
    left_out: Mapping[Silence, int]

    @property
    def written(self) -> int:
        return self.left_out.get(Silence.WRITTEN, 0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A letter that did not get through, or not yet; ``answer`` is the mail server's."""

    certificate_id: str
    number: str
    state: LetterState
    tries: int
    answer: str


@dataclass(frozen=True, slots=True)
class MailProgress:
    """Of each certificate's newest letter. ``held``: of those that wait, the ones whose holders' data may not be used
    at present. ``troubles``: up to :data:`MOST_TROUBLES`, by number."""

    waiting: int
    held: int
    sent: int
    failed: int
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    certificate_id: str
    participation_id: str
    silence: Silence | None


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Certificates of one holder that go into one letter. ``ending``: of the letter's key."""

    certificates: tuple[str, ...]
    ending: str


def _letters(session: Session, provider_id: str, activity_id: str) -> dict[str, models.Mail]:
    """Each certificate's newest letter. Its key ends with the first of its certificates, which all name the key."""
    table, certificate = models.Mail, models.Certificate
    mine = table.key.startswith(about_certificates(activity_id), autoescape=True)
    query = select(table).where(table.provider_id == provider_id, mine).order_by(table.created_at, table.id)
    letters = {row.key: row for row in session.scalars(query)}
    found = {key.split(":")[3]: row for key, row in letters.items()}
    named = certificates_of(provider_id, activity_id).where(certificate.letter_key.is_not(None))
    keys = session.execute(named.with_only_columns(certificate.id, certificate.letter_key))
    return found | {one: letters[key] for one, key in keys if key in letters}


def _state(row: models.Mail) -> LetterState:
    return LetterState.WAITING if row.state == "sending" else LetterState(row.state)


def _silence(status: str, *, is_barred: bool, contact: models.LearnerContact | None) -> Silence | None:
    """Whatever was written before."""
    if status != CertificateStatus.VALID.value:
        return Silence.NOT_VALID
    if is_barred:
        return Silence.RESTRICTED
    if contact is None:
        return Silence.NO_ADDRESS
    return Silence.UNWANTED if contact.stopped_at else None


def _told(letter: models.Mail | None, stamp: str) -> Silence | None:
    """What earlier letters say. ``stamp``: of the form that asks again, which is heard once."""
    if letter is None:
        return None
    if _state(letter) is LetterState.WAITING:
        return Silence.UNDER_WAY
    return None if stamp and not letter.key.endswith(f":{stamp}") else Silence.WRITTEN


def _candidates(
    session: Session, provider_id: str, activity_id: str, wanted: RegisterFilter, stamp: str = ""
) -> list[_Candidate]:
    certificate, award, part, contact = (
        models.Certificate,
        models.CreditEntry,
        models.Participation,
        models.LearnerContact,
    )
    query = (
        wanted.of(certificates_of(provider_id, activity_id))
        .join(part, part.id == award.participation_id)
        .outerjoin(contact, contact.learner_id == part.learner_id)
        .with_only_columns(certificate.id, part.id, certificate.status, is_restricted(part.learner_id), contact)
        .order_by(certificate.number)
    )
    letters = _letters(session, provider_id, activity_id)
    return [
        _Candidate(
            key,
            part_id,
            _silence(status, is_barred=is_barred, contact=reached) or _told(letters.get(key), stamp),
        )
        for key, part_id, status, is_barred, reached in session.execute(query)
    ]


def _bundled(chosen: Iterable[_Candidate], ending: Callable[[str], str]) -> list[_Bundle]:
    """In the order of the certificates' numbers. ``ending``: by the first certificate of a letter."""
    held: dict[str, list[str]] = {}
    for one in chosen:
        held.setdefault(one.participation_id, []).append(one.certificate_id)
    return [_Bundle(tuple(keys), ending(keys[0])) for keys in held.values()]


def mail_preview(session: Session, officer: Officer, activity_id: str, wanted: RegisterFilter = ALL) -> MailPreview:
    """What asking for mail would do. Raises ``Forbidden`` and ``NotFound("activity_unknown")``."""
    register_activity(session, officer, activity_id)
    candidates = _candidates(session, officer.provider_id, activity_id, wanted)
    found = Counter(one.silence for one in candidates)
    fresh = len({one.participation_id for one in candidates if one.silence is None})
    return MailPreview(fresh, {silence: found[silence] for silence in Silence if found[silence]})


def mail_progress(session: Session, officer: Officer, activity_id: str) -> MailProgress:
    """How far the letters are. Raises ``Forbidden`` and ``NotFound("activity_unknown")``."""
    register_activity(session, officer, activity_id)
    letters = _letters(session, officer.provider_id, activity_id)
    counts = Counter(_state(row) for row in {row.id: row for row in letters.values()}.values())
    firsts = {row.id: key for key, row in reversed(letters.items())}
    stuck = {key: letters[key] for key in firsts.values() if letters[key].answer and letters[key].state != "sent"}
    table = models.Certificate
    numbers = select(table.id, table.number).where(table.id.in_(stuck)).order_by(table.number).limit(MOST_TROUBLES)
    troubles = tuple(
        Trouble(key, number, _state(stuck[key]), stuck[key].tries, stuck[key].answer)
        for key, number in session.execute(numbers)
    )
    waiting, sent, failed = (counts[state] for state in LetterState)
    return MailProgress(waiting, _held_back(session, officer.provider_id, activity_id), sent, failed, troubles)


def _held_back(session: Session, provider_id: str, activity_id: str) -> int:
    mine = models.Mail.key.startswith(about_certificates(activity_id), autoescape=True)
    return session.scalar(select(func.count()).where(models.Mail.provider_id == provider_id, mine, is_held())) or 0


def mail_certificates(
    session: Session,
    officer: Officer,
    activity_id: str,
    post: CertificatePost,
    now: datetime,
    *,
    wanted: RegisterFilter = ALL,
    stamp: str = "",
) -> int:
    """Queue a letter to each holder of certificates that are wanted and were in none; gives how many.

    With a ``stamp`` also for those that have had one; the same stamp is heard once. Raises ``Forbidden`` and
    ``NotFound("activity_unknown")``.
    """
    _take_turn(session, officer, activity_id)
    found = _candidates(session, officer.provider_id, activity_id, wanted, stamp)
    chosen = _bundled((one for one in found if one.silence is None), lambda first: stamp or FIRST)
    _write_all(session, officer, activity_id, post, chosen, now)
    return len(chosen)


def mail_again(session: Session, officer: Officer, activity_id: str, post: CertificatePost, now: datetime) -> int:
    """Write the letters anew that were given up, as far as they may still be sent; gives how many."""
    _take_turn(session, officer, activity_id)
    letters = _letters(session, officer.provider_id, activity_id)
    failed = {key: row for key, row in letters.items() if row.state == LetterState.FAILED.value}
    # As if these had never been written: what else keeps a letter back is asked again.
    session.execute(delete(models.Mail).where(models.Mail.id.in_([row.id for row in failed.values()])))
    found = _candidates(session, officer.provider_id, activity_id, ALL)
    again = (one for one in found if one.certificate_id in failed and one.silence in (None, Silence.WRITTEN))
    chosen = _bundled(again, lambda first: failed[first].key.rpartition(":")[2])
    _write_all(session, officer, activity_id, post, chosen, now)
    return len(chosen)


def _take_turn(session: Session, officer: Officer, activity_id: str) -> None:
    """Two who ask for the same activity's mail wait for each other."""
    register_activity(session, officer, activity_id)
    query = select(models.Activity.id).where(models.Activity.id == activity_id)
    session.execute(query.with_for_update(key_share=True))


def _write_all(
    session: Session,
    officer: Officer,
    activity_id: str,
    post: CertificatePost,
    chosen: Sequence[_Bundle],
    now: datetime,
) -> None:
    @cache
    def voice(language: str) -> Voice:
        return voice_for(session, post.voices, officer.provider_id, language)

    held: dict[str, _Held] = {}
    for number, one in enumerate(chosen):
        if number % PORTION == 0:
            portion = chosen[number : number + PORTION]
            held = _held(session, [key for bundle in portion for key in bundle.certificates])
        rows = [held[key][0] for key in one.certificates]
        _, part, contact = held[one.certificates[0]]
        to = post.sealer.open(contact.sealed)
        letter = written_letter(session, post, rows, part, voice(part.learner.locale), now)
        key = f"{about_certificates(activity_id, part.id)}{rows[0].id}:{one.ending}"
        cause = Cause(part.learner_id, now + LINK_LIFE, rows[0].id)
        queue_mail(session, officer.provider_id, to, letter, now, cause, key=key)
        for row in rows:
            row.letter_key = key
    session.flush()
    if chosen:
        detail = {"letters": len(chosen)}
        subject = f"activity:{activity_id}"
        note(session, officer, "certificates.mailed", subject, now, activity_id=activity_id, detail=detail)


def _held(session: Session, keys: Sequence[str]) -> dict[str, _Held]:
    """By certificate."""
    certificate, award, part = models.Certificate, models.CreditEntry, models.Participation
    query = (
        select(certificate, part, models.LearnerContact)
        .join(award, award.id == certificate.award_id)
        .join(part, part.id == award.participation_id)
        .join(models.LearnerContact, models.LearnerContact.learner_id == part.learner_id)
        .where(certificate.id.in_(keys))
    )
    return {row.id: (row, its_part, contact) for row, its_part, contact in session.execute(query)}
