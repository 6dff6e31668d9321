"""From a click in the course to a signed-in page, over HTTP."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from lti_tool.db import models
from lti_tool.demo.behaviours import BEHAVIOURS
from lti_tool.demo.claims import MessageKind
from lti_tool.domain.activity import Step
from tests.functional.browsing import http
from tests.functional.world import World


def sessions_of(world: World) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(models.WebSession)) or 0


def test_a_learner_arrives(world: World) -> None:
    page = world.enter("physician-md").open(world.placement())
    assert page.status == 200
    with world.db() as db:
        row = db.get_one(models.WebSession, page.session_id)
        assert row.learner.lms_name == "Ana Rivera"
        assert (row.is_staff, row.course.title) == (False, "Hospital grand rounds and continuing education")
        assert row.placement is not None
        assert row.placement.activity_id == world.activity_ids["hypertension-2026"]
        assert row.placement.step is None
        assert row.placement.line_item is not None
        assert db.scalars(select(models.Participation.is_trial)).all() == [False]


def test_a_placement_of_one_step_opens_that_step(world: World) -> None:
    page = world.enter("nurse").open(world.placement("hypertension-2026", Step.POST_TEST))
    assert page.status in (200, 403)
    with world.db() as db:
        placement = db.get_one(models.WebSession, page.session_id).placement
        assert placement is not None
        assert placement.step == "post-test"


def test_an_instructor_arrives_as_staff(world: World) -> None:
    page = world.enter("instructor").open(world.placement())
    assert page.status == 200
    with world.db() as db:
        assert db.get_one(models.WebSession, page.session_id).is_staff
        assert db.scalars(select(models.Participation.is_trial)).all() == [True]


@pytest.mark.parametrize("person", ["no-name", "physician-long", "physician-arabic", "pharmacist"])
def test_any_name_or_none_is_welcome(sqlite_world: World, person: str) -> None:
    assert sqlite_world.enter(person).open(sqlite_world.placement()).status == 200


@pytest.mark.parametrize("family", BEHAVIOURS)
def test_every_family_of_lms_gets_in(sqlite_world: World, family: str) -> None:
    sqlite_world.lms.set_behaviour(family)
    sqlite_world.add_platform(sqlite_world.lms)  # some carry the deployment in their addresses
    page = sqlite_world.enter("physician-md").open(sqlite_world.placement())
    assert page.status == 200, page.text


def login_fields(world: World, person: str = "physician-md") -> dict[str, str]:
    return dict(world.lms.begin(person, world.placement()).parameters)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_may_come_as_get_or_post(sqlite_world: World, method: str) -> None:
    sqlite_world.lms.set_behaviour("moodle")  # offers no storage for the browser's secret
    fields, url = login_fields(sqlite_world), f"{sqlite_world.base_url}/lti/login"
    query, body = (fields, None) if method == "GET" else (None, fields)
    with http() as session:
        answer = session.request(method, url, params=query, data=body, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert {name: sent[name] for name in ("scope", "response_type", "response_mode", "prompt")} == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
    }
    assert sent["redirect_uri"] == [f"{sqlite_world.base_url}/lti/launch"]
    assert sent["login_hint"] == [fields["login_hint"]]
    assert sent["lti_message_hint"] == [fields["lti_message_hint"]]
    assert len(sent["state"][0]) >= 43
    assert len(sent["nonce"][0]) >= 43
    assert answer.headers["Cache-Control"] == "no-store"


def test_cookies_on_https_survive_in_a_frame_and_nowhere_else(https_world: World) -> None:
    page = https_world.enter("physician-md").open(https_world.placement())
    assert page.status == 200
    kept = [each for each in page.cookies_set if "cme-" in each or "lti-" in each]
    assert len(kept) == 3, kept  # the login's, its removal, the session's
    for cookie in kept:
        assert cookie.startswith("__Host-")
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=none", "partitioned", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    removal = [each for each in kept if "Max-Age=0" in each or "1970" in each]
    assert len(removal) == 1
    assert removal[0].startswith("__Host-lti-")


def test_cookies_on_loopback_http_are_lax_and_not_secure(sqlite_world: World) -> None:
    page = sqlite_world.enter("physician-md").open(sqlite_world.placement())
    kept = [each for each in page.cookies_set if each.startswith(("cme-", "lti-"))]
    assert len(kept) == 3
    for cookie in kept:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax"} <= parts
        assert not parts & {"secure", "partitioned"}


def test_only_a_hash_of_every_secret_is_kept(world: World) -> None:
    person = world.enter("physician-md")
    page = person.open(world.placement())
    secrets = [cookie.value for cookie in person.session.cookies if cookie.name.startswith("cme-")]
    assert secrets
    with world.db() as db:
        row = db.get_one(models.WebSession, page.session_id)
        stored = {str(getattr(row, column.name)) for column in models.WebSession.__table__.columns}
    assert not stored & set(secrets)


def test_nothing_of_the_launch_stays_in_the_address(sqlite_world: World) -> None:
    person = sqlite_world.enter("physician-md")
    page = person.open(sqlite_world.placement())
    assert urlsplit(page.url).query == ""
    assert not [each for each in person.session.cookies if each.name.startswith("lti-")]


def test_two_launches_at_once_in_one_browser_do_not_mix(world: World) -> None:
    person = world.enter("physician-md")
    first, second = world.placement("hypertension-2026"), world.placement("cases-ecg-rhythms")
    person.stops_at = f"{world.base_url}/lti/launch"
    one, other = person.open(first), person.open(second)
    person.stops_at = ""
    # Both logins are under way; the later one is finished first.
    landed_other, landed_one = person.submit(other, "lti"), person.submit(one, "lti")
    assert (landed_one.status, landed_other.status) == (200, 200)
    with world.db() as db:
        rows = [db.get_one(models.WebSession, page.session_id) for page in (landed_one, landed_other)]
        assert [row.placement.activity_id for row in rows if row.placement] == [
            world.activity_ids["hypertension-2026"],
            world.activity_ids["cases-ecg-rhythms"],
        ]
    for page in (landed_one, landed_other):
        assert person.get(page.path).status == 200


def test_a_message_is_used_once(world: World) -> None:
    person = world.enter("physician-md")
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    person.stops_at = ""
    cookies = person.session.cookies.copy()
    assert person.submit(held, "lti").status == 200
    before = sessions_of(world)
    person.session.cookies = cookies  # the login's cookie too, as a thief of everything would have it
    again = person.submit(held, "lti")
    assert again.status == 400
    assert "state_unknown" in again.text
    assert sessions_of(world) == before


def test_a_refused_message_is_used_up_too(world: World) -> None:
    person = world.enter("physician-md")
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    person.stops_at = ""
    cookies = person.session.cookies.copy()
    assert "token_malformed" in person.submit(held, "lti", {"id_token": "a.b.c"}).text
    person.session.cookies = cookies
    assert "state_unknown" in person.submit(held, "lti").text
    assert sessions_of(world) == 0


def test_the_token_of_another_login_is_refused(world: World) -> None:
    """A stolen id_token, slipped into a login of one's own (nonce), or with its state into one's own browser."""
    victim, thief = world.enter("physician-md"), world.enter("nurse")
    for browser in (victim, thief):
        browser.stops_at = f"{world.base_url}/lti/launch"
    stolen, own = (browser.open(world.placement()) for browser in (victim, thief))
    thief.stops_at = ""
    token = dict(stolen.form("lti").fields)["id_token"]
    assert "nonce_wrong" in thief.submit(own, "lti", {"id_token": token}).text
    foreign = thief.submit(stolen, "lti")
    assert foreign.status == 400
    assert "new window" in foreign.heading  # this browser can show no proof, so nothing is used up
    assert sessions_of(world) == 0
    victim.stops_at = ""
    assert victim.submit(stolen, "lti").status == 200


def test_a_login_takes_ten_minutes_at_most(world: World) -> None:
    person = world.enter("physician-md")
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    person.stops_at = ""
    world.clock.advance(minutes=10, seconds=1)
    assert "state_unknown" in person.submit(held, "lti").text


def test_the_platforms_own_refusal_is_passed_on(sqlite_world: World) -> None:
    person = sqlite_world.enter("physician-md")
    page = person.post(
        "/lti/launch",
        {"error": "access_denied", "error_description": "not <b>enrolled</b>", "state": "x"},
        origin=sqlite_world.lms.issuer,
    )
    assert page.status == 400
    assert "platform_error" in page.text
    assert "refused to sign you in" in page.heading
    assert "<b>enrolled" not in page.html


def test_an_address_for_deep_linking_takes_the_same_messages(world: World) -> None:
    person = world.enter("instructor")
    person.stops_at = f"{world.base_url}/lti/launch"
    held = person.open(world.placement())
    person.stops_at = ""
    sent = dict(held.form("lti").fields)
    page = person.post("/lti/deep-link", sent, origin=world.lms.issuer)
    assert page.status == 200
    assert page.session_id


def test_deep_linking_begins_with_its_own_address(world: World) -> None:
    person = world.enter("instructor")
    login = world.lms.begin("instructor", kind=MessageKind.DEEP_LINKING)
    assert login.parameters["target_link_uri"].endswith("/lti/deep-link")
    person.stops_at = f"{world.base_url}/s/"
    page = person.add_content()
    assert page.status == 303, page.text
    with world.db() as db:
        (row,) = db.scalars(select(models.WebSession))
        assert row.deep_linking is not None
        assert row.placement_id is None


def test_the_keys_are_public_and_complete(sqlite_world: World) -> None:
    answer = http().get(f"{sqlite_world.base_url}/lti/jwks", timeout=10)
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    for key in answer.json()["keys"]:
        assert {"kty", "n", "e", "kid", "alg", "use"} == set(key)


def test_there_is_no_get_launch(sqlite_world: World) -> None:
    for path in ("/lti/launch", "/lti/deep-link", "/lti/continue"):
        page = sqlite_world.enter("nurse").get(path)
        assert page.status == 405
        assert "method_wrong" in page.text
