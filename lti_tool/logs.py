"""Log lines: one JSON object each for machines, short lines on a terminal. Never a name, an e-mail or a token.

What is logged are codes, references and row keys; callers pass nothing else. ``redact`` is the net below.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

_EMAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+\.[A-Za-z]{2,}")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BEARER = re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._~+/=-]+")
CHATTY = ("alembic", "fontTools", "weasyprint", "weasyprint.progress")
"""Libraries that tell each step at INFO."""
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""What is being done now, for log lines and for requests to an LMS: one id per browser request or delivery."""
EXTRAS = ("code", "status", "reference", "delivery", "platform", "outcome")


def redacted(text: str) -> str:
    """The text without e-mail addresses, tokens and bearer values."""
    return _BEARER.sub(r"\1[token]", _JWT.sub("[token]", _EMAIL.sub("[e-mail]", text)))


def _number(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {**event, "request_id": REQUEST_ID.get()} if REQUEST_ID.get() else event


def _redact(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up_logs(level: int = logging.INFO) -> None:
    """Send the standard library's logging through structlog to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(EXTRAS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _number,
        _redact,
    ]
    last = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
