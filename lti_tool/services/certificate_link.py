"""Links to one's own certificate that need no learning platform, and the keys of the mail that brings them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import Forbidden
from lti_tool.services.certificate import IssuedCertificate, issued_value
from lti_tool.services.sealed_link import opened_row, sealed_token

LINK_LIFE = timedelta(days=30)
PURPOSE = "certificate"


def about_certificates(activity_id: str, participation_id: str = "") -> str:
    """How the keys of all mail begin that brings certificates of an activity, or those of one participation."""
    return f"certificate:{activity_id}:{participation_id}:" if participation_id else f"certificate:{activity_id}:"


def new_certificate_link(sealer: Sealer, provider_id: str, certificate_id: str, now: datetime) -> tuple[str, datetime]:
    """The secret for the address, and the moment when it ends."""
    ends = now + LINK_LIFE
    return sealed_token(sealer, PURPOSE, (provider_id, certificate_id), ends), ends


def open_certificate_link(db: Session, token: str, sealer: Sealer, now: datetime) -> IssuedCertificate:
    """Raises ``Forbidden("certificate_link_unknown")``: made up, cut off and expired are never told apart."""
    row = opened_row(db, models.Certificate, sealer, PURPOSE, token, now)
    if row is None:
        raise Forbidden("certificate_link_unknown")
    return issued_value(db, row)
