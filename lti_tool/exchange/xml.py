"""The one door to lxml: XML and HTML of strangers as trees. No DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

from typing import Any, TypeAlias

from lxml import etree, html

from lti_tool.domain.fault import Place, said
from lti_tool.exchange.reading import Reading

Element: TypeAlias = Any
"""An element of lxml, whose types say little."""
MAX_XML_BYTES = 40_000_000
MAX_DEPTH = 60
MAX_ELEMENTS = 400_000


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )


def place_of(element: Element) -> Place:
    """The line where an element begins."""
    return Place(min(int(element.sourceline or 1), 10_000_000), 1)


def name_of(element: Element) -> str:
    """The name without its namespace; ``""`` for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def parse_xml(data: bytes, reading: Reading, file: str = "") -> Element | None:
    """The root, or ``None`` after noting why not."""
    if len(data) > MAX_XML_BYTES:
        reading.fault(
            Place(1, 1),
            file,
            said("larger than {megabytes} MB", megabytes=MAX_XML_BYTES // 1_000_000),
            "split the file",
        )
        return None
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        what = said("not well-formed XML: {value}", value=str(error.msg or "cannot be read")[:200])
        reading.fault(Place(max(1, line or 1), max(1, column or 1)), file, what, "export the file again")
        return None
    except ValueError:
        reading.fault(Place(1, 1), file, "not XML", "export the file again")
        return None
    return root if _is_harmless(root, reading, file) else None


def _is_harmless(root: Element, reading: Reading, file: str) -> bool:
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        reading.fault(Place(1, 1), file, "a DOCTYPE is not read", "remove it: such files need none")
        return False
    for number, (depth, element) in enumerate(_walk(root)):
        if depth > MAX_DEPTH or number > MAX_ELEMENTS or element.tag is etree.Entity:
            limit = said(
                "{max_depth} levels and {max_elements} elements at most are read, and no entities",
                max_depth=MAX_DEPTH,
                max_elements=MAX_ELEMENTS,
            )
            reading.fault(place_of(element), file, limit, "split the file")
            return False
    return True


def _walk(root: Element) -> Any:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        depth += event == "start"
        if event != "end":
            yield depth, element
        depth -= event == "end"


def parse_html(text: str) -> Element | None:
    """A ``div`` around what a text in HTML holds; ``None`` if it cannot be read."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_pis=True)
    try:
        root = html.document_fromstring(f"<html><body><div>{text}</div></body></html>".encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, UnicodeEncodeError):
        return None
    body = root.find("body")
    if body is None or any(depth > MAX_DEPTH for depth, _ in _walk(root)):
        return None
    return body


def parse_fragment(xhtml: str) -> Element:
    """A ``div`` around XHTML of our own making."""
    return etree.fromstring(f"<div>{xhtml}</div>".encode(), _parser())


def make(name: str, attributes: dict[str, str] | None = None, *children: Element | str) -> Element:
    """An element with text and children in their order."""
    element = etree.Element(name, attributes or {})
    append(element, *children)
    return element


def append(element: Element, *children: Element | str) -> Element:
    """Add text and elements at the end."""
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def cdata(text: str) -> Any:
    """Text that may hold markup; ``]]>`` in it is told by ordinary escaping instead."""
    return text if "]]>" in text else etree.CDATA(text)


def to_bytes(root: Element) -> bytes:
    """A whole document in UTF-8."""
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
