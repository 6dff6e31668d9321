"""The whole check of a question: the domain's rules, and those that need a Markdown parser."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lti_tool.domain.question import FILE, BankQuestion, QuestionFault, faults_of
from lti_tool.exchange.markup import html_in, images_in


def markdown_fields(bank: BankQuestion) -> Iterator[tuple[str, str]]:
    """Texts that are read as Markdown, by field."""
    question = bank.question
    yield "stem", question.stem
    yield "vignette", question.vignette
    yield "rationale", question.rationale
    yield from ((f"feedback.{key}", text) for key, text in bank.feedback.items())


def files_of(bank: BankQuestion) -> frozenset[str]:
    """Names of all pictures that a question shows."""
    inside = {source for _, text in markdown_fields(bank) for source, _ in images_in(text)}
    return frozenset(inside | ({bank.question.image.file} if bank.question.image else set()))


def question_faults(bank: BankQuestion, media: Collection[str]) -> tuple[QuestionFault, ...]:
    """As ``faults_of``, and ``html_in_text`` (found), ``image_unknown`` (file). ``media``: names of known pictures."""
    return (*faults_of(bank), *_in_markdown(bank, media), *_in_image(bank, media))


def _in_image(bank: BankQuestion, media: Collection[str]) -> Iterator[QuestionFault]:
    image = bank.question.image
    if image is not None and image.file not in media:
        yield QuestionFault("image", "image_unknown", {"file": image.file[:60]})


def _in_markdown(bank: BankQuestion, media: Collection[str]) -> Iterator[QuestionFault]:
    for name, text in markdown_fields(bank):
        found = html_in(text)
        if found:
            yield QuestionFault(name, "html_in_text", {"found": found[:40]})
        for source, alt in images_in(text):
            if not alt.strip():
                yield QuestionFault(name, "alt_missing")
            if source not in media or not FILE.fullmatch(source):
                yield QuestionFault(name, "image_unknown", {"file": source[:60]})
