"""The LMS on a threaded server, on loopback and nowhere else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lti_tool.demo.app import app_for
from lti_tool.demo.config import LmsConfig, is_loopback
from lti_tool.demo.platform import DemoLms, utc_now
from lti_tool.demo.record import Clock


class QuietHandler(WSGIRequestHandler):
    """The journal is the log; addresses on a console would only drown what matters."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def serve_lms(
    config: LmsConfig,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[DemoLms], None] | None = None,
) -> None:
    """Serves until interrupted; ``on_ready`` is called once the port is open.

    Raises ValueError for a host that is not loopback, OSError for a taken port.
    """
    server, lms = _bound(config, host, port, utc_now)
    if on_ready is not None:
        on_ready(lms)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


@contextmanager
def running_lms(
    config: LmsConfig, *, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None
) -> Iterator[DemoLms]:
    """A live LMS in a thread, on a port that the OS chooses; ``lms.issuer`` is its address."""
    server, lms = _bound(config, host, port, clock or utc_now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield lms
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bound(config: LmsConfig, host: str, port: int, clock: Clock) -> tuple[BaseWSGIServer, DemoLms]:
    """The port first, so that the LMS knows its own address from the start."""
    if not is_loopback(host):
        raise ValueError(f"The demo LMS listens on loopback only, not on {host!r}.")
    with _listening(host, port) as listener:
        server = make_server(host, port, _not_ready, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    try:
        name = f"[{host}]" if ":" in host else host
        base = config.base_url or f"http://{name}:{server.port}"
        lms = DemoLms(replace(config, base_url=base.rstrip("/")), clock)
        server.app = app_for(lms)
    except BaseException:
        server.server_close()
        raise
    return server, lms


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket. Werkzeug would end the process over a taken port; here it is an OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family, backlog=128)
    except OSError as error:
        reason = f"The demo LMS cannot listen on {host}:{port}: {error.strerror}. Choose another port."
        raise OSError(error.errno, reason) from error


def _not_ready(_environ: object, start_response: object) -> list[bytes]:
    raise RuntimeError("the demo LMS has not started yet")
