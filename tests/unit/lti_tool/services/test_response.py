"""Answering cases and polls: gates on every way in, first answers, peers, versions, staff's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.db.sealing import Sealer
from lti_tool.domain.activity import Step
from lti_tool.domain.errors import BadInput, NotFound, Refused
from lti_tool.services.content import Report, confirm_reading, finish_content, open_item, report_view
from lti_tool.services.learner_facts import learner_detail
from lti_tool.services.own_data import own_data
from lti_tool.services.response import reopened, respond
from tests.unit.lti_tool.domain.builders import NOW
from tests.unit.lti_tool.domain.refusing import refuses
from tests.unit.lti_tool.services.learning import new_version, pass_the_gate
from tests.unit.lti_tool.services.responding import (
    FILES,
    PAGE,
    PAPER,
    POLL,
    answer,
    answers,
    opened,
    prepared,
    record,
    taught,
    visible,
)
from tests.unit.lti_tool.services.ward import Ward
from tests.unit.lti_tool.services.ward import opened as furnished


@pytest.fixture
def clinic(migrated_sqlite_url: str) -> Iterator[Ward]:
    with furnished(migrated_sqlite_url, NOW) as made:
        yield prepared(made)


def test_an_answer_is_kept_and_opens_what_follows(clinic: Ward) -> None:
    view = opened(clinic, "case")
    with transaction(clinic.sessions) as db:
        done = respond(db, clinic.visit(), "case", view, {"q.c1": ["b"]}, NOW + timedelta(minutes=2))
        assert done.following == POLL and not done.is_waiting
    kept = record(clinic)
    assert kept.responses["case"].answer == "b" and kept.responses["case"].at == NOW + timedelta(minutes=2)
    assert kept.seconds_studied == 120


def test_the_time_until_an_answer_counts_up_to_the_plan(clinic: Ward) -> None:
    answer(clinic, "case", "b", minutes=300)
    assert record(clinic).seconds_studied == 5 * 60


def test_the_first_answer_stands(clinic: Ward) -> None:
    view = opened(clinic, "case")
    for value in ("b", "b", "a", "zz", ""):
        with transaction(clinic.sessions) as db:
            respond(db, clinic.visit(), "case", view, {"q.c1": [value]}, NOW + timedelta(minutes=1))
    assert answers(clinic) == {"case": "b"}
    with transaction(clinic.sessions) as db:
        assert db.scalar(select(func.count()).select_from(models.ContentResponse)) == 1


def test_nothing_behind_an_unanswered_case_can_be_had(clinic: Ward) -> None:
    view, visit = opened(clinic, "case"), clinic.visit()
    with transaction(clinic.sessions) as db:
        for key in ("poll", "paper"):
            for act in (
                lambda key=key: open_item(db, visit, key, NOW),
                lambda key=key: report_view(db, visit, key, view, Report(1), NOW),
                lambda key=key: confirm_reading(db, visit, key, view, NOW),
                lambda key=key: respond(db, visit, key, view, {"q.poll": ["x"]}, NOW),
                lambda key=key: reopened(db, visit, key, view, NOW),
            ):
                with refuses(Refused, "content_locked"):
                    act()
        assert confirm_reading(db, visit, "case", view, NOW).following is None
        assert open_item(db, visit, "case", NOW).is_waiting
    with refuses(Refused, "content_unfinished"), transaction(clinic.sessions) as db:
        finish_content(db, visit, NOW)
    assert answers(clinic) == {} and "paper" not in record(clinic).studies


def test_files_come_with_the_answer(clinic: Ward) -> None:
    assert visible(clinic) == {"page.png", "man.png", "strip.png"}
    answer(clinic, "case", "b")
    assert visible(clinic) == {"page.png", "man.png", "strip.png", "why.png"}
    answer(clinic, "poll", "x")
    assert visible(clinic) == set(FILES)


def test_the_step_is_done_with_every_answer(clinic: Ward) -> None:
    opened(clinic, "page")
    answer(clinic, "case", "c")
    answer(clinic, "poll", "y")
    opened(clinic, "paper")
    with transaction(clinic.sessions) as db:
        assert finish_content(db, clinic.visit(), NOW).standing.is_done(Step.CONTENT)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "response_wrong"),
        ({"q.c1": ["nobody"]}, "response_wrong"),
        ({"q.c1": ["<img src=x>"]}, "response_wrong"),
        ({"q.other": ["a"]}, "question_unknown"),
    ],
)
def test_what_is_no_answer_is_not_kept(clinic: Ward, fields: dict[str, list[str]], code: str) -> None:
    view = opened(clinic, "case")
    with refuses(BadInput, code), transaction(clinic.sessions) as db:
        respond(db, clinic.visit(), "case", view, fields, NOW)
    assert answers(clinic) == {}


def test_others_views_and_items_that_ask_nothing(clinic: Ward) -> None:
    view, page = opened(clinic, "case"), opened(clinic, "page")
    clinic.learner("ana")
    clinic.learner("eve")
    pass_the_gate(clinic, "ana")
    with transaction(clinic.sessions) as db:
        with refuses(NotFound, "view_unknown"):
            respond(db, clinic.visit("ana"), "case", view, {"q.c1": ["a"]}, NOW)
        with refuses(NotFound, "view_unknown"):
            respond(db, clinic.visit(), "case", page, {"q.c1": ["a"]}, NOW)
        with refuses(NotFound, "content_unknown"):
            respond(db, clinic.visit(), "page", page, {}, NOW)
        with refuses(NotFound, "content_unknown"):
            respond(db, clinic.visit(), "nothing", page, {}, NOW)
        with refuses(Refused, "step_locked"):
            respond(db, clinic.visit("eve"), "case", view, {"q.c1": ["a"]}, NOW)


def test_an_item_that_a_new_version_lacks(clinic: Ward) -> None:
    opened(clinic, "case")
    new_version(clinic, taught(PAGE, PAPER))
    pass_the_gate(clinic)
    answer(clinic, "case", "b")
    assert answers(clinic) == {"case": "b"}
    clinic.learner("new")
    pass_the_gate(clinic, "new")
    with transaction(clinic.sessions) as db:
        with refuses(NotFound, "content_unknown"):
            open_item(db, clinic.visit("new"), "case", NOW)
        assert open_item(db, clinic.visit("new"), "paper", NOW).item == PAPER


def test_an_answer_stands_among_a_persons_own_data_and_facts(clinic: Ward) -> None:
    answer(clinic, "case", "b")
    clinic.learner("tutor")
    with transaction(clinic.sessions) as db:
        (kept,) = own_data(db, clinic.visit(), Sealer("a secret for tests"), NOW).document["activities"]
        assert kept["facts"]["responses"]["case"]["answer"] == "b"
        row = db.scalars(select(models.ContentResponse)).one()
        found = learner_detail(db, clinic.visit("tutor", is_staff=True), row.participation_id, NOW)
        assert ("content_answered", {"title": "Case"}) in [(fact.code, dict(fact.facts)) for fact in found.facts]
