"""Forms of the office that follow from field rules: what was typed is kept, faults and other people's changes shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext, lazy_gettext

from lti_tool.domain.errors import BadInput, CmeError, Conflict
from lti_tool.domain.fields import FieldKind, FieldRule, Typed
from lti_tool.web.access import OfficeWork
from lti_tool.web.office.frame import office_page

FAULT_WORDS = {
    "missing": lazy_gettext("Fill this in"),
    "too_long": lazy_gettext("This is longer than the field takes"),
    "unprintable": lazy_gettext("This holds characters that cannot be printed"),
    "not_a_day": lazy_gettext("Enter a day as year-month-day, such as 2026-03-31"),
    "unknown_choice": lazy_gettext("Choose one of the list"),
    "unknown_zone": lazy_gettext("Enter a time zone such as America/Chicago"),
    "unknown_language": lazy_gettext("Enter language tags such as en, es-US"),
    "ends_before_start": lazy_gettext("The end lies before the beginning"),
    "not_of_an_activity": lazy_gettext("Documents of this kind belong to the provider, not to one activity"),
    "too_many_words": lazy_gettext("This has more words than the form takes"),
    "too_large": lazy_gettext("The file is too large"),
    "not_a_picture": lazy_gettext("This is not a sound PNG or JPEG of up to 25 megapixels"),
    "unknown_type": lazy_gettext("Files of this type are not kept; take PDF, PNG, JPEG, Office, text or CSV"),
    "not_what_it_says": lazy_gettext("The file is not what its name says, or is damaged"),
    "file_active": lazy_gettext("The file holds scripts, macros, actions or other files; save it without them"),
    "file_locked": lazy_gettext("The file is encrypted; save it without a password"),
    "too_many_pages": lazy_gettext("The file has too many pages"),
    "missing_slot": lazy_gettext("A place in braces that the body requires is missing"),
    "unknown_slot": lazy_gettext("A place in braces is not one of this text’s"),
    "odd_slot": lazy_gettext("A place in braces must be a plain name"),
    "unbalanced_brace": lazy_gettext("Every { needs its }"),
    "unbalanced_star": lazy_gettext("Every * needs its partner, with words between them"),
    "unbalanced_bracket": lazy_gettext("A part in brackets must hold a place in braces, and no further bracket or *"),
}
REFILLED = frozenset({"fields_unusable", "changed_meanwhile"})
"""Refusals after which the form is shown again, as it was typed."""


@dataclass(frozen=True, slots=True)
class Label:
    label: Any
    hint: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Words of the choices, by value."""
    prompt: Any = None


@dataclass(frozen=True, slots=True)
class Record:
    """One form page. ``values`` as kept; ``takes`` names a file field and its label."""

    title: Any
    rules: Sequence[FieldRule]
    labels: Mapping[str, Label]
    back: str
    values: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 0
    kicker: Any = None
    lede: Any = None
    takes: tuple[str, Any, Any] | None = None
    retire: tuple[str, Any] | None = None
    template: str = "office/record.html"
    more: Mapping[str, Any] = field(default_factory=dict)


def typed() -> Typed:
    """The form as sent."""
    return {name: request.form.getlist(name) for name in request.form}


def based_on() -> int:
    """The revision that the form was filled in from. Raises ``BadInput("page_wrong")``."""
    word = request.form.get("revision", "")
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise BadInput("page_wrong", faults={"revision": "page_wrong"})
    return int(word)


def sent_file(name: str, largest: int) -> tuple[str, bytes]:
    """Name and content of a file of the form, at most one byte more than ``largest``; empty without one."""
    found = request.files.get(name)
    if found is None:
        return "", b""
    with found.stream:
        return found.filename or "", found.stream.read(largest + 1)


def number_in(name: str) -> int:
    """A page number of the address, 1 without one. Raises ``BadInput("page_wrong")``."""
    word = request.args.get(name, "") or "1"
    if not word.isascii() or not word.isdigit() or len(word) > 6:
        raise BadInput("page_wrong", faults={name: "page_wrong"})
    return int(word)


def _shown(value: Any, label: Label) -> str:
    """A value for people to read."""
    if isinstance(value, date):
        return str(format_date(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(str(label.options.get(one, one)) for one in value) or gettext("nothing")
    return str(label.options.get(value, value)) if value else gettext("nothing")


def _value(rule: FieldRule, record: Record, is_refilled: bool) -> Any:
    if is_refilled:
        sent = request.form.getlist(rule.name)
        return sent if rule.kind is FieldKind.CHOICES else (sent[0] if sent else "")
    kept = record.values.get(rule.name)
    if isinstance(kept, date):
        return kept.isoformat()
    return ", ".join(kept) if rule.kind is FieldKind.LANGUAGES and isinstance(kept, (list, tuple)) else kept


def _current(error: CmeError | None) -> Mapping[str, Any]:
    """What somebody else has made of the row meanwhile, by field."""
    if not isinstance(error, Conflict):
        return {}
    found = dict(error.facts["current"])
    return {name.removesuffix("_id"): value for name, value in (found.pop("answers", None) or found).items()}


def _row(rule: FieldRule, record: Record, error: CmeError | None) -> dict[str, Any]:
    label = record.labels[rule.name]
    fault = error.faults.get(rule.name) if isinstance(error, BadInput) else None
    current, value = _current(error), _value(rule, record, error is not None)
    is_other = rule.name in current and _shown(current[rule.name], label) != _shown(value, label)
    return {
        "name": rule.name,
        "kind": rule.kind.value,
        "label": label.label,
        "hint": label.hint,
        "prompt": label.prompt if label.prompt is not None else gettext("None"),
        "required": rule.is_required,
        "longest": rule.longest,
        "value": value if value is not None else "",
        "options": [{"value": one, "label": label.options.get(one, one)} for one in rule.choices],
        "error": FAULT_WORDS.get(fault, fault) if fault else None,
        "current": _shown(current[rule.name], label) if is_other else None,
    }


def _faults(record: Record, error: CmeError | None) -> Iterable[dict[str, Any]]:
    known = {rule.name for rule in record.rules} | ({record.takes[0]} if record.takes else set())
    faults = error.faults if isinstance(error, BadInput) else {}
    return [
        {"field": name if name in known else None, "message": FAULT_WORDS.get(code, code)}
        for name, code in faults.items()
    ]


def record_page(work: OfficeWork, record: Record, error: CmeError | None = None) -> Response:
    """The form; after a refusal as it was typed, with what is wrong or what stands there now."""
    is_conflict = isinstance(error, Conflict)
    file_fault = error.faults.get(record.takes[0]) if isinstance(error, BadInput) and record.takes else None
    return office_page(
        record.template,
        work,
        status=409 if is_conflict else 422 if error else 200,
        record=record,
        rows=[_row(rule, record, error) for rule in record.rules],
        faults=_faults(record, error),
        is_conflict=is_conflict,
        file_fault=FAULT_WORDS.get(file_fault, file_fault) if file_fault else None,
        revision=error.facts["revision"] if isinstance(error, Conflict) else record.revision,
        **record.more,
    )


def saved(
    work: OfficeWork, act: Callable[[], Any], again: Callable[[CmeError], Response], target: str
) -> ResponseReturnValue:
    """Do it and go on to ``target``; if it cannot be done, leave nothing behind and show the form again."""
    try:
        with work.db.begin_nested():
            act()
    except (BadInput, Conflict) as error:
        if error.code not in REFILLED:
            raise
        return again(error)
    return redirect(target, 303)
