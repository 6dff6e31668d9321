"""The structured abstract of one activity for its accreditation review, with the form's own word limits.

Source: ACCME performance-in-practice structured abstract (rules 2.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.domain.activity import Accreditation, Activity, Level
from lti_tool.domain.errors import BadInput
from lti_tool.domain.fields import FieldKind, FieldRule, Typed, read_fields

ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    f"{group.split('/')[0].lower()}-{number}": (group, name)
    for group, names in (
        (
            "ACGME/ABMS",
            (
                *("Patient Care and Procedural Skills", "Medical Knowledge", "Practice-based Learning and Improvement"),
                *("Interpersonal and Communication Skills", "Professionalism", "Systems-based Practice"),
            ),
        ),
        (
            "IOM",
            (
                *("Provide patient-centered care", "Work in interdisciplinary teams"),
                *("Employ evidence-based practice", "Apply quality improvement", "Utilize informatics"),
            ),
        ),
        (
            "IPEC",
            ("Values/Ethics", "Roles/Responsibilities", "Interprofessional Communication", "Teams and Teamwork"),
        ),
    )
    for number, name in enumerate(names, start=1)
}
"""Desirable physician attributes by code: whose list, and the name in it."""

QUESTIONS: Mapping[str, tuple[str, int]] = {
    "gap": ("Professional practice gap(s) of the learners on which the activity was based", 100),
    "need_knowledge": ("Educational need underlying the gap: knowledge", 50),
    "need_competence": ("Educational need underlying the gap: competence", 50),
    "need_performance": ("Educational need underlying the gap: performance", 50),
    "change": ("What the activity was designed to change: competence, performance or patient outcomes", 50),
    "format": ("Why the educational format is appropriate for this activity", 25),
}
"""The form's texts and their limits in words."""
NEEDS = ("need_knowledge", "need_competence", "need_performance")
"""At least one of these."""

ABSTRACT = (
    *(FieldRule(key, FieldKind.TEXT, longest=4000) for key in QUESTIONS),
    FieldRule("attributes", FieldKind.CHOICES, choices=tuple(ATTRIBUTES)),
    FieldRule("attribute_other", longest=255),
)


def words(text: str) -> int:
    """As a word processor counts: what stands between white space."""
    return len(text.split())


@dataclass(frozen=True, slots=True)
class AbstractText:
    """One answer. ``limit`` in words."""

    key: str
    question: str
    limit: int
    text: str

    @property
    def count(self) -> int:
        return words(self.text)

    @property
    def is_too_long(self) -> bool:
        return self.count > self.limit


@dataclass(frozen=True, slots=True)
class Abstract:
    """The whole form, as far as it is answered."""

    texts: tuple[AbstractText, ...]
    attributes: tuple[str, ...]
    """As printed: whose list, and the name in it."""

    @property
    def faults(self) -> Mapping[str, str]:
        """What a reviewer would send back: ``missing`` or ``too_many_words`` by field."""
        return dict(self._faults())

    def _faults(self) -> Iterator[tuple[str, str]]:
        if not any(one.text for one in self.texts if one.key in NEEDS):
            yield "need_knowledge", "missing"
        for one in self.texts:
            if one.is_too_long:
                yield one.key, "too_many_words"
            elif not one.text and one.key not in NEEDS:
                yield one.key, "missing"
        if not self.attributes:
            yield "attributes", "missing"


def read_abstract(typed: Typed) -> dict[str, Any]:
    """The answers as sent; unanswered ones are empty. Raises ``BadInput("fields_unusable")``, for a text above its
    limit with the fault ``too_many_words``."""
    found = read_fields(ABSTRACT, typed)
    faults = {key: "too_many_words" for key, (_, limit) in QUESTIONS.items() if words(found[key]) > limit}
    if faults:
        raise BadInput("fields_unusable", faults=faults)
    return found


def _gap(need: Mapping[str, Any]) -> Iterator[str]:
    for one in _mappings(need.get("gaps")):
        parts = (str(one.get(name) or "").strip().rstrip(".") for name in ("current", "best"))
        sentence = ". ".join(part for part in parts if part)
        yield f"{sentence}." if sentence else ""


def _mappings(value: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []


def suggested(activity: Activity, need: Mapping[str, Any]) -> dict[str, Any]:
    """A first draft from what was planned: gaps from the plan's ``need``, the change from the objectives' levels."""
    levels = {one.level for one in activity.objectives}
    changes = [level.value for level in Level if level in levels and level is not Level.KNOWLEDGE]
    goals = " ".join(one.text.rstrip(".") + "." for one in activity.objectives if one.level is not Level.KNOWLEDGE)
    return {
        "gap": " ".join(filter(None, _gap(need))),
        "change": f"{' and '.join(changes).capitalize()}: {goals}" if changes else "",
        **{key: str(need[key]) for key in (*NEEDS, "format") if isinstance(need.get(key), str)},
    }


def abstract(activity: Activity, stored: Mapping[str, Any], need: Mapping[str, Any]) -> Abstract:
    """What was written for the form, else the draft."""
    answers = {**suggested(activity, need), **{key: value for key, value in stored.items() if value}}
    texts = tuple(
        AbstractText(key, question, limit, str(answers.get(key) or "")) for key, (question, limit) in QUESTIONS.items()
    )
    chosen = [f"{group}: {name}" for code, (group, name) in ATTRIBUTES.items() if code in answers.get("attributes", ())]
    other = str(answers.get("attribute_other") or "")
    return Abstract(texts, (*chosen, *([f"Other: {other}"] if other else [])))


def providership(activity: Activity) -> str:
    return "Jointly provided" if activity.provider.accreditation is Accreditation.JOINT else "Directly provided"
