"""A provider as the issuer of sealed files and badges: its keys, and which of its certificates still hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.engine import Sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.badge import Issuer, StatusPlace, did_document, profile, status_credential
from lti_tool.domain.certificate import CertificateStatus
from lti_tool.domain.errors import NotFound
from lti_tool.domain.issuer import IssuerKey
from lti_tool.services.audit import Actor, note
from lti_tool.services.ports import BadgeSigner, IssuerKeyMaker

LIST_LIFE = timedelta(days=1)
"""How long a copy of a status list may be believed."""
IssuerAddress = Callable[[str], str]
"""From a provider's key to the public address of its issuer profile."""


def issuer_of(session: Session, provider_id: str, address: IssuerAddress) -> Issuer:
    """Raises ``NotFound("issuer_unknown")``."""
    row = session.get(models.Provider, provider_id)
    if row is None:
        raise NotFound("issuer_unknown")
    return Issuer(address(provider_id), row.name)


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """Providers' keys, sealed in the database."""

    sessions: Sessions
    sealer: Sealer

    def active(self, provider_id: str, make: IssuerKeyMaker, now: datetime) -> IssuerKey:
        """The key that signs now, made if there is none. Making one takes a second, with no transaction open."""
        with transaction(self.sessions) as session:
            found = self._active(session, provider_id)
            name = session.get_one(models.Provider, provider_id).name
        if found is not None:
            return found
        made = make(name, now)
        with transaction(self.sessions) as session:
            lock_provider(session, provider_id)
            return self._active(session, provider_id) or self._add(session, provider_id, made)

    def replace(self, session: Session, actor: Actor, key: IssuerKey, now: datetime) -> None:
        """Sign with another key from now on, such as the provider's own."""
        lock_provider(session, actor.provider_id)
        table = models.IssuerKey
        mine = (table.provider_id == actor.provider_id, table.retired_at.is_(None))
        session.execute(update(table).where(*mine).values(retired_at=now))
        self._add(session, actor.provider_id, key)
        note(session, actor, "issuer-key.replaced", f"issuer-key:{key.kid}", now)

    def all(self, session: Session, provider_id: str) -> list[IssuerKey]:
        """All that were ever used, newest first: what an old one signed can still be checked."""
        table = models.IssuerKey
        query = select(table).where(table.provider_id == provider_id)
        return [self._value(row) for row in session.scalars(query.order_by(table.created_at.desc(), table.kid))]

    def _active(self, session: Session, provider_id: str) -> IssuerKey | None:
        table = models.IssuerKey
        row = session.scalars(select(table).where(table.provider_id == provider_id, table.retired_at.is_(None))).first()
        return None if row is None else self._value(row)

    def _add(self, session: Session, provider_id: str, key: IssuerKey) -> IssuerKey:
        row = models.IssuerKey(
            provider_id=provider_id,
            kid=key.kid,
            private=self.sealer.seal(key.private_pem),
            chain=key.chain_pem,
            created_at=key.created_at,
        )
        session.add(row)
        session.flush()
        return key

    def _value(self, row: models.IssuerKey) -> IssuerKey:
        return IssuerKey(row.kid, self.sealer.open(row.private), row.chain, row.created_at, row.retired_at)


def lock_provider(session: Session, provider_id: str) -> None:
    """Whoever else changes something of the whole provider waits."""
    session.execute(select(models.Provider.id).where(models.Provider.id == provider_id).with_for_update())


def issuer_profile(session: Session, provider_id: str, address: IssuerAddress) -> dict[str, Any]:
    """The public profile. Raises ``NotFound("issuer_unknown")``."""
    return {"@context": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"} | profile(
        issuer_of(session, provider_id, address)
    )


def issuer_did(
    session: Session, provider_id: str, address: IssuerAddress, keys: IssuerKeys, signer: BadgeSigner
) -> dict[str, Any]:
    """The DID document with every key. Raises ``NotFound("issuer_unknown")``."""
    issuer = issuer_of(session, provider_id, address)
    return did_document(issuer, [signer.public_jwk(key) for key in keys.all(session, provider_id)])


def status_list(
    session: Session,
    provider_id: str,
    year: int,
    address: IssuerAddress,
    signer: BadgeSigner,
    now: datetime,
) -> dict[str, Any]:
    """Which certificates of a year no longer hold, as an unsigned credential. Raises ``NotFound("issuer_unknown")``."""
    issuer, table = issuer_of(session, provider_id, address), models.Certificate
    query = select(table.number).where(table.provider_id == provider_id, table.number.startswith(f"{year}-"))
    numbers = session.scalars(query.where(table.status != CertificateStatus.VALID.value))
    gone = {StatusPlace.of(number).index for number in numbers}
    return status_credential(issuer, year, signer.encoded_list(gone), now, now + LIST_LIFE)
