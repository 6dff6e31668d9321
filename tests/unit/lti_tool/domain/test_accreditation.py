"""When to remind: dates that the provider entered, offsets that name their source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.accreditation import (
    NOTICES,
    Due,
    DueKind,
    MilestoneKind,
    months_before,
    open_dues,
    reminders,
    reminders_to_send,
)

DAY = date(2029, 3, 31)
DAYS = st.dates(date(2000, 1, 1), date(2150, 1, 1))
KINDS = st.sampled_from([*MilestoneKind, *DueKind])


def due(kind: MilestoneKind | DueKind = DueKind.TERM_END, on: date = DAY, **how: object) -> Due:
    return Due("accreditation:1", kind, on, "ACCME", **how)  # type: ignore[arg-type]


def test_the_end_of_a_term_is_told_eighteen_fifteen_twelve_and_nine_months_before() -> None:
    days = [one.on for one in reminders(due())]
    assert days == [date(2027, 9, 30), date(2027, 12, 31), date(2028, 3, 31), date(2028, 6, 30), DAY]


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        (MilestoneKind.ANNUAL_FEE, [30, 7, 0]),
        (MilestoneKind.MOC_CUT_OFF, [30, 0]),
        (DueKind.ACTIVITY_EXPIRY, [90, 30, 0]),
        (DueKind.CONTENT_REVIEW, [90, 30, 0]),
    ],
)
def test_days_before(kind: MilestoneKind | DueKind, days: list[int]) -> None:
    assert [(DAY - one.on).days for one in reminders(due(kind))] == days


def test_every_kind_has_its_notices_and_says_why() -> None:
    assert set(NOTICES) == {*MilestoneKind, *DueKind}
    assert all(notice.source for notice in NOTICES.values())


@given(KINDS, DAYS)
def test_reminders_are_in_order_and_end_with_the_day(kind: MilestoneKind | DueKind, on: date) -> None:
    found = [one.on for one in reminders(due(kind, on))]
    assert found == sorted(set(found)) and found[-1] == on
    assert len({one.key for one in reminders(due(kind, on))}) == len(found)
    assert reminders(due(kind, on, is_done=True)) == ()


@given(DAYS, st.integers(0, 60))
def test_months_before_never_leaves_the_month(on: date, months: int) -> None:
    found = months_before(on, months)
    assert (on.year * 12 + on.month) - (found.year * 12 + found.month) == months
    assert found.day == on.day or (found + timedelta(days=1)).day == 1


@given(KINDS, DAYS, st.integers(-900, 900))
def test_one_notice_at_a_time_the_newest_that_has_come(kind: MilestoneKind | DueKind, on: date, shift: int) -> None:
    today = on + timedelta(days=shift)
    sent = reminders_to_send([due(kind, on)], today)
    come = [one for one in reminders(due(kind, on)) if one.on <= today]
    assert list(sent) == come[-1:]


def test_what_passes_by_itself_leaves_the_list_and_the_rest_stays_until_it_is_done() -> None:
    over, late = due(on=date(2020, 1, 1)), due(DueKind.FINDING, date(2020, 1, 1))
    done = due(DueKind.FINDING, is_done=True)
    assert open_dues([done, over, late, due()], date(2026, 1, 1)) == [late, due()]
