"""Mail by SMTP, to a real server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.mail import Message, Security
from lti_tool.mail.smtp import SmtpMailer

MESSAGE = Message("m1", "ana@example.org", "Erinnerung – ваша", "Grüße, 王伟\n.\nEnd", datetime(2026, 3, 2, tzinfo=UTC))


class Inbox:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return self.answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(inbox: Inbox, **how: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mailer(port: int, **more: Any) -> SmtpMailer:
    known: dict[str, Any] = {"sender": "CME Office <cme@example.org>", "security": Security.NONE, "timeout": 2.0}
    return SmtpMailer("127.0.0.1", port, **known | more)


def test_a_letter_arrives_as_it_was_written() -> None:
    inbox = Inbox()
    with serving(inbox) as port:
        mailer(port).send(MESSAGE)
    (letter,) = inbox.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        "ana@example.org",
        "CME Office <cme@example.org>",
        "Erinnerung – ваша",
    )
    assert letter["Message-ID"] == "<m1@example.org>"
    assert letter.get_content().splitlines() == MESSAGE.body.splitlines()


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"recipient_answer": "550 5.1.1 no such user"}, BadInput),
        ({"answer": "554 5.7.1 not wanted"}, BadInput),
        ({"recipient_answer": "451 4.7.1 greylisted"}, ServiceUnavailable),
        ({"answer": "452 4.2.2 mailbox full"}, ServiceUnavailable),
    ],
)
def test_refusals_are_told_apart(answers: dict[str, str], kind: type[Exception]) -> None:
    inbox = Inbox()
    vars(inbox).update(answers)
    (words,) = answers.values()
    with serving(inbox) as port, pytest.raises(kind, match=words.split()[-1]):
        mailer(port).send(MESSAGE)


def test_no_server_is_something_that_passes() -> None:
    with pytest.raises(ServiceUnavailable):
        mailer(free_port()).send(MESSAGE)


def test_nothing_goes_out_in_clear_where_protection_was_asked_for() -> None:
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(ServiceUnavailable):
        mailer(port, security=Security.STARTTLS).send(MESSAGE)
    with serving(inbox) as port, pytest.raises(ServiceUnavailable):
        mailer(port, security=Security.TLS).send(MESSAGE)
    assert inbox.letters == []


def test_a_server_that_hangs_holds_nobody_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ServiceUnavailable):
        mailer(silent.getsockname()[1], timeout=0.2).send(MESSAGE)


def checked(password: bytes) -> Callable[..., AuthResult]:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == password, handled=False)

    return check


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_is_the_operators_to_mend() -> None:
    inbox, how = Inbox(), {"authenticator": checked(b"secret"), "auth_require_tls": False, "auth_required": True}
    with serving(inbox, **how) as port:
        mailer(port, user="cme", password="secret").send(MESSAGE)
        with pytest.raises(ServiceUnavailable, match="535"):
            mailer(port, user="cme", password="wrong").send(MESSAGE)
    assert len(inbox.letters) == 1


def test_an_address_cannot_add_lines() -> None:
    bad = Message("m2", "a@example.org\r\nBcc: all@example.org", "s", "b", MESSAGE.written_at)
    inbox = Inbox()
    with serving(inbox) as port, pytest.raises(ValueError, match=r"linefeed|newline|CR"):
        mailer(port).send(bad)
    assert inbox.letters == []
