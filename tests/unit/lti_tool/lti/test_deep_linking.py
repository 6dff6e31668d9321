"""The signed selection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from lti_tool.domain.errors import BadInput, LaunchRefused
from lti_tool.domain.grade import LineItemSpec
from lti_tool.lti.deep_linking import DeepLinkItem, DeepLinkResponse, respond
from lti_tool.lti.keys import generate_key, signing_key
from lti_tool.lti.settings import EdgeSettings
from tests.unit.lti_tool.lti.edge import ABSENT, BASE, CLIENT, ISSUER, LTI, NOW, Edge, deep_linking_changes

KEY = generate_key(NOW, is_first=True)
SETTINGS = EdgeSettings(BASE)
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ITEM = DeepLinkItem(
    "Sepsis <update>",
    f"{BASE}/lti/launch?activity=a1",
    {"activity": "a1"},
    LineItemSpec("Post-test", 100, "a1/post-test", "post-test"),
    "One hour",
)


def answer(*items: DeepLinkItem, **settings: Any) -> tuple[DeepLinkResponse, dict[str, Any]]:
    launch = Edge().launch(**deep_linking_changes(**settings))
    response = respond(launch, items, signing_key([KEY], NOW), SETTINGS, NOW)
    options: Any = {"verify_exp": False, "verify_iat": False}
    return response, jwt.decode(response.jwt, KEY.public_pem, algorithms=["RS256"], audience=ISSUER, options=options)


def test_the_response_carries_all_claims() -> None:
    response, claims = answer(ITEM)
    assert (response.return_url, response.form_origin) == (f"{ISSUER}/return", ISSUER)
    assert jwt.get_unverified_header(response.jwt)["kid"] == KEY.kid
    assert (claims["iss"], claims["aud"]) == (CLIENT, ISSUER)
    assert claims["iat"] < NOW.timestamp() < claims["exp"]
    assert claims["nonce"]
    assert claims[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[LTI + "version"] == "1.3.0"
    assert claims[LTI + "deployment_id"] == "dep-1"
    assert claims[DL + "content_items"] == [
        {
            "type": "ltiResourceLink",
            "title": "Sepsis <update>",
            "url": f"{BASE}/lti/launch?activity=a1",
            "text": "One hour",
            "custom": {"activity": "a1"},
            "lineItem": {"label": "Post-test", "scoreMaximum": 100, "resourceId": "a1/post-test", "tag": "post-test"},
        }
    ]


@pytest.mark.parametrize("data", ["", "csrf:é<>\n\t", "x" * 3000])
def test_data_comes_back_to_the_byte(data: str) -> None:
    assert answer(ITEM, data=data)[1][DL + "data"] == data


def test_data_that_was_not_sent_is_not_sent_back() -> None:
    assert DL + "data" not in answer(ITEM, data=ABSENT)[1]


def test_each_response_has_its_own_nonce() -> None:
    assert answer(ITEM)[1]["nonce"] != answer(ITEM)[1]["nonce"]


def test_nothing_chosen_is_an_empty_list() -> None:
    assert answer()[1][DL + "content_items"] == []


def test_what_was_not_given_is_left_out() -> None:
    bare = answer(DeepLinkItem("T", f"{BASE}/lti/launch"))[1][DL + "content_items"][0]
    assert bare == {"type": "ltiResourceLink", "title": "T", "url": f"{BASE}/lti/launch"}


def test_a_platform_that_takes_no_line_items_gets_none() -> None:
    assert "lineItem" not in answer(ITEM, accept_lineitem=False)[1][DL + "content_items"][0]


def test_the_teacher_can_be_told_something() -> None:
    launch = Edge().launch(**deep_linking_changes())
    response = respond(launch, [], signing_key([KEY], NOW), SETTINGS, NOW, message="m", error_message="e")
    claims = jwt.decode(response.jwt, options={"verify_signature": False})
    assert (claims[DL + "msg"], claims[DL + "errormsg"]) == ("m", "e")


def test_one_item_where_one_is_asked_for() -> None:
    with pytest.raises(BadInput) as caught:
        answer(ITEM, ITEM, accept_multiple=False)
    assert caught.value.code == "too_many_items"


def test_items_point_to_this_tool() -> None:
    with pytest.raises(BadInput) as caught:
        answer(DeepLinkItem("T", "https://evil.example/lti/launch"))
    assert caught.value.code == "item_url_foreign"


def test_only_a_deep_linking_launch_can_be_answered() -> None:
    with pytest.raises(LaunchRefused) as caught:
        respond(Edge().launch(), [], signing_key([KEY], NOW), SETTINGS, NOW)
    assert caught.value.code == "not_deep_linking"


def test_the_response_lives_for_minutes() -> None:
    claims = answer(ITEM)[1]
    assert claims["exp"] <= (NOW + timedelta(minutes=5)).timestamp()
