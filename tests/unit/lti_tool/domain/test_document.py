"""Changes between documents: they lead there and back, and two authors' changes come together or clash."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.document import Change, Clash, applied, changes, clashes, part, records, tidied, undone, value_at

KEYS = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.one_of(st.text("xyz .[]", max_size=4), st.booleans(), st.none(), st.lists(st.text("xy", max_size=2)))


def _keyed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    item = st.tuples(KEYS, st.dictionaries(st.sampled_from(["text", "more", "list"]), values, max_size=2))
    lists = st.lists(item, max_size=4, unique_by=lambda pair: pair[0])
    return lists.map(lambda pairs: [{"key": key, **rest} for key, rest in pairs])


VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(_keyed(inner), st.dictionaries(st.sampled_from(["m", "n"]), inner)), max_leaves=12
)
DOCUMENTS = st.dictionaries(st.sampled_from(["title", "people", "need"]), VALUES).map(tidied)
SAMPLE: dict[str, Any] = {
    "title": "One",
    "people": [{"key": "lee", "name": "Lee"}, {"key": "kim", "name": "Kim", "roles": ["author"]}],
    "provider": {"name": "North", "signatory": {"name": "Dean"}},
}


@given(DOCUMENTS, DOCUMENTS)
def test_changes_lead_from_one_document_to_the_other_and_back(before: dict[str, Any], after: dict[str, Any]) -> None:
    made = changes(before, after)
    assert applied(before, made) == after
    assert undone(after, made) == before
    assert bool(made) == (before != after)


@given(DOCUMENTS)
def test_tidying_twice_changes_nothing(document: dict[str, Any]) -> None:
    assert tidied(document) == document


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_what_two_authors_did_apart_comes_together(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    own, other = changes(base, mine), changes(base, theirs)
    if not clashes(own, other):
        both = applied(theirs, own)
        for change in own:
            if not change.path.endswith("[]") and change.after is not None:
                assert value_at(both, change.path) == tidied(change.after)


def test_a_field_is_named_by_the_keys_around_it() -> None:
    after = {**SAMPLE, "people": [SAMPLE["people"][0], {**SAMPLE["people"][1], "name": "Kim Roe"}]}
    assert changes(SAMPLE, after) == (Change("people[kim].name", "Kim", "Kim Roe"),)
    assert value_at(after, "people[kim].name") == "Kim Roe"
    assert value_at(after, "people[nobody].name") is None and value_at(after, "title.more") is None


def test_items_that_both_add_are_both_there() -> None:
    mine = {**SAMPLE, "people": [*SAMPLE["people"], {"key": "roe", "name": "Roe"}]}
    theirs = {**SAMPLE, "people": [{"key": "ash", "name": "Ash"}, *SAMPLE["people"]]}
    own, other = changes(SAMPLE, mine), changes(SAMPLE, theirs)
    assert clashes(own, other) == ()
    assert {person["key"] for person in applied(theirs, own)["people"]} == {"lee", "kim", "roe", "ash"}


def test_the_same_field_changed_differently_clashes_and_shows_both_values() -> None:
    own = changes(SAMPLE, {**SAMPLE, "title": "Mine"})
    other = changes(SAMPLE, {**SAMPLE, "title": "Theirs"})
    assert clashes(own, other) == (Clash("title", "Theirs", "Mine"),)
    assert clashes(own, own) == ()


def test_a_field_of_something_removed_clashes() -> None:
    own = changes(SAMPLE, {**SAMPLE, "people": [{"key": "lee", "name": "Dr. Lee"}, SAMPLE["people"][1]]})
    other = changes(SAMPLE, {**SAMPLE, "people": SAMPLE["people"][1:]})
    assert [clash.path for clash in clashes(own, other)] == ["people[lee].name"]
    assert [clash.path for clash in clashes(other, own)] == ["people[lee]"]


def test_moving_an_item_is_a_change_of_the_order_alone() -> None:
    moved = {**SAMPLE, "people": SAMPLE["people"][::-1]}
    assert changes(SAMPLE, moved) == (Change("people[]", ["lee", "kim"], ["kim", "lee"]),)


def test_what_is_missing_is_nothing_and_never_an_error() -> None:
    assert records(None) == [] and records([1, {"a": 1}]) == [{"a": 1}]
    assert part({"a": {"b": 1}}, "a", "b") == 1 and part({"a": 1}, "a", "b") is None
    assert tidied({"a": "", "b": [], "c": {"d": None}, "e": False}) == {"e": False}
