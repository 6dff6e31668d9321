"""Messages between the tool and a native face, claims as a rule, and facts that are replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.catalogue import attestation, credit_type
from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.assessment import TestKind
from lti_tool.domain.claim import CreditTerms, OfferedCredit, chosen_credits, offered_credits
from lti_tool.domain.credit import CreditOffer, Degree
from lti_tool.domain.draw import draw_form
from lti_tool.domain.errors import BadInput, Refused
from lti_tool.domain.learner import Profile
from lti_tool.domain.native import (
    NativeAnswer,
    NativeClaim,
    NativeRecord,
    read_message,
    with_identifiers,
    write_message,
)
from lti_tool.domain.playback import in_seconds
from lti_tool.domain.record import Acknowledgement, Attempt, Record, Study
from lti_tool.domain.replay import before, check_facts
from lti_tool.services.credit import claimable_credits
from tests.unit.lti_tool.services.activity_files import activity_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ACTIVITY = activity_of("hypertension-2026")
DAY = date(2026, 9, 1)
AMA = "ama-pra-category-1"


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes - 600)


def attempt(kind: TestKind, number: int, begun: int, ended: int | None) -> Attempt:
    test = ACTIVITY.pre_test if kind is TestKind.PRE else ACTIVITY.post_test
    assert test is not None
    done = None if ended is None else at(ended)
    return Attempt(f"{kind.value}-{number}", kind, number, draw_form(test, number), at(begun), {}, done)


def whole() -> Record:
    assert ACTIVITY.content is not None
    return Record(
        acknowledgements=(Acknowledgement("f", at(1)),),
        attempts=(attempt(TestKind.PRE, 1, 2, 3), attempt(TestKind.POST, 1, 40, 50)),
        studies={item.key: Study(item.key, 60, first_opened_at=at(5)) for item in ACTIVITY.content.items},
        content_finished_at=at(30),
    )


def test_what_can_have_happened_is_taken() -> None:
    check_facts(ACTIVITY, whole(), NOW)
    check_facts(ACTIVITY, Record(), NOW)


def changed(**changes: Any) -> Record:
    return replace(whole(), **changes)


PRE, POST = attempt(TestKind.PRE, 1, 2, 3), attempt(TestKind.POST, 1, 40, 50)


@pytest.mark.parametrize(
    "record",
    [
        changed(acknowledgements=()),
        changed(acknowledgements=(Acknowledgement("f", at(700)),)),
        changed(attempts=(POST,)),
        changed(attempts=(PRE, replace(POST, number=2))),
        changed(attempts=(PRE, POST, replace(POST, id="other"))),
        changed(attempts=(PRE, replace(POST, id=PRE.id))),
        changed(attempts=(PRE, replace(POST, submitted_at=at(39)))),
        changed(attempts=(PRE, replace(POST, started_at=at(20)))),
        changed(attempts=(PRE, replace(POST, form=POST.form[:-1]))),
        changed(attempts=(PRE, replace(POST, form=(POST.form[0],) * len(POST.form)))),
        changed(attempts=(PRE, replace(POST, answers={"not-given": "a"}))),
        changed(attempts=(PRE, replace(POST, form=tuple(replace(item, order=()) for item in POST.form)))),
        changed(content_finished_at=at(2)),
        changed(studies={}),
        changed(evaluated_at=at(60)),
        changed(content_finished_at=NOW + timedelta(hours=1)),
    ],
)
def test_what_cannot_have_happened_is_refused(record: Record) -> None:
    with pytest.raises(Refused) as refused:
        check_facts(ACTIVITY, record, NOW)
    assert refused.value.code == "facts_impossible" and refused.value.facts["what"]


def test_the_past_knows_nothing_of_the_future() -> None:
    known = before(whole(), at(45))
    assert known.open_attempt(TestKind.POST) and known.evaluated_at is None
    assert not before(whole(), at(2)).attempts


def test_an_answer_that_cannot_be_is_refused() -> None:
    key = POST.form[0].question
    with pytest.raises(BadInput):
        check_facts(ACTIVITY, changed(attempts=(PRE, replace(POST, answers={key: {"x": "y"}}))), NOW)


def claim(**changes: Any) -> NativeClaim:
    profile = Profile("Ada Lovelace", Degree.MD, "US")
    made = NativeClaim("s", "course", ACTIVITY.key, 1, 1, NOW, whole(), profile, {AMA: "1.00"}, is_attested=True)
    return replace(made, **changes)


def test_a_message_reads_back_the_same() -> None:
    key = POST.form[0].question
    answers: list[Any] = ["a", ("a", "b"), {"a": "b"}, ()]
    for answer in answers:
        sent = claim(record=changed(attempts=(PRE, replace(POST, answers={key: answer}))))
        assert read_message(NativeClaim, write_message(sent)) == sent


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"version": "native-claim/4", "body": {}}, {"version": "native-answer/1", "body": {}}],
)
def test_another_version_is_refused_loudly(data: Any) -> None:
    with pytest.raises(BadInput) as refused:
        read_message(NativeClaim, data)
    assert refused.value.code == "wire_version"
    assert read_message(NativeAnswer, write_message(NativeAnswer(is_awarded=False))) == NativeAnswer(False)


def terms(*codes: str) -> Mapping[str, CreditTerms]:
    found = {code: credit_type(code, DAY) for code in codes}
    return {code: CreditTerms(kind, attestation(kind)) for code, kind in found.items()}


PARTICIPATION = attestation(credit_type("attendance", DAY))


MANY = (
    CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
    CreditOffer("moc-abim", Decimal("1.00"), Decimal("1.00"), "Medical Knowledge"),
    CreditOffer("california-brn", Decimal("1.20"), Decimal("0.10")),
    CreditOffer("acpe", Decimal("1.00"), Decimal("0.25"), "Knowledge", reference="0000-0000-26-001-H01-P"),
    CreditOffer("aoa", Decimal("1.00"), Decimal("0.25"), group="one"),
    CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), "Prescribed", group="one"),
)


@pytest.mark.parametrize("degree", list(Degree))
@pytest.mark.parametrize("learning_format", [LearningFormat.ENDURING, LearningFormat.LIVE, LearningFormat.JOURNAL])
@pytest.mark.parametrize("country", ["US", "DE"])
@pytest.mark.parametrize("offers", [ACTIVITY.credits, MANY, MANY[2:3], MANY[::2]])
def test_what_may_be_claimed_is_what_the_tool_offers(
    degree: Degree, learning_format: LearningFormat, country: str, offers: tuple[CreditOffer, ...]
) -> None:
    activity = replace(ACTIVITY, format=learning_format, credits=offers)
    profile = Profile("Ada Lovelace", degree, country)
    codes = [offer.credit_type for offer in activity.credits]
    mine = offered_credits(activity.credits, terms(*codes), activity.format, profile, PARTICIPATION)
    theirs = claimable_credits(activity, profile)
    assert len(mine) == len(theirs) > 0
    for one, other in zip(mine, theirs, strict=True):
        for name in ("offer", "is_awarded", "amounts", "suggested", "attestation", "is_optional", "needs", "takes"):
            assert getattr(one, name) == getattr(other, name), name
        assert one.credit == other.credit or not (one.is_awarded or one.credit.designation_text)
        assert bool(one.credit.designation_text) is bool(other.credit.designation_text)


SEVERAL = (
    CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),
    CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), "Prescribed"),
    CreditOffer("moc-abim", Decimal("1.00"), Decimal("0.25"), "Medical Knowledge"),
)


def several(degree: Degree = Degree.MD) -> Sequence[OfferedCredit]:
    codes = [offer.credit_type for offer in SEVERAL]
    profile = Profile("Ada Lovelace", degree, "US")
    return offered_credits(SEVERAL, terms(*codes), LearningFormat.ENDURING, profile, PARTICIPATION)


def amounts(offered: Sequence[OfferedCredit], typed: Mapping[str, str], *, is_attested: bool) -> list[str]:
    return [str(amount) for _, amount in chosen_credits(offered, typed, is_attested=is_attested)]


def test_of_several_credits_each_may_be_left_but_not_all() -> None:
    offered = several()
    assert [one.credit.code for one in offered] == [AMA, "aafp", "moc-abim"]
    assert all(one.is_optional for one in offered)
    assert [one.suggested is None for one in offered] == [False, False, True], "a board's credit is never led to"
    assert amounts(offered, {AMA: "", "aafp": "0.50"}, is_attested=True) == ["0.50"]
    with pytest.raises(BadInput) as refused:
        amounts(offered, {AMA: " "}, is_attested=True)
    assert refused.value.faults == {"amounts": "claim_nothing"}


def test_of_a_group_one_is_claimed() -> None:
    offers = tuple(replace(offer, group="one of them") for offer in SEVERAL[:2])
    profile = Profile("Ada Lovelace", Degree.MD, "US")
    offered = offered_credits(offers, terms(AMA, "aafp"), LearningFormat.ENDURING, profile, PARTICIPATION)
    assert amounts(offered, {AMA: "1.00"}, is_attested=True) == ["1.00"]
    with pytest.raises(BadInput) as refused:
        amounts(offered, {AMA: "1.00", "aafp": "1.00"}, is_attested=True)
    assert set(refused.value.faults) == {f"amount.{AMA}", "amount.aafp"}


def test_a_claim_without_identifiers_is_understood_by_an_older_release() -> None:
    plain, asked = write_message(claim()), write_message(claim(identifiers={"npi": "1234567893"}))
    assert plain["version"] == "native-claim/1" and "identifiers" not in plain["body"]
    assert asked["version"] == "native-claim/2"
    assert read_message(NativeClaim, asked).identifiers == {"npi": "1234567893"}
    assert read_message(NativeClaim, {**plain, "version": "native-claim/2"}) == claim()
    with pytest.raises(BadInput) as refused:
        read_message(NativeClaim, {**asked, "version": "native-claim/1"})
    assert refused.value.code == "wire_unknown_field" and "1234567893" not in str(refused.value)


def test_a_claim_without_recordings_is_understood_by_an_older_release() -> None:
    playback = in_seconds(60, [(0, 60)])
    (item, study), *_ = whole().studies.items()
    record = changed(studies={**whole().studies, item: replace(study, playback=playback, coverage=playback.coverage)})
    plain, played = write_message(claim()), write_message(claim(record=record))
    assert "playback" not in str(plain) and played["version"] == "native-claim/3"
    assert read_message(NativeClaim, played) == claim(record=record)
    asked = with_identifiers(plain, {"npi": "1234567893"})
    assert (
        asked["version"] == "native-claim/2" and with_identifiers(played, {"npi": "1"})["version"] == "native-claim/3"
    )
    for version in ("native-claim/1", "native-claim/2"):
        with pytest.raises(BadInput) as refused:
            read_message(
                NativeClaim, {"version": version, "body": {**plain["body"], "record": played["body"]["record"]}}
            )
        assert refused.value.code == "wire_unknown_field"
    known = NativeRecord("a", 1, record)
    assert write_message(known)["version"] == "native-record/2"
    assert write_message(replace(known, record=whole()))["version"] == "native-record/1"
    assert read_message(NativeRecord, write_message(known)) == known


def test_phrases_name_their_variant() -> None:
    assert [one.phrase.plain for one in several()] == [
        "AMA PRA Category 1 Credit™",
        "AAFP Prescribed credit",
        "ABIM MOC point (Medical Knowledge)",
    ]


def test_who_is_awarded_nothing_took_part() -> None:
    offered = several(Degree.RN)
    assert len(offered) == 1 and not any(one.is_optional or one.is_awarded or one.needs for one in offered)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "claim_missing"),
        ("one", "claim_not_a_number"),
        ("9.00", "claim_above_maximum"),
        ("0", "claim_below_minimum"),
        ("0.30", "claim_not_in_steps"),
    ],
)
def test_an_amount_that_cannot_be_claimed_is_named(typed: str, code: str) -> None:
    offers = (CreditOffer(AMA, Decimal("1.00"), Decimal("0.25")),)
    profile = Profile("Ada Lovelace", Degree.MD, "US")
    offered = offered_credits(offers, terms(AMA), LearningFormat.ENDURING, profile, PARTICIPATION)
    with pytest.raises(BadInput) as refused:
        amounts(offered, {AMA: typed}, is_attested=False)
    assert refused.value.faults == {f"amount.{AMA}": code, "attestation": "missing"}
    assert amounts(offered, {AMA: "0.75"}, is_attested=True) == ["0.75"]
