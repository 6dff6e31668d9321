"""HTML of other programs as the product's Markdown, or a fault where it cannot be told in Markdown.

What only decorates (fonts, colours, boxes) is left out. Whatever acts, embeds or calls out is refused. The words are
compared at the end: if Markdown would show others, they come in without emphasis, and that is remarked.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from lti_tool.domain.fault import Place, said
from lti_tool.exchange.markup import escaped
from lti_tool.exchange.reading import Reading
from lti_tool.exchange.scripts import SUBSCRIPT, SUPERSCRIPT
from lti_tool.exchange.xml import Element, name_of, parse_html

EMPHASIS = {"em": "*", "i": "*", "cite": "*", "var": "*", "dfn": "*", "strong": "**", "b": "**"}
EMPHASIS |= {"del": "~~", "s": "~~", "strike": "~~"}
PLAIN = frozenset(
    [
        "span",
        "font",
        "u",
        "small",
        "big",
        "abbr",
        "acronym",
        "label",
        "mark",
        "bdi",
        "bdo",
        "ins",
        "time",
        "data",
        "wbr",
        "nobr",
        "tt",
        "a",
    ]
)
CODE = frozenset({"code", "kbd", "samp"})
BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "center",
        "address",
        "figure",
        "figcaption",
        "dl",
        "dt",
        "dd",
    ]
)
HEADINGS = {f"h{level}": "#" * max(2, level) for level in range(1, 7)}
LISTS = frozenset({"ul", "ol"})
STRUCTURES = frozenset({"blockquote", "pre", "table", "hr", *LISTS, *HEADINGS})
KNOWN = frozenset({"q", *PLAIN, *CODE, *BLOCKS, *STRUCTURES, *EMPHASIS, "li", "tr", "td", "th", "tbody", "thead"})
LEFT_OUT = frozenset({"style", "colgroup", "col", ""})
SCHEMES = frozenset({"http", "https", "mailto"})
GAP = "\x00"
"""Marks a line break until blanks have been collapsed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text stands, and how its images are found: from the name in the file to bytes, ``None`` if missing."""

    reading: Reading
    place: Place
    where: str
    image: Callable[[str], bytes | None] = field(default=lambda name: None)

    def fault(self, what: str, remedy: str) -> None:
        self.reading.fault(self.place, self.where, what, remedy)

    def remark(self, what: str) -> None:
        self.reading.remark(self.place, self.where, what)

    def picture(self, name: str) -> str:
        """The bank's name of an image that the text shows; ``""`` after noting a fault."""
        data = _embedded(name) if name.startswith("data:") else self.image(unquote(name))
        return self.reading.picture(self.place, self.where, name, data)


def _embedded(address: str) -> bytes | None:
    """The bytes in a ``data:`` address."""
    match = re.match(r"data:image/[a-z+.-]+;base64,", address)
    return decoded(address[match.end() :]) if match else None


def decoded(text: str) -> bytes | None:
    """From base64, ``None`` if it is not."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None


def one_spaced(text: str) -> str:
    # Blanks are those of HTML: a no-break space is a character.
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def text_in(text: str | None, *, is_plain: bool) -> str:
    line = one_spaced((text or "").replace(GAP, ""))
    return line if is_plain else escaped(line)


def _around(mark: str, inner: str) -> str:
    """Emphasis, with the blanks moved outside: ``** a**`` would not be read as emphasis."""
    core = inner.strip()
    if not core or GAP in core:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{before}{mark}{core}{mark}{after}"


def _script(element: Element, source: Source, is_sub: bool) -> str:
    table = SUBSCRIPT if is_sub else SUPERSCRIPT
    text = one_spaced("".join(element.itertext())).strip()
    if all(character in table for character in text):
        return "".join(table[character] for character in text)
    if is_sub:
        what = said("{text!r} cannot be written in subscript characters", text=text[:40])
    else:
        what = said("{text!r} cannot be written in superscript characters", text=text[:40])
    source.fault(what, "write it on the line")
    return ""


def _code(text: str) -> str:
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _link(element: Element, inner: str, source: Source) -> str:
    target = (element.get("href") or "").strip()
    if not target or not inner.strip():
        return inner
    try:
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        scheme = ""
    if scheme not in SCHEMES or re.search(r"[\s<>\x00-\x20]", target):
        source.fault(
            said("the link to {target!r} is not taken", target=target[:60]),
            "link to https:// addresses, or remove the link",
        )
        return inner
    target = re.sub(r"[\\`\[\]]", lambda found: f"%{ord(found[0]):02X}", target)
    return f"[{inner.strip()}](<{target}>)"


def _picture(element: Element, source: Source) -> str:
    is_object = name_of(element) == "object"
    name = element.get("data" if is_object else "src") or ""
    alt = "".join(element.itertext()) if is_object else element.get("alt") or ""
    kept = source.picture(name)
    return f"![{escaped(one_spaced(alt).strip())}]({kept})" if kept else ""


def _no_picture(source: Source) -> str:
    source.fault("an image in a choice is not taken", "show it above the question and name what it shows")
    return ""


def _is_picture(element: Element) -> bool:
    name = name_of(element)
    return name == "img" or (name == "object" and (element.get("type") or "").startswith("image/"))


def element_in(element: Element, source: Source, *, is_plain: bool) -> str:
    name = name_of(element)
    if name in LEFT_OUT:
        return ""
    if name == "br":
        return GAP
    if name in ("sub", "sup"):
        return _script(element, source, name == "sub")
    if _is_picture(element):
        return _no_picture(source) if is_plain else _picture(element, source)
    if name not in KNOWN:
        source.fault(
            said("<{name}> is not taken", name=name[:20]),
            "remove it: questions hold text, lists, tables, links and images",
        )
        return ""
    inner = inline(element, source, is_plain=is_plain)
    if name in BLOCKS or name in STRUCTURES:
        return f"{GAP}{inner}{GAP}"
    if name == "q":
        return f"“{inner}”"
    return inner if is_plain else _dressed(element, name, inner, source)


def _dressed(element: Element, name: str, inner: str, source: Source) -> str:
    """Words with their emphasis, as code, or as a link."""
    if name in CODE:
        return _code(one_spaced("".join(element.itertext())))
    if name == "a":
        return _link(element, inner, source)
    is_deleted = name == "span" and "cme-deleted" in (element.get("class") or "")
    mark = "~~" if is_deleted else EMPHASIS.get(name, "")
    return _around(mark, inner) if mark else inner


def inline(element: Element, source: Source, *, is_plain: bool = False) -> str:
    """What stands in an element, as Markdown for one line (or bare words), with marks where lines break."""
    pieces = [text_in(element.text, is_plain=is_plain)]
    for child in element:
        pieces += [element_in(child, source, is_plain=is_plain), text_in(child.tail, is_plain=is_plain)]
    return "".join(pieces)


def one_line(element: Element, source: Source) -> str:
    """An element's content as Markdown in one line; lines are joined."""
    return one_spaced(inline(element, source).replace(GAP, " ")).strip()


def plain(element: Element, source: Source) -> str:
    """An element's bare words in one line. Images are refused, emphasis is remarked."""
    if any(name_of(inner) in EMPHASIS.keys() | CODE | {"a"} for inner in element.iter()):
        source.remark("emphasis and links of a choice are left out")
    return one_spaced(inline(element, source, is_plain=True).replace(GAP, " ")).strip()


def read_html(text: str, source: Source) -> Element | None:
    """The tree of a text in HTML, or ``None`` after noting a fault."""
    root = parse_html(text)
    if root is None:
        source.fault("the HTML of this text cannot be read", "write it as plain text")
    return root
