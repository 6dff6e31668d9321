"""The Platform Notification Service of the demo LMS, held against a tool with keys of its own, and copied courses."""

from __future__ import annotations

from typing import Any

import pytest

from lti_tool.demo.claims import NoticeKind
from lti_tool.demo.course import MAIN
from lti_tool.demo.platform import DemoLms
from lti_tool.demo.vocabulary import ALL_SCOPES, NOTICE_HANDLERS

from .conftest import Browser, P, RelyingParty, StartLms, claims_of

PNS = P + "platformnotificationservice"
JSON = "application/json"


def put(rp: RelyingParty, lms: DemoLms, **changes: Any) -> Any:
    document = {"notice_type": "LtiContextCopyNotice", "handler": f"{rp.base}/notices"} | changes
    token = rp.token(NOTICE_HANDLERS)
    return rp.call("PUT", lms.addresses.notice_handlers("1"), token=token, content=JSON, document=document)


def test_a_launch_says_where_handlers_are_put(start_lms: StartLms) -> None:
    lms = start_lms()
    claim = lms.mint_launch("nurse", 3, nonce="n").claims[PNS]
    assert claim["platform_notification_service_url"] == lms.addresses.notice_handlers("1")
    assert claim["scope"] == [NOTICE_HANDLERS] and "LtiContextCopyNotice" in claim["notice_types_supported"]
    lms.set_behaviour("moodle")
    assert PNS not in lms.mint_launch("nurse", 3, nonce="n").claims


def test_a_handler_is_kept_listed_and_removed(lms: DemoLms, rp: RelyingParty) -> None:
    assert put(rp, lms, max_batch_size=50).json()["handler"] == f"{rp.base}/notices"
    listed = rp.call("GET", lms.addresses.notice_handlers("1"), token=rp.token(NOTICE_HANDLERS)).json()
    assert {"notice_type": "LtiContextCopyNotice", "handler": f"{rp.base}/notices"} in listed["notice_handlers"]
    assert len(listed["notice_handlers"]) == len(NoticeKind)
    put(rp, lms, handler="")
    assert set(lms.notices.handlers("1").values()) == {""}


@pytest.mark.parametrize(
    "changes",
    [
        {"notice_type": "LtiUnheardOfNotice"},
        {"notice_type": None},
        {"handler": "http://127.0.0.1:1/notices"},
        {"handler": None},
        {"handler": 7},
        {"max_batch_size": 0},
        {"max_batch_size": True},
        {"surprise": 1},
    ],
)
def test_what_is_not_by_the_book_is_refused(lms: DemoLms, rp: RelyingParty, changes: dict[str, Any]) -> None:
    assert put(rp, lms, **changes).status_code == 400
    assert set(lms.notices.handlers("1").values()) == {""}


def test_scope_media_type_and_deployment_are_asked(lms: DemoLms, rp: RelyingParty) -> None:
    url, document = lms.addresses.notice_handlers("1"), {"notice_type": "LtiHelloWorldNotice", "handler": ""}
    others = rp.token(*ALL_SCOPES)
    assert rp.call("PUT", url, token=others, content=JSON, document=document).status_code == 403
    mine = rp.token(NOTICE_HANDLERS)
    assert rp.call("PUT", url, token=mine, content="text/plain", document=document).status_code == 415
    elsewhere = lms.addresses.notice_handlers("2/..")
    assert rp.call("PUT", elsewhere, token=mine, content=JSON, document=document).status_code == 404
    assert rp.call("PUT", url, token=mine, content=JSON, document=document).status_code == 200


def test_whoever_asks_for_greetings_is_greeted_at_once(lms: DemoLms, rp: RelyingParty) -> None:
    put(rp, lms, notice_type="LtiHelloWorldNotice")
    assert [(sent.kind, sent.url) for sent in lms.notices.sent] == [("LtiHelloWorldNotice", f"{rp.base}/notices")]
    assert rp.fetches[-1] == "/notices"


def test_a_notice_is_signed_and_tells_both_courses(lms: DemoLms) -> None:
    made = lms.copy_course()
    about = {P + "origin_contexts": ["a"]}
    signed = lms.notices.sign(lms.notices.claims("1", NoticeKind.CONTEXT_COPY, about))
    claims = claims_of(signed, lms)
    assert claims["aud"] == claims["azp"] == "demo-cme-tool" and "sub" not in claims
    assert claims[P + "notice"]["type"] == "LtiContextCopyNotice"
    assert lms.course(made.number) == made


def test_a_copy_has_links_and_columns_of_its_own(lms: DemoLms, rp: RelyingParty) -> None:
    rp.score(lms.line_items()[1], "nurse", scoreGiven=7)
    made = lms.copy_course()
    links = [one for one in lms.placements() if one.course == made.number]
    originals = [one for one in lms.placements() if one.course == MAIN.number]
    assert [one.title for one in links] == [one.title for one in originals]
    assert not {one.id for one in links} & {one.id for one in originals}
    claims = lms.mint_launch("nurse", links[1], nonce="n").claims
    assert claims[P + "context"]["title"].endswith("(copy)")
    assert claims[P + "context"]["id"] != lms.mint_launch("nurse", originals[1], nonce="n").claims[P + "context"]["id"]
    endpoint = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    listed = rp.call("GET", endpoint["lineitems"], accept="application/vnd.ims.lis.v2.lineitemcontainer+json").json()
    assert endpoint["lineitem"] in {one["id"] for one in listed} and len(listed) == 2
    assert lms.grade("nurse", lms.line_items(links[1])[0]) is None
    with pytest.raises(KeyError):
        lms.copy_course("9")


def test_instructors_copy_the_course_and_see_who_was_told(lms: DemoLms, rp: RelyingParty) -> None:
    assert Browser(lms, "nurse").post("/course/copy").status_code == 403
    page = Browser(lms, "instructor").post("/course/copy")
    assert "Nobody has asked to be told" in page.text and f"{MAIN.title} (copy)" in page.text
    put(rp, lms)
    assert "it answered: 200" in Browser(lms, "instructor").post("/course/copy").text
    rp.is_down = True
    assert "it answered: 500" in Browser(lms, "instructor").post("/course/copy").text
    assert len(lms.courses()) == 4
