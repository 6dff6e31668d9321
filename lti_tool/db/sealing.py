"""Encryption at rest for private keys and tokens, with the installation's own secret."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from lti_tool.domain.errors import CmeError


class Sealer:
    """Seals text with a key derived from the secret setting."""

    def __init__(self, secret: str) -> None:
        derived = hashlib.blake2b(secret.encode(), digest_size=32, person=b"cme-sealing").digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        self._pepper = hashlib.blake2b(secret.encode(), digest_size=32, person=b"cme-digests").digest()

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def digest(self, text: str) -> str:
        """The same 64 hex digits for the same text; nobody without the secret can find the text by trying."""
        return hashlib.blake2b(text.encode(), digest_size=32, key=self._pepper).hexdigest()

    def open(self, sealed: bytes) -> str:
        """Raises ``CmeError("secret_key_changed")`` when sealed with another secret."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise CmeError(
                "secret_key_changed",
                "a sealed value cannot be opened: CME_SECRET_KEY is not the one it was sealed with; restore that one",
            ) from error
