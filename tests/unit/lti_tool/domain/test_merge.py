"""Which of two awards stands when two identities are one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.merge import Held, doubled

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def held(entry: str, amount: str = "1.00", *, activity: str = "a", awarded: bool = True, days: int = 0) -> Held:
    return Held(entry, activity, "ama", Decimal(amount), awarded, NOW + timedelta(days=days))


def same(one: str, other: str) -> bool:
    """Activities of one letter, whatever its case, hold the same education."""
    return one.lower() == other.lower()


def test_the_larger_award_stands_and_of_equal_ones_the_earlier() -> None:
    (pair,) = doubled([held("k", "0.50")], [held("t", "1.00", days=1)], same)
    assert (pair.stands.entry_id, pair.ends.entry_id) == ("t", "k")
    (pair,) = doubled([held("k", days=1)], [held("t")], same)
    assert pair.stands.entry_id == "t"
    (pair,) = doubled([held("k", "1.00", awarded=False)], [held("t", "0.25")], same)
    assert pair.stands.entry_id == "t"


def test_equivalent_activities_count_and_others_do_not() -> None:
    assert len(doubled([held("k", activity="a")], [held("t", activity="A")], same)) == 1
    assert doubled([held("k", activity="a")], [held("t", activity="b")], same) == ()


def awards(owner: str) -> st.SearchStrategy[list[Held]]:
    """What one identity may hold: of each education and type one award."""
    one = st.builds(
        lambda activity, kind, quarters, awarded, days: Held(
            f"{owner}-{activity}-{kind}", activity, kind, Decimal(quarters) / 4, awarded, NOW + timedelta(days=days)
        ),
        st.sampled_from("abAB"),
        st.sampled_from(("ama", "ancc")),
        st.integers(1, 8),
        st.booleans(),
        st.integers(0, 3),
    )
    return st.lists(one, max_size=6, unique_by=lambda held: (held.activity_id.lower(), held.credit_type))


@given(awards("k"), awards("t"))
def test_afterwards_it_is_as_if_one_person_had_done_it(first: list[Held], second: list[Held]) -> None:
    ended = {pair.ends.entry_id for pair in doubled(first, second, same)}
    standing: dict[tuple[str, str], list[Held]] = {}
    everything: dict[tuple[str, str], list[Held]] = {}
    for one in (*first, *second):
        key = (one.activity_id.lower(), one.credit_type)
        everything.setdefault(key, []).append(one)
        if one.entry_id not in ended:
            standing.setdefault(key, []).append(one)
    assert standing.keys() == everything.keys()
    for key, both in everything.items():
        (kept,) = standing[key]
        assert (kept.is_awarded, kept.amount) == max((one.is_awarded, one.amount) for one in both)


@given(awards("k"), awards("t"))
def test_the_direction_of_the_merge_changes_nothing(first: list[Held], second: list[Held]) -> None:
    assert {one.ends for one in doubled(first, second, same)} == {one.ends for one in doubled(second, first, same)}
