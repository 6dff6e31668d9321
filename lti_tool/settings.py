"""Settings from the environment (prefix ``CME_``), frozen and checked at start-up.

Every secret can also be read from a file: put it in a folder named by ``CME_SECRETS_DIR``.
Each field's description is its documentation; ``docs/reference/settings.md`` lists them all.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from lti_tool.domain.mail import Security

MIN_SECRET = 32
LONGEST_NOTICE = 365
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{value!r} is not an address such as https://cme.example.org")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError(f"{value!r}: LTI 1.3 needs https (Security Framework 1.0, 3); http is for this machine only")
    return value.rstrip("/")


def _database(value: str) -> str:
    """Which database, that is; the rest of the address is the library's to read. The value may hold a password."""
    kind, mark, _ = value.partition("://")
    if not mark or kind not in DATABASES:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < MIN_SECRET:
        raise ValueError(f"must hold at least {MIN_SECRET} characters; make one with: openssl rand -hex 32")
    return value


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _allowed(value: object) -> tuple[str, ...]:
    entries = _split(value)
    if not isinstance(entries, tuple):
        raise ValueError("give a comma-separated list")
    for entry in entries:
        if "/" in entry:
            ipaddress.ip_network(entry)
    return entries


def _days(value: object) -> tuple[int, ...]:
    """A comma-separated list of numbers of days, largest first, each once."""
    entries = _split(str(value) if isinstance(value, int) else value)
    if not isinstance(entries, tuple):
        raise ValueError("give a comma-separated list of numbers")
    days = {int(entry) for entry in entries}
    if any(not 0 <= each <= LONGEST_NOTICE for each in days):
        raise ValueError(f"give numbers of days from 0 to {LONGEST_NOTICE}")
    return tuple(sorted(days, reverse=True))


class Settings(BaseSettings):
    """All that can be set. Nothing else is read from the environment."""

    model_config = SettingsConfigDict(
        env_prefix="CME_",
        frozen=True,
        extra="ignore",
        secrets_dir=os.environ.get("CME_SECRETS_DIR") or None,
        hide_input_in_errors=True,
    )
    """Wrong values stay out of errors, and so out of logs: one of them is the secret, another holds a password."""

    base_url: Annotated[str, AfterValidator(_origin)] = Field(
        description="Public address of the tool, without a trailing slash, e.g. https://cme.example.org."
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        description="SQLAlchemy address of the database: sqlite:////var/lib/cme-tool/cme.db or postgresql://…"
    )
    secret_key: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        description="Signs form tokens and seals private keys at rest. At least 32 characters; back it up."
    )
    allowed_private_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_allowed)] = Field(
        default=(),
        description="Private LMS addresses that may be called and reached over http: comma-separated networks "
        "(10.1.0.0/16) or host:port names. Empty: public https addresses only.",
    )
    clock_leeway_seconds: int = Field(
        default=60,
        ge=0,
        le=300,
        description="How far an LMS's clock may be off when its tokens are checked, in seconds.",
    )
    session_hours: int = Field(default=8, ge=1, le=24, description="How long a launch stays signed in, in hours.")
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="How many reverse proxies in front may set X-Forwarded-* headers."
    )
    small_cell: int = Field(
        default=5, ge=1, description="Evaluation results are shown only from this many responses upwards."
    )
    max_request_bytes: int = Field(default=1_048_576, ge=65_536, description="Largest request body accepted, in bytes.")
    worker_poll_seconds: float = Field(
        default=2.0, gt=0, description="How often the worker looks for grades to deliver, in seconds."
    )
    delivery_days: int = Field(
        default=14,
        ge=1,
        description="How long a grade that the LMS does not take is retried before it is parked, in days.",
    )
    disclosure_months: int = Field(
        default=12,
        ge=1,
        le=24,
        description="How long a disclosure of financial relationships counts before it has to be renewed, in months.",
    )
    disclosure_link_days: int = Field(
        default=30, ge=1, le=365, description="How long a link to the disclosure form works, in days."
    )
    disclosure_reminder_days: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_days)] = Field(
        default=(30, 14, 3),
        description="When people whose disclosure is missing or expires, and their coordinators, are reminded by mail: "
        "comma-separated days before it is due. Empty: never.",
    )
    follow_up_reminder_days: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_days)] = Field(
        default=(21, 7, 0),
        description="When learners are asked by mail what became of a commitment to change: comma-separated days after "
        "it is due (0: on the day). Empty: never.",
    )
    key_rotation_days: int = Field(
        default=180,
        ge=0,
        description="A new signing key is made after so many days, with an overlap of eight. 0: by hand only.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token for /metrics (Prometheus). Empty: no metrics are served."
    )
    smtp_host: str = Field(
        default="",
        description="Mail server for the tool's mail. Empty: no mail is sent, and pages show the links to pass on.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Port of the mail server.")
    smtp_security: Security = Field(
        default=Security.STARTTLS,
        description="Protection on the way to it: starttls, tls, or none for a relay on this machine.",
    )
    smtp_user: str = Field(default="", description="Account at the mail server; empty: without signing in.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password of that account.")
    smtp_from: str = Field(
        default="", validate_default=True, description="Sender of all mail, e.g. CME Office <cme@example.org>."
    )

    @field_validator("smtp_from")
    @classmethod
    def _mail_has_a_sender(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host") and "@" not in value:
            raise ValueError("must name the sender, such as cme@example.org, where CME_SMTP_HOST is set")
        if not value.isprintable():
            raise ValueError("must be one line")
        return value

    @property
    def has_mail(self) -> bool:
        """Mail can be sent."""
        return bool(self.smtp_host)

    timestamp_url: str = Field(
        default="",
        description="Time-stamp authority (RFC 3161) that dates signatures on certificates, e.g. "
        "https://tsa.example.org/tsr. Empty: signatures carry the tool's own time.",
    )

    api_per_minute: int = Field(
        default=600,
        ge=1,
        description="How many calls of the API one deployment may make in a minute and web process.",
    )

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")
