"""The question bank: lists, versions, and what is kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lti_tool.db import models
from lti_tool.db.engine import make_engine, make_sessions, transaction
from lti_tool.domain.assessment import QuestionKind, Test, TestKind
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, CmeError, Conflict, Forbidden, NotFound, Refused
from lti_tool.domain.question import BankQuestion, QuestionStatus
from lti_tool.services import question_list
from lti_tool.services.activity import import_activity
from lti_tool.services.audit import trail
from lti_tool.services.question import create_question, open_question, revise_question, set_status
from lti_tool.services.question_list import Wanted, list_questions, tags_in_use
from lti_tool.services.question_picture import add_picture, picture
from lti_tool.services.question_use import take_question, uses_of
from tests.unit.lti_tool.domain.builders import NOW, activity
from tests.unit.lti_tool.exchange.questions import EVERY, SINGLE, STRIP, TRUE_FALSE, png
from tests.unit.lti_tool.services.bank import Bank, made_bank, officer

ALL = Wanted()


@pytest.fixture
def bank(migrated_database_url: str) -> Iterator[Bank]:
    engine = make_engine(migrated_database_url)
    try:
        yield made_bank(make_sessions(engine), NOW)
    finally:
        engine.dispose()


def changed(bank: BankQuestion, **fields: Any) -> BankQuestion:
    return replace(bank, question=replace(bank.question, **fields))


def keys(bank: Bank, wanted: Wanted = ALL, **how: str) -> list[str]:
    with transaction(bank.sessions) as db:
        return [row.key for row in list_questions(db, bank.officer, wanted, **how).rows]


def test_what_was_put_in_comes_out(bank: Bank) -> None:
    bank.fill()
    with transaction(bank.sessions) as db:
        for question in EVERY:
            opened = open_question(db, bank.officer, bank.ids[question.key])
            assert opened.bank == question
            assert (opened.number, opened.newest, opened.status) == (1, 1, QuestionStatus.DRAFT)
            assert [edition.author for edition in opened.editions] == ["Avery"]


def test_lists_show_the_newest_changes_first(bank: Bank) -> None:
    bank.fill()
    assert keys(bank) == [question.key for question in reversed(EVERY)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(text="CARDIOversion"), {"afib", "shown"}),
        (Wanted(text="shock look"), {"steps"}),
        (Wanted(text="100%"), set()),
        (Wanted(tag="rhythm"), {"afib", "shown"}),
        (Wanted(tag="none such"), set()),
        (Wanted(kind="numeric"), {"dose"}),
        (Wanted(level="competence", kind="single"), {"afib", "shown"}),
        (Wanted(status="approved"), set()),
    ],
)
def test_filters(bank: Bank, wanted: Wanted, expected: set[str]) -> None:
    bank.fill()
    assert set(keys(bank, wanted)) == expected


def test_pages_follow_each_other_without_gap_or_double(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_list, "PAGE_SIZE", 3)
    bank.fill()
    seen, after = [], ""
    for _ in range(3):
        with transaction(bank.sessions) as db:
            page = list_questions(db, bank.officer, Wanted(), after)
        assert page.found == (None if after else len(EVERY))
        seen += [row.key for row in page.rows]
        after = page.next
    assert after == ""
    assert seen == [question.key for question in reversed(EVERY)]


@pytest.mark.parametrize("after", ["x", "~", "2026-01-01~a", "2026-01-01T00:00:00+00:00~", "é~é"])
def test_a_page_that_never_was(bank: Bank, after: str) -> None:
    with transaction(bank.sessions) as db, pytest.raises(BadInput, match="page_wrong"):
        list_questions(db, bank.officer, Wanted(), after)


def test_a_revision_is_a_new_version_and_the_old_one_stays(bank: Bank) -> None:
    bank.fill([SINGLE])
    better = changed(SINGLE, stem="What comes first?")
    with transaction(bank.sessions) as db:
        number = revise_question(db, bank.officer, bank.ids["afib"], better, 1, "clearer", bank.later())
        assert number == 2
        opened = open_question(db, bank.officer, bank.ids["afib"])
        assert opened.bank == better and [edition.reason for edition in opened.editions] == ["clearer", ""]
        assert open_question(db, bank.officer, bank.ids["afib"], 1).bank == SINGLE
        assert [row.action for row in trail(db, bank.officer.provider_id)] == ["question.revised", "question.created"]
    assert keys(bank, Wanted(text="what comes first")) == ["afib"]
    assert keys(bank, Wanted(text="what is the")) == []


def test_saving_the_same_again_makes_no_version(bank: Bank) -> None:
    bank.fill([SINGLE])
    with transaction(bank.sessions) as db:
        assert revise_question(db, bank.officer, bank.ids["afib"], SINGLE, 1, "", bank.later()) == 1


def test_a_stale_form_overwrites_nothing(bank: Bank) -> None:
    bank.fill([SINGLE])
    with transaction(bank.sessions) as db:
        revise_question(db, bank.officer, bank.ids["afib"], changed(SINGLE, stem="First?"), 1, "", bank.later())
    with transaction(bank.sessions) as db, pytest.raises(Conflict, match="revised") as caught:
        revise_question(db, bank.officer, bank.ids["afib"], changed(SINGLE, stem="Second?"), 1, "", bank.later())
    assert (caught.value.code, caught.value.facts["newest"]) == ("question_changed", 2)


def test_tags_are_those_of_the_newest_version(bank: Bank) -> None:
    bank.fill([SINGLE])
    with transaction(bank.sessions) as db:
        retagged = replace(SINGLE, tags=("ecg",))
        revise_question(db, bank.officer, bank.ids["afib"], retagged, 1, "", bank.later())
        assert tags_in_use(db, bank.officer) == ["ecg"]
        assert tags_in_use(db, bank.stranger) == []


def test_a_key_is_taken_once_per_provider(bank: Bank) -> None:
    bank.fill([TRUE_FALSE])
    with transaction(bank.sessions) as db, pytest.raises(Conflict) as caught:
        create_question(db, bank.officer, TRUE_FALSE, bank.later())
    assert caught.value.code == "key_taken"
    with transaction(bank.sessions) as db:
        assert create_question(db, bank.stranger, TRUE_FALSE, bank.later())


def test_faults_are_named_by_field(bank: Bank) -> None:
    faulty = changed(SINGLE, correct=frozenset(), stem=" ")
    with transaction(bank.sessions) as db, pytest.raises(BadInput) as caught:
        create_question(db, bank.officer, faulty, bank.later())
    assert caught.value.faults == {"stem": "text_missing", "correct": "one_must_be_right", "image": "image_unknown"}


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](https://evil.example/x.png)", "![](a.png)"],
)
def test_hostile_markdown_stays_out(bank: Bank, text: str) -> None:
    with transaction(bank.sessions) as db, pytest.raises(BadInput) as caught:
        create_question(db, bank.officer, changed(TRUE_FALSE, vignette=text), bank.later())
    assert set(caught.value.faults) == {"vignette"}


def test_an_approved_question_that_is_revised_waits_for_approval_again(bank: Bank) -> None:
    bank.fill([TRUE_FALSE])
    question_id = bank.ids["tf"]
    author = officer(bank.officer.provider_id, bank.officer.person_id, [Capability.PLAN])
    with transaction(bank.sessions) as db:
        with pytest.raises(Forbidden, match="approve"):
            set_status(db, author, question_id, QuestionStatus.APPROVED, bank.later())
        set_status(db, bank.officer, question_id, QuestionStatus.APPROVED, bank.later())
        revise_question(db, bank.officer, question_id, changed(TRUE_FALSE, stem="So?"), 1, "", bank.later())
        assert open_question(db, bank.officer, question_id).status is QuestionStatus.APPROVED
        revise_question(db, author, question_id, changed(TRUE_FALSE, stem="So."), 2, "", bank.later())
        assert open_question(db, bank.officer, question_id).status is QuestionStatus.DRAFT


def test_a_retired_question_is_found_when_asked_for_and_taken_no_more(bank: Bank) -> None:
    bank.fill([TRUE_FALSE])
    with transaction(bank.sessions) as db:
        assert take_question(db, bank.officer, bank.ids["tf"]).question.source == f"{bank.ids['tf']}/1"
        set_status(db, bank.officer, bank.ids["tf"], QuestionStatus.RETIRED, bank.later())
        with pytest.raises(Refused, match="retired"):
            take_question(db, bank.officer, bank.ids["tf"])
    assert keys(bank) == [] and keys(bank, Wanted(status="retired")) == ["tf"]


def test_words_about_choices_go_along_with_the_rationale(bank: Bank) -> None:
    bank.fill([SINGLE])
    with transaction(bank.sessions) as db:
        taken = take_question(db, bank.officer, bank.ids["afib"], "o1", ("r1",))
    assert taken.question.rationale == "Unstable: **shock** first.\n\n- **Digoxin:** Too *slow*."
    assert (taken.question.objective, taken.question.references) == ("o1", ("r1",))
    assert set(taken.media) == {STRIP}


def test_nothing_of_another_provider_exists(bank: Bank) -> None:
    bank.fill()
    question_id = bank.ids["afib"]
    with transaction(bank.sessions) as db:
        assert list_questions(db, bank.stranger, Wanted()).rows == []
        for act in (
            lambda: open_question(db, bank.stranger, question_id),
            lambda: revise_question(db, bank.stranger, question_id, SINGLE, 1, "", NOW),
            lambda: set_status(db, bank.stranger, question_id, QuestionStatus.RETIRED, NOW),
            lambda: take_question(db, bank.stranger, question_id),
            lambda: picture(db, bank.stranger, STRIP),
        ):
            with pytest.raises(NotFound):
                act()
        assert uses_of(db, bank.stranger, question_id) == []


def test_nothing_without_the_capability(bank: Bank) -> None:
    bank.fill([TRUE_FALSE])
    reporter = officer(bank.officer.provider_id, bank.officer.person_id, [Capability.REPORT])
    with transaction(bank.sessions) as db:
        for act in (
            lambda: list_questions(db, reporter, Wanted()),
            lambda: tags_in_use(db, reporter),
            lambda: open_question(db, reporter, bank.ids["tf"]),
            lambda: create_question(db, reporter, TRUE_FALSE, NOW),
            lambda: revise_question(db, reporter, bank.ids["tf"], TRUE_FALSE, 1, "", NOW),
            lambda: set_status(db, reporter, bank.ids["tf"], QuestionStatus.RETIRED, NOW),
            lambda: add_picture(db, reporter, png()),
            lambda: picture(db, reporter, STRIP),
            lambda: take_question(db, reporter, bank.ids["tf"]),
        ):
            with pytest.raises(Forbidden):
                act()


def test_a_picture_is_kept_once_and_given_back(bank: Bank) -> None:
    with transaction(bank.sessions) as db:
        names = {add_picture(db, bank.officer, png()), add_picture(db, bank.officer, png())}
        assert names == {STRIP}
        assert picture(db, bank.officer, STRIP).media_type == "image/png"
        with pytest.raises(CmeError) as caught:
            add_picture(db, bank.officer, b"<svg onload=alert(1)>")
        assert caught.value.code == "picture_unsound"
        assert db.query(models.QuestionImage).count() == 1


def test_only_sources_of_ones_own_bank_count_as_uses(bank: Bank) -> None:
    bank.fill([TRUE_FALSE])
    with transaction(bank.sessions) as db:
        own = take_question(db, bank.officer, bank.ids["tf"]).question
        for who, expected in ((bank.officer, 1), (bank.stranger, 0)):
            made = replace(activity(), post_test=Test(TestKind.POST, (own,), pass_mark=1))
            import_activity(db, who.provider_id, made, {}, bank.later())
            assert len(uses_of(db, who, bank.ids["tf"])) == expected
        strange = replace(own, source=f"{bank.ids['tf']}/99")
        made = replace(activity(key="other"), post_test=Test(TestKind.POST, (strange,), pass_mark=1))
        import_activity(db, bank.officer.provider_id, made, {}, bank.later())
        assert [use.title for use in uses_of(db, bank.officer, bank.ids["tf"])] == ["Hypertension in the Elderly"]


def test_every_kind_is_among_the_samples() -> None:
    assert {question.question.kind for question in EVERY} == set(QuestionKind)
