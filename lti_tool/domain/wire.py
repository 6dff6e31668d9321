"""Activities, certificates, questions as versioned plain dicts (JSON) and back. An unknown version is refused.

One generic reader over the dataclasses' own types: what the domain can hold is exactly what can be
stored, and a field that is missing, unknown or of a wrong type is named in the error.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from lti_tool.domain.activity import Activity
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput
from lti_tool.domain.question import BankQuestion

ACTIVITY_VERSION = "activity/1"
CERTIFICATE_VERSION = "certificate/1"
QUESTION_VERSION = "question/1"

LATER: Mapping[str, Any] = types.MappingProxyType({"later": True})
"""Metadata of a field that an earlier release does not know: it is left out while it has nothing to say, so that what
is written without it is understood by that release."""

T = TypeVar("T")


def _is_said(item: Field[Any], value: Any) -> bool:
    return "later" not in item.metadata or value != item.default


def _out(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((item, getattr(value, item.name)) for item in fields(value))
        return {item.name: _out(part) for item, part in parts if _is_said(item, part)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_out(key)): _out(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(_out(item) for item in value)
    if isinstance(value, tuple):
        return [_out(item) for item in value]
    return value


def _wrong(where: str, expected: str) -> BadInput:
    return BadInput("wire_wrong_type", f"{where}: expected {expected}", faults={where: "wire_wrong_type"})


@lru_cache(maxsize=256)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _object(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(where, "an object")
    known = {item.name: item for item in fields(kind)}
    for name in data:
        if name not in known:
            raise BadInput("wire_unknown_field", f"{where}.{name}: unknown", faults={f"{where}.{name}": "unknown"})
    for name, item in known.items():
        if name not in data and item.default is MISSING and item.default_factory is MISSING:
            raise BadInput("wire_missing_field", f"{where}.{name}: missing", faults={f"{where}.{name}": "missing"})
    hints = _hints(kind)
    return kind(**{name: _in(hints[name], value, f"{where}.{name}") for name, value in data.items()})


def _scalar(kind: Any, data: Any, where: str) -> Any:
    if kind in (bool, int, str):
        if type(data) is not kind:
            raise _wrong(where, kind.__name__)
        return data
    if not isinstance(data, str):
        raise _wrong(where, "text")
    try:
        value = kind.fromisoformat(data) if kind in (date, datetime) else kind(data)
    except (ValueError, InvalidOperation) as error:
        raise _wrong(where, getattr(kind, "__name__", str(kind))) from error
    if isinstance(value, Decimal) and not value.is_finite():
        raise _wrong(where, "a finite number as text")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise _wrong(where, "a time with its offset from UTC")
    return value


def _many(origin: Any, arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    if origin is Mapping or origin is dict:
        if not isinstance(data, dict):
            raise _wrong(where, "an object")
        return {
            _in(arguments[0], key, where): _in(arguments[1], value, f"{where}.{key}") for key, value in data.items()
        }
    if not isinstance(data, list):
        raise _wrong(where, "a list")
    return origin(_in(arguments[0], value, f"{where}[{index}]") for index, value in enumerate(data))


_SHAPES: Mapping[type, Any] = {list: tuple, dict: Mapping}


def _choice(rest: list[Any], arguments: tuple[Any, ...], data: Any, where: str) -> Any:
    """One of several types, told apart by the shape that JSON gives them."""
    if data is None and type(None) in arguments:
        return None
    shape = _SHAPES.get(type(data), type(data))
    fitting = [kind for kind in rest if (get_origin(kind) or kind) is shape]
    return _in((fitting or rest)[0], data, where)


def _in(kind: Any, data: Any, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _choice([argument for argument in arguments if argument is not type(None)], arguments, data, where)
    if origin in (tuple, frozenset, dict, Mapping):
        return _many(origin, arguments, data, where)
    return _object(kind, data, where) if isinstance(kind, type) and is_dataclass(kind) else _scalar(kind, data, where)


def _versioned(version: str, data: Any) -> Any:
    found = data.get("version") if isinstance(data, dict) else None
    if found != version:
        raise BadInput("wire_version", f"unknown version {found!r}, this release reads {version!r}", found=found)
    return data.get("body")


def read_value(kind: type[T], data: Any) -> T:
    """A frozen value from plain data. Raises ``BadInput`` naming the field."""
    result: T = _in(kind, data, kind.__name__)
    return result


def write_value(value: Any) -> Any:
    """Plain data from a frozen value; ``read_value`` gives the same value back."""
    return _out(value)


def write_activity(activity: Activity) -> dict[str, Any]:
    return {"version": ACTIVITY_VERSION, "body": _out(activity)}


def read_activity(data: Any) -> Activity:
    """Raises ``BadInput`` for an unknown version or a body that does not fit."""
    return read_value(Activity, _versioned(ACTIVITY_VERSION, data))


def write_certificate(certificate: Certificate) -> dict[str, Any]:
    return {"version": CERTIFICATE_VERSION, "body": _out(certificate)}


def read_certificate(data: Any) -> Certificate:
    """Raises ``BadInput`` for an unknown version or a body that does not fit."""
    return read_value(Certificate, _versioned(CERTIFICATE_VERSION, data))


def write_question(bank: BankQuestion) -> dict[str, Any]:
    return {"version": QUESTION_VERSION, "body": _out(bank)}


def read_question(data: Any) -> BankQuestion:
    """Raises ``BadInput`` for an unknown version or a body that does not fit."""
    return read_value(BankQuestion, _versioned(QUESTION_VERSION, data))
