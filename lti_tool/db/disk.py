"""Where an SQLite file may lie: on a disk of this machine. Over a network its locks do not hold
(sqlite.org/howtocorrupt.html, 2.1), and records would be lost without a word."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = frozenset(
    {"afs", "beegfs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "sshfs"}
)
"""File systems as Linux names them; those in user space without their ``fuse.``."""
MOUNTS = Path("/proc/self/mounts")
"""Linux's own list (man 5 proc); elsewhere there is none, and nothing is refused."""


def network_file_system(file: Path, mounts: str) -> str:
    """The kind of network file system that ``file`` lies on, by the lines of ``mounts``; empty for a local disk."""
    kinds = dict(_mounted(line) for line in mounts.splitlines() if len(line.split()) >= 3)
    places = [file, *file.parents]
    kind = next((kinds[place] for place in places if place in kinds), "")
    return kind if kind.removeprefix("fuse.") in NETWORK else ""


def _mounted(line: str) -> tuple[Path, str]:
    _, place, kind, *_ = line.split()
    return Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)), kind


def mounts_now() -> str:
    """What is mounted on this machine."""
    try:
        return MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
