"""A plan and the provider's settings, the catalogue and kept workings, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lti_tool.catalogue.credit import credit_type
from lti_tool.domain.amount import Segment, work_segments
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document
from lti_tool.domain.errors import NotFound
from lti_tool.services.native_access import add_block_key, revoke_block_key
from lti_tool.services.native_activity import activity_id_of, approved_activities
from lti_tool.services.plan.work import open_plan
from lti_tool.services.platform import provider_id_of
from lti_tool.services.provider_settings import signatories
from lti_tool.services.wording import confirm_wording
from lti_tool.services.working import keep_working
from tests.functional.office_world import OfficePerson, invited
from tests.functional.plan_pages import Planner, acts, begin, page_of, sent, write
from tests.functional.provider_world import ACCREDITATION, PROFILE
from tests.functional.question_bank import OTHER, officer_of
from tests.functional.staff_world import LMS, PROVIDER, World, make_world
from tests.unit.lti_tool.services.plans import spotless

DAY = datetime(2026, 8, 24, 15, 0, tzinfo=UTC)
"""The day on which the hypertension sample was designated."""
TAKE = "/credit/provider"


@pytest.fixture
def world(migrated_sqlite_url: str) -> Iterator[World]:
    made = make_world(migrated_sqlite_url)
    made.clock.now = DAY
    yield made
    made.close()


@pytest.fixture
def admin(world: World) -> OfficePerson:
    return invited(world)


def settle(person: OfficePerson, *names: str) -> None:
    """Fill in the provider's settings, with these signatories."""
    for rule, form in (
        ("/provider/profile", {**PROFILE, "revision": "0"}),
        ("/provider/accreditations/new", ACCREDITATION),
        *(("/provider/signatories/new", {"name": name, "title": "Director of CME"}) for name in names),
    ):
        answer = person.post(rule, **form)
        assert answer.status_code == 303, (rule, page_of(answer).text)


def stored(world: World, planner: Planner) -> Document:
    officer = officer_of(world, planner.person)
    with world.db() as db:
        return open_plan(db, officer, planner.plan_id, world.clock()).document


def signing(world: World) -> dict[str, str]:
    with world.db() as db:
        kept = signatories(db, provider_id_of(db, PROVIDER, DAY))
        return {one.values["name"]: one.id for one in kept}


def test_a_new_plan_begins_with_the_settings(world: World, admin: OfficePerson) -> None:
    settle(admin, "Ira Signer")
    document = stored(world, begin(admin))
    assert (document["time_zone"], document["language"]) == ("America/Chicago", "en")
    assert document["provider"] == {
        "name": "Northfield Academy of Medicine",
        "contact": "cme@northfield.example",
        "accreditation": "direct",
        "signatory": {"name": "Ira Signer", "title": "Director of CME"},
    }


def test_without_settings_a_plan_begins_empty_and_nothing_disagrees(world: World, admin: OfficePerson) -> None:
    planner = begin(admin)
    document = stored(world, planner)
    assert (document["time_zone"], document["language"]) == ("UTC", "en-US")
    assert "provider" not in document
    planner.save("credit", {"provider.name": "Any School", "provider.accreditation": "state"})
    assert "settings say “" not in planner.get("/credit").text
    assert planner.post(TAKE).status_code == 303
    assert stored(world, planner)["provider"] == {"name": "Any School", "accreditation": "state"}


def test_readiness_advises_where_document_and_settings_disagree(world: World, admin: OfficePerson) -> None:
    settle(admin, "Ira Signer")
    planner = begin(admin)
    assert "settings say “" not in planner.get("/credit").text
    planner.save(
        "credit",
        {
            "provider.name": "Southfield",
            "provider.accreditation": "joint",
            "provider.signatory.name": "Nobody Known",
        },
    )
    text = planner.get("/credit").text
    assert "settings say “Northfield Academy of Medicine”" in text
    assert "settings say “Accredited by the ACCME”" in text
    assert "Nobody Known is not among the signatories" in text
    world.clock.now = datetime(2030, 1, 1, tzinfo=UTC)
    assert "not held on the day of designation" in begin_again(world, planner).get("/credit").text


def begin_again(world: World, planner: Planner) -> Planner:
    """The same plan after the first session has ended."""
    return Planner(invited(world, name="Late Planner", email="late@example.org"), planner.plan_id)


def test_the_settings_are_taken_with_a_chosen_signatory(world: World, admin: OfficePerson) -> None:
    planner = begin(admin)
    planner.save(
        "credit",
        {
            "provider.name": "Southfield",
            "provider.accreditation": "state",
            "provider.state_body": "A society",
            "provider.joint_providers": "Friends of Medicine",
        },
    )
    settle(admin, "Ira Signer", "Uma Signer")
    form = planner.get("/credit").form(TAKE)
    assert form.choices("signatory")[-2:] == list(signing(world).values())
    assert planner.post(TAKE, signatory=signing(world)["Uma Signer"]).status_code == 303
    assert stored(world, planner)["provider"] == {
        "name": "Northfield Academy of Medicine",
        "contact": "cme@northfield.example",
        "accreditation": "joint",
        "joint_providers": ["Friends of Medicine"],
        "signatory": {"name": "Uma Signer", "title": "Director of CME"},
    }
    assert "Provider taken from the settings" in planner.get("/history").text


def test_unknown_signatories_and_strangers_change_nothing(world: World, admin: OfficePerson) -> None:
    settle(admin, "Ira Signer")
    planner = begin(admin)
    before = stored(world, planner)
    stranger = invited(world, name="Olu Other", email="olu@example.org", provider=OTHER)
    settle(stranger, "Olu Other")
    with world.db() as db:
        (foreign,) = (one.id for one in signatories(db, provider_id_of(db, OTHER, DAY)))
    assert planner.post(TAKE, signatory=foreign).status_code == 404
    assert stranger.post(planner.path(TAKE)).status_code == 404
    publisher = invited(world, Capability.PUBLISH, name="Pat Publisher", email="pat@example.org")
    assert publisher.post(planner.path(TAKE)).status_code == 403
    assert stored(world, planner) == before


def test_types_are_listed_with_names_units_and_steps(world: World, admin: OfficePerson) -> None:
    planner = begin(admin)
    planner.add("credit", "credits")
    html = admin.get(planner.path("/credit")).get_data(as_text=True)
    assert "AMA PRA Category 1" in html and "credits in steps of 0.25" in html
    assert "contact hours in steps of" in html


def test_unconfirmed_wording_is_an_error_and_approval_refuses_with_the_same_list(
    world: World, admin: OfficePerson
) -> None:
    planner = begin(admin)
    write(world, planner, spotless())
    added = planner.add("credit", "credits")
    form = {f"credits.{added}.type": "ancc", f"credits.{added}.maximum": "1.00", f"credits.{added}.minimum": "1.00"}
    planner.save("credit", form)
    page = planner.get("/credit")
    assert "Nobody has confirmed the wording of ANCC 2022 yet" in page.text
    assert page.link("Compare and confirm the wording").endswith("/wording")
    acts(planner, "submit")
    answer = planner.post("/acts/approve", **sent(planner, "/acts/approve"))
    text = page_of(answer).text
    assert answer.status_code == 409 and "Not every rule is met" in text
    assert "Nobody has confirmed the wording of ANCC 2022 yet" in text
    with world.db() as db:
        confirm_wording(db, officer_of(world, admin), "ancc", "ANCC 2022", "Avery Admin", DAY)
    assert "Nobody has confirmed" not in planner.get("/review").text


def test_workings_of_this_activity_are_linked(world: World, admin: OfficePerson) -> None:
    planner = begin(admin)
    assert "The calculator keeps none for high-blood-pressure" in planner.get("/credit").text
    officer, credit = officer_of(world, admin), credit_type("ama-pra-category-1", DAY.date())
    with world.db() as db:
        working = work_segments([Segment("Lecture", Decimal(60))], credit)
        keep_working(db, officer, "high-blood-pressure", credit, working, DAY)
        keep_working(db, officer, "another-activity", credit, working, DAY)
    page = planner.get("/credit")
    assert [words for words, href in page.links if href.endswith("/calculator") and "AMA PRA" in words] == [
        "AMA PRA Category 1 Credit™: 1.00"
    ]


def test_native_faces_are_offered_what_is_published(world: World, admin: OfficePerson) -> None:
    planner = begin(admin)
    write(world, planner, spotless())
    offered = []
    for done in ("submit", "approve", "publish", "close"):
        if done == "publish":
            with world.db() as db, pytest.raises(NotFound):
                activity_id_of(db, provider_id_of(db, PROVIDER, DAY), "high-blood-pressure")
        acts(planner, done)
        with world.db() as db:
            provider_id = provider_id_of(db, PROVIDER, DAY)
            offered.append([one.key for one in approved_activities(db, provider_id, DAY).activities])
    assert offered == [[], [], ["high-blood-pressure"], []]
    with world.db() as db:
        assert activity_id_of(db, provider_id_of(db, PROVIDER, DAY), "high-blood-pressure"), "who has it keeps it"


def connect(world: World, provider: str, deployment: str) -> None:
    """A platform's server of the provider."""
    world.platform(provider, deployment)
    with world.db() as db:
        add_block_key(db, LMS, "client", deployment, f"kid-{deployment}", "pem", DAY)


def test_sessions_are_advised_against_where_native_faces_show_the_activity(world: World, admin: OfficePerson) -> None:
    advice, planner = "sessions end the claiming of credit there", begin(admin)
    write(world, planner, spotless())
    connect(world, OTHER, "2")
    acts(planner, "submit", "approve", "publish")
    assert planner.post("/change", reason="We meet.").status_code == 303
    connect(world, PROVIDER, "1")
    assert advice not in planner.get("/delivery").text
    planner.add("delivery", "sessions")
    assert advice in planner.get("/delivery").text and "place this one by LTI" in planner.get("/review").text
    with world.db() as db:
        revoke_block_key(db, "kid-1", DAY)
    assert advice not in planner.get("/delivery").text, "the other provider's server takes nothing from here"


def test_a_meeting_that_no_face_ever_had_may_have_sessions(world: World, admin: OfficePerson) -> None:
    connect(world, PROVIDER, "1")
    planner = begin(admin)
    write(world, planner, spotless())
    acts(planner, "submit", "approve")
    assert planner.post("/change", reason="We meet, before anybody is told.").status_code == 303
    planner.add("delivery", "sessions")
    text = planner.get("/delivery").text
    assert "The day of a session is missing" in text and "sessions end the claiming" not in text
