"""What a demo LMS is told when it starts."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ContentItem = Mapping[str, Any]
"""One ``ltiResourceLink`` in the JSON shape of LTI-DL 2.0, 3.3: title, text, url, custom, lineItem."""


@dataclass(frozen=True, slots=True)
class ToolAddresses:
    """Where the tool answers. ``redirect_uris`` empty means launch and deep-link addresses."""

    login: str
    launch: str
    deep_link: str
    jwks: str
    redirect_uris: tuple[str, ...] = ()
    registration: str = ""

    @classmethod
    def at(cls, base: str) -> ToolAddresses:
        """The product's usual paths under ``base`` (``http://127.0.0.1:8000``)."""
        root = base.rstrip("/")
        return cls(
            login=f"{root}/lti/login",
            launch=f"{root}/lti/launch",
            deep_link=f"{root}/lti/deep-link",
            jwks=f"{root}/lti/jwks",
            registration=f"{root}/lti/register",
        )

    @property
    def registered_redirects(self) -> tuple[str, ...]:
        return self.redirect_uris or (self.launch, self.deep_link)


@dataclass(frozen=True, slots=True)
class LmsConfig:
    """``base_url`` may stay empty for ``running_lms``, which fills in the port that the OS chose.

    ``state`` is a folder (kept across restarts) or None (memory only). ``seed`` is placed in the course the first time.
    ``tool`` None is an LMS that waits for dynamic registration. ``allow_control`` opens ``/demo/control``.
    ``gate_tag`` names the line item tag that opens the restricted reading. ``custom`` is sent with every launch.
    ``signing_pems`` are RSA private keys to sign with, oldest first; made at the first start when empty.
    """

    tool: ToolAddresses | None
    base_url: str = ""
    client_id: str = "demo-cme-tool"
    deployment_ids: tuple[str, ...] = ("1",)
    family: str = "generic"
    state: Path | None = None
    seed: tuple[ContentItem, ...] = ()
    allow_control: bool = False
    token_seconds: int = 3600
    shares_names: bool = True
    gate_tag: str = "acknowledgement"
    custom: Mapping[str, str] = field(default_factory=dict)
    signing_pems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.base_url and not is_loopback(urlsplit(self.base_url).hostname or ""):
            raise ValueError(f"The demo LMS runs on loopback only; {self.base_url!r} is not a loopback address.")
        if not self.deployment_ids:
            raise ValueError("deployment_ids must hold at least one deployment.")


def is_loopback(host: str) -> bool:
    """True for ``localhost``, its sub-names, 127.0.0.0/8 and ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origin_of(address: str) -> str:
    """``scheme://host[:port]`` of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
