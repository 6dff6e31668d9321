"""The circuit breaker, and what it spares the session."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.breaker import CircuitBreaker
from lti_tool.lti.http import GuardedSession


def open_circuit() -> CircuitBreaker:
    breaker = CircuitBreaker(failures=3, pause=30)
    for _ in range(3):
        breaker.check("a", 100)
        breaker.failed("a", 100)
    return breaker


def test_after_failures_in_a_row_a_host_is_left_alone() -> None:
    breaker = open_circuit()
    with pytest.raises(ServiceUnavailable) as caught:
        breaker.check("a", 110.5)
    assert (caught.value.code, caught.value.facts["retry_after"]) == ("circuit_open", 20)
    breaker.check("b", 110.5)


def test_after_the_pause_one_caller_tries() -> None:
    breaker = open_circuit()
    breaker.check("a", 130)
    with pytest.raises(ServiceUnavailable):
        breaker.check("a", 130)
    breaker.succeeded("a")
    breaker.check("a", 130)


def test_a_success_in_between_starts_the_count_again() -> None:
    breaker = CircuitBreaker(failures=2)
    for _ in range(5):
        breaker.failed("a", 0)
        breaker.succeeded("a")
    breaker.check("a", 0)


def test_a_dead_host_is_no_longer_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
    codes = []
    with closing(GuardedSession(AddressRules.parse([host]), breaker=CircuitBreaker(failures=2))) as session:
        for _ in range(4):
            with pytest.raises(ServiceUnavailable) as caught:
                session.get(f"http://{host}/")
            codes.append(caught.value.code)
    assert codes == ["connection_failed", "connection_failed", "circuit_open", "circuit_open"]
