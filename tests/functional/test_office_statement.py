"""A provider's own wording: in force from its day, on pages and certificates, and never with a hole."""

from __future__ import annotations

from datetime import date

import pytest

from lti_tool.domain.activity import Step
from lti_tool.domain.credit import Degree
from lti_tool.domain.learner import Profile
from lti_tool.services.audit import trail
from lti_tool.services.platform import provider_id_of
from lti_tool.services.results import results
from lti_tool.services.specimen import specimen
from lti_tool.services.statement import activity_statements, overrides_of
from tests.functional.office_world import invited
from tests.functional.provider_world import key_in
from tests.functional.staff_world import NOW, PROVIDER, World, text_of, world
from tests.unit.lti_tool.domain.builders import activity

__all__ = ["world"]
OTHER = "Another Medical School"
DIRECT = "{the_provider} is accredited with commendation by the ACCME."
DESIGNATION = "{the_provider} designates this {format} for up to {amount} {phrase}. Claim what you took part in."
WORDING = {"which": "accme.direct", "text": DIRECT, "effective_from": "2025-12-01"}


def printed(world: World, designated_on: date, provider: str = PROVIDER) -> tuple[str, str]:
    """Accreditation and designation statement of an activity that was designated on the day."""
    made = activity(designated_on=designated_on)
    with world.db() as db:
        found = activity_statements(db, provider_id_of(db, provider, NOW, is_created=True), made)
    return found.accreditation[0].plain, found.designation[0].plain


def test_the_wording_in_force_on_the_day_of_designation_is_used(world: World) -> None:
    admin = invited(world)
    assert admin.post("/provider/statements", **WORDING).status_code == 303
    own = "The Example Medical School is accredited with commendation by the ACCME."
    assert printed(world, date(2025, 12, 1))[0] == own
    assert "to provide continuing medical education" in printed(world, date(2025, 11, 30))[0]
    assert "to provide continuing medical education" in printed(world, date(2025, 12, 1), OTHER)[0]


def test_learners_see_it_and_certificates_print_it(world: World) -> None:
    learner, admin = world.enter(), invited(world)
    assert "accredited with commendation" not in text_of(learner.get("/information"))
    admin.post("/provider/statements", **WORDING)
    code = "ama-pra-category-1.designation"
    admin.post("/provider/statements", which=code, text=DESIGNATION, effective_from="2025-01-01")
    page = text_of(learner.get("/information"))
    assert "accredited with commendation" in page and "for up to 1.00 AMA PRA Category 1 Credit ™" in page
    with world.db() as db:
        overrides = overrides_of(db, provider_id_of(db, PROVIDER, NOW))
    made = specimen(
        activity(), Profile("A", Degree.MD, "US"), NOW.date(), is_awarded=True, link=str, overrides=overrides
    )
    statements = [one.plain for one in made.statements]
    assert statements[0].endswith("with commendation by the ACCME.") and "for up to 1.00 AMA PRA" in statements[1]


def test_the_evidence_of_staff_follows_the_same_text(world: World) -> None:
    """Who has acknowledged is counted by the text in force, in the provider's own wording."""
    invited(world).post("/provider/statements", **WORDING)
    learner, staff = world.enter(name="Lee"), world.staff()
    page = learner.get("/information").get_data(as_text=True)
    fingerprint = page.split('name="fingerprint" value="')[1][:64]
    assert learner.post("/information", fingerprint=fingerprint, acknowledged="yes").status_code == 303
    with world.db() as db:
        (row,) = results(db, staff.visit, NOW).rows
    assert (row.name, row.step) == ("Lee", Step.PRE_TEST)


@pytest.mark.parametrize(
    ("which", "text", "words"),
    [
        ("accme.direct", "We are accredited.", "that the body requires is missing"),
        ("accme.direct", "{the_provider} and {learner}", "not one of this text’s"),
        ("accme.direct", "{the_provider", "Every { needs its }"),
        ("accme.direct", "*{the_provider}", "Every * needs its partner"),
        ("accme.direct", "{the_provider!r}", "must be a plain name"),
        ("accme.direct", "{the_provider.__class__}", "must be a plain name"),
        ("accme.direct", "[{the_provider} [x]]", "A part in brackets"),
        ("ama-pra-category-1.designation", "{the_provider} {format} {amount} credits", "is missing"),
        ("attendance.designation", DESIGNATION, "Choose one of the list"),
        ("accme.nothing", DIRECT, "Choose one of the list"),
    ],
)
def test_a_wording_with_a_hole_is_refused(world: World, which: str, text: str, words: str) -> None:
    answer = invited(world).post("/provider/statements", which=which, text=text, effective_from="2025-12-01")
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert "to provide continuing medical education" in printed(world, date(2026, 1, 1))[0]


def test_one_wording_a_day_and_the_newest_counts(world: World) -> None:
    admin = invited(world)
    admin.post("/provider/statements", **WORDING)
    answer = admin.post("/provider/statements", **{**WORDING, "text": "{the_provider} again."})
    assert (answer.status_code, "wording_taken" in answer.get_data(as_text=True)) == (409, True)
    later = {**WORDING, "text": "{the_provider}, later.", "effective_from": "2026-01-01"}
    assert admin.post("/provider/statements", **later).status_code == 303
    assert printed(world, date(2026, 2, 1))[0] == "The Example Medical School, later."
    assert "commendation" in printed(world, date(2025, 12, 31))[0]


def test_withdrawing_brings_the_earlier_wording_back_and_is_audited(world: World) -> None:
    admin = invited(world)
    admin.post("/provider/statements", **WORDING)
    key = key_in(admin.get("/provider/statements"), "/statements/")
    stranger = invited(world, provider=OTHER, name="Olu", email="o@example.org")
    assert stranger.post(f"/provider/statements/{key}/withdraw").status_code == 404
    assert admin.post(f"/provider/statements/{key}/withdraw").status_code == 303
    assert admin.post(f"/provider/statements/{key}/withdraw").status_code == 404
    assert "commendation" not in printed(world, date(2026, 1, 1))[0]
    assert admin.post("/provider/statements", **WORDING).status_code == 303
    with world.db() as db:
        actions = [row.action for row in trail(db, provider_id_of(db, PROVIDER, NOW))][:3]
    assert actions == ["statement.worded", "statement.withdrawn", "statement.worded"]
