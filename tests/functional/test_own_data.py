"""What is kept of oneself: whole, of oneself alone, and reached by a data-privacy launch."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant
from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import MessageType
from lti_tool.services.audit import ToolActor, trail
from lti_tool.services.credential import credentials_for_report
from lti_tool.services.own_data import OUTSIDE, VERSION
from lti_tool.services.team import give
from tests.functional.browsing import Browser
from tests.functional.claim_walk import Claimant, arrive, claimable_activity
from tests.functional.pages import Page
from tests.functional.staff_world import PROVIDER, World, text_of, world
from tests.functional.world import World as LiveWorld
from tests.unit.lti_tool.lti.edge import ABSENT, LTI, Edge

__all__ = ["world"]


def test_it_is_ones_own_alone(world: World) -> None:
    other = world.enter(subject="them", name="Somebody Else")
    person = world.enter(subject="me", name="Ada Lovelace")
    page = person.get("/own-data")
    assert page.status_code == 200
    assert "Ada Lovelace" in text_of(page) and PROVIDER in text_of(page)
    answer = person.get("/own-data.json")
    document = json.loads(answer.get_data())
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert document["version"] == VERSION and document["person"]["subject"] == "me"
    assert [one["key"] for one in document["activities"]] == ["hypertension"]
    written = json.dumps(document)
    assert "Somebody Else" not in written and other.visit.learner_id not in written
    assert not any(f'"{name}"' in written for name in OUTSIDE)


def test_all_that_a_learner_did_is_in_it(sqlite_world: LiveWorld) -> None:
    person = sqlite_world.enter("physician-md")
    page = person.open(sqlite_world.placement())
    document = json.loads(person.get(f"/s/{page.session_id}/own-data.json").html)
    assert {"person", "courses", "activities", "awards", "certificates", "grades"} <= set(document)
    (activity,) = document["activities"]
    assert {"acknowledgements", "attempts", "studies", "claims"} <= set(activity["facts"])


PRIVACY = {
    "message_type": "DataPrivacyLaunchRequest",
    "resource_link": ABSENT,
    "context": ABSENT,
    LTI + "for_user": {"user_id": "user-1"},
}


def test_a_data_privacy_launch_is_taken_for_oneself() -> None:
    launch = Edge().launch(sub="user-1", **PRIVACY)
    assert launch.message_type is MessageType.DATA_PRIVACY
    assert (launch.for_user, launch.context, launch.resource_link) == ("user-1", None, None)


def test_but_not_for_somebody_else() -> None:
    with pytest.raises(LaunchRefused) as refused:
        Edge().launch(sub="user-2", **PRIVACY)
    assert refused.value.code == "privacy_on_behalf"


def test_it_ends_on_the_page_of_ones_own_data(sqlite_world: LiveWorld) -> None:
    person = sqlite_world.enter("physician-md")
    page = person.open(sqlite_world.placement())
    with sqlite_world.db() as db:
        subject = db.query(models.Learner).one().subject
    claims = {LTI + "message_type": "DataPrivacyLaunchRequest", LTI + "for_user": {"user_id": subject}}
    without = (LTI + "resource_link", LTI + "context")
    asked = sqlite_world.launch_as(person, sqlite_world.placement(), claims=claims, without=without)
    assert (asked.status, asked.heading) == (200, "Your data"), asked
    assert asked.session_id != page.session_id
    with sqlite_world.db() as db:
        assert db.query(models.Learner).count() == 1


def on_behalf(world: LiveWorld, who: Browser, subject: str) -> Page:
    claims = {LTI + "message_type": "DataPrivacyLaunchRequest", LTI + "for_user": {"user_id": subject}}
    without = (LTI + "resource_link", LTI + "context")
    return world.launch_as(who, world.placement(), claims=claims, without=without)


def test_staff_are_led_to_the_persons_page_in_the_office(sqlite_world: LiveWorld) -> None:
    sqlite_world.enter("physician-md").open(sqlite_world.placement())
    with sqlite_world.db() as db:
        subject = db.query(models.Learner).one().subject
    staff = sqlite_world.enter("instructor")
    page = on_behalf(sqlite_world, staff, subject)
    assert (page.status, page.heading) == (200, "A request about data")
    refused = staff.submit(page, "Open this person")
    assert refused.status == 403, "a role in a course gives no right to people's data"
    with sqlite_world.db() as db:
        person = db.query(models.Learner).filter(models.Learner.subject != subject).one()
        give(db, ToolActor(sqlite_world.provider_id), person.id, Grant(Capability.CONFIGURE), sqlite_world.clock())
    page = on_behalf(sqlite_world, staff, subject)
    shown = staff.submit(page, "Open this person")
    assert shown.status == 200 and subject in shown.text and "Enter a request" in shown.text


def test_of_nobody_nothing_is_told(sqlite_world: LiveWorld) -> None:
    page = on_behalf(sqlite_world, sqlite_world.enter("instructor"), "somebody-else")
    assert page.status == 200 and "Nothing is kept of the person" in page.text and not page.forms


def test_learners_ask_about_themselves_alone(sqlite_world: LiveWorld) -> None:
    page = on_behalf(sqlite_world, sqlite_world.enter("physician-md"), "somebody-else")
    assert page.status != 200 and "privacy_on_behalf" in page.text


def test_whom_it_is_about_goes_along_into_a_window_of_its_own(sqlite_world: LiveWorld) -> None:
    staff = sqlite_world.enter("instructor", keeps_cookies=False)
    page = on_behalf(sqlite_world, staff, "somebody-else")
    assert 'name="about" value="nobody"' in page.html


def with_permission(world: LiveWorld) -> Claimant:
    """Somebody who claimed with month and day of birth, an NPI, and the permission to report."""
    claimant = arrive(world, claimable_activity(world))
    claimant.confirm()
    claimant.claim("0.75", **{"id.npi": "1234567893", "id.birth-day": "0704", "id.consent-pars": "yes"})
    return claimant


def test_a_permission_to_report_is_shown_and_withdrawn(sqlite_world: LiveWorld) -> None:
    claimant = with_permission(sqlite_world)
    page = claimant.get("own-data")
    assert "to your boards, through ACCME (PARS)" in page.text and "Nobody but you." in page.text
    page = claimant.person.submit(page, "Withdraw this permission", {})
    assert "You have given none" in page.text and "to your boards, through ACCME (PARS)" not in page.text
    with sqlite_world.db() as db:
        kinds = set(db.scalars(select(models.Credential.kind)))
        assert kinds == {"npi", "birth-day"}
        assert [one.action for one in trail(db, sqlite_world.provider_id) if one.action == "consent.withdrawn"]


def test_what_is_no_permission_cannot_be_withdrawn(sqlite_world: LiveWorld) -> None:
    claimant = with_permission(sqlite_world)
    path = f"/s/{claimant.session_id}/own-data/consents/npi/withdraw"
    form = claimant.get("own-data").form("/withdraw")
    assert claimant.person.post(path, form.filled({})).status == 404
    with sqlite_world.db() as db:
        assert len(db.scalars(select(models.Credential.kind)).all()) == 3


def test_who_has_read_the_identifiers_is_told(sqlite_world: LiveWorld) -> None:
    claimant = with_permission(sqlite_world)
    with sqlite_world.db() as db:
        learner = db.scalars(select(models.Credential.learner_id)).first()
        actor, sealer = ToolActor(sqlite_world.provider_id), sqlite_world.deps.sealer
        credentials_for_report(db, actor, str(learner), sealer, "Report to PARS, May", sqlite_world.clock())
    assert "Report to PARS, May" in claimant.get("own-data").text
