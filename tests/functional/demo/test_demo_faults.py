"""Told to fail, a service fails in just that way, just that often."""

from __future__ import annotations

import time

import pytest
import requests

from lti_tool.demo.course import LineItem
from lti_tool.demo.platform import DemoLms

from .conftest import RelyingParty, StartLms, http

CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("409", 409), ("429", 429), ("500", 500), ("html", 200)])
def test_a_status_comes_as_often_as_told(
    lms: DemoLms, rp: RelyingParty, item: LineItem, kind: str, status: int
) -> None:
    lms.fail_next(kind, 2, service="scores", seconds=7)
    answers = [rp.score(item) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers.get("Retry-After") == ("7" if kind == "429" else None)
    assert answers[0].headers["Content-Type"].startswith("text/html") == (kind == "html")
    assert len(lms.scores_received()) == 1
    assert [entry.reason[:10] for entry in lms.requests_received("scores")] == ["demo fault", "demo fault", ""]


def test_a_dropped_connection_does_nothing(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    lms.fail_next("dropped", service="scores")
    with pytest.raises(requests.ConnectionError):
        rp.score(item)
    assert lms.grade("physician-md", item) is None
    assert rp.score(item).status_code == 200


def test_a_connection_dropped_after_the_work_has_done_it(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    lms.fail_next("dropped-after", service="scores")
    with pytest.raises(requests.ConnectionError):
        rp.score(item)
    grade = lms.grade("physician-md", item)
    assert grade is not None and grade.score == 80


def test_slow_is_slow_and_then_right(lms: DemoLms, rp: RelyingParty, item: LineItem) -> None:
    lms.fail_next("slow", service="scores", seconds=0.4)
    start = time.monotonic()
    assert rp.score(item).status_code == 200 and time.monotonic() - start >= 0.4


@pytest.mark.parametrize("service", ["jwks", "token"])
def test_a_service_that_is_down_until_cleared(lms: DemoLms, rp: RelyingParty, service: str) -> None:
    lms.fail_next("500", None, service=service)
    url = lms.addresses.jwks if service == "jwks" else lms.addresses.token
    assert [http().get(url, timeout=5).status_code for _ in range(3)] == [500, 500, 500]
    lms.clear_faults()
    assert http().get(url, timeout=5).status_code == (200 if service == "jwks" else 400)


def test_any_hits_whatever_comes_next(lms: DemoLms, rp: RelyingParty) -> None:
    token = rp.token()
    lms.fail_next("500")
    assert rp.call("GET", lms.addresses.line_items, token=token, accept=CONTAINER).status_code == 500
    assert rp.call("GET", lms.addresses.line_items, token=token, accept=CONTAINER).status_code == 200


def test_unknown_faults_are_refused(lms: DemoLms) -> None:
    for how in ({"kind": "418"}, {"kind": "500", "service": "x"}, {"kind": "500", "times": 0}):
        with pytest.raises(ValueError, match=r"."):
            lms.fail_next(**how)


def test_the_control_api(start_lms: StartLms) -> None:
    lms = start_lms(allow_control=True)
    url = lms.issuer + "/demo/control"

    def act(**body: object) -> requests.Response:
        return http().post(url, json=body, timeout=5)

    assert act(action="behaviour", name="moodle").status_code == 200 and lms.behaviour.name == "moodle"
    assert act(action="fault", kind="409", service="scores", times=None).status_code == 200
    assert lms.faults.active()[0].times is None
    assert act(action="tamper", name="no-kid").status_code == 200 and len(lms.waiting_tamperings) == 1
    assert act(action="skew", seconds=-90).status_code == 200 and lms.id_token_shift == -90
    assert act(action="clear_faults").status_code == 200 and not lms.faults.active()
    assert act(action="rotate_keys", keep_old=False).json()["result"] == lms.jwks()["keys"][0]["kid"]
    item = {"type": "ltiResourceLink", "title": "New", "lineItem": {"scoreMaximum": 3}}
    made = act(action="add_placement", item=item).json()["result"]
    assert lms.placement(made["id"]) is not None
    assert act(action="remove_placement", id=made["id"]).status_code == 200 and lms.placement(made["id"]) is None
    assert act(action="token_seconds", seconds=5).status_code == 200 and lms.tokens.seconds == 5
    assert act(action="registration_token").json()["result"] in lms.registration_tokens
    assert http().get(url, timeout=5).json()["family"] == "moodle"
    assert act(action="behaviour", name="x").status_code == 400 and act(action="x").status_code == 400
    assert act(action="skew").status_code == 400
    assert http().post(url, data={"action": "reset"}, timeout=5).status_code == 415
    assert act(action="reset").status_code == 200 and lms.placements() == ()


def test_no_control_unless_allowed(lms: DemoLms) -> None:
    assert http().get(lms.issuer + "/demo/control", timeout=5).status_code == 404
