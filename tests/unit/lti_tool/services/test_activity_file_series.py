"""Sessions in an activity file: read, written back, and every rule about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.plan import copied
from lti_tool.domain.series import ActivitySession
from lti_tool.services.activity_file import check_activity_data, write_activity_file
from lti_tool.services.plan.convert import document_of
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.activity_files import H, activity_of, check

ROUNDS = """\
sessions:
  - {key: one, title: First rounds, date: 2026-10-06, minutes: 60}
  - {key: two, title: Second rounds, date: 2026-10-13, minutes: 60, credits: {ama-pra-category-1: "0.75"}}
  - {key: track, title: Another room, date: 2026-10-13, minutes: 45, parallel: noon}
  - {key: again, title: First rounds again, date: 2026-10-20, minutes: 60, repeats: one}
sessions_on_certificate: true
"""


def series_text(old: str = "", new: str = "") -> str:
    """A sample as a series, with one place changed."""
    made = activity_of(H)
    offer = replace(made.credits[0], maximum=Decimal("2.50"), session_maximum=Decimal("1.00"))
    live = replace(made, format=LearningFormat.LIVE, location="Auditorium", credits=(offer,), estimated_minutes=240)
    text = write_activity_file(live).replace("objectives:", ROUNDS + "objectives:", 1)
    assert not old or text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new) if old else text


def test_sessions_are_read_and_written_back() -> None:
    made = check(series_text()).activity
    assert made is not None and made.lists_sessions
    assert made.sessions[1] == ActivitySession("two", "Second rounds", date(2026, 10, 13), 60, {AMA: Decimal("0.75")})
    assert (made.sessions[2].parallel, made.sessions[3].repeats) == ("noon", "one")
    assert check(write_activity_file(made)).activity == made


def test_a_plan_holds_sessions_and_a_copy_asks_for_new_days() -> None:
    made = check(series_text()).activity
    assert made is not None
    document = document_of(made)
    assert document["sessions"][0] == {
        "key": "one",
        "title": "First rounds",
        "date": "2026-10-06",
        "minutes": "60",
    }
    assert all("date" not in one for one in copied(document, 1)["sessions"])
    assert document["sessions_on_certificate"] is True


@pytest.mark.parametrize(
    ("old", "new", "where", "part"),
    [
        ("date: 2026-10-06", "date: 2026-08-31", "sessions[one].date", "before the release"),
        ("date: 2026-10-20", "date: 2029-08-20", "sessions[again].date", "after the expiry"),
        (
            "sessions_on_certificate: true",
            "sessions_on_certificate: true\nclaims_close: 2026-10-19",
            "sessions[again].date",
            "after the last day for claims",
        ),
        ("date: 2026-10-06", "date: 6 October", "sessions[one].date", "YYYY-MM-DD"),
        ("key: two,", "key: one,", "sessions[#2].key", "stands twice"),
        ("repeats: one", "repeats: none", "sessions[again].repeats", "no other session"),
        ("repeats: one", "repeats: again", "sessions[again].repeats", "no other session"),
        ("minutes: 45, parallel: noon", "minutes: 45, repeats: again", "sessions[track].repeats", "a repeat itself"),
        ('{ama-pra-category-1: "0.75"}', '{ancc: "0.75"}', "sessions[two].credits.ancc", "does not offer"),
        (
            '{ama-pra-category-1: "0.75"}',
            '{ama-pra-category-1: "0.8"}',
            "sessions[two].credits.ama-pra-category-1",
            "0.25",
        ),
        (
            '{ama-pra-category-1: "0.75"}',
            '{ama-pra-category-1: "1.25"}',
            "sessions[two].credits.ama-pra-category-1",
            "are worth",
        ),
        ("maximum: '2.50'", "maximum: '2.75'", "credits[#1].maximum", "all sessions give together"),
        ("format: live activity", "format: enduring material", "sessions", "has no sessions"),
        ("minutes: 45,", "minutes: 0,", "sessions[track].minutes", "whole number"),
        ("sessions_on_certificate: true", "sessions_on_certificate: yes", "sessions_on_certificate", "true or false"),
    ],
)
def test_a_fault_of_a_session_is_named_at_its_place(old: str, new: str, where: str, part: str) -> None:
    checked = check(series_text(old, new))
    assert checked.activity is None
    found = [fault for fault in checked.faults if fault.where == where and part in fault.message]
    assert found, "\n".join(map(str, checked.faults))


def test_simultaneous_sessions_count_once_for_the_maximum() -> None:
    """Two rooms at the same time are worth one of them (AMA PRA)."""
    text = series_text('credits: {ama-pra-category-1: "0.75"}}', "parallel: noon}")
    assert check(text).activity is None
    assert check(text.replace("maximum: '2.50'", "maximum: '2.00'")).activity is not None


def test_hostile_sessions_are_faults_and_no_crash() -> None:
    odd: list[Any] = [[None], [{}], ["x"], {"a": 1}, [{"key": "a", "credits": {"x": None}}], [{"key": ["a"]}]]
    for value in odd:
        checked = check_activity_data({"sessions": value}, ())
        assert checked.activity is None and checked.faults


def test_a_cap_for_a_session_needs_no_amount_of_its_own() -> None:
    made = check(series_text()).activity
    assert made is not None
    assert made.credits == (CreditOffer(AMA, Decimal("2.50"), Decimal("0.25"), session_maximum=Decimal("1.00")),)
