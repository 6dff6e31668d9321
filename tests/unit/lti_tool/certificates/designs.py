"""Designs to print in tests: every shipped template on both papers, held both ways, and pictures to put on them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from lti_tool.certificates.picture import Picture, read_picture
from lti_tool.certificates.template import shipped_templates
from lti_tool.domain.design import Design, Orientation, Paper

DESIGNS = [
    Design(template.folder.name, paper, orientation)
    for template in shipped_templates()
    for paper in Paper
    for orientation in Orientation
]


def named(design: Design) -> str:
    """A test's name."""
    return f"{design.template}-{design.paper.value}-{design.orientation.value}"


def drawn(mode: str = "RGBA", size: tuple[int, int] = (300, 90), kind: str = "PNG") -> bytes:
    """A file as a provider would upload it."""
    image = Image.new(mode, size)
    ImageDraw.Draw(image).ellipse((5, 5, size[1], size[1] - 5), fill="#194b82" if mode != "L" else 90)
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def picture(mode: str = "RGBA") -> Picture:
    return read_picture(drawn(mode))
