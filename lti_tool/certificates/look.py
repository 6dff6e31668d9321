"""A design on a template: the page's measures and colours, as its style sheet and the ruler need them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from lti_tool.certificates.fit import CLASSIC, Room
from lti_tool.certificates.template import Template
from lti_tool.domain.certificate import Certificate
from lti_tool.domain.design import LEAST_CONTRAST, Design, Orientation, contrast

BORDER_ADDRESS = "certificate:border.svg"
_MOST_ABREAST = {Orientation.LANDSCAPE: (0, 1, 2, 3, 4, 3, 3), Orientation.PORTRAIT: (0, 1, 2, 3, 2, 3, 3)}
"""Credits in one row, by how many there are: even rows look calmer than one that is full."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a style sheet may use. Lengths in points, colours as ``#rrggbb``."""

    width: float
    height: float
    is_portrait: bool
    ink: str
    accent: str
    label: str
    """The accent, darkened until small text in it can be read."""
    hairline: str
    own_style: str = ""
    """The provider's own style sheet, laid over the template's."""
    border_address: str = BORDER_ADDRESS


@lru_cache(maxsize=64)
def look_of(design: Design, template: Template, own_style: str = "") -> Look:
    """The design with the template's own colours where it names none."""
    width, height = design.size
    ink, accent = design.ink or template.meta["ink"], design.accent or template.meta["accent"]
    is_portrait = design.orientation is Orientation.PORTRAIT
    return Look(width, height, is_portrait, ink, accent, _readable(accent), mixed(accent, "#ffffff", 0.55), own_style)


def room_of(certificate: Certificate, template: Template) -> Room:
    """How much room the texts have. Templates say what the page's width and height are lessened by."""
    if certificate.design is None:
        return CLASSIC
    width, height = certificate.design.size
    less = dict(template.meta["rooms"][certificate.design.orientation.value])
    logo = less.pop("logo") * bool(certificate.design.logo)
    sides = {name: width - by for name, by in less.items() if name != "height"}
    rows = len(credit_rows(certificate))
    return Room(**sides, height=height - less["height"] - logo, credit_rows=rows)


def credit_rows(certificate: Certificate) -> tuple[tuple[int, ...], ...]:
    """Positions of the credits, row by row."""
    count = len(certificate.credits)
    orientation = Orientation.LANDSCAPE if certificate.design is None else certificate.design.orientation
    most = _MOST_ABREAST[orientation]
    abreast = most[count] if count < len(most) else 4
    rows = ceil(count / abreast) if abreast else 0
    return tuple(tuple(range(row * abreast, min(count, (row + 1) * abreast))) for row in range(rows))


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two; ``share`` is that of the other, 0 to 1."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(first + (second - first) * share):02x}" for first, second in pairs)


def _readable(colour: str) -> str:
    steps = (mixed(colour, "#000000", step / 20) for step in range(20))
    return next(one for one in steps if contrast(one) >= LEAST_CONTRAST["ink"])
