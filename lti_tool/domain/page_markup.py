"""What is wrong with a provider's own certificate page: on which line, with what, against which rule.

The page is the provider's; what it must say is not. Each rule keeps a wrong certificate from being printed (AMA PRA
credit system, documentation provided to physicians; see ``docs/reference/rules.md``, 1.6) or keeps the page closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.errors import BadInput

MARKUP_UNUSABLE = "certificate.markup_unusable"


class MarkupRule(StrEnum):
    """Rules of an own page."""

    TOO_LONG = "too-long"
    NOT_A_TEMPLATE = "not-a-template"
    """Jinja cannot read it."""
    STATEMENT = "statement"
    """Something other than a value, ``if`` or ``for``."""
    EXPRESSION = "expression"
    """Something other than the name of a value, or in a condition other than and, or, not, == and !=."""
    UNKNOWN_VALUE = "unknown-value"
    NOT_A_LIST = "not-a-list"
    NOT_TO_PRINT = "not-to-print"
    """A list, a group or a yes-or-no value where a text belongs."""
    NESTED_LIST = "nested-list"
    """A list inside another whose items do not hold it."""
    TOO_DEEP = "too-deep"
    TOO_MANY = "too-many"
    NOT_WELL_FORMED = "not-well-formed"
    DECLARATION = "declaration"
    """A document type, an entity, a comment or an instruction of XML."""
    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    ATTRIBUTE_VALUE = "attribute-value"
    NESTING = "nesting"
    STRAY_TEXT = "stray-text"
    """Text outside of a paragraph or heading."""
    HEADINGS = "headings"
    """Not exactly one ``h1``, or not first, or not the title in it."""
    OWN_WORDS = "own-words"
    """Words of the page's own in the same paragraph as a value."""
    UNPRINTABLE = "unprintable"
    CLAIMS_CREDIT = "claims-credit"
    """Words of the page's own that name a credit, a body or an award."""
    LEFT_OUT = "left-out"
    TWICE = "twice"
    APART = "apart"
    """What belongs together is torn apart, or in another order."""
    HIDDEN = "hidden"
    """It cannot be read on the printed page as it was written."""
    COVERED = "covered"
    FAINT = "faint"
    """Too little contrast with what lies behind it."""
    DISTORTED = "distorted"
    """Set so that it is not read as it was written."""
    GENERATED = "generated"
    """Text that a style sheet adds."""
    MINGLED = "mingled"
    """Two credits or facts run into each other."""
    NOT_ITALIC = "not-italic"
    PAGE_SIZE = "page-size"


@dataclass(frozen=True, slots=True)
class MarkupFault:
    """One fault. ``line`` counts from 1, 0 where no line can be named; ``thing`` is what stands there or is missing."""

    line: int
    thing: str
    rule: MarkupRule


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Words that stand on the page itself and are no value."""

    line: int
    text: str


def unusable(faults: Iterable[MarkupFault]) -> BadInput:
    """The refusal, with the faults in ``facts["found"]``, each once and by line."""
    found = tuple(sorted(dict.fromkeys(faults), key=lambda fault: fault.line))
    listed = "; ".join(f"line {one.line}, {one.thing}: {one.rule.value}" for one in found)
    message = f"the provider's own page cannot be used: {listed}"
    return BadInput("certificate.markup_unusable", message, faults={"markup": MARKUP_UNUSABLE}, found=found)
