"""What others chose, on both databases: enough of them, of every version that offered the same, and no test runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.assessment import Entry
from lti_tool.domain.errors import Forbidden
from lti_tool.services.response import response_summaries
from lti_tool.services.trial import wipe_trial
from tests.unit.lti_tool.domain.refusing import refuses
from tests.unit.lti_tool.services.learning import new_version, pass_the_gate
from tests.unit.lti_tool.services.responding import (
    ASKED,
    CASE,
    PAGE,
    answer,
    crowd,
    opened,
    prepared,
    seen_peers,
    taught,
)
from tests.unit.lti_tool.services.ward import Ward


@pytest.fixture
def clinics(ward: Ward) -> Ward:
    """The same on each engine, for what is counted in SQL."""
    return prepared(ward)


def test_peers_are_others_and_enough_of_them(clinics: Ward) -> None:
    crowd(clinics, "aabb")
    answer(clinics, "case", "c")
    assert seen_peers(clinics) is None
    crowd(clinics, "a", first=4)
    found = seen_peers(clinics)
    assert found is not None and found.total == 5
    assert [(one.key, one.count) for one in found.choices] == [("a", 3), ("b", 2), ("c", 0)]


def test_peers_are_not_told_before_the_answer(clinics: Ward) -> None:
    crowd(clinics, "aabbc")
    opened(clinics, "case")
    assert seen_peers(clinics) is None


def test_test_runs_never_count_and_can_be_wiped(clinics: Ward) -> None:
    crowd(clinics, "aabb")
    for name in ("tutor", "aide"):
        clinics.learner(name)
        pass_the_gate(clinics, name, is_staff=True)
        answer(clinics, "case", "c", name, is_staff=True)
    answer(clinics, "case", "a")
    assert seen_peers(clinics) is None
    with transaction(clinics.sessions) as db:
        assert wipe_trial(db, clinics.visit("tutor", is_staff=True))
        assert db.scalar(select(func.count()).select_from(models.ContentResponse)) == 6


def test_versions_that_offer_the_same_are_counted_together(clinics: Ward) -> None:
    crowd(clinics, "aab")
    better = replace(CASE, question=replace(ASKED, stem="Worded better", correct=frozenset("b")))
    new_version(clinics, taught(PAGE, better))
    crowd(clinics, "bc", first=3)
    clinics.learner("zoe")
    pass_the_gate(clinics, "zoe")
    answer(clinics, "case", "a", "zoe")
    found = seen_peers(clinics, who="zoe")
    assert found is not None and [one.count for one in found.choices] == [2, 2, 1]
    changed = replace(ASKED, entries=(*ASKED.entries[:2], Entry("c", "Something else")))
    new_version(clinics, taught(PAGE, replace(CASE, question=changed)))
    clinics.learner("kim")
    pass_the_gate(clinics, "kim")
    answer(clinics, "case", "c", "kim")
    assert seen_peers(clinics, who="kim") is None


def test_staff_see_counts_of_enough_learners(clinics: Ward) -> None:
    crowd(clinics, "aabb")
    clinics.learner("tutor")
    staff = clinics.visit("tutor", is_staff=True)
    with transaction(clinics.sessions) as db:
        case, poll = response_summaries(db, staff)
        assert (case.item.key, case.answered, case.tally) == ("case", 4, None)
        assert (poll.item.key, poll.answered, poll.tally) == ("poll", 0, None)
    crowd(clinics, "c", first=4)
    with transaction(clinics.sessions) as db:
        case, _ = response_summaries(db, staff, 2)
        assert case.tally is not None and [one.count for one in case.tally.choices] == [2, 2, 1]
        assert response_summaries(db, staff, 6)[0].tally is None
        with refuses(Forbidden, "staff_only"):
            response_summaries(db, clinics.visit())
