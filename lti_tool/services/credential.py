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
from lti_tool.domain.credential import CONSENTS, IdKind, Requirement, clean_credential
from lti_tool.domain.errors import BadInput
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


def read_credentials(typed: Mapping[str, str], asked: Iterable[Requirement]) -> dict[Requirement, str]:
    """What was typed for what was asked; an empty field is no identifier.

    A licence without a place in its requirement is typed as ``US-CA 12345``. Raises ``BadInput("credential_unusable")``
    with faults ``id.<requirement>``: ``malformed``, and ``incomplete`` for a permission without what it needs.
    """
    faults: dict[str, str] = {}
    found: dict[Requirement, str] = {}
    for need in asked:
        text = typed.get(str(need), "").strip()
        if not text:
            continue
        try:
            place, number = _placed(need, text)
            found[Requirement(need.kind, place)] = clean_credential(need.kind, number)
        except (BadInput, ValueError):
            faults[f"id.{need}"] = "malformed"
    faults |= _incomplete(found) if not faults else {}
    if faults:
        raise BadInput("credential_unusable", faults=faults)
    return found


def _placed(need: Requirement, text: str) -> tuple[str, str]:
    if need.kind is not IdKind.LICENCE or need.place:
        return need.place, text
    place, _, number = text.partition(" ")
    return Requirement.parse(f"licence:{place.upper()}").place, number


def _incomplete(found: Mapping[Requirement, str]) -> dict[str, str]:
    """Reporting to state boards needs month and day of birth, and an NPI or a licence (ACCME, learner data); a board of
    its own number. Permission without them would never be used."""
    kinds = {need.kind for need in found}
    boards = {IdKind.ABIM, IdKind.ABP, IdKind.ABA, IdKind.ABS, IdKind.ABPATH, IdKind.ABOHNS, IdKind.ABOS, IdKind.ABTS}
    if IdKind.CONSENT_PARS not in kinds:
        return {}
    has_person = bool(kinds & {IdKind.NPI, IdKind.LICENCE, *boards})
    faults = {} if IdKind.BIRTH_DAY in kinds else {f"id.{IdKind.BIRTH_DAY.value}": "incomplete"}
    return faults if has_person else {**faults, f"id.{IdKind.NPI.value}": "incomplete"}


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
    ``BadInput`` as :func:`read_credentials`.
    """
    wanted = tuple(asked)
    progress_for_update(session, visit, now).require(Step.CLAIM)
    found = read_credentials(typed, wanted)
    for need, text in found.items():
        key = {"learner_id": visit.learner_id, "kind": need.kind.value, "place": need.place}
        insert_or_replace(session, models.Credential, key, {"sealed": sealer.seal(text), "confirmed_at": now})
    withdrawn = [need.kind.value for need in wanted if need.kind in CONSENTS and need not in found]
    table = models.Credential
    session.execute(delete(table).where(table.learner_id == visit.learner_id, table.kind.in_(withdrawn)))
    session.flush()
