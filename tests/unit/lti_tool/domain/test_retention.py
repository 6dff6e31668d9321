"""The clock of retention: which rule counts, from when, and that nothing ever goes before the longest."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.activity import Accreditation
from lti_tool.domain.errors import BadInput
from lti_tool.domain.retention import (
    DEFAULT_MONTHS,
    MAX_MONTHS,
    OWN,
    RULES,
    Clock,
    Facts,
    Hold,
    RecordClass,
    Retention,
    Rule,
    applies,
    check_own_period,
    is_held,
    least_months,
    months_after,
    retention_of,
    rule_of_type,
)

CREDIT = RecordClass.CREDIT
CDR = rule_of_type("cdr", "CDR", "CDR 2024", 7)
ENDED = date(2026, 12, 31)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def kept(facts: Facts, *more: Rule, **own: int) -> Retention:
    return retention_of(facts, (*RULES, *more), {RecordClass(name): months for name, months in own.items()})


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 72, date(2032, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 72, date(2030, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 3, 1)),
        (date(2026, 12, 31), 2, date(2027, 3, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_never_end_early(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_far_away_is_still_a_day() -> None:
    assert months_after(date(9990, 1, 1), 1200) == date.max - timedelta(days=1)


def test_six_years_from_whatever_came_last() -> None:
    assert kept(Facts(CREDIT, date(2026, 3, 1))) == Retention(date(2032, 3, 1), "accme-attendance")
    assert kept(Facts(CREDIT, date(2026, 3, 1), activity_ends_on=ENDED)).keep_until == date(2032, 12, 31)
    late = Facts(CREDIT, date(2026, 3, 1), activity_ends_on=ENDED, awarded_on=date(2027, 2, 1))
    assert kept(late).keep_until == date(2033, 2, 1)


def test_a_body_that_asks_for_longer_wins_for_its_own_credit() -> None:
    facts = Facts(CREDIT, date(2026, 3, 1), activity_ends_on=ENDED, credit_types=frozenset({"cdr"}))
    assert kept(facts, CDR) == Retention(date(2033, 12, 31), "type-cdr")
    other = Facts(CREDIT, date(2026, 3, 1), activity_ends_on=ENDED, credit_types=frozenset({"ama-pra-category-1"}))
    assert kept(other, CDR).rule == "accme-attendance"


def test_a_provider_may_keep_longer_and_never_shorter() -> None:
    facts = Facts(CREDIT, date(2026, 3, 1), activity_ends_on=ENDED)
    assert kept(facts, credit=120) == Retention(date(2036, 12, 31), OWN)
    assert kept(facts, credit=1).keep_until == date(2032, 12, 31)


def test_files_stay_for_the_term_or_a_year_whichever_is_longer() -> None:
    facts = Facts(RecordClass.ANSWERS, date(2026, 3, 1), accreditation=Accreditation.DIRECT)
    assert kept(facts) == Retention(None, "accme-files-term"), "nobody has entered the term"
    term = date(2030, 7, 31)
    in_term = Facts(RecordClass.ANSWERS, date(2026, 3, 1), term_ends_on=term, accreditation=Accreditation.DIRECT)
    assert kept(in_term) == Retention(term, "accme-files-term")
    after = Facts(RecordClass.ANSWERS, date(2030, 3, 1), term_ends_on=term, accreditation=Accreditation.DIRECT)
    assert kept(after) == Retention(date(2031, 3, 1), "accme-files-months")
    joint = Facts(
        RecordClass.ANSWERS, date(2026, 3, 1), term_ends_on=term, accreditation=Accreditation.JOINTLY_ACCREDITED
    )
    assert kept(joint) == Retention(date(2032, 3, 1), "joint-files")


def test_the_audit_trail_is_never_purged() -> None:
    found = kept(Facts(RecordClass.AUDIT, date(1990, 1, 1)), audit=1)
    assert found == Retention(None, "house-audit") and not found.is_over(date.max)


def test_a_class_without_any_rule_is_never_purged() -> None:
    assert retention_of(Facts(CREDIT, ENDED), (), {}) == Retention(None, "")


def test_the_last_day_is_over_everywhere_before_anything_goes() -> None:
    found = Retention(ENDED, OWN)
    assert [found.is_over(ENDED + timedelta(days=days)) for days in (0, 1, 2)] == [False, False, True]


def test_rules_say_where_they_stand_and_cover_every_class() -> None:
    assert len({rule.key for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.key.startswith("house-") or (rule.body and rule.document and rule.clause)
    assert {one for rule in RULES for one in rule.classes} == set(RecordClass)
    for record_class, months in DEFAULT_MONTHS.items():
        check_own_period(record_class, months, (*RULES, CDR))


@pytest.mark.parametrize(
    ("record_class", "months", "code"),
    [
        (CREDIT, 83, "too_short"),
        (RecordClass.MAIL, 2, "too_short"),
        (RecordClass.MAIL, MAX_MONTHS + 1, "too_long"),
        (RecordClass.AUDIT, 900, "fixed"),
    ],
)
def test_periods_that_are_not_taken(record_class: RecordClass, months: int, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_own_period(record_class, months, (*RULES, CDR))
    assert caught.value.faults == {record_class.value: code}


def test_the_least_period() -> None:
    assert least_months(CREDIT, (*RULES, CDR)) == 84
    assert least_months(RecordClass.AUDIT, RULES) is None


RULES_OF_ANY_KIND = st.builds(
    Rule,
    key=st.text("abc", min_size=1, max_size=4),
    body=st.just("B"),
    document=st.just("D"),
    clause=st.just("C"),
    classes=st.frozensets(st.sampled_from(RecordClass), min_size=1),
    clock=st.sampled_from(Clock),
    months=st.none() | st.integers(0, 240),
    credit_types=st.frozensets(st.sampled_from(["a", "b"])),
    accreditations=st.frozensets(st.sampled_from(Accreditation), max_size=2),
)
FACTS = st.builds(
    Facts,
    record_class=st.sampled_from(RecordClass),
    made_on=DAYS,
    activity_ends_on=st.none() | DAYS,
    awarded_on=st.none() | DAYS,
    term_ends_on=st.none() | DAYS,
    credit_types=st.frozensets(st.sampled_from(["a", "b", "c"])),
    accreditation=st.sampled_from(Accreditation),
)


@given(
    FACTS, st.lists(RULES_OF_ANY_KIND, max_size=5), st.dictionaries(st.sampled_from(RecordClass), st.integers(0, 240))
)
def test_nothing_goes_before_the_longest_rule_that_applies(
    facts: Facts, rules: list[Rule], own: dict[RecordClass, int]
) -> None:
    found = retention_of(facts, rules, own)
    about = [rule for rule in rules if applies(rule, facts)]
    if any(rule.months is None for rule in about):
        assert found.keep_until is None
    for rule in about:
        alone = retention_of(facts, [rule], {})
        assert found.keep_until is None or (alone.keep_until is not None and alone.keep_until <= found.keep_until)
        assert alone.keep_until is None or alone.keep_until >= months_after(facts.made_on, rule.months or 0)
    without = retention_of(facts, rules, {})
    if found.keep_until is not None and about:
        assert without.keep_until is not None and without.keep_until <= found.keep_until, "own periods only lengthen"


@given(FACTS, DAYS)
def test_later_facts_never_shorten(facts: Facts, day: date) -> None:
    later = Facts(
        facts.record_class,
        facts.made_on,
        max(facts.activity_ends_on or facts.made_on, day),
        max(facts.awarded_on or facts.made_on, day),
        facts.term_ends_on,
        facts.credit_types,
        facts.accreditation,
    )
    before, after = (retention_of(one, RULES, DEFAULT_MONTHS).keep_until for one in (facts, later))
    assert (before is None) == (after is None)
    assert before is None or after is None or before <= after


SOME = st.frozensets(st.sampled_from(["1", "2", "3"]))
HOLDS = st.builds(Hold, learner_id=st.sampled_from(["", "1", "2"]), activity_id=st.sampled_from(["", "3"]))


@given(st.lists(HOLDS), SOME, SOME)
def test_one_hold_is_enough(holds: list[Hold], learners: frozenset[str], activities: frozenset[str]) -> None:
    named = {hold.learner_id for hold in holds} & learners or {hold.activity_id for hold in holds} & activities
    everything = Hold() in holds
    assert is_held(holds, learner_ids=learners, activity_ids=activities) == (bool(named) or everything)


def test_a_record_of_nobody_is_held_by_holds_on_the_provider_alone() -> None:
    assert not is_held([Hold(learner_id="1")], learner_ids=frozenset({""}))
    assert is_held([Hold()])
