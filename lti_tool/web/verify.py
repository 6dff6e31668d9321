"""The public page on which a licensing board checks a certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.domain.badge import badge_names
from lti_tool.domain.credit import printed_amount
from lti_tool.services.certificate import IssuedCertificate, is_unaltered, verify
from lti_tool.services.press import kept_badge
from lti_tool.web.access import PublicWork, public_route
from lti_tool.web.headers import unlisted
from lti_tool.web.page import page

EXTENSION = "cme_verify_limit"
PER_MINUTE = 60
MOST_ADDRESSES = 10_000
CHUNK = 65_536

blueprint = Blueprint("verify", __name__)


class RateLimit:
    """Counts requests per address and minute, in this process. The count only slows guessing down: the code is what
    nobody can guess."""

    def __init__(self, most: int = PER_MINUTE) -> None:
        self._most, self._began, self._counts = most, "", dict[str, int]()

    def allows(self, address: str, now: datetime) -> bool:
        minute = f"{now:%Y-%m-%d %H:%M}"
        if minute != self._began or len(self._counts) >= MOST_ADDRESSES:
            self._began, self._counts = minute, {}
        count = self._counts.get(address, 0) + 1
        self._counts[address] = count
        return count <= self._most


@blueprint.record
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = RateLimit()


def _unlisted(answer: Response) -> Response:
    """Found by the address on the certificate alone, which goes no further."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return unlisted(answer)


def _limited(work: PublicWork, view: Callable[[], Response]) -> Response:
    limit: RateLimit = current_app.extensions[EXTENSION]
    if limit.allows(request.remote_addr or "", work.now):
        return _unlisted(view())
    answer = page("verify/too_many.html", status=429)
    answer.headers["Retry-After"] = str(timedelta(minutes=1).seconds)
    return _unlisted(answer)


def _shown(issued: IssuedCertificate | None, check: str = "") -> Response:
    """``check``: what came of comparing a file: ``same``, ``other``, ``none`` (no file sent), ``unprinted``."""
    if issued is None:
        return page("verify/unknown.html", status=404)
    values = issued.certificate
    has_badges = values.design is not None and issued.pdf_hash is not None
    return page(
        "verify/certificate.html",
        badges=badge_names(values) if has_badges else {},
        provider_name=values.provider_name,
        issued=issued,
        certificate=values,
        check=check,
        printed_amount=printed_amount,
    )


@public_route(blueprint, "/verify")
def enter_code(work: PublicWork) -> ResponseReturnValue:
    """For those who type the code from paper."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for("verify.certificate", code=code[:100]), 303)
    return _unlisted(page("verify/enter.html"))


@public_route(blueprint, "/verify/<code>")
def certificate(work: PublicWork, code: str) -> ResponseReturnValue:
    return _limited(work, lambda: _shown(verify(work.db, code)))


@public_route(blueprint, "/verify/<code>/badges/<credit_type>")
def badge(work: PublicWork, code: str, credit_type: str) -> ResponseReturnValue:
    """The Open Badges credential, as it is attached to the file."""
    return _limited(work, lambda: _badge(work, verify(work.db, code), credit_type))


def _badge(work: PublicWork, issued: IssuedCertificate | None, credit_type: str) -> Response:
    if issued is None:
        return page("verify/unknown.html", status=404)
    answer = Response(kept_badge(work.db, issued.id, credit_type), mimetype="application/vc+jwt")
    answer.headers["Content-Disposition"] = f'attachment; filename="open-badge-{issued.certificate.number}.jwt"'
    return answer


@public_route(blueprint, "/verify/<code>", ("POST",))
def check_file(work: PublicWork, code: str) -> ResponseReturnValue:
    """Compare a file with the one that was handed out. Only its digest is made; nothing is stored."""
    return _limited(work, lambda: _checked(verify(work.db, code)))


def _checked(issued: IssuedCertificate | None) -> Response:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _shown(issued, "none")
    digest = hashlib.sha256()
    while chunk := upload.stream.read(CHUNK):
        digest.update(chunk)
    if issued is not None and issued.pdf_hash is None:
        return _shown(issued, "unprinted")
    return _shown(issued, "same" if issued is not None and is_unaltered(issued, digest.hexdigest()) else "other")
