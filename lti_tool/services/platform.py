"""Connecting learning platforms to providers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_once
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.launch import MAX_ID, LmsFamily


@dataclass(frozen=True, slots=True)
class Connection:
    """What an administrator enters to connect one client id of one LMS."""

    provider: str
    issuer: str
    client_id: str
    deployment_ids: tuple[str, ...]
    authorization_url: str
    token_url: str
    keyset_url: str
    token_audience: str | None = None
    family: LmsFamily = LmsFamily.GENERIC
    frame_origins: tuple[str, ...] = ()


def _faults(connection: Connection, check_address: Callable[[str], str]) -> dict[str, str]:
    faults = {}
    for name in ("issuer", "client_id", "provider"):
        value = getattr(connection, name)
        if not value or len(value) > MAX_ID:
            faults[name] = f"must have 1 to {MAX_ID} characters"
    if not connection.deployment_ids or any(not one or len(one) > MAX_ID for one in connection.deployment_ids):
        faults["deployment_ids"] = f"give at least one, each of 1 to {MAX_ID} characters"
    for name in ("authorization_url", "token_url", "keyset_url"):
        try:
            check_address(getattr(connection, name))
        except BadInput as error:
            faults[name] = str(error)
    return faults


def add_platform(
    session: Session,
    connection: Connection,
    check_address: Callable[[str], str],
    now: datetime,
    *,
    provider_id: str = "",
) -> models.Platform:
    """Connect an LMS, or add deployments to one that is connected already.

    ``provider_id``: an office does it, which may change no platform that serves another provider
    (``Conflict("registration_taken")``); without one the command line does, which may.

    ``check_address`` is ``GuardedSession.check``: it refuses private addresses that the settings do not allow.
    Raises ``BadInput("platform_unusable")`` with a fault per field; ``Conflict("deployment_taken")`` when a deployment
    belongs to another provider.
    """
    faults = _faults(connection, check_address)
    if faults:
        raise BadInput(
            "platform_unusable", "; ".join(f"{name}: {what}" for name, what in faults.items()), faults=faults
        )
    provider = insert_once(session, models.Provider, {"name": connection.provider}, {"created_at": now})
    key = {"issuer": connection.issuer, "client_id": connection.client_id}
    made = {**_addresses(connection), "approved_at": now, "created_at": now}
    platform = insert_once(session, models.Platform, key, made)
    if provider_id:
        _take_home(platform, provider_id)
    platform.approved_at = platform.approved_at or now
    for name, value in _addresses(connection).items():
        setattr(platform, name, value)
    for deployment_id in connection.deployment_ids:
        _add_deployment(session, platform, provider, deployment_id, now)
    session.flush()
    session.refresh(platform)
    return platform


def _take_home(platform: models.Platform, provider_id: str) -> None:
    holders = {deployment.provider_id for deployment in platform.deployments} - {provider_id}
    if holders or platform.home_provider_id not in (None, provider_id):
        raise Conflict("registration_taken", "this client id is connected for another provider")
    platform.home_provider_id = provider_id


def _addresses(connection: Connection) -> dict[str, str | None]:
    return {
        "authorization_url": connection.authorization_url,
        "token_url": connection.token_url,
        "keyset_url": connection.keyset_url,
        "token_audience": connection.token_audience,
        "family": connection.family.value,
        "frame_origins": " ".join(connection.frame_origins),
    }


def _add_deployment(
    session: Session, platform: models.Platform, provider: models.Provider, deployment_id: str, now: datetime
) -> None:
    key = {"platform_id": platform.id, "deployment_id": deployment_id}
    row = insert_once(session, models.Deployment, key, {"provider_id": provider.id, "created_at": now})
    if row.provider_id != provider.id:
        raise Conflict("deployment_taken", f"deployment {deployment_id!r} belongs to another provider")


def list_platforms(session: Session) -> Sequence[models.Platform]:
    """Every registration, by issuer and client id."""
    query = select(models.Platform).order_by(models.Platform.issuer, models.Platform.client_id)
    return session.scalars(query).all()


def provider_names(session: Session, platform: models.Platform) -> list[str]:
    """Who owns the platform's deployments."""
    query = (
        select(models.Provider.name)
        .join(models.Deployment, models.Deployment.provider_id == models.Provider.id)
        .where(models.Deployment.platform_id == platform.id)
        .distinct()
        .order_by(models.Provider.name)
    )
    return list(session.scalars(query))


def remove_platform(session: Session, issuer: str, client_id: str) -> None:
    """Disconnect an LMS that nobody has used yet.

    Raises ``NotFound("platform_unknown")``; ``Conflict("platform_in_use")`` once there are courses: records of learners
    must be kept (ACCME: six years), so such a registration stays.
    """
    query = select(models.Platform).where(models.Platform.issuer == issuer, models.Platform.client_id == client_id)
    platform = session.scalars(query).first()
    if platform is None:
        raise NotFound("platform_unknown", f"no platform has issuer {issuer!r} and client id {client_id!r}")
    deployments = [row.id for row in platform.deployments]
    if session.scalars(select(models.Course.id).where(models.Course.deployment_id.in_(deployments))).first():
        raise Conflict("platform_in_use", "courses have been opened through this platform; their records must be kept")
    session.delete(platform)


def provider_id_of(session: Session, name: str, now: datetime, *, is_created: bool = False) -> str:
    """Row key of a provider. Raises ``NotFound("provider_unknown")`` unless it may be created."""
    if is_created:
        return insert_once(session, models.Provider, {"name": name}, {"created_at": now}).id
    found = session.scalars(select(models.Provider.id).where(models.Provider.name == name)).first()
    if found is None:
        known = ", ".join(session.scalars(select(models.Provider.name).order_by(models.Provider.name)))
        raise NotFound("provider_unknown", f"there is no provider {name!r}; there are: {known or 'none'}")
    return found


def providers(session: Session) -> Sequence[tuple[str, str]]:
    """Every provider of this installation: key and name, by name."""
    query = select(models.Provider.id, models.Provider.name).order_by(models.Provider.name)
    return [(key, name) for key, name in session.execute(query)]
