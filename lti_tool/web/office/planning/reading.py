"""From what a browser posts to fields of the document, and the buttons that add, move and remove items."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict

from lti_tool.domain.document import Document
from lti_tool.web.office.planning.controls import (
    Carried,
    Choice,
    Control,
    Group,
    Matched,
    Numbers,
    Rows,
    Text,
    Tick,
    Ticks,
    fields_of,
)

Form = MultiDict[str, str]
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_UNUSABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MOST_ITEMS = 500
ACTION = "do"
"""Name of the buttons that change a list."""


def joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _text(value: str, limit: int) -> str:
    """Line ends as the document keeps them; what no database takes is left out."""
    return _UNUSABLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))[: max(2 * limit, 10_000)].strip("\n")


def keys_in(form: Form, name: str) -> list[str]:
    """The keys of a list's items, in order, each once."""
    keys = dict.fromkeys(key for key in form.getlist(name) if _KEY.fullmatch(key))
    return list(keys)[:MOST_ITEMS]


def _rows(control: Rows, form: Form, name: str) -> list[Document]:
    items = []
    for key in keys_in(form, name):
        where = joined(name, key)
        item: Document = {"key": key}
        kind = form.get(joined(where, "kind"), "")
        if control.kinds and kind in control.kinds:
            item["kind"] = kind
        for field in fields_of(control, item):
            item[field.name] = value_of(field, form, where)
        items.append(item)
    return items


def _tick(sent: list[str], is_kept: bool) -> bool | None:
    """A box that says yes by default sends "no" beside it: an item that was just added has sent nothing."""
    if "yes" in sent:
        return True
    return False if is_kept and sent else None


def _mapping(form: Form, name: str, limit: int) -> dict[str, str]:
    return {key: _text(form.get(joined(name, key), ""), limit) for key in keys_in(form, name)}


def value_of(control: Control, form: Form, prefix: str) -> Any:
    """The field's value; empty ones are dropped by the document itself."""
    name = joined(prefix, control.name)
    match control:
        case Carried():
            return _text(form.get(name, ""), control.limit)[: control.limit]
        case Text():
            text = _text(form.get(name, ""), control.limit)
            if control.kind == "lines":
                return [line.strip() for line in text.split("\n") if line.strip()]
            return text if control.rows > 1 else " ".join(text.split())
        case Choice():
            word = _text(form.get(name, ""), 200)
            return {"true": True, "false": False}.get(word) if control.is_flag else word
        case Ticks():
            return list(dict.fromkeys(_text(value, 200) for value in form.getlist(name)))[:MOST_ITEMS]
        case Tick():
            return _tick(form.getlist(name), control.is_kept)
        case Group():
            return {field.name: value_of(field, form, name) for field in control.fields}
        case Rows():
            return _rows(control, form, name)
        case Matched() | Numbers():
            return _mapping(form, name, 60)


def read_fields(controls: Iterable[Control], form: Form) -> Document:
    """All fields of a section."""
    return {control.name: value_of(control, form, "") for control in controls}


def new_key(letter: str) -> str:
    return f"{letter}{secrets.token_hex(3)}"


def act(form: Form, action: str, letters: dict[str, str]) -> str:
    """Carry out a button on the posted lists; gives the name of what should be looked at next.

    ``add:<list>`` or ``add:<list>:<kind>``, ``remove:<list>.<key>``, ``up:…``, ``down:…``; anything else does nothing.
    ``letters``: list (keys of items left out) to the letter of its keys.
    """
    verb, _, rest = action.partition(":")
    path, _, kind = rest.partition(":")
    if verb == "add":
        return _add(form, path, kind, letters)
    holder, _, key = path.rpartition(".")
    keys = keys_in(form, holder)
    if key not in keys:
        return ""
    place = keys.index(key)
    if verb == "remove":
        keys.remove(key)
    elif verb in ("up", "down"):
        other = min(max(place + (1 if verb == "down" else -1), 0), len(keys) - 1)
        keys[place], keys[other] = keys[other], keys[place]
    form.setlist(holder, keys)
    return holder if verb == "remove" else path


def _add(form: Form, path: str, kind: str, letters: dict[str, str]) -> str:
    letter = next((letter for pattern, letter in letters.items() if re.fullmatch(pattern, path)), "")
    if not letter:
        return ""
    key = new_key(letter)
    form.add(path, key)
    if kind:
        form.add(f"{path}.{key}.kind", kind)
    return f"{path}.{key}"


def list_letters(controls: Iterable[Control], prefix: str = "") -> dict[str, str]:
    """Every list of a section, as a pattern of its name, with the letter of its keys."""
    found: dict[str, str] = {}
    for control in controls:
        name = joined(prefix, re.escape(control.name)) if prefix == "" else rf"{prefix}\.{re.escape(control.name)}"
        match control:
            case Rows():
                found[name] = control.letter
                inner = [*control.fields, *(field for _, fields in control.kinds.values() for field in fields)]
                found |= list_letters(inner, rf"{name}\.[^.]+")
            case Group():
                found |= list_letters(control.fields, name)
    return found
