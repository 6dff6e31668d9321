"""PAdES signatures: any change after signing is shown by the readers that people have.

The one door to pyHanko. A signature is a certification that allows no changes (ISO 32000-2, 12.8.2.2), baseline B-B
(ETSI EN 319 142-1), or B-T where a time-stamp authority is set. It is made once, after printing; the bytes are kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from asn1crypto import cms, pem, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lti_tool.domain.errors import CmeError, ServiceUnavailable
from lti_tool.domain.issuer import IssuerKey

FIELD = "Signature"
LONGEST_SIGNATURE = 512
"""Bytes: RSA with 4096 bits."""
REASON = "Issued as a certificate of continuing education"
_ATTRIBUTES = 3072
"""Bytes, generously, of what stands beside chain and signature. With a time stamp the library works it out itself."""


class Authority(TimeStamper):
    """A time-stamp authority reached through the tool's own guarded HTTP session."""

    def __init__(self, post: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._post = post

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Raises ``ServiceUnavailable("timestamp_unavailable")``: the certificate is then signed later, not worse."""
        try:
            return tsp.TimeStampResp.load(self._post(req.dump()))
        except (CmeError, ValueError) as error:
            raise ServiceUnavailable("timestamp_unavailable", "the time-stamp authority gave no time stamp") from error


class DatedSigner(signers.PdfSigner):
    """Takes the time from its caller; the library would read the clock."""

    def __init__(self, now: datetime, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._now = now

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        """A session of the given time."""
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._now
        return session


def signed(pdf: bytes, key: IssuerKey, now: datetime, authority: Authority | None) -> bytes:
    """The file with a signature of that time. Raises ``ServiceUnavailable`` while no time stamp can be had."""
    signer = _signer(key.private_pem, key.chain_pem)
    details = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=REASON,
        name=signer.subject_name,
    )
    field = SigFieldSpec(FIELD, on_page=0, readable_field_name="Digital signature of the provider")
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    dated = DatedSigner(now, details, signer, timestamper=authority, new_field_spec=field)
    reserved = None if authority else 2 * (signer.chain_length + LONGEST_SIGNATURE + _ATTRIBUTES)
    output: BytesIO = asyncio.run(dated.async_sign_pdf(writer, bytes_reserved=reserved))
    return output.getvalue()


@dataclass(frozen=True, slots=True)
class Form:
    """A signature (CMS, RFC 5652) in DER, once made by the library, and what of it another file's signature has anew:
    the digest of the file, in the attributes that are signed and in the whole, and the value of the signature."""

    attributes: bytes
    whole: bytes
    digest: bytes
    value: bytes

    @property
    def is_plain(self) -> bool:
        """Whether digest and value stand where they are looked for and nowhere else."""
        return self.whole.count(self.value) == self.whole.count(self.digest) == self.attributes.count(self.digest) == 1

    def filled(self, digest: bytes, sign: Callable[[bytes], bytes]) -> bytes:
        """The same for another digest. Both are as long as before, so no length changes (RSA with one key)."""
        value = sign(self.attributes.replace(self.digest, digest))
        return self.whole.replace(self.digest, digest).replace(self.value, value)


class LoadedSigner(signers.Signer):
    """Keeps its private key loaded: reading and checking one takes as long as printing ten pages. Keeps its first
    signature, too: chain and attributes are the same in each, and writing them in DER takes as long as one page."""

    def __init__(self, private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, chain: list[Any]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=chain[0], cert_registry=store, embed_roots=True)
        self._private = private
        self.chain_length = sum(len(one.dump()) for one in chain)
        self._attributes, self._value = b"", b""
        self._form: Form | None = None

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *arguments: Any, **options: Any) -> Any:
        """The signature of a file with that digest, without a time stamp from the form of the first one."""
        if self._form is not None and options.get("timestamper") is None:
            return cms.ContentInfo.load(self._form.filled(data_digest, self._raw))
        whole = await super().async_sign(data_digest, digest_algorithm, *arguments, **options)
        form = Form(self._attributes, whole.dump(), data_digest, self._value)
        if isinstance(self._private, rsa.RSAPrivateKey) and options.get("timestamper") is None and form.is_plain:
            self._form = form
        return whole

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The raw signature (PKCS #1 1.5 or ECDSA, with SHA-256); a dry run only asks how long one is."""
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        self._attributes, self._value = data, self._raw(data)
        return self._value

    def _raw(self, data: bytes) -> bytes:
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._private.sign(data, ec.ECDSA(hashes.SHA256()))


@lru_cache(maxsize=16)
def _signer(private_pem: str, chain_pem: str) -> LoadedSigner:
    private = load_pem_private_key(private_pem.encode("ascii"), None)
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)  # noqa: S101 - checked when it came in
    ders = pem.unarmor(chain_pem.encode("ascii"), multiple=True)
    return LoadedSigner(private, [asn1_x509.Certificate.load(der) for _, _, der in ders])
