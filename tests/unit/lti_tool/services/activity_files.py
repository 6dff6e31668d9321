"""What the tests of activity files share: the samples, and ways to change them."""

from __future__ import annotations

from pathlib import Path

import lti_tool
from lti_tool.domain.activity import Activity
from lti_tool.services.activity_file import CheckedFile, read_activity_file, read_activity_text

SAMPLES = Path(lti_tool.__file__).parent / "demo" / "activities"
NAMES = ("hypertension-2026", "journal-sglt2-ckd", "cases-ecg-rhythms")
H, J, C = NAMES


def text_of(name: str) -> str:
    return (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


def check(text: str | bytes, folder: Path = SAMPLES) -> CheckedFile:
    data = text.encode() if isinstance(text, str) else text
    return read_activity_text(data, name="activity.yaml", folder=folder)


def activity_of(name: str) -> Activity:
    checked = read_activity_file(SAMPLES / f"{name}.yaml")
    assert checked.activity, [str(fault) for fault in checked.faults]
    return checked.activity


def changed(name: str, old: str, new: str) -> tuple[str, int]:
    """The sample with one place changed, and that place's line."""
    text = text_of(name)
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1
