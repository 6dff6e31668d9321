"""Settings from the environment (prefix ``CME_``), frozen and checked at start-up.

Every secret can also be read from a file: put it in a folder named by ``CME_SECRETS_DIR``.
Each field's description is its documentation; ``docs/reference/settings.md`` lists them all.
"""

from __future__ import annotations

import ipaddress
import os
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIN_SECRET = 32


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{value!r} is not an address such as https://cme.example.org")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError(f"{value!r}: LTI 1.3 needs https (Security Framework 1.0, 3); http is for this machine only")
    return value.rstrip("/")


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
    database_url: str = Field(
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

    api_per_minute: int = Field(
        default=600,
        ge=1,
        description="How many calls of the API one deployment may make in a minute and web process.",
    )

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")
