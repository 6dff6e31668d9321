"""The page of rules names code that exists and quotes what is printed."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from lti_tool.catalogue.shelf import accreditation_series, credit_series

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "reference" / "rules.md").read_text("utf-8")
NAMES = sorted(set(re.findall(r"`(lti_tool\.[\w.]+)`", PAGE)))
SLOT_NAMES = {
    "the_provider": r"The \[name of accredited(?: CME)? provider\]",
    "provider": r"\[name of accredited provider\]",
    "joint_providers": r"\[name of nonaccredited provider\]",
    "state_body": r"\[name of recognized state accreditor\]",
    "format": r"\[learning format\]",
    "amount": r"\[number of credits\]",
    "phrase": r"\*AMA PRA Category 1 Credit\(s\)\*™",
    "title": r"\[title of activity\]",
    "date": r"\[date\]",
    "location": r"\[location\]",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_names_code_that_exists(name: str) -> None:
    parts = name.split(".")
    found = importlib.import_module(".".join(parts[:3]))
    for part in parts[3:]:
        found = getattr(found, part)
    assert found is not None


def quotations() -> list[str]:
    blocks = re.findall(r"(?:^> .*\n)+", PAGE, re.MULTILINE)
    return [" ".join(line[2:] for line in block.splitlines()) for block in blocks]


def pattern(text: str) -> str:
    """The catalogue's text as the page would quote it."""
    made = re.escape(text)
    made = made.replace(re.escape("{learner}[, {degree}]"), r"\[name of physician, degree\]")
    made = made.replace(re.escape("{learner}"), r"\[name of participant\]")
    made = made.replace(re.escape("[ at {location}]"), r" \[at \[location\], when applicable\]")
    for slot, words in SLOT_NAMES.items():
        made = made.replace(re.escape(f"{{{slot}}}"), words)
    return made


ACCME = accreditation_series()["accme"].editions[-1]
AMA = credit_series()["ama-pra-category-1"].editions[-1]
QUOTED = [AMA.text(key) for key in ("designation", "awarded", "participated")]
QUOTED += [ACCME.text(key) for key in ("direct", "joint", "state")]


@pytest.mark.parametrize(("place", "text"), list(enumerate(QUOTED)))
def test_the_newest_edition_prints_what_is_quoted(place: int, text: str) -> None:
    assert re.fullmatch(pattern(text), quotations()[place])


def test_every_number_that_code_and_tests_cite_is_on_the_page() -> None:
    given = set(re.findall(r"^\| (\d\.\d) ", PAGE, re.MULTILINE))
    files = [*(ROOT / "lti_tool" / "domain").glob("*.py"), *(ROOT / "lti_tool" / "catalogue").glob("*.py")]
    files += Path(__file__).parent.parent.rglob("test_*.py")
    cited = {number for file in files for number in re.findall(r"\(rules (\d\.\d)[^)]*\)", file.read_text("utf-8"))}
    assert cited
    assert cited <= given
