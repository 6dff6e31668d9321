"""Servers of a test on this machine: free ports, and certificates that only one test run knows."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]
"""Paths of certificate and key."""


def self_signed(folder: Path, host: str) -> Pair:
    """A certificate for ``host``, to be trusted by those who are told."""
    certificate, key = folder / "tls.pem", folder / "tls.key"
    name = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "2", *name, "-keyout", key, "-out", certificate]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return str(certificate), str(key)


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def has_ipv6() -> bool:
    """Whether this machine's loopback has its IPv6 address."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
