"""The seal on certificates. Importing this module is cheap; pyHanko is loaded by the first signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lti_tool.domain.issuer import IssuerKey

Post = Callable[[bytes], bytes]
"""Sends a time-stamp query (RFC 3161) and gives the answer's body. Raises ``CmeError`` where there is none."""


class PdfSeal:
    """Signs printed certificates; ``post`` reaches the time-stamp authority if one is set."""

    def __init__(self, post: Post | None = None) -> None:
        self._post = post

    def sign(self, pdf: bytes, key: IssuerKey, now: datetime) -> bytes:
        """The file with a signature. Raises ``ServiceUnavailable`` while no time stamp can be had."""
        from lti_tool.certificates.sign import Authority, signed

        return signed(pdf, key, now, Authority(self._post) if self._post else None)
