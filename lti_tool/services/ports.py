"""What the use-cases need from rooms that they must not import: the LMS, the printer, the mail server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from lti_tool.domain.certificate import Certificate
from lti_tool.domain.connection import Endpoints, Finding
from lti_tool.domain.design import TemplateChoice
from lti_tool.domain.dossier import Dossier
from lti_tool.domain.grade import LineItem, LineItemSpec, Result, Score, ScoreOutcome
from lti_tool.domain.issuer import IssuerKey
from lti_tool.domain.launch import NoticeType, Platform, RosterEndpoint
from lti_tool.domain.login import ToolKey
from lti_tool.domain.mail import Letter, Message, Written
from lti_tool.domain.page_markup import OwnWords
from lti_tool.domain.roster import Member


class RenderedCertificate(Protocol):
    """A printed certificate."""

    @property
    def pdf(self) -> bytes: ...

    @property
    def sha256(self) -> str: ...

    @property
    def template(self) -> str: ...

    @property
    def own_words(self) -> Sequence[OwnWords]:
        """Of a page of the provider's own: what stands on it besides the values."""
        ...


class CertificatePrinter(Protocol):
    """``lti_tool.certificates.render.CertificateRenderer``."""

    def render(
        self, certificate: Certificate, assets: Mapping[str, bytes] = ..., badges: Mapping[str, str] = ...
    ) -> RenderedCertificate:
        """``assets``: pictures (PNG), style sheet and own page by SHA-256; ``badges``: signed credentials, by type.

        Raises ``ServiceUnavailable`` where nothing can be printed now, ``BadInput`` for what never can."""
        ...

    def templates(self) -> Sequence[TemplateChoice]:
        """What a provider may choose from."""
        ...

    def starting_markup(self, template: str) -> str:
        """The page of a shipped template, as a provider begins its own with it. Raises ``BadInput``."""
        ...

    def words_of(self, markup: str) -> Sequence[OwnWords]:
        """What stands on an own page besides the values. Raises ``BadInput`` for one that cannot be used."""
        ...

    def unprintable(self, text: str) -> str:
        """The characters of ``text`` that no certificate can show, each once; ``""`` if all can be printed."""
        ...


class Bindery(Protocol):
    """``lti_tool.certificates.binding.Binder``."""

    def inspect(self, pdf: bytes) -> int:
        """Pages of a PDF that does nothing by itself. Raises ``BadInput``: ``not_what_it_says``, ``file_active``,
        ``file_locked``, ``too_many_pages``."""
        ...

    def bind(self, dossier: Dossier, only: int | None = None) -> bytes:
        """The review file, or one of its sections (from 1), as a PDF with the pages of its papers. Raises
        ``ServiceUnavailable`` where nothing can be printed now."""
        ...


class UploadedPicture(Protocol):
    """``lti_tool.certificates.picture.Picture``."""

    @property
    def sha256(self) -> str: ...

    @property
    def png(self) -> bytes: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


class PictureReader(Protocol):
    """``lti_tool.certificates.picture.read_picture``."""

    def __call__(self, data: bytes) -> UploadedPicture:
        """Raises ``BadInput("picture_unusable")``."""
        ...


class CertificateSeal(Protocol):
    """``lti_tool.certificates.sign.PdfSeal``."""

    def sign(self, pdf: bytes, key: IssuerKey, now: datetime) -> bytes:
        """Raises ``ServiceUnavailable`` while no time stamp can be had."""
        ...


class BadgeSigner(Protocol):
    """``lti_tool.certificates.badge.BadgeSigner``."""

    def sign(self, credential: dict[str, Any], key: IssuerKey) -> str: ...

    def public_jwk(self, key: IssuerKey) -> dict[str, Any]: ...

    def encoded_list(self, indices: Iterable[int]) -> str: ...


class IssuerKeyMaker(Protocol):
    """``lti_tool.certificates.issuer_key.make_issuer_key``."""

    def __call__(self, provider_name: str, now: datetime) -> IssuerKey: ...


class GradebookPort(Protocol):
    """``lti_tool.lti.gradebook.Gradebook``."""

    def post_score(self, platform: Platform, line_item_url: str, score: Score, now: datetime) -> ScoreOutcome: ...

    def list_line_items(
        self,
        platform: Platform,
        line_items_url: str,
        now: datetime,
        *,
        resource_id: str = "",
        resource_link_id: str = "",
        is_writable: bool = False,
    ) -> Sequence[LineItem]: ...

    def create_line_item(
        self, platform: Platform, line_items_url: str, spec: LineItemSpec, now: datetime
    ) -> LineItem: ...


class ResultsPort(Protocol):
    """``lti_tool.lti.gradebook.Gradebook``, to read."""

    def get_results(self, platform: Platform, line_item_url: str, now: datetime) -> Sequence[Result]:
        """Raises ``ServiceUnavailable``, ``BadInput``."""
        ...


class RosterPort(Protocol):
    """``lti_tool.lti.roster.Roster``."""

    def members(
        self, platform: Platform, endpoint: RosterEndpoint, now: datetime, *, resource_link_id: str = ""
    ) -> Sequence[Member]:
        """Raises ``ServiceUnavailable``, ``BadInput``."""
        ...


class ConnectionPort(Protocol):
    """``lti_tool.lti.check.ConnectionCheck``."""

    def run(self, platform: Platform, endpoints: Endpoints, now: datetime) -> Sequence[Finding]: ...


class NoticePort(Protocol):
    """``lti_tool.lti.notice_handlers.NoticeHandlers``."""

    def put(self, platform: Platform, url: str, kind: NoticeType, handler: str, now: datetime) -> None:
        """Have notices of this kind sent to ``handler``; ``""``: to nobody. Raises ``ServiceUnavailable``,
        ``BadInput``."""
        ...


class KeyMaker(Protocol):
    """``lti_tool.lti.keys.generate_key``."""

    def __call__(self, now: datetime, *, is_first: bool = False) -> ToolKey: ...


class Alarm(Protocol):
    """``lti_tool.db.listen``: where a worker sleeps."""

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or less; ``True`` if woken because there may be something to do. A hint: whoever is not woken
        looks all the same."""
        ...


class Mailer(Protocol):
    """``lti_tool.mail.smtp.SmtpMailer``."""

    def send(self, message: Message) -> None:
        """Raises ``ServiceUnavailable`` for what may pass, ``BadInput`` for what will never be taken."""
        ...


class Voice(Protocol):
    """``lti_tool.mail.voice.Voice``: writes in one language and time zone."""

    def say(self, words: str, **values: str) -> str:
        """A text that is marked for the mail catalogue, translated and filled in."""
        ...

    def day(self, day: date) -> str:
        """A day written out."""
        ...

    def day_of(self, moment: datetime) -> str:
        """The day of a moment in the time zone of this voice."""
        ...

    def distance(self, days: int) -> str:
        """So many days from now; negative: ago."""
        ...

    def write(self, letter: Letter, **values: str) -> Written:
        """The whole letter. Raises ``KeyError`` for a placeholder without a value."""
        ...


class Voices(Protocol):
    """``lti_tool.mail.voice.Voices``."""

    def __call__(self, languages: Sequence[str], time_zone: str) -> Voice:
        """The voice for the first of ``languages`` (BCP 47) in which letters exist; English if there is none."""
        ...
