"""What the LTI edge must be told about the tool itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """``base_url`` has no trailing slash, e.g. ``https://cme.example.org`` or ``https://example.org/cme``."""

    base_url: str
    target_paths: tuple[str, ...] = ("/lti/launch",)
    """Paths below ``base_url`` that a ``target_link_uri`` may name; any query string is allowed."""
    leeway: timedelta = timedelta(seconds=60)
    """Tolerated difference of clocks. Moodle's tokens live 60 s, so none at all turns a slow clock into an outage."""
    max_age: timedelta = timedelta(minutes=10)
    """Oldest ``iat`` that is accepted, whatever ``exp`` says."""
    max_lifetime: timedelta = timedelta(hours=24)
    """Longest ``exp - iat``: platforms in use give 60 s to one hour; a token good for years is a fault or a forgery."""
    login_life: timedelta = timedelta(minutes=10)
    """How long a person may stay on the LMS's own login page in between."""

    @property
    def redirect_uri(self) -> str:
        """The one address that id_tokens are posted to. Platforms compare it byte by byte."""
        return f"{self.base_url}/lti/launch"

    @property
    def origin(self) -> str:
        """The tool's own origin, as browsers write it."""
        return origin_of(self.base_url)

    @property
    def login_url(self) -> str:
        return f"{self.base_url}/lti/login"

    def is_own_target(self, url: str) -> bool:
        """``url`` is on this tool's origin and at one of ``target_paths``."""
        try:
            base, target = urlsplit(self.base_url), urlsplit(url)
            return _origin(base) == _origin(target) and target.path in {base.path + path for path in self.target_paths}
        except ValueError:
            return False


def comparable(url: str) -> tuple[object, ...]:
    """A URL as LMSs may respell it: case of scheme and host, default port, percent-coding, fragment left out.

    The query keeps its pairs in any order.
    """
    parts = urlsplit(url)
    pairs = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return (_origin(parts), unquote(parts.path) or "/", pairs)


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` as a browser writes an origin: lower case, default port left out."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else "")


def _origin(parts: SplitResult) -> tuple[str, str, int | None, bool]:
    has_user = parts.username is not None or parts.password is not None
    return (parts.scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme), has_user)
