"""One template with one set of fonts, ready to print."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from jinja2 import Environment, StrictUndefined

from lti_tool.certificates import closed, tagging
from lti_tool.certificates.embedding import Shelf
from lti_tool.certificates.faces import Face
from lti_tool.certificates.fit import Sizes
from lti_tool.certificates.page import QR_ADDRESS, Template, view
from lti_tool.certificates.qr import QrImage
from lti_tool.certificates.styles import StyleMemory
from lti_tool.domain.certificate import Certificate

_GAP = 4.0
"""Least room in CSS pixels between the award and the record below it."""


_INTENT = "certificate"
_BLOCKS = frozenset({"div", "p", "h1"})


class Printer:
    """Holds what does not change between certificates: parsed template, parsed style, loaded fonts."""

    def __init__(self, template: Template, faces: tuple[Face, ...]) -> None:
        environment = Environment(autoescape=True, undefined=StrictUndefined, auto_reload=False)
        self._template = template
        self._markup = environment.from_string(template.read("template.html"))
        self._style = closed.sheet(template.read("style.css"))
        self._colours = {_INTENT: closed.ScreenColours()}
        self._fonts = closed.ShippedFonts(faces)
        self._styles = StyleMemory()
        self._faces = faces
        self._cuts: dict[tuple[str, int], bytes] = {}

    def print(self, certificate: Certificate, sizes: Sizes) -> bytes | None:
        """The PDF, or ``None`` if the texts do not fit on one page at these sizes."""
        markup = self._markup.render(view(certificate, self._template, sizes))
        address = "about:blank" if certificate.is_specimen else certificate.verify_url
        options = {
            "pdf_variant": "pdf/a-3a",
            "pdf_identifier": _identifier(certificate),
            "output_intent": _INTENT,
            "cache": {QR_ADDRESS: QrImage(address)},
        }
        page = closed.Page(markup)
        document = page.laid_out(self._fonts, self._styles, dict(self._colours), stylesheets=[self._style], **options)
        if not _fits(document):
            return None
        document.fonts = Shelf(self._faces, self._cuts)
        pdf: bytes = document.write_pdf(finisher=tagging.finish, **options)
        return pdf


def _identifier(certificate: Certificate) -> bytes:
    """The file's permanent identifier: from the number alone, so that a new rendering is the same file."""
    return sha256(certificate.number.encode()).digest()[:16]


def _fits(document: Any) -> bool:
    """One page, and the award ends above the record."""
    if len(document.pages) != 1:
        return False
    boxes = {
        str(box.element.get("class")): box
        for box in document.pages[0]._page_box.descendants()
        if box.element is not None and box.element_tag == "div"
    }
    award, record = boxes["award"], boxes["record"]
    bottom = max(box.position_y + box.margin_height() for box in award.descendants() if box.element_tag in _BLOCKS)
    return bool(bottom + _GAP <= record.position_y)
