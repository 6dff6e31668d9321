"""What a provider's own page may use: the names, and the values behind them. Nothing else is within its reach.

A text is more than its words here: it knows where it belongs, so that a page can be asked whether it says everything,
once, and together with what it belongs to (``page_check``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from markupsafe import Markup, escape

from lti_tool.certificates.fit import Line, Sizes
from lti_tool.certificates.page import view
from lti_tool.certificates.template import Template
from lti_tool.certificates.wording import PrintedRun
from lti_tool.domain.certificate import Certificate


class Kind(Enum):
    """What a name stands for."""

    TEXT = "text"
    """Printed as a whole, in its own language and typography; true if it is not empty."""
    MEASURE = "measure"
    """For attributes: a number of points, a language, a word to choose a class by."""
    FLAG = "flag"
    """Only for conditions."""


@dataclass(frozen=True)
class Each:
    """A list of such things."""

    item: Schema


Schema = Kind | Each | Mapping[str, "Schema"]
_CREDIT: Schema = {
    "amount": Kind.TEXT,
    "label": Kind.TEXT,
    "details": Each(Kind.TEXT),
    "state": Kind.TEXT,
    "width": Kind.MEASURE,
}
_LABELLED: Schema = {"label": Kind.TEXT, "value": Kind.TEXT}
SCHEMA: Mapping[str, Schema] = {
    "provider": Kind.TEXT,
    "title": Kind.TEXT,
    "presented_to": Kind.TEXT,
    "name": Kind.TEXT,
    "degree": Kind.TEXT,
    "sentence": Kind.TEXT,
    "credits": Each(_CREDIT),
    "credit_rows": Each({"credits": Each(_CREDIT)}),
    "facts": Each({"kind": Kind.MEASURE, "label": Kind.TEXT, "value": Kind.TEXT}),
    "statements_heading": Kind.TEXT,
    "statements": Each(Kind.TEXT),
    "notes": Each(Kind.TEXT),
    "signatory": {"name": Kind.TEXT, "title": Kind.TEXT, "contact": Kind.TEXT},
    "number": _LABELLED,
    "issued": _LABELLED,
    "verify": {"label": Kind.TEXT, "address": Kind.TEXT, "code": Kind.TEXT},
    "logo": Kind.TEXT,
    "seal": Kind.TEXT,
    "signature": Kind.TEXT,
    "size": {"body": Kind.MEASURE, "record": Kind.MEASURE, "address": Kind.MEASURE},
    "large": {"provider": Kind.MEASURE, "name": Kind.MEASURE},
    "language": Kind.MEASURE,
    "labels_language": Kind.MEASURE,
    "has_many_credits": Kind.FLAG,
    "has_location": Kind.FLAG,
}
LOOP: Schema = {"first": Kind.FLAG, "last": Kind.FLAG}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the page. ``group``: what it must stand next to, e.g. ``credits[0]``; ``is_alone``: nothing else may
    stand in its paragraph; ``is_owed``: a page without it says too little."""

    place: int
    path: str
    html: str
    group: str = ""
    is_alone: bool = False
    is_owed: bool = True

    def __bool__(self) -> bool:
        return bool(self.html)

    @property
    def is_credit(self) -> bool:
        return self.group.startswith("credits[")


class _Texts:
    """Numbers the texts of a page in the order in which they are made."""

    def __init__(self) -> None:
        self.all: list[Text] = []

    def add(self, path: str, content: str | Iterable[PrintedRun], **rules: Any) -> Text:
        html = content if isinstance(content, str) else _html(content)
        self.all.append(Text(len(self.all), path, html, **rules))
        return self.all[-1]


@dataclass(frozen=True, slots=True)
class PageValues:
    """The values by name, and every text among them."""

    names: Mapping[str, Any]
    texts: tuple[Text, ...]
    head: Mapping[str, Any]
    """What the engine writes around the page: title, description, language, specimen."""


def page_values(certificate: Certificate, template: Template, sizes: Sizes) -> PageValues:
    """Everything that :data:`SCHEMA` names."""
    seen, texts = view(certificate, template, sizes), _Texts()
    labels = seen["labels"]
    lines = [_credit(texts, seen, at) for at in range(len(seen["credits"]))]
    rows, place = [], 0
    for row in seen["credit_rows"]:
        rows.append({"credits": lines[place : place + len(row)]})
        place += len(row)
    names = {
        "provider": texts.add("provider", seen["provider"]),
        "title": texts.add("title", seen["title"], is_alone=True),
        "presented_to": texts.add("presented_to", _plain(labels["presented_to"]), is_owed=False),
        "name": texts.add("name", seen["name"]),
        "degree": texts.add("degree", seen["degree"]),
        "sentence": texts.add("sentence", seen["sentence"], is_alone=True),
        "credits": lines,
        "credit_rows": rows,
        "facts": [_fact(texts, fact, at) for at, fact in enumerate(seen["facts"])],
        "statements_heading": texts.add("statements_heading", _plain(labels["accreditation"]), is_owed=False),
        "signatory": _signatory(texts, seen),
        "number": _labelled(texts, "number", labels["number"], _plain(seen["number"])),
        "issued": _labelled(texts, "issued", labels["issued"], _plain(seen["issued_on"])),
        "verify": _verify(texts, seen),
    }
    for name in ("statements", "notes"):
        names[name] = [
            texts.add(f"{name}[{at}]", text, group=f"{name}[{at}]", is_alone=True) for at, text in enumerate(seen[name])
        ]
    for name in ("logo", "seal", "signature"):
        names[name] = texts.add(name, _picture(seen["pictures"], name), is_owed=False)
    names |= _measures(seen, sizes)
    return PageValues(names, tuple(text for text in texts.all if text), seen)


def _credit(texts: _Texts, seen: Mapping[str, Any], at: int) -> dict[str, Any]:
    credit, group = seen["credits"][at], f"credits[{at}]"
    row = next(row for row in seen["credit_rows"] if credit in row)
    abreast = len(row) if seen["is_centred"] else len(seen["credit_rows"][0])
    state = seen["labels"]["awarded" if credit["is_awarded"] else "designated"]
    return {
        "amount": texts.add(f"{group}.amount", _plain(credit["amount"]), group=group),
        "label": texts.add(f"{group}.label", credit["label"], group=group),
        "details": [
            texts.add(f"{group}.details[{place}]", detail, group=group)
            for place, detail in enumerate(credit["details"])
        ],
        "state": texts.add(f"{group}.state", _plain(state), group=group),
        "width": (seen["room"].sentence - 2) / abreast,
    }


def _fact(texts: _Texts, fact: Mapping[str, Any], at: int) -> dict[str, Any]:
    return {"kind": fact["kind"]} | _labelled(texts, f"facts[{at}]", fact["label"], fact["value"])


def _labelled(texts: _Texts, group: str, label: str, value: str | Iterable[PrintedRun]) -> dict[str, Text]:
    return {
        "label": texts.add(f"{group}.label", _plain(label), group=group),
        "value": texts.add(f"{group}.value", value, group=group),
    }


def _signatory(texts: _Texts, seen: Mapping[str, Any]) -> dict[str, Text]:
    return {
        "name": texts.add("signatory.name", seen["signatory_name"]),
        "title": texts.add("signatory.title", seen["signatory_title"]),
        "contact": texts.add("signatory.contact", seen["provider_contact"]),
    }


def _verify(texts: _Texts, seen: Mapping[str, Any]) -> dict[str, Text]:
    address = _plain(seen["verify_url"])
    link = f'<a href="{address}">{address}</a>' if address else _plain(seen["labels"]["specimen_address"])
    return {
        "label": texts.add("verify.label", _plain(seen["labels"]["verify"]), is_owed=False),
        "address": texts.add("verify.address", link),
        "code": texts.add("verify.code", _image(seen["qr_address"], seen["qr_alt"]), is_alone=True),
    }


def _measures(seen: Mapping[str, Any], sizes: Sizes) -> dict[str, Any]:
    room = seen["room"]
    return {
        "size": {"body": sizes.body, "record": sizes.record, "address": sizes.address},
        "large": {
            "provider": _large(sizes, sizes.provider, room.provider, seen["is_centred"]),
            "name": _large(sizes, sizes.name, room.name, seen["is_centred"]),
        },
        "language": seen["language"],
        "labels_language": seen["labels_language"],
        "has_many_credits": len(seen["credits"]) > 3,
        "has_location": any(fact["kind"] == "location" for fact in seen["facts"]),
    }


def _large(sizes: Sizes, line: Line, room: float, is_centred: bool) -> str:
    """Declarations that set a long line smaller, or in two even halves."""
    indent = sizes.indent(line, room)
    right, left = (indent, indent) if is_centred else (2 * indent, 0)
    width = room - 2 * indent
    return f"font-size: {line.size * sizes.large}pt; padding: 0 {right}pt 0.05em {left}pt; width: {width}pt"


def _plain(text: str) -> str:
    return str(escape(text))


def _html(runs: Iterable[PrintedRun]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: PrintedRun) -> str:
    text = escape(run.text)
    if run.lang:
        italic = ' class="i"' if run.is_italic else ""
        return f'<span lang="{escape(run.lang)}" dir="{escape(run.dir)}"{italic}>{text}</span>'
    return f"<em>{text}</em>" if run.is_italic else str(text)


def _picture(pictures: Mapping[str, str], name: str) -> str:
    return _image(pictures[name], pictures[f"{name}_alt"]) if pictures.get(name) else ""


def _image(address: str, alternative: str) -> str:
    return f'<img src="{escape(address)}" alt="{escape(alternative)}"/>'


VALUE_BEGINS, VALUE_ENDS, MEASURE_BEGINS, MEASURE_ENDS = "\ue000", "\ue001", "\ue002", "\ue003"
_FIRST_PLACE = 0xE100
"""Private characters mark what is a value. None is in a certificate's texts (``wording.unprintable``) nor in a page's
own words (``page_template``), so that nobody can write a mark by hand."""
LINE_ATTRIBUTE = "data-line"
"""Of an element of the page: the line of the template it stands on. An element without is the engine's."""


def marked(value: Any) -> Markup:
    """A value as it is put into the page, with its marks."""
    if isinstance(value, Text):
        return Markup(f"{VALUE_BEGINS}{chr(_FIRST_PLACE + value.place)}{value.html}{VALUE_ENDS}")  # noqa: S704 - escaped above
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return Markup(f"{MEASURE_BEGINS}{escape(value)}{MEASURE_ENDS}")  # noqa: S704 - escaped here
    # An undefined name raises here, by its own hand.
    raise TypeError(f"{value!s} cannot be printed")


def place_of(mark: str) -> int:
    """Which text begins, by the character behind :data:`VALUE_BEGINS`."""
    return ord(mark) - _FIRST_PLACE


def named_values(schema: Mapping[str, Schema] = SCHEMA, before: str = "") -> Iterator[tuple[str, Kind]]:
    """Every name that can be printed or asked, in dotted form; items of lists as ``credits[].amount``."""
    for name, kind in schema.items():
        yield from _named(f"{before}{name}", kind)


def _named(path: str, kind: Schema) -> Iterator[tuple[str, Kind]]:
    if isinstance(kind, Kind):
        yield path, kind
    elif isinstance(kind, Each):
        yield from _named(f"{path}[]", kind.item)
    else:
        yield from named_values(kind, f"{path}.")
