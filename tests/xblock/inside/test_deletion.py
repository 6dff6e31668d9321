"""A state that the platform deletes is gone for gates and neighbours too, before the learner looks again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models.signals import post_delete
from django.test import override_settings

from tests.xblock.inside.learner import Learner
from xblock_cme import deletion
from xblock_cme.plugin.models import BlockFacts


@pytest.fixture
def mirrored(ada: Learner) -> BlockFacts:
    """What the plugin knows of a learner who has acknowledged."""
    ada.acknowledge()
    return BlockFacts.objects.get(user_id="ada")


def row(mirrored: BlockFacts, **values: Any) -> SimpleNamespace:
    """The platform's row for the same block."""
    known = {"module_type": "cme_step", "student_id": mirrored.user_id, "module_state_key": mirrored.usage_key}
    return SimpleNamespace(**{**known, **values})


def test_what_mirrored_a_deleted_state_goes(mirrored: BlockFacts) -> None:
    deletion.on_delete(instance=row(mirrored))
    assert not BlockFacts.objects.exists()


@pytest.mark.parametrize("other", [{"module_type": "problem"}, {"student_id": 8}, {"module_state_key": "another"}])
def test_other_states_are_no_matter(mirrored: BlockFacts, other: dict[str, Any]) -> None:
    deletion.on_delete(instance=row(mirrored, **other))
    assert BlockFacts.objects.count() == 1


@pytest.mark.parametrize(("variant", "calls"), [("lms", 1), ("cms", 0)])
def test_the_lms_listens_to_the_platforms_table(variant: str, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name: where there is no such table, the signal never comes."""
    asked: list[str] = []
    monkeypatch.setattr(post_delete, "connect", lambda receiver, sender, dispatch_uid: asked.append(sender))
    with override_settings(SERVICE_VARIANT=variant):
        deletion.connect()
    assert asked == ["courseware.StudentModule"] * calls
