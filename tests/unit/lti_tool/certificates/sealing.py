"""A provider with a key, its badges, and a sealed certificate, for the tests of signatures and badges."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from lti_tool.certificates.badge import BadgeSigner
from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.certificates.seal import PdfSeal
from lti_tool.domain.badge import Issuer, badge_types, credential
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.issuer import IssuerKey

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
ISSUER = Issuer("https://cme.northlake.example/issuers/0a1b2c3d", "Northlake Academy of Medicine")
NUMBER = "2026-0A1B2C3D-000042"


@cache
def key() -> IssuerKey:
    """Made once: finding primes takes a second."""
    return make_issuer_key(ISSUER.name, NOW)


def badges(certificate: Certificate) -> dict[str, str]:
    """Signed credentials by credit type."""
    types = badge_types(certificate)
    return {name: BadgeSigner().sign(credential(certificate, name, ISSUER, NOW), key()) for name in types}


def sealed(certificate: Certificate, renderer: CertificateRenderer, **pictures: bytes) -> bytes:
    """Printed with its badges, and signed."""
    return PdfSeal().sign(renderer.render(certificate, pictures, badges(certificate)).pdf, key(), NOW)
