"""A login is used once, by the browser that began it."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import Launch, LmsFamily
from lti_tool.lti.launch import NeedsBrowserProof
from tests.unit.lti_tool.lti.edge import (
    ABSENT,
    ISSUER,
    NOW,
    Edge,
    claims,
    platform,
    sign,
)
from tests.unit.lti_tool.lti.test_launch import refused


@pytest.mark.parametrize(
    ("nonce", "code"),
    [(ABSENT, "nonce_missing"), ("", "nonce_missing"), (5, "nonce_missing"), ("unknown", "nonce_wrong")],
)
def test_a_nonce_that_is_not_of_this_login_is_refused(nonce: Any, code: str) -> None:
    begun_claims = claims("unused")
    begun_claims.pop("nonce")
    if nonce is not ABSENT:
        begun_claims["nonce"] = nonce
    assert refused(Edge(), sign(begun_claims)).code == code


def test_the_same_post_again_is_refused() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce))
    assert isinstance(edge.post(begun, token), Launch)
    for cookies in (begun.cookies, {}):
        with pytest.raises(LaunchRefused) as caught:
            edge.post(begun, token, cookies=cookies)
        assert caught.value.code == "state_unknown"


def test_a_used_token_does_not_fit_a_new_login() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce))
    edge.post(begun, token)
    assert refused(edge, token).code == "nonce_wrong"


def test_a_new_token_with_a_used_nonce_is_refused_in_the_old_and_in_a_new_login() -> None:
    edge = Edge()
    begun = edge.begin()
    edge.post(begun, sign(claims(begun.nonce)))
    other = sign(claims(begun.nonce, sub="somebody-else"))
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, other)
    assert caught.value.code == "state_unknown"
    assert refused(edge, other).code == "nonce_wrong"


def test_a_refused_launch_uses_the_state_up() -> None:
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused):
        edge.post(begun, "rubbish")
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce)))
    assert caught.value.code == "state_unknown"


def test_a_launch_in_another_browser_is_refused_and_spends_the_login() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce))
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, token, cookies={begun.start.cookie.name: "stolen"})
    assert caught.value.code == "browser_wrong"
    with pytest.raises(LaunchRefused):
        edge.post(begun, token)


def test_a_login_ends_after_ten_minutes() -> None:
    edge = Edge()
    begun = edge.begin()
    later = NOW + timedelta(minutes=10)
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce, now=later)), now=later)
    assert caught.value.code == "state_unknown"


@pytest.mark.parametrize("form", [{"id_token": "x"}, {"state": "s"}, {}, {"state": "", "id_token": "x"}])
def test_a_post_without_state_or_token_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(LaunchRefused) as caught:
        Edge().launch_endpoint.receive(form, {}, NOW)
    assert caught.value.code in {"state_missing", "id_token_missing"}


@pytest.mark.parametrize("state", ["unknown", "x" * 10_000, "\udcff"])
def test_an_unknown_state_is_refused_with_and_without_a_cookie(state: str) -> None:
    edge = Edge()
    for form in ({"state": state, "id_token": "x"}, {"state": state, "id_token": "x", "browser_proof": "p"}):
        with pytest.raises(LaunchRefused) as caught:
            edge.launch_endpoint.receive(form, {}, NOW)
        assert caught.value.code == "state_unknown"


def test_an_error_from_the_platform_is_reported() -> None:
    form = {"error": "access_denied", "error_description": "no\x1bthing", "state": "s"}
    with pytest.raises(LaunchRefused) as caught:
        Edge().launch_endpoint.receive(form, {}, NOW)
    assert caught.value.code == "platform_error"
    assert caught.value.facts == {"error": "access_denied", "description": "no thing"}


def test_of_many_posts_at_once_exactly_one_is_accepted() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce))
    outcomes: list[str] = []
    start = threading.Barrier(16)

    def post() -> None:
        start.wait()
        try:
            edge.post(begun, token)
            outcomes.append("accepted")
        except LaunchRefused as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=post) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted"] + ["state_unknown"] * 15


def test_without_cookie_the_platform_storage_is_asked_and_one_repost_succeeds() -> None:
    edge = Edge()
    begun = edge.begin(lti_storage_target="_parent")
    token = sign(claims(begun.nonce))
    asked = edge.post(begun, token, cookies={})
    assert isinstance(asked, NeedsBrowserProof)
    assert asked.storage == begun.start.storage
    assert asked.storage is not None
    assert (asked.storage.frame, asked.storage.origin) == ("_parent", ISSUER)
    form = dict(asked.repost) | {"browser_proof": begun.start.cookie.value}
    assert isinstance(edge.launch_endpoint.receive(form, {}, NOW), Launch)
    with pytest.raises(LaunchRefused):
        edge.launch_endpoint.receive(form, {}, NOW)


def test_a_wrong_proof_is_refused() -> None:
    edge = Edge()
    begun = edge.begin(lti_storage_target="_parent")
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce)), cookies={}, browser_proof="guess")
    assert caught.value.code == "browser_wrong"


@pytest.mark.parametrize(
    ("family", "is_restartable"),
    [(LmsFamily.OPEN_EDX, True), (LmsFamily.CANVAS, False), (LmsFamily.MOODLE, False)],
)
def test_without_cookie_and_storage_the_login_can_be_begun_again(family: LmsFamily, is_restartable: bool) -> None:
    edge = Edge(platforms=[platform(family=family)])
    begun = edge.begin(lti_message_hint='{"cmid":3}')
    asked = edge.post(begun, "token", cookies={})
    assert isinstance(asked, NeedsBrowserProof)
    assert asked.storage is None
    assert asked.is_restartable is is_restartable
    assert asked.restart["lti_message_hint"] == '{"cmid":3}'
    again = edge.begin(**asked.restart)
    assert isinstance(edge.post(again, sign(claims(again.nonce))), Launch)
