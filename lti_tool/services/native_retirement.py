"""Accounts that a platform has retired: what is known of the person is restricted at once, and staff decide.

Told by the platform's server, not by the person: so it is a request for erasure like any other, and what an accreditor
obliges the provider to keep is kept until its day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.domain.native import NativeRetirement, read_message
from lti_tool.services.data_request import tell_retired
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_claim import once
from lti_tool.services.native_facts import person_of_subject


def receive_retirement(db: Session, client: NativeClient, key: str, data: Any, now: datetime) -> dict[str, Any]:
    """Whether anything is known of the person. While nothing is, nothing is written and a repeat looks again: a claim
    may still be on its way. Raises as :func:`lti_tool.services.native_claim.once` and ``BadInput("wire_version")``.
    """

    def work() -> tuple[dict[str, Any], bool]:
        person = person_of_subject(db, client, read_message(NativeRetirement, data).subject)
        if person is not None:
            tell_retired(db, client.provider_id, person, now)
        return {"is_known": person is not None}, person is not None

    return once(db, client, key, data, now, work)
