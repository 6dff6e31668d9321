"""One learner, one activity, two faces: what the tool has recorded stands, and what was sent joins it by the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lti_tool.domain.activity import Activity
from lti_tool.domain.assessment import Answer, Question, QuestionKind, Test, TestKind
from lti_tool.domain.draw import draw_form
from lti_tool.domain.errors import Refused
from lti_tool.domain.pathway import best_result, has_passed, standing
from lti_tool.domain.record import Acknowledgement, Attempt, Record, Response, Study
from lti_tool.domain.replay import beside, check_facts, fitting, together
from tests.unit.lti_tool.services.activity_files import activity_of

BASE = activity_of("hypertension-2026")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NONE = Record()


def with_limits(attempts: int | None, cool_down: int | None) -> Activity:
    assert BASE.post_test is not None
    return replace(BASE, post_test=replace(BASE.post_test, attempts=attempts, cool_down_minutes=cool_down or 0))


def right(question: Question) -> Answer:
    match question.kind:
        case QuestionKind.MATCHING:
            return dict(question.pairs)
        case QuestionKind.ORDERING:
            return tuple(entry.key for entry in question.entries)
        case QuestionKind.NUMERIC:
            return f"{question.number:f}"
        case QuestionKind.MULTIPLE:
            return tuple(sorted(question.correct))
        case _:
            return next(iter(question.correct))


def at(minutes: int) -> datetime:
    return NOW - timedelta(days=1) + timedelta(minutes=minutes)


def the_test(activity: Activity, kind: TestKind) -> Test:
    test = activity.pre_test if kind is TestKind.PRE else activity.post_test
    assert test is not None
    return test


def attempt(
    begun: int,
    ended: int | None,
    *,
    kind: TestKind = TestKind.POST,
    passes: bool = False,
    face: str = "a",
    number: int = 1,
) -> Attempt:
    test = the_test(BASE, kind)
    form = draw_form(test, begun)
    answers = {item.question: right(test.question(item.question)) for item in form} if passes else {}
    done = None if ended is None else at(ended)
    return Attempt(f"{face}-{kind.value}-{begun}", kind, number, form, at(begun), answers, done)


def numbered(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    return tuple(replace(each, number=number) for number, each in enumerate(attempts, start=1))


def studied(*, begun: int = 0, attempts: tuple[Attempt, ...] = (), **more: Any) -> Record:
    """Everything up to the post-test, done in one face."""
    assert BASE.content is not None
    return Record(
        acknowledgements=(Acknowledgement("f", at(begun)),),
        attempts=(attempt(begun + 1, begun + 2, kind=TestKind.PRE, face=f"pre{begun}"), *attempts),
        studies={item.key: Study(item.key, 600, first_opened_at=at(begun + 3)) for item in BASE.content.items},
        content_finished_at=at(begun + 5),
        **more,
    )


@st.composite
def faces(draw: st.DrawFn) -> tuple[list[Attempt], list[Attempt]]:
    """Attempts at the post-test in two faces, one after another in each, in any order between them."""
    made: list[list[Attempt]] = []
    for face in ("known", "sent"):
        moment, own = draw(st.integers(10, 40)), []
        for number in range(1, 1 + draw(st.integers(0, 4))):
            length, passes = draw(st.integers(1, 15)), draw(st.booleans())
            own.append(attempt(moment, moment + length, passes=passes, face=face, number=number))
            moment += length + draw(st.integers(0, 30))
            if passes:
                break
        made.append(own)
    return made[0], made[1]


LIMITS = st.sampled_from([None, 1, 2, 3])
PAUSES = st.sampled_from([None, 5, 30])


@settings(max_examples=150, deadline=None)
@given(faces(), LIMITS, PAUSES, st.permutations([0, 1]))
def test_no_rule_is_got_round_by_two_faces(
    found: tuple[list[Attempt], list[Attempt]], limit: int | None, pause: int | None, order: list[int]
) -> None:
    activity = with_limits(limit, pause)
    known, sent = (studied(begun=n, attempts=numbered(own)) for n, own in zip(order, found, strict=True))
    fits = fitting(activity, known, sent)
    both = together(known, fits)
    tries = both.submitted(TestKind.POST)
    assert all(each in both.attempts for each in known.attempts), "what the tool has recorded stands"
    numbers = [each.number for each in both.attempts_at(TestKind.POST)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for each in fits.attempts_at(TestKind.POST):
        earlier = [one for one in tries if one.started_at <= each.started_at and one.id != each.id]
        assert limit is None or len(earlier) < limit
        assert not has_passed(activity, replace(both, attempts=tuple(earlier)))
        ends = [one.submitted_at for one in earlier if one.submitted_at]
        assert not pause or all(each.started_at >= end + timedelta(minutes=pause) for end in ends)
    assert len(both.submitted(TestKind.PRE)) == 1, "the pre-test is taken once"


@settings(max_examples=60, deadline=None)
@given(faces(), LIMITS, PAUSES)
def test_what_was_sent_twice_counts_once(
    found: tuple[list[Attempt], list[Attempt]], limit: int | None, pause: int | None
) -> None:
    activity = with_limits(limit, pause)
    known, sent = studied(attempts=numbered(found[0])), studied(begun=1, attempts=numbered(found[1]))
    both = together(known, fitting(activity, known, sent))
    again = fitting(activity, both, sent)
    assert not again.attempts and not again.acknowledgements and not again.responses
    assert standing(activity, both, "f", NOW) == standing(activity, beside(activity, known, sent), "f", NOW)


@settings(max_examples=60, deadline=None)
@given(faces())
def test_the_best_of_both_counts_where_no_rule_limits_it(found: tuple[list[Attempt], list[Attempt]]) -> None:
    activity = with_limits(None, None)
    known, sent = studied(attempts=numbered(found[0])), studied(begun=1, attempts=numbered(found[1]))
    both = together(known, fitting(activity, known, sent))
    assert has_passed(activity, both) is (has_passed(activity, known) or has_passed(activity, sent))
    best, alone = (best_result(activity.post_test, one.submitted(TestKind.POST)) for one in (both, known))
    assert alone is None or (best is not None and best.points >= alone.points)


def test_alone_everything_is_as_it_was_sent() -> None:
    sent = studied(attempts=(attempt(10, 20), attempt(30, None, number=2)))
    assert fitting(BASE, NONE, sent) == sent and together(NONE, sent) == sent


def test_time_adds_up_and_first_answers_stand() -> None:
    known = Record(studies={"a": Study("a", 60, first_opened_at=at(5))}, responses={"q": Response("q", "x", at(9))})
    sent = Record(
        studies={"a": Study("a", 30, first_opened_at=at(2)), "b": Study("b", 10)},
        responses={"q": Response("q", "y", at(1)), "r": Response("r", "z", at(2))},
    )
    both = together(known, sent)
    assert both.studies["a"] == Study("a", 90, first_opened_at=at(2)) and both.seconds_studied == 100
    assert {key: each.answer for key, each in both.responses.items()} == {"q": "x", "r": "z"}
    assert set(fitting(BASE, known, sent).responses) == {"r"}


def test_a_step_that_was_done_elsewhere_makes_the_next_one_possible() -> None:
    """The post-test by a link, the evaluation in the block: alone it cannot have happened."""
    known = studied(attempts=(attempt(10, 20, passes=True),))
    sent = Record(acknowledgements=(Acknowledgement("f", at(25)),), evaluated_at=at(30))
    with pytest.raises(Refused):
        check_facts(BASE, sent, NOW)
    check_facts(BASE, sent, NOW, known)
    both = together(known, fitting(BASE, known, sent))
    assert both.evaluated_at == at(30) and len(both.acknowledgements) == 1


@pytest.mark.parametrize("first", [1, 2, 5])
def test_attempts_are_numbered_in_turn_from_wherever_the_face_began(first: int) -> None:
    known = studied(attempts=(attempt(10, 20),))
    later = studied(begun=1, attempts=tuple(attempt(40 + 20 * n, 50 + 20 * n, number=first + n) for n in range(2)))
    check_facts(BASE, later, NOW, known)
    with pytest.raises(Refused):
        check_facts(BASE, replace(later, attempts=(*later.attempts, attempt(90, 95, number=first + 3))), NOW, known)


def test_an_attempt_that_is_open_elsewhere_stops_nobody() -> None:
    known = studied(attempts=(attempt(10, None),))
    sent = studied(begun=1, attempts=(attempt(30, 40, passes=True, face="b"),))
    check_facts(BASE, sent, NOW, known)
    both = together(known, fitting(BASE, known, sent))
    assert has_passed(BASE, both) and both.open_attempt(TestKind.POST) is not None


def test_facts_after_each_other_in_both_orders_give_the_same_standing() -> None:
    one, other = (
        studied(attempts=(attempt(10, 20),)),
        studied(begun=1, attempts=(attempt(40, 50, passes=True, face="b"),)),
    )
    there = standing(BASE, together(one, fitting(BASE, one, other)), "f", NOW)
    back = standing(BASE, together(other, fitting(BASE, other, one)), "f", NOW)
    assert [(each.step, each.state) for each in there.steps] == [(each.step, each.state) for each in back.steps]
