"""Provider settings: filled in, printed, audited; refused to those who may not, and never another provider's."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from PIL import Image, ImageFile
from sqlalchemy import select

from lti_tool.db import models
from lti_tool.domain.activity import Accreditation
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput
from lti_tool.services.audit import first_break, trail
from lti_tool.services.picture import clean_picture
from lti_tool.services.platform import provider_id_of
from lti_tool.services.provider_settings import provider_texts
from tests.functional.office_world import OfficePerson, invited
from tests.functional.provider_world import ACCREDITATION, PROFILE, key_in, picture, revision_of, upload
from tests.functional.staff_world import NOW, PROVIDER, World, text_of, world

__all__ = ["world"]
OTHER = "Another Medical School"


def provider_id(world: World) -> str:
    with world.db() as db:
        return provider_id_of(db, PROVIDER, NOW)


def audited(world: World, action: str) -> list[dict[str, object]]:
    with world.db() as db:
        return [dict(row.detail) for row in trail(db, provider_id_of(db, PROVIDER, NOW)) if row.action == action]


def settle(person: OfficePerson) -> None:
    """Everything that an activity needs."""
    assert person.post("/provider/profile", revision="0", **PROFILE).status_code == 303
    assert person.post("/provider/accreditations/new", **ACCREDITATION).status_code == 303
    assert person.post("/provider/signatories/new", name="Dr. R. Dean", title="Dean").status_code == 303


def test_the_settings_become_what_an_activity_prints(world: World) -> None:
    admin = invited(world)
    settle(admin)
    page = text_of(admin.get("/provider"))
    assert "Northfield Academy of Medicine" in page and "Dr. R. Dean" in page and "Number 0001234" in page
    with world.db() as db:
        found = provider_texts(db, provider_id_of(db, PROVIDER, NOW), date(2026, 3, 2))
        joint = provider_texts(
            db, provider_id_of(db, PROVIDER, NOW), date(2026, 3, 2), joint_providers=("Lakeside Clinic",)
        )
    assert (found.provider.name, found.provider.signatory.title) == ("Northfield Academy of Medicine", "Dean")
    assert (found.provider.accreditation, joint.provider.accreditation) == (Accreditation.DIRECT, Accreditation.JOINT)
    assert (found.time_zone, found.languages) == ("America/Chicago", ("en", "es-US"))


def test_no_statement_claims_an_accreditation_that_is_not_held(world: World) -> None:
    admin = invited(world)
    settle(admin)
    with world.db() as db, pytest.raises(BadInput, match="no accreditation is in force"):
        provider_texts(db, provider_id_of(db, PROVIDER, NOW), date(2029, 4, 1))


def test_an_incomplete_provider_is_named(world: World) -> None:
    with world.db() as db, pytest.raises(BadInput) as caught:
        provider_texts(db, provider_id_of(db, PROVIDER, NOW), date(2026, 3, 2))
    assert caught.value.faults == {"contact": "missing", "signatory": "missing"}


def test_a_change_is_audited_with_before_and_after(world: World) -> None:
    admin = invited(world)
    settle(admin)
    changed = {**PROFILE, "contact": "office@northfield.example"}
    assert admin.post("/provider/profile", revision="1", **changed).status_code == 303
    (newest, first) = audited(world, "provider.profile")
    assert newest == {"contact": ["cme@northfield.example", "office@northfield.example"]}
    assert first["name"] == ["", "Northfield Academy of Medicine"]
    assert admin.post("/provider/profile", revision="2", **changed).status_code == 303
    assert len(audited(world, "provider.profile")) == 2
    with world.db() as db:
        assert first_break(db, provider_id_of(db, PROVIDER, NOW)) is None


def test_two_who_change_the_same_are_told_and_nothing_is_lost(world: World) -> None:
    first, second = invited(world), invited(world, name="Bo", email="bo@example.org")
    settle(first)
    assert first.post("/provider/profile", revision="1", **{**PROFILE, "contact": "first@x.example"}).status_code == 303
    answer = second.post("/provider/profile", revision="1", **{**PROFILE, "contact": "second@x.example"})
    text = text_of(answer)
    assert answer.status_code == 409
    assert "Somebody else has changed this meanwhile" in text and "Stands there now: first@x.example" in text
    assert 'value="second@x.example"' in answer.get_data(as_text=True)
    assert 'name="revision" value="2"' in answer.get_data(as_text=True)
    again = second.post("/provider/profile", revision="2", **{**PROFILE, "contact": "second@x.example"})
    assert again.status_code == 303
    assert [one["contact"][0] for one in audited(world, "provider.profile")[:2]] == [  # type: ignore[index]
        "first@x.example",
        "cme@northfield.example",
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Fill this in"),
        ("name", "x" * 256, "longer than the field takes"),
        ("name", "a\u202eb", "cannot be printed"),
        ("time_zone", "Mars/Olympus", "Enter a time zone"),
        ("time_zone", "../../etc/passwd", "Enter a time zone"),
        ("languages", "en; drop table", "Enter language tags"),
    ],
)
def test_faults_of_the_profile(world: World, field: str, value: str, words: str) -> None:
    admin = invited(world)
    answer = admin.post("/provider/profile", revision="0", **{**PROFILE, field: value})
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert "not been filled in" in text_of(admin.get("/provider"))


def test_a_term_that_ends_before_it_begins(world: World) -> None:
    admin = invited(world)
    answer = admin.post("/provider/accreditations/new", **{**ACCREDITATION, "term_to": "2025-03-31"})
    assert (answer.status_code, "The end lies before the beginning" in text_of(answer)) == (422, True)
    for wrong in ("2025-02-30", "31.03.2029", "0001-01-01"):
        answer = admin.post("/provider/accreditations/new", **{**ACCREDITATION, "term_to": wrong})
        assert (answer.status_code, "Enter a day as" in text_of(answer)) == (422, True)


def test_a_signature_is_kept_as_a_picture_and_nothing_else(world: World) -> None:
    admin = invited(world)
    hidden = picture() + b"<script>alert(1)</script>PK\x03\x04"
    answer = upload(admin, "/provider/signatories/new", {"image": ("x.png", hidden)}, name="Dr. Dean", title="Dean")
    assert answer.status_code == 303
    image_id = key_in(admin.get("/provider"), "/provider/pictures/")
    shown = admin.get(f"/provider/pictures/{image_id}.png")
    assert shown.mimetype == "image/png" and b"script" not in shown.data and b"PK\x03\x04" not in shown.data
    with Image.open(BytesIO(shown.data)) as found:
        assert found.size == (60, 20)


def test_a_cut_off_picture_is_refused_whatever_else_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for whole in (picture(), picture("JPEG", (400, 400))):
        clean_picture(whole)
        with pytest.raises(BadInput):
            clean_picture(whole[:-20])


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("logo.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("logo.png", picture()[:60]),
        ("logo.jpg", picture("JPEG", (400, 400))[:-40]),
        ("logo.gif", b"GIF89a" + b"\0" * 40),
        ("logo.png", b""),
    ],
)
def test_what_is_no_picture_is_refused(world: World, name: str, body: bytes) -> None:
    admin = invited(world)
    answer = upload(admin, "/provider/logos/new", {"image": (name, body)}, label="Our seal")
    assert answer.status_code == 422
    assert "No logo" in text_of(admin.get("/provider"))


def test_a_huge_picture_is_refused_before_it_is_unpacked(world: World) -> None:
    admin = invited(world)
    bomb = picture(size=(6000, 5000))
    assert len(bomb) < 1_000_000
    answer = upload(admin, "/provider/logos/new", {"image": ("bomb.png", bomb)}, label="Bomb")
    assert (answer.status_code, "up to 25 megapixels" in text_of(answer)) == (422, True)
    answer = upload(admin, "/provider/logos/new", {"image": ("big.png", b"\x89PNG" + b"\0" * 6_000_000)}, label="Big")
    assert answer.status_code in (413, 422)


def test_a_large_photograph_is_made_smaller(world: World) -> None:
    admin = invited(world)
    upload(admin, "/provider/logos/new", {"image": ("l.jpg", picture("JPEG", (3000, 900)))}, label="Seal")
    assert "1600 × 480" in text_of(admin.get("/provider"))


def test_another_providers_rows_do_not_exist(world: World) -> None:
    admin = invited(world)
    settle(admin)
    upload(admin, "/provider/logos/new", {"image": ("l.png", picture())}, label="Seal")
    page = admin.get("/provider")
    held, signing, image = (
        key_in(page, before) for before in ("/accreditations/", "/signatories/", "/provider/pictures/")
    )
    stranger = invited(world, provider=OTHER, name="Olu Other", email="o@example.org")
    for rule in (
        f"/provider/accreditations/{held}",
        f"/provider/signatories/{signing}",
        f"/provider/pictures/{image}.png",
    ):
        assert stranger.get(rule).status_code == 404, rule
    for rule, form in (
        (f"/provider/accreditations/{held}", ACCREDITATION),
        (f"/provider/accreditations/{held}/retire", {}),
        (f"/provider/signatories/{signing}", {"name": "X", "title": "Y"}),
        (f"/provider/signatories/{signing}/retire", {}),
        (f"/provider/logos/{image}/retire", {}),
    ):
        assert stranger.post(rule, revision="1", **form).status_code == 404, rule
    assert "Northfield" not in text_of(stranger.get("/provider"))


def test_a_capability_over_one_activity_is_not_enough(world: World) -> None:
    planner = invited(world, Capability.PLAN, email="p@example.org")
    assert planner.get("/provider").status_code == 403
    assert planner.post("/provider/profile", revision="0", **PROFILE).status_code == 403
    with world.db() as db:
        assert db.scalars(select(models.ProviderProfile)).all() == []


def test_what_is_retired_is_gone_from_lists_and_kept_in_the_table(world: World) -> None:
    admin = invited(world)
    settle(admin)
    held = key_in(admin.get("/provider"), "/accreditations/")
    assert admin.post(f"/provider/accreditations/{held}/retire").status_code == 303
    assert "No accreditation has been entered" in text_of(admin.get("/provider"))
    assert admin.get(f"/provider/accreditations/{held}").status_code == 404
    with world.db() as db:
        assert db.get_one(models.Accreditation, held).body == ACCREDITATION["body"]


def test_a_form_names_the_revision_it_is_based_on(world: World) -> None:
    admin = invited(world)
    settle(admin)
    assert revision_of(admin, "/provider/profile") == "1"
    for wrong in ("", "x", "9" * 12, "-1"):
        assert admin.post("/provider/profile", revision=wrong, **PROFILE).status_code == 422
