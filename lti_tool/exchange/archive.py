"""Zip files of strangers: looked at before anything is unpacked, and never unpacked to a disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePosixPath

from lti_tool.domain.fault import Place
from lti_tool.exchange.reading import Reading

MAX_FILES = 12_000
MAX_UNPACKED = 120_000_000
MAX_RATIO = 200
"""Unpacked to packed bytes: text packs well, but not that well."""
SMALL = 1_000_000
"""Below this size the ratio says nothing."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = ("__MACOSX/", ".DS_Store")
_TOP = Place(1, 1)


def is_zip(data: bytes) -> bool:
    """Begins like a zip file."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _why_not(members: list[zipfile.ZipInfo]) -> tuple[str, str] | None:
    if len(members) > MAX_FILES:
        return f"more than {MAX_FILES} files", "split the package"
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        return f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "split the package"
    for member in members:
        if member.flag_bits & 1:
            return f"{member.filename[:80]!r} is encrypted", "pack it without a password"
        if member.file_size > SMALL and member.file_size > MAX_RATIO * max(1, member.compress_size):
            return f"{member.filename[:80]!r} unpacks to more than {MAX_RATIO} times its size", "pack it anew"
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            return f"{member.filename[:80]!r} lies outside of the package", "pack it anew"
    return None


def unpack(data: bytes, reading: Reading) -> dict[str, bytes] | None:
    """Files by their path, or ``None`` after noting why the package is not read."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            members = [member for member in package.infolist() if not member.is_dir()]
            reason = _why_not(members)
            if reason:
                reading.fault(_TOP, "", *reason)
                return None
            return _bodies(package, members, reading)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        reading.fault(_TOP, "", "a damaged zip file", "pack it anew")
        return None


def _bodies(package: zipfile.ZipFile, members: list[zipfile.ZipInfo], reading: Reading) -> dict[str, bytes] | None:
    """Never more than the directory has announced: what it says of sizes may be a lie."""
    found: dict[str, bytes] = {}
    for member in members:
        with package.open(member) as stream:
            body = stream.read(member.file_size + 1)
        if len(body) > member.file_size:
            reading.fault(_TOP, member.filename, "larger than the package says", "pack it anew")
            return None
        if not member.filename.startswith(_LEFT_OUT):
            found[member.filename.replace("\\", "/").removeprefix("./")] = body
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip file that is the same for the same files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in files.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
