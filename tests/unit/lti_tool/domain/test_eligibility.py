"""Who may claim what: tables of learners and offers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.catalogue import credit_type
from lti_tool.domain.credit import CreditOffer, CreditType, Degree, certain_parts, claimable, least_amount
from lti_tool.domain.eligibility import Bar, Choice, choice_of, clashes
from lti_tool.domain.learner import Profile

DAY = date(2026, 3, 2)
FALLBACK = credit_type("attendance", DAY)


def offer(code: str, maximum: str = "1.00", **changes: Any) -> CreditOffer:
    return replace(CreditOffer(code, Decimal(maximum), Decimal("0.25")), **changes)


def pair(code: str, **changes: Any) -> tuple[CreditType, CreditOffer]:
    return credit_type(code, DAY), offer(code, **changes)


def choose(degree: Degree, *codes: str, country: str = "US", **known: Any) -> Choice:
    return choice_of([pair(code) for code in codes], Profile("A", degree, country), FALLBACK, **known)


def codes(choice: Choice) -> list[str]:
    return [option.credit.code for option in choice.awarded]


ALL = ("ama-pra-category-1", "ancc", "acpe", "moc-abim", "ipce")


@pytest.mark.parametrize(
    ("degree", "expected"),
    [
        (Degree.MD, ["ama-pra-category-1", "moc-abim", "ipce"]),
        (Degree.OTHER_PHYSICIAN, ["ama-pra-category-1", "moc-abim", "ipce"]),
        (Degree.RN, ["ancc", "ipce"]),
        (Degree.NP, ["ancc", "ipce"]),
        (Degree.LPN, ["ipce"]),
        (Degree.PHARMACIST, ["acpe", "ipce"]),
        (Degree.STUDENT, ["ipce"]),
    ],
)
def test_each_profession_is_awarded_its_own_credit(degree: Degree, expected: list[str]) -> None:
    assert codes(choose(degree, *ALL)) == expected


@pytest.mark.parametrize("degree", sorted(set(Degree)))
def test_everybody_gets_something_once(degree: Degree) -> None:
    for offered in (("ama-pra-category-1",), ("ancc",), ("acpe", "attendance"), ("attendance",), ALL[:4]):
        found = choose(degree, *offered)
        assert bool(found.awarded) != bool(found.participation), (degree, offered)


@pytest.mark.parametrize(
    ("offered", "speaks_of"),
    [
        (("ama-pra-category-1", "ancc"), "ama-pra-category-1"),
        (("ancc",), "attendance"),
        (("attendance", "ancc"), "attendance"),
        (("acpe", "ama-pra-category-1", "attendance"), "ama-pra-category-1"),
    ],
)
def test_what_those_without_award_are_certified(offered: tuple[str, ...], speaks_of: str) -> None:
    """Only the AMA has words for others who took part; otherwise nothing is said of credit."""
    found = choose(Degree.DIETITIAN, *offered).participation
    assert found is not None and found.credit.code == speaks_of


def test_no_offer_no_choice() -> None:
    assert choose(Degree.MD) == Choice()


def test_the_country_counts_where_the_body_says_so() -> None:
    credit, made = pair("ama-pra-category-1")
    at_home = replace(credit, countries=frozenset({"CA"}))
    found = choice_of([(at_home, made)], Profile("A", Degree.MD, "US"), FALLBACK)
    assert found.barred[0].bars == (Bar.COUNTRY,) and found.participation is not None
    assert choice_of([(at_home, made)], Profile("A", Degree.MD, "CA"), FALLBACK).awarded


@pytest.mark.parametrize(
    ("known", "bar"),
    [
        ({"held": {"ama-pra-category-1"}}, Bar.HELD),
        ({"ended": {"ama-pra-category-1"}}, Bar.ENDED),
        ({"elsewhere": {"ama-pra-category-1"}}, Bar.EQUIVALENT),
    ],
)
def test_no_credit_twice(known: dict[str, Any], bar: Bar) -> None:
    found = choose(Degree.MD, "ama-pra-category-1", "moc-abim", **known)
    assert codes(found) == ["moc-abim"]
    assert [(one.credit.code, one.bars) for one in found.barred] == [("ama-pra-category-1", (bar,))]
    alone = choose(Degree.MD, "ama-pra-category-1", **known)
    assert not alone.awarded and alone.participation is None


def test_participation_is_certified_once() -> None:
    assert choose(Degree.RN, "ama-pra-category-1", held={"ama-pra-category-1"}).participation is None


def test_offers_of_one_group_exclude_each_other() -> None:
    offers = [offer("ama-pra-category-1", group="one"), offer("aafp", group="one"), offer("ipce")]
    assert clashes(offers) == {"ama-pra-category-1", "aafp"}
    assert clashes([offers[0], offers[2]]) == frozenset()
    pairs = [(credit_type(each.credit_type, DAY), each) for each in offers]
    found = choice_of(pairs, Profile("A", Degree.MD, "US"), FALLBACK, held={"ama-pra-category-1"})
    assert codes(found) == ["ipce"]


@pytest.mark.parametrize(
    ("code", "maximum", "form", "expected"),
    [
        ("ama-pra-category-1", "1.00", "enduring material", ["0.25", "0.50", "0.75", "1.00"]),
        ("ama-pra-category-1", "3.00", "manuscript review activity", ["3.00"]),
        ("ama-pra-category-1", "20.00", "PI CME activity", ["5.00", "10.00", "20.00"]),
        ("ama-pra-category-1", "10.00", "PI CME activity", ["5.00", "10.00"]),
        ("ama-pra-category-1", "1.50", "internet point-of-care activity", ["0.50", "1.00", "1.50"]),
        ("apa", "1.50", "live activity", ["1.50"]),
        ("moc-abp", "2.00", "enduring material", ["2.00"]),
        ("aswb-ace", "1.50", "live activity", ["1.00", "1.25", "1.50"]),
        ("eaccme", "1.5", "live activity", ["0.5", "1.0", "1.5"]),
    ],
)
def test_what_can_be_claimed(code: str, maximum: str, form: str, expected: list[str]) -> None:
    """Steps of the type; fixed amounts of the format; all or nothing where the body knows no partial credit."""
    credit = credit_type(code, DAY)
    assert claimable(credit, offer(code, maximum), form) == tuple(map(Decimal, expected))


def test_the_least_amount() -> None:
    assert least_amount(credit_type("apa", DAY), offer("apa", "2.00")) == Decimal("2.00")
    assert least_amount(credit_type("aswb-ace", DAY), offer("aswb-ace", "2.00")) == Decimal("1.00")


def test_a_part_is_only_certain_as_far_as_nothing_of_it_can_have_been_left_out() -> None:
    """AANP: pharmacology is a component of the hours, not additional to them."""
    made = offer("aanp", "2.00", parts={"pharmacology": Decimal("1.00")})
    assert certain_parts(made, Decimal("2.00")) == {"pharmacology": Decimal("1.00")}
    assert certain_parts(made, Decimal("1.50")) == {"pharmacology": Decimal("0.50")}
    assert certain_parts(made, Decimal("1.00")) == {}
