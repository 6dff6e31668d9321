"""Mail by SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314)."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.mail import Message, Security

TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Sends through one server. ``user`` empty: without signing in."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = ""
    timeout: float = TIMEOUT_SECONDS

    def send(self, message: Message) -> None:
        """Hand a message over.

        Raises ``ServiceUnavailable("mail_not_taken")`` for what may pass, ``BadInput("mail_refused")`` for what the
        server will never take (a 5xx answer to recipient or text; RFC 5321, 4.2.1).
        """
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(self._letter(message))
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refused(code, words) from error
        except smtplib.SMTPAuthenticationError as error:
            # Somebody will correct the password; the message is not to blame.
            raise ServiceUnavailable(
                "mail_not_taken", f"the mail server refused the account: {error.smtp_code}"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ServiceUnavailable("mail_not_taken", f"{type(error).__name__}: {error}"[:300]) from error

    def _connected(self) -> smtplib.SMTP:
        if self.security is Security.TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.security is Security.STARTTLS:
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, message.recipient, message.subject
        letter["Date"] = format_datetime(message.written_at)
        # The same message sent twice (a crash after sending) is recognised as one by its id.
        letter["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2].rstrip('>') or make_msgid()}>"
        letter["Auto-Submitted"] = "auto-generated"
        if message.stop_link:
            letter["List-Unsubscribe"] = f"<{message.stop_link}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        letter.set_content(message.body)
        if message.language:
            letter["Content-Language"] = message.language  # after the content, which sweeps such headers away
        return letter


def _refused(code: int, words: bytes | str) -> BadInput | ServiceUnavailable:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text = " ".join(f"{code} {said}".split())[:300]
    return BadInput("mail_refused", text) if 500 <= code < 600 else ServiceUnavailable("mail_not_taken", text)
