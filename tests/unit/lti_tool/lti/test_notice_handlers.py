"""What a launch offers of notices, and asking a platform to send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lti_tool.domain.errors import BadInput, ServiceUnavailable
from lti_tool.domain.launch import Launch, NoticeType
from lti_tool.domain.notice import MAX_NOTICES
from lti_tool.lti.notice_handlers import NOTICE_SCOPE, NoticeHandlers
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import ISSUER, LTI, NOW, Edge
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, as_json

PNS = LTI + "platformnotificationservice"
HANDLER = "https://tool.example/lti/notices"


# -- what a launch offers --------------------------------------------------------------------------------------------


def offered(**changes: Any) -> dict[str, Any]:
    claim = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": f"{ISSUER}/notices/7",
        "scope": [NOTICE_SCOPE],
        "notice_types_supported": ["LtiHelloWorldNotice", "LtiAssetProcessorSubmissionNotice", "LtiContextCopyNotice"],
    }
    return {PNS: {**claim, **changes}}


def launched(**changes: Any) -> Launch:
    return Edge().launch(**changes)


def test_a_launch_says_where_notices_are_asked_for() -> None:
    found = launched(**offered()).notices
    assert found is not None
    assert (found.url, found.types) == (f"{ISSUER}/notices/7", frozenset(NoticeType))
    assert launched().notices is None


@pytest.mark.parametrize(
    "claim",
    [
        {PNS: "x"},
        {PNS: {}},
        offered(platform_notification_service_url="ftp://lms.example"),
        offered(platform_notification_service_url=7),
        offered(platform_notification_service_url="https://lms.example/" + "x" * 3000),
        offered(notice_types_supported=["LtiAssetProcessorSubmissionNotice"]),
        offered(notice_types_supported=None),
    ],
)
def test_an_offer_that_cannot_be_used_keeps_nobody_out(claim: dict[str, Any]) -> None:
    assert launched(**claim).notices is None


# -- asking for notices ----------------------------------------------------------------------------------------------


def accept_handlers(fake: FakePlatform, answer: Answer | None = None) -> str:
    def put(request: Request) -> Answer:
        assert request.headers["content-type"] == "application/json"
        return answer or as_json({**json.loads(request.body), "max_batch_size": 50})

    fake.routes[("PUT", "/notices/7")] = fake.guarded(NOTICE_SCOPE, "application/json", put)
    return f"{fake.base}/notices/7"


def handlers(clients: Clients) -> NoticeHandlers:
    return NoticeHandlers(clients.session, clients.tokens, clients.keys)


def test_a_handler_is_put_with_its_own_scope_and_taken_away_by_an_empty_one(
    fake: FakePlatform, clients: Clients
) -> None:
    url, one = accept_handlers(fake), fake.registration()
    handlers(clients).put(one, url, NoticeType.CONTEXT_COPY, HANDLER, NOW)
    handlers(clients).put(one, url, NoticeType.CONTEXT_COPY, "", NOW)
    sent = [json.loads(call.body) for call in fake.calls("/notices/7")]
    assert sent == [
        {"notice_type": "LtiContextCopyNotice", "handler": HANDLER, "max_batch_size": MAX_NOTICES},
        {"notice_type": "LtiContextCopyNotice", "handler": ""},
    ]
    assert list(fake.tokens.values()) == [{NOTICE_SCOPE}]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(204),
        as_json({"notice_handlers": [{"notice_type": "LtiContextCopyNotice", "handler": HANDLER}]}),
        as_json({"notice_type": "LtiContextCopyNotice", "handler": HANDLER}),
    ],
)
def test_an_answer_that_repeats_the_handler_confirms_it(fake: FakePlatform, clients: Clients, answer: Answer) -> None:
    url = accept_handlers(fake, answer)
    handlers(clients).put(fake.registration(), url, NoticeType.CONTEXT_COPY, HANDLER, NOW)
    assert len(fake.calls("/notices/7")) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (as_json({"notice_type": "LtiContextCopyNotice", "handler": ""}), "notice_handler_unconfirmed"),
        (as_json({"notice_handlers": 7}), "notice_handler_unconfirmed"),
        (as_json([1]), "notice_handler_unconfirmed"),
        (Answer(200, b"<html>"), "reply_not_json"),
        (as_json({"errors": ["handler must match the tool's domain"]}, 400), "service_status"),
    ],
)
def test_any_other_answer_does_not(fake: FakePlatform, clients: Clients, answer: Answer, code: str) -> None:
    url = accept_handlers(fake, answer)
    with pytest.raises(ServiceUnavailable) as refused:
        handlers(clients).put(fake.registration(), url, NoticeType.CONTEXT_COPY, HANDLER, NOW)
    assert refused.value.code == code


def test_the_platform_must_be_reached_by_the_guarded_way(fake: FakePlatform, clients: Clients) -> None:
    with pytest.raises(BadInput):
        handlers(clients).put(fake.registration(), "http://10.0.0.1/notices", NoticeType.HELLO, HANDLER, NOW)
