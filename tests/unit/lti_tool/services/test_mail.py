"""Mail: queued with its reason, told once, tried again, and given up with the server's own words."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.mail import Message, Written
from lti_tool.services.mail import ASKED_FOR, GIVE_UP_AFTER, LEASE, Postman, deliver_mail, queue_mail
from tests.unit.lti_tool.services.staffing import NOW, Staffing, staffed


@pytest.fixture
def staffing(migrated_database_url: str) -> Iterator[Staffing]:
    with staffed(migrated_database_url) as made:
        yield made


@dataclass
class Server:
    """A mail server that answers as told, then takes everything."""

    answers: list[Exception | None] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(message)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def queue(staffing: Staffing, key: str = "", to: str = "a@example.org") -> None:
    with staffing.db() as session:
        queue_mail(session, staffing.provider, to, Written("Your\nlink", "Open it.", "en"), NOW, ASKED_FOR, key=key)


def rows(staffing: Staffing) -> list[tuple[str, int, str, str]]:
    with staffing.db() as session:
        found = session.scalars(select(models.Mail).order_by(models.Mail.recipient))
        return [(row.state, row.tries, row.body, row.answer) for row in found]


def test_sent_once_and_forgotten(staffing: Staffing) -> None:
    server = Server()
    postman = Postman(staffing.sessions, server, Clock())
    queue(staffing)
    assert deliver_mail(postman) == 1
    assert deliver_mail(postman) == 0
    (message,) = server.taken
    assert (message.recipient, message.subject, message.body) == ("a@example.org", "Your link", "Open it.")
    assert rows(staffing) == [("sent", 1, "", "")]


def test_the_same_thing_is_told_once(staffing: Staffing) -> None:
    for _ in range(3):
        queue(staffing, "reminder:1")
    queue(staffing, "reminder:2")
    assert len(rows(staffing)) == 2


def test_what_may_pass_is_tried_again_later_and_later(staffing: Staffing) -> None:
    server, clock = Server([ServiceUnavailable("mail_not_taken", "451 later")] * 3), Clock()
    postman = Postman(staffing.sessions, server, clock)
    queue(staffing)
    pauses = []
    for _ in range(3):
        assert deliver_mail(postman) == 1
        assert rows(staffing)[0][3] == "451 later"
        before = clock.now
        while deliver_mail(postman, limit=0) == 0 and not _is_due(staffing, clock.now):
            clock.now += timedelta(seconds=30)
        pauses.append(clock.now - before)
    assert pauses == sorted(set(pauses))
    assert deliver_mail(postman) == 1
    assert len(server.taken) == 1


def _is_due(staffing: Staffing, now: datetime) -> bool:
    with staffing.db() as session:
        return session.scalars(select(models.Mail)).one().next_at <= now


@pytest.mark.parametrize("error", [BadInput("mail_refused", "550 no such user")])
def test_what_is_refused_for_good_is_kept_with_the_servers_words(staffing: Staffing, error: Exception) -> None:
    server = Server([error])
    queue(staffing)
    deliver_mail(Postman(staffing.sessions, server, Clock()))
    assert rows(staffing) == [("failed", 1, "Open it.", "550 no such user")]


def test_after_three_days_it_is_given_up(staffing: Staffing) -> None:
    server, clock = Server([ServiceUnavailable("mail_not_taken", "away")] * 99), Clock()
    queue(staffing)
    for later, state in ((timedelta(0), "waiting"), (GIVE_UP_AFTER, "failed")):
        clock.now += later
        deliver_mail(Postman(staffing.sessions, server, clock))
        assert rows(staffing)[0][0] == state


def test_a_fault_of_our_own_does_not_lose_it(staffing: Staffing, caplog: pytest.LogCaptureFixture) -> None:
    server = Server([RuntimeError("bug")])
    queue(staffing)
    deliver_mail(Postman(staffing.sessions, server, Clock()))
    assert rows(staffing)[0][0] == "waiting"
    assert "failed" in caplog.text


def test_a_worker_that_died_holds_it_up_for_one_lease(staffing: Staffing) -> None:
    class Died(BaseException):
        pass

    class Deadly:
        def send(self, message: Message) -> None:
            raise Died

    queue(staffing)
    with pytest.raises(Died):
        deliver_mail(Postman(staffing.sessions, Deadly(), Clock()))
    server, clock = Server(), Clock()
    postman = Postman(staffing.sessions, server, clock)
    assert deliver_mail(postman) == 0
    clock.now += LEASE
    assert deliver_mail(postman) == 1
    assert rows(staffing) == [("sent", 2, "", "")]


def test_workers_side_by_side_send_each_once(staffing: Staffing) -> None:
    server = Server()
    for number in range(20):
        queue(staffing, to=f"{number}@example.org")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: deliver_mail(Postman(staffing.sessions, server, Clock())), range(4)))
    assert len(server.taken) == len({message.id for message in server.taken}) == 20


def test_it_stops_when_told(staffing: Staffing) -> None:
    queue(staffing)
    assert deliver_mail(Postman(staffing.sessions, Server(), Clock(), lambda: True)) == 0
