"""Staff who view a course as somebody else: as any learner it is a test run, as one learner nothing is written."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings
from workbench.models import XBlockState

from tests.xblock.inside.learner import Learner
from tests.xblock.site.runtime import EVENTS
from xblock_cme import store
from xblock_cme.plugin.models import BlockFacts, ClaimDelivery

NAME = "hypertension-2026"
MODULE = "lms.djangoapps.courseware.masquerade"


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The platform's module: by account, as whom the course is viewed."""
    found: dict[str, Any] = {}
    parts = MODULE.split(".")
    for end in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:end]), ModuleType(".".join(parts[:end])))
    module = ModuleType(MODULE)
    module.get_course_masquerade = lambda user, course_key: found.get(user)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, MODULE, module)
    return found


def as_person(views: dict[str, Any], name: str) -> None:
    """The platform hands the learner's own account to its services, with the staff member's choice beside it."""
    views[name] = SimpleNamespace(role="student", user_name=name)


def as_learner(views: dict[str, Any], name: str) -> None:
    """The account stays the staff member's own; their rights are taken away."""
    views[name] = SimpleNamespace(role="student", user_name=None)


def test_as_one_learner_nothing_is_written(views: dict[str, Any], ada: Learner) -> None:
    ada.acknowledge()
    facts, events = ada.facts(), list(EVENTS)
    rows = list(BlockFacts.objects.values())
    as_person(views, "ada")
    ada.look()
    ada.act("start", "pre-test")
    assert "This is a preview" in ada.words
    assert ada.facts() == facts and events == EVENTS
    assert list(BlockFacts.objects.values()) == rows


def test_as_one_learner_a_look_tells_the_platform_nothing(views: dict[str, Any], ada: Learner) -> None:
    """Also where something is left to be told: here the block has it from another one of the course."""
    single = Learner("single-steps", "ada")
    ada.acknowledge()
    EVENTS.clear()
    as_person(views, "ada")
    single.look()
    assert not EVENTS and single.facts().version == 0


def test_as_one_learner_a_state_that_is_set_aside_leaves_the_learner_s_own(views: dict[str, Any], ada: Learner) -> None:
    """Staff can empty the state that they look at: it is a copy of their session. The learner's facts stay."""
    ada.acknowledge()
    as_person(views, "ada")
    XBlockState.objects.filter(user_id="ada").delete()
    ada.look()
    assert BlockFacts.objects.filter(user_id="ada").count() == 1


def test_as_one_learner_no_claim_is_sent(views: dict[str, Any], ada: Learner) -> None:
    as_person(views, "ada")
    ada.act("claim", "claim", profile="", attestation="yes")
    assert not ClaimDelivery.objects.exists()


def test_an_author_in_studio_is_no_learner(ada: Learner) -> None:
    """The same handlers are served there, and the account may be that of somebody who takes part in the LMS."""
    ada.acknowledge()
    rows, events = list(BlockFacts.objects.values()), list(EVENTS)
    XBlockState.objects.filter(user_id="ada").delete()
    with override_settings(SERVICE_VARIANT="cms"):
        ada.look()
        ada.act("acknowledge", "information", acknowledged="yes", fingerprint=ada.hidden("fingerprint"))
        assert "This is a preview" in ada.words and "Test run" in ada.words
        ada.act("claim", "claim", profile="", attestation="yes")
    assert list(BlockFacts.objects.values()) == rows and events == EVENTS
    assert not ada.facts().version and not ClaimDelivery.objects.exists()


def test_as_any_learner_it_is_a_test_run(views: dict[str, Any]) -> None:
    as_learner(views, "carol")
    carol = Learner(NAME, "carol")
    carol.acknowledge()
    assert carol.facts().is_trial and "Test run" in carol.words
    assert not EVENTS
    assert not store.learners("workbench", NAME)


def test_as_staff_is_no_preview(views: dict[str, Any], ada: Learner) -> None:
    """The choice "staff" is how the platform says that there is none."""
    views["ada"] = SimpleNamespace(role="staff", user_name=None)
    ada.acknowledge()
    assert not ada.facts().is_trial
