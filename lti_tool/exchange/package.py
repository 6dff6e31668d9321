"""Zip files with questions: content packages (QTI), or one file of another format with its images beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from lti_tool.domain.activity import Level
from lti_tool.domain.fault import Place, said
from lti_tool.exchange.qti_read import read_item
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.tags import told_tags
from lti_tool.exchange.xml import Element, name_of, parse_xml

MANIFEST = "imsmanifest.xml"
_TOP = Place(1, 1)
Labels = tuple[tuple[str, ...], Level | None]


def resolved(base: str, address: str) -> str:
    """The path in the package that an address in the file ``base`` leads to; ``""`` if it leads out of it."""
    parts: list[str] = []
    for part in (PurePosixPath(base).parent / unquote(address)).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _finder(files: Mapping[str, bytes], base: str) -> Callable[[str], bytes | None]:
    return lambda address: files.get(resolved(base, address))


def _labels(resource: Element) -> Labels:
    words = [
        "".join(inner.itertext()).strip()
        for inner in resource.iter()
        if name_of(inner) in ("langstring", "string") and name_of(inner.getparent()) == "keyword"
    ]
    return told_tags(words)


def _items(manifest: Element) -> dict[str, Labels]:
    """Paths of the items that a manifest lists, with what it says of them."""
    found: dict[str, Labels] = {}
    for resource in manifest.iter():
        kind = resource.get("type") or "" if name_of(resource) == "resource" else ""
        if kind.startswith(("imsqti_item", "imsqti_apipitem")):
            found[unquote(resource.get("href") or "")] = _labels(resource)
    return found


def read_package(files: Mapping[str, bytes], reading: Reading) -> None:
    """Every item of a content package."""
    path = next(name for name in files if PurePosixPath(name).name == MANIFEST)
    manifest = parse_xml(files[path], reading, path)
    if manifest is None:
        return
    items = _items(manifest)
    if not items:
        reading.fault(_TOP, path, "the manifest lists no items", "export the package with its items")
    for href, labels in items.items():
        if reading.is_full:
            return
        name = resolved(path, href)
        if name not in files:
            reading.fault(_TOP, path, said("the file {href!r} is not in the package", href=href[:80]), "pack it anew")
            continue
        read_item(files[name], reading, name, _finder(files, name), labels)


def is_package(files: Mapping[str, bytes]) -> bool:
    """Holds a manifest."""
    return any(PurePosixPath(name).name == MANIFEST for name in files)


def read_loose_item(data: bytes, reading: Reading, media: Mapping[str, bytes]) -> None:
    """One item that is a file of its own."""
    by_name = {PurePosixPath(name).name: body for name, body in media.items()}
    read_item(data, reading, "", lambda address: by_name.get(PurePosixPath(unquote(address)).name))
