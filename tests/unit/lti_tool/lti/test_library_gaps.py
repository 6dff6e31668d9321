"""One test for each thing that the wrapped LTI library lets through or lacks, and the edge must not.

Each first shows, where that is cheap, what pylti1p3 2.0.0 does, so that a later release that closes a gap is noticed.
"""

from __future__ import annotations

import inspect
import socket
import threading
import time
from contextlib import closing
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylti1p3.deep_link import DeepLink
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector

from lti_tool.domain.errors import BadInput, LaunchRefused, ServiceUnavailable
from lti_tool.domain.grade import Score
from lti_tool.domain.launch import Launch, Role
from lti_tool.lti.addresses import AddressRules
from lti_tool.lti.deep_linking import respond
from lti_tool.lti.http import CONNECT_SECONDS, READ_SECONDS, GuardedSession
from lti_tool.lti.keys import generate_key, signing_key
from lti_tool.lti.keyset import KeysetReader
from lti_tool.lti.links import next_page
from tests.unit.lti_tool.lti.clients import Clients
from tests.unit.lti_tool.lti.edge import (
    BASE,
    LTI,
    MEMBERSHIP,
    NOW,
    Edge,
    claims,
    deep_linking_changes,
    platform,
    sign,
)
from tests.unit.lti_tool.lti.fake_platform import Answer, FakePlatform, Request, as_json, running
from tests.unit.lti_tool.lti.memory_ports import MemoryKeysets


def code_of(edge: Edge, **changes: Any) -> str:
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(begun, sign(claims(begun.nonce, **changes)))
    return caught.value.code


def test_replay_of_token_nonce_and_state() -> None:
    edge = Edge()
    begun = edge.begin()
    token = sign(claims(begun.nonce))
    edge.post(begun, token)
    with pytest.raises(LaunchRefused, match="used before"):
        edge.post(begun, token)
    other = edge.begin()
    with pytest.raises(LaunchRefused, match="nonce"):
        edge.post(other, token)


def test_login_csrf_and_session_fixation() -> None:
    edge = Edge()
    attacker, victim = edge.begin(), edge.begin()
    with pytest.raises(LaunchRefused, match="another browser"):
        edge.post(
            attacker, sign(claims(attacker.nonce)), cookies={attacker.start.cookie.name: victim.start.cookie.value}
        )


@pytest.mark.parametrize("name", ["exp", "iat", "nonce", "sub", "iss", "aud"])
def test_tokens_without_what_is_required(name: str) -> None:
    edge = Edge()
    begun = edge.begin()
    body = claims(begun.nonce)
    del body[name]
    with pytest.raises(LaunchRefused):
        edge.post(begun, sign(body))


def test_far_expiry_and_old_issue() -> None:
    clock = int(NOW.timestamp())
    assert code_of(Edge(), exp=clock + 10 * 31_536_000) == "token_lifetime"
    assert code_of(Edge(), iat=clock - 3600) == "token_too_old"


def test_several_audiences_need_our_azp() -> None:
    assert code_of(Edge(), aud=["client-1", "other"]) == "azp_wrong"
    assert code_of(Edge(), aud=["client-1", "other"], azp="other") == "azp_wrong"


def test_the_algorithm_is_not_for_the_key_set_or_token_to_choose() -> None:
    assert 'key.get("alg", "RS256")' in inspect.getsource(MessageLaunch.get_public_key)
    edge = Edge()
    begun = edge.begin()
    with pytest.raises(LaunchRefused) as caught:
        edge.post(
            begun, sign(claims(begun.nonce), 1, {"kid": "k0", "jku": "https://evil.example/", "x5u": "https://e/"})
        )
    assert caught.value.code == "token_signature"


@settings(max_examples=40, deadline=None)
@given(order=st.permutations([0, 1, 0, 1]), subject=st.text("abc123", min_size=1, max_size=5))
def test_tenants_that_share_issuer_and_every_id_are_never_mixed(order: list[int], subject: str) -> None:
    tenants = [platform(), platform(id="p2", client_id="client-2")]
    edge = Edge(platforms=tenants)
    for number in order:
        begun = edge.begin(client_id=tenants[number].client_id)
        launch = edge.post(begun, sign(claims(begun.nonce, aud=tenants[number].client_id, sub=subject)))
        assert isinstance(launch, Launch)
        assert launch.tenant == (tenants[number].issuer, tenants[number].client_id, "dep-1")
        assert launch.platform.id == tenants[number].id
        crossed = edge.begin(client_id=tenants[1 - number].client_id)
        with pytest.raises(LaunchRefused):
            edge.post(crossed, sign(claims(crossed.nonce, aud=tenants[number].client_id)))


def test_the_target_is_ours_and_the_one_of_the_login() -> None:
    ResourceMessageValidator().validate(
        {"sub": "u", LTI + "version": "1.3.0", LTI + "roles": [], LTI + "resource_link": {"id": "l"}}
    )  # the library asks for no target at all
    assert code_of(Edge(), target_link_uri="https://evil.example/") == "target_link_uri_foreign"
    assert code_of(Edge(), target_link_uri=f"{BASE}/lti/launch?activity=b") == "target_link_uri_changed"
    with pytest.raises(LaunchRefused):
        Edge().begin(target_link_uri="https://evil.example/lti/launch")


def test_requests_to_private_addresses() -> None:
    for address in ("https://127.0.0.1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://0x7f.1/"):
        with pytest.raises(BadInput) as caught:
            GuardedSession().get(address)
        assert caught.value.code == "address_forbidden"


def test_deep_linking_goes_only_to_the_platform_and_unchanged() -> None:
    settings_claim = {"deep_link_return_url": 'x"><script>'}
    html = DeepLink(Registration(), "d", settings_claim).get_response_form_html("j")  # type: ignore[arg-type]
    assert "<script>" in html  # why the form is rendered, escaped, by our own template
    for address in ("http://lms.example/r", "https://evil.test/r", 'https://lms.example/"><script> '):
        assert code_of(Edge(), **deep_linking_changes(deep_link_return_url=address)).startswith("return_url_")


def test_institution_roles_grant_nothing() -> None:
    everywhere = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
    launch = Edge().launch(roles=[everywhere + "Administrator", everywhere + "Instructor", MEMBERSHIP + "Learner"])
    assert launch.roles == {Role.LEARNER}
    assert not launch.is_staff


def test_tokens_are_kept_by_registration_and_scope(fake: FakePlatform, clients: Clients) -> None:
    fake.client_ids = ("client-1", "client-2")
    tenants = [fake.registration(), fake.registration(id="p2", client_id="client-2")]
    for tenant in tenants * 2:
        clients.gradebook.post_score(tenant, f"{fake.base}/li/1", Score("u", 1, 1, NOW), NOW)
    assert sorted(fake.owners.values()) == ["client-1", "client-2"]
    assert {key[0] for key in clients.tokens.kept} == {"p1", "p2"}


def test_page_links_keep_their_case() -> None:
    assert ".lower()" in inspect.getsource(ServiceConnector.make_service_request)
    assert next_page('<https://a.example/m?page=bookmark:WyJBYkMiXQ>; rel="next"') == (
        "https://a.example/m?page=bookmark:WyJBYkMiXQ"
    )


def test_a_hanging_lms_holds_nobody_for_long() -> None:
    assert (CONNECT_SECONDS, READ_SECONDS) == (5.0, 20.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with closing(GuardedSession(AddressRules.parse([host]), read_seconds=0.05)) as session:
            codes = set()
            started = time.monotonic()
            for _ in range(8):
                with pytest.raises(ServiceUnavailable) as caught:
                    session.get(f"http://{host}/")
                codes.add(caught.value.code)
    assert codes == {"timeout", "circuit_open"}
    assert time.monotonic() - started < 5


def test_launches_go_on_while_a_stale_key_set_is_being_renewed() -> None:
    release, entered = threading.Event(), threading.Event()
    with running(FakePlatform([])) as fake, closing(GuardedSession(AddressRules.parse([fake.host]))) as session:
        reader = KeysetReader(session, MemoryKeysets())
        registration = fake.registration()
        reader.find(registration, "k0", NOW)
        fresh = fake.routes[("GET", "/jwks")]

        def hang(request: Request) -> Answer:
            entered.set()
            release.wait(10)
            return fresh(request)

        fake.routes[("GET", "/jwks")] = hang
        later = NOW + timedelta(hours=2)
        renewal = threading.Thread(target=reader.find, args=(registration, "k0", later))
        renewal.start()
        assert entered.wait(10)
        assert len(reader.find(registration, "k0", later)) == 1  # not held up
        release.set()
        renewal.join()
    assert len(fake.calls("/jwks")) == 2


def test_the_deep_linking_answer_has_no_null_data_and_a_key_id() -> None:
    key, edge = generate_key(NOW, is_first=True), Edge()
    launch = edge.launch(**deep_linking_changes())
    answer = respond(launch, [], signing_key([key], NOW), edge.settings, NOW).jwt
    assert jwt.get_unverified_header(answer)["kid"] == key.kid
    assert None not in jwt.decode(answer, options={"verify_signature": False}).values()


def test_answers_that_are_not_json_are_our_errors(fake: FakePlatform, clients: Clients) -> None:
    fake.routes[("GET", "/li")] = lambda _: as_json([])
    fake.routes[("POST", "/token")] = lambda _: Answer(200, b"<html>login</html>")
    with pytest.raises(ServiceUnavailable) as caught:
        clients.gradebook.list_line_items(fake.registration(), f"{fake.base}/li", NOW)
    assert caught.value.code == "reply_not_json"
