"""Between a plan's document and an activity: where a plan begins with one, and what an approval freezes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from lti_tool.domain.activity import Activity
from lti_tool.domain.document import Document, parts_of, records, tidied
from lti_tool.domain.plan import file_data
from lti_tool.services.activity_file import CheckedFile, activity_data, check_activity_data

_BARE_LISTS = {"credits": "c", "commercial_support": "s", "relationships": "r"}
"""Lists whose items have no key in a file, and how the keys begin that they get in a plan."""
_OF_THE_VERSION = ("schema", "key", "designated")


_SAID = frozenset({"required", "anonymous", "answer"})
"""Truth values whose "no" says something; all others are no unless they are yes."""


def plain(value: Any) -> Any:
    """As authors type it: truth values stay, everything else that is no container is text."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items() if item is not False or name in _SAID}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _keyed(document: Document) -> None:
    for name, letter in _BARE_LISTS.items():
        for number, item in enumerate(records(document.get(name)), start=1):
            item.setdefault("key", f"{letter}{number}")
    for person in records(document.get("people")):
        _keyed(person)


def document_of(activity: Activity) -> Document:
    """The plan of an activity that was not planned here. Raises ``BadInput`` as ``write_activity_file``."""
    data = {name: value for name, value in activity_data(activity).items() if name not in _OF_THE_VERSION}
    document: Document = tidied(plain(data))
    _keyed(document)
    references = document.get("references")
    if isinstance(references, dict):
        document["references"] = [{"key": key, "text": text} for key, text in references.items()]
    return document


def checked(document: Document, key: str, designated: date, names: Collection[str]) -> CheckedFile:
    """The document as an activity, or every fault of it as a file, at the document's own paths."""
    return check_activity_data(file_data(document, key, designated), names)


def document_path(document: Document, path: str) -> str:
    """A fault names items without a key by number (``credits[#1]``); the plan names every item by its key."""
    result = ""
    place: Any = document
    for part, is_item in parts_of(re.sub(r"^references\.(.+)$", r"references[\1].text", path)):
        place, name = _numbered(place, part) if is_item else (_named(place, part), part)
        result += f"[{name}]" if is_item else f".{name}" if result else name
    return result


def _named(place: Any, name: str) -> Any:
    return place.get(name) if isinstance(place, dict) else None


def _numbered(place: Any, label: str) -> tuple[Any, str]:
    items = [item for item in place if isinstance(item, dict)] if isinstance(place, list) else []
    for item in _by_label(items, label):
        return item, str(item.get("key", label))
    return None, label


def _by_label(items: list[Any], label: str) -> Iterator[Any]:
    if label.startswith("#") and label[1:].isdigit() and 0 < int(label[1:]) <= len(items):
        yield items[int(label[1:]) - 1]
    yield from (item for item in items if item.get("key") == label)
