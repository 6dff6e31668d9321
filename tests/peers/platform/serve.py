"""Run the Open edX LTI consumer as a platform of its own, on loopback, until standard input closes.

Started by ``tests/peers/conftest.py`` with the interpreter of the peers environment; never imported by the product.
Prints ``READY <root url>`` once it answers. The port is bound before the settings are read, because the issuer
contains it.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).parents[3]
"""The repository: last in the path, for the block's door to the platform (``xblock_cme.compat``)."""


def bind() -> ThreadedWSGIServer:
    """Take a free port that the operating system chooses."""
    server = ThreadedWSGIServer((LOOPBACK, 0), WSGIRequestHandler, allow_reuse_address=False)
    server.daemon_threads = True
    return server


def prepare(root_url: str, state: Path) -> None:
    """Point Django at this address and this folder, and build the tables."""
    sys.path.append(str(ROOT))
    os.environ["CAMPUS_ROOT_URL"] = root_url
    os.environ["CAMPUS_STATE"] = str(state)
    os.environ["DJANGO_SETTINGS_MODULE"] = "campus.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def stop_with_parent(server: ThreadedWSGIServer) -> None:
    """End with the process that started us: its end of our standard input closes when it dies."""
    sys.stdin.read()
    server.shutdown()


def main() -> None:
    server = bind()
    root_url = f"http://{LOOPBACK}:{server.server_port}"
    prepare(root_url, Path(sys.argv[1]))
    from django.core.wsgi import get_wsgi_application

    server.set_app(get_wsgi_application())
    threading.Thread(target=stop_with_parent, args=(server,), daemon=True).start()
    sys.stdout.write(f"READY {root_url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.05)
    server.server_close()


if __name__ == "__main__":
    main()
