"""Login initiation: who is known, where one may be sent, what is bound together."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from lti_tool.domain.errors import LaunchRefused
from lti_tool.lti.login import digest, login_cookie_name
from lti_tool.lti.settings import EdgeSettings, comparable, origin_of
from tests.unit.lti_tool.lti.edge import BASE, CLIENT, ISSUER, NOW, TARGET, Edge, platform


def refused(edge: Edge, **params: str) -> LaunchRefused:
    with pytest.raises(LaunchRefused) as caught:
        edge.begin(**params)
    return caught.value


def test_the_authorization_request_holds_all_that_is_needed() -> None:
    begun = Edge().begin(login_hint="6 & 7", lti_message_hint='{"cmid":3,"launchid":"lti launch+1"}')
    parts = urlsplit(begun.start.redirect_url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/auth"
    query = dict(parse_qsl(parts.query, strict_parsing=True))
    assert query | {"state": "", "nonce": ""} == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT,
        "redirect_uri": f"{BASE}/lti/launch",
        "login_hint": "6 & 7",
        "lti_message_hint": '{"cmid":3,"launchid":"lti launch+1"}',
        "state": "",
        "nonce": "",
    }
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["state"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", query["nonce"])


def test_a_hint_that_was_not_sent_is_not_sent_back() -> None:
    assert "lti_message_hint" not in parse_qs(urlsplit(Edge().begin().start.redirect_url).query)


def test_a_query_in_the_authorization_address_is_kept() -> None:
    edge = Edge(platforms=[platform(authorization_url=f"{ISSUER}/auth?tenant=1#x")])
    redirect = edge.begin().start.redirect_url
    assert redirect.startswith(f"{ISSUER}/auth?tenant=1&scope=openid&")
    assert "#" not in redirect


def test_state_nonce_and_browser_secret_are_bound_in_one_row_as_hashes() -> None:
    edge = Edge()
    begun = edge.begin()
    (row,) = edge.store.rows.values()
    assert (row.state_hash, row.nonce_hash) == (digest(begun.state), digest(begun.nonce))
    assert row.browser_hash == digest(begun.start.cookie.value)
    assert len({begun.state, begun.nonce, begun.start.cookie.value}) == 3
    kept = repr(row)
    assert begun.state not in kept
    assert begun.nonce not in kept
    assert begun.start.cookie.value not in kept


def test_the_cookie_survives_a_frame_and_names_no_person() -> None:
    begun = Edge().begin(login_hint="somebody@example.org")
    header = begun.start.cookie.header
    assert header.startswith("__Host-lti-")
    for part in ("Max-Age=600", "Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert f"; {part}" in header
    assert "Domain" not in header
    assert "example.org" not in header
    assert begun.start.cookie.name == login_cookie_name(begun.state)
    assert "Max-Age=0" in begun.start.cookie.expired_header


def test_two_frames_on_a_page_do_not_share_a_cookie() -> None:
    edge = Edge()
    assert edge.begin().start.cookie.name != edge.begin().start.cookie.name


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
def test_a_missing_parameter_is_named(name: str) -> None:
    error = refused(Edge(), **{name: ""})
    assert (error.code, error.facts["parameter"]) == ("login_parameter_missing", name)


@pytest.mark.parametrize("name", ["login_hint", "lti_message_hint", "lti_deployment_id"])
def test_an_overlong_parameter_is_refused(name: str) -> None:
    assert refused(Edge(), **{name: "x" * 5000}).code == "login_parameter_too_long"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"iss": "https://unknown.example"}, "issuer_unknown"),
        ({"iss": "https://unknown.example", "client_id": ""}, "issuer_unknown"),
        ({"client_id": "wrong"}, "client_unknown"),
        ({"client_id": "", "lti_deployment_id": "wrong"}, "deployment_unknown"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": f"{BASE}.evil.example/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": "http://tool.example/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": "https://tool.example:444/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": "https://user@tool.example/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": f"{BASE}/logout"}, "target_link_uri_foreign"),
        ({"target_link_uri": f"{BASE}/lti/launch/../../admin"}, "target_link_uri_foreign"),
        ({"target_link_uri": "https://[broken/lti/launch"}, "target_link_uri_foreign"),
        ({"target_link_uri": "javascript:alert(1)"}, "target_link_uri_foreign"),
    ],
)
def test_what_is_not_connected_is_refused(params: dict[str, str], code: str) -> None:
    assert refused(Edge(), **params).code == code


def test_with_a_client_id_the_deployment_is_left_to_the_signed_message() -> None:
    assert f"client_id={CLIENT}" in Edge().begin(lti_deployment_id="wrong").start.redirect_url


def test_a_registration_that_nobody_approved_signs_nobody_in() -> None:
    edge = Edge(platforms=[platform(is_approved=False)])
    assert refused(edge).code == "registration_pending"
    assert refused(edge, client_id="").code == "registration_pending"


def test_a_platform_that_takes_all_deployments_takes_this_one() -> None:
    edge = Edge(platforms=[platform(takes_deployments=True)])
    assert f"client_id={CLIENT}" in edge.begin(client_id="", lti_deployment_id="new").start.redirect_url


def test_one_client_needs_no_client_id() -> None:
    assert f"client_id={CLIENT}" in Edge().begin(client_id="").start.redirect_url


class TestSeveralClients:
    """An issuer with several registrations (every Canvas cloud institution, every Open edX block)."""

    platforms = (platform(), platform(id="p2", client_id="client-2", deployment_ids=frozenset({"dep-2"})))

    def test_the_client_id_decides(self) -> None:
        assert "client_id=client-2" in Edge(platforms=[*self.platforms]).begin(client_id="client-2").start.redirect_url

    def test_without_client_id_the_deployment_decides(self) -> None:
        edge = Edge(platforms=[*self.platforms])
        for name in ("lti_deployment_id", "deployment_id"):
            assert "client_id=client-2" in edge.begin(client_id="", **{name: "dep-2"}).start.redirect_url

    def test_without_both_nobody_guesses(self) -> None:
        assert refused(Edge(platforms=[*self.platforms]), client_id="").code == "client_ambiguous"

    def test_a_deployment_that_both_have_does_not_decide(self) -> None:
        twins = [self.platforms[0], replace(self.platforms[1], deployment_ids=frozenset({"dep-1"}))]
        assert refused(Edge(platforms=twins), client_id="", lti_deployment_id="dep-1").code == "client_ambiguous"


def test_platform_storage_is_addressed_at_the_authorization_endpoint() -> None:
    edge = Edge(platforms=[platform(authorization_url="https://SSO.lms.example:443/auth")])
    begun = edge.begin(lti_storage_target="post_message_forwarding")
    storage = begun.start.storage
    assert storage is not None
    assert (storage.frame, storage.origin) == ("post_message_forwarding", "https://sso.lms.example")
    assert re.fullmatch(r"cme_lti_[0-9a-f]{16}", storage.key)


@pytest.mark.parametrize("frame", ["", "a b", "<script>", "x" * 200, "a'b"])
def test_a_frame_name_that_is_none_is_ignored(frame: str) -> None:
    assert Edge().begin(lti_storage_target=frame).start.storage is None


def test_restart_holds_the_login_and_nothing_else() -> None:
    begun = Edge().begin(lti_message_hint="m", evil="x", lti_storage_target="_parent")
    assert begun.start.restart == {
        "iss": ISSUER,
        "login_hint": "h",
        "target_link_uri": TARGET,
        "client_id": CLIENT,
        "lti_message_hint": "m",
    }


def test_a_tool_below_a_path_keeps_to_it() -> None:
    settings = EdgeSettings("https://example.org/cme", target_paths=("/lti/launch", "/lti/deep-link"))
    assert settings.redirect_uri == "https://example.org/cme/lti/launch"
    assert settings.login_url == "https://example.org/cme/lti/login"
    assert settings.is_own_target("https://EXAMPLE.org:443/cme/lti/deep-link?x=1")
    assert not settings.is_own_target("https://example.org/lti/launch")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://a.example/x?b=2&a=1", "https://A.example:443/x?a=1&b=2", True),
        ("https://a.example/x?a=%C3%A9", "https://a.example/x?a=é", True),
        ("https://a.example/x?a=", "https://a.example/x", False),
        ("https://a.example/x?a=1&a=2", "https://a.example/x?a=1", False),
        ("https://a.example/x", "https://a.example/X", False),
        ("http://a.example/x", "https://a.example/x", False),
    ],
)
def test_addresses_are_compared_as_lmss_respell_them(one: str, other: str, is_same: bool) -> None:
    assert (comparable(one) == comparable(other)) is is_same


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/x", "https://a.example"),
        ("http://127.0.0.1:8081/x?y", "http://127.0.0.1:8081"),
        ("https://[::1]:9/x", "https://[::1]:9"),
    ],
)
def test_origins_are_written_as_browsers_write_them(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_login_proves_nothing_and_is_forgotten_by_its_time() -> None:
    edge = Edge()
    edge.begin()
    (row,) = edge.store.rows.values()
    assert row.expires_at - NOW == edge.settings.login_life
