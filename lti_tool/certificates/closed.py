"""The one place that touches WeasyPrint: its fonts closed to the host, its fetcher closed to the world.

Import this module only when a page is to be printed: it loads WeasyPrint (about half a second) and
raises ``OSError`` where Pango is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from io import BytesIO
from typing import Any, NoReturn
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import cssselect2
from PIL import Image
from weasyprint import CSS, DEFAULT_OPTIONS, HTML, Attachment, Document
from weasyprint.css import ColorProfile
from weasyprint.images import RasterImage
from weasyprint.text.ffi import ffi, fontconfig, gobject, harfbuzz_subset, pangoft2
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from lti_tool.certificates.faces import Face
from lti_tool.certificates.styles import StyleMemory
from lti_tool.certificates.text_attributes import features
from lti_tool.domain.errors import BadInput

ffi.cdef("FcConfig * FcConfigCreate (void);", override=True)

_RULE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><match target="scan"><test name="file" compare="eq"><string>{path}</string></test>
<edit name="family" mode="assign_replace"><string>{family}</string></edit>
<edit name="slant" mode="assign_replace"><const>{slant}</const></edit>
<edit name="weight" mode="assign_replace"><const>regular</const></edit>
</match></fontconfig>"""

_BROWSER_DEFAULTS = """
html, body, div, p, h1, h2 { display: block }
head, title, meta { display: none }
[dir=rtl] { direction: rtl }
[dir=ltr] { direction: ltr }
"""
"""Only what a certificate's elements need; WeasyPrint's own sheet for all of HTML costs more than the page."""


class AddressRefused(FatalURLFetchingError):
    """A page asked for something that is not part of it. Fatal, so that a hole is never printed."""


class ClosedFetcher(URLFetcher):
    """Fetches nothing: no file, no network, no ``data:``. All a page needs is handed to it in memory."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> NoReturn:
        """Raises :class:`AddressRefused` for every address."""
        raise AddressRefused("a certificate page asked for an address outside its template")


class ShippedFonts(FontConfiguration):
    """A font configuration that knows the given faces and no font, alias or rule of the host."""

    def __init__(self, faces: Iterable[Face]) -> None:
        self._config = fontconfig.FcConfigCreate()
        self.font_map = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
        font_map = ffi.cast("PangoFcFontMap *", self.font_map)
        pangoft2.pango_fc_font_map_set_config(font_map, self._config)
        fontconfig.FcConfigDestroy(self._config)
        self.strut_layouts: dict[Any, Any] = {}
        self.font_features = features()
        for face in faces:
            self._attach(face)
        pangoft2.pango_fc_font_map_config_changed(font_map)

    def _attach(self, face: Face) -> None:
        path = str(face.path)
        slant = "italic" if face.is_italic else "roman"
        rule = _RULE.format(path=escape(path), family=escape(face.family), slant=slant)
        fontconfig.FcConfigParseAndLoadFromMemory(self._config, rule.encode(), True)
        if not fontconfig.FcConfigAppFontAddFile(self._config, path.encode()):
            raise OSError(f"font cannot be loaded: {face.file}")

    def add_font_face(self, rule_descriptors: Any, url_fetcher: Any) -> None:
        """Refuse: a style sheet cannot bring fonts of its own."""
        raise AddressRefused("a certificate's style sheet may not load fonts")


class Page(HTML):
    """A well-formed page. Parsed as XML: faster, and a broken template fails instead of being repaired."""

    def __init__(self, markup: str) -> None:
        self.base_url = None
        self.url_fetcher = ClosedFetcher()
        self.media_type = "print"
        root = ET.fromstring(markup)  # noqa: S314 - our own template's output, values escaped, no entities
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def laid_out(self, fonts: ShippedFonts, memory: StyleMemory, colours: dict[str, Any], **options: Any) -> Document:
        """The page as boxes, its styles taken from ``memory`` where they are known. The document keeps ``root``, its
        element, and ``context``, what it was laid out with."""
        contexts = []

        class RememberingDocument(Document):
            @classmethod
            def _build_layout_context(cls, *arguments: Any) -> Any:
                context = super()._build_layout_context(*arguments)
                memory.apply(list(context.style_for._computed_styles.values()))
                contexts.append(context)
                return context

        document = RememberingDocument._render(self, fonts, None, colours, DEFAULT_OPTIONS | options)
        document.root, (document.context,) = self.etree_element, contexts
        return document

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_DEFAULTS]

    def _ua_counter_style(self) -> list[Any]:
        return []


class LongPage(Page):
    """A document of many pages, with page numbers and bullets; every style is worked out, for no two are alike."""

    def printed(self, fonts: ShippedFonts, **options: Any) -> Document:
        """The pages as boxes."""
        return Document._render(self, fonts, None, {}, DEFAULT_OPTIONS | options)

    def _ua_counter_style(self) -> list[Any]:
        found: list[Any] = HTML._ua_counter_style(self)
        return found


def sheet(css: str) -> CSS:
    """A style sheet, parsed once."""
    return CSS(string=css, url_fetcher=ClosedFetcher(), media_type="print")


class ScreenColours(ColorProfile):
    """The sRGB profile that PDF/A wants embedded, byte for byte: the library writes it anew each time, differently."""

    def __init__(self) -> None:
        self._content = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
        super().__init__(BytesIO(self._content), "sRGB2014.icc", "relative-colorimetric", ("r", "g", "b"))

    @property
    def content(self) -> bytes:
        """The profile's file."""
        return self._content


def picture(sha256: str, png: bytes) -> RasterImage:
    """A picture to print, from memory. Raises ``BadInput`` if the bytes are not those that the name says."""
    if hashlib.sha256(png).hexdigest() != sha256:
        raise BadInput("certificate.picture_missing", f"the stored picture {sha256} is damaged")
    return RasterImage(Image.open(BytesIO(png)), sha256, png)


def attachment(credit_type: str, badge: str, day: date) -> Attachment:
    """A badge as an associated file (ISO 19005-3, 6.8), dated like the certificate."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Attachment(
        file_obj=BytesIO(badge.encode("ascii")),
        url_fetcher=ClosedFetcher(),
        name=f"open-badge-{credit_type}.jwt",
        description="Open Badges 3.0 credential (VC-JWT) of this certificate",
        created=moment,
        modified=moment,
        relationship="Alternative",
    )


def can_subset() -> bool:
    """Whether harfbuzz-subset is there; without it a whole CJK face would be embedded."""
    return bool(harfbuzz_subset)


_DEFAULTS = sheet(_BROWSER_DEFAULTS)
