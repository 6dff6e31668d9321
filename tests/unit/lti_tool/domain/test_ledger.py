"""The ledger: chains, balances and what may come next."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.ledger import ENDINGS, Entry, EntryKind, balance, in_order, is_expired, live_award, next_amount

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def grown(steps: list[tuple[EntryKind, int]]) -> tuple[Entry, ...]:
    """The chain of all those steps that were allowed."""
    chain: tuple[Entry, ...] = ()
    for kind, quarters in steps:
        try:
            amount = next_amount(chain, kind, Decimal(quarters) / 4)
        except (Refused, BadInput):
            continue
        former = chain[-1].id if chain else ""
        chain = (*chain, Entry(str(len(chain)), former, kind, "ama", amount, True, NOW))
    return chain


STEPS = st.lists(st.tuples(st.sampled_from(EntryKind), st.integers(1, 8)), max_size=30)


@given(STEPS, st.randoms())
def test_the_balance_is_the_live_award_as_last_set_and_never_below_nothing(
    steps: list[tuple[EntryKind, int]], random: object
) -> None:
    chain = grown(steps)
    shuffled = list(chain)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(shuffled) == chain
    for length in range(len(chain) + 1):
        held, live = balance(chain[:length]), live_award(chain[:length])
        assert held >= 0
        assert (live is None) == (held == 0)


@given(STEPS)
def test_between_two_awards_lies_an_ending(steps: list[tuple[EntryKind, int]]) -> None:
    kinds = [entry.kind for entry in grown(steps)]
    for place, kind in enumerate(kinds):
        if kind is EntryKind.AWARD and place:
            assert kinds[place - 1] in ENDINGS


def test_what_may_not_come_next() -> None:
    award = grown([(EntryKind.AWARD, 4)])
    assert (
        not is_expired(())
        and not is_expired(award)
        and is_expired(grown([(EntryKind.AWARD, 4), (EntryKind.EXPIRE, 4)]))
    )
    for chain, kind, code in (
        (award, EntryKind.AWARD, "award_live"),
        ((), EntryKind.ADJUST, "award_missing"),
        ((), EntryKind.REVOKE, "award_missing"),
        (grown([(EntryKind.AWARD, 4), (EntryKind.REVOKE, 4)]), EntryKind.EXPIRE, "award_missing"),
    ):
        with pytest.raises(Refused) as refused:
            next_amount(chain, kind, Decimal(1))
        assert refused.value.code == code
    with pytest.raises(BadInput) as caught:
        next_amount(award, EntryKind.ADJUST, Decimal("1.00"))
    assert caught.value.code == "amount_unchanged"


def test_two_that_follow_the_same_are_no_chain() -> None:
    first = grown([(EntryKind.AWARD, 4)])[0]
    stray = Entry("x", "nowhere", EntryKind.AWARD, "ama", Decimal(1), True, NOW)
    with pytest.raises(ValueError, match="one chain"):
        in_order([first, stray])
