"""Awards by a body's rule: fixed amounts of formats and teaching, with the working kept, and every refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import LearningFormat, PersonInControl, PersonRole
from lti_tool.domain.award_rule import CONDITIONS, AwardRule, RuleForm
from lti_tool.domain.credit import TEACHING, CreditOffer, Degree
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.domain.wire import write_activity
from lti_tool.services.certificate import issued_certificates
from lti_tool.services.override import adjust_by_staff, award_by_staff, learner_accounts, revoke_by_staff
from lti_tool.services.rule_award import award_by_rule, rule_choice
from lti_tool.services.session import Visit
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import NOW, World, link, opened_world, short_activity
from tests.unit.lti_tool.services.officers import officer

REASON = "Taught the opening lecture; programme of the meeting"
LEE = PersonInControl("lee", "Sam Lee", "MD", "Example Medical School", (PersonRole.FACULTY,))
ORR = PersonInControl("orr", "Kim Orr", "MD", "Example Medical School", (PersonRole.PLANNER,))
LIVE: dict[str, Any] = {
    "format": LearningFormat.LIVE,
    "location": "Auditorium",
    "people": (LEE, ORR),
    "estimated_minutes": 120,
    "credits": (CreditOffer(AMA, Decimal("2.00"), Decimal("0.25")),),
}
CONFIRMED = frozenset(one.value for given in CONDITIONS.values() for one in given)


@pytest.fixture
def make_world(migrated_sqlite_url: str) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(opened_world(migrated_sqlite_url, **{**LIVE, **changes}))


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


def of_format(form: LearningFormat, maximum: str) -> dict[str, Any]:
    return {"format": form, "credits": (CreditOffer(AMA, Decimal(maximum), Decimal("0.25")),)}


def teaching(minutes: str = "60", **changes: Any) -> RuleForm:
    return replace(RuleForm("teaching", minutes, "lee", CONFIRMED), **changes)


def by_rule(world: World, visit: Visit, form: RuleForm, reason: str = REASON, code: str = AMA) -> None:
    with transaction(world.sessions) as db:
        who = officer(world.provider_id)
        award_by_rule(db, who, visit.learner_id, world.activity_id, code, form, reason, link, NOW)


def refused(world: World, visit: Visit, form: RuleForm, **how: str) -> str | dict[str, str]:
    before = world.counts()
    with pytest.raises((Refused, BadInput)) as caught:
        by_rule(world, visit, form, **how)
    assert world.counts() == before
    return dict(caught.value.faults) if isinstance(caught.value, BadInput) else caught.value.code


def rows(world: World) -> list[tuple[str, Decimal]]:
    with transaction(world.sessions) as db:
        found = db.scalars(select(models.CreditEntry).order_by(models.CreditEntry.recorded_at)).all()
        return sorted((row.kind, row.amount) for row in found)


def notes(world: World, visit: Visit) -> list[str]:
    """The small print of the certificate that holds."""
    with transaction(world.sessions) as db:
        valid = [one for one in issued_certificates(db, visit) if one.status.value == "valid"]
        return [note.plain for note in valid[-1].certificate.notes]


def test_two_credits_an_hour_above_the_learners_maximum_with_the_working_kept(world: World) -> None:
    sam = world.learner("Sam Lee", is_ready=False)
    by_rule(world, sam, teaching("90"))
    assert rows(world) == [("award", Decimal("3.00"))]
    with transaction(world.sessions) as db:
        (account,) = learner_accounts(db, officer(world.provider_id), sam.learner_id, world.activity_id)
        kept = account.entries[0].working
        assert (kept["rule"], kept["presenter"], kept["presenter_name"]) == ("teaching", "lee", "Sam Lee")
        assert kept["confirmed"] == ["original-presentation", "first-time", "no-learner-credit"]
        figures = {line["key"]: line["value"] for line in kept["working"]["lines"]}
        assert figures == {"minutes": "90", "amount_each": "2.00", "before_rounding": "3.0000"}
        (issued,) = issued_certificates(db, sam)
        assert issued.certificate.credits[0].amount == Decimal("3.00")
        entry = db.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number.desc())).first()
        assert entry is not None and entry.detail["rule"] == "teaching"
    assert notes(world, sam) == [
        "Of this amount, 3.00 for learning from teaching: 90 minutes of original presentation."
    ]


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        (teaching(""), {"count": "missing"}),
        (teaching("an hour"), {"count": "not_a_number"}),
        (teaching("-5"), {"count": "out_of_range"}),
        (teaching("3"), {"count": "out_of_range"}),
        (teaching("1e999"), {"count": "above_activity"}),
        (teaching("NaN"), {"count": "not_a_number"}),
        (teaching("121"), {"count": "above_activity"}),
        (teaching(presenter=""), {"presenter": "missing"}),
        (teaching(presenter="orr"), {"presenter": "presenter_unknown"}),
        (teaching(confirmed=CONFIRMED - {"first-time"}), {"condition.first-time": "missing"}),
        (teaching(rule="gift"), {"rule": "rule_unknown"}),
    ],
)
def test_what_cannot_be_worked_out(world: World, form: RuleForm, faults: dict[str, str]) -> None:
    sam = world.learner("Sam Lee", is_ready=False)
    found = refused(world, sam, form)
    assert found == faults


def test_a_reason_is_asked(world: World) -> None:
    assert refused(world, world.learner(is_ready=False), teaching(), reason=" ") == {"reason": "missing"}


def test_who_is_never_awarded_it(world: World) -> None:
    nina = world.learner("Nina", Degree.RN, is_ready=False)
    assert refused(world, nina, teaching()) == "credit_not_awarded"
    una = world.learner("Una", None, is_ready=False)
    assert refused(world, una, teaching()) == "profile_unconfirmed"
    who = officer("f" * 32)
    with transaction(world.sessions) as db, pytest.raises(NotFound):
        award_by_rule(db, who, una.learner_id, world.activity_id, AMA, teaching(), REASON, link, NOW)


def test_only_at_a_live_activity_with_faculty_and_by_a_body_that_knows_it(make_world: Callable[..., World]) -> None:
    enduring = make_world(format=LearningFormat.ENDURING)
    assert refused(enduring, enduring.learner(is_ready=False), teaching()) == "teaching_not_live"


def test_an_activity_without_faculty(make_world: Callable[..., World]) -> None:
    world = make_world(people=(ORR,))
    assert refused(world, world.learner(is_ready=False), teaching()) == "teaching_without_faculty"
    with transaction(world.sessions) as db:
        assert rule_choice(db, officer(world.provider_id), world.activity_id) is None


def test_a_body_that_gives_nothing_for_teaching(make_world: Callable[..., World]) -> None:
    world = make_world(credits=(CreditOffer("aafp", Decimal("1.00"), Decimal("0.25"), variant="Prescribed"),))
    assert refused(world, world.learner(is_ready=False), teaching(), code="aafp") == "teaching_unknown"


def test_teaching_adds_to_what_was_claimed_of_other_sessions(world: World) -> None:
    sam = world.learner("Sam Lee")
    world.claim(sam, "1.00")
    by_rule(world, sam, teaching("60"))
    assert rows(world) == [("adjust", Decimal("2.00")), ("award", Decimal("1.00"))]
    assert notes(world, sam)[-1].startswith("Of this amount, 2.00 for learning from teaching")
    assert refused(world, sam, teaching("30")) == "teaching_held"


def test_nobody_is_credited_twice_for_their_own_session(world: World) -> None:
    """AMA PRA: no learner credit for the session that one presented."""
    sam = world.learner("Sam Lee")
    world.claim(sam, "2.00")
    assert refused(world, sam, teaching("60")) == "teaching_overlaps"


def test_one_presentation_is_credited_to_one_person(migrated_database_url: str) -> None:
    with opened_world(migrated_database_url, **LIVE) as world:
        _one_presentation(world)


def _one_presentation(world: World) -> None:
    sam, other = world.learner("Sam Lee", is_ready=False), world.learner("Sam Leigh", is_ready=False)
    by_rule(world, sam, teaching())
    assert refused(world, other, teaching()) == "presenter_credited"
    with transaction(world.sessions) as db:
        who = officer(world.provider_id)
        revoke_by_staff(db, who, sam.learner_id, world.activity_id, AMA, "Mixed up two people", link, NOW)
    by_rule(world, other, teaching())
    assert ("revoke", Decimal("-2.00")) in rows(world)


def test_the_same_material_is_credited_once(world: World) -> None:
    sam = world.learner("Sam Lee", is_ready=False)
    by_rule(world, sam, teaching())
    again = short_activity(**{**LIVE, "key": "again", "equivalents": (world.activity.key,)})
    with transaction(world.sessions) as db:
        row = models.Activity(provider_id=world.provider_id, key="again", title="Again", version=1, created_at=NOW)
        db.add(row)
        db.flush()
        definition = write_activity(again)
        version = models.ActivityVersion(
            activity_id=row.id, number=1, definition=definition, content_hash="again", created_at=NOW
        )
        db.add(version)
        second = replace(world, activity_id=row.id, activity=again)
    assert refused(second, sam, teaching()) == "teaching_repeated"


def test_an_adjustment_keeps_what_teaching_gave(world: World) -> None:
    sam = world.learner("Sam Lee", is_ready=False)
    by_rule(world, sam, teaching("60"))
    with transaction(world.sessions) as db:
        whose = (db, officer(world.provider_id), sam.learner_id, world.activity_id, AMA)
        for typed, code in (
            ("3.25", "claim_above_maximum"),
            ("1.00", "claim_not_in_steps"),
            ("x", "claim_not_a_number"),
        ):
            with pytest.raises(BadInput) as caught:
                adjust_by_staff(*whose, typed, "Was there for the second hour", link, NOW)
            assert caught.value.code == code
        adjust_by_staff(*whose, "3.00", "Was there for the second hour", link, NOW)
    assert rows(world) == [("adjust", Decimal("1.00")), ("award", Decimal("2.00"))]
    assert notes(world, sam) == [
        "Of this amount, 2.00 for learning from teaching: 60 minutes of original presentation."
    ]


FORMATS = [
    (LearningFormat.MANUSCRIPT_REVIEW, "3.00", "1", "3.00"),
    (LearningFormat.TEST_ITEM_WRITING, "10.00", "1", "10.00"),
    (LearningFormat.PI, "20.00", "2", "10.00"),
    (LearningFormat.PI, "20.00", "3", "20.00"),
    (LearningFormat.POINT_OF_CARE, "5.00", "3", "1.50"),
]


@pytest.mark.parametrize(("form", "maximum", "count", "amount"), FORMATS)
def test_fixed_amounts_of_formats(
    make_world: Callable[..., World], form: LearningFormat, maximum: str, count: str, amount: str
) -> None:
    world = make_world(**of_format(form, maximum))
    ada = world.learner(is_ready=False)
    with transaction(world.sessions) as db:
        choice = rule_choice(db, officer(world.provider_id), world.activity_id)
        assert choice is not None and choice.rule is AwardRule.FORMAT and choice.presenters == ()
        asked = {one.value for one in choice.conditions}
    assert asked and refused(world, ada, RuleForm("format", count)) == {f"condition.{one}": "missing" for one in asked}
    by_rule(world, ada, RuleForm("format", count, confirmed=frozenset(asked)))
    assert rows(world) == [("award", Decimal(amount))]
    with transaction(world.sessions) as db:
        entry = db.scalars(select(models.CreditEntry)).one()
        kept = entry.terms["evidence"]["working"]
        assert (kept["subject"], kept["working"]["amount"]) == (form.value, str(Decimal(amount)))


@pytest.mark.parametrize(
    ("form", "maximum", "count", "fault"),
    [
        (LearningFormat.MANUSCRIPT_REVIEW, "3.00", "2", {"amount": "claim_above_maximum"}),
        (LearningFormat.PI, "20.00", "4", {"count": "out_of_range"}),
        (LearningFormat.PI, "20.00", "1.5", {"count": "not_whole"}),
        (LearningFormat.POINT_OF_CARE, "5.00", "11", {"amount": "claim_above_maximum"}),
    ],
)
def test_what_a_format_does_not_give(
    make_world: Callable[..., World], form: LearningFormat, maximum: str, count: str, fault: dict[str, str]
) -> None:
    world = make_world(**of_format(form, maximum))
    found = refused(world, world.learner(is_ready=False), RuleForm("format", count, confirmed=CONFIRMED))
    assert found == fault


def test_a_format_of_fixed_amounts_is_not_typed_and_a_timed_one_has_no_rule(make_world: Callable[..., World]) -> None:
    world = make_world(**of_format(LearningFormat.MANUSCRIPT_REVIEW, "3.00"))
    ada = world.learner(is_ready=False)
    who = officer(world.provider_id)
    with transaction(world.sessions) as db, pytest.raises(Refused) as caught:
        award_by_staff(db, who, ada.learner_id, world.activity_id, AMA, "3.00", REASON, link, NOW)
    assert caught.value.code == "award_needs_rule"


def test_a_timed_format_has_no_fixed_amount(world: World) -> None:
    form = RuleForm("format", "1", confirmed=CONFIRMED)
    assert refused(world, world.learner(is_ready=False), form) == "format_by_time"
    with transaction(world.sessions) as db:
        choice = rule_choice(db, officer(world.provider_id), world.activity_id)
        assert choice is not None and choice.rule is AwardRule.TEACHING
        assert [one.name for one in choice.presenters] == ["Sam Lee"]
        assert choice.conditions == CONDITIONS[TEACHING]
