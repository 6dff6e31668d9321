"""One template with one set of fonts, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from typing import Any

from jinja2 import Environment, StrictUndefined

from lti_tool.certificates import closed, tagging
from lti_tool.certificates.border import BorderImage
from lti_tool.certificates.embedding import Shelf
from lti_tool.certificates.faces import Face
from lti_tool.certificates.fit import Sizes
from lti_tool.certificates.frame import Frame
from lti_tool.certificates.look import BORDER_ADDRESS, Look, mixed
from lti_tool.certificates.markup import Markup
from lti_tool.certificates.mould import Copy, Mould
from lti_tool.certificates.moulds import Moulds
from lti_tool.certificates.own_style import style_unusable
from lti_tool.certificates.page import QR_ADDRESS, picture_address, view
from lti_tool.certificates.page_check import CheckedPage, checked_page
from lti_tool.certificates.page_template import PageTemplate
from lti_tool.certificates.page_values import page_values
from lti_tool.certificates.proof import proof_read, proof_read_page
from lti_tool.certificates.qr import QrImage
from lti_tool.certificates.styles import StyleMemory
from lti_tool.certificates.template import Template
from lti_tool.certificates.typesetting import FontKey, FontsInUse
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import BadInput

_GAP = 4.0
"""Least room in CSS pixels between the award and the record below it."""


_INTENT = "certificate"
_LAYOUT_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a style that nobody thought of makes WeasyPrint stumble over."""
_BLOCKS = frozenset({"div", "p", "h1"})


class Printer:
    """Holds what does not change between certificates: parsed template, parsed style, loaded fonts."""

    def __init__(
        self, template: Template, look: Look | None, faces: tuple[Face, ...], moulds: Moulds, own: PageTemplate | None
    ) -> None:
        environment = Environment(autoescape=True, undefined=StrictUndefined, auto_reload=False)
        self._template = template
        self._markup = environment.from_string(template.markup)
        self._own = own
        self._style = closed.sheet(_style(template, look))
        self._border = {} if look is None else {BORDER_ADDRESS: BorderImage(*_border(look))}
        self._colours = {_INTENT: closed.ScreenColours()}
        self._fonts = closed.ShippedFonts(faces)
        self._styles = StyleMemory()
        self._faces = faces
        self._cuts: dict[tuple[str, int], bytes] = {}
        self._known_fonts: dict[FontKey, Any] = {}
        self._moulds = moulds

    def print(
        self, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes], badges: Mapping[str, str]
    ) -> bytes | None:
        """The PDF, or ``None`` if the texts do not fit on one page at these sizes. ``assets``: pictures by SHA-256;
        ``badges``: signed credentials to attach, by credit type."""
        try:
            return self._print(certificate, sizes, assets, badges)
        except closed.AddressRefused as error:
            raise BadInput("certificate.address_refused", "a style sheet may not name files or addresses") from error
        except _LAYOUT_ERRORS as error:
            if not _has_own_look(certificate):
                raise
            raise style_unusable(type(error).__name__) from error

    def _print(
        self, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes], badges: Mapping[str, str]
    ) -> bytes | None:
        markup = Markup(self.filled(certificate, sizes))
        address = "about:blank" if certificate.is_specimen else certificate.verify_url
        one = Copy(markup, address, badges, certificate.issued_on, _identifier(certificate))
        images = _images(certificate, assets)
        has_own_look = _has_own_look(certificate)
        if not has_own_look and (pdf := self._moulds.cast(self, one)) is not None:
            return pdf
        options = _options(one) | {"cache": self._border | {QR_ADDRESS: QrImage(address)} | images}
        page = closed.Page(markup.text)
        document = page.laid_out(self._fonts, self._styles, dict(self._colours), stylesheets=[self._style], **options)
        if not (_fits(document) if self._own is None else len(document.pages) == 1):
            return None
        if has_own_look:
            read = proof_read if self._own is None else proof_read_page
            read(document, certificate)
            return self._written(document, options, one)
        return self._written(document, options, one, self._moulds.wants(self, one))

    def filled(self, certificate: Certificate, sizes: Sizes) -> str:
        """The page's markup."""
        if self._own is None:
            return self._markup.render(view(certificate, self._template, sizes))
        return self.own_page(certificate, sizes).markup

    def own_page(self, certificate: Certificate, sizes: Sizes) -> CheckedPage:
        """The provider's own page, filled and checked."""
        assert self._own is not None  # noqa: S101 - asked only of a printer that has one
        values = page_values(certificate, self._template, sizes)
        return checked_page(self._own.filled(values), values)

    def _written(self, document: Any, options: dict[str, Any], one: Copy, is_kept: bool = False) -> bytes:
        """The file of a page that is laid out; ``is_kept``: a mould is taken of it."""
        frames = []

        def finish(document: Any, file: Any) -> None:
            tagging.finish(document, file, self._template.has_designs)
            if is_kept:
                frames.append(Frame(document, file, tagging.marker(self._template.has_designs)))

        document.fonts = Shelf(self._faces, self._cuts)
        pdf: bytes = document.write_pdf(finisher=finish, **options)
        for frame in frames:
            self._moulds.keep(self, one, partial(Mould, document, frame, one, self._fonts_in_use), pdf)
        return pdf

    def _fonts_in_use(self) -> FontsInUse:
        return FontsInUse(Shelf(self._faces, self._cuts), self._known_fonts)


def _has_own_look(certificate: Certificate) -> bool:
    design = certificate.design
    return design is not None and bool(design.style or design.markup)


def _options(one: Copy) -> dict[str, Any]:
    return {
        "pdf_variant": "pdf/a-3a",
        "pdf_identifier": one.identifier,
        "output_intent": _INTENT,
        "attachments": one.attachments(),
    }


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
    """One page, and the award ends above the record. (A page of the provider's own is proof-read for what overlaps.)"""
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
