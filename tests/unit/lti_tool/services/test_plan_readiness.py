"""Readiness as one list: the samples pass, non-compliant plans fail for the named reasons, with paths of the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lti_tool.domain.document import Change, Document, applied
from lti_tool.domain.readiness import Days
from lti_tool.services.activity_file import read_activity_file
from lti_tool.services.plan.convert import document_of, document_path
from lti_tool.services.plan.readiness import FILE_CHECK, readiness
from tests.unit.lti_tool.services.activity_files import NAMES, SAMPLES
from tests.unit.lti_tool.services.plans import DAYS, H, designated, judged, sample_media, sample_plan, spotless


@pytest.mark.parametrize("name", NAMES)
def test_the_samples_are_ready_and_give_the_very_activity(name: str) -> None:
    found = judged(sample_plan(name), name, Days(date(2026, 11, 24), designated(name)))
    assert found.errors == () and found.is_ready
    assert found.activity == read_activity_file(SAMPLES / f"{name}.yaml").activity
    assert found.files == frozenset(sample_media(name))


@pytest.mark.parametrize("name", NAMES)
def test_on_the_day_of_designation_the_samples_can_be_approved(name: str) -> None:
    document = sample_plan(name)
    assert judged(document, name, Days(designated(name))).is_ready


NONCOMPLIANT: list[tuple[str, dict[str, Any], set[tuple[str, str]]]] = [
    # what is wrong, what replaces the sample's own fields, code and path of every error
    (
        "enduring material without assessment",
        {
            "post_test": None,
            "questions": None,
            "pre_test": None,
            "steps.post-test": "absent",
            "steps.pre-test": "absent",
        },
        {(FILE_CHECK, "steps.post-test")},
    ),
    ("enduring material without pass mark", {"post_test.pass_mark": None}, {(FILE_CHECK, "post_test.pass_mark")}),
    ("four years", {"expires": "2030-08-19"}, {(FILE_CHECK, "expires")}),
    ("designated after its release", {"release": "2026-08-01"}, {("retroactive_designation", "release")}),
    ("a pass mark that nobody reaches", {"post_test.pass_mark": "11"}, {(FILE_CHECK, "post_test.pass_mark")}),
    ("disclosure is optional", {"steps.information": "optional"}, {(FILE_CHECK, "steps.information")}),
    (
        "a self-directed enduring material",
        {
            "standard3_exception": "self_directed",
            "standard3_reason": "They choose.",
            "people[lindqvist].relationships": None,
        },
        {(FILE_CHECK, "standard3_exception")},
    ),
    (
        "relationships without mitigation",
        {"people[lindqvist].mitigation": None},
        {(FILE_CHECK, "people[lindqvist].mitigation")},
    ),
    (
        "a link for a company",
        {"people[lindqvist].relationships[r2].company": "www.helmsdale.example"},
        {(FILE_CHECK, "people[lindqvist].relationships[r2].company")},
    ),
    ("more credit than time", {"credits[c1].maximum": "1.50"}, {(FILE_CHECK, "credits[c1].maximum")}),
    ("a third of a credit", {"credits[c1].maximum": "0.33"}, {(FILE_CHECK, "credits[c1].maximum")}),
    ("Category 2 on the page", {"description": "For AMA PRA Category 2 Credit."}, {(FILE_CHECK, "description")}),
    ("a date that is none", {"release": "soon"}, {(FILE_CHECK, "release")}),
    ("nobody signs", {"provider.signatory.name": None}, {("certificate_field_empty", "provider.signatory.name")}),
    (
        "nobody measures it",
        {"objectives[extra]": {"key": "extra", "text": "Refer in time", "level": "competence", "gap": "escalation"}},
        {("objective_unmeasured", "objectives[extra]")},
    ),
    (
        "over before it begins",
        {"expires": "2026-08-25"},
        {("expiry_before_release", "expires")},
    ),
    (
        "a pool smaller than the draw",
        {"post_test.draw": "12"},
        {("pool_too_small", "post_test.draw")},
    ),
]


def changed(changes: dict[str, Any]) -> Document:
    return applied(spotless(), [Change(path, None, value) for path, value in changes.items()])


@pytest.mark.parametrize(("what", "changes", "wanted"), NONCOMPLIANT, ids=[case[0] for case in NONCOMPLIANT])
def test_a_plan_that_breaks_a_rule_is_refused_for_that_reason(
    what: str, changes: dict[str, Any], wanted: set[tuple[str, str]]
) -> None:
    found = judged(changed(changes))
    assert {(one.code, one.path) for one in found.errors} == wanted, found.errors
    assert not found.is_ready


def test_an_activity_that_works_on_paper_and_never_opens_is_found() -> None:
    found = judged(changed({"expires": "2026-09-01", "content.minimum_minutes": "60", "estimated_minutes": "6000"}))
    assert found.is_ready
    stuck = judged(changed({"expires": "2026-09-01", "content.minimum_minutes": "1500", "estimated_minutes": "6000"}))
    assert {one.code for one in stuck.errors} == {"step_never_opens"}


def test_every_fault_names_a_rule_and_errors_come_first() -> None:
    found = judged({"title": "Only a title"}).unmet
    assert all(one.source for one in found)
    kinds = [one.is_error for one in found]
    assert kinds == sorted(kinds, reverse=True) and len(found) > 15


def test_an_empty_field_is_told_once() -> None:
    found = judged({"title": "Only a title"}).unmet
    paths = [one.path for one in found if one.is_error]
    assert len(paths) == len(set(paths)), paths


def test_a_missing_file_is_found_and_a_sound_one_is_taken() -> None:
    name = "cases-ecg-rhythms"
    found = readiness(sample_plan(name), name, Days(designated(name)), {})
    assert {one.path.rpartition(".")[2] for one in found.errors} <= {"file", "body", "vignette"} and found.errors


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("credits[#1].maximum", "credits[c1].maximum"),
        ("people[lindqvist].relationships[#2].company", "people[lindqvist].relationships[r2].company"),
        ("credits[#9].maximum", "credits[#9].maximum"),
        ("post_test.draw", "post_test.draw"),
        ("questions[nobody].stem", "questions[nobody].stem"),
        ("", ""),
    ],
)
def test_paths_of_a_file_become_paths_of_the_plan(path: str, wanted: str) -> None:
    assert document_path(sample_plan(), path) == wanted


def test_a_document_holds_all_of_an_activity() -> None:
    for name in NAMES:
        activity = read_activity_file(SAMPLES / f"{name}.yaml").activity
        assert activity is not None
        again = readiness(document_of(activity), name, Days(designated(name)), sample_media(name)).activity
        assert again == activity


def test_the_key_of_the_plan_is_the_activitys() -> None:
    assert judged(spotless()).activity is not None
    assert readiness(spotless(), "No Key", DAYS, sample_media(H)).activity is None
