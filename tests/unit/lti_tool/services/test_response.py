"""Answering cases and polls: gates on every way in, first answers, peers, versions, staff's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Activity, Content, ContentItem, ContentKind, Step
from lti_tool.domain.assessment import Answer, Entry, Image, Question, QuestionKind
from lti_tool.domain.errors import BadInput, Forbidden, NotFound, Refused
from lti_tool.domain.record import Record
from lti_tool.domain.response import Tally
from lti_tool.services.content import Report, confirm_reading, content_progress, finish_content, open_item, report_view
from lti_tool.services.learner_facts import learner_detail
from lti_tool.services.media import media_file
from lti_tool.services.own_data import own_data
from lti_tool.services.response import peers, reopened, respond, response_summaries
from lti_tool.services.trial import wipe_trial
from tests.unit.lti_tool.domain.builders import NOW, entries, single
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.domain.refusing import refuses
from tests.unit.lti_tool.services.learning import new_version, only, pass_the_gate, redefine
from tests.unit.lti_tool.services.ward import Ward
from tests.unit.lti_tool.services.ward import opened as furnished

ASKED = replace(single("c1"), image=Image("strip.png", "A strip"), rationale="Because ![of this](why.png).")
PAGE = ContentItem("page", ContentKind.PAGE, "Page", body="Read ![it](page.png).")
CASE = ContentItem("case", ContentKind.CASE, "Case", body="A man ![of 60](man.png).", question=ASKED, minutes=5)
POLL = ContentItem(
    "poll", ContentKind.POLL, "Poll", question=Question("poll", QuestionKind.SINGLE, "Who?", entries("x", "y"))
)
PAPER = ContentItem("paper", ContentKind.PDF, "Paper", file="paper.pdf")
FILES = ("page.png", "man.png", "strip.png", "why.png", "paper.pdf")


def taught(*items: ContentItem) -> Activity:
    content = Content(items or (PAGE, CASE, POLL, PAPER))
    return sample(requirements=only(Step.CONTENT), content=content, pre_test=None, post_test=None, evaluation=None)


@pytest.fixture
def clinic(migrated_sqlite_url: str) -> Iterator[Ward]:
    with furnished(migrated_sqlite_url, NOW) as made:
        yield prepared(made)


@pytest.fixture
def clinics(ward: Ward) -> Ward:
    """The same on each engine, for what is counted in SQL."""
    return prepared(ward)


def prepared(ward: Ward) -> Ward:
    redefine(ward, taught())
    pass_the_gate(ward)
    with transaction(ward.sessions) as db:
        for name in FILES:
            db.add(
                models.Media(
                    activity_id=ward.keys["activity"],
                    version=1,
                    name=name,
                    media_type="image/png",
                    content_hash=name,
                    body=name.encode(),
                )
            )
    return ward


def opened(ward: Ward, key: str, who: str = "lee", *, is_staff: bool = False) -> str:
    with transaction(ward.sessions) as db:
        return open_item(db, ward.visit(who, is_staff=is_staff), key, NOW).view_id


def answer(
    ward: Ward, key: str, value: str, who: str = "lee", *, minutes: float = 1, is_staff: bool = False, field: str = ""
) -> None:
    view = opened(ward, key, who, is_staff=is_staff)
    name = field or ("q.c1" if key == "case" else f"q.{key}")
    with transaction(ward.sessions) as db:
        at = NOW + timedelta(minutes=minutes)
        respond(db, ward.visit(who, is_staff=is_staff), key, view, {name: [value]}, at)


def record(ward: Ward, who: str = "lee") -> Record:
    with transaction(ward.sessions) as db:
        return content_progress(db, ward.visit(who), NOW).record


def answers(ward: Ward, who: str = "lee") -> dict[str, Answer]:
    return {key: response.answer for key, response in record(ward, who).responses.items()}


def seen_peers(ward: Ward, key: str = "case", who: str = "lee") -> Tally | None:
    with transaction(ward.sessions) as db:
        here = content_progress(db, ward.visit(who), NOW)
        items = here.activity.content.items if here.activity.content else ()
        return peers(db, here, next(item for item in items if item.key == key))


def crowd(ward: Ward, values: str, *, first: int = 0) -> None:
    """Others, each with an answer to the case."""
    for number, value in enumerate(values, first):
        who = f"peer{number}"
        ward.learner(who)
        pass_the_gate(ward, who)
        answer(ward, "case", value, who)


def visible(ward: Ward) -> set[str]:
    names = set()
    for name in FILES:
        with transaction(ward.sessions) as db:
            try:
                names.add(media_file(db, ward.visit(), name, NOW).name)
            except NotFound:
                continue
    return names


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


def test_the_first_answer_stands(clinics: Ward) -> None:
    view = opened(clinics, "case")
    for value in ("b", "b", "a", "zz", ""):
        with transaction(clinics.sessions) as db:
            respond(db, clinics.visit(), "case", view, {"q.c1": [value]}, NOW + timedelta(minutes=1))
    assert answers(clinics) == {"case": "b"}
    with transaction(clinics.sessions) as db:
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


def test_peers_are_others_and_enough_of_them(clinics: Ward) -> None:
    crowd(clinics, "aabb")
    answer(clinics, "case", "c")
    assert seen_peers(clinics) is None
    crowd(clinics, "a", first=4)
    found = seen_peers(clinics)
    assert found is not None and found.total == 5
    assert [(one.key, one.count) for one in found.choices] == [("a", 3), ("b", 2), ("c", 0)]


def test_peers_are_not_told_before_the_answer(clinic: Ward) -> None:
    crowd(clinic, "aabbc")
    opened(clinic, "case")
    assert seen_peers(clinic) is None


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


def test_an_answer_stands_among_a_persons_own_data_and_facts(clinic: Ward) -> None:
    answer(clinic, "case", "b")
    clinic.learner("tutor")
    with transaction(clinic.sessions) as db:
        (kept,) = own_data(db, clinic.visit(), NOW).document["activities"]
        assert kept["facts"]["responses"]["case"]["answer"] == "b"
        row = db.scalars(select(models.ContentResponse)).one()
        found = learner_detail(db, clinic.visit("tutor", is_staff=True), row.participation_id, NOW)
        assert ("content_answered", {"title": "Case"}) in [(fact.code, dict(fact.facts)) for fact in found.facts]
