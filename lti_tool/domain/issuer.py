"""Who stands for a provider's certificates: a key pair with its X.509 chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """Signs files and badges. Newer keys take over; a retired one is still published, for what it signed."""

    kid: str
    """RFC 7638 thumbprint of the public key."""
    private_pem: str
    chain_pem: str
    """The key's own certificate first, then those that vouch for it."""
    created_at: datetime
    retired_at: datetime | None = None
