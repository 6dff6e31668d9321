"""What a new edition changes."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from lti_tool.catalogue.difference import Change, changes, series_changes
from lti_tool.catalogue.editions import read_credit
from lti_tool.catalogue.shelf import credit_series
from lti_tool.cli import root
from tests.unit.lti_tool.catalogue.test_editions import AMA, DATA

OLD = date(2026, 12, 31)
NEW = date(2027, 1, 1)


def two_editions() -> dict[str, object]:
    """The AMA's file with a second edition that counts in tenths and words one text anew."""
    data = deepcopy(AMA)
    newer = deepcopy(data["editions"][0])
    data["editions"][0]["effective_to"] = OLD
    newer |= {"edition": "AMA PRA 2027", "effective_from": NEW, "step": "0.10"}
    newer["texts"]["note"]["text"] = "Another note."
    data["editions"].append(newer)
    return data


def test_every_changed_field_is_named_with_both_sides() -> None:
    before, after = read_credit(two_editions(), "ama-pra-category-1").editions
    assert changes(before, after) == (
        Change("effective_from", "2017-09-29", "2027-01-01"),
        Change("step", "0.25", "0.10"),
        Change("texts.note", "This is a certificate of participation only.", "Another note."),
    )
    assert changes(before, before) == ()


def test_whole_catalogues() -> None:
    changed = {**credit_series(), "ama-pra-category-1": read_credit(two_editions(), "ama-pra-category-1")}
    assert set(series_changes(credit_series(), changed)) == {"ama-pra-category-1"}
    assert series_changes(credit_series(), credit_series()) == {}
    without = {code: series for code, series in credit_series().items() if code != "apa"}
    gone = series_changes(credit_series(), without)["apa"]
    assert all(change.after == "" for change in gone) and len(gone) > 20


def test_the_command_compares_with_another_releases_files(tmp_path: Path) -> None:
    text = (DATA / "credit" / "apa.toml").read_text("utf-8").replace('least = "1.00"', 'least = "1.50"')
    for file in (DATA / "credit").iterdir():
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (tmp_path / "apa.toml").write_text(text, "utf-8")
    result = CliRunner().invoke(root, ["catalogue", "diff", "--with", str(tmp_path)])
    assert result.exit_code == 0 and result.output == "apa\n  least\n    - 1.00\n    + 1.50\n"
    same = CliRunner().invoke(root, ["catalogue", "diff", "--with", str(tmp_path), "cdr"])
    assert same.exit_code == 0 and same.output == ""


def test_one_edition_has_nothing_to_be_compared_with() -> None:
    result = CliRunner().invoke(root, ["catalogue", "diff", "apa"])
    assert result.output == "apa: APA 2022 is the only edition.\n"
    assert CliRunner().invoke(root, ["catalogue", "diff", "shoes"]).exit_code == 1
    shown = CliRunner().invoke(root, ["catalogue", "show", "apa"])
    assert "must be confirmed" in shown.output and "source: APA" in shown.output
    assert CliRunner().invoke(root, ["catalogue", "show", "shoes"]).exit_code == 1
