"""Scores: shape, time stamps, who can be graded, and what each family makes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lti_tool.demo.course import LineItem
from lti_tool.demo.platform import DemoLms

from .conftest import RelyingParty, StartLms

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
NOW = datetime(2026, 3, 1, 12, 0, 0, 500000, tzinfo=UTC)


def stamp(**later: float) -> str:
    return (NOW + timedelta(**later)).isoformat(timespec="microseconds")


def post_item(rp: RelyingParty, lms: DemoLms, **document: Any) -> Any:
    return rp.call("POST", lms.addresses.line_items, content=ITEM, document=document)


# -- scores ---------------------------------------------------------------------------------------------------------


def test_a_score_reaches_the_gradebook(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    answer = rp.score(item, comment="well done")
    grade = lms.grade("physician-md", item)
    assert answer.status_code == 200 and grade is not None
    assert (grade.score, grade.comment) == (80, "well done")
    received = lms.scores_received()[-1]
    assert received.status == 200 and '"scoreGiven": 8' in received.raw


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": None},
        {"userId": 7},
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"timestamp": 1767225600},
        {"timestamp": "2026-03-01T12:00:00.5"},
        {"timestamp": "2026-03-01T12:00:00Z"},
        {"timestamp": "2026-02-30T12:00:00.5Z"},
        {"activityProgress": None},
        {"activityProgress": "Done"},
        {"gradingProgress": None},
        {"gradingProgress": "fullygraded"},
        {"scoreMaximum": None},
        {"scoreMaximum": 0},
        {"scoreGiven": -1},
        {"scoreGiven": "8"},
        {"scoreGiven": True},
        {"comment": 5},
    ],
    ids=str,
)
def test_a_bad_score_is_refused(lms: DemoLms, rp: RelyingParty, item: LineItem, changes: dict[str, Any]) -> None:
    assert rp.score(item, **changes).status_code == 400
    assert lms.grade("physician-md", item) is None and lms.scores_received()[-1].status == 400


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(lms: DemoLms, rp: RelyingParty, item: LineItem, raw: bytes) -> None:
    assert rp.score(item, raw=raw or b" ").status_code == 400


def test_the_media_type_of_a_score_is_exact(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    assert rp.score(item, content="application/json").status_code == 415
    assert rp.score(item, content="application/vnd.ims.lis.v1.score+json; charset=utf-8").status_code == 200


@pytest.mark.parametrize(
    ("family", "fraction_later", "equal", "earlier"),
    [
        ("generic", 200, 409, 409),
        ("moodle", 409, 409, 409),
        ("openedx", 201, 400, 400),
        ("canvas", 200, 200, 400),
        ("brightspace", 200, 409, 409),
        ("blackboard", 204, 409, 409),
    ],
)
def test_timestamps(
    start_lms: StartLms, rp: RelyingParty, family: str, fraction_later: int, equal: int, earlier: int
) -> None:
    item = start_lms(family=family).line_items()[1]
    assert rp.score(item, timestamp=stamp()).ok
    assert rp.score(item, timestamp=stamp()).status_code == equal
    assert rp.score(item, timestamp=stamp(seconds=-60)).status_code == earlier
    assert rp.score(item, timestamp=stamp(milliseconds=100)).status_code == fraction_later
    assert rp.score(item, timestamp=stamp(seconds=2)).ok


@pytest.mark.parametrize(
    ("family", "status"),
    [("generic", 404), ("moodle", 400), ("openedx", 500), ("canvas", 422), ("brightspace", 403), ("blackboard", 400)],
)
@pytest.mark.parametrize("who", ["instructor", "nobody"])
def test_only_learners_can_be_graded(start_lms: StartLms, rp: RelyingParty, family: str, status: int, who: str) -> None:
    lms = start_lms(family=family)
    user = "nobody" if who == "nobody" else lms.subject(lms.person(who))
    assert rp.score(lms.line_items()[1], userId=user).status_code == status


@pytest.mark.parametrize(("family", "kept"), [("generic", 80), ("openedx", 80), ("moodle", None), ("canvas", None)])
def test_an_unfinished_score_keeps_or_wipes_the_grade(
    start_lms: StartLms, rp: RelyingParty, family: str, kept: float | None
) -> None:
    lms = start_lms(family=family)
    item = lms.line_items()[1]
    rp.score(item, timestamp=stamp())
    assert rp.score(item, timestamp=stamp(seconds=5), gradingProgress="Pending").ok
    grade = lms.grade("physician-md", item)
    assert grade is not None and grade.score == kept


def test_moodle_forgets_the_time_of_a_wiped_grade(start_lms: StartLms, rp: RelyingParty) -> None:
    item = start_lms(family="moodle").line_items()[1]
    rp.score(item, timestamp=stamp())
    rp.score(item, timestamp=stamp(seconds=5), gradingProgress="Failed")
    assert rp.score(item, timestamp=stamp(seconds=-60)).status_code == 200


def test_moodle_masks_the_refusal_of_a_body_with_line_breaks(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="moodle")
    answer = rp.score(lms.line_items()[1], raw=b'{\n"userId": "5"}')
    assert (answer.status_code, answer.json()) == (200, [])
    assert lms.scores_received()[-1].reason.startswith("refused")


@pytest.mark.parametrize(("family", "score"), [("openedx-9.14", None), ("openedx", 0)])
def test_a_zero_that_is_stored_but_not_published(
    start_lms: StartLms, rp: RelyingParty, family: str, score: float | None
) -> None:
    lms = start_lms(family=family)
    item = lms.line_items()[1]
    assert rp.score(item, scoreGiven=0).status_code == 201
    grade = lms.grade("physician-md", item)
    assert grade is not None and grade.score == score


@pytest.mark.parametrize(("family", "points"), [("generic", 120), ("moodle", 100)])
def test_scores_above_the_maximum(start_lms: StartLms, rp: RelyingParty, family: str, points: float) -> None:
    lms = start_lms(family=family)
    item = lms.line_items()[1]
    rp.score(item, scoreGiven=12)
    grade = lms.grade("physician-md", item)
    assert grade is not None and grade.score == points


def test_a_final_score_without_points_clears_the_grade(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    rp.score(item, timestamp=stamp())
    rp.score(item, timestamp=stamp(seconds=1), scoreGiven=None, scoreMaximum=None)
    grade = lms.grade("physician-md", item)
    assert grade is not None and grade.score is None


def test_parallel_scores_leave_one_grade_the_newest(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    token = rp.token()
    url = lms.addresses.line_item(item.id, "/scores")

    def post(number: int) -> int:
        document = {
            "userId": lms.subject(lms.person("nurse")),
            "timestamp": stamp(seconds=number),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": number,
            "scoreMaximum": 100,
        }
        how = {"content": "application/vnd.ims.lis.v1.score+json", "document": document}
        return int(rp.call("POST", url, token=token, **how).status_code)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(1, 17)))
    grade = lms.grade("nurse", item)
    assert set(answers) <= {200, 409} and grade is not None and grade.score == 16
