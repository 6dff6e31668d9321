"""What was written reads as the same questions, for every format and every kind that it can hold."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, settings

from lti_tool.domain.assessment import QuestionKind
from lti_tool.domain.question import BankQuestion, canonical
from lti_tool.exchange import QuestionFormat, differences, question_faults, read_questions, write_questions
from tests.unit.lti_tool.exchange.questions import (
    EVERY,
    MEDIA,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    PARTIAL,
    PICTURED,
    SINGLE,
    TRUE_FALSE,
    any_question,
)

GIFT_CANNOT = {SINGLE.key, MULTIPLE.key, ORDERING.key, NUMERIC.key, PICTURED.key}
"""Images, several right choices without partial credit, an order, a unit."""


def came_back(form: QuestionFormat, questions: tuple[BankQuestion, ...]) -> tuple[BankQuestion, ...]:
    written = write_questions(form, questions, MEDIA)
    assert not written.faults, [str(fault) for fault in written.faults]
    read = read_questions(f"questions{written.suffix}", written.body)
    assert not read.faults, [str(fault) for fault in read.faults]
    assert not read.remarks, [str(remark) for remark in read.remarks]
    for name, body in read.media.items():
        assert MEDIA[name] == body
    return read.questions


@pytest.mark.parametrize("form", QuestionFormat)
def test_every_kind_comes_back(form: QuestionFormat) -> None:
    can = tuple(bank for bank in EVERY if form is not QuestionFormat.GIFT or bank.key not in GIFT_CANNOT)
    back = came_back(form, can)
    assert [bank.key for bank in back] == [bank.key for bank in can]
    assert [differences(bank, other) for bank, other in zip(can, back, strict=True)] == [()] * len(can)


@pytest.mark.parametrize("form", [QuestionFormat.MOODLE_XML, QuestionFormat.CSV, QuestionFormat.XLSX])
def test_formats_that_hold_markdown_give_back_the_very_same(form: QuestionFormat) -> None:
    assert came_back(form, EVERY) == EVERY


def test_the_samples_are_sound_and_of_every_kind() -> None:
    assert {bank.question.kind for bank in EVERY} == set(QuestionKind)
    assert [question_faults(bank, MEDIA) for bank in EVERY] == [()] * len(EVERY)
    assert all(canonical(bank) == bank for bank in EVERY)


@pytest.mark.parametrize("form", QuestionFormat)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(bank=any_question())
def test_any_question_comes_back_or_is_refused(form: QuestionFormat, bank: BankQuestion) -> None:
    written = write_questions(form, (bank,), MEDIA)
    event("refused" if written.faults else "written")
    if written.faults:
        assert not written.body
        return
    read = read_questions(f"questions{written.suffix}", written.body)
    assert not read.faults
    assert differences(bank, read.questions[0]) == ()


@pytest.mark.parametrize("bank", [bank for bank in EVERY if bank.key in GIFT_CANNOT], ids=lambda bank: bank.key)
def test_what_gift_cannot_hold_is_said(bank: BankQuestion) -> None:
    written = write_questions(QuestionFormat.GIFT, (TRUE_FALSE, bank), MEDIA)
    assert not written.body
    assert [fault.where for fault in written.faults] == [bank.key]


def test_partial_credit_comes_back_from_all() -> None:
    for form in QuestionFormat:
        assert came_back(form, (PARTIAL,))[0].question.has_partial_credit
