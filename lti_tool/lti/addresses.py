"""Which addresses the tool may connect to.

Private, loopback, link-local, multicast and reserved addresses are refused, also when wrapped in IPv6 (mapped, 6to4,
Teredo, NAT64), unless a setting allows them, so that an LMS in a hospital's network can be connected on purpose.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import HTTPError

from lti_tool.domain.errors import BadInput

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)
"""Hosts that C libraries read as an IPv4 address (``127.1``, ``0x7f000001``, ``2130706433``)."""


class AddressForbidden(HTTPError):
    """Raised inside urllib3 when no address of a host may be connected to."""


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which private addresses may be reached on purpose: networks, and hosts with or without a port."""

    networks: tuple[IPNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AddressRules:
        """Read a setting such as ``["10.20.0.0/16", "lms.hospital.example", "127.0.0.1:8081"]``.

        Raises ``BadInput`` (``allowlist_entry``) for an entry that is neither a network nor a host.
        """
        networks: list[IPNetwork] = []
        hosts: set[str] = set()
        for entry in (text.strip().lower() for text in entries):
            network = _network(entry)
            if network is not None:
                networks.append(network)
            elif re.fullmatch(r"[a-z0-9._-]+(:\d{1,5})?|\[[0-9a-f:.]+\]:\d{1,5}", entry):
                hosts.add(entry)
            else:
                raise BadInput("allowlist_entry", f"not a network, host or host:port: {entry!r}", entry=entry)
        return cls(tuple(networks), frozenset(hosts))

    def names(self, host: str, port: int) -> bool:
        """The setting names this very host (or host and port)."""
        bare = host.lower().strip("[]")
        literal = f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"
        return bare in self.hosts or literal in self.hosts

    def permits(self, address: IPAddress) -> bool:
        """Public, or inside an allowed network. Addresses that wrap an IPv4 address are judged by what they wrap."""
        inner = _unwrapped(address)
        if any(inner.version == net.version and inner in net for net in self.networks):
            return True
        is_site_local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local
        return inner.is_global and not (inner.is_multicast or inner.is_reserved or is_site_local)


def _network(entry: str) -> IPNetwork | None:
    try:
        return ipaddress.ip_network(entry)
    except ValueError:
        return None


def _unwrapped(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def resolve(host: str, port: int, rules: AddressRules) -> list[tuple[int, Any]]:
    """(family, socket address) of every permitted address; raises if any address is forbidden or none is known."""
    is_named = rules.names(host, port)
    found: list[tuple[int, Any]] = []
    for family, _, _, _, sockaddr in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM):
        address = ipaddress.ip_address(str(sockaddr[0]).partition("%")[0])
        if not (is_named or rules.permits(address)):
            raise AddressForbidden(f"{host} has the address {address}")
        found.append((family, sockaddr))
    return found


def literal_of(host: str) -> IPAddress | None:
    """``host`` as an address if it is one, with or without the brackets of IPv6."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
