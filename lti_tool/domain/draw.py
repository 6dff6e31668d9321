"""Which questions one learner gets, and in which order: reproducible from a seed that is stored."""

from __future__ import annotations

import random

from lti_tool.domain.assessment import Entry, FormItem, Question, QuestionKind, Test, choices_of


def _mixed(rng: random.Random, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    keys = [entry.key for entry in entries]
    rng.shuffle(keys)
    return tuple(keys)


def _ordering_start(rng: random.Random, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Never the right order by chance, else doing nothing would be right."""
    right = tuple(entry.key for entry in entries)
    given = _mixed(rng, entries)
    return given if given != right or len(right) < 2 else (*right[1:], right[0])


def _item(rng: random.Random, question: Question, has_shuffle: bool) -> FormItem:
    fixed = tuple(entry.key for entry in choices_of(question))
    options = _mixed(rng, question.options)
    match question.kind:
        case QuestionKind.ORDERING:
            return FormItem(question.key, _ordering_start(rng, question.entries))
        case QuestionKind.MATCHING:
            return FormItem(question.key, fixed, options)
        case QuestionKind.TRUE_FALSE | QuestionKind.NUMERIC:
            return FormItem(question.key, fixed)
        case _:
            return FormItem(question.key, _mixed(rng, question.entries) if has_shuffle else fixed)


def dealt(question: Question, seed: int) -> FormItem:
    """One question alone: choices in the author's order, and what is ordered or matched in another one."""
    return _item(random.Random(seed), question, False)  # noqa: S311 - as in draw_form


def _drawn(rng: random.Random, questions: tuple[Question, ...], count: int) -> set[str]:
    keys = [question.key for question in questions]
    return set(rng.sample(keys, min(count, len(keys))))


def _chosen(rng: random.Random, test: Test) -> list[Question]:
    """The questions of one attempt in the author's order."""
    if test.draw is not None:
        kept = _drawn(rng, test.questions, test.draw)
        return [question for question in test.questions if question.key in kept]
    kept = {question.key for question in test.questions if question.objective not in test.draw_per_objective}
    for objective, count in sorted(test.draw_per_objective.items()):
        pool = tuple(question for question in test.questions if question.objective == objective)
        kept |= _drawn(rng, pool, count)
    return [question for question in test.questions if question.key in kept]


def draw_form(test: Test, seed: int) -> tuple[FormItem, ...]:
    """The form for one attempt: ``test.length`` distinct questions, shuffled if the test says so."""
    rng = random.Random(seed)  # noqa: S311 - order of questions, not a secret
    chosen = _chosen(rng, test)
    if test.has_shuffle:
        rng.shuffle(chosen)
    return tuple(_item(rng, question, test.has_shuffle) for question in chosen)
