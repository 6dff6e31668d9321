"""What staff see of grade deliveries, and their retry button: only in their own course."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import Conflict, Forbidden, NotFound
from lti_tool.domain.grade import Delivery, ScoreOutcome
from lti_tool.services.delivery import deliver_due
from lti_tool.services.delivery_review import DeliveryView, list_deliveries, retry_delivery
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.services.strict_gradebook import REFUSED, UNHEARD, Clock, StrictGradebook, courier_of
from tests.unit.lti_tool.services.ward import LMS, Ward

GONE = ScoreOutcome(Delivery.GONE, 404, "Grade item 26 doesn't exist")


@pytest.fixture
def boss(ward: Ward) -> Ward:
    """The ward with an instructor in the course."""
    ward.learner("boss", is_staff=True)
    return ward


def deliver(ward: Ward, *answers: ScoreOutcome, book: StrictGradebook | None = None) -> StrictGradebook:
    book = book or StrictGradebook()
    book.before = list(answers)
    deliver_due(courier_of(ward, book, Clock(ward.now)))
    return book


def views(ward: Ward, link: str = "link") -> tuple[DeliveryView, ...]:
    with transaction(ward.sessions) as db:
        return list_deliveries(db, ward.visit("boss", link, is_staff=True))


def retry(ward: Ward, delivery_id: str, link: str = "link") -> None:
    with transaction(ward.sessions) as db:
        retry_delivery(db, ward.visit("boss", link, is_staff=True), delivery_id, ward.now)


def test_the_newest_grade_of_each_is_shown_with_the_lms_s_words(boss: Ward) -> None:
    boss.learner("kim")
    boss.post_test("kim", 1)
    deliver(boss)
    boss.post_test("kim", 2)
    boss.place("gate", step=Step.INFORMATION)
    deliver(boss)
    boss.post_test(right=3)
    deliver(boss, REFUSED)
    lee, kim = views(boss)
    assert (lee.learner_name, lee.state, lee.outcome, lee.status) == ("Lee", "parked", "not_gradable", 400)
    assert (lee.answer, lee.may_be_retried, lee.next_at) == ("Incorrect score received", True, None)
    assert (kim.learner_name, kim.state, kim.given, kim.maximum) == ("Kim", "delivered", 66.67, 100)
    assert (kim.placement_title, kim.step, kim.may_be_retried) == ("link", None, False)


def test_a_waiting_grade_says_when_it_is_tried_next(boss: Ward) -> None:
    boss.post_test()
    deliver(boss, UNHEARD)
    (view,) = views(boss)
    assert (view.state, view.tries) == ("waiting", 1)
    assert view.next_at is not None
    assert view.next_at > NOW


def test_other_courses_are_out_of_sight_and_reach(boss: Ward) -> None:
    boss.course("elsewhere")
    boss.place("far", "elsewhere")
    boss.post_test()
    deliver(boss, REFUSED)
    assert views(boss, "far") == ()
    with pytest.raises(NotFound, match="delivery_unknown"):
        retry(boss, boss.deliveries()[0].id, "far")
    with pytest.raises(NotFound, match="delivery_unknown"):
        retry(boss, "0" * 32)


def test_learners_see_and_retry_nothing(ward: Ward) -> None:
    ward.post_test()
    with transaction(ward.sessions) as db:
        with pytest.raises(Forbidden, match="staff_only"):
            list_deliveries(db, ward.visit())
        with pytest.raises(Forbidden, match="staff_only"):
            retry_delivery(db, ward.visit(), "x", NOW)


def test_a_retry_sends_a_parked_grade_at_once_for_another_full_period(boss: Ward) -> None:
    boss.post_test()
    book = deliver(boss, REFUSED)
    boss.now = NOW + timedelta(days=20)
    retry(boss, boss.deliveries()[0].id)
    deliver(boss, UNHEARD, book=book)
    (row,) = boss.deliveries()
    assert (row.state, row.tries, row.queued_at) == ("waiting", 1, boss.now)
    retry(boss, row.id)
    deliver(boss, book=book)
    assert boss.states() == [("delivered", 100)]
    assert book.grades[(f"{LMS}/link/lineitem", "lee")].timestamp == boss.now


def test_a_delivered_or_replaced_grade_cannot_be_sent_again(boss: Ward) -> None:
    boss.post_test(right=1)
    deliver(boss, REFUSED)
    boss.post_test(right=3)
    deliver(boss)
    for row in boss.deliveries():
        with pytest.raises(Conflict, match=row.state):
            retry(boss, row.id)


def test_a_retry_after_the_column_was_deleted_makes_a_new_one(boss: Ward) -> None:
    boss.post_test()
    book = deliver(boss, GONE)
    retry(boss, boss.deliveries()[0].id)
    deliver(boss, book=book)
    assert boss.states() == [("delivered", 100)]
    assert [item.resource_link_id for item in book.items] == ["link"]
    with transaction(boss.sessions) as db:
        assert db.get_one(models.Placement, boss.keys["link"]).line_item == book.items[0].url
