"""Tokens, line items and results: what is asked of a platform, and what its answers mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.grade import Delivery, LineItem, LineItemSpec, next_timestamp
from lti_tool.lti.gradebook import (
    LINE_ITEM_SCOPE,
    LINE_ITEM_TYPE,
    RESULT_SCOPE,
    RESULTS_TYPE,
    SCORE_SCOPE,
)
from lti_tool.lti.service import assertion_audience
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import NOW, platform
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, as_json
from tests.unit.lti_tool.lti.test_gradebook import SCORE, accept_lists, accept_scores


def test_a_token_serves_until_a_minute_before_its_end(fake: FakePlatform, clients: Clients) -> None:
    url, platform = accept_scores(fake), fake.registration()
    for seconds in (0, 60, 3539):
        clients.gradebook.post_score(platform, url, SCORE, NOW + timedelta(seconds=seconds))
    assert len(fake.calls("/token")) == 1
    clients.gradebook.post_score(platform, url, SCORE, NOW + timedelta(seconds=3540))
    assert len(fake.calls("/token")) == 2


def test_a_refused_token_is_renewed_once(fake: FakePlatform, clients: Clients) -> None:
    url, platform = accept_scores(fake), fake.registration()
    clients.gradebook.post_score(platform, url, SCORE, NOW)
    fake.tokens.clear()
    assert clients.gradebook.post_score(platform, url, SCORE, NOW).delivery is Delivery.DELIVERED
    assert len(fake.calls("/token")) == 2


def test_a_new_token_that_is_refused_is_not_asked_for_again(fake: FakePlatform, clients: Clients) -> None:
    url = accept_scores(fake)
    fake.routes[("POST", "/token")] = lambda _: as_json({"access_token": "never-good", "expires_in": 3600})
    for _ in range(2):
        assert clients.gradebook.post_score(fake.registration(), url, SCORE, NOW).status == 401
    assert len(fake.calls("/token")) == 2


def test_only_the_scope_that_is_needed_is_asked_for(fake: FakePlatform, clients: Clients) -> None:
    clients.gradebook.post_score(fake.registration(), accept_scores(fake), SCORE, NOW)
    assert list(fake.tokens.values()) == [{SCORE_SCOPE}]


def test_two_tenants_of_one_issuer_never_share_a_token(fake: FakePlatform, clients: Clients) -> None:
    fake.client_ids = ("client-1", "client-2")
    url = accept_scores(fake)
    first, second = fake.registration(), fake.registration(id="p2", client_id="client-2")
    for tenant in (first, second, first, second):
        clients.gradebook.post_score(tenant, url, SCORE, NOW)
    used = [fake.owners[call.headers["authorization"].split()[1]] for call in fake.calls("/li/5/lineitem/scores")]
    assert used == ["client-1", "client-2", "client-1", "client-2"]
    assert len(fake.calls("/token")) == 2


def test_the_audience_is_known_for_brightspace() -> None:
    brightspace = platform(token_url="https://auth.brightspace.com/core/connect/token")
    assert assertion_audience(brightspace) == "https://api.brightspace.com/auth/token"
    assert assertion_audience(replace(brightspace, token_audience="urn:own")) == "urn:own"
    assert assertion_audience(platform()) == "https://lms.example/token"


def test_the_audience_can_be_set(fake: FakePlatform, clients: Clients) -> None:
    url = accept_scores(fake)
    fake.audience = "urn:own"
    other = fake.registration(id="p3", token_audience="urn:own")
    assert clients.gradebook.post_score(other, url, SCORE, NOW).delivery is Delivery.DELIVERED


@pytest.mark.parametrize("life", [None, "soon", [], -5, 10**30])
def test_a_life_that_is_none_does_no_harm(fake: FakePlatform, clients: Clients, life: Any) -> None:
    url = accept_scores(fake)

    def issue(request: Request) -> Answer:
        body = json.loads(fake.issue_token(request).body) | {"expires_in": life}
        return as_json(body)

    fake.routes[("POST", "/token")] = issue
    assert clients.gradebook.post_score(fake.registration(), url, SCORE, NOW).delivery is Delivery.DELIVERED


def test_the_assertion_lies_a_little_in_the_past(fake: FakePlatform, clients: Clients) -> None:
    clients.gradebook.post_score(fake.registration(), accept_scores(fake), SCORE, NOW)
    assert len(fake.used_ids) == 1  # checked claim by claim in FakePlatform.issue_token


def entry(number: int, **members: Any) -> dict[str, Any]:
    return {"id": f"https://lms.example/li/{number}", "label": f"L{number}", "scoreMaximum": 100} | members


def test_line_items_are_listed_with_the_filters_and_all_pages(fake: FakePlatform, clients: Clients) -> None:
    def page(request: Request) -> Answer:
        assert request.query["type_id"] == ["1"]
        mark = request.query.get("page", ["Aa"])[0]
        following = {"Aa": "Bb", "Bb": "Cc"}.get(mark)
        rows = [entry(ord(mark[0]), tag=mark), entry(1, tag="x")]
        link = f'<{fake.base}/li?type_id=1&page={following}>; rel="next"'
        return as_json(rows, Link=link) if following else as_json(rows)

    found = clients.gradebook.list_line_items(fake.registration(), accept_lists(fake, page), NOW)
    assert [item.tag for item in found] == ["Aa", "x", "Bb", "x", "Cc", "x"]


def test_filters_are_sent_and_checked_again(fake: FakePlatform, clients: Clients) -> None:
    url = accept_lists(fake, lambda _: as_json([entry(1, resourceId="a/b"), entry(2, resourceId="c"), entry(3)]))
    found = clients.gradebook.list_line_items(fake.registration(), url, NOW, resource_id="a/b", tag="")
    assert found == [LineItem("https://lms.example/li/1", "L1", 100.0, "a/b")]
    assert fake.calls("/li")[0].query == {"type_id": ["1"], "resource_id": ["a/b"]}


def test_the_full_scope_lists_where_reading_alone_was_not_granted(fake: FakePlatform, clients: Clients) -> None:
    url = accept_lists(fake, lambda _: as_json([]), LINE_ITEM_SCOPE)
    assert clients.gradebook.list_line_items(fake.registration(), url, NOW, is_writable=True) == []


def test_moodles_curly_quotes_are_understood(fake: FakePlatform, clients: Clients) -> None:
    def page(request: Request) -> Answer:
        link = f"<{fake.base}/li?type_id=1&amp;from=2>; rel=“next”".encode().decode("latin-1")
        return as_json([entry(1)]) if "from" in request.query else as_json([entry(2)], Link=link)

    found = clients.gradebook.list_line_items(fake.registration(), accept_lists(fake, page), NOW)
    assert [item.label for item in found] == ["L2", "L1"]


def test_pages_that_lead_in_a_circle_are_left(fake: FakePlatform, clients: Clients) -> None:
    url = accept_lists(fake, lambda _: as_json([], Link=f'<{fake.base}/li?type_id=1>; rel="next"'))
    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.list_line_items(fake.registration(), url, NOW)
    assert caught.value.code == "paging_loop"


def test_pages_without_end_are_left(fake: FakePlatform, clients: Clients) -> None:
    def page(request: Request) -> Answer:
        number = int(request.query.get("p", ["0"])[0])
        return as_json([], Link=f"<?p={number + 1}>; rel=next")

    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.list_line_items(fake.registration(), accept_lists(fake, page), NOW)
    assert caught.value.code == "paging_endless"
    assert len(fake.calls("/li")) == 50


@pytest.mark.parametrize("target", ["https://evil.example/li", "http://localhost:1/li", "ftp://127.0.0.1/"])
def test_a_token_is_never_carried_to_another_host(fake: FakePlatform, clients: Clients, target: str) -> None:
    url = accept_lists(fake, lambda _: as_json([], Link=f'<{target}>; rel="next"'))
    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.list_line_items(fake.registration(), url, NOW)
    assert caught.value.code == "paging_foreign"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (as_json({"items": []}), "reply_malformed"),
        (as_json([5]), "reply_malformed"),
        (as_json([{"label": "no id"}]), "reply_malformed"),
        (Answer(200, b"<html>"), "reply_not_json"),
        (Answer(500, b"oops"), "service_status"),
        (Answer(302, b"", {"Location": "/login"}), "redirect_refused"),
    ],
)
def test_an_answer_that_is_no_container_is_named(
    fake: FakePlatform, clients: Clients, answer: Answer, code: str
) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.list_line_items(fake.registration(), accept_lists(fake, lambda _: answer), NOW)
    assert caught.value.code == code


def test_a_line_item_is_made(fake: FakePlatform, clients: Clients) -> None:
    def make(request: Request) -> Answer:
        assert request.headers["content-type"] == LINE_ITEM_TYPE
        return as_json(json.loads(request.body) | {"id": "/li/9", "scoreMaximum": "10"}, 201)

    fake.routes[("POST", "/li")] = fake.guarded(LINE_ITEM_SCOPE, LINE_ITEM_TYPE, make)
    spec = LineItemSpec("Post-test", 10, "a1/post", "post", "link-1")
    made = clients.gradebook.create_line_item(fake.registration(), f"{fake.base}/li", spec, NOW)
    assert made == LineItem(f"{fake.base}/li/9", "Post-test", 10.0, "a1/post", "post", "link-1")
    assert json.loads(fake.calls("/li")[0].body)["scoreMaximum"] == 10


def test_a_line_item_that_is_refused_carries_the_lmss_words(fake: FakePlatform, clients: Clients) -> None:
    fake.routes[("POST", "/li")] = fake.guarded(LINE_ITEM_SCOPE, None, lambda _: Answer(412, b"course is over"))
    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.create_line_item(fake.registration(), f"{fake.base}/li", LineItemSpec("L", 1), NOW)
    assert (caught.value.facts["status"], caught.value.facts["words"]) == (412, "course is over")


def test_a_private_service_address_is_not_called(clients: Clients, fake: FakePlatform) -> None:
    with pytest.raises(BadInput):
        clients.gradebook.list_line_items(fake.registration(), "https://169.254.169.254/latest", NOW)


def test_results_are_read_from_all_pages_and_for_one_learner(fake: FakePlatform, clients: Clients) -> None:
    def page(request: Request) -> Answer:
        rows = [
            {"userId": "u1", "resultScore": 80, "resultMaximum": 100, "comment": "c"},
            {"userId": 2, "resultScore": "nan"},
            {"id": "x"},
        ]
        if "p" in request.query:
            return as_json(rows[1:])
        return as_json(rows[:1], Link="<?p=2>; rel=next")

    fake.routes[("GET", "/li/5/results")] = fake.guarded(RESULT_SCOPE, RESULTS_TYPE, page)
    url, platform = f"{fake.base}/li/5", fake.registration()
    everybody = clients.gradebook.get_results(platform, url, NOW)
    assert [(r.user_id, r.score, r.maximum) for r in everybody] == [
        ("u1", 80.0, 100.0),
        ("2", None, None),
        ("", None, None),
    ]
    assert [r.user_id for r in clients.gradebook.get_results(platform, url, NOW, user_id="u1")] == ["u1"]
    assert fake.calls("/li/5/results")[2].query == {"user_id": ["u1"]}


def test_timestamps_of_one_line_item_rise_by_whole_seconds() -> None:
    now = NOW + timedelta(microseconds=700_000)
    first = next_timestamp(None, now)
    second = next_timestamp(first, now)
    third = next_timestamp(second, now)
    assert (first, second, third) == (NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2))
    assert next_timestamp(NOW, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
    assert next_timestamp(NOW + timedelta(microseconds=5), NOW) == NOW + timedelta(seconds=1)


def test_a_label_that_is_no_text_is_empty(fake: FakePlatform, clients: Clients) -> None:
    url = accept_lists(fake, lambda _: as_json([entry(1, label=True, tag=["x"], resourceId=7)]))
    (item,) = clients.gradebook.list_line_items(fake.registration(), url, NOW)
    assert (item.label, item.tag, item.resource_id) == ("", "", "7")
