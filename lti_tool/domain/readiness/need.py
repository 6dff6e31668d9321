"""Rules about gaps, needs and objectives (ACCME core criteria; the structured abstract of an accreditation review)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lti_tool.domain.activity import Level
from lti_tool.domain.document import Document, part, records
from lti_tool.domain.plan import PlanSection
from lti_tool.domain.readiness.rule import (
    ABSTRACT,
    AMA,
    COMPETENCIES,
    DESIGN,
    FORMATS,
    NEEDS,
    OURS,
    Days,
    Finding,
    Rule,
    Severity,
    found,
)

CAUSES = ("knowledge", "competence", "performance")
"""Why practice lags behind (ACCME, Educational Needs)."""
WORDS = {"gap": 100, "cause_note": 50, "designed_to_change": 50, "format_rationale": 25}
"""Most words that the structured abstract takes."""
LONGEST_OBJECTIVE = 30
"""Words; beyond that nobody can say what would show that it was met."""
_VAGUE = re.compile(
    r"^\W*(?:understand|know|learn|appreciate|be (?:aware|familiar)|become familiar|grasp|reali[sz]e|think about)\b",
    re.IGNORECASE,
)
"""Openings that name no act that could be observed."""


def _gaps(document: Document) -> list[Document]:
    return records(part(document, "need", "gaps"))


def _count(*texts: str | None) -> int:
    return sum(len(text.split()) for text in texts if text)


def _no_gap(document: Document, days: Days) -> Iterator[Finding]:
    if not _gaps(document):
        yield found("need.gaps")


def _half_gap(document: Document, days: Days) -> Iterator[Finding]:
    for gap in _gaps(document):
        for name in ("current", "best"):
            if not gap.get(name):
                yield found(f"need.gaps[{gap['key']}].{name}")


def _no_cause(document: Document, days: Days) -> Iterator[Finding]:
    for gap in _gaps(document):
        if not gap.get("causes"):
            yield found(f"need.gaps[{gap['key']}].causes")


def _no_evidence(document: Document, days: Days) -> Iterator[Finding]:
    for gap in _gaps(document):
        for name in ("evidence", "citation"):
            if not gap.get(name):
                yield found(f"need.gaps[{gap['key']}].{name}")


def _too_long(document: Document, days: Days) -> Iterator[Finding]:
    for gap in _gaps(document):
        where = f"need.gaps[{gap['key']}]"
        yield from _over(f"{where}.current", _count(gap.get("current"), gap.get("best")), WORDS["gap"])
        yield from _over(f"{where}.cause_note", _count(gap.get("cause_note")), WORDS["cause_note"])
    for name in ("designed_to_change", "format_rationale"):
        yield from _over(f"need.{name}", _count(part(document, "need", name)), WORDS[name])


def _over(path: str, count: int, limit: int) -> Iterator[Finding]:
    if count > limit:
        yield found(path, count=count, limit=limit)


def _not_designed(document: Document, days: Days) -> Iterator[Finding]:
    if not part(document, "need", "designed_to_change"):
        yield found("need.designed_to_change")


def _no_format_reason(document: Document, days: Days) -> Iterator[Finding]:
    if not part(document, "need", "format_rationale"):
        yield found("need.format_rationale")


def _no_competency(document: Document, days: Days) -> Iterator[Finding]:
    if not part(document, "need", "competencies"):
        yield found("need.competencies")


def _no_audience(document: Document, days: Days) -> Iterator[Finding]:
    if not document.get("audience"):
        yield found("audience")


def _no_objective(document: Document, days: Days) -> Iterator[Finding]:
    if not records(document.get("objectives")):
        yield found("objectives")


def _without_gap(document: Document, days: Days) -> Iterator[Finding]:
    known = {gap["key"] for gap in _gaps(document)}
    for objective in records(document.get("objectives")):
        if objective.get("gap") not in known:
            yield found(f"objectives[{objective['key']}].gap")


def _gap_unanswered(document: Document, days: Days) -> Iterator[Finding]:
    answered = {objective.get("gap") for objective in records(document.get("objectives"))}
    for gap in _gaps(document):
        if gap["key"] not in answered:
            yield found(f"need.gaps[{gap['key']}]")


def _vague(document: Document, days: Days) -> Iterator[Finding]:
    for objective in records(document.get("objectives")):
        if _VAGUE.match(objective.get("text") or ""):
            yield found(f"objectives[{objective['key']}].text")


def _long_objective(document: Document, days: Days) -> Iterator[Finding]:
    for objective in records(document.get("objectives")):
        yield from _over(f"objectives[{objective['key']}].text", _count(objective.get("text")), LONGEST_OBJECTIVE)


def _only_knowledge(document: Document, days: Days) -> Iterator[Finding]:
    levels = {objective.get("level") for objective in records(document.get("objectives"))}
    if levels == {Level.KNOWLEDGE.value}:
        yield found("objectives")


_NEED, _OBJECTIVES, _HINT = PlanSection.NEED, PlanSection.OBJECTIVES, Severity.WARNING
RULES = (
    Rule("gap_missing", _NEED, NEEDS, _no_gap),
    Rule("gap_incomplete", _NEED, NEEDS, _half_gap),
    Rule("gap_cause_missing", _NEED, NEEDS, _no_cause),
    Rule("gap_evidence_missing", _NEED, ABSTRACT, _no_evidence, _HINT),
    Rule("abstract_too_long", _NEED, ABSTRACT, _too_long, _HINT),
    Rule("designed_to_change_missing", _NEED, DESIGN, _not_designed),
    Rule("format_rationale_missing", _NEED, FORMATS, _no_format_reason),
    Rule("competencies_missing", _NEED, COMPETENCIES, _no_competency, _HINT),
    Rule("audience_missing", _NEED, f"{AMA}: depth and scope for the intended learners", _no_audience),
    Rule("objective_missing", _OBJECTIVES, f"{AMA}: objectives are communicated", _no_objective),
    Rule("objective_without_gap", _OBJECTIVES, NEEDS, _without_gap),
    Rule("gap_without_objective", _OBJECTIVES, NEEDS, _gap_unanswered, _HINT),
    Rule("objective_vague", _OBJECTIVES, OURS, _vague, _HINT),
    Rule("objective_too_long", _OBJECTIVES, OURS, _long_objective, _HINT),
    Rule("only_knowledge", _OBJECTIVES, DESIGN, _only_knowledge, _HINT),
)
