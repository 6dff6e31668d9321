"""The whole path in a real runtime, up to the claim."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation

from lti_tool.domain.activity import Requirement, Step
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.native import write_message
from tests.xblock.inside.answers import copy_of, given_keys, right_for
from tests.xblock.inside.learner import Learner
from tests.xblock.site.identity import lti_id
from xblock_cme import store
from xblock_cme.claiming import Claimant, evaluate
from xblock_cme.facts import LearnerFacts
from xblock_cme.progress import progress

REQUIRED = Requirement.REQUIRED

NAME = "hypertension-2026"
COPY = copy_of(NAME)
ITEMS = [item.key for item in COPY.activity.content.items]


def walk_to_evaluation(who: Learner) -> None:
    who.acknowledge()
    who.take("pre-test", {})
    who.study(ITEMS)
    who.act("start", "post-test")
    keys = given_keys(who.facts(), "post-test")
    who.act("submit", "post-test", **who.sheet(right_for(COPY.activity.post_test, keys)))


def evaluation_answers() -> dict[str, str]:
    from lti_tool.domain.answer_form import evaluation_blocks

    found: dict[str, str] = {}
    for block in evaluation_blocks(COPY.activity.evaluation.items):
        for item in block.items:
            found[block.field(item)] = item.choices[-1].key if item.choices else "Nothing to add."
    return found


def test_the_first_page_is_the_disclosure(ada: Learner) -> None:
    assert "I have read the information and the disclosures above." in ada.words
    assert "Credit designation" in ada.words
    assert COPY.page.fingerprint in ada.html


def test_nothing_opens_before_the_acknowledgement(ada: Learner) -> None:
    for step in ("pre-test", "content", "post-test", "evaluation", "claim"):
        ada.act("show", step)
        assert "Read and acknowledge the information and disclosure" in ada.words
    ada.act("start", "post-test")
    assert "This step is not open yet" in ada.words
    assert not ada.facts().record.attempts


def test_an_unticked_box_and_a_foreign_text_are_refused(ada: Learner) -> None:
    ada.act("acknowledge", "information", fingerprint=COPY.page.fingerprint)
    assert "Tick the box" in ada.words
    ada.act("acknowledge", "information", acknowledged="yes", fingerprint="0" * 64)
    assert "Nothing was recorded" in ada.words
    assert not ada.facts().record.acknowledgements


def test_the_whole_path_up_to_the_claim(ada: Learner) -> None:
    walk_to_evaluation(ada)
    assert "You have passed" in ada.words
    ada.act("evaluate", "evaluation", **evaluation_answers())
    assert "your evaluation has been recorded" in ada.words
    ada.act("show", "claim")
    assert "Your details for the certificate" in ada.words
    assert ada.events("grade") == [{"value": 1.0, "max_value": 1.0, "only_if_higher": False}]
    assert ada.events("completion") == []


def test_the_grade_is_told_once_per_change(ada: Learner) -> None:
    ada.acknowledge()
    ada.take("pre-test", {})
    ada.study(ITEMS)
    ada.take("post-test", {})
    assert [event["value"] for event in ada.events("grade")] == [0.0]
    ada.look()
    ada.act("show", "post-test")
    assert len(ada.events("grade")) == 1


def test_single_steps_share_what_was_done() -> None:
    first = Learner("single-steps", "ada", 0)
    first.acknowledge()
    assert first.events("completion") == [{"completion": 1.0}]
    second = Learner("single-steps", "ada", 1)
    second.act("start", "anything")
    assert "Question 1 of" in second.words
    fourth = Learner("single-steps", "ada", 3)
    assert "Take the pre-test" in plain_of(fourth)


def test_state_that_the_platform_deletes_is_gone_everywhere() -> None:
    from xblock_cme.plugin.models import BlockFacts

    first = Learner("single-steps", "ada", 0)
    first.acknowledge()
    assert BlockFacts.objects.filter(user_id="ada").count() == 1
    forget_state(first)
    assert "Confirm and continue" in first.look()
    assert BlockFacts.objects.filter(user_id="ada").count() == 0


def forget_state(who: Learner) -> None:
    """What the instructor dashboard's "delete state" does."""
    from workbench.models import XBlockState

    XBlockState.objects.filter(user_id=who.name).delete()


def plain_of(who: Learner) -> str:
    who.act("show")
    return who.words


def test_an_evaluation_leaves_no_answer_in_the_learners_state(ada: Learner) -> None:
    from workbench.models import XBlockState

    from xblock_cme.plugin.models import EvaluationDelivery

    walk_to_evaluation(ada)
    answers = {**evaluation_answers()}
    text = next(name for name, value in answers.items() if value == "Nothing to add.")
    ada.act("evaluate", "evaluation", **{**answers, text: "A word that only this learner writes"})
    told, row = sorted(EvaluationDelivery.objects.all(), key=lambda each: "answers" in each.message["body"])
    assert store.is_receipt(told) and told.message["body"]["subject"] == lti_id("ada")
    assert "A word that only this learner writes" in str(row.message)
    assert row.message["body"]["subject"] == ("" if COPY.activity.evaluation.is_anonymous else lti_id("ada"))
    states = " ".join(XBlockState.objects.filter(user_id="ada").values_list("state", flat=True))
    assert "only this learner" not in states
    ada.act("evaluate", "evaluation", **answers)
    assert EvaluationDelivery.objects.count() == 2


@pytest.mark.parametrize("is_anonymous", [True, False])
def test_an_anonymous_evaluation_carries_no_learner(is_anonymous: bool) -> None:
    form = replace(COPY.activity.evaluation, is_anonymous=is_anonymous)
    copy = replace(COPY, activity=replace(COPY.activity, evaluation=form, requirements={Step.EVALUATION: REQUIRED}))
    here = progress({"1": write_message(copy)}, LearnerFacts(), [], [], datetime(2026, 11, 25, tzinfo=UTC))
    lists = {name: [value] for name, value in evaluation_answers().items()}
    _facts, sheet = evaluate(here, lists, Claimant("the-learner", "course"))
    assert sheet is not None and sheet.receipt.subject == "the-learner"
    assert sheet.evaluation.subject == ("" if is_anonymous else "the-learner")


def test_an_incomplete_evaluation_names_what_is_missing(ada: Learner) -> None:
    walk_to_evaluation(ada)
    ada.act("evaluate", "evaluation", **{"e.unknown": "x"})
    assert "Answer this question." in ada.words
    assert ada.facts().record.evaluated_at is None


def test_two_tabs_do_not_overwrite_each_other(ada: Learner) -> None:
    ada.acknowledge()
    ada.act("start", "pre-test")
    test = COPY.activity.pre_test
    answers = right_for(test, given_keys(ada.facts(), "pre-test"))
    old = ada.sheet({})
    ada.act("save", "pre-test", is_quiet=True, **{**old, "tab": "11"}, **answers)
    saved = ada.facts().record.attempts[0].answers
    name = next(key for key in answers if key.count(".") == 1)
    answer = ada.act("save", "pre-test", is_quiet=True, **{**old, "tab": "22", name: []})
    assert not answer["is_kept"]
    assert ada.facts().record.attempts[0].answers == saved


def test_unanswered_questions_are_asked_about_first(ada: Learner) -> None:
    ada.acknowledge()
    ada.act("start", "pre-test")
    ada.act("submit", "pre-test", **ada.sheet({}))
    assert "not answered yet" in ada.words
    assert ada.facts().record.attempts[0].is_open
    ada.act("submit_anyway", "pre-test", **ada.sheet({}))
    assert not ada.facts().record.attempts[0].is_open


def test_a_question_that_was_not_given_is_refused(ada: Learner) -> None:
    ada.acknowledge()
    ada.act("start", "pre-test")
    ada.act("save", "pre-test", **ada.sheet({"q.not-mine": "a"}))
    assert "This is not part of your activity" in ada.words


def test_staff_take_part_in_a_test_run() -> None:
    staff = Learner(NAME, "staff-bo")
    assert "Test run: nothing here counts" in staff.words
    walk_to_evaluation(staff)
    staff.act("evaluate", "evaluation", **evaluation_answers())
    assert staff.events("grade") == [] and staff.events("completion") == []


def test_somebody_who_is_not_signed_in_leaves_nothing() -> None:
    nobody = Learner(NAME, "none")
    nobody.acknowledge()
    assert "Sign in to take part" in nobody.words


def test_keys_and_rationales_stay_on_the_server_until_they_may_be_shown(ada: Learner) -> None:
    ada.acknowledge()
    ada.take("pre-test", {})
    ada.study(ITEMS)
    ada.act("start", "post-test")
    test = COPY.activity.post_test
    rationales = [question.rationale.split(".")[0] for question in test.questions if question.rationale]
    assert rationales and not [text for text in rationales if text in ada.words]
    for word in ('"correct"', "is_right", "rationale"):
        assert word not in ada.html


def test_pictures_are_given_only_with_their_questions() -> None:
    who = Learner("cases-ecg-rhythms", "ada")
    assert who.get("media", "strip-1.png").status_code == 404
    who.acknowledge()
    if copy_of("cases-ecg-rhythms").activity.pre_test:
        who.take("pre-test", {})
    who.study([item.key for item in copy_of("cases-ecg-rhythms").activity.content.items])
    who.act("start", "post-test")
    shown = {name for name in (f"strip-{n}.png" for n in range(1, 7)) if name in who.html}
    assert shown
    for name in shown:
        response = who.get("media", name)
        assert response.status_code == 200 and response["Content-Type"] == "image/png"
        assert response.content.startswith(b"\x89PNG")
    assert who.get("media", "secret.png").status_code == 404


def test_state_stays_small_and_a_page_is_fast(ada: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.models import XBlockState

    from xblock_cme import client

    def no_network(*args: object, **kwargs: object) -> None:
        raise AssertionError("a page called the tool")

    monkeypatch.setattr(client.ToolClient, "_send", no_network)
    ada.acknowledge()
    ada.take("pre-test", {})
    ada.study(ITEMS)
    test = COPY.activity.post_test
    for _ in range(test.attempts or 30):
        ada.act("start", "post-test")
        if not ada.facts().record.open_attempt(TestKind.POST):
            break
        ada.act("submit_anyway", "post-test", **ada.sheet({}))
    sizes = [len(state) for state in XBlockState.objects.filter(user_id="ada").values_list("state", flat=True)]
    assert max(sizes) < 20_000
    fresh = Learner(NAME, "bo")
    fresh.acknowledge()
    fresh.take("pre-test", {})
    fresh.study(ITEMS)
    fresh.act("start", "post-test")
    assert best_time(fresh) < 0.030


def best_time(who: Learner) -> float:
    """Seconds of this process for ``student_view`` alone, the best of seven; other work of the machine is not in it."""
    from workbench.runtime import WorkbenchRuntime

    block = WorkbenchRuntime(who.name).get_block(who.usage)
    times = []
    for _ in range(7):
        began = time.process_time()
        assert "Question 1 of 10" in block.student_view().content
        times.append(time.process_time() - began)
    return min(times)


def test_pages_turn_round_for_scripts_that_run_from_the_right() -> None:
    """The block's own frame follows the reader's language, the activity's text its own."""
    from workbench.runtime import WorkbenchRuntime

    ada = Learner(NAME, "ada")
    with translation.override("ar"):
        html = WorkbenchRuntime("ada").get_block(ada.usage).student_view().content
    assert html.startswith('<div class="cme" dir="rtl"')
    assert 'lang="ar"' not in html, "these words are English: there is no translation"
    assert 'lang="en-US" dir="ltr"' in html


def test_words_come_from_the_i18n_service(monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.runtime import WorkbenchI18NService, WorkbenchRuntime

    monkeypatch.setattr(WorkbenchI18NService, "gettext", lambda self, text: f"[{text}]", raising=False)
    ada = Learner(NAME, "ada")
    assert "[Post-test]" in ada.words
    with translation.override("ar"):
        html = WorkbenchRuntime("ada").get_block(ada.usage).student_view().content
    assert html.startswith('<div class="cme" dir="rtl" lang="ar"')
