"""A real, unprivileged nginx with the shipped site: only what its head names, the ports and the log are other ones."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.loopback import has_ipv6, self_signed

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "config" / "nginx" / "cme-tool.conf"
SNIPPET = ROOT / "config" / "nginx" / "cme-tool-proxy.conf"
UNPACKED = ROOT / ".state" / "nginx" / "usr" / "sbin"
HOST = "localhost"
NOBODY = "nobody"
"""Whom nginx runs as where the tests are run by root."""
BELOW_PATH = "location /cme/ { include snippets/cme-tool-proxy.conf; }"
"""As docs/how-to/install.md gives it for a path of a shared host."""

# As Debian's own, as far as the site can tell; the folders are ours.
MAIN = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
    sendfile on;
    gzip on;
    default_type application/octet-stream;
    include sites-enabled/*;
}}
"""


def program() -> str:
    """The path of nginx. Raises AssertionError where scripts/bootstrap.sh has not been run."""
    found = shutil.which("nginx", path=os.pathsep.join([str(UNPACKED), os.environ.get("PATH", ""), "/usr/sbin"]))
    assert found is not None, "nginx is missing: run scripts/bootstrap.sh test"
    return found


def substituted(text: str, changes: Mapping[str, str]) -> str:
    """Each text replaced by another. Raises ValueError for one that does not occur."""
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the site has no {old!r}")
        text = text.replace(old, new)
    return text


@dataclass
class Nginx:
    """A running nginx; ``authority`` is the path of the certificate to trust."""

    folder: Path
    http_port: int
    port: int
    authority: str

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    @property
    def access_log(self) -> str:
        return (self.folder / "cme-tool.log").read_text("utf-8")

    def log_with(self, text: str) -> str:
        """The access log once it holds this: a request is noted there after its answer has gone out."""
        until = time.monotonic() + 10
        while text not in (log := self.access_log):
            assert time.monotonic() < until, f"{text!r} is not in {log!r}"
            time.sleep(0.05)
        return log

    @property
    def error_log(self) -> str:
        return (self.folder / "error.log").read_text("utf-8")


def site(folder: Path, ports: Sequence[int], upstreams: Sequence[int], text: str) -> str:
    """The site for this machine; ``upstreams`` are the ports of the web services."""
    plain, tls = ports
    server = "    server 127.0.0.1:8000 fail_timeout=0;"
    servers = "\n".join(f"    server 127.0.0.1:{port} fail_timeout=0;" for port in upstreams)
    changes = {
        "/etc/letsencrypt/live/cme.example.org/fullchain.pem": str(folder / "tls.pem"),
        "/etc/letsencrypt/live/cme.example.org/privkey.pem": str(folder / "tls.key"),
        "cme.example.org": HOST,
        server: servers,
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl",
        "listen [::]:80;": f"listen [::1]:{plain};" if has_ipv6() else "",
        "listen [::]:443 ssl http2;": f"listen [::1]:{tls} ssl http2;" if has_ipv6() else "",
        "/var/log/nginx/cme-tool.log": str(folder / "cme-tool.log"),
    }
    return substituted(text, changes)


@contextmanager
def serving(upstreams: Sequence[int], ports: Sequence[int], *, is_below_path: bool = False) -> Iterator[Nginx]:
    """nginx before these web services, on two ports (http and https) of this machine's loopback."""
    folder = Path(tempfile.mkdtemp(prefix="cme-nginx-"))
    folder.chmod(0o755)
    self_signed(folder, HOST)
    (folder / "snippets").mkdir()
    (folder / "sites-enabled").mkdir()
    shutil.copy(SNIPPET, folder / "snippets")
    shutil.copy(program(), folder / "nginx")
    text = SITE.read_text("utf-8")
    if is_below_path:
        text = substituted(text, {"location / {\n        include snippets/cme-tool-proxy.conf;\n    }": BELOW_PATH})
    (folder / "sites-enabled" / "cme-tool").write_text(site(folder, ports, upstreams, text), "utf-8")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder), "utf-8")
    user = None
    if os.geteuid() == 0:
        user = NOBODY
        shutil.chown(folder, NOBODY)
        shutil.chown(folder / "tls.key", NOBODY)
    command = [f"{folder}/nginx", "-p", str(folder), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
    process = subprocess.Popen(command, user=user)
    made = Nginx(folder, ports[0], ports[1], str(folder / "tls.pem"))
    try:
        _wait(made, process)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder)


def _wait(nginx: Nginx, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, nginx.error_log
        with socket.socket() as probe:
            if probe.connect_ex((HOST, nginx.port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(nginx.error_log)
