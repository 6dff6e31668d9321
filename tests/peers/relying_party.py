"""A bare LTI 1.3 tool that shows what the platform really sends. It is no model for the product: it checks little."""

from __future__ import annotations

import base64
import json
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.peers.browser import TIMEOUT_SECONDS
from tests.peers.openedx import Block, ToolAddresses

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
ROSTER_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"

Claims = dict[str, Any]


class RelyingParty:
    """Answers logins, keeps the claims of every launch by nonce, and calls services as a tool does."""

    def __init__(self, root_url: str) -> None:
        self.root_url = root_url
        self.key = RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.blocks: dict[str, Block] = {}
        self.launches: list[Claims] = []
        self._nonces: set[str] = set()

    @property
    def addresses(self) -> ToolAddresses:
        return ToolAddresses(
            login_url=f"{self.root_url}/login",
            launch_url=f"{self.root_url}/launch",
            deep_linking_url=f"{self.root_url}/pick",
            keyset_url=f"{self.root_url}/jwks",
            redirect_uris=(f"{self.root_url}/launch", f"{self.root_url}/pick"),
        )

    def know(self, block: Block) -> Block:
        """Register the platform of this block."""
        self.blocks[block.registration.client_id] = block
        return block

    def authorization_url(self, login: dict[str, str]) -> str:
        """The answer to a login request: an OpenID authentication request."""
        nonce = secrets.token_urlsafe(16)
        self._nonces.add(nonce)
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": login["target_link_uri"],
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "state": secrets.token_urlsafe(16),
            "nonce": nonce,
        }
        return f"{self.blocks[login['client_id']].registration.authorization_url}?{urlencode(query)}"

    def take(self, id_token: str, client_id: str) -> Claims:
        """The verified claims of an id_token, against the keyset as it is now."""
        registration = self.blocks[client_id].registration
        keys = requests.get(registration.keyset_url, timeout=TIMEOUT_SECONDS).json()
        claims: Claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
        assert claims["iss"] == registration.issuer
        assert claims["aud"] == client_id
        assert claims["exp"] > time.time()
        self._nonces.remove(claims["nonce"])
        return claims

    def sign(self, claims: Claims) -> str:
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key)

    def token(self, block: Block, *scopes: str, key: RSAKey | None = None) -> requests.Response:
        """Ask for an access token, signed with our key or a foreign one that claims its ``kid``."""
        registration = block.registration
        now = int(time.time())
        claims: Claims = {
            "iss": registration.client_id,
            "sub": registration.client_id,
            "aud": registration.token_url,
            "iat": now,
            "exp": now + 60,
            "jti": uuid.uuid4().hex,
        }
        assertion = jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self.key.kid}, claims, key or self.key)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "scope": " ".join(scopes),
        }
        return requests.post(registration.token_url, data=form, timeout=TIMEOUT_SECONDS)

    def call(
        self, block: Block, method: str, url: str, *scopes: str, body: object = None, media_type: str = ""
    ) -> requests.Response:
        """Call a service with a fresh access token."""
        token = self.token(block, *scopes).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        if media_type:
            headers["Content-Type"] = media_type
        return requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def deep_linking_response(self, launch: Claims, items: list[dict[str, Any]]) -> str:
        """The signed answer to a deep linking request."""
        now = int(time.time())
        return self.sign(
            {
                "iss": launch["aud"],
                "aud": launch["iss"],
                "iat": now,
                "exp": now + 60,
                "nonce": secrets.token_urlsafe(16),
                f"{CLAIM}deployment_id": launch[f"{CLAIM}deployment_id"],
                f"{CLAIM}message_type": "LtiDeepLinkingResponse",
                f"{CLAIM}version": "1.3.0",
                f"{DL_CLAIM}content_items": items,
            }
        )


class _Handler(BaseHTTPRequestHandler):
    party: RelyingParty

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/jwks":
            self._answer(200, KeySet([self.party.key]).as_dict(private=False))
            return
        self._redirect(self.party.authorization_url(_flat(address.query)))

    def do_POST(self) -> None:
        form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        unread = jwt_claims_unverified(form["id_token"])
        self.party.launches.append(self.party.take(form["id_token"], unread["aud"]))
        self._answer(200, {"launched": urlsplit(self.path).path})

    def _redirect(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.end_headers()

    def _answer(self, status: int, body: object) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: object) -> None:
        """Keep quiet: a failing test shows what matters."""


def jwt_claims_unverified(token: str) -> Claims:
    payload = token.split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def running() -> Iterator[RelyingParty]:
    """A relying party that answers on a free loopback port."""

    class Handler(_Handler):
        """One class for each party, since the server makes the instances."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.party = RelyingParty(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Handler.party
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
