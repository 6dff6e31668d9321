"""Studying on both databases: openings, time that cannot be invented, coverage, the learner's word, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.db.engine import transaction
from lti_tool.domain.activity import Content, ContentItem, ContentKind, Step
from lti_tool.domain.assessment import Image, TestKind
from lti_tool.domain.errors import NotFound, Refused
from lti_tool.domain.playback import in_seconds
from lti_tool.domain.record import Record
from lti_tool.domain.study import UNPLANNED_MINUTES
from lti_tool.services.answers import Sheet
from lti_tool.services.assessment import sitting, start_attempt, submit_attempt
from lti_tool.services.content import (
    Report,
    confirm_reading,
    content_progress,
    finish_content,
    open_item,
    report_view,
)
from lti_tool.services.media import media_file
from tests.unit.lti_tool.domain.builders import NOW, POST_TEST, single
from tests.unit.lti_tool.domain.builders import activity as sample
from tests.unit.lti_tool.services.learning import only, pass_the_gate, redefine
from tests.unit.lti_tool.services.ward import Ward

PAGE = ContentItem("page", ContentKind.PAGE, "Page", body="See ![a strip](strip.png).")
FILM = ContentItem("film", ContentKind.VIDEO, "Film", url="https://video.example/f", minimum_coverage=Decimal("0.9"))
PAPER = ContentItem("paper", ContentKind.PDF, "Paper", file="paper.pdf", minutes=15)
STEPS = only(Step.CONTENT, Step.POST_TEST)


@pytest.fixture
def library(ward: Ward) -> Ward:
    shown = replace(single("q1"), image=Image("asked.png", "A picture"), rationale="Because ![of this](why.png).")
    test = replace(POST_TEST, questions=(shown,), pass_mark=1)
    content = Content((PAGE, FILM, PAPER), minimum_minutes=10)
    redefine(ward, sample(requirements=STEPS, content=content, pre_test=None, post_test=test, evaluation=None))
    pass_the_gate(ward)
    with transaction(ward.sessions) as db:
        for name in ("strip.png", "paper.pdf", "asked.png", "why.png", "unused.png"):
            media_type = "application/pdf" if name.endswith("pdf") else "image/png"
            db.add(
                models.Media(
                    activity_id=ward.keys["activity"],
                    version=1,
                    name=name,
                    media_type=media_type,
                    content_hash=name,
                    body=name.encode(),
                )
            )
    return ward


def played(seconds: int, duration: float | None, ranges: Sequence[Sequence[float]]) -> Report:
    return Report(seconds, in_seconds(duration, ranges))


def opened(ward: Ward, key: str, **later: float) -> str:
    with transaction(ward.sessions) as db:
        return open_item(db, ward.visit(), key, NOW + timedelta(**later)).view_id


def report(ward: Ward, key: str, view: str, told: Report, **later: float) -> None:
    with transaction(ward.sessions) as db:
        report_view(db, ward.visit(), key, view, told, NOW + timedelta(**later))


def record(ward: Ward) -> Record:
    with transaction(ward.sessions) as db:
        return content_progress(db, ward.visit(), NOW).record


def test_an_opening_is_recorded(library: Ward) -> None:
    opened(library, "page")
    opened(library, "page", minutes=3)
    found = record(library)
    assert found.studies["page"].first_opened_at == NOW and found.seconds_studied == 0
    with transaction(library.sessions) as db:
        assert db.scalar(select(func.count()).select_from(models.StudyView)) == 2


def test_items_in_order(library: Ward) -> None:
    with transaction(library.sessions) as db:
        film = open_item(db, library.visit(), "film", NOW)
        assert (film.previous, film.item, film.following) == (PAGE, FILM, PAPER)
        assert open_item(db, library.visit(), "paper", NOW).following is None


def test_late_and_repeated_reports_keep_the_largest(library: Ward) -> None:
    view = opened(library, "page")
    for seconds in (30, 90, 60, 90):
        report(library, "page", view, Report(seconds), minutes=5)
    assert record(library).seconds_studied == 90


def test_time_cannot_be_invented(library: Ward) -> None:
    view = opened(library, "page")
    report(library, "page", view, Report(10**6), seconds=40)
    assert record(library).seconds_studied == 40


def test_two_windows_do_not_count_twice(library: Ward) -> None:
    first, second = opened(library, "page"), opened(library, "film")
    report(library, "page", first, Report(60), seconds=60)
    report(library, "film", second, Report(60), seconds=60)
    assert record(library).seconds_studied == 60


def test_coverage_is_the_union_of_what_was_played(library: Ward) -> None:
    view = opened(library, "film")
    report(library, "film", view, played(60, 100.0, ((0, 40), (30, 50))), seconds=60)
    assert record(library).studies["film"].coverage == Decimal("0.5")
    report(library, "film", view, played(80, 100.0, ((0, 20),)), seconds=80)
    assert record(library).studies["film"].coverage == Decimal("0.5")
    report(library, "film", view, played(120, 100.0, ((45, 95),)), seconds=120)
    assert record(library).studies["film"].coverage == Decimal("0.95")


@pytest.mark.parametrize(
    "told",
    [
        played(5, 100.0, ((0, 100),)),
        played(5, None, ((0, 4),)),
        played(5, 0.0, ((0, 4),)),
        played(5, -5.0, ((0, 4),)),
        played(5, 1e9, ((0, 4),)),
        played(5, 100.0, ((0, 0.5),) * 501),
        played(5, 100.0, ((50, 20),)),
        played(5, 100.0, ((-50, 2),)),
    ],
)
def test_playback_that_cannot_be(library: Ward, told: Report) -> None:
    view = opened(library, "film")
    report(library, "film", view, told, seconds=5)
    assert record(library).studies["film"].coverage == 0


def test_two_windows_play_no_more_than_one(library: Ward) -> None:
    first, second = opened(library, "film"), opened(library, "film")
    report(library, "film", first, played(45, 180.0, ((0, 90),)), seconds=45)
    report(library, "film", second, played(45, 180.0, ((90, 180),)), seconds=45)
    assert record(library).studies["film"].coverage == Decimal("0.5")
    report(library, "film", second, played(45, 180.0, ((90, 180),)), seconds=90)
    found = record(library).studies["film"]
    assert found.coverage == 1 and found.playback == in_seconds(180.0, ((0, 180),))


def test_reading_elsewhere_counts_up_to_the_plan(library: Ward) -> None:
    view = opened(library, "paper")
    with transaction(library.sessions) as db:
        done = confirm_reading(db, library.visit(), "paper", view, NOW + timedelta(minutes=8))
        assert done.following is None and done.progress.record.seconds_studied == 480
    with transaction(library.sessions) as db:
        confirm_reading(db, library.visit(), "paper", view, NOW + timedelta(hours=5))
    assert record(library).seconds_studied == 15 * 60


def test_without_a_plan_there_is_a_limit_too(library: Ward) -> None:
    view = opened(library, "page")
    with transaction(library.sessions) as db:
        done = confirm_reading(db, library.visit(), "page", view, NOW + timedelta(hours=5))
        assert done.following == FILM
    assert record(library).seconds_studied == UNPLANNED_MINUTES * 60


def test_another_learners_view_does_not_exist(library: Ward) -> None:
    view = opened(library, "page")
    library.learner("ana")
    pass_the_gate(library, "ana")
    with transaction(library.sessions) as db:
        for known in ("page", "nothing"):
            with pytest.raises(NotFound):
                report_view(db, library.visit("ana"), known, view, Report(9), NOW)
        with pytest.raises(NotFound, match="view_unknown"):
            confirm_reading(db, library.visit("ana"), "page", view, NOW)
        with pytest.raises(NotFound, match="view_unknown"):
            report_view(db, library.visit(), "film", view, Report(9), NOW)


def test_unknown_items(library: Ward) -> None:
    with pytest.raises(NotFound, match="content_unknown"):
        opened(library, "nothing")


def test_finishing_needs_everything_and_counts_once(library: Ward) -> None:
    with pytest.raises(Refused, match="content_unfinished") as refused, transaction(library.sessions) as db:
        finish_content(db, library.visit(), NOW)
    codes = [blocker.code for blocker in refused.value.facts["blockers"]]
    assert codes == ["content_unopened", "content_unopened", "content_unopened", "content_minutes"]
    opened(library, "page")
    opened(library, "paper")
    view = opened(library, "film")
    report(library, "film", view, played(600, 500.0, ((0, 480),)), minutes=10)
    for minutes in (10, 20):
        with transaction(library.sessions) as db:
            after = finish_content(db, library.visit(), NOW + timedelta(minutes=minutes))
            assert after.standing.is_done(Step.CONTENT)
            assert after.record.content_finished_at == NOW + timedelta(minutes=10)


def test_content_that_lies_in_the_course(ward: Ward) -> None:
    redefine(ward, sample(requirements=STEPS, content=None))
    pass_the_gate(ward)
    with transaction(ward.sessions) as db:
        assert finish_content(db, ward.visit(), NOW).standing.is_done(Step.CONTENT)


def test_locked_content(library: Ward) -> None:
    library.learner("ana")
    visit = library.visit("ana")
    with transaction(library.sessions) as db:
        for act in (
            lambda: content_progress(db, visit, NOW),
            lambda: open_item(db, visit, "page", NOW),
            lambda: report_view(db, visit, "page", "x", Report(1), NOW),
            lambda: confirm_reading(db, visit, "page", "x", NOW),
            lambda: finish_content(db, visit, NOW),
        ):
            with pytest.raises(Refused, match="locked"):
                act()
        with pytest.raises(NotFound, match="media_unknown"):
            media_file(db, visit, "strip.png", NOW)
        assert db.scalar(select(func.count()).select_from(models.StudyView)) == 0


def visible(ward: Ward) -> set[str]:
    names = set()
    for name in ("strip.png", "paper.pdf", "asked.png", "why.png", "unused.png", "../strip.png", ""):
        with transaction(ward.sessions) as db:
            try:
                found = media_file(db, ward.visit(), name, NOW)
            except NotFound:
                continue
            assert found.body == name.encode()
            assert found.media_type == ("application/pdf" if name.endswith("pdf") else "image/png")
            names.add(name)
    return names


def sitting_of(ward: Ward) -> str:
    with transaction(ward.sessions) as db:
        attempt = sitting(db, ward.visit(), TestKind.POST, NOW).attempt
    assert attempt is not None
    return attempt.id


def test_files_appear_with_the_steps_that_use_them(library: Ward) -> None:
    assert visible(library) == {"strip.png", "paper.pdf"}
    for key in ("page", "paper"):
        opened(library, key)
    report(library, "film", opened(library, "film"), played(600, 500.0, ((0, 480),)), minutes=10)
    with transaction(library.sessions) as db:
        finish_content(db, library.visit(), NOW)
    assert visible(library) == {"strip.png", "paper.pdf"}
    with transaction(library.sessions) as db:
        start_attempt(db, library.visit(), TestKind.POST, NOW)
    assert visible(library) == {"strip.png", "paper.pdf", "asked.png"}
    found = sitting_of(library)
    with transaction(library.sessions) as db:
        submit_attempt(db, library.visit(), TestKind.POST, found, lambda test, form: Sheet({"q1": "a"}), NOW)
    assert visible(library) == {"strip.png", "paper.pdf", "asked.png", "why.png"}
