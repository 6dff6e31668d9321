"""The mark under which an e-mail address is kept where it need not be read again, only met again."""

from __future__ import annotations

from lti_tool.db.sealing import Sealer


def email_digest(sealer: Sealer, provider_id: str, email: str) -> str:
    """Per provider, and useless without the installation's secret."""
    return sealer.digest(f"{provider_id}:{email.strip().casefold()}")
