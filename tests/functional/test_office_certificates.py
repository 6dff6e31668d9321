"""Certificates in the office: design, pictures, corrections, withdrawals, files in bulk; and what is public of them."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from sqlalchemy import select
from time_machine import travel

from lti_tool.certificates.issuer_key import make_issuer_key
from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.services.bulk_printing import print_due
from lti_tool.services.certificate import verify
from lti_tool.services.design import stored_pictures
from lti_tool.services.picture import add_logo
from lti_tool.services.press import printed_pdf
from lti_tool.services.provider_settings import add_signatory, retire_signatory, save_signatory
from tests.functional.issued import issued_to
from tests.functional.office_world import ACCEPT, OfficePerson, invited
from tests.functional.staff_world import BASE, NOW, World, make_world, text_of
from tests.unit.lti_tool.certificates.designs import drawn
from tests.unit.lti_tool.domain.builders import AMA
from tests.unit.lti_tool.services.claiming import short_activity
from tests.unit.lti_tool.services.officers import officer

DESIGN = {"template": "modern-v1", "paper": "a4", "orientation": "portrait", "ink": "#5a0f3c", "accent": ""}
WORLD_KEY = make_issuer_key("Example Medical School", NOW)


@pytest.fixture
def world(migrated_database_url: str) -> Iterator[World]:
    made = make_world(migrated_database_url)
    object.__setattr__(made.deps.press, "make_key", lambda name, now: WORLD_KEY)
    made.place(short_activity())
    with travel(NOW):
        yield made
    made.close()


def manager(world: World, *capabilities: Capability) -> OfficePerson:
    return invited(world, *(capabilities or (Capability.MANAGE_CERTIFICATES,)))


def public(world: World, path: str) -> Any:
    return world.app.test_client().get(path, base_url=BASE, headers=ACCEPT)


def uploaded(person: OfficePerson, data: bytes) -> Any:
    form = {"csrf_token": person.form_token(), "picture": (io.BytesIO(data), "logo.png")}
    return person.client.post(
        person.path("/certificates/pictures"), base_url=BASE, data=form, headers={**ACCEPT, "Origin": BASE}
    )


def activity_id(world: World) -> str:
    with world.db() as db:
        return db.scalars(select(models.Activity.id).where(models.Activity.key == short_activity().key)).one()


def test_a_design_is_looked_at_chosen_and_kept(world: World) -> None:
    before, office = issued_to(world, subject="early"), manager(world)
    page = office.post("/certificates/design", DESIGN, do="preview")
    assert page.status_code == 200 and "This is a preview" in text_of(page)
    assert office.post("/certificates/design", DESIGN, do="choose").status_code == 303
    after = issued_to(world, "Grace Hopper", "late")
    assert (before.certificate.template, after.certificate.template) == ("classic-v2", "modern-v1")
    assert after.certificate.design is not None and after.certificate.design.ink == "#5a0f3c"
    with world.db() as db:
        found = verify(db, before.code)
    assert found is not None and found.certificate == before.certificate
    entries = text_of(invited(world, email="b@example.org").get("/audit"))
    assert "certificate-design.chosen" in entries


def test_logo_and_signature_of_the_settings_are_printed_without_being_chosen(world: World) -> None:
    before, signing = issued_to(world, subject="early"), short_activity().provider.signatory
    who = officer(before.provider_id)
    with world.db() as db:
        other = add_signatory(db, who, {"name": ["Somebody Else"], "title": [signing.title]}, drawn(size=(90, 60)), NOW)
        add_logo(db, who, {"label": ["Arms of the school"]}, drawn(size=(200, 200)), NOW)
        (logo,) = {one.sha256 for one in stored_pictures(db, before.provider_id) if one.width == 200}
    design = issued_to(world, subject="middle").certificate.design
    assert design is not None and (design.logo, design.signature) == (logo, "")
    with world.db() as db:
        save_signatory(db, who, other, {"name": [signing.name], "title": [signing.title]}, b"", 1, NOW)
        (signature,) = {one.sha256 for one in stored_pictures(db, before.provider_id) if one.width == 90}
    office = manager(world)
    both = issued_to(world, "Grace Hopper", "late")
    design = both.certificate.design
    assert design is not None and (design.logo, design.signature) == (logo, signature)
    assert office.post("/certificates/design", DESIGN, do="choose", logo="").status_code == 303
    design = issued_to(world, "Ada Third", "third").certificate.design
    assert design is not None and (design.logo, design.signature) == ("", signature)
    assert office.get(f"/certificates/pictures/{logo}.png").mimetype == "image/png"
    with world.db() as db:
        retire_signatory(db, who, other, NOW)
    pdf = pikepdf.open(io.BytesIO(printed_pdf(world.deps.press, both).pdf))
    images = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
    assert {(200, 200), (90, 60)} <= {(int(one.Width), int(one.Height)) for one in images}


def test_a_preview_is_a_specimen_for_each_profession(world: World) -> None:
    office, activity = manager(world), activity_id(world)
    for degree, title in (("MD", "Certificate of Credit"), ("RN", "Certificate of Participation")):
        page = office.get("/certificates/design", query_string={"degree": degree, "activity": activity})
        assert "AMA PRA Category 1 Credit™" in text_of(page)
        values = {"degree": degree, "activity": activity, "credit": AMA, **DESIGN}
        answer = office.get("/certificates/design/preview.pdf", query_string=values)
        assert answer.status_code == 200 and answer.mimetype == "application/pdf"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        pdf = pikepdf.open(io.BytesIO(answer.data))
        assert str(pdf.docinfo["/Title"]).startswith(title)
        assert [float(side) for side in pdf.pages[0].mediabox][2:] == pytest.approx([595.28, 841.89], abs=0.1)
    assert office.get("/certificates/design/preview.pdf", query_string={"activity": "0" * 32}).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("template", "classic-v1", "Choose one of the designs"),
        ("template", "../../etc", "Choose one of the designs"),
        ("ink", "#ffff00", "too light"),
        ("ink", "red;}*{display:none", "Write the colour"),
        ("paper", "foolscap", "Choose one of the designs"),
        ("logo", "0" * 64, "Choose one of the pictures"),
    ],
)
def test_an_unusable_design_is_refused(world: World, field: str, value: str, told: str) -> None:
    office = manager(world)
    for act in ("preview", "choose"):
        answer = office.post("/certificates/design", {**DESIGN, "do": act, field: value})
        assert answer.status_code == 422
        assert field == "paper" or told in text_of(answer)
    assert issued_to(world).certificate.template == "classic-v2"


@pytest.mark.parametrize(
    ("css", "told"),
    [
        (".sentence { display: none }", "something that must be said is hidden"),
        ("body { background: url(https://example.org/x.png) }", "may not name files or addresses"),
        ("a" * 20_001, "at most 20,000 characters"),
    ],
)
def test_a_style_sheet_that_breaks_the_rules_is_refused(world: World, css: str, told: str) -> None:
    answer = manager(world).post("/certificates/design", DESIGN, do="choose", css=css)
    assert answer.status_code == 422 and told in text_of(answer)
    assert issued_to(world).certificate.template == "classic-v2"


def test_a_style_sheet_of_ones_own_is_kept_with_the_certificate(world: World) -> None:
    office, css = manager(world), ".name { color: #5a0f3c }\r\n"
    assert office.post("/certificates/design", DESIGN, do="choose", css=css).status_code == 303
    issued = issued_to(world)
    assert ".name { color: #5a0f3c }" in office.get("/certificates/design").get_data(as_text=True)
    assert office.post("/certificates/design", DESIGN, do="choose", css="").status_code == 303
    assert issued.certificate.design is not None and issued.certificate.design.style
    assert printed_pdf(world.deps.press, issued).pdf.startswith(b"%PDF")


def test_pictures_are_checked_kept_and_printed(world: World) -> None:
    office = manager(world)
    assert uploaded(office, drawn()).status_code == 303
    assert uploaded(office, drawn()).status_code == 303
    for rubbish in (b"", b"<svg/>", drawn()[:60]):
        assert uploaded(office, rubbish).status_code == 422
    with world.db() as db:
        sha256 = db.scalars(select(models.Picture.sha256)).one()
    assert office.get(f"/certificates/pictures/{sha256}.png").mimetype == "image/png"
    assert office.post("/certificates/design", DESIGN, do="choose", logo=sha256).status_code == 303
    pdf = pikepdf.open(io.BytesIO(printed_pdf(world.deps.press, issued_to(world)).pdf))
    assert any(each.Subtype == "/Image" for each in pdf.pages[0].Resources.XObject.values())


def test_another_providers_pictures_and_certificates_do_not_exist(world: World) -> None:
    issued = issued_to(world)
    uploaded(manager(world), drawn())
    with world.db() as db:
        sha256 = db.scalars(select(models.Picture.sha256)).one()
    other = invited(world, provider="Another Medical School", email="c@example.org")
    for path in (
        f"/certificates/pictures/{sha256}.png",
        f"/certificates/{issued.id}",
        f"/certificates/{issued.id}/file.pdf",
    ):
        assert other.get(path).status_code == 404, path
    for path in (f"/certificates/of/{activity_id(world)}", f"/certificates/of/{activity_id(world)}.zip"):
        assert other.get(path).status_code == 404, path
    assert other.post(f"/certificates/{issued.id}/name", name="X Y", reason="x").status_code == 404
    assert other.post(f"/certificates/{issued.id}/revoke", why="issued-in-error", words="x").status_code == 404
    assert other.post("/certificates/design", DESIGN, do="choose", logo=sha256).status_code == 422


def test_those_who_may_not_are_refused(world: World) -> None:
    issued, planner = issued_to(world), invited(world, Capability.PLAN, email="p@example.org")
    for path in ("/certificates", "/certificates/design", f"/certificates/{issued.id}"):
        assert planner.get(path).status_code == 403
    assert planner.post(f"/certificates/{issued.id}/revoke", why="issued-in-error", words="x").status_code == 403
    assert (
        manager(world).post(f"/certificates/{issued.id}/revoke", csrf_token="0", why="holder-asked").status_code == 403
    )


def test_a_name_is_corrected_in_the_office_and_a_board_sees_both(world: World) -> None:
    issued, office = issued_to(world), manager(world)
    assert "Ada Byron" in text_of(office.get(f"/certificates/of/{activity_id(world)}", query_string={"search": "byr"}))
    refused = office.post(f"/certificates/{issued.id}/name", name="Ada Byron", reason="")
    assert refused.status_code == 422 and "This is the name that the certificate has" in text_of(refused)
    answer = office.post(f"/certificates/{issued.id}/name", name="Ada King", reason="Married")
    assert answer.status_code == 303
    old = public(world, f"/verify/{issued.code}")
    assert "Replaced by a newer certificate" in text_of(old) and "The name was corrected." in text_of(old)
    with world.db() as db:
        row = db.scalars(select(models.Certificate).where(models.Certificate.status == "valid")).one()
    assert f"/verify/{row.code}" in old.get_data(as_text=True)
    assert "Ada King, MD" in text_of(public(world, f"/verify/{row.code}"))


def verified(world: World, token: str) -> Any:
    """By another library, which knows nothing but the tool's public addresses."""

    def download(address: str) -> bytes:
        answer = public(world, address.removeprefix(BASE))
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
        return bytes(answer.data)

    payload = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    return OB3Verifier.for_issuer_did(payload["iss"], download).verify(token, check_status=True, download=download)


def test_a_badge_is_verified_from_outside_until_it_is_withdrawn(world: World) -> None:
    issued, office = issued_to(world), manager(world)
    address = f"/verify/{issued.code}/badges/{AMA}"
    assert public(world, address).status_code == 404
    answer = office.get(f"/certificates/{issued.id}/file.pdf")
    pdf = pikepdf.open(io.BytesIO(answer.data))
    token = public(world, address).get_data(as_text=True)
    assert pdf.attachments[f"open-badge-{AMA}.jwt"].get_file().read_bytes().decode() == token
    assert verified(world, token).id == f"{BASE}{address}"
    assert "Open Badges" in text_of(public(world, f"/verify/{issued.code}"))
    done = office.post(f"/certificates/{issued.id}/revoke", why="issued-in-error", words="Wrong learner")
    assert done.status_code == 303
    with pytest.raises(OB3VerificationError, match="revo"):
        verified(world, token)
    page = text_of(public(world, f"/verify/{issued.code}"))
    assert "Withdrawn" in page and "It was issued in error." in page and "Wrong learner" not in page


def test_an_issuer_is_public_and_holds_no_secret(world: World) -> None:
    issued = issued_to(world)
    printed_pdf(world.deps.press, issued)
    profile = public(world, f"/issuers/{issued.provider_id}")
    assert profile.json["name"] == "Example Medical School"
    document = public(world, f"/issuers/{issued.provider_id}/did.json")
    assert len(document.json["verificationMethod"]) == 1
    assert '"d"' not in document.get_data(as_text=True)
    for path in ("/issuers/" + "0" * 32, "/issuers/x/did.json", f"/issuers/{'0' * 32}/status/2026"):
        assert public(world, path).status_code == 404


def test_all_files_are_printed_by_the_worker_and_taken_away_together(world: World) -> None:
    names = ["Ada Byron", "Grace Hopper", "Alan Turing"]
    all_issued = [issued_to(world, name, name) for name in names]
    office, activity = manager(world), activity_id(world)
    printed_pdf(world.deps.press, all_issued[0])
    for _ in range(2):
        assert office.post(f"/certificates/of/{activity}/print").status_code == 303
    assert "Printing: 0 files so far" in text_of(office.get(f"/certificates/of/{activity}"))
    assert print_due(world.deps.press, limit=1) == 1
    assert print_due(world.deps.press) == 1
    assert print_due(world.deps.press) == 0
    assert "2 files, 0 failed" in text_of(office.get(f"/certificates/of/{activity}"))
    answer = office.get(f"/certificates/of/{activity}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archived:
        assert archived.testzip() is None
        assert archived.namelist() == [f"{one.certificate.number}.pdf" for one in all_issued]
        assert archived.read(archived.namelist()[0]) == printed_pdf(world.deps.press, all_issued[0]).pdf
