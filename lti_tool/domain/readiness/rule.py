"""What a rule of readiness is, and what it says of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from lti_tool.domain.document import Document
from lti_tool.domain.plan import PlanSection

AMA = "AMA PRA credit system"
STANDARD_1 = "ACCME Standard 1"
STANDARD_3 = "ACCME Standard 3"
STANDARD_4 = "ACCME Standard 4"
NEEDS = "ACCME, Educational Needs"
DESIGN = "ACCME, Designed to Change"
FORMATS = "ACCME, Appropriate Formats"
COMPETENCIES = "ACCME, Competencies"
ANALYSIS = "ACCME, Analyzes Change"
ABSTRACT = "ACCME, performance-in-practice structured abstract"
OURS = "good practice"
"""Where no accreditor asks for it."""


class Severity(StrEnum):
    ERROR = "error"
    """Stands in the way of approval."""
    WARNING = "warning"
    """Worth a second look; the authors decide."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that rules are measured by."""

    today: date
    designated: date | None = None
    """When credit was designated; ``None`` while it is not: then today is the earliest possible day."""

    @property
    def designation(self) -> date:
        return self.designated or self.today


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a rule is not met, and the values that a sentence about it needs."""

    path: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Document, Days], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must, or should, be true of a plan. ``source`` says who asks for it."""

    code: str
    section: PlanSection
    source: str
    check: Check
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that a plan does not meet, at the field where it can be met."""

    code: str
    path: str
    section: PlanSection
    source: str
    severity: Severity
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def found(path: str, **facts: Any) -> Finding:
    return Finding(path, facts)


def day_of(value: Any) -> date | None:
    """A day as authors type it, ``None`` if it is none."""
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def whole(value: Any) -> int | None:
    """A whole number as authors type it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
