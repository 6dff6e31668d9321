"""Nothing of the host gets in, nothing of the page gets out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lti_tool.certificates.closed import AddressRefused, ClosedFetcher, Page, ShippedFonts, sheet
from lti_tool.certificates.faces import FOLDER, Face, Faces
from lti_tool.certificates.font_manifest import describe_all
from lti_tool.certificates.render import CertificateRenderer
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.errors import ServiceUnavailable

ADDRESSES = ["http://127.0.0.1/x.png", "https://example.org/", "file:///etc/passwd", "data:image/png;base64,AAAA", "x"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_fetcher_refuses_every_address(address: str) -> None:
    with pytest.raises(AddressRefused):
        ClosedFetcher().fetch(address)


def test_a_page_with_a_foreign_image_stops_instead_of_printing_a_hole() -> None:
    page = Page('<html lang="en"><body><img src="http://127.0.0.1/x.png" alt="x"/></body></html>')
    with pytest.raises(AddressRefused):
        page.render(font_config=ShippedFonts(Faces.shipped().attached(frozenset())))


def test_a_style_sheet_cannot_import_or_load_fonts() -> None:
    with pytest.raises(AddressRefused):
        sheet("@import url(https://example.org/x.css);")
    fonts = ShippedFonts(Faces.shipped().attached(frozenset()))
    with pytest.raises(AddressRefused):
        fonts.add_font_face({}, None)


def test_the_manifest_describes_the_shipped_fonts() -> None:
    assert json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8")) == describe_all()


def test_fonts_carry_their_licences_and_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) < 30_000_000
    assert len(list((FOLDER / "licences").iterdir())) == 3


def test_importing_the_renderer_loads_no_renderer() -> None:
    heavy = ("weasyprint", "segno", "pikepdf", "fontTools")
    script = f"import sys, lti_tool.certificates.render; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_wrong_here() -> None:
    assert CertificateRenderer().problems() == ()


def test_missing_pango_is_said_with_its_remedy(
    make: Callable[..., Certificate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lti_tool.certificates.printer", None)
    monkeypatch.setitem(sys.modules, "lti_tool.certificates.closed", None)
    monkeypatch.delattr("lti_tool.certificates.closed", raising=False)
    renderer = CertificateRenderer()
    with pytest.raises(ServiceUnavailable) as refusal:
        renderer.render(make())
    assert refusal.value.code == "certificate.renderer_missing"
    assert "libpango-1.0-0" in str(refusal.value)
    assert len(renderer.problems()) == 1


def test_a_damaged_font_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Face, "path", property(lambda face: tmp_path / face.file))
    assert all("missing or damaged" in problem for problem in CertificateRenderer().problems())
    assert len(CertificateRenderer().problems()) == len(Faces.shipped().all)
