"""The disclosure gate on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Requirement, Step
from lti_tool.domain.errors import Conflict, NotFound, Refused
from lti_tool.services.disclosure import acknowledge, disclosure
from tests.unit.lti_tool.domain.builders import ALL_REQUIRED, NOW
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import new_version, redefine
from tests.unit.lti_tool.services.ward import Ward


def count(ward: Ward, table: type) -> int:
    with transaction(ward.sessions) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def fingerprint(ward: Ward) -> str:
    with transaction(ward.sessions) as db:
        return disclosure(db, ward.visit(), NOW).progress.page.fingerprint


def test_the_words_are_kept_once_and_each_learners_word_by_itself(ward: Ward) -> None:
    ward.learner("ana")
    shown = fingerprint(ward)
    for name in ("lee", "ana"):
        with transaction(ward.sessions) as db:
            done = acknowledge(db, ward.visit(name), shown, "en", NOW)
            assert done.acknowledged_at == NOW and done.progress.standing.is_done(Step.INFORMATION)
    with transaction(ward.sessions) as db:
        text = db.scalars(select(models.ShownText)).one()
        assert text.fingerprint == shown and text.first_shown_at == NOW
        assert text.body == disclosure(db, ward.visit(), NOW).progress.page.as_record()
        rows = db.scalars(select(models.Acknowledgement)).all()
        assert [(row.fingerprint, row.version, row.locale, row.acknowledged_at) for row in rows] == [
            (shown, 1, "en", NOW)
        ] * 2


def test_twice_counts_once(ward: Ward) -> None:
    shown = fingerprint(ward)
    for minutes in (0, 5):
        with transaction(ward.sessions) as db:
            done = acknowledge(db, ward.visit(), shown, "en", NOW + timedelta(minutes=minutes))
            assert done.acknowledged_at == NOW
    assert count(ward, models.Acknowledgement) == 1


def test_what_was_not_shown_is_not_acknowledged(ward: Ward) -> None:
    shown = fingerprint(ward)
    new_version(ward, sample(audience="Somebody else."))
    with pytest.raises(Conflict, match="changed"), transaction(ward.sessions) as db:
        acknowledge(db, ward.visit(), shown, "en", NOW)
    assert count(ward, models.Acknowledgement) == count(ward, models.ShownText) == 0


@pytest.mark.parametrize("sent", ["", "f" * 64, "\u00e9" * 3000])
def test_a_forged_fingerprint(ward: Ward, sent: str) -> None:
    with pytest.raises(Conflict), transaction(ward.sessions) as db:
        acknowledge(db, ward.visit(), sent, "en", NOW)
    assert count(ward, models.ShownText) == 0


def test_a_new_text_is_asked_again_and_the_old_word_is_kept(ward: Ward) -> None:
    first = fingerprint(ward)
    with transaction(ward.sessions) as db:
        acknowledge(db, ward.visit(), first, "en", NOW)
    new_version(ward, sample(audience="Somebody else."))
    with transaction(ward.sessions) as db:
        found = disclosure(db, ward.visit(), NOW)
        assert found.has_changed and found.acknowledged_at is None
        assert found.progress.version == 1 and found.progress.newest_version == 2
        acknowledge(db, ward.visit(), found.progress.page.fingerprint, "fr", NOW)
    with transaction(ward.sessions) as db:
        assert not disclosure(db, ward.visit(), NOW).has_changed
        versions = select(models.Acknowledgement.version).order_by(models.Acknowledgement.version)
        assert list(db.scalars(versions)) == [1, 2]


def test_a_change_that_no_reader_sees_asks_nothing(ward: Ward) -> None:
    with transaction(ward.sessions) as db:
        acknowledge(db, ward.visit(), disclosure(db, ward.visit(), NOW).progress.page.fingerprint, "en", NOW)
    new_version(ward, replace(sample(), title="Hypertension"))
    with transaction(ward.sessions) as db:
        assert disclosure(db, ward.visit(), NOW).acknowledged_at == NOW


def test_an_activity_without_the_step(ward: Ward) -> None:
    redefine(ward, sample(requirements={**ALL_REQUIRED, Step.INFORMATION: Requirement.ABSENT}))
    with pytest.raises(Refused, match="step_absent"), transaction(ward.sessions) as db:
        acknowledge(db, ward.visit(), "", "en", NOW)


def test_nothing_bound(ward: Ward) -> None:
    with pytest.raises(NotFound, match="placement_unbound"), transaction(ward.sessions) as db:
        disclosure(db, replace(ward.visit(), activity_id=None), NOW)
