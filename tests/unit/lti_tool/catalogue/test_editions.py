"""A data file with a mistake is refused when it is read, by the name of what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from lti_tool.catalogue.editions import read_accreditation, read_credit
from lti_tool.catalogue.shelf import accreditation_series, credit_series, parse
from lti_tool.domain.errors import BadInput

Change = Callable[[dict[str, Any]], object]
DATA = files("lti_tool.catalogue") / "data"


def data(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / folder / f"{name}.toml").read_text("utf-8"))


AMA = data("credit", "ama-pra-category-1")
ATTENDANCE = data("credit", "attendance")
ACCME = data("accreditation", "accme")


def edition(changes: dict[str, Any]) -> Change:
    return lambda found: found["editions"][0].update(changes)


def text(key: str, **changes: Any) -> Change:
    return lambda found: found["editions"][0]["texts"][key].update(changes)


def words(key: str, old: str, new: str) -> Change:
    def change(found: dict[str, Any]) -> None:
        table = found["editions"][0]["texts"][key]
        assert old in table["text"]
        table["text"] = table["text"].replace(old, new)

    return change


def second(begins: date, name: str = "Next", ends: date | None = None) -> Change:
    def change(found: dict[str, Any]) -> None:
        found["editions"].append({**deepcopy(found["editions"][0]), "edition": name, "effective_from": begins})
        if ends:
            found["editions"][0]["effective_to"] = ends

    return change


def drop(*path: str | int) -> Change:
    def change(found: Any) -> None:
        for part in path[:-1]:
            found = found[part]
        del found[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (words("designation", "{amount} ", ""), "missing_slot"),
        (words("designation", "{amount}", "{amounts} {amount}"), "unknown_slot"),
        (words("awarded", "[ at {location}]", ""), "missing_slot"),
        (words("awarded", "{title}", "{title!r}"), "odd_slot"),
        (words("awarded", "{title}", "{title:>9}"), "odd_slot"),
        (words("awarded", "{title}", "{title.__class__}"), "odd_slot"),
        (words("awarded", "{title}", "{}"), "odd_slot"),
        (words("awarded", "{title}", "{title"), "unbalanced_brace"),
        (words("phrase_one", "*™", "™"), "unbalanced_star"),
        (words("phrase_one", "™", "**"), "unbalanced_star"),
        (words("awarded", "[ at", " at"), "unbalanced_bracket"),
        (words("awarded", " on {date}", " on [the day] {date}"), "unbalanced_bracket"),
        (text("note", text=""), "missing"),
        (text("note", source=""), "missing"),
        (text("note", confidence="certain"), "unknown"),
        (text("note", author="me"), "unknown"),
        (edition({"awarded_to": ["MD", "wizard"]}), "unknown"),
        (edition({"awarded_to": "MD"}), "wrong_type"),
        (edition({"step": "0"}), "not_positive"),
        (edition({"step": "-1"}), "not_positive"),
        (edition({"step": "NaN"}), "not_positive"),
        (edition({"step": "quarter"}), "not_positive"),
        (edition({"step": 0.25}), "wrong_type"),
        (edition({"minutes_per_unit": 0}), "not_positive"),
        (edition({"minutes_per_unit": True}), "wrong_type"),
        (edition({"effective_from": "2017-09-29"}), "wrong_type"),
        (edition({"effective_to": date(2017, 9, 28)}), "ends_before_start"),
        (edition({"effectve_to": date(2027, 9, 28)}), "unknown"),
        (edition({"source": ""}), "missing"),
        (edition({"confidence": "certain"}), "unknown"),
        (drop("editions", 0, "confidence"), "missing"),
        (drop("editions", 0, "texts", "attestation"), "missing"),
        (drop("editions", 0, "effective_from"), "missing"),
        (drop("editions", 0), "missing"),
        (drop("editions"), "missing"),
        (drop("code"), "missing"),
        (lambda found: found.update(code="other"), "not_file_name"),
        (lambda found: found.update(title="x"), "unknown"),
        (second(date(2026, 1, 1)), "overlap"),
        (second(date(2026, 1, 1), ends=date(2026, 1, 1)), "overlap"),
        (second(date(2017, 9, 29)), "overlap"),
        (second(date(2026, 1, 1), name="AMA PRA 2017", ends=date(2025, 12, 31)), "same_name"),
    ],
)
def test_a_mistake_in_a_credit_file_is_refused(change: Change, fault: str) -> None:
    changed = deepcopy(AMA)
    change(changed)
    with pytest.raises(BadInput) as refusal:
        read_credit(changed, "ama-pra-category-1")
    assert refusal.value.code == "catalogue_unusable"
    assert list(refusal.value.faults.values()) == [fault]
    assert str(refusal.value).startswith(next(iter(refusal.value.faults)))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (edition({"awarded_to": ["MD"]}), "nothing_to_award"),
        (words("participated", " on {date}", " on {date} for {amount} credits"), "unknown_slot"),
        (lambda found: found["editions"][0]["texts"].update(designation={}), "unknown"),
    ],
)
def test_a_type_without_credit_cannot_speak_of_credit(change: Change, fault: str) -> None:
    """AMA PRA credit system: no credit phrase on an activity that was not designated for it (rules 1.9)."""
    changed = deepcopy(ATTENDANCE)
    change(changed)
    with pytest.raises(BadInput) as refusal:
        read_credit(changed, "attendance")
    assert list(refusal.value.faults.values()) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (words("joint", "{joint_providers}", "others"), "missing_slot"),
        (words("state", "{state_body}", "{state}"), "missing_slot"),
        (edition({"step": "0.25"}), "unknown"),
        (second(date(2026, 1, 1)), "overlap"),
        (drop("editions", 0, "texts", "direct"), "missing"),
    ],
)
def test_a_mistake_in_an_accreditation_file_is_refused(change: Change, fault: str) -> None:
    changed = deepcopy(ACCME)
    change(changed)
    with pytest.raises(BadInput) as refusal:
        read_accreditation(changed, "accme")
    assert list(refusal.value.faults.values()) == [fault]


def test_editions_follow_each_other_day_by_day() -> None:
    changed = deepcopy(AMA)
    second(date(2027, 1, 1), name="A later one", ends=date(2026, 12, 31))(changed)
    changed["editions"].reverse()
    series = read_credit(changed, "ama-pra-category-1")
    assert series.in_force(date(2026, 12, 31)).name == "AMA PRA 2017"
    assert series.in_force(date(2027, 1, 1)).name == "A later one"


def test_what_is_not_toml_is_refused_with_the_line() -> None:
    with pytest.raises(BadInput, match=r"^broken: .*line 1"):
        parse("code = \n", "broken", read_credit)


def test_every_text_has_a_source_and_a_confidence() -> None:
    every = [*credit_series().values(), *accreditation_series().values()]
    texts = [found for series in every for edition in series.editions for found in edition.texts.values()]
    assert len(texts) >= 13
    assert all(found.source and found.confidence in {"high", "medium", "low"} for found in texts)


def test_the_files_are_read_once() -> None:
    assert credit_series() is credit_series()
    assert accreditation_series() is accreditation_series()
