"""Every fault of an activity file is found at its place, and nothing crashes the reader."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.domain.assessment import Entry
from lti_tool.services.activity_file import Fault, read_activity_file, write_activity_file
from lti_tool.services.activity_file.nodes import MAX_BYTES
from tests.unit.lti_tool.services.activity_file_faults import FAULTS
from tests.unit.lti_tool.services.activity_files import NAMES, C, H, J, activity_of, changed, check, text_of


@pytest.mark.parametrize(("name", "old", "new", "where", "part"), FAULTS)
def test_a_fault_is_named_at_its_place(name: str, old: str, new: str, where: str, part: str) -> None:
    text, _ = changed(name, old, new)
    checked = check(text)
    assert checked.activity is None
    found = [fault for fault in checked.faults if fault.where == where and part.lower() in fault.message.lower()]
    assert found, "\n".join(map(str, checked.faults))
    assert 1 <= found[0].line <= text.count("\n") + 1
    assert found[0].column >= 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (H, "estimated_minutes: 60", "estimated_minutes: an hour"),
        (H, "expires: 2029-08-19", "expires: 2029-08-21"),
        (H, "  information: required", "  information: optional"),
        (H, "objective: severe\n", "objective: sever\n"),
        (H, "estimated_minutes: 60", "estimated_minuets: 60"),
        (C, "file: strip-1.png", "file: strip-9.png"),
    ],
)
def test_a_fault_has_the_line_of_the_wrong_value(name: str, old: str, new: str) -> None:
    text, line = changed(name, old, new)
    assert line in {fault.line for fault in check(text).faults}


SELF_ASSESSMENT = "type: moc-abs\n    variant: Self-Assessment"


def test_self_assessment_takes_the_body_s_own_pass_mark() -> None:
    """ABS: at least 75 % correct; 6 of 8 drawn questions are that."""
    text, _ = changed(C, "type: ama-pra-category-1", SELF_ASSESSMENT)
    assert check(text).activity is not None
    lower = check(text.replace("pass_mark: 6", "pass_mark: 5"))
    assert [fault.where for fault in lower.faults] == ["post_test.pass_mark"]
    without, _ = changed(C, "type: ama-pra-category-1", "type: moc-abs\n    variant: CME")
    assert check(without.replace("pass_mark: 6", "pass_mark: 5")).activity is not None


def test_self_assessment_needs_a_required_post_test() -> None:
    text, _ = changed(C, "type: ama-pra-category-1", SELF_ASSESSMENT)
    found = check(text.replace("post-test: required", "post-test: optional"))
    assert "for Self-Assessment needs a required post-test" in " ".join(one.message for one in found.faults)


MEDICAL_KNOWLEDGE = "type: moc-abim\n    variant: Medical Knowledge"


def test_medical_knowledge_needs_a_passing_score_and_feedback() -> None:
    """ABIM: a passing score, and feedback with rationale and citation."""
    text, _ = changed(H, "type: ama-pra-category-1", MEDICAL_KNOWLEDGE)
    assert check(text).activity is not None
    hidden = check(re.sub(r"(?m)^  reveal: .*$", "  reveal: never", text))
    assert [one.where for one in hidden.faults] == ["post_test.reveal"]
    optional = check(text.replace("post-test: required", "post-test: optional"))
    assert "for Medical Knowledge needs a required post-test" in " ".join(one.message for one in optional.faults)
    bare = check(text.replace("    references: [smbp-2020]\n", ""))
    assert [one.where.rpartition(".")[2] for one in bare.faults] == ["references"]
    other = text.replace("Medical Knowledge", "Patient Safety").replace("    references: [smbp-2020]\n", "")
    assert check(other).activity is not None


def test_every_fault_is_listed_not_just_the_first() -> None:
    text = text_of(H)
    for old, new in [
        ("language: en-US", "language: '!'"),
        ("expires: 2029-08-19", "expires: 2039-08-21"),
        ("pass_mark: 8 ", "pass_mark: 80 "),
        ("objective: severe\n", "objective: sever\n"),
        ("company: Helmsdale Diagnostics", "company: <b>Helmsdale</b>"),
        ("family: intent", "family: other"),
    ]:
        text = text.replace(old, new)
    wheres = [fault.where for fault in check(text).faults]
    assert wheres == [
        "language",
        "expires",
        "people[lindqvist].relationships[#2].company",
        "questions[q-severe].objective",
        "post_test.pass_mark",
        "evaluation.items",
    ]


def test_a_fault_reads_as_place_what_remedy_and_rule() -> None:
    text, line = changed(H, "expires: 2029-08-19", "expires: 2029-08-21")
    (fault,) = check(text).faults
    assert fault == Fault("activity.yaml", line, 10, "expires", fault.message)
    assert str(fault) == (
        f"activity.yaml:{line}:10: expires: Expires on 2029-08-21, more than 3 years after the review on 2026-08-20. "
        "2029-08-20 at the latest, or review again. [ACCME, enduring materials]"
    )


@pytest.mark.parametrize("name", ["mitigation", "signatory"])
def test_what_is_missing_is_shown_at_what_surrounds_it(name: str) -> None:
    if name == "mitigation":
        text = re.sub(r"    mitigation: >-\n( {6}.*\n)+", "", text_of(H))
        expected = ("people[lindqvist].mitigation", "without mitigation", "  - key: lindqvist")
    else:
        text = re.sub(r"  signatory:.*\n( {4}.*\n)+", "", text_of(H))
        expected = ("provider.signatory", "'signatory' is missing", "provider:")
    (fault,) = check(text).faults
    assert (fault.where, expected[1] in fault.message) == (expected[0], True)
    assert text.splitlines()[fault.line - 1] == expected[2]


def test_an_objective_that_nothing_measures() -> None:
    text = text_of(J)
    text = text.replace("objective: safety, ", "objective: select, ").replace(
        "objective: safety\n", "objective: select\n"
    )
    (fault,) = check(text).faults
    assert (fault.where, "measures this objective" in fault.message) == ("objectives[safety]", True)


def test_a_leap_day_review_lasts_until_the_first_of_march() -> None:
    text = text_of(H).replace("reviewed: 2026-08-20", "reviewed: 2028-02-29")
    assert check(text.replace("expires: 2029-08-19", "expires: 2031-03-01")).activity
    assert check(text.replace("expires: 2029-08-19", "expires: 2031-03-02")).faults


def test_clinical_categories_are_not_credit() -> None:
    text, _ = changed(H, "new_and_evolving: null ", "new_and_evolving: Category II fetal heart rate tracings. ")
    assert check(text).activity


def test_words_that_yaml_takes_for_something_else_stay_text() -> None:
    text = text_of(H).replace('{key: "yes", text: "Yes"}', "{key: yes, text: Yes}").replace('"0.25"', "0.25")
    activity = check(text).activity
    assert activity
    assert activity.evaluation
    choices = next(item.choices for item in activity.evaluation.items if item.key == "balance")
    assert choices[0] == Entry("yes", "Yes")
    assert activity.credits[0].minimum == Decimal("0.25")


def test_activities_without_credit_need_neither_assessment_nor_evaluation() -> None:
    activity = replace(
        activity_of(J),
        credits=(),
        post_test=None,
        evaluation=None,
        objectives=(),
        requirements={**activity_of(J).requirements},
    )
    text = write_activity_file(activity).replace("objectives: []", "objectives: [{key: a, text: A, level: knowledge}]")
    text = text.replace("post-test: required", "post-test: absent").replace(
        "evaluation: required", "evaluation: absent"
    )
    assert [fault.where for fault in check(text).faults] == ["objectives[a]"]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "empty"),
        (b"# nothing", "empty"),
        (b"just words", "expected a mapping"),
        (b"- 1", "expected a mapping"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a: \x00", "not valid YAML"),
        (b"a: 1\n---\nb: 2", "second document"),
        (b"[" * 10_000, "levels deep"),
        (b"a: &x [1]\nb: *x", "anchors"),
        (b"a: *x", "anchors"),
        (b"? [a]\n: 1", "a name must be a word"),
        (b"a: !!python/object/apply:os.system [ls]", "tags"),
        (b"x: " + b"y" * MAX_BYTES, "larger than 2 MB"),
    ],
)
def test_unusable_files_are_faults(data: bytes, part: str) -> None:
    checked = check(data)
    assert checked.activity is None
    assert any(part.lower() in fault.message.lower() for fault in checked.faults), checked.faults


def test_a_flood_of_unknown_names_is_counted() -> None:
    faults = check("".join(f"name{number}: 1\n" for number in range(1000))).faults
    assert sum("Unknown name" in fault.message for fault in faults) == 50
    assert any(fault.line == 51 and "950 more unknown names" in fault.message for fault in faults)


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    (fault,) = read_activity_file(tmp_path / "none.yaml").faults
    assert (fault.file, fault.line, "cannot be opened" in fault.message.lower()) == ("none.yaml", 0, True)
    assert read_activity_file(tmp_path).faults


def test_messages_hold_no_control_characters() -> None:
    faults = check('"a\\e[31m\\u202e": 1\nreferences: {"b\\e[0m\\n": x}\nschema: "\\e"\n').faults
    assert faults
    assert all(character.isprintable() for fault in faults for character in str(fault))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_arbitrary_bytes_give_faults_never_errors(data: bytes) -> None:
    checked = check(data)
    assert checked.activity is None
    assert checked.faults


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A sample with a few pieces cut, doubled, moved or replaced."""
    data = text_of(draw(st.sampled_from(NAMES)))
    lines = data.split("\n")
    pieces = st.sampled_from(
        [
            "",
            "[",
            "{",
            "- x",
            "a: b",
            "null",
            "key: q",
            ": ",
            "  ",
            "!!int 1",
            "&a",
            "*a",
            "\t",
            "'",
            '"',
            "9" * 40,
            "true",
        ]
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0:
                del lines[at : at + draw(st.integers(1, 3))]
                lines = lines or [""]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                name = re.match(r"[^:]*:", lines[at])
                lines[at] = (name[0] + " " if name else "") + draw(pieces)
            case 3:
                lines[at] = draw(st.sampled_from(["", " ", "  "])) + lines[at]
            case _:
                lines[at] = lines[at][: draw(st.integers(0, 40))] + draw(pieces) + draw(st.text(max_size=3))
    return "\n".join(lines).encode("utf-8", "replace")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_mutated())
def test_damaged_files_are_an_activity_or_faults_at_places(data: bytes) -> None:
    checked = check(data)
    assert (checked.activity is None) is bool(checked.faults)
    for fault in checked.faults:
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.message.strip()
    if checked.activity:
        assert check(write_activity_file(checked.activity)).activity == checked.activity
