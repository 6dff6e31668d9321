"""The shipped nginx site before the shipped services: a learner's way through both, and what neither may spoil."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from lti_tool.web.verify import PER_MINUTE
from tests.deployment.learning import claim, confirm, study, take_test
from tests.deployment.nginx import HOST
from tests.deployment.place import Place, deployed, start_web
from tests.deployment.units import wait_for
from tests.functional import learner_walk as walk
from tests.functional.browsing import http
from tests.functional.pages import Page

pytestmark = pytest.mark.xdist_group("deployment")
KEY = "deployed"
WALL = 42 * 1024 * 1024
"""Bytes that nginx lets through."""


@pytest.fixture(scope="module")
def database_file(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(migrated_sqlite_file, tmp_path_factory.mktemp("deployment") / "cme.db"))


@pytest.fixture(scope="module")
def place(database_file: Path) -> Iterator[Place]:
    """At the root of its host; web and worker run by their units."""
    with deployed(f"sqlite:///{database_file}", KEY, GUNICORN_WORKERS="1", CME_WORKER_POLL_SECONDS="0.1") as made:
        start_web(made)
        made.tool.start("worker")
        yield made


@pytest.fixture(scope="module")
def place_below(migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Below a path, run by ``cme-tool serve``."""
    file = shutil.copy(migrated_sqlite_file, tmp_path_factory.mktemp("deployment-below") / "cme.db")
    with deployed(f"sqlite:///{file}", KEY, path="/cme") as made:
        (port,) = made.ports
        process = made.tool.command("serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        yield made


@pytest.fixture
def visitor(place: Place) -> Iterator[requests.Session]:
    """Somebody who comes straight to the tool's address."""
    with http() as session:
        session.verify = place.nginx.authority
        yield session


def own_addresses(page: Page) -> list[str]:
    """Every address that a page names, loads or sends to."""
    return re.findall(r'(?:src|href|action)="([^"#][^"]*)"', page.html)


def until_graded(place: Place, person: str) -> float | None:
    """The points in the gradebook, once the worker has brought them; a busy machine may take half a minute."""
    (column,) = place.lms.line_items(place.placements[KEY])
    for _ in range(300):
        found = place.lms.grade(person, column)
        if found is not None:
            return found.score
        time.sleep(0.1)
    raise AssertionError([process.printed for process in place.tool.started])


def test_from_the_course_to_certificate_and_grade(place: Place) -> None:
    person = place.enter("physician-md")
    page = person.open(place.placements[KEY])
    assert page.status == 200 and page.url.startswith(f"{place.nginx.origin}/s/")
    assert all("; Secure" in cookie and "Partitioned" in cookie for cookie in page.cookies_set if "cme-" in cookie)
    walk.acknowledge(person, page)
    study(person, page, place.activities[KEY])
    assert "You have passed" in take_test(person, page, place.activities[KEY]).text
    walk.evaluate(person, page)
    confirm(person, page)
    certificate = claim(person, page)
    assert certificate.status == 200 and certificate.path.endswith("/certificate")
    assert certificate.link("Download certificate").startswith(place.nginx.origin)
    assert until_graded(place, "physician-md") == 100


def test_below_a_path(place_below: Place) -> None:
    person = place_below.enter("physician-md")
    page = person.open(place_below.placements[KEY])
    assert page.status == 200 and page.url.startswith(f"{place_below.nginx.origin}/cme/s/")
    assert own_addresses(page) and all(one.startswith(("/cme/", "http", "mailto:")) for one in own_addresses(page))
    after = walk.acknowledge(person, page)
    assert after.status == 200 and "/cme/s/" in after.path
    assert person.get("/healthz").status == 200
    elsewhere = requests.get(f"{place_below.nginx.origin}/healthz", verify=place_below.nginx.authority, timeout=10)
    assert elsewhere.status_code == 404


def test_http_leads_to_https(place: Place) -> None:
    answer = requests.get(f"http://{HOST}:{place.nginx.http_port}/verify?code=1", allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://{HOST}/verify?code=1")


def test_addresses_are_the_public_ones(place: Place, visitor: requests.Session) -> None:
    """Whatever the visitor says about host, scheme and path."""
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=http",
    }
    answer = visitor.get(f"{place.base_url}/verify?code=some-code", headers=forged, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/verify/some-code")
    page = visitor.get(f"{place.base_url}/verify", headers=forged, timeout=10).text
    assert "evil" not in page and "/static/" in page
    configuration = visitor.get(f"{place.base_url}/lti/jwks", headers=forged, timeout=10)
    assert configuration.ok and "evil" not in str(configuration.headers)


def test_headers_are_there_once(place: Place, visitor: requests.Session) -> None:
    with visitor.get(f"{place.base_url}/verify", timeout=10) as answer:
        headers = answer.raw.headers
        for name in ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Request-ID"):
            assert len(headers.getlist(name)) == 1, name
        assert "max-age=" in headers["Strict-Transport-Security"] and "X-Frame-Options" not in headers
        assert re.fullmatch(r"nginx(/[\d.]+)?", headers["Server"])


def test_one_request_id_in_both_logs(place: Place, visitor: requests.Session) -> None:
    answer = visitor.get(f"{place.base_url}/verify", headers={"X-Request-ID": "chosen-by-visitor"}, timeout=10)
    number = answer.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", number)
    log = place.nginx.log_with(number)
    assert "chosen-by-visitor" not in log + place.tool.started[0].printed


def test_no_one_time_code_in_a_log(place: Place) -> None:
    person = place.enter("nurse")
    page = person.open(place.placements[KEY])
    queries = [each.url.partition("?")[2] for each in page.history if each.url.startswith(place.base_url)]
    assert any(queries)
    logs = place.nginx.log_with(page.session_id) + place.tool.started[0].printed
    assert not [query for query in queries if query and query in logs] and page.session_id in logs


def test_static_files_are_kept(place: Place, visitor: requests.Session) -> None:
    page = visitor.get(f"{place.base_url}/verify", timeout=10).text
    address = next(one for one in re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page))
    found = visitor.get(place.base_url + address, timeout=10)
    assert found.ok and "max-age=3600" in found.headers["Cache-Control"] and found.headers["ETag"]
    again = visitor.get(place.base_url + address, headers={"If-None-Match": found.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get(f"{place.base_url}/verify", timeout=10).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "status"), [("/lti/launch", 413), ("/verify", 405), ("/nowhere", 404)])
def test_what_is_too_large_gets_the_tools_words(
    place: Place, visitor: requests.Session, address: str, status: int
) -> None:
    for _ in range(3):
        answer = visitor.post(f"{place.base_url}{address}", data={"id_token": "x" * 30_000_000}, timeout=30)
        assert answer.status_code == status
        assert "Reference:" in answer.text and "nginx" not in answer.text


def test_the_outer_wall_is_clear(place: Place, visitor: requests.Session) -> None:
    answer = visitor.post(f"{place.base_url}/lti/launch", data=b"x" * (WALL + 1), timeout=30)
    assert answer.status_code == 413 and "Too Large" in answer.text


def test_nothing_but_http(place: Place, visitor: requests.Session) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "eHh4eHh4eHh4eHh4eHh4eA=="}
    assert visitor.get(f"{place.base_url}/verify", headers=upgrade, timeout=10).status_code == 200
    context = ssl.create_default_context(cafile=place.nginx.authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((HOST, place.nginx.port)) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2" and secure.version() == "TLSv1.3"


class From(HTTPAdapter):
    """Connections from another address of this machine."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self.address, 0))  # type: ignore[arg-type]


def codes(place: Place, address: str, count: int) -> set[int]:
    """Ask so often for a certificate, from ``address``, each time claiming to come from somewhere else."""
    found = set()
    with http() as session:
        session.mount("https://", From(address))
        for number in range(count):
            headers = {"X-Forwarded-For": f"198.51.100.{number % 250}", "X-Real-IP": f"198.51.100.{number % 250}"}
            url = f"https://{HOST}:{place.nginx.port}/verify/none"
            found.add(session.get(url, headers=headers, verify=place.nginx.authority, timeout=10).status_code)
    return found


def test_a_visitors_address_is_what_nginx_saw(place: Place) -> None:
    """Whoever asks too often is stopped whatever they claim, and nobody else is."""
    assert 429 in codes(place, "127.0.0.3", 2 * PER_MINUTE + 1)
    assert codes(place, "127.0.0.4", 1) == {404}
