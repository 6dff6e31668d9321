"""A page as a person without scripts sees it: text, links, and forms with what stands in their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

Fields = list[tuple[str, str]]
Changes = Mapping[str, str | Sequence[str] | None]
SILENT = frozenset({"script", "style", "template"})


@dataclass
class Button:
    """A submit button; ``name`` may be empty."""

    name: str
    value: str
    text: str = ""


@dataclass
class Form:
    """One form. ``fields``: what a browser would send now, in the page's order; ``names``: every name that exists."""

    action: str
    method: str
    attributes: dict[str, str]
    fields: Fields = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    inputs: list[dict[str, str]] = field(default_factory=list)
    """Attributes of every input, for what the plain fields do not tell (``required``, choices of radio buttons)."""

    def choices(self, name: str) -> list[str]:
        """Values of the radio buttons, checkboxes or options called ``name``."""
        return [each.get("value", "on") for each in self.inputs if each.get("name") == name]

    def filled(self, changes: Changes, button: str | None = None) -> Fields:
        """What is sent after typing ``changes``: a text, several (checkboxes), or None to leave the field out.

        Raises KeyError for a name that the form does not have: a page cannot be filled in where it has no field.
        """
        unknown = [name for name in changes if name not in self.names]
        if unknown:
            raise KeyError(f"the form has no field {unknown}; it has {sorted(self.names)}")
        sent = [(name, value) for name, value in self.fields if name not in changes]
        for name, value in changes.items():
            values = [value] if isinstance(value, str) else list(value or ())
            sent += [(name, each) for each in values]
        pressed = self._pressed(button)
        return [*sent, (pressed.name, pressed.value)] if pressed and pressed.name else sent

    def _pressed(self, text: str | None) -> Button | None:
        if text is None:
            return self.buttons[0] if self.buttons else None
        return next(each for each in self.buttons if text in (each.text, each.value))


class _Reader(HTMLParser):
    """Collects the visible text, links, headings and forms."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.title = ""
        self.headings: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self._open: list[str] = []
        self._form: Form | None = None
        self._href: str | None = None
        self._text = ""
        self._area: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("id"):
            self.ids.add(values["id"])
        if tag in SILENT:
            self._open.append(tag)
        elif tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower(), values)
            self.forms.append(self._form)
        elif tag in ("title", "h1", "h2", "a", "button"):
            self._text = ""
        if tag == "a":
            self._href = values.get("href")
        if self._form is not None and "disabled" not in values:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form = self._form
        assert form is not None
        name, kind = values.get("name", ""), values.get("type", "submit" if tag == "button" else "text")
        if tag == "option" and self._select is not None:
            value = values.get("value", "")
            self._options.append((value, "selected" in values))
            form.inputs.append({"name": self._select, "value": value})
            return
        if tag in ("button", "input") and kind == "submit":
            form.buttons.append(Button(name, values.get("value", "")))
        if "data-storage-key" in values:
            form.inputs.append(values)
        if not name or tag not in ("input", "textarea", "select", "button"):
            return
        form.names.add(name)
        if tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "input" and kind not in ("submit", "button", "file"):
            form.inputs += [] if values in form.inputs else [values]
            if kind not in ("radio", "checkbox") or "checked" in values:
                form.fields.append((name, values.get("value", "on" if kind in ("radio", "checkbox") else "")))

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag in SILENT and self._open:
            self._open.pop()
        elif tag == "title":
            self.title = text
        elif tag in ("h1", "h2"):
            self.headings.append(text)
        elif tag == "a" and self._href is not None:
            self.links.append((text, self._href))
            self._href = None
        elif tag == "form":
            self._form = None
        if self._form is not None:
            self._end_control(tag, text)

    def _end_control(self, tag: str, text: str) -> None:
        form = self._form
        assert form is not None
        if tag == "button" and form.buttons:
            form.buttons[-1].text = text
        elif tag == "textarea" and self._area is not None:
            form.fields.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [v for v, _ in self._options[:1]]
            form.fields += [(self._select, value) for value in chosen]
            self._select = None

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.words.append(data)
            self._text += data


@dataclass
class Page:
    """What an address answered, redirects and automatic forms already followed."""

    response: requests.Response
    history: list[requests.Response] = field(default_factory=list)
    """Every answer on the way here, oldest first, this one included."""

    @property
    def url(self) -> str:
        return str(self.response.url)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def html(self) -> str:
        return str(self.response.text)

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        reader.close()
        return reader

    @property
    def text(self) -> str:
        """The visible words, blanks collapsed."""
        return " ".join(" ".join(self._read.words).split())

    @property
    def title(self) -> str:
        return self._read.title

    @property
    def heading(self) -> str:
        """The first heading."""
        return self._read.headings[0] if self._read.headings else ""

    @property
    def headings(self) -> list[str]:
        return self._read.headings

    @property
    def links(self) -> list[tuple[str, str]]:
        """(text, absolute address)."""
        return [(text, urljoin(self.url, href)) for text, href in self._read.links]

    @property
    def ids(self) -> set[str]:
        return self._read.ids

    @property
    def forms(self) -> list[Form]:
        return self._read.forms

    def link(self, text: str) -> str:
        """The absolute address of the first link whose text holds ``text``. Raises LookupError."""
        for words, href in self.links:
            if text in words:
                return href
        raise LookupError(f"no link {text!r} on {self}; there are {self.links}")

    def form(self, which: str | int = 0) -> Form:
        """A form by position, or the first whose id, action or button text holds ``which``. Raises LookupError."""
        if isinstance(which, int):
            return self.forms[which]
        for form in self.forms:
            texts = [form.attributes.get("id", ""), form.action, *(button.text for button in form.buttons)]
            if any(which in text for text in texts):
                return form
        raise LookupError(f"no form {which!r} on {self}")

    @property
    def session_id(self) -> str:
        """The session in the address of a tool's page. Raises LookupError elsewhere."""
        match = re.search(r"/s/([0-9a-f]{32})(/|$)", self.path)
        if match is None:
            raise LookupError(f"{self} is not a page of a session")
        return match.group(1)

    @property
    def cookies_set(self) -> list[str]:
        """Every ``Set-Cookie`` header on the way here."""
        return [value for each in self.history for value in each.raw.headers.getlist("Set-Cookie")]

    def __str__(self) -> str:
        return f"<{self.status} {self.url}: {self.heading or self.text[:80]}>"

    __repr__ = __str__
