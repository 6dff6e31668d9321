"""What can be refused, as types. The web layer holds the one table from these to a status and a page.

An error carries a stable ``code`` and the values a sentence needs; the words shown to a person are
chosen (and translated) above. ``str(error)`` is English for logs and the command line and never
holds personal data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CmeError(Exception):
    """Base of every refusal that the product makes on purpose."""

    def __init__(self, code: str, message: str = "", **facts: Any) -> None:
        self.code = code
        self.facts: Mapping[str, Any] = facts
        super().__init__(message or code)


class NotFound(CmeError):
    """The thing does not exist, or not for this tenant: the two are never told apart."""


class Forbidden(CmeError):
    """The person is known and may not do this."""


class Refused(CmeError):
    """A rule of the activity or of an accreditor says no (locked step, closed window, used attempts)."""


class BadInput(CmeError):
    """What was sent cannot be used. ``faults`` names each field and the code of what is wrong with it."""

    def __init__(self, code: str, message: str = "", *, faults: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(code, message, **facts)
        self.faults: Mapping[str, str] = dict(faults or {})


class Conflict(CmeError):
    """Somebody, perhaps the same person in a second tab, was there first."""


class LaunchRefused(CmeError):
    """An LTI message that must not be accepted. ``code`` is stable and shown to the help desk."""


class ServiceUnavailable(CmeError):
    """Something outside (an LMS, a renderer) did not answer as it must; trying again later may work."""
