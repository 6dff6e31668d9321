"""The abstract's word limits, and its draft from what was planned (rules 2.6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.abstract import ATTRIBUTES, QUESTIONS, abstract, read_abstract, suggested, words
from lti_tool.domain.activity import Level, Objective
from lti_tool.domain.errors import BadInput
from tests.unit.lti_tool.domain.builders import activity

WHOLE = {"gap": "g", "need_competence": "n", "change": "c", "format": "f", "attributes": ["iom-1"]}


@pytest.mark.parametrize("key", QUESTIONS)
def test_the_limit_is_the_forms_own(key: str) -> None:
    limit = QUESTIONS[key][1]
    assert read_abstract({key: [" ".join(["w"] * limit)]})[key]
    with pytest.raises(BadInput) as caught:
        read_abstract({key: [" ".join(["w"] * (limit + 1))]})
    assert caught.value.faults == {key: "too_many_words"}


def test_limits_and_attributes_are_those_of_the_form() -> None:
    assert [limit for _, limit in QUESTIONS.values()] == [100, 50, 50, 50, 50, 25]
    assert [group for group, _ in ATTRIBUTES.values()] == ["ACGME/ABMS"] * 6 + ["IOM"] * 5 + ["IPEC"] * 4


def test_a_whole_abstract_has_no_fault() -> None:
    assert abstract(activity(), WHOLE, {}).faults == {}


@pytest.mark.parametrize(
    ("left_out", "fault"),
    [("gap", "gap"), ("need_competence", "need_knowledge"), ("format", "format"), ("attributes", "attributes")],
)
def test_what_is_left_out_is_named(left_out: str, fault: str) -> None:
    rest = {key: value for key, value in WHOLE.items() if key != left_out}
    assert abstract(activity(), rest, {}).faults == {fault: "missing"}


def test_the_draft_comes_from_gaps_and_objectives() -> None:
    need = {"gaps": [{"current": "They do A.", "best": "They should do B"}, {"current": ""}, "odd"], "format": "Short."}
    made = activity(objectives=(Objective("o", "Choose a target.", Level.COMPETENCE),))
    assert suggested(made, need) == {
        "gap": "They do A. They should do B.",
        "change": "Competence: Choose a target.",
        "format": "Short.",
    }
    assert abstract(made, {"gap": "Written."}, need).texts[0].text == "Written."


@given(
    st.recursive(st.none() | st.booleans() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_any_plan_gives_a_draft(gaps: object) -> None:
    assert isinstance(suggested(activity(), {"gaps": gaps, "format": gaps})["gap"], str)


@given(st.lists(st.text(st.characters(whitelist_categories=("L", "N")), min_size=1)))
def test_words_are_what_stands_between_white_space(parts: list[str]) -> None:
    assert words("  ".join(parts)) == len(parts)
