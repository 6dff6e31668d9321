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
from lti_tool.certificates.fit import SCALES, Ruler, measured
from lti_tool.certificates.look import Look, look_of, room_of
from lti_tool.certificates.moulds import MOST, Moulds
from lti_tool.certificates.page import check, texts
from lti_tool.certificates.template import Template, shipped_templates
from lti_tool.certificates.wording import tidied, unprintable
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import Design, TemplateChoice
from lti_tool.domain.errors import BadInput, ServiceUnavailable

if TYPE_CHECKING:
    from lti_tool.certificates.printer import Printer

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


class CertificateRenderer:
    """Renders certificates; share one instance. ``most_moulds``: how many pages are kept to cast others from; with none
    each is printed as a whole, to the same bytes."""

    def __init__(self, most_moulds: int = MOST) -> None:
        self._faces = Faces.shipped()
        self._ruler = Ruler(self._faces)
        self.moulds = Moulds(most_moulds)
        self._printers: dict[tuple[Template, Look | None, tuple[Face, ...]], Printer] = {}

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
        ``certificate.style_missing``, ``certificate.address_refused``, ``certificate.hides_text``)
        and :class:`ServiceUnavailable` (``certificate.renderer_missing``) where Pango is not installed.
        """
        template = Template.named(certificate.template)
        check(certificate, self._faces)
        families = frozenset(map(self._faces.family_for, set("".join(texts(certificate).values()))))
        with PRESS, _collector_paused():
            pdf = self._fitted(certificate, template, self._faces.attached(families - {""}), assets, badges)
        return RenderedCertificate(pdf, hashlib.sha256(pdf).hexdigest(), certificate.template)

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
        assets: Mapping[str, bytes],
        badges: Mapping[str, str],
    ) -> bytes:
        design = certificate.design
        look = None if design is None else look_of(design, template, _own_style(design, assets))
        printer = self._printer(template, look, faces)
        sizes = measured(certificate, self._ruler, room_of(certificate, template))
        for scale in range(sizes.scale, len(SCALES)):
            pdf = printer.print(certificate, replace(sizes, scale=scale), assets, badges)
            if pdf is not None:
                return pdf
        raise BadInput("certificate.too_long", "the certificate's texts do not fit on one page at a readable size")

    def _printer(self, template: Template, look: Look | None, faces: tuple[Face, ...]) -> Printer:
        """One per look and set of fonts; the sets are few (Latin alone, Latin with one script)."""
        key = template, look, faces
        if key not in self._printers:
            if len(self._printers) >= _MOST_PRINTERS:
                self._printers.pop(next(iter(self._printers)))
            self._printers[key] = _new_printer(*key, self.moulds)
        return self._printers[key]

    def problems(self) -> tuple[str, ...]:
        """What keeps certificates from being printed on this machine, each with its remedy; empty if nothing."""
        damaged = tuple(
            f"certificate font {file} is missing or damaged: install the package again"
            for file in self._faces.damaged()
        )
        return damaged + _renderer_problems()


def _own_style(design: Design, assets: Mapping[str, bytes]) -> str:
    if not design.style:
        return ""
    css = assets.get(design.style, b"")
    if hashlib.sha256(css).hexdigest() != design.style:
        raise BadInput("certificate.style_missing", "the design's own style sheet is missing or damaged")
    return css.decode()


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


def _new_printer(template: Template, look: Look | None, faces: tuple[Face, ...], moulds: Moulds) -> Printer:
    with missing_pango():
        from lti_tool.certificates.printer import Printer
    return Printer(template, look, faces, moulds)


def _renderer_problems() -> tuple[str, ...]:
    try:
        from lti_tool.certificates import closed
    except OSError as error:
        return (f"Pango is missing ({str(error).splitlines()[0]}): {PANGO_REMEDY}",)
    except ImportError as error:
        return (f"{error.name} is not installed: pip install 'cme-tool[tool]'",)
    return () if closed.can_subset() else (f"harfbuzz-subset is missing: {PANGO_REMEDY}",)
