"""What WeasyPrint leaves open for accessible documents: the language of parts, and the PDF/UA marker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint.formatting_structure.boxes import LineBox, TextBox

from lti_tool.certificates.embedding import write_streams_once

_MARKER = b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />'
_SCHEMA = (
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
"""PDF/A wants every property outside its own list described (ISO 19005-3, 6.6.2.3.3)."""
_TAGS = {"span": "/Span", "h2": "/H2", "p": "/P"}
"""Elements of a template that may carry ``lang``, and the structure type WeasyPrint gives them."""


def marker(is_described: bool) -> bytes:
    """What is added to the metadata. Files of the first template are those that were given out, for ever: the
    description of the PDF/UA property, which later templates have, is missing there."""
    return _MARKER + _SCHEMA if is_described else _MARKER


def finish(document: Any, pdf: pydyf.PDF, is_described: bool) -> None:
    """Completes a file before it is written, with all that PDF/A-3 and PDF/UA-1 ask for."""
    _mark_languages(document, pdf)
    mark_accessible(pdf.objects[int(pdf.catalog["Metadata"].split()[0])], marker(is_described))
    if (files := pdf.catalog.get("AF")) and is_described:
        # WeasyPrint lists each associated file twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(files))
    write_streams_once(pdf)


def _mark_languages(document: Any, pdf: pydyf.PDF) -> None:
    """Gives the structure elements of ``lang`` runs their language (ISO 32000-1, 14.9.2).

    WeasyPrint adds structure elements in the order of the boxes, which is the only link between the two.
    """
    for element, tag in _TAGS.items():
        boxes = [box for page in document.pages for box in _boxes(page._page_box) if box.element_tag == element]
        structure = [item for item in pdf.objects if _is_element(item, tag)]
        for box, item in zip(boxes, structure, strict=True):
            if language := box.element.get("lang"):
                item["Lang"] = pydyf.String(language)


def _boxes(parent: Any) -> Iterator[Any]:
    """Boxes of elements below ``parent`` in document order, lines and texts left out."""
    for child in getattr(parent, "children", ()):
        box = getattr(child, "_box", child)
        if box.element is not None and not isinstance(box, LineBox | TextBox):
            yield box
        yield from _boxes(box)


def _is_element(item: Any, tag: str) -> bool:
    """Whether the object is the structure element of a box of that tag, not of a text inside it."""
    return isinstance(item, dict) and item.get("S") == tag and not any(isinstance(kid, int) for kid in item["K"])


def mark_accessible(metadata: pydyf.Stream, marker: bytes) -> None:
    """Adds the PDF/UA-1 identifier to the metadata (ISO 14289-1, 5)."""
    metadata.stream = [part.replace(b"</rdf:RDF>", marker + b"</rdf:RDF>") for part in metadata.stream]
