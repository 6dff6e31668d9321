"""Files of one's own certificates, fetched from the tool: the PDF of each, or all that are valid as a ZIP archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from webob import Response

from lti_tool.domain.errors import CmeError, NotFound
from lti_tool.domain.native import NativeCertificate
from xblock_cme.client import ToolClient
from xblock_cme.words import _

ALL = "all.zip"
"""In place of a certificate's id."""
LATE = _("Your credit is recorded; the PDF follows. Try again in a few minutes.")
NONE_VALID = _("None of these certificates is valid any more. Ask the provider of the activity.")
ONE_BY_ONE = _("The certificate service does not give them together. Download each certificate by itself.")


def certificate_file(
    tool: Callable[[], ToolClient], issued: Sequence[NativeCertificate], wanted: str, activity: str, subject: str
) -> Response:
    """``issued``: what the platform knows to be this learner's; ``wanted``: an id of it, or ``ALL``.

    Raises what the client does.
    """
    if not issued or wanted not in {ALL, *(one.id for one in issued)}:
        return Response(status=404)
    if wanted == ALL:
        return _download(tool().certificates(activity, subject), "application/zip", "certificates.zip")
    return _download(tool().certificate(wanted, subject), "application/pdf", "certificate.pdf")


def _download(body: bytes, kind: str, name: str) -> Response:
    headers = [("Content-Type", kind), ("Content-Disposition", f'attachment; filename="{name}"')]
    return Response(body=body, headerlist=[*headers, ("Cache-Control", "private, no-store")])


def no_file(error: CmeError, wanted: str, say: Callable[[str], str]) -> Response:
    """Why there is none; the credit stands. A tool of an older release does not know the address of all, and what is
    larger than any answer may be is not taken."""
    text, status = LATE, 503
    if wanted == ALL and error.code == "certificate_unknown":
        text, status = NONE_VALID, 404
    elif wanted == ALL and (isinstance(error, NotFound) or error.code == "tool_answer_too_large"):
        text = ONE_BY_ONE
    return Response(f"{say(text)} ({error.code})", status=status, content_type="text/plain", charset="utf-8")
