"""The instructor's picker: what it shows, what it refuses, and the signed answer that it gives once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from lti_tool.domain.activity import LearningFormat
from lti_tool.domain.credit import CreditOffer
from lti_tool.domain.launch import Role
from tests.functional.staff_world import BASE, LMS, RETURN, World, expired, make_world, text_of, tool_key
from tests.unit.lti_tool.domain.builders import activity

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    made = make_world(migrated_database_url)
    made.place()
    made.place(expired())
    made.place(activity(key="foreign", title="Somebody else's"), provider="Another school")
    yield made
    made.close()


def signed(answer: TestResponse) -> dict[str, Any]:
    """The claims in the page's form."""
    found = re.search(r'name="JWT" value="([^"]+)"', answer.get_data(as_text=True))
    assert found is not None
    options: Any = {"verify_exp": False, "verify_iat": False}
    return dict(jwt.decode(found.group(1), tool_key().public_pem, algorithms=["RS256"], audience=LMS, options=options))


def test_the_picker_lists_this_providers_activities(world: World) -> None:
    page = text_of(world.picker().get("/deep-link"))
    assert "Hypertension in the Elderly" in page
    assert "1.00 AMA PRA Category 1 Credit™" in page
    assert "about 60 minutes" in page
    assert "Yesterday's medicine Expired" in page
    assert "Somebody else's" not in page


def test_a_format_keeps_the_capitals_of_its_name(world: World) -> None:
    world.place(activity(key="journal", format=LearningFormat.JOURNAL))
    assert "Journal-based CME activity · about" in text_of(world.picker().get("/deep-link"))


def test_credit_of_a_kind_is_named_with_its_kind(world: World) -> None:
    offer = CreditOffer("moc-abs", Decimal("1.00"), Decimal("0.25"), variant="CME")
    world.place(activity(key="boards", title="For the boards", credits=(offer,)))
    page = text_of(world.picker().get("/deep-link"))
    assert "1.00 ABS continuous certification credit (CME)" in page and "Hypertension in the Elderly" in page


def test_what_has_expired_cannot_be_chosen(world: World) -> None:
    instructor = world.picker()
    assert 'value="old-activity' not in instructor.get("/deep-link").get_data(as_text=True)
    answer = instructor.post("/deep-link/return", choose="old-activity")
    assert answer.status_code == 422
    assert "“Yesterday's medicine” has expired" in text_of(answer)


def test_searching_keeps_what_was_chosen(world: World) -> None:
    page = world.picker().get("/deep-link?search=zebra&choose=hypertension:content").get_data(as_text=True)
    assert "No activity found" in page
    assert re.search(r'name="choose" value="hypertension:content" checked', page)


def test_the_preview_names_every_link(world: World) -> None:
    page = text_of(world.picker().get("/deep-link/preview?choose=hypertension&choose=hypertension:information"))
    assert "2 links will be added" in page
    assert "Information and disclosure: Hypertension in the Elderly" in page


def test_the_answer_is_signed_and_carries_whole_and_single_steps(world: World) -> None:
    instructor = world.picker(data="opaque<é>")
    answer = instructor.post("/deep-link/return", choose=["hypertension", "hypertension:information"])
    assert answer.status_code == 200
    assert f"form-action 'self' {LMS}" in answer.headers["Content-Security-Policy"]
    assert f'action="{RETURN}"' in unescape(answer.get_data(as_text=True))
    claims = signed(answer)
    assert (claims["iss"], claims[LTI + "deployment_id"], claims[DL + "data"]) == ("client", "1", "opaque<é>")
    whole, information = claims[DL + "content_items"]
    assert whole == {
        "type": "ltiResourceLink",
        "title": "Hypertension in the Elderly",
        "url": f"{BASE}/lti/launch?cme_activity=hypertension",
        "custom": {"cme_activity": "hypertension"},
        "lineItem": {
            "label": "Hypertension in the Elderly",
            "scoreMaximum": 100,
            "resourceId": "hypertension",
            "tag": "activity",
        },
    }
    assert information["url"] == f"{BASE}/lti/launch?cme_activity=hypertension&cme_step=information"
    assert information["custom"] == {"cme_activity": "hypertension", "cme_step": "information"}
    assert information["lineItem"] == {
        "label": "Information and disclosure: Hypertension in the Elderly",
        "scoreMaximum": 1,
        "resourceId": "hypertension:information",
        "tag": "acknowledgement",
    }


def test_a_platform_without_line_items_gets_none(world: World) -> None:
    answer = world.picker(accept_lineitem=False).post("/deep-link/return", choose="hypertension")
    assert "lineItem" not in signed(answer)[DL + "content_items"][0]


def test_cancelling_sends_an_empty_selection(world: World) -> None:
    assert signed(world.picker().post("/deep-link/return", cancel="yes"))[DL + "content_items"] == []


def test_the_answer_is_given_once(world: World) -> None:
    instructor = world.picker()
    assert instructor.post("/deep-link/return", choose="hypertension").status_code == 200
    again = instructor.post("/deep-link/return", choose="hypertension")
    assert again.status_code == 409
    assert "already been sent" in text_of(again)
    assert "JWT" not in again.get_data(as_text=True)
    assert instructor.get("/deep-link").status_code == 409


def test_a_refused_choice_leaves_the_request_open(world: World) -> None:
    instructor = world.picker()
    assert instructor.post("/deep-link/return", choose="no-such").status_code == 422
    assert instructor.post("/deep-link/return", choose="hypertension").status_code == 200


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([], "Choose an activity or a step"),
        (["foreign"], "“foreign” is not one of your activities"),
        (["hypertension:nonsense"], "is not one of your activities or steps"),
        (["<script>alert(1)</script>"], "is not one of your activities"),
    ],
)
def test_a_bad_choice_is_named(world: World, choices: list[str], words: str) -> None:
    for answer in (
        world.picker().post("/deep-link/return", choose=choices),
        world.picker().get("/deep-link/preview", query_string={"choose": choices}),
    ):
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "<script>alert" not in answer.get_data(as_text=True)


def test_one_at_a_time_where_the_platform_says_so(world: World) -> None:
    instructor = world.picker(accept_multiple=False)
    assert 'type="radio" name="choose"' in instructor.get("/deep-link").get_data(as_text=True)
    two = ["hypertension", "hypertension:content"]
    assert instructor.post("/deep-link/return", choose=two).status_code == 422
    assert len(signed(instructor.post("/deep-link/return", choose=two[:1]))[DL + "content_items"]) == 1


@pytest.mark.parametrize("rule", ["/deep-link", "/deep-link/preview?choose=hypertension"])
def test_a_learner_is_refused(world: World, rule: str) -> None:
    assert world.picker(Role.LEARNER).get(rule).status_code == 403


def test_a_learner_cannot_answer(world: World) -> None:
    assert world.picker(Role.LEARNER).post("/deep-link/return", choose="hypertension").status_code == 403


def test_a_wrong_form_token_changes_nothing(world: World) -> None:
    instructor = world.picker()
    assert instructor.post("/deep-link/return", token="wrong", choose="hypertension").status_code == 403
    assert instructor.post("/deep-link/return", choose="hypertension").status_code == 200


def test_a_launch_of_a_link_has_no_picker(world: World) -> None:
    assert world.staff().get("/deep-link").status_code == 409
    assert world.staff().post("/deep-link/return", cancel="yes").status_code == 409


def test_looking_changes_nothing(world: World) -> None:
    instructor = world.picker()
    for rule in ("/deep-link", "/deep-link?search=x", "/deep-link/preview?choose=hypertension"):
        assert instructor.get(rule).status_code == 200
    assert instructor.post("/deep-link/return", choose="hypertension").status_code == 200
