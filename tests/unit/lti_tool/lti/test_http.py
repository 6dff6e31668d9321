"""The guarded session: where it refuses to go, and how it bounds what comes back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.logs import REQUEST_ID
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.http import GuardedSession
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, running


@pytest.fixture
def server() -> Iterator[FakePlatform]:
    with running(FakePlatform([])) as fake:
        yield fake


@pytest.fixture
def session(server: FakePlatform) -> Iterator[GuardedSession]:
    with closing(GuardedSession(AddressRules.parse([server.host]), read_seconds=1, total_seconds=2)) as made:
        yield made


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have ``addresses``; returns the list of look-ups, filled as they happen."""
    asked: list[str] = []

    def answer(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
    ],
)
def test_private_addresses_are_refused_before_anything_is_sent(host: str) -> None:
    with pytest.raises(BadInput) as caught:
        GuardedSession().get(f"https://{host}/")
    assert caught.value.code == "address_forbidden"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1", "64:ff9b::a00:1"]
)
def test_names_with_a_private_address_are_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(BadInput) as caught:
        GuardedSession().get("https://rebind.example/")
    assert caught.value.code == "address_forbidden"


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(BadInput):
        GuardedSession().get("https://mixed.example/")


def test_the_connection_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch, server: FakePlatform
) -> None:
    port = int(server.host.split(":")[1])
    server.routes[("GET", "/x")] = lambda _: Answer(200, b"ok")
    asked = resolve_to(monkeypatch, "127.0.0.1")
    rules = AddressRules.parse([f"lms.hospital.local:{port}"])
    with closing(GuardedSession(rules)) as session:
        assert session.get(f"http://lms.hospital.local:{port}/x").body == b"ok"
    assert asked == ["lms.hospital.local"]
    assert server.seen[0].headers["host"] == f"lms.hospital.local:{port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://user:pw@example.org/",
        "https://",
        "//example.org/",
        "https://example.org/a b",
        "https://example.org\\@127.0.0.1/",
        "https://example.org/\r\nX: y",
        "https://example.org:99999/",
        "javascript:alert(1)",
        "https://example.org/" + "a" * 5000,
        "",
    ],
)
def test_addresses_that_are_not_plain_https_are_refused(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        GuardedSession().check(url)
    assert caught.value.code in {"url_invalid", "url_not_https"}


def test_allow_listed_networks_and_hosts_may_be_reached() -> None:
    rules = AddressRules.parse(["10.0.0.0/8", " LMS.local ", "127.0.0.1:8081", "fd00::/8", "[::1]:90", ""][:5])
    session = GuardedSession(rules)
    for url in (
        "https://10.1.1.1/",
        "http://10.1.1.1/",
        "http://lms.local/",
        "http://127.0.0.1:8081/",
        "https://[fd00::1]/",
    ):
        assert session.check(url) == url
    for url in ("https://127.0.0.1:8082/", "https://192.168.0.1/", "https://[::1]/"):
        with pytest.raises(BadInput):
            session.check(url)


@pytest.mark.parametrize("entry", ["", "10.0.0.0/99", "a b", "http://x", "*"])
def test_allow_list_entries_are_checked(entry: str) -> None:
    with pytest.raises(BadInput) as caught:
        AddressRules.parse([entry])
    assert caught.value.code == "allowlist_entry"


def test_redirects_are_not_followed(server: FakePlatform, session: GuardedSession) -> None:
    server.routes[("GET", "/r")] = lambda _: Answer(302, b"", {"Location": f"{server.base}/secret"})
    with pytest.raises(ServiceUnavailable) as caught:
        session.get(f"{server.base}/r")
    assert caught.value.code == "redirect_refused"
    assert [request.path for request in server.seen] == ["/r"]


def test_an_answer_that_is_too_large_is_cut_off(server: FakePlatform, session: GuardedSession) -> None:
    server.routes[("GET", "/big")] = lambda _: Answer(200, b"x" * 100_000)
    with pytest.raises(ServiceUnavailable) as caught:
        session.get(f"{server.base}/big", max_bytes=65_536)
    assert caught.value.code == "reply_too_large"


def test_a_server_that_does_not_answer_is_given_up(server: FakePlatform) -> None:
    release = threading.Event()

    def wait(_: Request) -> Answer:
        release.wait(5)
        return Answer(200)

    server.routes[("GET", "/slow")] = wait
    with closing(GuardedSession(AddressRules.parse([server.host]), read_seconds=0.1)) as session:
        with pytest.raises(ServiceUnavailable) as caught:
            session.get(f"{server.base}/slow")
        release.set()
    assert caught.value.code == "timeout"


def test_a_server_that_drips_is_given_up() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            try:
                for _ in range(100):
                    connection.sendall(b"x")
                    time.sleep(0.02)
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    made = GuardedSession(AddressRules.parse([host]), total_seconds=0.2)
    with closing(made) as session, pytest.raises(ServiceUnavailable) as caught:
        session.get(f"http://{host}/")
    thread.join()
    listener.close()
    assert caught.value.code == "timeout"


def test_a_closed_port_is_out_of_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
    with closing(GuardedSession(AddressRules.parse([host]))) as session, pytest.raises(ServiceUnavailable) as caught:
        session.get(f"http://{host}/")
    assert caught.value.code == "connection_failed"


def test_an_unknown_name_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ServiceUnavailable) as caught:
        GuardedSession().get("https://nowhere.example/")
    assert caught.value.code == "connection_failed"


def test_proxy_variables_are_not_read(
    monkeypatch: pytest.MonkeyPatch, server: FakePlatform, session: GuardedSession
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.routes[("GET", "/p")] = lambda _: Answer(200, b"direct")
    assert session.get(f"{server.base}/p").body == b"direct"


def test_every_request_names_the_tool(server: FakePlatform, session: GuardedSession) -> None:
    server.routes[("GET", "/ua")] = lambda _: Answer(200)
    session.get(f"{server.base}/ua", {"Accept": "text/plain"})
    assert "LTI 1.3" in server.seen[0].headers["user-agent"]
    assert server.seen[0].headers["accept"] == "text/plain"


def test_an_answer_that_is_not_json_is_named(server: FakePlatform, session: GuardedSession) -> None:
    server.routes[("GET", "/html")] = lambda _: Answer(200, b"<html>")
    with pytest.raises(ServiceUnavailable) as caught:
        session.get(f"{server.base}/html").json()
    assert caught.value.code == "reply_not_json"


def test_tls_without_a_certificate_is_refused(server: FakePlatform) -> None:
    with (
        closing(GuardedSession(AddressRules.parse([server.host]))) as session,
        pytest.raises(ServiceUnavailable) as caught,
    ):
        session.get(server.base.replace("http:", "https:"))
    assert caught.value.code in {"tls_failed", "connection_failed"}


def test_the_id_of_the_request_goes_along(server: FakePlatform, session: GuardedSession) -> None:
    server.routes["GET", "/any"] = lambda request: Answer()
    session.get(f"{server.base}/any")
    token = REQUEST_ID.set("proxy-1234567")
    try:
        session.get(f"{server.base}/any")
    finally:
        REQUEST_ID.reset(token)
    sent = [{name.lower(): value for name, value in request.headers.items()} for request in server.seen]
    assert [headers.get("x-request-id") for headers in sent] == [None, "proxy-1234567"]
