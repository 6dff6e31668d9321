"""A learner's identifiers for boards and registries: sealed, shown to nobody but the learner and the reporting role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.sealing import Sealer
from lti_tool.db.upsert import insert_or_replace
from lti_tool.domain.activity import Step
from lti_tool.domain.credential import CONSENTS, IdKind, Requirement, read_identifiers
from lti_tool.services.audit import Actor, note
from lti_tool.services.participation import progress_for_update
from lti_tool.services.session import Visit

READ = "identifiers.opened"
"""The audit trail's word for identifiers that were opened for somebody other than their learner."""


def held_credentials(session: Session, learner_id: str) -> frozenset[Requirement]:
    """Which identifiers the learner has given, not what they are. A licence of a place also counts as a licence."""
    table = models.Credential
    rows = session.execute(select(table.kind, table.place).where(table.learner_id == learner_id)).all()
    exact = {Requirement(IdKind(kind), place) for kind, place in rows}
    return frozenset(exact | {Requirement(one.kind) for one in exact})


def own_credentials(session: Session, visit: Visit, sealer: Sealer) -> dict[Requirement, str]:
    """The visitor's own identifiers, opened, to fill in their form."""
    return opened_credentials(session, visit.learner_id, sealer)


def credentials_for_report(
    session: Session, actor: Actor, learner_id: str, sealer: Sealer, purpose: str, now: datetime
) -> dict[Requirement, str]:
    """Opened for a report, and noted, so that the learner can see who has read them and what for.

    Callers check that the reader may report.
    """
    note(session, actor, READ, f"person:{learner_id}", now, detail={"purpose": purpose})
    return opened_credentials(session, learner_id, sealer)


def opened_credentials(session: Session, learner_id: str, sealer: Sealer) -> dict[Requirement, str]:
    """Opened for the learner themselves; for anybody else see :func:`credentials_for_report`."""
    rows = session.scalars(select(models.Credential).where(models.Credential.learner_id == learner_id))
    return {Requirement(IdKind(row.kind), row.place): sealer.open(row.sealed) for row in rows}


def confirm_credentials(
    session: Session,
    visit: Visit,
    typed: Mapping[str, str],
    asked: Iterable[Requirement],
    sealer: Sealer,
    now: datetime,
) -> None:
    """Keep what was typed, sealed; a permission that is no longer ticked is withdrawn.

    Raises ``Refused("step_locked")`` while the claim is not open (nothing is asked before it is needed), and
    ``BadInput`` as ``domain.credential.read_identifiers``.
    """
    wanted = tuple(asked)
    progress_for_update(session, visit, now).require(Step.CLAIM)
    keep_credentials(session, visit.learner_id, read_identifiers(typed, wanted), wanted, sealer, now)


def keep_credentials(
    session: Session,
    learner_id: str,
    found: Mapping[Requirement, str],
    asked: Iterable[Requirement],
    sealer: Sealer,
    now: datetime,
) -> None:
    """Keep what was read, sealed; of what was asked, a permission that was not given is withdrawn."""
    for need, text in found.items():
        key = {"learner_id": learner_id, "kind": need.kind.value, "place": need.place}
        insert_or_replace(session, models.Credential, key, {"sealed": sealer.seal(text), "confirmed_at": now})
    withdrawn = [need.kind.value for need in asked if need.kind in CONSENTS and need not in found]
    table = models.Credential
    session.execute(delete(table).where(table.learner_id == learner_id, table.kind.in_(withdrawn)))
    session.flush()
