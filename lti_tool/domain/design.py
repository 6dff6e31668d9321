"""How a certificate looks: chosen by the provider, frozen with the certificate, never a matter of what it says.

Pictures are named by the SHA-256 of their bytes, so that what is printed in ten years is what was printed today.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_TEMPLATE = re.compile(r"[a-z]+(-[a-z0-9]+)*-v[0-9]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
LEAST_CONTRAST = {"ink": 4.5, "accent": 3.0}
"""On white, as a ratio (WCAG 2.2, 1.4.3 for text and 1.4.11 for lines and ornaments)."""


class Paper(StrEnum):
    """What is put into the printer."""

    LETTER = "letter"
    A4 = "a4"


class Orientation(StrEnum):
    """How the sheet is held."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


_SHORT_AND_LONG = {Paper.LETTER: (612.0, 792.0), Paper.A4: (595.28, 841.89)}
"""Sides in points (ISO 216; ANSI/ASME Y14.1, A)."""


@dataclass(frozen=True, slots=True)
class Design:
    """One choice of look. An empty colour is the template's own, an empty picture is none."""

    template: str
    """Name and version, e.g. ``modern-v1``."""
    paper: Paper = Paper.LETTER
    orientation: Orientation = Orientation.LANDSCAPE
    ink: str = ""
    """Titles and bands, as ``#rrggbb``."""
    accent: str = ""
    """Rules and ornaments, as ``#rrggbb``."""
    logo: str = ""
    """SHA-256 of the provider's own logo. A commercial supporter's never stands here (ACCME, Standard 4)."""
    seal: str = ""
    signature: str = ""
    """SHA-256 of a picture of the signatory's signature."""
    style: str = ""
    """SHA-256 of the provider's own style sheet, which is laid over the template's."""
    markup: str = ""
    """SHA-256 of the provider's own page, which stands in place of the template's."""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The hashes of all pictures it needs, each once."""
        return tuple(dict.fromkeys(filter(None, (self.logo, self.seal, self.signature))))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page in points."""
        short, long = _SHORT_AND_LONG[self.paper]
        return (short, long) if self.orientation is Orientation.PORTRAIT else (long, short)


def contrast(colour: str) -> float:
    """Contrast ratio of ``#rrggbb`` on white (WCAG 2.2, definition of contrast ratio)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def design_faults(design: Design) -> dict[str, str]:
    """What keeps a design from being used, by field: ``template_unknown``, ``colour_wrong``, ``contrast_low``,
    ``picture_unknown``, ``style_unknown``, ``markup_unknown``."""
    return dict(_faults(design))


def _faults(design: Design) -> Iterator[tuple[str, str]]:
    if not _TEMPLATE.fullmatch(design.template):
        yield "template", "template_unknown"
    for field, least in LEAST_CONTRAST.items():
        colour = getattr(design, field)
        if colour and not _COLOUR.fullmatch(colour):
            yield field, "colour_wrong"
        elif colour and contrast(colour) < least:
            yield field, "contrast_low"
    for field in ("logo", "seal", "signature", "style", "markup"):
        sha256 = getattr(design, field)
        if sha256 and not _SHA256.fullmatch(sha256):
            yield field, f"{field}_unknown" if field in ("style", "markup") else "picture_unknown"


DEFAULT_DESIGN = Design("classic-v2")
"""For providers that have chosen none."""


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A shipped template as it is offered."""

    name: str
    title: str
    description: str
    ink: str
    accent: str
