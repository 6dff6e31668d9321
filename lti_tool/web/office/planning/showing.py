"""From the document to what the templates of the wizard draw: a tree of plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lti_tool.domain.document import Document, records
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
from lti_tool.web.office.planning.reading import joined

Shown = dict[str, Any]


def _base(control: Control, name: str, draw: str) -> Shown:
    return {"draw": draw, "name": name, "label": control.label, "hint": control.hint}


def _item(control: Rows, item: Document, name: str, document: Document, number: int, count: int) -> Shown:
    where = joined(name, str(item["key"]))
    kind = str(item.get("kind") or "")
    return {
        "key": item["key"],
        "name": where,
        "number": number,
        "is_first": number == 1,
        "is_last": number == count,
        "title": str(item.get(control.title) or "")[:80] if control.title else "",
        "kind": kind if kind in control.kinds else "",
        "kind_label": control.kinds[kind][0] if kind in control.kinds else "",
        "controls": shown(fields_of(control, item), item, document, where),
    }


def _rows(control: Rows, value: Any, name: str, document: Document) -> Shown:
    items = [item for item in records(value) if item.get("key")]
    return _base(control, name, "rows") | {
        "item": control.item,
        "items": [_item(control, item, name, document, number, len(items)) for number, item in enumerate(items, 1)],
        "kinds": [(kind, label) for kind, (label, _) in control.kinds.items()],
    }


def _matched(control: Matched, value: Any, name: str, record: Document) -> Shown:
    options = [{"value": one["key"], "label": one.get("text") or one["key"]} for one in records(record.get("options"))]
    chosen = value if isinstance(value, dict) else {}
    prompts = [
        {"key": one["key"], "name": joined(name, one["key"]), "label": one.get("text") or one["key"]}
        for one in records(record.get("prompts"))
    ]
    return _base(control, name, "matched") | {"options": options, "prompts": prompts, "chosen": chosen}


def _numbers(control: Numbers, value: Any, name: str, document: Document) -> Shown:
    given = value if isinstance(value, dict) else {}
    items = [
        {
            "key": one["value"],
            "name": joined(name, one["value"]),
            "label": one["label"],
            "value": given.get(one["value"]),
        }
        for one in control.options(document)
    ]
    return _base(control, name, "numbers") | {"items": items}


def _chosen_first(control: Ticks, chosen: list[Any], document: Document) -> list[Any]:
    """What is chosen keeps its order: saving a form that nobody touched changes nothing."""
    places = {value: place for place, value in enumerate(chosen)}
    return sorted(control.options(document), key=lambda one: places.get(one["value"], len(places)))


def _control(control: Control, record: Document, document: Document, prefix: str) -> Shown:
    name, value = joined(prefix, control.name), record.get(control.name)
    match control:
        case Carried():
            return _base(control, name, "carried") | {"value": value}
        case Text():
            more = {"rows": control.rows, "limit": control.limit, "type": control.kind, "is_needed": control.is_needed}
            lines = "\n".join(map(str, value)) if isinstance(value, list) else value
            return _base(control, name, "text") | {"value": lines} | more
        case Choice():
            more = {"options": control.options(document), "prompt": control.prompt, "is_needed": control.is_needed}
            chosen_word = str(value).lower() if isinstance(value, bool) else value
            return _base(control, name, "choice") | {"value": chosen_word} | more
        case Ticks():
            chosen = value if isinstance(value, list) else []
            return _base(control, name, "ticks") | {
                "options": _chosen_first(control, chosen, document),
                "value": chosen,
            }
        case Tick():
            is_on = value is True or (value is None and control.is_kept)
            return _base(control, name, "tick") | {"value": is_on, "is_kept": control.is_kept}
        case Group():
            inner = value if isinstance(value, dict) else {}
            return _base(control, name, "group") | {"controls": shown(control.fields, inner, document, name)}
        case Rows():
            return _rows(control, value, name, document)
        case Matched():
            return _matched(control, value, name, record)
        case Numbers():
            return _numbers(control, value, name, document)


def shown(controls: Iterable[Control], record: Document, document: Document, prefix: str = "") -> list[Shown]:
    """What the templates draw of these controls. ``document`` is the whole plan, for lists that others choose from."""
    return [_control(control, record, document, prefix) for control in controls]
