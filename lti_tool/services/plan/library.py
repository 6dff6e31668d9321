"""Standard items for evaluations, and blocks made from what the plan holds: per objective and per speaker.

The texts are learners' texts, so they are English like the accreditors' sentences; authors may change them.
"""

from __future__ import annotations

from typing import Any

from lti_tool.domain.activity import PersonRole
from lti_tool.domain.document import Document, part, records

Item = dict[str, Any]

STANDARD: tuple[Item, ...] = (
    {
        "key": "balance",
        "kind": "choice",
        "family": "bias",
        "text": "Was the activity balanced and free of commercial bias?",
        "choices": [{"key": "yes", "text": "Yes"}, {"key": "no", "text": "No"}],
    },
    {
        "key": "balance-why",
        "kind": "text",
        "family": "bias",
        "text": "If not, please describe where you saw bias.",
        "required": False,
    },
    {
        "key": "evidence",
        "kind": "rating",
        "family": "other",
        "scale": "agree5",
        "text": "The content was based on current evidence.",
    },
    {
        "key": "intent",
        "kind": "rating",
        "family": "intent",
        "scale": "agree5",
        "text": "I intend to change my practice because of this activity.",
    },
    {
        "key": "commitment",
        "kind": "commitment",
        "family": "intent",
        "text": "Which one change will you make first?",
        "follow_up_days": "90",
    },
    {
        "key": "barriers",
        "kind": "multiple",
        "family": "other",
        "text": "What may keep you from making changes?",
        "required": False,
        "choices": [
            {"key": "time", "text": "Lack of time"},
            {"key": "resources", "text": "Lack of resources or equipment"},
            {"key": "cost", "text": "Cost or insurance"},
            {"key": "patients", "text": "Patients’ wishes or adherence"},
            {"key": "colleagues", "text": "Lack of agreement among colleagues"},
            {"key": "none", "text": "Nothing"},
        ],
    },
    {
        "key": "format",
        "kind": "rating",
        "family": "other",
        "scale": "quality5",
        "text": "How well did the format suit you?",
    },
    {
        "key": "comments",
        "kind": "text",
        "family": "other",
        "text": "Comments, and topics you would like to see.",
        "required": False,
    },
)
"""What every activity may ask. Families as accreditors want them reported (bias, objectives, intent)."""
OBJECTIVE, SPEAKER = "objective--", "speaker--"
"""Begin the keys of generated items; what follows is the key of the objective or person."""
LONGEST_KEY = 60


def _lowered(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}".rstrip(".")


def objective_items(document: Document) -> list[Item]:
    """One rating per objective."""
    return [
        {
            "key": f"{OBJECTIVE}{one['key']}"[:LONGEST_KEY],
            "kind": "rating",
            "family": "objectives",
            "objective": one["key"],
            "scale": "agree5",
            "text": f"I am now better able to {_lowered(one.get('text') or '')}.",
        }
        for one in records(document.get("objectives"))
    ]


def speaker_items(document: Document) -> list[Item]:
    """One rating per member of the faculty."""
    return [
        {
            "key": f"{SPEAKER}{one['key']}"[:LONGEST_KEY],
            "kind": "rating",
            "family": "other",
            "scale": "quality5",
            "text": f"How would you rate {one.get('name') or 'this speaker'} as a teacher?",
        }
        for one in records(document.get("people"))
        if PersonRole.FACULTY in (one.get("roles") or ())
    ]


def extended(document: Document, wanted: list[Item]) -> Document:
    """The evaluation with these items at its end; those whose keys are there already stay as they are."""
    evaluation = dict(document.get("evaluation") or {})
    items = records(part(document, "evaluation", "items"))
    known = {item.get("key") for item in items}
    evaluation["items"] = [*items, *(dict(item) for item in wanted if item["key"] not in known)]
    return evaluation


def standard_items(keys: list[str]) -> list[Item]:
    """Those of the library that were chosen, in its order."""
    return [item for item in STANDARD if item["key"] in keys]
