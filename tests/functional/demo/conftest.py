"""A throw-away relying party with keys of its own, and a live demo LMS to hold it against."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from lti_tool.demo.config import LmsConfig, ToolAddresses
from lti_tool.demo.course import LineItem
from lti_tool.demo.jose import new_pem
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.server import QuietHandler, running_lms
from lti_tool.demo.tokens import ASSERTION_TYPE
from lti_tool.demo.vocabulary import ALL_SCOPES

P = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ALGORITHMS = ["RS256", "RS512"]
SEED = (
    {
        "type": "ltiResourceLink",
        "title": "Information and disclosure",
        "lineItem": {"scoreMaximum": 1, "resourceId": "htn/disclosure", "tag": "acknowledgement"},
    },
    {
        "type": "ltiResourceLink",
        "title": "Hypertension",
        "custom": {"activity": "htn", "who": "$User.id", "odd": "$No.such"},
        "lineItem": {"scoreMaximum": 100, "resourceId": "htn/post-test", "tag": "post-test"},
    },
)


class MovableClock:
    """Real time plus what the test adds."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class RelyingParty:
    """The smallest tool there can be: it signs, and serves its JWKS over HTTP."""

    pem: str
    base: str
    kid: str = "rp-key"
    fetches: list[str] = field(default_factory=list)
    is_down: bool = False
    lms: Any = None

    def __post_init__(self) -> None:
        self.key = RSAKey.import_key(self.pem)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self.key.as_dict(private=False), "kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        merged = {"alg": "RS256", "kid": self.kid, "typ": "JWT"} | header
        return jwt.encode(
            {name: value for name, value in merged.items() if value is not None}, claims, self.key, ALGORITHMS
        )

    def assertion(self, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A good client assertion with ``changes``; a change to None takes the claim away."""
        now = int(self.lms.now().timestamp())
        claims: dict[str, Any] = {
            "iss": "demo-cme-tool",
            "sub": "demo-cme-tool",
            "aud": self.lms.token_audience,
            "iat": now - 5,
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        } | changes
        return self.sign({name: value for name, value in claims.items() if value is not None}, **(header or {}))

    def ask_token(self, assertion: str | None = None, **changes: Any) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
            "scope": " ".join(ALL_SCOPES),
        } | changes
        body = {name: value for name, value in form.items() if value is not None}
        return http().post(self.lms.addresses.token, data=body, timeout=10)

    def token(self, *scopes: str) -> str:
        return str(self.ask_token(scope=" ".join(scopes or ALL_SCOPES)).json()["access_token"])

    def call(self, method: str, url: str, *, token: str | None = None, **how: Any) -> requests.Response:
        """A service call. ``accept``, ``content`` (media type), ``document`` or ``raw``."""
        headers = {"Authorization": f"Bearer {token or self.token()}", "Accept": how.pop("accept", "*/*")}
        if "content" in how:
            headers["Content-Type"] = how.pop("content")
        document = how.pop("document", None)
        body = how.pop("raw", json.dumps(document).encode() if document is not None else None)
        return http().request(method, url, headers=headers, data=body, timeout=10)

    def score(self, item: LineItem, person: str = "physician-md", *, raw: bytes | None = None, **changes: Any) -> Any:
        """Posts a good score with ``changes``; a change to None takes the member away."""
        document = {
            "userId": self.lms.subject(self.lms.person(person)),
            "timestamp": datetime.now(UTC).isoformat(timespec="microseconds"),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 8,
            "scoreMaximum": 10,
        } | changes
        content = document.pop("content", "application/vnd.ims.lis.v1.score+json")
        body = raw or json.dumps({name: value for name, value in document.items() if value is not None}).encode()
        url = self.lms.addresses.line_item(item.id, "/scores")
        return self.call("POST", url, content=content, raw=body)


def http() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


class Browser:
    """A person's browser without scripts: it follows the LMS's forms by hand."""

    def __init__(self, lms: DemoLms, person: str | None = None) -> None:
        self.lms = lms
        self.session = http()
        if person is not None:
            self.post("/session", person=person)

    def get(self, path: str, **how: Any) -> requests.Response:
        return self.session.get(self.lms.issuer + path, timeout=10, **how)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.session.post(self.lms.issuer + path, data=form, timeout=10)

    def begin(self, path: str) -> dict[str, str]:
        """The login initiation that the page at ``path`` sends."""
        answer = self.get(path, allow_redirects=False)
        if answer.status_code == 302:
            return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        return form_of(answer.text)[1]

    def authorize(self, login: dict[str, str], **changes: Any) -> requests.Response:
        """A good authorization request for ``login`` with ``changes``; a change to None takes it away."""
        tool = self.lms.tool
        assert tool is not None
        parameters = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": tool.client_id,
            "redirect_uri": tool.launch,
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "nonce": secrets.token_hex(8),
            "state": "state-1",
        } | changes
        wanted = {name: value for name, value in parameters.items() if value is not None}
        return self.session.get(self.lms.addresses.authorize, params=wanted, timeout=10)

    def launch(self, path: str, **changes: Any) -> dict[str, Any]:
        """The claims of the id_token that the page at ``path`` ends in."""
        _, fields = form_of(self.authorize(self.begin(path), **changes).text)
        return claims_of(fields["id_token"], self.lms)


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """The action and the hidden fields of a page's one form."""
    action = re.search(r'<form id="lti" method="post" action="([^"]+)"', page)
    assert action is not None, page
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return unescape(action.group(1)), {name: unescape(value) for name, value in fields}


def claims_of(token: str, lms: DemoLms) -> dict[str, Any]:
    """Verified against the LMS's JWKS as it is served."""
    keys = KeySet.import_key_set(http().get(lms.addresses.jwks, timeout=10).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


@pytest.fixture(scope="session")
def pems() -> tuple[str, str, str]:
    """Keys are dear to make: one set for the whole run."""
    return new_pem(), new_pem(), new_pem()


@pytest.fixture
def rp(pems: tuple[str, str, str]) -> Iterator[RelyingParty]:
    def answer(environ: Any, start: Any) -> list[bytes]:
        party.fetches.append(environ["PATH_INFO"])
        if party.is_down:
            start("500 Down", [("Content-Type", "text/plain")])
            return [b"down"]
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(party.jwks()).encode()]

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=QuietHandler)
    party = RelyingParty(pems[0], f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield party
    server.shutdown()
    thread.join()
    server.server_close()


StartLms = Callable[..., DemoLms]


@pytest.fixture
def start_lms(rp: RelyingParty, pems: tuple[str, str, str]) -> Iterator[StartLms]:
    """Starts a live LMS that knows the relying party. ``clock`` and any member of ``LmsConfig``."""
    with ExitStack() as stack:

        def start(*, clock: MovableClock | None = None, **members: Any) -> DemoLms:
            config = LmsConfig(**{"tool": ToolAddresses.at(rp.base), "seed": SEED, "signing_pems": pems[1:], **members})
            lms = stack.enter_context(running_lms(config, clock=clock))
            rp.lms = lms
            return lms

        yield start


@pytest.fixture
def lms(start_lms: StartLms) -> DemoLms:
    return start_lms()


@pytest.fixture
def item(lms: DemoLms) -> LineItem:
    """The post-test's column, out of 100."""
    return lms.line_items()[1]
