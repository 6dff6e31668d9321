"""Keys that sign certificates: made at set-up, or the provider's own from a PKCS #12 file."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier
from joserfc.jwk import ECKey, RSAKey

from lti_tool.domain.errors import BadInput
from lti_tool.domain.issuer import IssuerKey

KEY_BITS = 3072
LEAST_BITS = 2048
LIFE = timedelta(days=365 * 20)
"""A self-made certificate is trusted by its address, not by an authority; what it signed must outlive six years."""
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""RFC 9336."""
_NAME_LENGTH = 64
"""Characters of a common or organisation name (RFC 5280, A.1)."""


def make_issuer_key(provider_name: str, now: datetime) -> IssuerKey:
    """RSA with 3072 bits and a certificate that it signs itself, in the provider's name."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, provider_name[:_NAME_LENGTH]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{provider_name[: _NAME_LENGTH - 15]} (certificates)"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    key_id = x509.SubjectKeyIdentifier.from_public_key(private.public_key())
    builder = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(key_id, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), critical=False)
    )
    return _issuer_key(private, (builder.sign(private, hashes.SHA256()),), now)


def read_issuer_key(file: bytes, password: str, now: datetime) -> IssuerKey:
    """The provider's own key from a PKCS #12 file. Raises ``BadInput("issuer_key_unusable")``."""
    try:
        bundle = pkcs12.load_pkcs12(file, password.encode() or None)
    except ValueError as error:
        raise BadInput("issuer_key_unusable", "this is no PKCS #12 file, or the password is wrong") from error
    key, own = bundle.key, bundle.cert
    if own is None or not _is_usable(key):
        raise BadInput(
            "issuer_key_unusable", "the file needs an RSA key of 2048 bits or a P-256 key, with its certificate"
        )
    if not own.certificate.not_valid_before_utc <= now < own.certificate.not_valid_after_utc:
        raise BadInput("issuer_key_unusable", "the key's certificate is not valid today")
    return _issuer_key(key, (own.certificate, *(one.certificate for one in bundle.additional_certs)), now)


def _is_usable(key: object) -> bool:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.key_size >= LEAST_BITS
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)


def _issuer_key(private: Any, chain: tuple[x509.Certificate, ...], now: datetime) -> IssuerKey:
    private_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
    chain_pem = "".join(one.public_bytes(serialization.Encoding.PEM).decode("ascii") for one in chain)
    return IssuerKey(jose_key(private_pem).thumbprint(), private_pem, chain_pem, now)


def jose_key(pem: str) -> RSAKey | ECKey:
    """The key as the JOSE library takes it, private or public."""
    loaded = serialization.load_pem_private_key(pem.encode("ascii"), None)
    return (RSAKey if isinstance(loaded, rsa.RSAPrivateKey) else ECKey).import_key(pem)


def algorithm(key: RSAKey | ECKey) -> str:
    """The one JWS algorithm of a key (Open Badges 3.0, 8.2; RFC 7518)."""
    return "RS256" if isinstance(key, RSAKey) else "ES256"


def public_jwk(key: IssuerKey) -> dict[str, Any]:
    """The public half with its X.509 chain (RFC 7517, 4.7)."""
    jose = jose_key(key.private_pem)
    chain = x509.load_pem_x509_certificates(key.chain_pem.encode("ascii"))
    own = {"kid": key.kid, "alg": algorithm(jose), "use": "sig"}
    x5c = [b64encode(one.public_bytes(serialization.Encoding.DER)).decode("ascii") for one in chain]
    public: dict[str, Any] = json.loads(json.dumps(jose.as_dict(private=False)))
    return public | own | {"x5c": x5c}
