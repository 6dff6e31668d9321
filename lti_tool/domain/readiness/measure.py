"""Rules about tests and evaluation: what is taught is measured, and what is asked can be answered."""

from __future__ import annotations

from collections.abc import Iterator

from lti_tool.domain.activity import ContentKind, PersonRole
from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.document import Document, is_given, part, records
from lti_tool.domain.plan import PlanSection, question_keys
from lti_tool.domain.readiness.rule import (
    AMA,
    ANALYSIS,
    OURS,
    STANDARD_1,
    Days,
    Finding,
    Rule,
    Severity,
    day_of,
    found,
    whole,
)

SECONDS_PER_QUESTION = 30
"""Less than that is a test of reading speed."""
REASONED = f"{STANDARD_1}: recommendations rest on science, evidence and clinical reasoning"
MEASURED = f"{AMA}: the assessment measures achievement of the objectives"


def _asked(document: Document) -> list[Document]:
    keys = {*question_keys(document, "pre_test"), *question_keys(document, "post_test")}
    return [question for question in records(document.get("questions")) if question["key"] in keys]


def _post(document: Document) -> list[Document]:
    keys = set(question_keys(document, "post_test"))
    return [question for question in records(document.get("questions")) if question["key"] in keys]


def _unmeasured(document: Document, days: Days) -> Iterator[Finding]:
    measured = {item.get("objective") for item in (*_asked(document), *records(part(document, "evaluation", "items")))}
    for objective in records(document.get("objectives")):
        if objective["key"] not in measured:
            yield found(f"objectives[{objective['key']}]", text=objective.get("text") or "")


def _perhaps_unasked(document: Document, days: Days) -> Iterator[Finding]:
    """With a draw from the whole pool, an objective may be left out: with a draw per objective it never is."""
    asked, draw = _post(document), whole(part(document, "post_test", "draw"))
    if draw is None or draw >= len(asked):
        return
    for objective in records(document.get("objectives")):
        pool = sum(question.get("objective") == objective["key"] for question in asked)
        if 0 < pool <= len(asked) - draw:
            yield found("post_test.draw", text=objective.get("text") or "")


def _quotas(document: Document) -> dict[str, object]:
    quotas = part(document, "post_test", "draw_per_objective")
    return quotas if isinstance(quotas, dict) else {}


def _small_pool(document: Document, days: Days) -> Iterator[Finding]:
    asked = _post(document)
    draw = whole(part(document, "post_test", "draw"))
    if draw is not None and draw > len(asked):
        yield found("post_test.draw", draw=draw, pool=len(asked))
    for objective, value in _quotas(document).items():
        pool, count = sum(question.get("objective") == objective for question in asked), whole(value)
        if count is not None and count > pool:
            yield found(f"post_test.draw_per_objective.{objective}", draw=count, pool=pool)


def _two_draws(document: Document, days: Days) -> Iterator[Finding]:
    if _quotas(document) and part(document, "post_test", "draw"):
        yield found("post_test.draw")


def _no_rationale(document: Document, days: Days) -> Iterator[Finding]:
    for question in _post(document):
        if not question.get("rationale"):
            yield found(f"questions[{question['key']}].rationale")


def _cases(document: Document) -> Iterator[tuple[Document, Document | None]]:
    """Every case of the content with its question, ``None`` for a key that leads nowhere."""
    questions = {question["key"]: question for question in records(document.get("questions"))}
    for item in records(part(document, "content", "items")):
        if item.get("kind") == ContentKind.CASE:
            yield item, questions.get(item.get("question"))


def _has_key(question: Document) -> bool:
    match question.get("kind"):
        case QuestionKind.SINGLE | QuestionKind.MULTIPLE:
            return any(choice.get("is_correct") for choice in records(question.get("choices")))
        case QuestionKind.MATCHING:
            return bool(question.get("pairs"))
        case QuestionKind.ORDERING:
            return bool(question.get("entries"))
        case _:
            return is_given(question.get("answer"))


def _case_without_question(document: Document, days: Days) -> Iterator[Finding]:
    for item, question in _cases(document):
        if question is None:
            yield found(f"content.items[{item['key']}].question", title=item.get("title") or "")


def _case_without_key(document: Document, days: Days) -> Iterator[Finding]:
    for item, question in _cases(document):
        if question is not None and not _has_key(question):
            yield found(f"content.items[{item['key']}].question", title=item.get("title") or "")


def _case_without_rationale(document: Document, days: Days) -> Iterator[Finding]:
    for item, question in _cases(document):
        if question is not None and not question.get("rationale"):
            yield found(f"questions[{question['key']}].rationale", title=item.get("title") or "")


def _no_pair(document: Document, days: Days) -> Iterator[Finding]:
    before, after = set(question_keys(document, "pre_test")), set(question_keys(document, "post_test"))
    if before and not before & after:
        yield found("pre_test.questions")


def _short_time(document: Document, days: Days) -> Iterator[Finding]:
    limit = whole(part(document, "post_test", "time_limit_minutes"))
    asked = whole(part(document, "post_test", "draw")) or len(_post(document))
    if limit is not None and limit * 60 < asked * SECONDS_PER_QUESTION:
        yield found("post_test.time_limit_minutes", minutes=limit, count=asked)


def _endless_wait(document: Document, days: Days) -> Iterator[Finding]:
    """A further attempt that could only begin after the expiry."""
    release, expires = day_of(document.get("release")), day_of(document.get("expires"))
    wait = whole(part(document, "post_test", "cool_down_minutes"))
    further = (whole(part(document, "post_test", "attempts")) or 2) - 1
    if release and expires and wait and further * wait >= ((expires - release).days + 1) * 24 * 60:
        yield found("post_test.cool_down_minutes", minutes=wait)


def _speaker_unasked(document: Document, days: Days) -> Iterator[Finding]:
    items = records(part(document, "evaluation", "items"))
    about = {str(item.get("key", "")).partition("--")[2] for item in items}
    for person in records(document.get("people")) if items else ():
        if PersonRole.FACULTY in (person.get("roles") or ()) and person["key"] not in about:
            yield found("evaluation.items", name=person.get("name") or "")


def _no_commitment(document: Document, days: Days) -> Iterator[Finding]:
    items = records(part(document, "evaluation", "items"))
    if items and not any(item.get("kind") == "commitment" for item in items):
        yield found("evaluation.items")


_ASSESSMENT, _EVALUATION, _HINT = PlanSection.ASSESSMENT, PlanSection.EVALUATION, Severity.WARNING
RULES = (
    Rule("objective_unmeasured", PlanSection.OBJECTIVES, MEASURED, _unmeasured),
    Rule("objective_perhaps_unasked", _ASSESSMENT, MEASURED, _perhaps_unasked, _HINT),
    Rule("pool_too_small", _ASSESSMENT, "a test that can be given", _small_pool),
    Rule("two_draws", _ASSESSMENT, "a test that can be given", _two_draws),
    Rule("rationale_missing", _ASSESSMENT, OURS, _no_rationale, _HINT),
    Rule("case_question_missing", PlanSection.CONTENT, "a case that can be answered", _case_without_question),
    Rule("case_key_missing", PlanSection.CONTENT, "a case that can be answered", _case_without_key),
    Rule("case_rationale_missing", _ASSESSMENT, REASONED, _case_without_rationale),
    Rule("no_pairs", _ASSESSMENT, ANALYSIS, _no_pair, _HINT),
    Rule("time_too_short", _ASSESSMENT, OURS, _short_time, _HINT),
    Rule("attempts_beyond_expiry", _ASSESSMENT, "a test that can be given", _endless_wait),
    Rule("speaker_not_evaluated", _EVALUATION, OURS, _speaker_unasked, _HINT),
    Rule("commitment_missing", _EVALUATION, ANALYSIS, _no_commitment, _HINT),
)
