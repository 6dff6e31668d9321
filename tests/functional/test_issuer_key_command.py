"""``cme-tool keys issuer``: a provider's own key takes the place of the one that was made for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from sqlalchemy import select

from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.cli import root
from lti_tool.db import models
from lti_tool.db.engine import Sessions, make_engine, make_sessions, transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.errors import BadInput
from lti_tool.services.issuer import IssuerKeys
from lti_tool.services.platform import provider_id_of
from tests.functional.world import SECRET, START

PROVIDER = "Example Medical School"
PASSWORD = "from the authority"


@pytest.fixture
def sessions(migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    for name, value in (
        ("CME_BASE_URL", "https://cme.example.org"),
        ("CME_DATABASE_URL", migrated_sqlite_url),
        ("CME_SECRET_KEY", SECRET),
    ):
        monkeypatch.setenv(name, value)
    engine = make_engine(migrated_sqlite_url)
    made = make_sessions(engine)
    with transaction(made) as db:
        db.add(models.Provider(name=PROVIDER, created_at=START))
    yield made
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """PKCS #12 as an authority hands it out."""
    from cryptography import x509

    made = make_issuer_key(PROVIDER, START)
    private = serialization.load_pem_private_key(made.private_pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    certificate = x509.load_pem_x509_certificates(made.chain_pem.encode())[0]
    sealed = serialization.BestAvailableEncryption(PASSWORD.encode())
    path = tmp_path / "own.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"own", private, certificate, None, sealed))
    return path


def run(file: Path, *, password: str = PASSWORD, provider: str = PROVIDER) -> Result:
    return CliRunner().invoke(root, ["keys", "issuer", "--provider", provider, str(file)], input=f"{password}\n")


def provider_key(sessions: Sessions) -> str:
    with transaction(sessions) as db:
        return provider_id_of(db, PROVIDER, START)


def test_the_own_key_replaces_the_one_in_use_which_is_kept(sessions: Sessions, file: Path) -> None:
    provider_id, keys = provider_key(sessions), IssuerKeys(sessions, Sealer(SECRET))
    first = keys.active(provider_id, make_issuer_key, START)
    done = run(file)
    assert done.exit_code == 0, done.output
    now = keys.active(provider_id, make_issuer_key, START)
    assert now.kid != first.kid and f"Key {now.kid} signs the certificates of {PROVIDER}" in done.output
    assert PASSWORD not in done.output
    with transaction(sessions) as db:
        assert {one.kid for one in keys.all(db, provider_id)} == {first.kid, now.kid}
        rows = db.scalars(select(models.IssuerKey)).all()
        assert all("PRIVATE KEY" not in str(row.private) for row in rows)
        actions = db.scalars(select(models.AuditEntry.action)).all()
        assert list(actions) == ["issuer-key.replaced"]


@pytest.mark.parametrize(
    ("password", "content"), [("wrong", None), (PASSWORD, b"not a bundle")], ids=["password", "rubbish"]
)
def test_an_unusable_file_changes_nothing(sessions: Sessions, file: Path, password: str, content: bytes | None) -> None:
    provider_id, keys = provider_key(sessions), IssuerKeys(sessions, Sealer(SECRET))
    first = keys.active(provider_id, make_issuer_key, START)
    if content is not None:
        file.write_bytes(content)
    refused = run(file, password=password)
    assert refused.exit_code != 0 and isinstance(refused.exception, BadInput)
    assert refused.exception.code == "issuer_key_unusable"
    assert keys.active(provider_id, make_issuer_key, START).kid == first.kid


def test_a_file_that_is_not_there_is_refused(sessions: Sessions, tmp_path: Path) -> None:
    refused = run(tmp_path / "missing.p12")
    assert refused.exit_code == 2 and "does not exist" in refused.output
    with transaction(sessions) as db:
        assert db.scalars(select(models.IssuerKey)).all() == []
