"""A learner who has done everything but the claim, in a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.catalogue import statements
from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity, Content, ContentItem, ContentKind, Requirement, Step
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.credit import Degree
from lti_tool.domain.design import TemplateChoice
from lti_tool.domain.disclosure import information_page
from lti_tool.domain.issuer import IssuerKey
from lti_tool.domain.page_markup import OwnWords
from lti_tool.domain.wire import write_activity, write_value
from lti_tool.services.credit import Claimed, ClaimForm, claim_credit, claim_view
from lti_tool.services.issuer import IssuerKeys
from lti_tool.services.ports import CertificateSeal
from lti_tool.services.press import Press
from lti_tool.services.session import Visit
from tests.unit.lti_tool.certificates.sealing import key as signing_key
from tests.unit.lti_tool.domain.builders import AMA, activity, attempt

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PAGE_ONLY = Content((ContentItem("page", ContentKind.PAGE, "Page", body="Read."),))


def link(code: str) -> str:
    return f"https://cme.example.org/verify/{code}"


@dataclass(frozen=True)
class PrintedFile:
    pdf: bytes
    sha256: str
    template: str
    own_words: tuple[OwnWords, ...] = ()


@dataclass
class PrinterDouble:
    """Prints the frozen values as text, counts, and can be closed."""

    error: Exception | None = None
    printed: list[str] = field(default_factory=list)

    def render(
        self, certificate: Certificate, assets: Mapping[str, bytes] = {}, badges: Mapping[str, str] = {}
    ) -> PrintedFile:
        if self.error is not None:
            raise self.error
        self.printed.append(certificate.number)
        pdf = f"%PDF {certificate.number} {certificate.sentence.plain} {len(self.printed)}".encode()
        return PrintedFile(pdf, sha256(pdf).hexdigest(), certificate.template)

    def templates(self) -> tuple[TemplateChoice, ...]:
        return CertificateRenderer().templates()

    def starting_markup(self, template: str) -> str:
        return CertificateRenderer().starting_markup(template)

    def words_of(self, markup: str) -> tuple[OwnWords, ...]:
        return CertificateRenderer().words_of(markup)

    def unprintable(self, text: str) -> str:
        return "".join(character for character in text if character in "\u0f00\u1400")


class SealDouble:
    """Signs by saying so."""

    def sign(self, pdf: bytes, key: IssuerKey, now: datetime) -> bytes:
        return pdf + f" sealed by {key.kid} at {now:%H:%M}".encode()


def press(sessions: Sessions, printer: PrinterDouble, seal: CertificateSeal | None = None) -> Press:
    """A press that prints with the double and knows one key."""
    return Press(
        sessions=sessions,
        printer=printer,
        seal=seal or SealDouble(),
        badges=BadgeSigner(),
        keys=IssuerKeys(sessions, Sealer("s" * 32)),
        make_key=lambda provider_name, now: signing_key(),
        address=lambda provider_id: f"https://cme.example.org/issuers/{provider_id}",
        clock=lambda: NOW,
    )


@dataclass(frozen=True)
class World:
    """One provider, course and activity; learners are added at will."""

    sessions: Sessions
    provider_id: str
    deployment_id: str
    platform_id: str
    course_id: str
    placement_id: str
    activity_id: str
    activity: Activity

    def visit(self, learner_id: str, **changes: Any) -> Visit:
        made = Visit(
            session_id="s" * 32,
            provider_id=self.provider_id,
            deployment_id=self.deployment_id,
            platform_id=self.platform_id,
            course_id=self.course_id,
            placement_id=self.placement_id,
            activity_id=self.activity_id,
            step=None,
            learner_id=learner_id,
            is_staff=False,
            locale="en",
            platform_origin="https://lms.example.org",
            frame_origins=(),
            document_target="iframe",
            return_url=None,
            deep_linking=None,
        )
        return replace(made, **changes)

    def learner(
        self,
        name: str = "Ada Byron",
        degree: Degree | None = Degree.MD,
        *,
        is_ready: bool = True,
        is_trial: bool = False,
        country: str = "US",
        locale: str = "en",
    ) -> Visit:
        """A visitor; ``is_ready`` has done every step before the claim; ``degree=None`` confirmed no particulars."""
        with transaction(self.sessions) as db:
            count = db.scalar(select(func.count()).select_from(models.Learner))
            row = models.Learner(
                provider_id=self.provider_id,
                issuer="https://lms.example.org",
                subject=f"u{count}",
                lms_name=name,
                locale=locale,
                created_at=NOW,
            )
            if degree is not None:
                row.printed_name, row.degree, row.country, row.confirmed_at = name, degree.value, country, NOW
            db.add(row)
            db.flush()
            if is_ready:
                part = models.Participation(
                    learner_id=row.id, activity_id=self.activity_id, version=1, is_trial=is_trial, started_at=NOW
                )
                db.add(part)
                do_everything(db, part, self.activity)
            return self.visit(row.id, is_staff=is_trial)

    def form(self, visit: Visit, amount: str = "1.00", **changes: Any) -> ClaimForm:
        """A claim as the page of this moment would send it."""
        with transaction(self.sessions) as db:
            view = claim_view(db, visit, NOW)
        return replace(ClaimForm({AMA: amount}, True, view.profile_digest), **changes)

    def claim(self, visit: Visit, amount: str = "1.00", now: datetime = NOW, **changes: Any) -> Claimed:
        form = self.form(visit, amount, **changes)
        with transaction(self.sessions) as db:
            return claim_credit(db, visit, form, link, now)

    def counts(self) -> tuple[int, int, int]:
        """Awards, certificates, and the last number given out."""
        with transaction(self.sessions) as db:
            awards = db.scalar(select(func.count()).select_from(models.CreditEntry)) or 0
            certificates = db.scalar(select(func.count()).select_from(models.Certificate)) or 0
            return awards, certificates, db.scalar(select(func.sum(models.CertificateCounter.last))) or 0


def do_everything(db: Session, part: models.Participation, made: Activity, now: datetime = NOW) -> None:
    """The facts of somebody who has done every step before the claim."""
    part.content_finished_at = now - timedelta(hours=1)
    db.flush()
    page = information_page(made, statements(made, made.designated_on))
    text = {"body": page.as_record(), "first_shown_at": now}
    insert_once(db, models.ShownText, {"fingerprint": page.fingerprint}, text)
    db.add(
        models.Acknowledgement(
            participation_id=part.id, fingerprint=page.fingerprint, version=1, locale="en", acknowledged_at=now
        )
    )
    db.add(models.Study(participation_id=part.id, item="page", first_opened_at=now))
    db.add(models.EvaluationReceipt(participation_id=part.id, submitted_at=now - timedelta(minutes=5)))
    db.add(_passed(part.id, now))


def _passed(participation_id: str, now: datetime) -> models.Attempt:
    done = attempt()
    answers = [models.Answer(question=key, value=value, saved_at=now) for key, value in done.answers.items()]
    return models.Attempt(
        participation_id=participation_id,
        test=done.test.value,
        number=1,
        form=[write_value(item) for item in done.form],
        started_at=now - timedelta(minutes=40),
        submitted_at=now - timedelta(minutes=30),
        answers=answers,
    )


def short_activity(**changes: Any) -> Activity:
    """The builders' activity with one page to read and no pre-test."""
    requirements = dict.fromkeys(
        (Step.INFORMATION, Step.CONTENT, Step.POST_TEST, Step.EVALUATION), Requirement.REQUIRED
    )
    return activity(**{"content": PAGE_ONLY, "pre_test": None, "requirements": requirements, **changes})


@contextmanager
def opened_world(url: str, **changes: Any) -> Iterator[World]:
    """A fresh world in the migrated database at ``url``; ``changes`` vary the activity."""
    engine = make_engine(url)
    try:
        yield _made_world(make_sessions(engine), changes)
    finally:
        engine.dispose()


def _made_world(sessions: Sessions, changes: Mapping[str, Any]) -> World:
    made = short_activity(**changes)
    with transaction(sessions) as db:
        return _filled(db, sessions, made)


def _filled(db: Session, sessions: Sessions, made: Activity) -> World:
    provider = models.Provider(name=made.provider.name, created_at=NOW)
    platform = models.Platform(
        issuer="https://lms.example.org",
        client_id="c",
        authorization_url="https://lms.example.org/a",
        token_url="https://lms.example.org/t",
        keyset_url="https://lms.example.org/k",
        family="generic",
        created_at=NOW,
    )
    row = models.Activity(key=made.key, title=made.title, version=1, created_at=NOW)
    db.add_all([provider, platform])
    db.flush()
    row.provider_id = provider.id
    deployment = models.Deployment(platform_id=platform.id, provider_id=provider.id, deployment_id="1", created_at=NOW)
    db.add_all([row, deployment])
    db.flush()
    db.add(
        models.ActivityVersion(
            activity_id=row.id, number=1, definition=write_activity(made), content_hash=row.id, created_at=NOW
        )
    )
    course = models.Course(deployment_id=deployment.id, context_id="c1", created_at=NOW)
    db.add(course)
    db.flush()
    placement = models.Placement(course_id=course.id, resource_link_id="r1", activity_id=row.id, created_at=NOW)
    db.add(placement)
    db.flush()
    return World(sessions, provider.id, deployment.id, platform.id, course.id, placement.id, row.id, made)
