"""A frozen certificate as a PDF: tagged, one page, the same bytes whenever and wherever it is rendered.

The file is PDF/A-3a and marked PDF/UA-1 (ISO 19005-3, ISO 14289-1). Importing this module is cheap;
WeasyPrint and Pango are loaded by the first render.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from lti_tool.certificates.faces import Face, Faces
from lti_tool.certificates.fit import SCALES, Ruler, Sizes, measured
from lti_tool.certificates.look import Look, look_of, room_of
from lti_tool.certificates.moulds import MOST, Moulds
from lti_tool.certificates.own_style import check_style
from lti_tool.certificates.page import check, texts
from lti_tool.certificates.page_template import PageTemplate, page_template
from lti_tool.certificates.template import Template, shipped_templates
from lti_tool.certificates.wording import tidied, unprintable
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design, TemplateChoice
from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.page_markup import MarkupFault, MarkupRule, OwnWords, unusable

if TYPE_CHECKING:
    from lti_tool.certificates.printer import Printer
    from lti_tool.certificates.proof import Illegible

PRESS = Lock()
"""One page is printed at a time in a process, whatever it is: Pango is not thread-safe."""
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_MOST_PRINTERS = 12
PANGO_REMEDY = f"apt-get install -y {PANGO_PACKAGES}"


@dataclass(frozen=True, slots=True)
class RenderedCertificate:
    """The document, its SHA-256 in hexadecimal, and the template's name with version."""

    pdf: bytes
    sha256: str
    template: str
    own_words: tuple[OwnWords, ...] = ()
    """Of a page of the provider's own making: what stands on it besides the values."""


class CertificateRenderer:
    """Renders certificates; share one instance. ``most_moulds``: how many pages are kept to cast others from; with none
    each is printed as a whole, to the same bytes."""

    def __init__(self, most_moulds: int = MOST) -> None:
        self._faces = Faces.shipped()
        self._ruler = Ruler(self._faces)
        self.moulds = Moulds(most_moulds)
        self._printers: dict[tuple[Template, Look | None, tuple[Face, ...], PageTemplate | None], Printer] = {}

    def render(
        self,
        certificate: Certificate,
        assets: Mapping[str, bytes] = MappingProxyType({}),
        badges: Mapping[str, str] = MappingProxyType({}),
    ) -> RenderedCertificate:
        """The PDF of ``certificate``. ``assets``: pictures (PNG) and style sheet of its design, by SHA-256;
        ``badges``: signed credentials to attach, by credit type.

        Raises :class:`BadInput` (``certificate.unprintable`` with the characters per field,
        ``certificate.too_long``, ``certificate.template_unknown``, ``certificate.picture_missing``,
        ``certificate.style_missing``, ``certificate.address_refused``, ``certificate.hides_text``,
        ``certificate.style_unusable``, ``certificate.markup_missing``, ``certificate.markup_unusable``)
        and :class:`ServiceUnavailable` (``certificate.renderer_missing``) where Pango is not installed.
        """
        template = Template.named(certificate.template)
        check(certificate, self._faces)
        own = self._own_page(certificate.design, assets)
        letters = set("".join(texts(certificate).values())) | (own.letters if own else set())
        faces = self._faces.attached(frozenset(map(self._faces.family_for, letters)) - {""})
        with PRESS, _collector_paused():
            pdf, words = self._fitted(certificate, template, faces, own, assets, badges)
        return RenderedCertificate(pdf, hashlib.sha256(pdf).hexdigest(), certificate.template, words)

    def starting_markup(self, template: str) -> str:
        """The page of a shipped template, as a provider begins its own with it. Raises as :meth:`render`."""
        return Template.named(template).own_markup

    def words_of(self, markup: str) -> tuple[OwnWords, ...]:
        """What stands on an own page besides the values. Raises ``BadInput("certificate.markup_unusable")``."""
        return self._printable(page_template(markup)).words

    def _own_page(self, design: Design | None, assets: Mapping[str, bytes]) -> PageTemplate | None:
        if design is None or not design.markup:
            return None
        return self._printable(page_template(_own_markup(design, assets)))

    def _printable(self, own: PageTemplate) -> PageTemplate:
        found = ((one.line, unprintable(tidied(one.text), self._faces)) for one in own.words)
        faults = [MarkupFault(line, bad[0], MarkupRule.UNPRINTABLE) for line, bad in found if bad]
        if faults:
            raise unusable(faults)
        return own

    def templates(self) -> tuple[TemplateChoice, ...]:
        """What a provider may choose from, by name."""
        return tuple(template.choice for template in shipped_templates())

    def unprintable(self, text: str) -> str:
        """The characters that :meth:`render` would refuse, each once and in order; needs no Pango."""
        return "".join(unprintable(tidied(text), self._faces))

    def _fitted(
        self,
        certificate: Certificate,
        template: Template,
        faces: tuple[Face, ...],
        own: PageTemplate | None,
        assets: Mapping[str, bytes],
        badges: Mapping[str, str],
    ) -> tuple[bytes, tuple[OwnWords, ...]]:
        design = certificate.design
        style = _own_style(design, assets) if design is not None else ""
        check_style(style)
        look = None if design is None else look_of(design, template, style)
        printer = self._printer(template, look, faces, own)
        sizes = measured(certificate, self._ruler, room_of(certificate, template))
        pdf = _tried(printer, certificate, sizes, assets, badges)
        return pdf, printer.own_page(certificate, sizes).words if own else ()

    def _printer(
        self, template: Template, look: Look | None, faces: tuple[Face, ...], own: PageTemplate | None
    ) -> Printer:
        """One per look and set of fonts; the sets are few (Latin alone, Latin with one script)."""
        key = template, look, faces, own
        if key not in self._printers:
            if len(self._printers) >= _MOST_PRINTERS:
                self._printers.pop(next(iter(self._printers)))
            self._printers[key] = _new_printer(*key, moulds=self.moulds)
        return self._printers[key]

    def problems(self) -> tuple[str, ...]:
        """What keeps certificates from being printed on this machine, each with its remedy; empty if nothing."""
        damaged = tuple(
            f"certificate font {file} is missing or damaged: install the package again"
            for file in self._faces.damaged()
        )
        return damaged + _renderer_problems()


def _tried(
    printer: Printer, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes], badges: Mapping[str, str]
) -> bytes:
    """At the largest size that fits. A page that can be read at none is refused for what was wrong with it at first."""
    from lti_tool.certificates.proof import Illegible

    first: Illegible | None = None
    for scale in range(sizes.scale, len(SCALES)):
        try:
            pdf = printer.print(certificate, replace(sizes, scale=scale), assets, badges)
        except Illegible as error:
            if first is None and _has_other_causes(error, printer, certificate, sizes, assets):
                raise
            first = first or error
        else:
            if pdf is not None:
                return pdf
    raise first or BadInput("certificate.too_long", "the certificate's texts do not fit on one page at a readable size")


def _has_other_causes(
    error: Illegible, printer: Printer, certificate: Certificate, sizes: Sizes, assets: Mapping[str, bytes]
) -> bool:
    """Whether the same is wrong at the smallest size too: it is not for want of room, and no size need be tried."""
    from lti_tool.certificates.proof import Illegible

    try:
        printer.print(certificate, replace(sizes, scale=len(SCALES) - 1), assets, {})
    except Illegible as smallest:
        return set(error.facts["found"]) <= set(smallest.facts["found"])
    return False


def _own_style(design: Design, assets: Mapping[str, bytes]) -> str:
    if not _is_whole(design.style, assets):
        raise BadInput("certificate.style_missing", "the design's own style sheet is missing or damaged")
    return assets[design.style].decode() if design.style else ""


def _own_markup(design: Design, assets: Mapping[str, bytes]) -> str:
    if not _is_whole(design.markup, assets):
        raise BadInput("certificate.markup_missing", "the design's own page is missing or damaged")
    return assets[design.markup].decode()


def _is_whole(name: str, assets: Mapping[str, bytes]) -> bool:
    """Whether a text is there as its SHA-256 names it; none is whole, too."""
    return not name or hashlib.sha256(assets.get(name, b"")).hexdigest() == name


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A page is many short-lived objects without a cycle worth looking for; a search costs a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def missing_pango() -> Iterator[None]:
    """Raises ``ServiceUnavailable("certificate.renderer_missing")`` where a printer cannot be loaded."""
    try:
        yield
    except (OSError, ImportError) as error:
        raise ServiceUnavailable("certificate.renderer_missing", f"certificates need Pango: {PANGO_REMEDY}") from error


def _new_printer(
    template: Template, look: Look | None, faces: tuple[Face, ...], own: PageTemplate | None, moulds: Moulds
) -> Printer:
    with missing_pango():
        from lti_tool.certificates.printer import Printer
    return Printer(template, look, faces, moulds, own)


def _renderer_problems() -> tuple[str, ...]:
    try:
        from lti_tool.certificates import closed
    except OSError as error:
        return (f"Pango is missing ({str(error).splitlines()[0]}): {PANGO_REMEDY}",)
    except ImportError as error:
        return (f"{error.name} is not installed: pip install 'cme-tool[tool]'",)
    return () if closed.can_subset() else (f"harfbuzz-subset is missing: {PANGO_REMEDY}",)
