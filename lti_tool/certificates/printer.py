"""One template with one set of fonts, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from jinja2 import Environment, StrictUndefined

from lti_tool.certificates import closed, tagging
from lti_tool.certificates.border import BorderImage
from lti_tool.certificates.embedding import Shelf
from lti_tool.certificates.faces import Face
from lti_tool.certificates.fit import Sizes
from lti_tool.certificates.look import BORDER_ADDRESS, Look, mixed
from lti_tool.certificates.page import QR_ADDRESS, picture_address, view
from lti_tool.certificates.proof import proof_read
from lti_tool.certificates.qr import QrImage
from lti_tool.certificates.styles import StyleMemory
from lti_tool.certificates.template import Template
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput

_GAP = 4.0
"""Least room in CSS pixels between the award and the record below it."""


_INTENT = "certificate"
_BLOCKS = frozenset({"div", "p", "h1"})


class Printer:
    """Holds what does not change between certificates: parsed template, parsed style, loaded fonts."""

    def __init__(self, template: Template, look: Look | None, faces: tuple[Face, ...]) -> None:
        environment = Environment(autoescape=True, undefined=StrictUndefined, auto_reload=False)
        self._template = template
        self._markup = environment.from_string(template.markup)
        self._style = closed.sheet(_style(template, look))
        self._border = {} if look is None else {BORDER_ADDRESS: BorderImage(*_border(look))}
        self._colours = {_INTENT: closed.ScreenColours()}
        self._fonts = closed.ShippedFonts(faces)
        self._styles = StyleMemory()
        self._faces = faces
        self._cuts: dict[tuple[str, int], bytes] = {}

    def print(
        self, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes], badges: Mapping[str, str]
    ) -> bytes | None:
        """The PDF, or ``None`` if the texts do not fit on one page at these sizes. ``assets``: pictures by SHA-256;
        ``badges``: signed credentials to attach, by credit type."""
        try:
            return self._print(certificate, sizes, assets, badges)
        except closed.AddressRefused as error:
            raise BadInput("certificate.address_refused", "a style sheet may not name files or addresses") from error

    def _print(
        self, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes], badges: Mapping[str, str]
    ) -> bytes | None:
        markup = self._markup.render(view(certificate, self._template, sizes))
        address = "about:blank" if certificate.is_specimen else certificate.verify_url
        options = {
            "pdf_variant": "pdf/a-3a",
            "pdf_identifier": _identifier(certificate),
            "output_intent": _INTENT,
            "attachments": [closed.attachment(*badge, certificate.issued_on) for badge in sorted(badges.items())],
            "cache": self._border | {QR_ADDRESS: QrImage(address)} | _images(certificate, assets),
        }
        page = closed.Page(markup)
        document = page.laid_out(self._fonts, self._styles, dict(self._colours), stylesheets=[self._style], **options)
        if not _fits(document):
            return None
        if certificate.design is not None and certificate.design.style:
            proof_read(document, certificate)
        document.fonts = Shelf(self._faces, self._cuts)
        finisher = tagging.finish_described if self._template.has_designs else tagging.finish
        pdf: bytes = document.write_pdf(finisher=finisher, **options)
        return pdf


def _style(template: Template, look: Look | None) -> str:
    """Values are numbers and checked colours, so nothing needs escaping."""
    if look is None:
        return template.style
    environment = Environment(autoescape=False, undefined=StrictUndefined)  # noqa: S701 - CSS
    return environment.from_string(template.style).render(**asdict(look)) + look.own_style


def _border(look: Look) -> tuple[float, float, str, str]:
    return look.width, look.height, mixed(look.accent, "#ffffff", 0.35), look.accent


def _images(certificate: Certificate, assets: Mapping[str, bytes]) -> dict[str, Any]:
    wanted = () if certificate.design is None else certificate.design.pictures
    missing = [sha256 for sha256 in wanted if sha256 not in assets]
    if missing:
        raise BadInput("certificate.picture_missing", f"pictures of the design are missing: {', '.join(missing)}")
    return {picture_address(sha256): closed.picture(sha256, assets[sha256]) for sha256 in wanted}


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
