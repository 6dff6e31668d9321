"""Login and launch: CPU time of the tool against a bare pylti1p3 Flask tool, in one run.

The bare tool is measured twice: as documented, when it fetches the platform's keys over https for every launch, and
with the keys given. Ours keeps the keys, checks everything it always checks, writes person, course, placement and
session to PostgreSQL or to SQLite, and answers with a redirect. The platform signs outside the measured time; another
process serves its keys. PostgreSQL works in processes of its own, which are not counted; SQLite works in ours.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import ssl
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import certifi
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from jwt.algorithms import RSAAlgorithm

from benchmarks import bare_tool
from benchmarks.databases import postgres
from lti_tool.app import create_app, make_dependencies
from lti_tool.db.engine import transaction
from lti_tool.db.migrate import upgrade
from lti_tool.domain.login import CachedKeyset
from lti_tool.services.launch_state import KeysetStore
from lti_tool.services.platform import Connection, add_platform
from lti_tool.settings import Settings

BASE = "http://127.0.0.1:9"
CLIENT = "client"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AIM = 0.5


class Platform:
    """Keys and the signing of id_tokens."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        self.key_set = {"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]}

    @property
    def private_pem(self) -> str:
        """In PKCS 8, for the bare tool's own key: any will do."""
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(encoding, form, serialization.NoEncryption()).decode()

    def token(self, issuer: str, nonce: str, number: int, activity: str = "") -> str:
        """The id_token of a learner's launch; ``activity``: its link opens the one of this key."""
        now = int(time.time())
        body: dict[str, Any] = {"iss": issuer, "aud": CLIENT, "sub": f"learner-{number}", "nonce": nonce}
        body |= {"iat": now, "exp": now + 60, "name": "Ana Rivera", "email": "ana@example.org"}
        body |= {
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": "1",
            f"{CLAIM}target_link_uri": f"{BASE}/lti/launch",
            f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            f"{CLAIM}resource_link": {"id": "link-1", "title": "Sepsis"},
            f"{CLAIM}context": {"id": "course-1", "title": "Critical care"},
        }
        if activity:
            body[f"{CLAIM}custom"] = {"cme_activity": activity}
        return jwt.encode(body, self._key, algorithm="RS256", headers={"kid": "k1"})


def _serve(body: bytes, files: tuple[str, str], ready: Queue[int]) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    ready.put(server.server_port)
    server.serve_forever()


def _certificate(folder: Path) -> tuple[str, str]:
    """Certificate and key of the platform's server; trusted, beside the usual authorities, by this run alone."""
    certificate, key = folder / "tls.pem", folder / "tls.key"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "2", *name, "-keyout", key, "-out", certificate]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    bundle = folder / "authorities.pem"
    bundle.write_text(Path(certifi.where()).read_text("ascii") + certificate.read_text("ascii"), encoding="ascii")
    os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
    return str(certificate), str(key)


@contextmanager
def serving(key_set: dict[str, Any], folder: Path) -> Iterator[str]:
    """The issuer, whose key set lies at ``/jwks``."""
    ready: Queue[int] = Queue()
    arguments = (json.dumps(key_set).encode(), _certificate(folder), ready)
    process = Process(target=_serve, args=arguments, daemon=True)
    process.start()
    try:
        yield f"https://localhost:{ready.get(timeout=20)}"
    finally:
        process.terminate()
        process.join()


def our_app(issuer: str, key_set: dict[str, Any], database_url: str) -> Flask:
    """The tool on a fresh database, with the platform connected and its keys in hand, as after the first launch."""
    settings = Settings(
        base_url=BASE,
        database_url=database_url,
        secret_key="for a benchmark, and only for a benchmark",
    )
    upgrade(settings.database_url)
    deps = make_dependencies(settings)
    urls = (f"{issuer}/auth", f"{issuer}/token", f"{issuer}/jwks")
    connection = Connection("Example School", issuer, CLIENT, ("1",), *urls)
    now = datetime.now(UTC)
    with transaction(deps.sessions) as session:
        platform_id = add_platform(session, connection, str, now).id
    KeysetStore(deps.sessions).put(platform_id, CachedKeyset(json.dumps(key_set), now, now + timedelta(hours=1)))
    return create_app(settings, deps)


def one_launch(app: Flask, platform: Platform, issuer: str, number: int) -> float:
    """CPU seconds of this process for a login and a launch in a fresh browser."""
    client = app.test_client()
    query = {"iss": issuer, "client_id": CLIENT, "login_hint": "1", "target_link_uri": f"{BASE}/lti/launch"}
    start = time.process_time()
    asked = client.get(f"/lti/login?{urlencode(query)}", base_url=BASE)
    taken = time.process_time() - start
    assert asked.status_code == 302, asked.get_data(as_text=True)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(asked.headers["Location"]).query).items()}
    form = {"id_token": platform.token(issuer, sent["nonce"], number), "state": sent["state"]}
    start = time.process_time()
    answer = client.post("/lti/launch", data=form, base_url=BASE)
    taken += time.process_time() - start
    assert answer.status_code in (200, 303), answer.get_data(as_text=True)
    return taken


def compare(rounds: int) -> bool:
    """Alternate the contenders; print medians and ratios; say whether the aim is met."""
    platform = Platform()
    with tempfile.TemporaryDirectory() as name, serving(platform.key_set, folder := Path(name)) as issuer:
        address = f"{issuer}/jwks"

        def bare(key_set: dict[str, Any] | None) -> Flask:
            return bare_tool.create_app(bare_tool.configuration(issuer, CLIENT, address, key_set, platform.private_pem))

        with postgres() as server_url:
            apps = {
                "ours": our_app(issuer, platform.key_set, server_url),
                "ours, SQLite": our_app(issuer, platform.key_set, f"sqlite:///{folder / 'cme.db'}"),
                "bare": bare(None),
                "bare, keys given": bare(platform.key_set),
            }
            gc.collect()
            gc.freeze()  # as lti_tool/wsgi.py does; the bare tool in this process gains as well
            medians = measured(apps, lambda app, number: one_launch(app, platform, issuer, number), rounds)
    for name, seconds in medians.items():
        print(f"{name:20} {seconds * 1000:7.2f} ms CPU")
    for ours in ("ours", "ours, SQLite"):
        for name in ("bare", "bare, keys given"):
            print(f"{ours}: {medians[ours] / medians[name]:.2f} times the CPU of {name}")
    ratio = medians["ours"] / medians["bare"]
    print(f"aim: at most {AIM} of bare: {'met' if ratio <= AIM else 'missed'}")
    return ratio <= AIM


def measured(apps: dict[str, Flask], launch: Callable[[Flask, int], float], rounds: int) -> dict[str, float]:
    """Median CPU seconds by name, after a warm-up."""
    taken: dict[str, list[float]] = {name: [] for name in apps}
    for number in range(rounds + 5):
        for name, app in apps.items():
            seconds = launch(app, number)
            if number >= 5:
                taken[name].append(seconds)
    return {name: statistics.median(values) for name, values in taken.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    compare(parser.parse_args().rounds)
