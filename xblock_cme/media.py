"""Which of an activity's files a learner may have: those of what they have been given, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lti_tool.domain.activity import Step
from lti_tool.domain.assessment import Question, TestKind
from lti_tool.domain.native import MEDIA_FOLDER, text_key
from lti_tool.domain.pathway import may_reveal
from lti_tool.domain.response import items_of, reached
from xblock_cme.progress import Progress
from xblock_cme.taking import test_of

_FILES = re.compile(rf'"{MEDIA_FOLDER}([A-Za-z0-9_-][A-Za-z0-9._-]*)"')


def _named(here: Progress, *texts: str) -> Iterator[str]:
    for text in texts:
        for html in (here.copy.texts.get(text_key(text), ""), here.copy.lines.get(text_key(text), "")):
            yield from _FILES.findall(html)


def _content_files(here: Progress) -> Iterator[str]:
    for item in reached(items_of(here.activity), here.record):
        yield from filter(None, (item.file, item.captions))
        yield from _named(here, item.body)
        if item.question is not None:
            yield from _asked_files(here, item.question, is_revealed=item.key in here.record.responses)


def _asked_files(here: Progress, question: Question, *, is_revealed: bool) -> Iterator[str]:
    yield from _named(here, question.vignette, question.stem)
    if question.image is not None:
        yield question.image.file
    if is_revealed:
        yield from _named(here, question.rationale)


def _question_files(here: Progress, kind: TestKind) -> Iterator[str]:
    is_revealed = kind is TestKind.POST and may_reveal(here.activity, here.record)
    for attempt in here.record.attempts_at(kind):
        for item in attempt.form:
            yield from _asked_files(here, test_of(here, kind).question(item.question), is_revealed=is_revealed)


def visible_files(here: Progress) -> frozenset[str]:
    """Names of the files that may be handed out now."""
    found: list[str] = []
    if Step.CONTENT in here.activity.steps and not here.standing.of(Step.CONTENT).blockers:
        found += _content_files(here)
    for kind in TestKind:
        if here.record.attempts_at(kind):
            found += _question_files(here, kind)
    return frozenset(found)
