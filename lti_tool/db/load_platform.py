"""Registrations as the LTI edge sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.launch import LmsFamily, Platform

_PLATFORM, _OWNER = models.Platform, models.Deployment
_PLATFORMS = select(
    _PLATFORM.id,
    _PLATFORM.issuer,
    _PLATFORM.client_id,
    _PLATFORM.authorization_url,
    _PLATFORM.token_url,
    _PLATFORM.keyset_url,
    _PLATFORM.token_audience,
    _PLATFORM.family,
    _PLATFORM.approved_at,
    _PLATFORM.takes_deployments,
    _OWNER.deployment_id,
).outerjoin(_OWNER, _OWNER.platform_id == _PLATFORM.id)


def load_platforms(session: Session, *where: ColumnElement[bool]) -> list[Platform]:
    """Registrations without their rows, in one look: every login and every launch takes it."""
    found: dict[str, list[Any]] = {}
    for row in session.execute(_PLATFORMS.where(*where)):
        found.setdefault(row.id, []).append(row)
    return [
        _platform(rows[0], frozenset(row.deployment_id for row in rows if row.deployment_id is not None))
        for rows in found.values()
    ]


def platform_value(row: models.Platform) -> Platform:
    return _platform(row, frozenset(deployment.deployment_id for deployment in row.deployments))


def _platform(row: Any, deployment_ids: frozenset[str]) -> Platform:
    return Platform(
        id=row.id,
        issuer=row.issuer,
        client_id=row.client_id,
        authorization_url=row.authorization_url,
        token_url=row.token_url,
        keyset_url=row.keyset_url,
        deployment_ids=deployment_ids,
        token_audience=row.token_audience,
        family=LmsFamily(row.family),
        is_approved=row.approved_at is not None,
        takes_deployments=row.takes_deployments,
    )
