"""Every rule of readiness: a plan that meets it, one that does not, and whose rule it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lti_tool.domain.document import Document
from lti_tool.domain.plan import section_of
from lti_tool.domain.readiness import RULES, Days, Severity, blocking, rehearsed, unmet
from tests.unit.lti_tool.domain.builders import activity
from tests.unit.lti_tool.services.plans import DAYS, Breaking, spotless

AMA, NEEDS, DESIGN = "AMA PRA", "ACCME, Educational Needs", "ACCME, Designed to Change"
STANDARD_1, STANDARD_3, STANDARD_4 = "ACCME Standard 1", "ACCME Standard 3", "ACCME Standard 4"
ABSTRACT, ANALYSIS = "structured abstract", "ACCME, Analyzes Change"


def item(document: Document, name: str, key: str) -> Document:
    found: Document = next(one for one in document[name] if one["key"] == key)
    return found


def gap(document: Document) -> Document:
    found: Document = document["need"]["gaps"][0]
    return found


def sets(*path: str, to: Any) -> Breaking:
    def change(document: Document) -> None:
        place = document
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


def two_of_everything(document: Document) -> None:
    """Draw so few that the objective with the fewest questions may be left out."""
    document["post_test"] |= {"draw": "8", "pass_mark": "6"}


def for_gap(**values: Any) -> Breaking:
    return lambda document: gap(document).update(values)


def for_item(name: str, key: str, **values: Any) -> Breaking:
    return lambda document: item(document, name, key).update(values)


def for_credit(**values: Any) -> Breaking:
    return lambda document: document["credits"][0].update(values)


def exempt(document: Document) -> None:
    document["standard3_exception"] = "non_clinical"


def supported(signed: str) -> Breaking:
    support = {"key": "s1", "company": "Helmsdale", "kind": "monetary", "signed": signed}
    return sets("commercial_support", to=[support])


def joint(document: Document) -> None:
    document["provider"] |= {"accreditation": "joint", "joint_providers": ["Lakeshore Society"]}


def knowledge_only(document: Document) -> None:
    for objective in document["objectives"]:
        objective["level"] = "knowledge"


def without_items(*wanted: str) -> Breaking:
    def change(document: Document) -> None:
        kept = [one for one in document["evaluation"]["items"] if one["key"] not in wanted]
        document["evaluation"]["items"] = kept

    return change


def measured_by_nothing(document: Document) -> None:
    for question in (*document["questions"], *document["evaluation"]["items"]):
        if question.get("objective") == "severe":
            question["objective"] = "treat"


def with_case(question: str, **changes: Any) -> Breaking:
    """A case that asks ``question``; the question ``x`` is there, changed."""

    def change(document: Document) -> None:
        document["content"]["items"].append(
            {"key": "c1", "kind": "case", "title": "C", "body": "B", "question": question}
        )
        asked = {
            "key": "x",
            "kind": "single",
            "stem": "S",
            "rationale": "R",
            "choices": [{"key": "a", "is_correct": True}],
        }
        document["questions"].append(asked | changes)

    return change


CASES: list[tuple[str, str, str, Breaking]] = [
    # code, path, part of the source, what breaks a plan that is without fault
    ("gap_missing", "need.gaps", NEEDS, sets("need", "gaps", to=[])),
    ("gap_incomplete", "need.gaps[readings].best", NEEDS, for_gap(best="")),
    ("gap_cause_missing", "need.gaps[readings].causes", NEEDS, for_gap(causes=[])),
    ("gap_evidence_missing", "need.gaps[readings].citation", ABSTRACT, for_gap(citation="")),
    ("abstract_too_long", "need.gaps[readings].current", ABSTRACT, for_gap(current="word " * 90)),
    ("abstract_too_long", "need.gaps[readings].cause_note", ABSTRACT, for_gap(cause_note="word " * 51)),
    ("abstract_too_long", "need.format_rationale", ABSTRACT, sets("need", "format_rationale", to="word " * 26)),
    ("designed_to_change_missing", "need.designed_to_change", DESIGN, sets("need", "designed_to_change", to="")),
    (
        "format_rationale_missing",
        "need.format_rationale",
        "ACCME, Appropriate Formats",
        sets("need", "format_rationale", to=""),
    ),
    ("competencies_missing", "need.competencies", "ACCME, Competencies", sets("need", "competencies", to=[])),
    ("audience_missing", "audience", AMA, sets("audience", to="")),
    ("objective_missing", "objectives", AMA, sets("objectives", to=[])),
    ("objective_without_gap", "objectives[measure].gap", NEEDS, for_item("objectives", "measure", gap="gone")),
    ("gap_without_objective", "need.gaps[readings]", NEEDS, for_item("objectives", "measure", gap="thresholds")),
    (
        "objective_vague",
        "objectives[measure].text",
        "good practice",
        for_item("objectives", "measure", text="Understand blood pressure"),
    ),
    ("objective_too_long", "objectives[measure].text", "", for_item("objectives", "measure", text="word " * 31)),
    ("only_knowledge", "objectives", DESIGN, knowledge_only),
    ("objective_unmeasured", "objectives[severe]", AMA, measured_by_nothing),
    ("disclosure_not_collected", "people[okafor].disclosed", STANDARD_3, for_item("people", "okafor", disclosed="")),
    (
        "disclosure_not_collected",
        "people[okafor].disclosed",
        STANDARD_3,
        for_item("people", "okafor", disclosed="2026-08-25"),
    ),
    (
        "disclosure_beyond_window",
        "people[okafor].disclosed",
        "24 months",
        for_item("people", "okafor", disclosed="2024-08-31"),
    ),
    ("disclosure_stale", "people[okafor].disclosed", "", for_item("people", "okafor", disclosed="2025-08-31")),
    ("planner_missing", "people", STANDARD_3, lambda document: _strip_planners(document)),
    ("exception_not_argued", "standard3_reason", STANDARD_3, exempt),
    ("support_agreement_missing", "commercial_support[s1].signed", STANDARD_4, supported("")),
    ("support_agreement_missing", "commercial_support[s1].signed", STANDARD_4, supported("2026-09-01")),
    ("joint_provider_unchecked", "joint_eligible", "ACCME, joint providership", joint),
    ("validation_open", "validation.balanced", STANDARD_1, sets("validation", "balanced", to=False)),
    ("validation_unsigned", "validation.reviewer", STANDARD_1, sets("validation", "reviewer", to="")),
    ("validation_unsigned", "validation.date", STANDARD_1, sets("validation", "date", to="2026-08-25")),
    (
        "validation_by_author",
        "validation.reviewer",
        "",
        sets("validation", "reviewer", to="Adaeze N. Okafor, MD"),
    ),
    ("references_missing", "references", AMA, sets("references", to=[])),
    ("objective_perhaps_unasked", "post_test.draw", AMA, two_of_everything),
    ("pool_too_small", "post_test.draw", "", sets("post_test", "draw", to="11")),
    (
        "pool_too_small",
        "post_test.draw_per_objective.severe",
        "",
        sets("post_test", "draw_per_objective", to={"severe": "5"}),
    ),
    (
        "two_draws",
        "post_test.draw",
        "",
        lambda document: document["post_test"].update(draw="10", draw_per_objective={"severe": "1"}),
    ),
    ("rationale_missing", "questions[q-category].rationale", "", for_item("questions", "q-category", rationale="")),
    ("case_question_missing", "content.items[c1].question", "can be answered", with_case("gone")),
    ("case_question_missing", "content.items[c1].question", "can be answered", with_case("")),
    ("case_key_missing", "content.items[c1].question", "can be answered", with_case("x", choices=[{"key": "a"}])),
    ("case_key_missing", "content.items[c1].question", "can be answered", with_case("x", kind="true_false")),
    ("case_key_missing", "content.items[c1].question", "can be answered", with_case("x", kind="matching")),
    ("case_key_missing", "content.items[c1].question", "can be answered", with_case("x", kind="ordering")),
    ("case_rationale_missing", "questions[x].rationale", STANDARD_1, with_case("x", rationale="")),
    ("no_pairs", "pre_test.questions", ANALYSIS, sets("pre_test", "questions", to=["other"])),
    ("time_too_short", "post_test.time_limit_minutes", "", sets("post_test", "time_limit_minutes", to="4")),
    (
        "attempts_beyond_expiry",
        "post_test.cool_down_minutes",
        "",
        lambda document: document["post_test"].update(attempts="40", cool_down_minutes="50000"),
    ),
    ("speaker_not_evaluated", "evaluation.items", "", without_items("speaker--okafor")),
    ("commitment_missing", "evaluation.items", ANALYSIS, without_items("promise")),
    ("retroactive_designation", "release", "no retroactive designation", sets("release", to="2026-08-23")),
    ("expired_already", "expires", AMA, sets("expires", to="2026-08-23")),
    ("review_in_future", "reviewed", "ACCME, enduring materials", sets("reviewed", to="2026-08-25")),
    ("expiry_before_release", "expires", "", sets("expires", to="2026-08-31")),
    (
        "certificate_field_empty",
        "provider.signatory.name",
        AMA,
        sets("provider", "signatory", "name", to=""),
    ),
    ("certificate_field_empty", "title", AMA, sets("title", to="")),
    ("certificate_field_empty", "credits[c1].maximum", AMA, lambda document: document["credits"][0].pop("maximum")),
    ("location_missing", "location", AMA, sets("format", to="live activity")),
    (
        "session_day_missing",
        "sessions[s1].date",
        AMA,
        sets("sessions", to=[{"key": "s1", "title": "Opening", "minutes": "60"}]),
    ),
    ("sessions_missing", "sessions", "one session", for_credit(session_maximum="0.50")),
    ("credit_working_missing", "credit_working.basis", AMA, sets("credit_working", to={})),
    ("credit_missing", "credits", "", sets("credits", to=[])),
]


def _strip_planners(document: Document) -> None:
    for person in document["people"]:
        person["roles"] = [role for role in person["roles"] if role != "planner"] or ["staff"]


def test_a_complete_plan_meets_every_rule() -> None:
    assert unmet(spotless(), DAYS) == ()


@pytest.mark.parametrize(("code", "path", "source", "breaking"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_each_rule_is_missed_where_it_is_broken(code: str, path: str, source: str, breaking: Breaking) -> None:
    document = spotless()
    breaking(document)
    found = [one for one in unmet(document, DAYS) if (one.code, one.path) == (code, path)]
    assert found, unmet(document, DAYS)
    assert source in found[0].source and found[0].section is section_of(path)


def test_every_rule_has_its_case_and_its_source() -> None:
    assert {code for code, *_ in CASES} == {rule.code for rule in RULES}
    assert all(rule.source for rule in RULES) and len({rule.code for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("section", [None, "need", "objectives", "people", "questions", "evaluation", "content"])
def test_no_rule_fails_on_a_document_with_holes(section: str | None) -> None:
    document: Document = {} if section is None else {section: spotless()[section]}
    assert blocking(unmet(document, DAYS))


@pytest.mark.parametrize("junk", ["", "x", [], ["x"], {}, {"key": "x"}, True, [{"key": "x"}]])
def test_no_rule_fails_on_values_of_the_wrong_shape(junk: Any) -> None:
    for name in spotless():
        unmet({**spotless(), name: junk}, DAYS)


def test_credit_that_was_designated_in_time_stays_so() -> None:
    document, later = spotless(), date(2027, 3, 1)
    assert unmet(document, Days(later, date(2026, 8, 24))) == ()
    assert [one.code for one in blocking(unmet(document, Days(later)))] == ["retroactive_designation"]


def test_an_exception_to_standard_3_needs_no_collection() -> None:
    document = spotless()
    exempt(document)
    document["standard3_reason"] = "Leadership skills only."
    for person in document["people"]:
        person.pop("disclosed")
    assert unmet(document, DAYS) == ()


def test_a_step_that_never_opens_is_named_at_its_field() -> None:
    assert rehearsed(activity()) == ()
    found = rehearsed(activity(expires_on=date(2025, 12, 31)))
    assert found[0].code == "step_never_opens" and found[0].path == "steps.information"
    assert found[0].severity is Severity.ERROR
