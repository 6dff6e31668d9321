"""What boards and registries may be told of credit that was given: handed in by a face after the claim."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.domain.credential import CONSENTS, asked_for, read_identifiers
from lti_tool.domain.errors import NotFound
from lti_tool.domain.native import NativeIdentifiers, read_message
from lti_tool.services.claimable import given_credits
from lti_tool.services.credential import held_credentials, keep_credentials
from lti_tool.services.native_access import NativeClient
from lti_tool.services.native_activity import activity_id_of
from lti_tool.services.native_facts import person_of_subject
from lti_tool.services.participation import lock, progress_of
from lti_tool.services.restriction import is_person_restricted


def receive_identifiers(db: Session, client: NativeClient, data: Any, sealer: Sealer, now: datetime) -> dict[str, Any]:
    """Keep what the bodies of the credit given ask for, sealed, and nothing else. A repeat changes nothing.

    Raises ``NotFound``: ``activity_unknown``, ``certificate_unknown`` for a person without credit of it, and
    ``BadInput`` as ``domain.credential.read_identifiers``.
    """
    sent = read_message(NativeIdentifiers, data)
    activity_id = activity_id_of(db, client.provider_id, sent.activity)
    person = person_of_subject(db, client, sent.subject)
    table = models.Participation
    mine = (table.learner_id == person, table.activity_id == activity_id, table.is_trial.is_(False))
    row_id = db.scalars(select(table.id).where(*mine)).first() if person is not None else None
    if person is None or row_id is None or is_person_restricted(db, person):
        raise NotFound("certificate_unknown")
    given = given_credits(progress_of(db, lock(db, row_id), now))
    if not given:
        raise NotFound("certificate_unknown")
    asked = [need for need in asked_for(given) if str(need) in sent.identifiers]
    held = [need for need in held_credentials(db, person) if need.kind not in CONSENTS]
    keep_credentials(db, person, read_identifiers(sent.identifiers, asked, held), asked, sealer, now)
    return {"is_kept": True}
