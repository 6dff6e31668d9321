"""Whatever is sent to whatever address: a page comes back, and never a crash."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lti_tool.demo.tampering import CLAIM
from lti_tool.web.access import Access, csrf_token
from tests.functional.test_access import calls
from tests.functional.world import World

QUIET = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(max_size=40) | st.sampled_from(
    ["\0", "-1", "1e999", "NaN", "[]", "{}", "%00", "../..", "'\"<b>", "9" * 400]
)
LOGIN = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id", "x")
LAUNCH = ("state", "id_token", "error", "error_description", "browser_proof", "platform_storage")
CLAIMS = st.sampled_from(
    [CLAIM + name for name in ("context", "resource_link", "custom", "launch_presentation", "target_link_uri")]
    + ["name", "sub", "locale", "email", "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
)
WORD = st.text(max_size=30) | st.sampled_from(["\0", "x" * 5000, "https://*;x/", "zz-" + "a" * 40])
VALUE = WORD | st.dictionaries(
    st.sampled_from(["id", "title", "label", "locale", "return_url", "cme_activity", "cme_step", "lineitem", "scope"]),
    WORD | st.lists(WORD, max_size=3),
    max_size=4,
)


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert answer.data or answer.status_code in (301, 302, 303, 304)


@QUIET
@given(fields=st.dictionaries(st.sampled_from(LOGIN), TEXT), known=st.booleans())
def test_login(world: World, fields: dict[str, str], known: bool) -> None:
    client = world.app.test_client()
    start = dict(world.lms.begin("nurse", world.placement()).parameters) if known else {}
    check(client.post("/lti/login", data=start | fields))
    check(client.get("/lti/login", query_string=start | fields))


@QUIET
@given(fields=st.dictionaries(st.sampled_from(LAUNCH), TEXT))
def test_launch_and_handoff(world: World, fields: dict[str, str]) -> None:
    client = world.app.test_client()
    check(client.post("/lti/launch", data=fields))
    check(client.post("/lti/deep-link", data=fields))
    check(client.post("/lti/continue", data={"handoff": fields.get("state", "")}))


@QUIET
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/json",
            "\x7f",
        ]
    ),
)
def test_any_bytes(world: World, body: bytes, kind: str) -> None:
    client = world.app.test_client()
    for path in ("/lti/login", "/lti/launch", "/lti/continue"):
        check(client.post(path, data=body, content_type=kind))


@QUIET
@given(path=st.text(max_size=30), cookie=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
def test_any_address(world: World, path: str, cookie: str) -> None:
    client = world.app.test_client()
    for address in (f"/{path}", f"/s/{path}/", f"/s/{path}/enter"):
        check(client.get(address.replace("//", "/"), headers={"Cookie": f"cme-{cookie}={cookie}"}))


@QUIET
@given(claims=st.dictionaries(CLAIMS, VALUE, min_size=1, max_size=3))
def test_signed_claims(world: World, claims: dict[str, Any]) -> None:
    """A connected LMS that sends nonsense: stored, shown or refused, on either engine."""
    page = world.launch_as("physician-md", world.placement(), claims=claims)
    assert page.status < 500


@settings(QUIET, max_examples=4)
@given(data=st.data())
def test_every_form_of_a_learner(world: World, data: st.DataObject) -> None:
    person = world.enter("physician-md")
    session_id = person.open(world.placement()).session_id
    with world.app.app_context():
        token = csrf_token(session_id)
    person.stops_at = "/"
    for _, method, path in calls(world, session_id, Access.LEARNER):
        if method == "POST":
            names = st.sampled_from(
                ["name", "degree", "country", "amount", "item", "seconds", "ranges", "answer", "q1", "action"]
            )
            fields = data.draw(st.dictionaries(names, TEXT, max_size=6))
            assert person.post(path, fields | {"csrf_token": token}).status < 500
