"""AGS over real loopback HTTP: the exact wire, access tokens, paging, and what answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lti_tool.domain.grade import Delivery, GradingProgress, Score
from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.gradebook import (
    CONTAINER_TYPE,
    LINE_ITEM_READ_SCOPE,
    SCORE_SCOPE,
    SCORE_TYPE,
    score_body,
)
from lti_tool.lti.http import Reply
from lti_tool.lti.quirks import ROWS
from lti_tool.lti.service import retry_after
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import NOW
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, as_json

SCORE = Score("user-7", 8, 10, NOW, comment="Well done\nindeed")


def accept_scores(fake: FakePlatform, answer: Answer | None = None) -> str:
    """A line item that takes scores; returns its address."""
    route = fake.guarded(SCORE_SCOPE, None, lambda _: answer or Answer(200))
    fake.routes[("POST", "/li/5/lineitem/scores")] = route
    return f"{fake.base}/li/5/lineitem?type_id=1"


def accept_lists(fake: FakePlatform, route: Any, scope: str = LINE_ITEM_READ_SCOPE) -> str:
    fake.routes[("GET", "/li")] = fake.guarded(scope, CONTAINER_TYPE, route)
    return f"{fake.base}/li?type_id=1"


# --- scores -----------------------------------------------------------------------------------------------------


def test_a_score_is_posted_below_the_path_with_its_media_type_alone(fake: FakePlatform, clients: Clients) -> None:
    outcome = clients.gradebook.post_score(fake.registration(), accept_scores(fake), SCORE, NOW)
    assert (outcome.delivery, outcome.status, outcome.words) == (Delivery.DELIVERED, 200, "")
    (request,) = fake.calls("/li/5/lineitem/scores")
    assert request.query == {"type_id": ["1"]}
    assert request.headers["content-type"] == SCORE_TYPE
    assert b"\n" not in request.body
    assert json.loads(request.body) == {
        "userId": "user-7",
        "scoreGiven": 8,
        "scoreMaximum": 10,
        "timestamp": "2026-11-24T09:00:00.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": "Well done\nindeed",
    }


def test_a_zero_a_fraction_and_the_submission_times_are_written() -> None:
    body = json.loads(score_body(Score("u", 0, 1, NOW, started_at=NOW, submitted_at=NOW + timedelta(seconds=1))))
    assert body["scoreGiven"] == 0
    assert body["submission"] == {"startedAt": "2026-11-24T09:00:00.000Z", "submittedAt": "2026-11-24T09:00:01.000Z"}
    assert json.loads(score_body(Score("u", 1.5, 2.5, NOW)))["scoreGiven"] == 1.5
    assert "comment" not in body


@pytest.mark.parametrize("progress", [one for one in GradingProgress if one is not GradingProgress.FULLY_GRADED])
def test_a_score_that_would_wipe_a_grade_is_never_sent(
    fake: FakePlatform, clients: Clients, progress: GradingProgress
) -> None:
    score = replace(SCORE, grading_progress=progress)
    outcome = clients.gradebook.post_score(fake.registration(), accept_scores(fake), score, NOW)
    assert outcome.delivery is Delivery.REJECTED
    assert fake.seen == []


@pytest.mark.parametrize(("given", "maximum"), [(-1, 10), (1, 0), (1, -5), (float("nan"), 1), (1, float("inf"))])
def test_numbers_that_are_no_score_cannot_be_made(given: float, maximum: float) -> None:
    with pytest.raises(ValueError, match="not a score"):
        Score("u", given, maximum, NOW)
    with pytest.raises(ValueError, match="time zone"):
        Score("u", 1, 1, NOW.replace(tzinfo=None))


M, E, C = LmsFamily.MOODLE, LmsFamily.OPEN_EDX, LmsFamily.CANVAS
D, B, G = LmsFamily.BRIGHTSPACE, LmsFamily.BLACKBOARD, LmsFamily.GENERIC
S = LmsFamily.SAKAI


@pytest.mark.parametrize(
    ("family", "status", "body", "delivery"),
    [
        (M, 200, "", Delivery.DELIVERED),
        (M, 200, "[]", Delivery.NOT_GRADABLE),
        (M, 409, "[]", Delivery.STALE),
        (M, 400, "[]", Delivery.NOT_GRADABLE),
        (M, 404, "{}", Delivery.GONE),
        (M, 500, "[]", Delivery.RETRY),
        (M, 502, "", Delivery.RETRY),
        (E, 201, '{"userId":"u"}', Delivery.DELIVERED),
        (E, 400, '{"timestamp":["Score already exists"]}', Delivery.STALE),
        (E, 400, '{"scoreGiven":["no"]}', Delivery.REJECTED),
        (E, 500, "", Delivery.RETRY),
        (C, 200, '{"resultUrl":"x"}', Delivery.DELIVERED),
        (C, 422, '{"errors":"User not found in course"}', Delivery.NOT_GRADABLE),
        (C, 422, '{"errors":"maximum number of allowed attempts reached"}', Delivery.REJECTED),
        (C, 400, '{"message":"Timestamp is before"}', Delivery.STALE),
        (C, 400, '{"message":"other"}', Delivery.REJECTED),
        (C, 403, "403 Forbidden (Rate Limit Exceeded)", Delivery.RETRY),
        (C, 403, "no", Delivery.REJECTED),
        (D, 403, "User in requested score is not enrolled in the org unit", Delivery.NOT_GRADABLE),
        (D, 404, "User in requested score does not exist", Delivery.NOT_GRADABLE),
        (D, 404, "", Delivery.GONE),
        (B, 400, "User could not be found", Delivery.NOT_GRADABLE),
        (B, 400, "other", Delivery.REJECTED),
        (S, 400, '{"error": "User does not belong to site"}', Delivery.NOT_GRADABLE),
        (S, 400, '{"error": "Missing userId"}', Delivery.REJECTED),
        (S, 403, '{"error": "signature_error"}', Delivery.REJECTED),
        (G, 204, "", Delivery.DELIVERED),
        (G, 202, "[]", Delivery.DELIVERED),
        (G, 200, "[]", Delivery.DELIVERED),
        (G, 409, "", Delivery.STALE),
        (G, 410, "", Delivery.GONE),
        (G, 408, "", Delivery.RETRY),
        (G, 429, "", Delivery.RETRY),
        (G, 503, "", Delivery.RETRY),
        (G, 401, "", Delivery.REJECTED),
        (G, 403, "", Delivery.REJECTED),
        (G, 413, "", Delivery.REJECTED),
    ],
)
def test_what_an_answer_means(
    fake: FakePlatform, clients: Clients, family: LmsFamily, status: int, body: str, delivery: Delivery
) -> None:
    headers = {"Content-Length": "0"} if status == 204 else {}
    url = accept_scores(fake, Answer(status, body.encode(), headers))
    outcome = clients.gradebook.post_score(fake.registration(family=family), url, SCORE, NOW)
    assert (outcome.delivery, outcome.status) == (delivery, status)
    assert outcome.is_final is (delivery is not Delivery.RETRY)


def test_every_lms_has_a_row_and_every_rule_its_source() -> None:
    assert set(ROWS) == set(LmsFamily)
    assert all(rule.source for row in ROWS.values() for rule in row.score_rules)


def test_the_lmss_own_words_are_kept_clean_and_short(fake: FakePlatform, clients: Clients) -> None:
    url = accept_scores(fake, Answer(400, "<b>No\x00 way</b>\n<script>x</script> é ".encode() + b"z" * 2000))
    outcome = clients.gradebook.post_score(fake.registration(), url, SCORE, NOW)
    assert outcome.words.startswith("No way x é z")
    assert len(outcome.words) <= 500


def test_moodles_echo_of_the_score_is_cut_off_its_reason(fake: FakePlatform, clients: Clients) -> None:
    url = accept_scores(fake, Answer(400, b"[]", reason='Incorrect score received{"userId":"user-7"}'))
    outcome = clients.gradebook.post_score(fake.registration(family=LmsFamily.MOODLE), url, SCORE, NOW)
    assert (outcome.delivery, outcome.words) == (Delivery.NOT_GRADABLE, "Incorrect score received")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"status":404,"reason":"Not Found: Grade item 4 doesn\'t exist","request":{"method":"POST","url":"/x"}}',
            "Not Found: Grade item 4 doesn't exist",
        ),
        (b'{"status":404,"reason":{"text":"no sentence"}}', '{"status":404,"reason":{"text":"no sentence"}}'),
        (b'["reason"]', '["reason"]'),
        (b'{ "error" : "invalid_client" }', "invalid_client"),
        (b'{"error":"invalid_request","error_description":"no such scope"}', "invalid_request: no such scope"),
        (b'{"error":{"code":7}}', '{"error":{"code":7}}'),
        (b"[" * 100_000, "[" * 500),
    ],
)
def test_of_an_error_that_is_an_object_the_sentence_is_kept(
    fake: FakePlatform, clients: Clients, body: bytes, words: str
) -> None:
    outcome = clients.gradebook.post_score(fake.registration(), accept_scores(fake, Answer(404, body)), SCORE, NOW)
    assert (outcome.delivery, outcome.words) == (Delivery.GONE, words)


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("99999999", 86_400), ("Tue, 24 Nov 2026", None), ("-1", None)]
)
def test_the_time_to_wait_is_read(fake: FakePlatform, clients: Clients, header: str, seconds: int | None) -> None:
    url = accept_scores(fake, Answer(429, b"slow down", {"Retry-After": header}))
    outcome = clients.gradebook.post_score(fake.registration(), url, SCORE, NOW)
    assert (outcome.delivery, outcome.retry_after) == (Delivery.RETRY, seconds)


@pytest.mark.parametrize(
    ("date", "until", "seconds"),
    [
        ("Tue, 24 Nov 2026 09:00:00 GMT", "Tue, 24 Nov 2026 09:02:00 GMT", 120),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "Tue, 24 Nov 2026 08:00:00 GMT", 0),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "Thu, 24 Dec 2026 09:00:00 GMT", 86_400),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "tomorrow", None),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "Tue, 24 Nov 2026 09:02:00", None),
        ("", "Tue, 24 Nov 2026 09:02:00 GMT", None),
    ],
)
def test_a_date_to_wait_for_counts_from_the_answers_own(date: str, until: str, seconds: int | None) -> None:
    assert retry_after(Reply(503, {"date": date, "retry-after": until}, b"")) == seconds


def test_a_dead_platform_means_again_later_and_a_bad_address_never(fake: FakePlatform, clients: Clients) -> None:
    platform = fake.registration()
    fake.routes[("POST", "/token")] = lambda _: Answer(503, b"down", {"Retry-After": "7"})
    down = clients.gradebook.post_score(platform, accept_scores(fake), SCORE, NOW)
    assert (down.delivery, down.status, down.retry_after) == (Delivery.RETRY, 503, 7)
    assert "down" in down.words
    fake.routes[("POST", "/token")] = fake.issue_token
    bad = clients.gradebook.post_score(platform, "http://10.0.0.1/li", SCORE, NOW)
    assert bad.delivery is Delivery.REJECTED


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, b'{"error":"invalid_scope"}'),
        as_json({"access_token": "t", "scope": "other"}),
        as_json({"token": 1}),
    ],
)
def test_a_scope_that_is_not_granted_is_final(fake: FakePlatform, clients: Clients, answer: Answer) -> None:
    fake.routes[("POST", "/token")] = lambda _: answer
    outcome = clients.gradebook.post_score(fake.registration(), accept_scores(fake), SCORE, NOW)
    assert outcome.delivery is Delivery.REJECTED


# --- tokens -----------------------------------------------------------------------------------------------------
