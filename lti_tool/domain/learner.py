"""The learner's own particulars, asked just in time and only as far as the credit needs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lti_tool.domain.credit import PHYSICIAN_DEGREES, PRINTED_DEGREES, Degree
from lti_tool.domain.errors import BadInput

MAX_NAME = 120
"""Longest printed name, in characters."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate prints of a learner, confirmed by the learner."""

    printed_name: str
    degree: Degree
    country: str
    """ISO 3166-1 alpha-2."""

    @property
    def is_physician(self) -> bool:
        return self.degree in PHYSICIAN_DEGREES

    @property
    def printed_degree(self) -> str:
        """Letters after the name, ``""`` where the profession has none of its own."""
        return self.degree.value if self.degree in PRINTED_DEGREES else ""


JOINERS = frozenset("\u200c\u200d\u200e\u200f")
"""Invisible characters that names in Persian, Indic and Hebrew script do need."""


def is_unprintable(character: str) -> bool:
    """Controls, unassigned and private characters, and invisible ones that could reorder the line around the name."""
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} or (category == "Cf" and character not in JOINERS)


def clean_name(raw: str) -> str:
    """One line of NFC text fit for print.

    Raises ``BadInput`` with a fault for ``printed_name``: ``missing``, ``too_long`` or ``unprintable``.
    """
    name = " ".join(unicodedata.normalize("NFC", raw).split())
    fault = ""
    if not any(character.isalpha() for character in name):
        fault = "missing"
    elif len(name) > MAX_NAME:
        fault = "too_long"
    elif any(is_unprintable(character) for character in name):
        fault = "unprintable"
    if fault:
        raise BadInput("name_unusable", faults={"printed_name": fault}, limit=MAX_NAME)
    return name
