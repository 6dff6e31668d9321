"""Line items and results: scopes, media types, paging and each family's habits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lti_tool.demo.course import LineItem
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.vocabulary import LINEITEM_READ, MEMBERS_READ, RESULT_READ, SCORE

from .conftest import RelyingParty, StartLms, http

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
NOW = datetime(2026, 3, 1, 12, 0, 0, 500000, tzinfo=UTC)


def stamp(**later: float) -> str:
    return (NOW + timedelta(**later)).isoformat(timespec="microseconds")


def post_item(rp: RelyingParty, lms: DemoLms, **document: Any) -> Any:
    return rp.call("POST", lms.addresses.line_items, content=ITEM, document=document)


# -- scopes, tokens, media types ------------------------------------------------------------------------------------


def test_services_want_the_right_scope(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    wrong = rp.token(MEMBERS_READ)
    one = lms.addresses.line_item(item.id)
    assert rp.call("GET", lms.addresses.line_items, token=wrong, accept=CONTAINER).status_code == 403
    assert rp.call("GET", one, token=rp.token(LINEITEM_READ), accept=ITEM).status_code == 200
    read_only = rp.token(LINEITEM_READ, RESULT_READ)
    assert rp.call("DELETE", one, token=read_only).status_code == 403
    assert rp.call("POST", lms.addresses.line_items, token=read_only, content=ITEM, document={}).status_code == 403
    assert rp.call("POST", lms.addresses.line_item(item.id, "/scores"), token=read_only).status_code == 403
    results = lms.addresses.line_item(item.id, "/results")
    assert rp.call("GET", results, token=rp.token(SCORE), accept=RESULTS).status_code == 403


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer nonsense", "bearer {token}", "Basic {token}"])
def test_services_want_a_bearer_token(lms: DemoLms, rp: RelyingParty, authorization: str | None) -> None:
    headers = {"Accept": CONTAINER}
    if authorization is not None:
        headers["Authorization"] = authorization.format(token=rp.token())
    assert http().get(lms.addresses.line_items, headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("family", "accept", "status"),
    [
        ("generic", CONTAINER, 200),
        ("generic", f"{CONTAINER}, application/json;q=0.1", 200),
        ("generic", "application/json", 406),
        ("generic", "*/*", 406),
        ("generic", CONTAINER.upper(), 406),
        ("moodle", CONTAINER, 200),
        ("moodle", f"{CONTAINER}, application/json", 400),
    ],
)
def test_accept_is_exact(start_lms: StartLms, rp: RelyingParty, family: str, accept: str, status: int) -> None:
    lms = start_lms(family=family)
    assert rp.call("GET", lms.addresses.line_items, accept=accept).status_code == status


def test_canvas_wants_a_user_agent(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="canvas")
    headers = {"Authorization": f"Bearer {rp.token()}", "Accept": CONTAINER}
    assert http().get(lms.addresses.line_items, headers=headers, timeout=5).status_code == 200
    nameless = headers | {"User-Agent": ""}
    assert http().get(lms.addresses.line_items, headers=nameless, timeout=5).status_code == 403


# -- line items -----------------------------------------------------------------------------------------------------


def test_paging_is_by_opaque_case_sensitive_links(lms: DemoLms, rp: RelyingParty) -> None:
    for number in range(10):
        assert post_item(rp, lms, label=f"Column {number}", scoreMaximum=10, tag="x").status_code == 201
    seen, url, pages = [], f"{lms.addresses.line_items}?tag=x&limit=4", 0
    while url:
        answer = rp.call("GET", url, accept=CONTAINER)
        seen += [row["label"] for row in answer.json()]
        pages += 1
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", "<>"))
        if link:
            assert rp.call("GET", link.group(1).lower(), accept=CONTAINER).status_code == 404
        url = link.group(1) if link else ""
    assert seen == [f"Column {number}" for number in range(10)] and pages == 3


@pytest.mark.parametrize("limit", ["0", "-1", "x", "²"])
def test_a_limit_that_is_no_number_is_refused(lms: DemoLms, rp: RelyingParty, limit: str) -> None:
    assert rp.call("GET", f"{lms.addresses.line_items}?limit={limit}", accept=CONTAINER).status_code == 400


def test_filters(lms: DemoLms, rp: RelyingParty) -> None:
    link = rp.call("GET", f"{lms.addresses.line_items}?tag=post-test", accept=CONTAINER).json()[0]["resourceLinkId"]
    for query in ("tag=post-test", "resource_id=htn/post-test", f"resource_link_id={link}"):
        rows = rp.call("GET", f"{lms.addresses.line_items}?{query}", accept=CONTAINER).json()
        assert [row["label"] for row in rows] == ["Hypertension"]
    assert rp.call("GET", f"{lms.addresses.line_items}?tag=none", accept=CONTAINER).json() == []


@pytest.mark.parametrize(
    "document",
    [
        {"scoreMaximum": 5},
        {"label": " ", "scoreMaximum": 5},
        {"label": "x"},
        {"label": "x", "scoreMaximum": 0},
        {"label": "x", "scoreMaximum": "5"},
        {"label": "x", "scoreMaximum": 5, "tag": 3},
    ],
    ids=str,
)
def test_a_bad_line_item_is_refused(lms: DemoLms, rp: RelyingParty, document: dict[str, Any]) -> None:
    assert post_item(rp, lms, **document).status_code == 400


def test_put_replaces_and_delete_removes(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    rp.score(item)
    url = lms.addresses.line_item(item.id)
    changed = rp.call("PUT", url, content=ITEM, document={"label": "New", "scoreMaximum": 50}).json()
    assert changed["label"] == "New" and changed["tag"] == "" and changed["resourceId"] == ""
    assert rp.call("PUT", url, content="application/json", document={}).status_code == 415
    other = {"id": "x", "label": "New", "scoreMaximum": 5}
    assert rp.call("PUT", url, content=ITEM, document=other).status_code == 400
    assert rp.call("DELETE", url).status_code == 204
    assert rp.call("GET", url, accept=ITEM).status_code == 404
    assert rp.score(item).status_code == 404 and lms.grade("physician-md", item) is None


@pytest.mark.parametrize(
    ("family", "foreign", "delete"), [("moodle", 403, 204), ("canvas", 404, 401), ("openedx-programmatic", 400, 403)]
)
def test_line_items_of_families(start_lms: StartLms, rp: RelyingParty, family: str, foreign: int, delete: int) -> None:
    lms = start_lms(family=family)
    placement = lms.placements()[0]
    claims = lms.mint_launch("nurse", placement, nonce="n").claims
    link = claims["https://purl.imsglobal.org/spec/lti/claim/resource_link"]["id"]
    made = post_item(rp, lms, label="Extra", scoreMaximum=5, resourceLinkId=link)
    assert made.status_code == 201 and made.json()["resourceLinkId"] == link
    assert post_item(rp, lms, label="x", scoreMaximum=5, resourceLinkId="nope").status_code == foreign
    assert rp.call("DELETE", made.json()["id"]).status_code == delete


def test_open_edx_wants_a_link_or_a_resource_and_a_whole_maximum(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="openedx-programmatic")
    assert lms.line_items() == ()
    assert post_item(rp, lms, label="x", scoreMaximum=5, tag="t").status_code == 400
    assert post_item(rp, lms, label="x", scoreMaximum=5.5, resourceId="r").status_code == 400
    assert post_item(rp, lms, label="x", scoreMaximum=5, resourceId="r").status_code == 201


def test_moodle_uncouples_on_put_and_writes_a_query_behind_the_path(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="moodle")
    item = lms.line_items()[1]
    url = lms.addresses.line_item(item.id)
    assert url.endswith("/lineitem?type_id=1")
    assert lms.addresses.line_item(item.id, "/scores").endswith("/lineitem/scores?type_id=1")
    assert rp.call("GET", url.replace("type_id=1", "type_id=2"), accept=ITEM).status_code == 401
    rp.call("PUT", url, content=ITEM, document={"label": "x", "scoreMaximum": 5})
    assert lms.line_items(lms.placements()[1]) == ()


# -- results --------------------------------------------------------------------------------------------------------


def test_results_are_filtered_and_paged(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    for person in ("physician-md", "nurse", "pharmacist"):
        rp.score(item, person)
    url = lms.addresses.line_item(item.id, "/results")
    page = rp.call("GET", f"{url}?limit=2", accept=RESULTS)
    assert len(page.json()) == 2 and 'rel="next"' in page.headers["Link"]
    nurse = lms.subject(lms.person("nurse"))
    mine = rp.call("GET", f"{url}?user_id={nurse}", accept=RESULTS).json()
    assert [(row["userId"], row["resultScore"], row["resultMaximum"]) for row in mine] == [(nurse, 80, 100)]
    assert rp.call("GET", url, accept="*/*").status_code == 406


def test_moodle_results(start_lms: StartLms, rp: RelyingParty) -> None:
    lms = start_lms(family="moodle")
    item = lms.line_items()[1]
    rp.score(item, scoreGiven=0)
    url = lms.addresses.line_item(item.id, "/results")
    assert "resultScore" not in rp.call("GET", url, accept=RESULTS).json()[0]
    limited = rp.call("GET", f"{url}&limit=2", accept=RESULTS)
    assert limited.status_code == 404 and limited.headers["Content-Type"].startswith("text/html")
