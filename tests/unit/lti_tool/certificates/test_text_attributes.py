"""Attributes of text go with the text; the library alone keeps them."""

from __future__ import annotations

from typing import Any

import pytest
import weasyprint
from weasyprint import DEFAULT_OPTIONS, HTML, Document
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import Layout

from lti_tool.certificates import text_attributes
from lti_tool.certificates.closed import ShippedFonts
from lti_tool.certificates.faces import Faces

PAGE = '<html><body><p style="font-variant-numeric: lining-nums">In 2026, 40 hours.</p></body></html>'


def holders(fonts: Any) -> int:
    """How many hold the attributes of a new text (the first field of a ``PangoAttrList``), its layout among them."""
    page = Document._render(HTML(string=PAGE), fonts, None, {}, DEFAULT_OPTIONS).pages[0]
    style = next(box.style for box in page._page_box.descendants() if isinstance(box, TextBox))
    layout = Layout(style)
    layout.set_text("In 2026")
    made = pango.pango_layout_get_attributes(layout.layout)
    return int(ffi.cast("unsigned int *", made)[0])


def test_attributes_are_held_by_their_text_alone() -> None:
    assert holders(ShippedFonts(Faces.shipped().attached(frozenset()))) == 1


def test_the_library_alone_forgets_them() -> None:
    """Once it does no longer, the module can go."""
    assert weasyprint.__version__ in text_attributes.FORGETFUL
    assert holders(FontConfiguration()) == 2


def test_an_unknown_release_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weasyprint, "__version__", "99.0")
    assert holders(ShippedFonts(Faces.shipped().attached(frozenset()))) == 2
