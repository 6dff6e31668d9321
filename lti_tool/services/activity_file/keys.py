"""Names must be unique, and every name that is used must exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.document import part, records
from lti_tool.domain.fault import Findings
from lti_tool.services.activity_file.kinds import WHERE, did_you_mean, join

Data = dict[str, Any]

_MEASURED = "AMA PRA core requirements: the assessment measures achievement of the objectives"
MOST_NAMED = 40
"""How many keys a remedy looks through and lists."""


def _unique(items: Iterable[Data], findings: Findings, name: str = "key", folded: bool = False) -> None:
    seen: set[str] = set()
    for item in items:
        value = item.get(name)
        value = value.casefold() if folded and value else value
        if value in seen:
            findings.add(join(item[WHERE], name), f"{item[name]!r} stands twice in this list", "change one of them")
        elif value is not None:
            seen.add(value)


def known_word(word: str | None, words: Iterable[str], where: str, findings: Findings, noun: str) -> None:
    """Note a word that is none of ``words``; an empty one is passed over."""
    known = tuple(words)
    if word and word not in known:
        remedy = did_you_mean(word, known[:MOST_NAMED]) or f"known: {', '.join(known[:MOST_NAMED]) or 'none'}"
        findings.add(where, f"there is no {noun} {word!r}", remedy)


def _key_set(value: Any) -> tuple[str, ...]:
    return tuple(item["key"] for item in records(value) if item.get("key"))


def _lists(data: Data) -> Iterable[list[Data]]:
    """Every list whose items have keys of their own."""
    yield from (records(data.get(name)) for name in ("objectives", "people", "questions", "sessions"))
    items = records(part(data, "content", "items"))
    yield items
    yield from (records(item.get("choices")) for item in items)
    forms = records(part(data, "evaluation", "items"))
    yield forms
    for item in [*records(data.get("questions")), *forms]:
        yield from (records(item.get(name)) for name in ("choices", "prompts", "options", "entries"))


def _question(question: Data, data: Data, findings: Findings) -> None:
    where = question[WHERE]
    known_word(question.get("objective"), _key_set(data["objectives"]), join(where, "objective"), findings, "objective")
    for key in question.get("references") or []:
        known_word(key, data.get("references") or {}, join(where, "references"), findings, "reference")
    if question.get("kind") == QuestionKind.MATCHING:
        _pairs(question, findings)
    for name in ("choices", "prompts", "options", "entries"):
        _unique(records(question.get(name)), findings, "text", folded=True)


def _items(data: Data, findings: Findings) -> None:
    """A case asks a question of the list, and one that no test asks: learners have seen its key."""
    tested = {key for name in ("pre_test", "post_test") for key in part(data, name, "questions") or []}
    for item in records(part(data, "content", "items")):
        where, key = join(item[WHERE], "question"), item.get("question")
        known_word(key, _key_set(data.get("questions")), where, findings, "question")
        if key and key in tested:
            what = f"the question {key!r} is asked in a test as well"
            findings.add(where, what, "ask another one here: a case shows the right answer", _MEASURED)
        _unique(records(item.get("choices")), findings, "text", folded=True)


def _pairs(question: Data, findings: Findings) -> None:
    pairs, where = question.get("pairs"), join(question[WHERE], "pairs")
    if pairs is None:
        return
    prompts, options = _key_set(question.get("prompts")), _key_set(question.get("options"))
    for prompt, option in pairs.items():
        known_word(prompt, prompts, join(where, prompt), findings, "prompt")
        known_word(option, options, join(where, prompt), findings, "option")
    for prompt in prompts:
        if prompt not in pairs:
            findings.add(where, f"the prompt {prompt!r} has no pair", f'add "{prompt}: " and the key of its option')


def _test(data: Data, name: str, findings: Findings) -> None:
    where, seen = f"{name}.questions", set[str]()
    for key in part(data, name, "questions") or []:
        known_word(key, _key_set(data.get("questions")), where, findings, "question")
        if key and key in seen:
            findings.add(where, f"the question {key!r} stands twice", "keep it once")
        seen.add(key)


def _quotas(data: Data, findings: Findings) -> None:
    for objective in part(data, "post_test", "draw_per_objective") or {}:
        where = join("post_test.draw_per_objective", objective)
        known_word(objective, _key_set(data["objectives"]), where, findings, "objective")


def _unused(data: Data, findings: Findings) -> None:
    used = {*(part(data, "pre_test", "questions") or []), *(part(data, "post_test", "questions") or [])}
    used |= {item.get("question") for item in records(part(data, "content", "items"))}
    for question in records(data.get("questions")):
        if question.get("key") and question["key"] not in used:
            findings.add(
                question[WHERE],
                "the question is in no test and no case",
                "add its key to pre_test, post_test or a case, or delete it",
            )


def check_keys(data: Data, findings: Findings) -> None:
    """Note keys and texts that stand twice, and keys that lead nowhere."""
    for items in _lists(data):
        _unique(items, findings)
    _unique(records(data.get("credits")), findings, "type")
    for question in records(data.get("questions")):
        _question(question, data, findings)
    _items(data, findings)
    for item in records(part(data, "evaluation", "items")):
        known_word(
            item["objective"], _key_set(data["objectives"]), join(item[WHERE], "objective"), findings, "objective"
        )
    for name in ("pre_test", "post_test"):
        _test(data, name, findings)
    _quotas(data, findings)
    _unused(data, findings)
