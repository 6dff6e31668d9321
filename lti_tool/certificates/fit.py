"""How large each text may stand: measured before layout, so that a page is laid out once.

Sizes only ever shrink in fixed steps from the design size. The estimate uses the advance widths of the
shipped text face; the renderer still verifies the laid-out page and takes the next step if it must.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from lti_tool.certificates.faces import Faces
from lti_tool.domain.certificate import Certificate

_NAME_STEPS = (41.0, 37.0, 33.0, 30.0, 27.0, 24.0, 21.0, 18.0, 15.0)
_PROVIDER_STEPS = (17.0, 15.5, 14.0, 13.0, 12.0, 11.0)
_ADDRESS_STEPS = (8.5, 7.5, 6.5)
SCALES = (
    (12.2, 8.6), (11.7, 8.3), (11.1, 8.0), (10.5, 7.7), (9.9, 7.4), (9.3, 7.1),
    (8.7, 6.8), (8.2, 6.5), (7.7, 6.2), (7.2, 5.9), (6.7, 5.6),
)  # fmt: skip
"""Sizes in points of the body and of the record (facts and statements), from the design size down."""

_WIDE = "Noto Serif CJK SC"
"""Set on the em square: its characters need not be measured."""


@dataclass(frozen=True, slots=True)
class Room:
    """Room for each text on a page, in points."""

    name: float = 590
    provider: float = 640
    sentence: float = 585
    record: float = 668
    activity: float = 230
    address: float = 138
    height: float = 436
    """What award and record share, a little above the truth: the laid-out page is verified."""
    credit_rows: int = 1


CLASSIC = Room()
"""US Letter, landscape, as ``classic-v1`` sets it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A large line: its size, and the indent in points on both sides that breaks it into even halves."""

    size: float
    indent: float = 0.0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes of one page in points. ``scale`` is the index into :data:`SCALES`."""

    scale: int
    name: Line
    provider: Line
    address: float

    @property
    def body(self) -> float:
        """The award: sentence and credits."""
        return SCALES[self.scale][0]

    @property
    def record(self) -> float:
        """Facts and statements."""
        return SCALES[self.scale][1]

    @property
    def large(self) -> float:
        """Factor on the large lines: they shrink more slowly than the text around them."""
        return _large(self.scale)

    def indent(self, line: Line, room: float) -> float:
        """The line's indent in points at its final size, within ``room`` points."""
        return round((room - (room - 2 * line.indent) * self.large) / 2, 1) if line.indent else 0.0


def _large(scale: int) -> float:
    return round(0.35 + 0.65 * SCALES[scale][0] / SCALES[0][0], 3)


class Ruler:
    """Measures text with the advance widths of the shipped faces."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._by_family = {face.family: face for face in reversed(faces.upright)}
        self.width = lru_cache(maxsize=512)(self._width)

    def _width(self, text: str) -> float:
        """Estimated width in em."""
        return sum(map(self._advance, text))

    def _advance(self, character: str) -> float:
        family = self._faces.family_for(character)
        face = self._by_family.get(family)
        return 1.0 if face is None or family == _WIDE else face.advances.get(character, 1.0)

    def lines(self, text: str, size: float, room: float) -> int:
        """Estimated number of lines, a little of each lost to words that do not break."""
        return max(1, math.ceil(self.width(text) * size / (room * 0.96)))

    def line(self, text: str, steps: tuple[float, ...], room: float, spacing: float = 0.0) -> Line:
        """The largest step at which the text stands on one line, or else on two even ones."""
        for width, count in ((self.width(text), 1), (self._even_half(text), 2)):
            spaced = width + spacing * len(text) / count
            size = next((size for size in steps if spaced * size <= room and (count > 1 or size >= steps[2])), 0.0)
            if size:
                indent = max(0.0, (room - spaced * size * 1.05) / 2) if count > 1 else 0.0
                return Line(size, round(indent, 1), count)
        return Line(steps[-1], 0.0, self.lines(text, steps[-1], room))

    def _even_half(self, text: str) -> float:
        """Width in em of the wider half when broken at the best space."""
        gaps = [position for position, character in enumerate(text) if character == " "]
        halves = [max(self.width(text[:gap]), self.width(text[gap + 1 :])) for gap in gaps]
        return min(halves, default=self.width(text))


def measured(certificate: Certificate, ruler: Ruler, room: Room = CLASSIC) -> Sizes:
    """The sizes to try first."""
    name = ruler.line(certificate.learner_name, _NAME_STEPS, room.name)
    provider = ruler.line(certificate.provider_name, _PROVIDER_STEPS, room.provider, 0.12)
    width = ruler.width(certificate.verify_url)
    address = next((size for size in _ADDRESS_STEPS if width * size <= room.address * 2), _ADDRESS_STEPS[-1])
    steps = range(len(SCALES))
    fitting = (step for step in steps if _height(certificate, ruler, step, name, provider, room) <= room.height)
    return Sizes(next(fitting, len(SCALES) - 1), name, provider, address)


def _height(certificate: Certificate, ruler: Ruler, step: int, name: Line, provider: Line, room: Room) -> float:
    """Estimated height in points of award and record together."""
    body, record = SCALES[step]
    sentence = ruler.lines(certificate.sentence.plain, body * 1.12, room.sentence) * body * 1.5
    award = (
        (provider.size * 1.15 * provider.count + name.size * 1.27 * name.count) * _large(step) + sentence + body * 6.3
    )
    award += body * (1.7 if certificate.degree else 0)
    award += body * 6.0 * room.credit_rows if certificate.credits else 0
    paragraphs = [text.plain for text in (*certificate.statements, *certificate.notes)]
    small = sum(ruler.lines(text, record, room.record) for text in paragraphs) + (1 if paragraphs else 0)
    facts = ruler.lines(certificate.activity_title, record * 1.13, room.activity) + 1
    return award + small * record * 1.3 + facts * record * 1.4 + 18
