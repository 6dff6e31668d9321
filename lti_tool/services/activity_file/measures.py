"""Steps, tests, questions and evaluation: what must fit together so that learning can be measured."""

from __future__ import annotations

from decimal import Decimal

from lti_tool.domain.activity import Requirement
from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.document import part, records
from lti_tool.domain.evaluation import REQUIRED_FAMILIES, ItemKind
from lti_tool.domain.fault import Findings
from lti_tool.services.activity_file.keys import Data
from lti_tool.services.activity_file.kinds import WHERE, join

_SECTIONS = {"pre-test": "pre_test", "content": "content", "post-test": "post_test", "evaluation": "evaluation"}
_MEASURED = "AMA PRA core requirements: the assessment measures achievement of the objectives"


def _steps(data: Data, findings: Findings) -> None:
    steps = data["steps"] or {}
    if steps.get("information") in (Requirement.OPTIONAL, Requirement.ABSENT):
        rule = "ACCME Standard 3.5: disclosure before learners engage"
        findings.add("steps.information", "learners must see this page first", "write required", rule)
    for step, section in _SECTIONS.items():
        requirement = steps.get(step)
        if requirement == Requirement.ABSENT and data[section] is not None:
            findings.add(section, f"the step {step!r} is absent, yet {section!r} stands here", "remove one of them")
        is_there = data[section] is not None or findings.has_fault(section)
        if requirement in (Requirement.REQUIRED, Requirement.OPTIONAL) and not is_there:
            findings.add(f"steps.{step}", f"{section!r} is missing", f"add it, or write {step}: absent")


def _post_test(data: Data, findings: Findings) -> None:
    test = data["post_test"]
    if not test or test["questions"] is None:
        return
    pool, drawn = len(test["questions"]), test["draw"]
    if drawn and drawn > pool:
        findings.add("post_test.draw", f"{drawn} of {pool} questions cannot be drawn", f"{pool} at most")
    asked = _asked(data, test, findings)
    if test["pass_mark"] and test["pass_mark"] > asked:
        what = f"{test['pass_mark']} right answers out of {asked} questions cannot be reached"
        findings.add("post_test.pass_mark", what, f"{asked} at most")


def _asked(data: Data, test: Data, findings: Findings) -> int:
    """How many questions one attempt has, with a draw from the whole pool or per objective."""
    pool, quotas = len(test["questions"]), test["draw_per_objective"] or {}
    if not quotas:
        return min(test["draw"] or pool, pool)
    if test["draw"]:
        findings.add("post_test.draw", "draw and draw_per_objective exclude each other", "remove one of them")
    spared = 0
    for objective, count in quotas.items():
        measuring = _measuring(data, test, objective)
        if count and count > measuring:
            what = f"{count} of {measuring} questions cannot be drawn"
            findings.add(f"post_test.draw_per_objective.{objective}", what, f"{measuring} at most")
        spared += max(0, measuring - (count or measuring))
    return pool - spared


def _measuring(data: Data, test: Data, objective: str) -> int:
    questions = [question for question in records(data["questions"]) if question.get("key") in test["questions"]]
    return sum(question.get("objective") == objective for question in questions)


def _choices(question: Data, findings: Findings) -> None:
    choices = records(question.get("choices"))
    right = sum(1 for choice in choices if choice.get("is_correct"))
    where = join(question[WHERE], "choices")
    if question.get("kind") == QuestionKind.SINGLE and choices and right != 1:
        findings.add(where, f"{right} choices are correct, exactly one must be", "mark one with is_correct: true")
    if question.get("kind") == QuestionKind.MULTIPLE and choices and not right:
        findings.add(where, "no choice is correct", "mark at least one with is_correct: true")


def _numeric(question: Data, findings: Findings) -> None:
    tolerance = question.get("tolerance")
    if tolerance is not None and Decimal(tolerance) < 0:
        findings.add(join(question[WHERE], "tolerance"), "the tolerance is negative", "write 0 or more")


def _objectives(data: Data, findings: Findings) -> None:
    taught = {item.get("question") for item in records(part(data, "content", "items"))}
    asked = [question for question in records(data["questions"]) if question.get("key") not in taught]
    items = [*asked, *records(part(data, "evaluation", "items"))]
    measured = {item.get("objective") for item in items}
    for objective in records(data["objectives"]):
        if objective.get("key") and objective["key"] not in measured:
            what = "no question and no item of the evaluation measures this objective"
            findings.add(objective[WHERE], what, "name its key as objective of one", _MEASURED)


def _evaluation(data: Data, findings: Findings) -> None:
    evaluation = data["evaluation"]
    if evaluation is None and data["credits"] and part(data, "steps", "evaluation") == Requirement.ABSENT:
        what = "an activity for credit asks learners for an evaluation"
        findings.add(
            "steps.evaluation", what, "add one with the families bias, objectives and intent", "ACCME, Analyzes Change"
        )
    if not evaluation or evaluation["items"] is None:
        return
    items = records(evaluation["items"])
    for family in sorted(REQUIRED_FAMILIES - {item["family"] for item in items}):
        findings.add(
            "evaluation.items",
            f"no item of the family {family!r}",
            f"add one with family: {family}",
            "ACCME, Analyzes Change and Standard 1",
        )
    for item in items:
        _rating(item, findings)


def _rating(item: Data, findings: Findings) -> None:
    if item.get("kind") != ItemKind.RATING or bool(item.get("scale")) != bool(item.get("choices")):
        return
    if not any(findings.has_fault(join(item[WHERE], name)) for name in ("scale", "choices")):
        findings.add(item[WHERE], "a rating needs a scale or choices, and not both", "for example scale: agree5")


def _content(data: Data, findings: Findings) -> None:
    content = data["content"] or {}
    least, estimate = content.get("minimum_minutes"), data["estimated_minutes"]
    if least and estimate and least > estimate:
        what = f"at least {least} minutes are asked for, yet the estimate is {estimate}"
        findings.add("content.minimum_minutes", what, "lower it or correct estimated_minutes")
    for item in records(content.get("items")):
        coverage = item.get("minimum_coverage")
        if coverage is not None and not 0 < coverage <= 1:
            findings.add(
                join(item[WHERE], "minimum_coverage"), f"{coverage} is not a fraction", "write 0.9 for 90%, or null"
            )


def check_measures(data: Data, findings: Findings) -> None:
    """Note what does not fit together. Values that could not be read are passed over."""
    for check in (_steps, _post_test, _objectives, _evaluation, _content):
        check(data, findings)
    for question in records(data["questions"]):
        _choices(question, findings)
        _numeric(question, findings)
