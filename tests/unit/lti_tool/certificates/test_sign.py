"""Signatures that two validators of other people accept, and that no change survives."""

from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lti_tool.certificates.issuer_key import make_issuer_key, read_issuer_key
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.certificates.seal import PdfSeal
from lti_tool.certificates.sign import _signer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design
from lti_tool.domain.errors import BadInput, CmeError, ServiceUnavailable
from lti_tool.domain.issuer import IssuerKey
from tests.unit.lti_tool.certificates.sealing import NOW, NUMBER, key, sealed

Make = Callable[..., Certificate]


@pytest.fixture(name="printed", scope="module")
def _printed(renderer: CertificateRenderer) -> bytes:
    from tests.unit.lti_tool.certificates.conftest import make_certificate

    values = make_certificate(number=NUMBER, template="modern-v1", design=Design("modern-v1"))
    return sealed(values, renderer)


def checked(pdf: bytes, signer: IssuerKey) -> PdfSignatureStatus:
    """What pyHanko's validator says when the provider's certificate is trusted."""
    root = asn1_x509.Certificate.load(der(signer))
    reader = PdfFileReader(io.BytesIO(pdf))
    context = ValidationContext(trust_roots=[root], moment=NOW + timedelta(days=1), allow_fetching=False)
    return validate_pdf_signature(reader.embedded_signatures[0], context, skip_diff=False)


def der(signer: IssuerKey) -> bytes:
    certificate = x509.load_pem_x509_certificates(signer.chain_pem.encode())[0]
    return certificate.public_bytes(serialization.Encoding.DER)


def test_the_signature_covers_the_whole_file_and_is_valid(printed: bytes) -> None:
    status = checked(printed, key())
    assert status.bottom_line
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.coverage is not None
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok


def test_the_signature_certifies_that_nothing_may_change(printed: bytes) -> None:
    signature = PdfFileReader(io.BytesIO(printed)).embedded_signatures[0]
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.self_reported_timestamp == NOW


def test_poppler_accepts_the_signature(printed: bytes, tmp_path: Path) -> None:
    assert shutil.which("pdfsig"), "poppler-utils is missing: apt-get install -y poppler-utils"
    (tmp_path / "certificate.pdf").write_bytes(printed)
    said = subprocess.run(["pdfsig", tmp_path / "certificate.pdf"], check=True, capture_output=True, text=True).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "Northlake Academy of Medicine" in said


def test_later_signatures_are_what_the_library_would_make() -> None:
    """They are filled into the form of the first one; byte for byte, only digest and value differ."""
    digests = [hashlib.sha256(bytes([number])).digest() for number in range(3)]
    _signer.cache_clear()
    kept = [cms_of(digest) for digest in digests]
    fresh = []
    for digest in digests:
        _signer.cache_clear()
        fresh.append(cms_of(digest))
    assert kept == fresh
    assert len(set(kept)) == 3


def cms_of(digest: bytes) -> bytes:
    """The signature of a file with that digest, by the signer that is kept for the key."""
    signer = _signer(key().private_pem, key().chain_pem)
    made: bytes = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True)).dump()
    return made


def test_signatures_of_one_key_on_other_files_and_days_are_valid(
    make: Make, renderer: CertificateRenderer, tmp_path: Path
) -> None:
    for day, name in enumerate(("Ana Vidal", "Eva Molin", "Ida Nyman")):
        values = make(name, template="modern-v1", design=Design("modern-v1"))
        signed = PdfSeal().sign(renderer.render(values).pdf, key(), NOW + timedelta(hours=day))
        assert checked(signed, key()).bottom_line
        signature = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
        assert signature.self_reported_timestamp == NOW + timedelta(hours=day)
        assert "signing_time" not in [attribute["type"].native for attribute in signature.signer_info["signed_attrs"]]
        (tmp_path / "one.pdf").write_bytes(signed)
        said = subprocess.run(["pdfsig", tmp_path / "one.pdf"], check=True, capture_output=True, text=True).stdout
        assert "Signature is Valid" in said
        place = signed.index(b"/Reason")
        assert not _is_good(signed[:place] + b"/Raison" + signed[place + 7 :])


def test_any_changed_byte_is_found(printed: bytes) -> None:
    for place in (200, len(printed) // 3, len(printed) // 2):
        changed = bytearray(printed)
        changed[place] ^= 1
        assert not _is_good(bytes(changed))
    assert _is_good(printed)


def _is_good(pdf: bytes) -> bool:
    try:
        return bool(checked(pdf, key()).bottom_line)
    except Exception:  # a reader may also stumble over what was changed
        return False


def test_something_added_later_is_found(printed: bytes) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(printed))
    writer.root["/Lang"] = writer.root["/Lang"].__class__("fr")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert not checked(out.getvalue(), key()).bottom_line


def test_another_key_is_not_trusted(printed: bytes) -> None:
    other = make_issuer_key("Somebody Else", NOW)
    assert not checked(printed, other).trusted


def test_a_made_key_speaks_for_the_provider() -> None:
    certificate = x509.load_pem_x509_certificates(key().chain_pem.encode())[0]
    assert certificate.subject.rfc4514_string() == (
        "CN=Northlake Academy of Medicine (certificates),O=Northlake Academy of Medicine"
    )
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert certificate.not_valid_after_utc > NOW + timedelta(days=365 * 15)
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == 3072


def test_a_long_name_fits_into_the_key() -> None:
    made = make_issuer_key("The Royal College of " + "Anaesthetists and " * 6, NOW)
    assert x509.load_pem_x509_certificates(made.chain_pem.encode())[0].subject


def bundle(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, days: int = 30) -> bytes:
    """The provider's own key, as an authority hands it out."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Northlake, by an authority")])
    certificate = (
        x509.CertificateBuilder(name, name, private.public_key(), 1)
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"own", private, certificate, None, serialization.BestAvailableEncryption(b"secret")
    )


def test_the_providers_own_key_signs(make: Make, renderer: CertificateRenderer) -> None:
    own = read_issuer_key(bundle(ec.generate_private_key(ec.SECP256R1())), "secret", NOW)
    pdf = renderer.render(make(template="modern-v1", design=Design("modern-v1"))).pdf
    assert checked(PdfSeal().sign(pdf, own, NOW), own).bottom_line


@pytest.mark.parametrize(
    ("file", "password"),
    [
        (b"not a bundle", ""),
        (bundle(ec.generate_private_key(ec.SECP256R1())), "wrong"),
        (bundle(ec.generate_private_key(ec.SECP384R1())), "secret"),
        (bundle(rsa.generate_private_key(65537, 1024)), "secret"),
        (bundle(ec.generate_private_key(ec.SECP256R1()), days=-1), "secret"),
    ],
    ids=["rubbish", "password", "curve", "short", "expired"],
)
def test_an_unusable_key_is_refused(file: bytes, password: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_issuer_key(file, password, NOW)
    assert refusal.value.code == "issuer_key_unusable"


def authority() -> DummyTimeStamper:
    """A time-stamp authority in memory; its answers are real ones."""
    from asn1crypto import keys, pem

    made = key()
    private = keys.PrivateKeyInfo.load(pem.unarmor(made.private_pem.encode())[2])
    certificate = asn1_x509.Certificate.load(der(made))
    return DummyTimeStamper(
        certificate, private, SimpleCertificateStore(), fixed_dt=datetime(2026, 11, 24, 13, tzinfo=UTC)
    )


def test_a_time_stamp_is_added_where_an_authority_is_set(make: Make, renderer: CertificateRenderer) -> None:
    from asn1crypto import tsp

    stamper, asked = authority(), []

    def post(query: bytes) -> bytes:
        asked.append(query)
        answer: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()
        return answer

    pdf = renderer.render(make(template="modern-v1", design=Design("modern-v1"))).pdf
    signed = PdfSeal(post).sign(pdf, key(), NOW)
    assert asked
    unsigned = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0].signer_info["unsigned_attrs"]
    assert [attribute["type"].native for attribute in unsigned] == ["signature_time_stamp_token"]


def test_without_an_answer_nothing_is_signed(make: Make, renderer: CertificateRenderer) -> None:
    def silent(query: bytes) -> bytes:
        raise CmeError("unreachable")

    pdf = renderer.render(make(template="modern-v1", design=Design("modern-v1"))).pdf
    for post in (silent, lambda query: b"<html>"):
        with pytest.raises(ServiceUnavailable) as refusal:
            PdfSeal(post).sign(pdf, key(), NOW)
        assert refusal.value.code == "timestamp_unavailable"
