"""Rating scales that a file may name, lowest point first."""

from __future__ import annotations

from lti_tool.domain.assessment import Entry

SCALES: dict[str, tuple[Entry, ...]] = {
    name: tuple(Entry(str(number), text) for number, text in enumerate(texts, 1))
    for name, texts in {
        "agree5": ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"),
        "likely5": ("Very unlikely", "Unlikely", "Neither likely nor unlikely", "Likely", "Very likely"),
        "quality5": ("Poor", "Fair", "Good", "Very good", "Excellent"),
        "confident5": (
            "Not at all confident",
            "Slightly confident",
            "Moderately confident",
            "Very confident",
            "Extremely confident",
        ),
    }.items()
}
"""Rating scales, lowest first."""
