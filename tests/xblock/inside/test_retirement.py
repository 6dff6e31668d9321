"""A retired account: nothing of the learner stays on the platform, the tool is told, and no claim is lost over it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.dispatch import Signal
from django.test import override_settings

from lti_tool.domain.credit import Degree
from lti_tool.domain.errors import ServiceUnavailable
from lti_tool.domain.learner import Profile
from lti_tool.domain.native import NativeAnswer, NativeClaim, NativeEvaluation, NativeReceipt
from lti_tool.domain.record import Acknowledgement, Record
from tests.xblock.site.identity import lti_id
from xblock_cme import compat, retirement, store
from xblock_cme.facts import LearnerFacts, read_facts, write_facts
from xblock_cme.outbox import send_due
from xblock_cme.plugin.models import AttemptReset, BlockFacts, ClaimDelivery, EvaluationDelivery, RetirementDelivery

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ADA, BO = SimpleNamespace(pk=7), SimpleNamespace(pk=8)
PROFILE = Profile("Ada Lovelace", Degree.MD, "US")
TOOL = {"tool_url": "https://cme.example.org", "client_id": "c", "key_id": "k", "private_key": "pem"}
OTHER = {**TOOL, "client_id": "other"}
FACTS = LearnerFacts(version=1, record=Record((Acknowledgement("f", NOW),)), profile=PROFILE)


class Rows(list[Any]):
    """As much of a manager as is asked of one."""

    def filter(self, **wanted: Any) -> Rows:
        names = {name.replace("__", "."): value for name, value in wanted.items()}
        return Rows(row for row in self if all(found(row, name) == value for name, value in names.items()))

    def first(self) -> Any:
        return self[0] if self else None


def found(row: Any, name: str) -> Any:
    for part in name.split("."):
        row = getattr(row, part)
    return row


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The platform's modules as far as a retirement touches them, and the plugin listening."""
    kind = SimpleNamespace(name="lti")
    ids = Rows(
        SimpleNamespace(user=user, external_id_type=kind, external_user_id=lti_id(str(user.pk))) for user in (ADA, BO)
    )
    states = Rows(state_of(user) for user in (ADA, BO))
    signals = {"USER_RETIRE_LMS_MISC": Signal(), "USER_RETIRE_LMS_CRITICAL": Signal()}
    modules: dict[str, dict[str, Any]] = {
        "openedx.core.djangoapps.external_user_ids.models": {"ExternalId": SimpleNamespace(objects=ids)},
        "openedx.core.djangoapps.user_api.accounts.signals": dict(signals),
        "lms.djangoapps.courseware.models": {"StudentModule": SimpleNamespace(objects=states)},
    }
    for name, values in modules.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = ".".join(parts[:end])
            monkeypatch.setitem(sys.modules, module, sys.modules.get(module) or ModuleType(module))
        for attribute, value in values.items():
            setattr(sys.modules[name], attribute, value)
    retirement.connect()
    with override_settings(XBLOCK_SETTINGS={"cme": {**TOOL, "organisations": {"OTHER": OTHER}}}):
        yield SimpleNamespace(states=states, **signals)


def state_of(user: Any) -> Any:
    state = json.dumps({"facts": write_facts(FACTS), "override": 0.5})
    return SimpleNamespace(student=user, module_type="cme_step", state=state, save=lambda: None)


class Tool:
    """Answers with what it is given, in turn; an exception is raised. ``told``: what it was told, by whom."""

    def __init__(self, *answers: Any, claims: Any = None) -> None:
        self.answers, self.told, self.organisation = list(answers), [], ""
        self.claims = claims or ServiceUnavailable("tool_unreachable")

    def __call__(self, organisation: str) -> Tool:
        self.organisation = organisation
        return self

    def retirement(self, message: Any, key: str) -> bool:
        self.told.append((self.organisation, message["body"]["subject"], key))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    def claim(self, message: Any, key: str) -> NativeAnswer:
        if isinstance(self.claims, Exception):
            raise self.claims
        found: NativeAnswer = self.claims
        return found

    def evaluation(self, message: Any, key: str) -> None:
        raise ServiceUnavailable("tool_unreachable")


def took_part(user_id: str = "7", course: str = "course-v1:CME+C1+R1", *, has_claimed: bool = False) -> None:
    place = store.Place(user_id, course, "activity")
    store.keep_facts(place, f"block-of-{course}", FACTS, NOW)
    store.reset_attempts(place, "9", NOW)
    if has_claimed:
        claim = NativeClaim(lti_id(user_id), course, "activity", 1, 1, NOW, Record(), PROFILE, {}, is_attested=True)
        store.queue_claim(place, "CME", claim, NOW)


def left(user_id: str = "7") -> int:
    return sum(table.objects.filter(user_id=user_id).count() for table in (BlockFacts, AttemptReset, ClaimDelivery))


@pytest.mark.parametrize("name", ["USER_RETIRE_LMS_MISC", "USER_RETIRE_LMS_CRITICAL"])
def test_either_stage_forgets_the_learner_and_nobody_else(platform: SimpleNamespace, name: str) -> None:
    took_part()
    took_part("8")
    getattr(platform, name).send(sender=object, user=ADA)
    assert (left("7"), left("8")) == (0, 2)
    mine, theirs = (json.loads(row.state) for row in platform.states)
    assert read_facts(mine["facts"]) == replace(FACTS, profile=None) and mine["override"] == 0.5
    assert read_facts(theirs["facts"]).profile == PROFILE
    assert {row.subject for row in RetirementDelivery.objects.all()} == {lti_id("7")}


def test_each_tool_of_the_platform_is_told_once(platform: SimpleNamespace) -> None:
    took_part()
    took_part(course="course-v1:OTHER+C1+R1")
    for _ in range(2):
        platform.USER_RETIRE_LMS_MISC.send(sender=object, user=ADA)
    platform.USER_RETIRE_LMS_CRITICAL.send(sender=object, user=ADA)
    assert sorted(row.organisation for row in RetirementDelivery.objects.all()) == ["", "OTHER"]
    tool = Tool(True, True)
    assert send_due(tool, NOW + timedelta(days=400)).retired == 2
    assert {(organisation, subject) for organisation, subject, _ in tool.told} == {
        ("", lti_id("7")),
        ("OTHER", lti_id("7")),
    }
    assert not RetirementDelivery.objects.exists()


def test_what_the_tool_cannot_take_is_told_again_with_the_same_key(platform: SimpleNamespace) -> None:
    with override_settings(XBLOCK_SETTINGS={"cme": TOOL}):
        retirement.retire(ADA, NOW)
    tool = Tool(ServiceUnavailable("tool_unreachable"), True)
    assert send_due(tool, NOW).retired == 0
    row = RetirementDelivery.objects.get()
    assert row.fault and row.next_at > NOW
    assert send_due(tool, NOW).retired == 0 and len(tool.told) == 1
    assert send_due(tool, row.next_at).retired == 1
    assert tool.told[0] == tool.told[1]


def test_a_claim_that_is_under_way_still_arrives(platform: SimpleNamespace) -> None:
    """Nobody loses credit by leaving; and the tool is told until it knows of whom."""
    with override_settings(XBLOCK_SETTINGS={"cme": TOOL}):
        took_part(has_claimed=True)
        retirement.retire(ADA, NOW)
        assert left() == 1
        tool = Tool(False, True, claims=None)
        assert send_due(tool, NOW, is_forced=True).retired == 0
        assert RetirementDelivery.objects.get().is_told is False and left() == 1
        tool.claims = NativeAnswer(True)
        tally = send_due(tool, NOW, is_forced=True)
    assert (tally.awarded, tally.retired, left()) == (1, 1, 0)
    assert len(tool.told) == 2


def test_once_told_it_is_told_no_more_and_waits_for_the_claim_alone(platform: SimpleNamespace) -> None:
    with override_settings(XBLOCK_SETTINGS={"cme": TOOL}):
        took_part(has_claimed=True)
        retirement.retire(ADA, NOW)
        tool = Tool(True)
        for _ in range(3):
            assert send_due(tool, NOW, is_forced=True).retired == 0
        tool.claims = NativeAnswer(False)
        assert send_due(tool, NOW, is_forced=True).retired == 1
    assert len(tool.told) == 1 and left() == 0


def test_an_evaluation_that_is_under_way_is_waited_for(platform: SimpleNamespace) -> None:
    with override_settings(XBLOCK_SETTINGS={"cme": TOOL}):
        store.queue_evaluation("CME", NativeEvaluation("activity", 1, "course", {"q": "a"}, subject=lti_id("7")))
        retirement.retire(ADA, NOW)
        assert send_due(Tool(False), NOW).retired == 0
        store._table("EvaluationDelivery").objects.all().delete()
        assert send_due(Tool(False), NOW, is_forced=True).retired == 1


def test_nobody_is_told_any_more_that_a_retired_person_has_evaluated(platform: SimpleNamespace) -> None:
    took_part()
    for who in ("7", "8"):
        store.queue_evaluation("CME", NativeReceipt(lti_id(who), "activity", 1, "course", NOW))
    retirement.retire(ADA, NOW)
    (left_over,) = EvaluationDelivery.objects.all()
    assert left_over.message["body"]["subject"] == lti_id("8")
    assert not store.is_under_way("7", lti_id("7"))


def test_an_account_that_never_had_an_lti_id_is_nothing_to_the_tool(platform: SimpleNamespace) -> None:
    took_part("9")
    retirement.retire(SimpleNamespace(pk=9), NOW)
    assert left("9") == 0 and not RetirementDelivery.objects.exists()


def test_state_that_cannot_be_read_loses_its_facts_rather_than_keeps_a_name(platform: SimpleNamespace) -> None:
    row = platform.states[0]
    for state in (json.dumps({"facts": {"version": "native-facts/99", "name": "Ada"}}), "", "{}"):
        row.state = state
        retirement.retire(ADA, NOW)
        assert "Ada" not in row.state and not json.loads(row.state).get("facts")


def test_a_platform_without_these_modules_has_nothing_to_do() -> None:
    assert compat.retirement_signals() == {} and compat.lti_id_of_user(ADA) == ""
    took_part()
    retirement.retire(ADA, NOW)
    assert left() == 0


@override_settings(SERVICE_VARIANT="cms")
def test_studio_does_not_listen(platform: SimpleNamespace) -> None:
    signal = Signal()
    sys.modules["openedx.core.djangoapps.user_api.accounts.signals"].USER_RETIRE_LMS_MISC = signal  # type: ignore[attr-defined]
    retirement.connect()
    assert not signal.receivers


def test_the_tables_are_what_the_models_say() -> None:
    call_command("makemigrations", "xblock_cme", check=True, dry_run=True, verbosity=0, skip_checks=True)
