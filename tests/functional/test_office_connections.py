"""Learning platforms in the office: invite, approve, connect by hand, see what went wrong, test."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.connection import Checked, Finding
from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import LmsFamily
from lti_tool.domain.registration import PlatformConfiguration, Registered
from lti_tool.services.audit import ToolActor
from lti_tool.services.connection import connection, note_refusal, note_test
from lti_tool.services.line_item import AGS
from lti_tool.services.platform import provider_id_of
from lti_tool.services.registration import invite_platform, note_registration, take_invitation
from lti_tool.web.office.connections import FIELD_WORDS
from tests.functional.office_world import invited
from tests.functional.staff_world import LMS, NOW, PROVIDER, World, text_of, world

__all__ = ["world"]
OTHER = "Another Medical School"
SITE = "https://moodle.example"
BY_HAND = {
    "issuer": SITE,
    "client_id": "abc",
    "deployment_ids": "1 2",
    "authorization_url": f"{SITE}/mod/lti/auth.php",
    "token_url": f"{SITE}/mod/lti/token.php",
    "keyset_url": f"{SITE}/mod/lti/certs.php",
}


def registered(world: World, provider: str = PROVIDER, *, client: str = "dyn", deployment: str | None = "7") -> str:
    """A platform that registered itself, as the LMS's part leaves it behind."""
    found = PlatformConfiguration(
        SITE, f"{SITE}/auth", f"{SITE}/token", f"{SITE}/keys", f"{SITE}/register", family=LmsFamily.MOODLE
    )
    with world.db() as db:
        actor = ToolActor(provider_id_of(db, provider, NOW, is_created=True))
        invitation = take_invitation(db, invite_platform(db, actor, NOW), NOW)
        return note_registration(db, invitation, found, Registered(client, deployment, frozenset()), NOW)


def test_an_invitation_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    shown = text_of(office.post("/connections/invite"))
    token = re.search(r"https://cme\.example/lti/register\?invitation=([\w-]{40,})", shown)
    assert token
    assert token[1] not in text_of(office.get("/connections"))
    with world.db() as db:
        row = db.query(models.RegistrationInvitation).one()
        assert token[1] not in row.token_hash and row.expires_at == NOW + timedelta(days=7)


def test_who_may_not_configure_everything_sees_nothing(world: World) -> None:
    office = invited(world, Capability.PLAN)
    platform = registered(world)
    for rule in ("/connections", f"/connections/{platform}", "/connections/new"):
        assert office.get(rule).status_code == 403
    for rule in ("/connections/invite", "/connections/new", f"/connections/{platform}/approve"):
        assert office.post(rule).status_code == 403
    assert "Learning platforms" not in text_of(office.get())


def test_a_registration_waits_is_approved_and_can_be_dismissed(world: World) -> None:
    office, platform = invited(world, Capability.CONFIGURE), registered(world)
    assert "Waits for approval" in text_of(office.get("/connections"))
    assert "waits for your approval" in text_of(office.get(f"/connections/{platform}"))
    assert office.post(f"/connections/{platform}/approve").status_code == 303
    assert "Not used yet" in text_of(office.get(f"/connections/{platform}"))
    with world.db() as db:
        row = db.get_one(models.Platform, platform)
        assert (row.approved_at, row.takes_deployments) == (NOW, False)
    assert office.post(f"/connections/{platform}/dismiss").status_code == 303
    assert office.get(f"/connections/{platform}").status_code == 404


def test_one_that_was_used_stays(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    world.enter()
    with world.db() as db:
        platform = db.query(models.Platform).one().id
    refused = office.post(f"/connections/{platform}/dismiss")
    assert refused.status_code == 409 and "platform_in_use" in text_of(refused)


def test_another_providers_platforms_do_not_exist(world: World) -> None:
    platform = registered(world, OTHER)
    office = invited(world, Capability.CONFIGURE)
    assert SITE not in text_of(office.get("/connections"))
    assert office.get(f"/connections/{platform}").status_code == 404
    for rule in ("approve", "dismiss", "test"):
        assert office.post(f"/connections/{platform}/{rule}").status_code == 404
    assert office.post(f"/connections/{platform}/deployments", deployment="9").status_code == 404
    taken = office.post("/connections/new", {**BY_HAND, "client_id": "dyn"})
    assert taken.status_code == 409 and "registration_taken" in text_of(taken)


def test_a_client_id_of_another_provider_is_not_taken_over(world: World) -> None:
    registered(world, OTHER)
    with pytest.raises(Exception, match="another provider"):
        registered(world)


def test_registering_again_keeps_the_approval_unless_an_address_changed(world: World) -> None:
    office, platform = invited(world, Capability.CONFIGURE), registered(world)
    office.post(f"/connections/{platform}/approve")
    assert registered(world) == platform
    with world.db() as db:
        row = db.get_one(models.Platform, platform)
        assert row.approved_at is not None
        row.keyset_url = f"{SITE}/other-keys"
    registered(world)
    with world.db() as db:
        assert db.get_one(models.Platform, platform).approved_at is None


@pytest.mark.parametrize("lms", list(LmsFamily))
def test_each_lms_has_its_page_of_values(world: World, lms: LmsFamily) -> None:
    page = text_of(invited(world, Capability.CONFIGURE).get(f"/connections/new?lms={lms.value}&site={SITE}/"))
    for value in ("https://cme.example/lti/login", "https://cme.example/lti/jwks", "https://cme.example/lti/deep-link"):
        assert value in page


@pytest.mark.parametrize(
    ("lms", "row"),
    [
        ("moodle", "Initiate login URL https://cme.example/lti/login"),
        ("canvas", "OpenID Connect Initiation Url https://cme.example/lti/login"),
        ("brightspace", "Domain https://cme.example Redirect URLs"),
        ("brightspace", "Keyset URL https://cme.example/lti/jwks"),
        ("blackboard", "Tool JWKS URL https://cme.example/lti/jwks"),
        ("openedx", "Deep Linking Launch URL https://cme.example/lti/launch"),
        ("sakai", "LTI 1.3 Tool OpenID Connect/Initialization Endpoint https://cme.example/lti/login"),
    ],
)
def test_values_bear_the_names_of_the_lms_s_own_form(world: World, lms: str, row: str) -> None:
    assert row in text_of(invited(world, Capability.CONFIGURE).get(f"/connections/new?lms={lms}"))


def test_known_addresses_are_filled_in(world: World) -> None:
    page = invited(world).get(f"/connections/new?lms=moodle&site={SITE}/").get_data(as_text=True)
    assert f'value="{SITE}/mod/lti/certs.php"' in page
    assert invited(world, email="b@example.org").get("/connections/new?lms=nothing").status_code == 422


def test_connecting_by_hand(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    done = office.post("/connections/new?lms=moodle", BY_HAND)
    assert done.status_code == 303
    page = text_of(office.get("/connections/" + done.headers["Location"].rpartition("/")[2]))
    assert "Not used yet" in page and "abc" in page


@pytest.mark.parametrize("field", ["issuer", "client_id", "deployment_ids", "token_url"])
def test_a_fault_is_shown_at_its_field(world: World, field: str) -> None:
    office = invited(world, Capability.CONFIGURE)
    refused = office.post("/connections/new?lms=moodle", {**BY_HAND, field: ""})
    assert refused.status_code == 422 and f'href="#f-{field}"' in refused.get_data(as_text=True)
    assert f"{FIELD_WORDS[field]}: " in text_of(refused)
    private = office.post("/connections/new?lms=moodle", {**BY_HAND, "token_url": "https://10.0.0.1/token"})
    assert private.status_code == 422 and "private address" in text_of(private)


def test_open_edx_one_registration_per_block_works(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    for client in ("block-1", "block-2"):
        values = {**BY_HAND, "client_id": client, "deployment_ids": "1"}
        assert office.post("/connections/new?lms=openedx", values).status_code == 303
    with world.db() as db:
        rows = db.query(models.Platform).filter(models.Platform.issuer == SITE).all()
        assert sorted((row.client_id, len(row.deployments)) for row in rows) == [("block-1", 1), ("block-2", 1)]


def test_a_refusal_is_told_in_plain_words_and_its_deployment_can_be_taken(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    platform = registered(world)
    error = LaunchRefused(
        "deployment_unknown",
        "this deployment is not connected",
        platform=platform,
        deployment="99",
        received={"iss": SITE, "name": "•••"},
    )
    with world.db() as db:
        note_refusal(db, error, NOW)
    page = text_of(office.get(f"/connections/{platform}"))
    assert "This deployment of the learning platform is not connected" in page
    assert "Accept the deployment 99" in page and "•••" in page
    assert office.post(f"/connections/{platform}/deployments", deployment="99").status_code == 303
    with world.db() as db:
        found = connection(db, provider_id_of(db, PROVIDER, NOW), platform)
        assert found.deployments == ("7", "99")
    assert office.post(f"/connections/{platform}/deployments", deployment="").status_code == 422


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("token_signature", "Compare the public keyset URL"),
        ("audience_wrong", "Compare issuer and client id"),
        ("roles_missing", "lacks what LTI 1.3 requires"),
        ("state_unknown", "Each sign-in works once"),
    ],
)
def test_what_to_change_about_a_refused_launch_is_said_to_whoever_can(world: World, code: str, words: str) -> None:
    office, platform = invited(world, Capability.CONFIGURE), registered(world)
    with world.db() as db:
        note_refusal(db, LaunchRefused(code, "as the log has it", platform=platform), NOW)
    page = text_of(office.get(f"/connections/{platform}"))
    assert words in page and "Give them the reference" not in page


def test_a_test_of_a_platform_that_is_not_there_says_what_to_change(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    world.platform()
    with world.db() as db:
        row = db.query(models.Platform).filter(models.Platform.issuer == LMS).one()
        row.token_url, row.keyset_url, platform = "https://10.0.0.1/token", "https://10.0.0.1/keys", row.id
    assert office.post(f"/connections/{platform}/test").status_code == 303
    page = text_of(office.get(f"/connections/{platform}"))
    assert "CME_ALLOWED_PRIVATE_HOSTS" in page and "open an activity from a course once" in page
    with world.db() as db:
        found = connection(db, provider_id_of(db, PROVIDER, NOW), platform).findings
    assert [one.code for one in found] == ["address_forbidden", "address_forbidden", "untested", "untested"]
    assert [one.checked for one in found] == list(Checked)


def test_what_a_test_found_is_said_in_words(world: World) -> None:
    office = invited(world, Capability.CONFIGURE)
    world.platform()
    scopes = f"{AGS}lineitem.readonly {AGS}score"
    with world.db() as db:
        platform = db.query(models.Platform).filter(models.Platform.issuer == LMS).one().id
        found = {Checked.KEYSET: "1", Checked.TOKEN: scopes, Checked.GRADEBOOK: "3", Checked.ROSTER: "8"}
        note_test(db, platform, [Finding(checked, "ok", words=words) for checked, words in found.items()], NOW)
    page = text_of(office.get(f"/connections/{platform}"))
    for words in ("1 key ", "lineitem.readonly, score", "3 columns of this tool", "8 people"):
        assert words in page
    assert AGS not in page


def test_canvas_gets_its_file(world: World) -> None:
    answer = world.app.test_client().get("/lti/canvas.json", base_url="https://cme.example")
    document = answer.get_json()
    assert document["oidc_initiation_url"] == "https://cme.example/lti/login"
    places = document["extensions"][0]["settings"]["placements"]
    assert {"assignment_selection", "link_selection"} <= {one["placement"] for one in places}
    assert document["extensions"][0]["privacy_level"] == "name_only"
    assert all(scope.startswith("https://purl.imsglobal.org/") for scope in document["scopes"])
