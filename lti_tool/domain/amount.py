"""How many credits an activity is worth: exact amounts, each with the working that an accreditor may ask for.

Sources: AMA PRA credit system (60 minutes per credit, nearest quarter; fixed amounts per format); ACCME, segments
without education are excluded; Mergener, American Journal of Pharmaceutical Education 55 (1991), 263-266; pilot
testing and media length as accepted by nursing and pharmacy accreditors. Summary: ``docs/reference/rules.md``, 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from lti_tool.domain.credit import HUNDREDTH, Basis, CreditType, FormatRule, Rounding
from lti_tool.domain.errors import BadInput

HOUR = Decimal(60)
MOST_MINUTES = 100_000
"""Longer than any activity: a slip of the keyboard and not an amount."""


class Method(StrEnum):
    """How the time, or the amount, was found."""

    SEGMENTS = "segments"
    MERGENER = "mergener"
    MEDIA = "media"
    PILOT = "pilot"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a working, in the order of the calculation. ``unit`` is ``min``, ``words`` and the like."""

    key: str
    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """An amount and how it came about. ``minutes`` is ``None`` where time does not matter."""

    method: Method
    lines: tuple[Line, ...]
    minutes: Decimal | None
    amount: Decimal
    """In the credit type's unit and steps."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a programme. Breaks, meals, and whatever is not certified do not count."""

    title: str
    minutes: Decimal
    is_counted: bool = True
    parallel: str = ""
    """Sessions at the same time share a name: only the longest of them counts towards the maximum."""


def round_to_step(amount: Decimal, credit: CreditType) -> Decimal:
    """The amount on the type's steps, by its rounding; exactly between two steps is rounded up to the nearest."""
    if credit.rounding is Rounding.NONE:
        return amount.quantize(HUNDREDTH, ROUND_DOWN)
    mode = ROUND_DOWN if credit.rounding is Rounding.DOWN else ROUND_HALF_UP
    return (amount / credit.step).to_integral_value(mode) * credit.step


def from_minutes(minutes: Decimal, credit: CreditType) -> Decimal:
    """What so many minutes of education are worth; less than the type's least amount is worth nothing."""
    amount = round_to_step(minutes / credit.minutes_per_unit, credit)
    return amount if amount >= credit.least else Decimal(0)


def _positive(value: Decimal, field: str, most: int = MOST_MINUTES) -> Decimal:
    if not value.is_finite() or not 0 < value <= most:
        raise BadInput("working_unusable", faults={field: "out_of_range"}, most=most)
    return value


def _worked(method: Method, lines: Iterable[Line], minutes: Decimal, credit: CreditType) -> Working:
    found = from_minutes(minutes, credit)
    per_unit = Line("minutes_per_unit", Decimal(credit.minutes_per_unit), "min")
    raw = Line("before_rounding", (minutes / credit.minutes_per_unit).quantize(Decimal("0.0001")))
    return Working(method, (*lines, Line("minutes", minutes, "min"), per_unit, raw), minutes, found)


def work_segments(segments: Sequence[Segment], credit: CreditType) -> Working:
    """Programme time without what is not counted. Simultaneous sessions count once, by the longest of them.

    Raises ``BadInput("working_unusable")`` with the fault ``segments``: ``missing`` or ``out_of_range``.
    """
    if not segments:
        raise BadInput("working_unusable", faults={"segments": "missing"})
    groups: dict[str, Decimal] = {}
    for place, segment in enumerate(segments):
        minutes = _positive(segment.minutes, "segments")
        if segment.is_counted:
            key = segment.parallel or f"#{place}"
            groups[key] = max(groups.get(key, Decimal(0)), minutes)
    lines = [Line(segment.title, segment.minutes if segment.is_counted else Decimal(0), "min") for segment in segments]
    return _worked(Method.SEGMENTS, lines, sum(groups.values(), Decimal(0)), credit)


def work_mergener(words: int, questions: int, difficulty: Decimal, credit: CreditType) -> Working:
    """Mergener's formula for reading: 0.9 × (0.00209 × words + 2.78 × questions + 15.5 × difficulty − 22.3) minutes.

    ``difficulty`` is 1 (very easy) to 5 (very difficult). Raises ``BadInput("working_unusable")``.
    """
    _positive(Decimal(words), "words", 1_000_000)
    if not 0 <= questions <= 1000:
        raise BadInput("working_unusable", faults={"questions": "out_of_range"}, most=1000)
    if not difficulty.is_finite() or not 1 <= difficulty <= 5:
        raise BadInput("working_unusable", faults={"difficulty": "out_of_range"}, most=5)
    inner = Decimal("0.00209") * words + Decimal("2.78") * questions + Decimal("15.5") * difficulty - Decimal("22.3")
    minutes = max(Decimal(0), Decimal("0.9") * inner)
    lines = [
        Line("words", Decimal(words), "words"),
        Line("questions", Decimal(questions)),
        Line("difficulty", difficulty),
        Line("subtotal", inner),
    ]
    return _worked(Method.MERGENER, lines, minutes, credit)


def work_media(
    seconds: Sequence[Decimal], questions: int, minutes_per_question: Decimal, credit: CreditType
) -> Working:
    """Playing time of recordings, and the time for the assessment. Raises ``BadInput("working_unusable")``."""
    if not seconds:
        raise BadInput("working_unusable", faults={"seconds": "missing"})
    lengths = [_positive(length, "seconds", MOST_MINUTES * 60) for length in seconds]
    if not 0 <= questions <= 1000 or not minutes_per_question.is_finite() or not 0 <= minutes_per_question <= 60:
        raise BadInput("working_unusable", faults={"questions": "out_of_range"}, most=1000)
    played, tested = sum(lengths, Decimal(0)) / 60, questions * minutes_per_question
    lines = [
        *(Line(f"recording {place}", length, "s") for place, length in enumerate(lengths, 1)),
        Line("questions", Decimal(questions)),
        Line("minutes_per_question", minutes_per_question, "min"),
    ]
    return _worked(Method.MEDIA, lines, played + tested, credit)


def work_pilot(minutes: Sequence[Decimal], credit: CreditType) -> Working:
    """The mean time of pilot testers, three at least. Raises ``BadInput("working_unusable")``."""
    if len(minutes) < 3:
        raise BadInput("working_unusable", faults={"minutes": "too_few"}, least=3)
    times = [_positive(one, "minutes") for one in minutes]
    lines = [Line(f"tester {place}", one, "min") for place, one in enumerate(times, 1)]
    return _worked(Method.PILOT, lines, sum(times, Decimal(0)) / len(times), credit)


def work_format(rule: FormatRule, count: Decimal) -> Working:
    """A fixed amount by format: ``count`` reviews, stages done in sequence, cycles or hours taught.

    Raises ``BadInput("working_unusable")``, also for a format that is counted by time.
    """
    if rule.basis is Basis.TIME:
        raise BadInput("working_unusable", faults={"count": "counted_by_time"})
    _positive(count, "count", rule.stages or 1000)
    if rule.basis is not Basis.TEACHING and count != count.to_integral_value():
        raise BadInput("working_unusable", faults={"count": "not_whole"})
    bonus = rule.bonus if rule.stages and count == rule.stages else Decimal(0)
    lines = (Line("count", count), Line("amount_each", rule.amount), Line("bonus", bonus))
    return Working(Method.FORMAT, lines, None, rule.amount * count + bonus)


def work_teaching(rule: FormatRule, minutes: Decimal, credit: CreditType) -> Working:
    """Original presentation: a fixed amount for each hour, on the type's steps. Raises ``BadInput``, see
    :func:`work_format`."""
    if rule.basis is not Basis.TEACHING:
        raise BadInput("working_unusable", faults={"minutes": "not_for_teaching"})
    raw = rule.amount * _positive(minutes, "minutes") / HOUR
    lines = (
        Line("minutes", minutes, "min"),
        Line("amount_each", rule.amount),
        Line("before_rounding", raw.quantize(Decimal("0.0001"))),
    )
    return Working(Method.FORMAT, lines, minutes, round_to_step(raw, credit))


def session_amount(minutes: Decimal, credit: CreditType, caps: Iterable[Decimal | None]) -> Decimal:
    """What the minutes attended in one session are worth: on the type's steps, within every cap that there is."""
    return min((round_to_step(minutes / credit.minutes_per_unit, credit), *(cap for cap in caps if cap is not None)))


def series_amount(amounts: Iterable[Decimal], maximum: Decimal) -> Decimal:
    """What the attended sessions are worth together, within the activity's ``maximum``."""
    return min(maximum, sum(amounts, Decimal(0)))
